/** `spreadlb lint` as people meet it: files, directories, stdin, what is printed where, and the exit status. */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadAll } from "js-yaml";
import { lint } from "../../src/cli/lint.ts";
import { main } from "../../src/cli/main.ts";

const ROOT = join(import.meta.dirname, "../..");
const HOME = "metallb-system";

const pool = (name: string, addresses: string, more = "") =>
  `apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: ${name}, namespace: ${HOME}${more}}\n` +
  `spec: {addresses: [${addresses}]}\n`;
const FOR_ALL = `apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: {name: all, namespace: ${HOME}, creationTimestamp: null}\n`;
const GOOD = `${pool("a", "192.0.2.0/28")}---\n${FOR_ALL}`;
const OVERLAP = `${GOOD}---\n${pool("b", "192.0.2.8/29")}`;

describe("lint: the command", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lint-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function write(file: string, text: string): Promise<string> {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return path;
  }

  async function run(...argv: readonly string[]) {
    let [out, err] = ["", ""];
    const output = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
    const status = await main(["lint", ...argv], output);
    return { status, out: out.replaceAll(`${folder}/`, ""), err: err.replaceAll(folder, "") };
  }

  it("says nothing of what is good, and counts it", async () => {
    expect(await run(await write("good.yaml", GOOD))).to.deep.equal({
      ...{ status: 0, out: "" },
      err: "spreadlb: 2 objects checked, 0 of other kinds skipped: 0 problems, 0 warnings\n",
    });
  });

  it("names file, document, object and field", async () => {
    const { status, out, err } = await run(await write("bad.yaml", OVERLAP));
    expect(status).to.equal(1);
    expect(out).to.equal(
      'bad.yaml:3: IPAddressPool/b spec.addresses: Pool "b" shares 192.0.2.8-192.0.2.15 with the older pool "a", which keeps them. ' +
        "Take the shared addresses out of one of the two.\n",
    );
    expect(err).to.contain("1 problems, 0 warnings");
  });

  it("what is wrong between objects is said of the one that is obeyed", async () => {
    const elsewhere = pool("b", "198.51.100.0/28").replace(HOME, "shop");
    const { out } = await run(await write("bad.yaml", `${OVERLAP}---\n${elsewhere}`));
    expect(out).to.match(/^bad\.yaml:3: IPAddressPool\/b spec\.addresses: Pool "b" shares/m);
    expect(out).to.match(/^bad\.yaml:4: IPAddressPool\/b metadata\.namespace: /m);
  });

  it("a warning is marked, and the status is 0", async () => {
    const { status, out } = await run(await write("pool.yaml", pool("a", "192.0.2.0/28")));
    expect(status).to.equal(0);
    expect(out).to.match(/^pool.yaml:1: IPAddressPool\/a: warning: No advertisement is for/);
  });

  it("reads directories with all that is below, and leaves other files alone", async () => {
    await write("a.yaml", pool("a", "192.0.2.0/28"));
    await write("deep/b.json", JSON.stringify(loadAll(pool("b", "192.0.2.8/29"))[0]));
    await write("deep/all.yml", FOR_ALL);
    await write("notes.txt", "not: [yaml");
    const { status, out } = await run(folder);
    expect(status).to.equal(1);
    expect(out).to.match(/^deep\/b\.json:1: IPAddressPool\/b spec\.addresses: /);
  });

  it("a bare Off is what kubectl makes of it", async () => {
    const edge = (rebalance: string) =>
      `apiVersion: network.deckhouse.io/v1alpha1\nkind: MetalLoadBalancerClass\nmetadata: {name: edge}\nspec: {addressPool: [192.0.2.0/28], rebalance: ${rebalance}}\n`;
    const bare = await run(await write("bare.yaml", edge("Off")));
    expect(bare.status).to.equal(1);
    expect(bare.out).to.contain("spec.rebalance: must be string. Put it into quotes: kubectl");
    expect((await run(await write("quoted.yaml", edge('"Off"')))).out).to.equal("");
  });

  it("what is no YAML is said, and the rest is read", async () => {
    const broken = await write("broken.yaml", "a: [1,");
    const { status, out, err } = await run(broken, await write("good.yaml", GOOD));
    expect(status).to.equal(1);
    expect(out).to.match(/^broken\.yaml: this is no YAML: /);
    expect(err).to.contain("2 objects checked");
  });

  it("a file that is not there is wrong usage", async () => {
    const { status, out, err } = await run(join(folder, "none.yaml"));
    expect({ status, out }).to.deep.equal({ status: 2, out: "" });
    expect(err).to.contain('none.yaml" cannot be read; name a file, a directory, or - for stdin');
  });

  it("no file at all is wrong usage", async () => {
    const { status, err } = await run();
    expect({ status, err }).to.deep.equal({
      status: 2,
      err: 'spreadlb: missing required argument "files"; see spreadlb lint --help\n',
    });
  });

  it("another namespace, as --metallb-namespace says", async () => {
    const file = await write("good.yaml", GOOD);
    expect((await run(file, "--metallb-namespace", "lb")).out).to.contain(
      "metadata.namespace: resource must be created in lb namespace",
    );
  });

  it("--before: what a change would take away", async () => {
    const service = {
      ...{ apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" } },
      ...{ spec: { type: "LoadBalancer" } },
      status: { loadBalancer: { ingress: [{ ip: "192.0.2.9" }] } },
    };
    const before = await write("now.yaml", `${GOOD}---\n${JSON.stringify(service)}`);
    const after = await write("new.yaml", `${pool("a", "192.0.2.0/29")}---\n${FOR_ALL}`);
    const changed = await run("--before", before, after);
    expect(changed.status).to.equal(1);
    expect(changed.out).to.match(
      /^new\.yaml:1: IPAddressPool\/a spec\.addresses: .* 192\.0\.2\.9 \(shop\/web\)/,
    );
    const gone = await run("--before", before, await write("less.yaml", FOR_ALL));
    expect(gone.status).to.equal(1);
    expect(gone.out).to.match(/^now\.yaml:1: IPAddressPool\/a .*192\.0\.2\.9 \(shop\/web\)/);
    expect((await run("--before", before, before)).status).to.equal(0);
  });

  it("--before: files do not say how old an object is, and it keeps what it has", async () => {
    const aged = (name: string, addresses: string, second: number) =>
      pool(name, addresses, `, creationTimestamp: "2026-01-01T00:00:0${second}Z"`);
    const now = `${aged("a", "192.0.2.0/28", 1)}---\n${aged("b", "192.0.2.8/29", 2)}`;
    const before = await write("now.yaml", `${now}---\n${FOR_ALL}`);
    const labelled = pool("a", "192.0.2.0/28", ", labels: {tier: gold}");
    const files = `${labelled}---\n${aged("b", "192.0.2.8/29", 2)}---\n${FOR_ALL}`;
    const { status, out } = await run("--before", before, await write("new.yaml", files));
    expect({ status, out }).to.deep.equal({ status: 0, out: "" });
  });

  it("--before: the names of a Service are looked at, too", async () => {
    const before = await write("now.yaml", GOOD);
    const service = "apiVersion: v1\nkind: Service\nmetadata: {name: 1web}\n";
    const { status, out } = await run(
      "--before",
      before,
      await write("new.yaml", `${GOOD}---\n${service}`),
    );
    expect(status).to.equal(1);
    expect(out).to.match(/^new\.yaml:3: Service\/default\/1web metadata\.name: "1web" is no name/);
  });

  it("stdin", async function () {
    this.timeout(30_000);
    const status = await new Promise<{ code: number; out: string }>((resolve) => {
      const entry = join(ROOT, "src/cli/io/entry.ts");
      const child = execFile(
        process.execPath,
        ["--import", "tsx", entry, "lint", "-"],
        { cwd: ROOT },
        (error, out) => {
          resolve({ code: typeof error?.code === "number" ? error.code : 0, out });
        },
      );
      child.stdin?.end(OVERLAP);
    });
    expect(status.code).to.equal(1);
    expect(status.out).to.match(/^-:3: IPAddressPool\/b /);
  });
});

