/** The webhook's certificates in their Secret on a real API server, with the rights of deploy/, through years of a clock in hand. */
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { expect } from "chai";
import { pino } from "pino";
import {
  Certificates,
  readCertificates,
  type CertificateFiles,
} from "../../src/controller/io/certificates.ts";
import { REISSUE_AFTER_MS } from "../../src/controller/certificate-schedule.ts";
import { KubeClient } from "../../src/kube/io/client.ts";
import { manifests } from "../deploy/manifests.ts";
import { usePlane } from "./plane.ts";

const NAMESPACE = "spreadlb-system";
const PATH = `/api/v1/namespaces/${NAMESPACE}/secrets/spreadlb-webhook`;
const NAMES = ["spreadlb-webhook.spreadlb-system.svc"];
const DAY_MS = 86_400_000;
const log = pino({ level: "silent" });

describe("certificates in their Secret", function () {
  this.timeout(60_000);
  const plane = usePlane({ withCrds: false });
  let client: KubeClient;
  let nowMs = Date.now();

  before(async () => {
    const rights = manifests().filter(({ kind }) => /Role|^Namespace$/.test(kind));
    await plane.controlPlane.apply(rights);
    const kubeconfig = await plane.controlPlane.kubeconfigOf("spreadlb-controller");
    client = await KubeClient.connect({ kubeconfig });
  });

  after(() => client.close());

  const replica = () => new Certificates({ client, namespace: NAMESPACE, log, nowMs: () => nowMs });
  const look = (certificates: Certificates, names = NAMES) =>
    certificates.look({ names, known: null });

  async function stored(): Promise<Record<string, string>> {
    const { data } = (await plane.api.get(PATH)).body as { data?: Record<string, string> };
    return data ?? {};
  }

  async function write(name: string, text: string): Promise<void> {
    const data = { [name]: Buffer.from(text).toString("base64") };
    const { message } = await plane.api.patch(PATH, "merge", { data });
    expect(message).to.equal("");
  }

  it("five replicas that begin at once have one authority", async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => look(replica())));
    expect(new Set(all.map((files) => files["tls.crt"])).size).to.equal(1);
    expect(readCertificates(all[0] as CertificateFiles, NAMES)?.leaf.hasNames).to.equal(true);
  });

  it("looking again changes nothing", async () => {
    const before = await stored();
    await look(replica());
    expect(await stored()).to.deep.equal(before);
  });

  it("another name: another certificate of the same authority", async () => {
    const before = await look(replica());
    nowMs += REISSUE_AFTER_MS;
    const names = [...NAMES, "2001:db8::1", "192.0.2.1"];
    const after = await look(replica(), names);
    expect(after["ca.crt"]).to.equal(before["ca.crt"]);
    expect(after["tls.crt"]).not.to.equal(before["tls.crt"]);
    expect(new X509Certificate(after["tls.crt"]).checkIP("2001:db8::1")).to.equal("2001:db8::1");
    expect((await look(replica(), names))["tls.crt"]).to.equal(after["tls.crt"]);
  });

  const nonsense = [
    { name: "no PEM", file: "tls.crt", text: "nonsense" },
    { name: "an empty bundle", file: "ca.crt", text: "" },
    {
      name: "the key of another authority",
      file: "ca.key",
      text: pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
    },
    {
      name: "a key that is no P-256",
      file: "ca.key",
      text: pemOf(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
    },
    {
      name: "the key of another certificate",
      file: "tls.key",
      text: pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
    },
  ];
  for (const { name, file, text } of nonsense) {
    it(`is begun anew where the Secret has ${name}`, async () => {
      await write(file, text);
      const files = await look(replica());
      expect(readCertificates(files, NAMES)?.authorities).to.have.length(1);
      expect((await look(replica()))["tls.crt"]).to.equal(files["tls.crt"]);
    });
  }

  it("what others keep in the Secret stays", async () => {
    await write("note", "mine");
    await write("tls.crt", "nonsense");
    await look(replica());
    expect(Buffer.from((await stored())["note"] ?? "", "base64").toString()).to.equal("mine");
  });

  it("three years, by two replicas in turn: always valid, always trusted before it is served", async () => {
    const replicas = [replica(), replica()];
    const seen: Parameters<Certificates["look"]>[0]["known"][] = [null, null];
    const authorities = new Set<string>();
    const leaves = new Set<string>();
    let trusted = "";
    const end = nowMs + 3 * 365 * DAY_MS;
    for (let turn = 0; nowMs < end; turn++, nowMs += 2 * DAY_MS) {
      const place = turn % 2;
      const known = seen[place] ?? null;
      const files = await replicas[place]?.look({ names: NAMES, known });
      if (files === undefined) throw new Error("there are two replicas");
      const kept = readCertificates(files, NAMES);
      const served = new X509Certificate(files["tls.crt"]);
      if (trusted !== "") expect(isTrusted(served, trusted), `turn ${turn}`).to.equal(true);
      expect(Date.parse(served.validTo)).to.be.greaterThan(nowMs + 7 * DAY_MS);
      expect(kept?.authorities.length).to.be.at.most(2);
      trusted = files["ca.crt"]; // Injected, after it is served.
      seen[place] = { bundle: trusted, sinceMs: nowMs };
      authorities.add(kept?.authorities.at(-1)?.id ?? "");
      leaves.add(files["tls.crt"]);
    }
    expect(authorities.size).to.be.within(5, 6);
    expect(leaves.size).to.be.within(50, 62);
  });
});

function isTrusted(leaf: X509Certificate, bundle: string): boolean {
  const all = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return all.some((pem) => leaf.verify(new X509Certificate(pem).publicKey));
}

function pemOf(key: { export(options: { type: "pkcs8"; format: "pem" }): string | Buffer }) {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
