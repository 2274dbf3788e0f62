/**
 * A real API server with our webhook: controllers as processes with the rights of deploy/, and what a Service is to the API server.
 *
 * There is no network of Pods here, so the configuration of deploy/ is applied with a URL in place of the Service. Behind the URL
 * stands a forwarder that hands connections to the controllers in turn.
 */
import { readFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { startControlPlane, type ControlPlane } from "../../lab/control-plane.ts";
import { freePorts } from "../../lab/ports.ts";
import { start, type LabProcess } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";
import { CONTROLLER_LEASE } from "../../src/controller/io/run.ts";
import { microTime } from "../../src/kube/micro-time.ts";
import { Api } from "../api/api.ts";
import { applyCrds } from "../api/crd-install.ts";
import { manifests } from "../deploy/manifests.ts";

const ENTRY = join(import.meta.dirname, "../../src/cli/io/entry.ts");
export const SYSTEM = "spreadlb-system";
export const METALLB = "metallb-system";
export const CONFIGURATION_PATH =
  "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/spreadlb";
export const CRD_PATH =
  "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bgppeers.metallb.io";
export const SECRET_PATH = `/api/v1/namespaces/${SYSTEM}/secrets/spreadlb-webhook`;
export const POOLS_PATH = `/apis/metallb.io/v1beta1/namespaces/${METALLB}/ipaddresspools`;
const RIGHTS = ["Namespace", "ServiceAccount"];
/** Who prepares what a test needs, and is not asked about it. */
const UNASKED = "kube-controller-manager";

/** As long as EndpointSlices and kube-proxy take, at most: the forwarder stands for both. */
const ENDPOINTS_MS = 1000;

export interface Replica {
  readonly process: LabProcess;
  readonly port: number;
  readonly httpPort: number;
}

export interface WebhookConfiguration {
  readonly metadata: { readonly name: string };
  readonly webhooks: readonly {
    readonly name: string;
    readonly clientConfig: { readonly caBundle?: string; readonly url?: string };
  }[];
}

export class WebhookCluster {
  readonly plane: ControlPlane;
  readonly api: Api;
  /** As somebody whom the webhook is not asked about. */
  readonly unasked: Api;
  readonly replicas: Replica[] = [];
  readonly #forwarder: Server;
  readonly #left = new Set<Replica>();
  #turn = 0;

  /** @param options.canLead false: all of them are standbys, and nobody writes addresses */
  static async start(
    controllers: number,
    { canLead = true }: { readonly canLead?: boolean } = {},
  ): Promise<WebhookCluster> {
    const plane = await startControlPlane();
    const api = await Api.connect(plane.kubeconfig);
    const unasked = await Api.connect(await plane.kubeconfigOf(UNASKED));
    const cluster = new WebhookCluster({ plane, api, unasked });
    try {
      await cluster.#begin(controllers, canLead);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  private constructor(parts: { plane: ControlPlane; api: Api; unasked: Api }) {
    this.plane = parts.plane;
    this.api = parts.api;
    this.unasked = parts.unasked;
    this.#forwarder = createServer((incoming) => {
      const running = this.replicas.filter((it) => it.process.running && !this.#left.has(it));
      this.#turn += 1;
      const replica = running[this.#turn % running.length];
      incoming.on("error", () => undefined);
      if (replica === undefined) {
        incoming.destroy();
        return;
      }
      const outgoing = connect(replica.port, "127.0.0.1");
      outgoing.on("error", () => incoming.destroy());
      incoming.on("close", () => outgoing.destroy());
      incoming.pipe(outgoing).pipe(incoming);
    });
  }

  async stop(): Promise<void> {
    this.#forwarder.close();
    await Promise.all(this.replicas.map(({ process }) => process.stop("SIGKILL")));
    await Promise.all([this.api.close(), this.unasked.close()]);
    await this.plane.stop();
  }

  /** What the controllers said last: for the report of a test that failed. */
  async printLogs(linesMax = 15): Promise<void> {
    for (const { process } of this.replicas) {
      const text = await readFile(process.logFile, "utf8");
      console.log(`--- ${process.name}\n${text.trimEnd().split("\n").slice(-linesMax).join("\n")}`);
    }
  }

  async startController(): Promise<Replica> {
    const name = `controller-${this.replicas.length + 1}`;
    const [http = 0, port = 0] = await freePorts(2);
    const kubeconfig = await this.plane.kubeconfigOf("spreadlb-controller");
    const argv = [
      ...[process.execPath, "--import", "tsx", ENTRY, "controller"],
      ...["--kubeconfig", kubeconfig, "--namespace", SYSTEM, "--identity", name],
      ...["--http-port", String(http), "--webhook-port", String(port)],
    ];
    const logFile = join(this.plane.directory, `${name}.log`);
    const controller = await start(argv, { name, logFile });
    const url = `http://127.0.0.1:${http}/readyz`;
    const what = `${name} was ready`;
    await controller.until(async () => (await fetch(url)).ok, { what, timeoutMs: 30_000 });
    const replica = { process: controller, port, httpPort: http };
    this.replicas.push(replica);
    return replica;
  }

  /**
   * What the deletion of a Pod is: SIGTERM, and some time later nobody is sent there any more.
   *
   * @returns what /readyz said meanwhile
   */
  async replace(replica: Replica): Promise<string> {
    const stopped = replica.process.stop("SIGTERM", 10_000);
    const url = `http://127.0.0.1:${replica.httpPort}/readyz`;
    const said = await replica.process.until(
      async () => {
        const answer = await fetch(url);
        return !answer.ok && answer.text();
      },
      { what: "it said that it is not ready", timeoutMs: 2000 },
    );
    await sleep(ENDPOINTS_MS);
    this.#left.add(replica);
    await stopped;
    return said;
  }

  async configuration(): Promise<WebhookConfiguration> {
    return (await this.api.get(CONFIGURATION_PATH)).body as unknown as WebhookConfiguration;
  }

  /** Files of the Secret, decoded. */
  async certificates(): Promise<Record<string, string>> {
    const { data = {} } = (await this.api.get(SECRET_PATH)).body as {
      data?: Record<string, string>;
    };
    const files = Object.entries(data).map(([name, text]) => {
      return [name, Buffer.from(text, "base64").toString()] as const;
    });
    return Object.fromEntries(files);
  }

  /** The fingerprint of what a replica serves to who connects now. */
  served({ port }: Replica): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.once("error", reject);
    });
  }

  /** Waits until everything of the webhook is in place: a pool that overlaps is refused. */
  async untilAsked(): Promise<void> {
    await this.unasked.create(POOLS_PATH, pool("asked", ["198.51.100.0/24"]));
    await waitFor(async () => (await this.tryPool("198.51.100.7/32")).status >= 400, {
      what: "the webhook to be asked",
      timeoutMs: 30_000,
    });
    await this.unasked.delete(`${POOLS_PATH}/asked`);
  }

  /** Nothing is stored. */
  tryPool(addresses: string) {
    return this.api.create(`${POOLS_PATH}?dryRun=All`, pool("tried", [addresses]));
  }

  async applyConfiguration(): Promise<void> {
    const { port } = this.#forwarder.address() as { port: number };
    const found = manifests().find(({ kind }) => kind === "ValidatingWebhookConfiguration");
    const { webhooks, ...rest } = found as unknown as WebhookConfiguration;
    const url = `https://127.0.0.1:${port}/validate`;
    const expression = `request.userInfo.username != "${UNASKED}"`;
    const matchConditions = [{ name: "not-who-prepares", expression }];
    const asked = webhooks.map((it) => ({ ...it, matchConditions, clientConfig: { url } }));
    await this.plane.apply([{ ...rest, webhooks: asked }]);
  }

  async #begin(controllers: number, canLead: boolean): Promise<void> {
    await applyCrds(this.api);
    const rights = manifests().filter(({ kind }) => RIGHTS.includes(kind) || kind.includes("Role"));
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: METALLB } };
    await this.plane.apply([...rights, namespace, ...(canLead ? [] : [takenLease()])]);
    await new Promise<void>((resolve) => {
      this.#forwarder.listen(0, "127.0.0.1", resolve);
    });
    await this.applyConfiguration();
    for (let i = 0; i < controllers; i++) await this.startController();
    await this.untilAsked();
  }
}

/** The lease of a leader that has an hour before anybody may doubt it. */
function takenLease(): object {
  const nowTime = microTime(Date.now());
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: CONTROLLER_LEASE, namespace: SYSTEM },
    spec: {
      ...{ holderIdentity: "elsewhere", leaseDurationSeconds: 3600, leaseTransitions: 0 },
      ...{ acquireTime: nowTime, renewTime: nowTime },
    },
  };
}

export function pool(name: string, addresses: readonly string[]): object {
  return {
    apiVersion: "metallb.io/v1beta1",
    kind: "IPAddressPool",
    metadata: { name, namespace: METALLB },
    spec: { addresses },
  };
}