describe("lint: what it makes of documents", () => {
  interface Row {
    readonly name: string;
    readonly text: string;
    /** Parts of the lines, in their order; of a warning with its mark. */
    readonly lines: readonly string[];
    readonly skipped?: number;
  }
  const service = (fields: string, annotations = "{}") =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop, annotations: ${annotations}}\nspec: {type: LoadBalancer${fields}}\n`;
  const EDGE = `apiVersion: network.deckhouse.io/v1alpha1\nkind: MetalLoadBalancerClass\nmetadata: {name: edge}\nspec: {addressPool: [192.0.2.0/28]}\n`;
  /** Two that ask for one address; with a port they have a sharing key in common. */
  const asking = (webPort: string, apiPort: string, fields = "") =>
    [
      ["web", webPort],
      ["api", apiPort],
    ]
      .map(([name = "", port = ""]) => {
        const key = webPort === "" ? "" : ", metallb.io/allow-shared-ip: k";
        const ports = port === "" ? "" : `, ports: [{port: ${port}}]`;
        return service(ports + fields, `{metallb.io/loadBalancerIPs: 192.0.2.1${key}}`).replace(
          "name: web",
          `name: ${name}`,
        );
      })
      .join("---\n");
  const peer = (name: string, more: string) =>
    `apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: ${name}, namespace: ${HOME}}\n` +
    `spec: {myASN: 64512, peerASN: 64513, ${more}}\n`;
  const PUBLISHER_SPEC =
    "spec: {zones: [lb.example], rfc2136: {server: 192.0.2.53, tsig: {keyName: k}}";
  const rows: readonly Row[] = [
    { name: "nothing", text: "", lines: [] },
    { name: "empty documents", text: "---\n---\nnull\n", lines: [] },
    { name: "no objects", text: "- 1\n---\nhello\n---\n7\n", lines: [] },
    {
      name: "kinds of others",
      text: "apiVersion: v1\nkind: ConfigMap\n---\nkind: 7\n",
      lines: [],
      skipped: 2,
    },
    {
      name: "a DNSPublisher that is right",
      text: `apiVersion: spreadlb.io/v1alpha1\nkind: DNSPublisher\nmetadata: {name: lan}\n${PUBLISHER_SPEC}}\n`,
      lines: [],
    },
    {
      name: "a DNSPublisher that is wrong, twice in the files, and one of another version",
      text: [
        `apiVersion: spreadlb.io/v1alpha1\nkind: DNSPublisher\nmetadata: {name: lan}\n${PUBLISHER_SPEC}, ttl: 5}\n`,
        `apiVersion: spreadlb.io/v1\nkind: DNSPublisher\nmetadata: {name: lan}\n${PUBLISHER_SPEC}, template: web.example}\n`,
      ].join("---\n"),
      lines: [
        "DNSPublisher/lan metadata.name: It is in the files twice",
        'DNSPublisher/lan spec.ttl: There is no field "ttl"',
        "DNSPublisher/lan apiVersion: There is no such version",
        "DNSPublisher/lan spec.template: must be in one of spec.zones",
      ],
    },
    {
      name: "a kind of the same name in another group",
      text: "apiVersion: example.org/v1\nkind: IPAddressPool\nmetadata: {name: a}\n",
      ...{ lines: [], skipped: 1 },
    },
    {
      name: "a List, as kubectl get writes it",
      text: `apiVersion: v1\nkind: List\nitems: ${JSON.stringify(loadAll(OVERLAP))}`,
      lines: ["IPAddressPool/b spec.addresses: Pool"],
    },
    {
      name: "a name twice",
      text: `${GOOD}---\n${pool("a", "198.51.100.0/28")}`,
      lines: ["IPAddressPool/a metadata.name: It is in the files twice"],
    },
    {
      name: "no name",
      text: "apiVersion: metallb.io/v1beta1\nkind: BFDProfile\nmetadata: {}\n",
      lines: ["BFDProfile/ metadata: must have required property 'name'"],
    },
    {
      name: "no metadata",
      text: "apiVersion: metallb.io/v1beta1\nkind: BFDProfile\n",
      lines: ["BFDProfile/: must have required property 'metadata'"],
    },
    {
      name: "a field in other letters",
      text: `${FOR_ALL}spec: {Interfaces: [eth0]}\n`,
      lines: [
        'L2Advertisement/all spec.Interfaces: There is no field "Interfaces": kubectl refuses it. Write "interfaces".',
      ],
    },
    {
      name: "a field that nobody knows",
      text: `${FOR_ALL}spec: {colour: red}\n`,
      lines: [
        'L2Advertisement/all spec.colour: There is no field "colour": kubectl refuses it. Take it out.',
      ],
    },
    {
      name: "a slip in the one field that has to be there",
      text: pool("a", "192.0.2.0/28").replace("addresses", "adresses") + `---\n${FOR_ALL}`,
      lines: [
        'IPAddressPool/a spec.adresses: There is no field "adresses": kubectl refuses it. Write "addresses".',
        "IPAddressPool/a spec: must have required property 'addresses'",
      ],
    },
    {
      name: "a field deep in a list",
      text: `${FOR_ALL}spec: {nodeSelectors: [{matchLabel: {a: b}}]}\n`,
      lines: [
        'L2Advertisement/all spec.nodeSelectors[0].matchLabel: There is no field "matchLabel"',
      ],
    },
    {
      name: "fields of the spec beside it, and of the metadata",
      text: `${FOR_ALL.replace("name: all", "name: all, lables: {}")}interfaces: [eth0]\n`,
      lines: [
        'metadata.lables: There is no field "lables": kubectl refuses it. Write "labels".',
        'interfaces: There is no field "interfaces": kubectl refuses it. Write it under "spec".',
      ],
    },
    {
      name: "nothing that stands in a status, nor the keys of labels",
      text: GOOD.replace("spec:", "status: {future: 1}\nspec:"),
      lines: [],
    },
    {
      name: "a kind that is meant to be another",
      text: pool("a", "192.0.2.0/28").replace("IPAddressPool", "IPAdressPool"),
      lines: [
        'IPAdressPool/a kind: There is no kind "IPAdressPool" in metallb.io. Write "IPAddressPool".',
      ],
    },
    {
      name: "a kind that nobody knows, in a group that is MetalLB's alone",
      text: "apiVersion: metallb.io/v1beta1\nkind: Quux\nmetadata: {name: a}\n",
      lines: ['Quux/a kind: There is no kind "Quux" in metallb.io. There are: '],
    },
    {
      name: "a kind of another module in Deckhouse's group, of MetalLB's operator, a status",
      text: [
        ["network.deckhouse.io/v1alpha1", "EgressGateway"],
        ["metallb.io/v1beta1", "MetalLB"],
        ["metallb.io/v1beta1", "ServiceL2Status"],
      ]
        .map(([version, kind]) => `apiVersion: ${version}\nkind: ${kind}\nmetadata: {name: a}\n`)
        .join("---\n"),
      ...{ lines: [], skipped: 3 },
    },
    {
      name: "a slip in a kind of Deckhouse",
      text: "apiVersion: network.deckhouse.io/v1alpha1\nkind: MetalLoadbalancerClas\nmetadata: {name: a}\n",
      lines: [
        'There is no kind "MetalLoadbalancerClas" in network.deckhouse.io. Write "MetalLoadBalancerClass".',
      ],
    },
    {
      name: "a version that there is not: the rest is checked",
      text: OVERLAP.replace("v1beta1", "v1alpha9"),
      lines: [
        'IPAddressPool/a apiVersion: There is no version "v1alpha9" of IPAddressPool. Write "metallb.io/v1beta1".',
        "IPAddressPool/b spec.addresses: Pool",
      ],
    },
    {
      name: "a version without its group",
      text: FOR_ALL.replace("metallb.io/", ""),
      lines: ['There is no kind L2Advertisement in "v1beta1". Write "metallb.io/v1beta1".'],
    },
    {
      name: "a name twice, where one of them is not obeyed: two objects",
      text: `${GOOD}---\n${pool("a", "198.51.100.0/28").replace(HOME, "shop")}`,
      lines: ["IPAddressPool/a metadata.namespace: resource must be created in metallb-system"],
    },
    {
      name: "a name twice, in two versions, and with the namespace left out",
      text:
        peer("a", "peerAddress: 10.0.0.1").replace(`, namespace: ${HOME}`, "") +
        `---\n${peer("a", "peerAddress: 10.0.0.1").replace("v1beta2", "v1beta1")}`,
      lines: [
        "BGPPeer/a metadata.name: It is in the files twice, first in f:1. Keep one of the two.",
        "BGPPeer/a metadata.namespace: warning: It names no namespace",
        "BGPPeer/a apiVersion: warning: v1beta1 is deprecated",
      ],
    },
    {
      name: "a Service twice, and one of its name elsewhere",
      text: ["shop", "shop", "lab"].map((it) => service("").replace("shop", it)).join("---\n"),
      lines: ["Service/shop/web metadata.name: It is in the files twice, first in f:1."],
    },
    {
      name: "no text where a text belongs",
      text:
        service("", "{network.deckhouse.io/l2-load-balancer-external-ips-count: 3}") +
        `---\n${FOR_ALL.replace("name: all", "name: all, labels: {a: true}")}`,
      lines: [
        "Service/shop/web metadata.annotations.network.deckhouse.io/l2-load-balancer-external-ips-count: must be string. Put it into quotes",
        "L2Advertisement/all metadata.labels.a: must be string. Put it into quotes",
      ],
    },
    {
      name: "Services and Nodes that are none",
      text: ["Service", "Node", "Secret"]
        .map((kind) => `apiVersion: v1\nkind: ${kind}\nmetadata: hello\n`)
        .join("---\n"),
      lines: ["Service/default/ metadata: must be object", "Node/ metadata", "Secret/ metadata"],
    },
    {
      name: "the older version of a peer",
      text: peer("a", "peerAddress: 10.0.0.1").replace("v1beta2", "v1beta1"),
      lines: ["BGPPeer/a apiVersion: warning: v1beta1 is deprecated, please use v1beta2."],
    },
    {
      name: "selectors that may meet, and no Nodes",
      text:
        peer("a", "peerAddress: 10.0.0.1, nodeSelectors: [{matchLabels: {rack: a}}]") +
        `---\n${peer("b", "peerAddress: 10.0.0.1, nodeSelectors: [{matchLabels: {role: edge}}]")}`,
      lines: ["BGPPeer/b spec.peerAddress: warning: The peer"],
    },
    {
      name: "selectors that cannot meet, and no Nodes",
      text:
        peer("a", "peerAddress: 10.0.0.1, nodeSelectors: [{matchLabels: {rack: a}}]") +
        `---\n${peer("b", "peerAddress: 10.0.0.1, nodeSelectors: [{matchExpressions: [{key: rack, operator: In, values: [b, c]}]}]")}`,
      lines: [],
    },
    {
      name: "one selector twice, and no Nodes",
      text:
        peer("a", "peerAddress: 10.0.0.1, nodeSelectors: [{matchLabels: {rack: a}}]") +
        `---\n${peer("b", "peerAddress: 10.0.0.1, nodeSelectors: [{matchExpressions: [{key: rack, operator: In, values: [a]}]}]")}`,
      lines: ["BGPPeer/b spec.peerAddress: The peer"],
    },
    {
      name: "a label and its absence, and no Nodes",
      text:
        peer("a", "peerAddress: 10.0.0.1, nodeSelectors: [{matchLabels: {rack: a}}]") +
        `---\n${peer("b", "peerAddress: 10.0.0.1, nodeSelectors: [{matchExpressions: [{key: rack, operator: DoesNotExist}]}]")}`,
      lines: [],
    },
    {
      name: "a Secret of another type",
      text:
        peer("a", "peerAddress: 10.0.0.1, passwordSecret: {name: key}") +
        `---\napiVersion: v1\nkind: Secret\nmetadata: {name: key}\ntype: Opaque\n`,
      lines: [
        'BGPPeer/a spec.passwordSecret: warning: The peer "a" names the Secret "key", which is of the type "Opaque"',
      ],
    },
    {
      name: "a Secret of another namespace",
      text:
        peer("a", "peerAddress: 10.0.0.1, passwordSecret: {name: key}") +
        `---\napiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: shop}\ntype: kubernetes.io/basic-auth\n`,
      lines: [
        'BGPPeer/a spec.passwordSecret: warning: The peer "a" names the Secret "key", which does not exist',
      ],
    },
    {
      name: "the Secret that is meant",
      text:
        peer("a", "peerAddress: 10.0.0.1, passwordSecret: {name: key}") +
        `---\napiVersion: v1\nkind: Secret\nmetadata: {name: key}\ntype: kubernetes.io/basic-auth\n`,
      lines: [],
    },
    {
      name: "echo packets for IPv6",
      text:
        `${pool("a", '"2001:db8::/64"')}---\n${peer("p", "peerAddress: 10.0.0.1, bfdProfile: echo")}---\n` +
        `apiVersion: metallb.io/v1beta1\nkind: BFDProfile\nmetadata: {name: echo, namespace: ${HOME}}\nspec: {echoMode: true}\n---\n` +
        `apiVersion: metallb.io/v1beta1\nkind: BGPAdvertisement\nmetadata: {name: all, namespace: ${HOME}}\n`,
      lines: ['BGPPeer/p spec.bfdProfile: warning: The peer "p" is told of IPv6 addresses of "a"'],
    },
    {
      name: "a Service that cannot be understood",
      text: service("", "{network.deckhouse.io/l2-load-balancer-external-ips-count: many}"),
      lines: ['Service/shop/web metadata.annotations: Cannot use the count "many"'],
    },
    {
      name: "a Service that names what is not in the files",
      text:
        `${GOOD}---\n` +
        service(
          ", loadBalancerIP: 198.51.100.1",
          "{metallb.universe.tf/address-pool: gold, network.deckhouse.io/metal-load-balancer-class: edge}",
        ),
      lines: [
        "metadata.annotations: warning: Service uses deprecated annotation metallb.universe.tf/address-pool",
        'warning: There is no pool "gold"',
        'warning: There is no class "edge"',
        "warning: The Service requests 198.51.100.1, which no pool of IPv4 addresses has",
      ],
    },
    {
      name: "words that are nearly those of a Service",
      text: service(
        ", loadBalancerip: 192.0.2.1, ipFamilyPolicy: PreferDualstack, ipFamilies: [IPv4, ipv6], externalTrafficPolicy: Node",
        "{metallb.io/loadBalancerIp: 192.0.2.1, network.deckhouse.io/load-balancer-ip: 192.0.2.1}",
      ),
      lines: [
        'metadata.annotations: warning: There is no annotation "metallb.io/loadBalancerIp": it asks for nothing. Write "metallb.io/loadBalancerIPs".',
        'warning: There is no annotation "network.deckhouse.io/load-balancer-ip"',
        'Service/shop/web spec.loadBalancerip: There is no field "loadBalancerip": kubectl refuses it. Write "loadBalancerIP".',
        'spec.ipFamilyPolicy: "PreferDualstack" is no value of it: kubectl refuses it. Write "PreferDualStack".',
        'spec.ipFamilies: "ipv6" is no value of it: kubectl refuses it. Write "IPv6".',
        'spec.externalTrafficPolicy: "Node" is no value of it: kubectl refuses it. Write one of Cluster, Local.',
      ],
    },
    {
      name: "a type that is nearly a load balancer: what it asks for is looked at",
      text: service("", "{metallb.io/adress-pool: gold}").replace("LoadBalancer", "Loadbalancer"),
      lines: [
        'warning: There is no annotation "metallb.io/adress-pool"',
        'spec.type: "Loadbalancer" is no value of it: kubectl refuses it. Write "LoadBalancer".',
      ],
    },
    {
      name: "what others read of a Service",
      text: service(
        ", loadBalancerClass: service.k8s.aws/nlb, trafficDistribution: PreferClose, loadBalancerSourceIPs: [], future: 1, loadBalancerSourceRanges: []",
        "{service.beta.kubernetes.io/x: y, metallb.io/future: z, network.deckhouse.io/load-balancer-name: z, example.org/loadBalancerIp: x}",
      ),
      lines: [],
    },
    {
      name: "a class that is nearly one of ours, and one of others",
      text: ["egde", "nlb"]
        .map((name) =>
          service(`, loadBalancerClass: ${name}`).replace("name: web", `name: ${name}`),
        )
        .join(`---\n${EDGE}---\n`),
      lines: [
        'Service/shop/egde spec.loadBalancerClass: warning: There is no class "egde": the Service is left to others. Write "edge".',
      ],
    },
    {
      name: "two Services that ask for one address",
      text: asking("", "80", ""),
      lines: [
        "Service/shop/api metadata.annotations: warning: The Service requests 192.0.2.1, as the Service shop/web does. Request another",
      ],
    },
    {
      name: "two Services that ask for one address, and share a port",
      text: asking("80", "80"),
      lines: ["requests 192.0.2.1, as the Service shop/web does, and both use TCP/80."],
    },
    { name: "two Services that share the address", text: asking("80", "81"), lines: [] },
    {
      name: "two Services of a class of others that ask for one address",
      text: asking("", "80", ", loadBalancerClass: example.org/lb"),
      lines: [],
    },
    {
      name: "names, labels and annotations that Kubernetes does not take",
      text:
        pool("My_Pool", "192.0.2.0/28", ", labels: {tier: a b, -x: y}, annotations: {a/b/c: d}") +
        `---\n${FOR_ALL}---\n${service("").replace("name: web", "name: web.shop")}`,
      lines: [
        'IPAddressPool/My_Pool metadata.name: "My_Pool" is no name: kubectl refuses it. Write at most 253 small letters',
        'metadata.labels: "-x" is no key of a label: kubectl refuses it.',
        'metadata.labels: "a b" is no value of a label: kubectl refuses it.',
        'metadata.annotations: "a/b/c" is no key of an annotation: kubectl refuses it.',
        'Service/shop/web.shop metadata.name: "web.shop" is no name: kubectl refuses it. Write at most 63 small letters',
      ],
    },
    {
      name: "names within a Service, and its own, that Kubernetes does not take",
      text: service(
        ", loadBalancerClass: a/b/c, selector: {app: a b}, ports: [{port: 80, targetPort: '80'}, {port: 81}]",
      ).replace("name: web", "name: 1web"),
      lines: [
        'Service/shop/1web metadata.name: "1web" is no name: kubectl refuses it. Write at most 63 small letters, digits and "-", a letter first (a digit from Kubernetes 1.36 on)',
        'Service/shop/1web spec.selector: "a b" is no value of a label: kubectl refuses it.',
        'spec.loadBalancerClass: "a/b/c" is no name of a class: kubectl refuses it.',
        "spec.ports[0].name: Of several ports each has a name, and this one has none",
        'spec.ports[0].targetPort: "80" is no name of a port: kubectl refuses it. Write at most 15',
        "spec.ports[1].name: Of several ports each has a name",
      ],
    },
    {
      name: "Services without a name",
      text: ["{namespace: shop}", "{name: ''}", "{name: 7}"]
        .map((metadata) => `apiVersion: v1\nkind: Service\nmetadata: ${metadata}\n`)
        .join("---\n"),
      lines: [
        "Service/shop/ metadata: must have required property 'name'",
        "Service/default/ metadata.name: must NOT have fewer than 1 characters",
        "Service/default/7 metadata.name: must be string. Put it into quotes",
      ],
    },
    {
      name: "names, labels and annotations of all sorts that it takes",
      text:
        pool("1.a-b.c", "192.0.2.0/28", ", labels: {a.b/C_d-e: F.g_h-1, empty: ''}") +
        `---\n${FOR_ALL}---\n${service("", "{Example.org/Some_Thing.x: a b}")}`,
      lines: [],
    },
    {
      name: "no namespace: kubectl puts it elsewhere",
      text: `${pool("a", "192.0.2.0/28").replace(`, namespace: ${HOME}`, "")}---\n${FOR_ALL}`,
      lines: [
        'IPAddressPool/a metadata.namespace: warning: It names no namespace: kubectl puts it into that of its context. Write "metallb-system".',
      ],
    },
    {
      name: "families that the API server fills in: both by the policy, none yet by name",
      text: [
        service(
          ", ipFamilyPolicy: RequireDualStack",
          '{metallb.io/loadBalancerIPs: "192.0.2.1,2001:db8::1"}',
        ),
        service("", '{metallb.io/loadBalancerIPs: "2001:db8::2"}').replace(
          "name: web",
          "name: six",
        ),
        service(', loadBalancerIP: "2001:db8::3"').replace("name: web", "name: field"),
        service(
          ", ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv6]",
          '{metallb.io/loadBalancerIPs: "192.0.2.4,2001:db8::4"}',
        ).replace("name: web", "name: prefers"),
        service(
          ", clusterIPs: [], clusterIP: ''",
          '{metallb.io/loadBalancerIPs: "2001:db8::5"}',
        ).replace("name: web", "name: empty"),
      ].join("---\n"),
      lines: [],
    },
    {
      name: "families that the file says",
      text: [
        service(", ipFamilies: [IPv4]", '{metallb.io/loadBalancerIPs: "2001:db8::2"}'),
        service(", clusterIPs: [10.0.0.1]", '{metallb.io/loadBalancerIPs: "2001:db8::3"}').replace(
          "name: web",
          "name: held",
        ),
        service("", '{metallb.io/loadBalancerIPs: "192.0.2.1,2001:db8::1"}').replace(
          "name: web",
          "name: single",
        ),
      ].join("---\n"),
      lines: [
        "Service/shop/web metadata.annotations: Cannot give 2001:db8::2: the Service has no IPv6",
        "Service/shop/held metadata.annotations: Cannot give 2001:db8::3: the Service has no IPv6",
        "Service/shop/single metadata.annotations: warning: The Service requests 192.0.2.1 and 2001:db8::1, and has one family",
      ],
    },
    {
      name: "a class of others: nothing of what the Service asks for",
      text: `${EDGE}---\n${service(", loadBalancerClass: example.org/lb, loadBalancerIP: lb-7", "{metallb.io/loadBalancerIPs: x}")}`,
      lines: [],
    },
    {
      name: "a class that may be in other files: nothing of the field, and a warning of ours",
      text: service(
        ", loadBalancerClass: edge, loadBalancerIP: lb-7",
        "{network.deckhouse.io/l2-load-balancer-external-ips-count: many}",
      ),
      lines: ['metadata.annotations: warning: Cannot use the count "many"'],
    },
    {
      name: "a class does not read what is left in spec.loadBalancerIP",
      text: [
        EDGE.replace("spec: {", "spec: {isDefault: true, "),
        service(", loadBalancerIP: left over"),
        service(", loadBalancerClass: edge, loadBalancerIP: 198.51.100.1").replace(
          "name: web",
          "name: named",
        ),
        service(
          ", loadBalancerIP: 198.51.100.1",
          "{network.deckhouse.io/load-balancer-ips: 192.0.2.1}",
        ).replace("name: web", "name: both"),
      ].join("---\n"),
      lines: [],
    },
    {
      name: "a class to which a Service is bound does not read it either",
      text: `${EDGE}---\n${GOOD.replace("192.0.2.0", "198.51.100.0")}---\n${service(", loadBalancerIP: left over")}status: {conditions: [{type: network.deckhouse.io/load-balancer-class, status: "True", message: edge}]}\n`,
      lines: [],
    },
    {
      name: "pools do: what is wrong there is wrong",
      text: `${GOOD}---\n${service(", loadBalancerIP: lb-7")}`,
      lines: ['Service/shop/web spec.loadBalancerIP: Cannot read "lb-7" as an address'],
    },
    {
      name: "neither class nor pool in the files: it may be wrong",
      text: service(", loadBalancerIP: lb-7"),
      lines: ['Service/shop/web spec.loadBalancerIP: warning: Cannot read "lb-7" as an address'],
    },
    {
      name: "the field and the annotation disagree",
      text: `${GOOD}---\n${service(", loadBalancerIP: 192.0.2.2", "{metallb.io/loadBalancerIPs: 192.0.2.1}")}`,
      lines: [
        'Service/shop/web spec.loadBalancerIP: spec.loadBalancerIP says "192.0.2.2", the annotation says "192.0.2.1"',
      ],
    },
    {
      name: "the field and the annotation agree, in two spellings",
      text: service(
        ', loadBalancerIP: "2001:DB8::5"',
        '{metallb.io/loadBalancerIPs: "2001:db8::5"}',
      ),
      lines: [],
    },
    {
      name: "a Service that is none of a load balancer",
      text:
        `${GOOD}---\n` +
        service("", "{metallb.io/address-pool: gold}").replace("LoadBalancer", "ClusterIP"),
      lines: [],
    },
  ];

  for (const { name, text, lines, skipped = 0 } of rows) {
    it(name, () => {
      const documents = loadAll(text).map((value, i) => ({ file: "f", place: i + 1, value }));
      const report = lint(documents, { metallbNamespace: HOME });
      const said = report.lines.map(
        ({ object, field, message, isWarning }) =>
          `${object}${field === "" ? "" : ` ${field}`}: ${isWarning ? "warning: " : ""}${message}`,
      );
      expect(said).to.have.length(lines.length, said.join("\n"));
      for (const [i, line] of lines.entries()) expect(said[i]).to.contain(line);
      expect(report.skipped).to.equal(skipped);
    });
  }
});

describe("lint: our own manifests", () => {
  const PAGES = ["README.md", "docs"];

  it("every example in the documentation and every file of deploy/ passes", async () => {
    const names = await readdir(join(ROOT, "docs"), { recursive: true });
    const pages = [
      ...PAGES.slice(0, 1),
      ...names.filter((name) => name.endsWith(".md")).map((name) => join("docs", name)),
    ];
    const examples = await Promise.all(
      pages.map(async (page) => {
        const text = await readFile(join(ROOT, page), "utf8");
        return [...text.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```/gm)].map(
          ([, indent = "", yaml = ""]) => ({
            ...{ file: page, text: yaml.replaceAll(new RegExp(`^${indent}`, "gm"), "") },
          }),
        );
      }),
    );
    const deployed = await Promise.all(
      (await readdir(join(ROOT, "deploy")))
        .filter((name) => name.endsWith(".yaml"))
        .map(async (name) => ({
          file: name,
          text: await readFile(join(ROOT, "deploy", name), "utf8"),
        })),
    );
    let checked = 0;
    for (const { file, text } of [...examples.flat(), ...deployed]) {
      const documents = loadAll(text).map((value, i) => ({ file, place: i + 1, value }));
      const report = lint(documents, { metallbNamespace: HOME });
      expect(
        report.lines.filter(({ isWarning }) => !isWarning),
        `${file}\n${text}`,
      ).to.deep.equal([]);
      checked += report.checked;
    }
    expect(checked).to.be.at.least(1);
  });
});
