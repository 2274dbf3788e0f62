/** What the manifests say, held against the program and the promises: no API server needed. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKED_KINDS } from "../../src/classes/check/kinds.ts";
import { dnsPublisherCrd } from "../../src/dns/resource.ts";
import { main } from "../../src/cli/main.ts";
import { manifests, podSpecOf, type Container } from "./manifests.ts";

const { version } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"),
) as { version: string };

async function helpOf(command: string): Promise<string> {
  let out = "";
  await main([command, "--help"], { out: (text) => (out += text), err: () => undefined });
  return out.replaceAll(/\s+/g, " ");
}

describe("deploy: the manifests", () => {
  const rows = [
    { command: "controller", kind: "Deployment", ports: { http: 7472, webhook: 9443 } },
    { command: "speaker", kind: "DaemonSet", ports: { http: 7473, heartbeat: 7946 } },
  ] as const;

  for (const { command, kind, ports } of rows) {
    const only = (): Container => {
      const [container, ...more] = podSpecOf(kind).containers;
      expect(more).to.deep.equal([]);
      if (container === undefined) throw new Error(`${kind} has no container`);
      return container;
    };

    it(`${command}: the image of this version runs this command`, () => {
      const { image, args } = only();
      expect({ image, args }).to.deep.equal({ image: `spreadlb:${version}`, args: [command] });
    });

    it(`${command}: every variable is one that the command reads`, async () => {
      const help = await helpOf(command);
      const unknown = only().env.filter(({ name }) => !help.includes(`env: ${name})`));
      expect(unknown).to.deep.equal([]);
    });

    it(`${command}: the ports are the command's own`, async () => {
      const help = await helpOf(command);
      const named = only().ports.map(({ name, containerPort }) => [name, containerPort]);
      expect(Object.fromEntries(named)).to.deep.equal(ports);
      for (const [name, port] of Object.entries(ports)) {
        expect(help).to.match(new RegExp(`--${name}-port <port> [^()]*\\(default: ${port},`));
      }
    });

    it(`${command}: a read-only root, no escalation, the default seccomp profile, bounded memory`, () => {
      const { securityContext, resources } = only();
      expect(securityContext).to.deep.include({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
      });
      expect(podSpecOf(kind).securityContext).to.deep.include({
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(resources.limits).to.have.all.keys("memory");
      expect(resources.requests).to.have.all.keys("cpu", "memory");
    });
  }

  it("the controller has no capability, no uid 0 and no network of its node", () => {
    const { containers, securityContext, hostNetwork } = podSpecOf("Deployment");
    expect(containers[0]?.securityContext["capabilities"]).to.deep.equal({ drop: ["ALL"] });
    expect(securityContext).to.deep.include({ runAsNonRoot: true, runAsUser: 65534 });
    expect(hostNetwork).to.equal(undefined);
  });

  it("the speaker has the capability NET_RAW and no other", () => {
    const { containers, hostNetwork } = podSpecOf("DaemonSet");
    expect(containers[0]?.securityContext["capabilities"]).to.deep.equal({
      drop: ["ALL"],
      add: ["NET_RAW"],
    });
    expect(hostNetwork).to.equal(true);
  });

  it("nothing mounts a directory of the node", () => {
    expect(JSON.stringify(manifests())).not.to.include("hostPath");
  });

  it("no role has a wildcard, and none may read Secrets but by name", () => {
    for (const { kind, metadata, ...rest } of manifests()) {
      if (!kind.endsWith("Role")) continue;
      const { rules } = rest as unknown as {
        rules: readonly { verbs: string[]; resources: string[]; resourceNames?: string[] }[];
      };
      expect(JSON.stringify(rules), metadata.name).not.to.include("*");
      const open = rules.filter(
        ({ resources, verbs, resourceNames }) =>
          resources.includes("secrets") && resourceNames === undefined && verbs.join() !== "create",
      );
      expect(open, metadata.name).to.deep.equal([]);
    }
  });

  it("the webhook looks at our kinds alone, and blocks nobody: Ignore, no Service, no Pod, no Namespace", () => {
    const [found, ...more] = manifests().filter(({ kind }) =>
      kind.endsWith("WebhookConfiguration"),
    );
    expect(more).to.deep.equal([]);
    const { webhooks } = found as unknown as {
      webhooks: readonly {
        readonly failurePolicy: string;
        readonly sideEffects: string;
        readonly timeoutSeconds: number;
        readonly rules: readonly { readonly apiGroups: string[]; readonly resources: string[] }[];
      }[];
    };
    for (const webhook of webhooks) {
      expect(webhook).to.include({ failurePolicy: "Ignore", sideEffects: "None" });
      expect(webhook.timeoutSeconds).to.be.at.most(5);
    }
    const rules = webhooks.flatMap((webhook) => webhook.rules);
    const checked = rules.flatMap(({ apiGroups, resources }) =>
      resources.flatMap((resource) => apiGroups.map((group) => `${resource}.${group}`)),
    );
    const kinds = [...CHECKED_KINDS.values()].map(({ crd }) => crd.metadata.name);
    kinds.push(dnsPublisherCrd.metadata.name);
    expect(checked).to.have.members(kinds);
  });

  it("the kubelet waits longer for a stop than the program takes", () => {
    expect(podSpecOf("Deployment").terminationGracePeriodSeconds).to.be.greaterThan(6);
    expect(podSpecOf("DaemonSet").terminationGracePeriodSeconds).to.be.greaterThan(2);
  });
});
