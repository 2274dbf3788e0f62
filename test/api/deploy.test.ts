/**
 * deploy/ on a real API server: accepted as it stands, and its rights are these and no others.
 *
 * Needs root or not, but the control plane's programs: lab/binaries.ts says where they come from.
 */
import { expect } from "chai";
import { startControlPlane, type ControlPlane } from "../../lab/control-plane.ts";
import { DEPLOY, manifests } from "../deploy/manifests.ts";

const NAMESPACE = "spreadlb-system";
const START_MS_MAX = 120_000;

interface Right {
  readonly verb: string;
  /** "resource", "resource.group" or either with "/subresource". */
  readonly resource: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** `get,list pods name @namespace` written as the rights that it stands for. */
function rights(line: string): readonly Right[] {
  const [verbs = "", resource = "", ...rest] = line.split(" ");
  const namespace = rest.find((word) => word.startsWith("@"))?.slice(1);
  const name = rest.find((word) => !word.startsWith("@"));
  return verbs.split(",").map((verb) => ({
    verb,
    resource,
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
  }));
}

const EVERY_VERB = "get,list,watch,create,update,patch,delete,deletecollection";
const OURS = `@${NAMESPACE}`;

const TABLE = [
  {
    account: "spreadlb-speaker",
    may: [
      "get,list,watch virtualips.spreadlb.io",
      "patch virtualips.spreadlb.io/status",
      "get,list,watch nodes",
      "create,patch events.events.k8s.io @default",
      "get services @default",
      "create,patch,delete nodebgpstatuses.spreadlb.io",
      "patch nodebgpstatuses.spreadlb.io/status",
      "get,list,watch,create,delete servicebgpstatuses.metallb.io @metallb-system",
      "patch servicebgpstatuses.metallb.io/status @metallb-system",
      "get,list,watch endpointslices.discovery.k8s.io",
      ...["ipaddresspools", "bgpadvertisements", "bgppeers", "bfdprofiles", "communities"].map(
        (plural) => `get,list,watch ${plural}.metallb.io`,
      ),
      ...["classes", "pools", "bgppeers", "configurations"].map(
        (plural) => `get,list,watch metalloadbalancer${plural}.network.deckhouse.io`,
      ),
      `get,list,watch secrets spreadlb-heartbeat ${OURS}`,
      `list leases.coordination.k8s.io ${OURS}`,
      `create,patch,delete leases.coordination.k8s.io spreadlb-speaker-n1 ${OURS}`,
    ],
    mayNot: [
      `get,list,watch secrets ${OURS}`,
      `get,list,watch secrets bgp-password ${OURS}`,
      `create,update,patch,delete secrets spreadlb-heartbeat ${OURS}`,
      `get,watch,update leases.coordination.k8s.io ${OURS}`,
      `${EVERY_VERB} secrets @default`,
      `${EVERY_VERB} secrets spreadlb-heartbeat @kube-system`,
      "create,update,patch,delete virtualips.spreadlb.io",
      "create,update,patch,delete nodes",
      "patch,update nodes/status",
      "get,list,watch,update,delete events.events.k8s.io @default",
      "list,watch,create,update,patch,delete,deletecollection services @default",
      `${EVERY_VERB} services/status @default`,
      `${EVERY_VERB} pods ${OURS}`,
      `${EVERY_VERB} configmaps ${OURS}`,
      "create,update,patch,delete endpointslices.discovery.k8s.io @default",
      "create,update,patch,delete bgppeers.metallb.io @metallb-system",
      "get,list,watch,update,deletecollection nodebgpstatuses.spreadlb.io",
      "update,patch servicebgpstatuses.metallb.io @metallb-system",
      `${EVERY_VERB} secrets @metallb-system`,
      `${EVERY_VERB} leases.coordination.k8s.io @kube-system`,
      `${EVERY_VERB} leases.coordination.k8s.io @kube-node-lease`,
      `create serviceaccounts/token ${OURS}`,
      `create pods/exec ${OURS}`,
    ],
  },
  {
    account: "spreadlb-controller",
    may: [
      "get,list,watch services",
      "patch services/status @default",
      "get,list,watch,patch nodes",
      "get,list,watch endpointslices.discovery.k8s.io",
      "get,list,watch metalloadbalancerclasses.network.deckhouse.io",
      "patch metalloadbalancerclasses.network.deckhouse.io/status",
      "get,list,watch ipaddresspools.metallb.io",
      "get,list,watch l2advertisements.metallb.io",
      "get,list,watch bgpadvertisements.metallb.io",
      "get,list,watch bgppeers.metallb.io",
      "get,list,watch bfdprofiles.metallb.io",
      "get,list,watch communities.metallb.io",
      "get,list,watch metalloadbalancerpools.network.deckhouse.io",
      "patch metalloadbalancerpools.network.deckhouse.io/status",
      "get,list,watch metalloadbalancerbgppeers.network.deckhouse.io",
      "patch metalloadbalancerbgppeers.network.deckhouse.io/status",
      "get,list,watch metalloadbalancerconfigurations.network.deckhouse.io",
      "patch metalloadbalancerconfigurations.network.deckhouse.io/status",
      "patch ipaddresspools.metallb.io/status @metallb-system",
      "get,list,watch,create,delete servicel2statuses.metallb.io @metallb-system",
      "patch servicel2statuses.metallb.io/status @metallb-system",
      "get,list,watch,create,delete configurationstates.metallb.io @metallb-system",
      "patch configurationstates.metallb.io/status @metallb-system",
      "get,list,watch namespaces",
      "get,list,watch,create,patch,delete virtualips.spreadlb.io",
      "get,list,watch dnspublishers.spreadlb.io",
      "patch dnspublishers.spreadlb.io/status",
      "get,list,watch,create,patch,delete dnsendpoints.externaldns.k8s.io @default",
      "create,patch events.events.k8s.io @default",
      `get,list,watch,create leases.coordination.k8s.io ${OURS}`,
      `update leases.coordination.k8s.io spreadlb-controller ${OURS}`,
      `create secrets ${OURS}`,
      `get,update secrets spreadlb-webhook ${OURS}`,
      `get,list,watch secrets spreadlb-dns ${OURS}`,
      "get,patch validatingwebhookconfigurations.admissionregistration.k8s.io spreadlb",
      "get,patch customresourcedefinitions.apiextensions.k8s.io bgppeers.metallb.io",
    ],
    mayNot: [
      `list,watch,patch,delete secrets spreadlb-webhook ${OURS}`,
      `update,patch,delete secrets spreadlb-dns ${OURS}`,
      "create,update,patch,delete dnspublishers.spreadlb.io",
      "update,deletecollection dnsendpoints.externaldns.k8s.io @default",
      "update,patch dnsendpoints.externaldns.k8s.io/status @default",
      "list,watch,create,update,delete validatingwebhookconfigurations.admissionregistration.k8s.io",
      "get,patch validatingwebhookconfigurations.admissionregistration.k8s.io other",
      `${EVERY_VERB} mutatingwebhookconfigurations.admissionregistration.k8s.io`,
      "list,watch,create,update,delete customresourcedefinitions.apiextensions.k8s.io",
      "get,patch customresourcedefinitions.apiextensions.k8s.io ipaddresspools.metallb.io",
      `get,list,watch secrets ${OURS}`,
      `get,list,watch secrets bgp-password ${OURS}`,
      `get,list,watch,update,patch,delete secrets spreadlb-heartbeat ${OURS}`,
      `${EVERY_VERB} secrets @default`,
      `${EVERY_VERB} secrets spreadlb-heartbeat @kube-system`,
      "create,update,patch,delete services @default",
      "create,update,delete nodes",
      "patch,update nodes/status",
      "create,update,patch,delete metalloadbalancerclasses.network.deckhouse.io",
      "create,update,patch,delete ipaddresspools.metallb.io",
      "create,update,patch,delete l2advertisements.metallb.io",
      "create,update,patch,delete namespaces",
      "update,deletecollection virtualips.spreadlb.io",
      "update,patch virtualips.spreadlb.io/status",
      `${EVERY_VERB} pods ${OURS}`,
      `${EVERY_VERB} configmaps ${OURS}`,
      `update,patch,delete leases.coordination.k8s.io spreadlb-speaker-n1 ${OURS}`,
      `${EVERY_VERB} leases.coordination.k8s.io @kube-system`,
      "get,list,watch,update,delete events.events.k8s.io @default",
      `create serviceaccounts/token ${OURS}`,
      `create pods/exec ${OURS}`,
    ],
  },
] as const;

describe("deploy/ on a real API server", function () {
  this.timeout(START_MS_MAX);
  let controlPlane: ControlPlane;

  before(async () => {
    controlPlane = await startControlPlane();
    await controlPlane.kubectl(["apply", "-f", `${DEPLOY}/00-namespace.yaml`]);
  });

  after(() => controlPlane.stop());

  it("kubectl apply --dry-run=server accepts every object", async () => {
    const args = ["apply", "--dry-run=server", "-o", "name", "-f", DEPLOY];
    const accepted = (await controlPlane.kubectl(args)).trim().split("\n");
    expect(accepted.map((line) => line.replace(/\..*\//, "/"))).to.have.members(
      manifests().map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`),
    );
  });

  it("nothing in it is misspelt: strict validation has no warning", async () => {
    const args = ["apply", "--dry-run=server", "--validate=strict", "-f", DEPLOY];
    await controlPlane.kubectl(args);
  });

  describe("rights", () => {
    before(() => controlPlane.kubectl(["apply", "-f", `${DEPLOY}/10-rbac.yaml`]));

    for (const { account, may, mayNot } of TABLE) {
      it(`${account} may do its work`, async () => {
        expect(await decisions(account, may)).to.deep.equal(expected(may, true));
      });
      it(`${account} may do nothing else`, async () => {
        expect(await decisions(account, mayNot)).to.deep.equal(expected(mayNot, false));
      });
      it(`${account}: the table names every rule that is granted`, () => {
        const named = may.flatMap(rights).map(({ verb, resource }) => `${verb} ${resource}`);
        expect([...new Set(named)]).to.have.members(granted(account));
      });
    }
  });

  /** Asks the API server's authorizer: SubjectAccessReview, what `kubectl auth can-i --as` asks for oneself. */
  async function decisions(
    account: string,
    lines: readonly string[],
  ): Promise<Record<string, boolean>> {
    const all = lines.flatMap(rights);
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: all.map((right) => review(account, right)),
    };
    const format = 'jsonpath={.status.allowed}{"\\n"}';
    const args = ["create", "-o", format, "-f", "-"];
    const answers = (await controlPlane.kubectl(args, JSON.stringify(list))).trim().split("\n");
    return Object.fromEntries(all.map((right, i) => [sentence(right), answers[i] === "true"]));
  }
});

function review(account: string, { verb, resource, name, namespace }: Right): object {
  const [dotted = "", subresource] = resource.split("/");
  const [plural, ...group] = dotted.split(".");
  return {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: {
      user: `system:serviceaccount:${NAMESPACE}:${account}`,
      groups: [
        "system:serviceaccounts",
        `system:serviceaccounts:${NAMESPACE}`,
        "system:authenticated",
      ],
      resourceAttributes: {
        verb,
        resource: plural,
        group: group.join("."),
        ...(subresource === undefined ? {} : { subresource }),
        ...(name === undefined ? {} : { name }),
        ...(namespace === undefined ? {} : { namespace }),
      },
    },
  };
}

function sentence({ verb, resource, name = "", namespace = "" }: Right): string {
  return `${verb} ${resource} ${name} ${namespace}`.trim();
}

function expected(lines: readonly string[], allowed: boolean): Record<string, boolean> {
  return Object.fromEntries(lines.flatMap(rights).map((right) => [sentence(right), allowed]));
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What the manifests grant to an account, as `verb resource.group/subresource`. */
function granted(account: string): readonly string[] {
  const roles = manifests().filter(
    ({ kind, metadata }) => kind.endsWith("Role") && metadata.name === account,
  ) as unknown as readonly { readonly rules: readonly Rule[] }[];
  const all = roles.flatMap(({ rules }) => rules).flatMap(rightsOfRule);
  return [...new Set(all)];
}

function rightsOfRule({ apiGroups, resources, verbs }: Rule): readonly string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) => {
      const [plural = "", subresource] = resource.split("/");
      const dotted = group === "" ? plural : `${plural}.${group}`;
      const path = subresource === undefined ? dotted : `${dotted}/${subresource}`;
      return verbs.map((verb) => `${verb} ${path}`);
    }),
  );
}
