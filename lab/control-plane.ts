/**
 * A real control plane on loopback: etcd, kube-apiserver and, on demand, kube-controller-manager.
 *
 * Each has its own directory, ports, keys and tokens, so any number can live side by side. RBAC is
 * on, so least privilege can be tested. All of it is gone after stop(), and after a crash as well.
 * Left out on purpose: a scheduler, a kubelet, and the ServiceAccount admission plugin, so that Pods
 * can be made and their status written by hand.
 */

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubeBinaries, type KubeBinaries } from "./binaries.ts";
import type { Log } from "./build.ts";
import { Guardian } from "./guardian.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { freePorts } from "./ports.ts";
import { run, start, type LabProcess } from "./process.ts";

/** The API server as seen from the nodes of a cluster (cluster.ts), beside loopback. */
export const API_ADDRESS_FOR_NODES = "10.76.0.1";
export const SERVICE_CIDRS = "10.79.0.0/16,fd79::/108";
export const POD_CIDRS = "10.78.0.0/16,fd78::/48";

/** What stands in for the parts of a cluster that are not there; the node lifecycle is the tests'. */
const CONTROLLERS = [
  "endpointslice-controller",
  "garbage-collector-controller",
  "namespace-controller",
  "serviceaccount-controller",
];
const READY_MS_MAX = 60_000;
const API_SERVER_GRACE_MS = 3000;

export interface ControlPlaneOptions {
  readonly controllerManager?: boolean;
  readonly log?: Log;
}

const JSON_TYPE = "application/json";
const MERGE_TYPE = "application/merge-patch+json";
const APPLY_TYPE = "application/apply-patch+yaml";
export type ApiVerb = "GET" | "POST" | "PUT" | "PATCH" | "APPLY" | "DELETE";

/** Users that the API server knows by a token of their own. */
type User =
  "admin" | "kube-controller-manager" | "kube-proxy" | "spreadlb-controller" | "spreadlb-speaker";

/** SpreadLB's own programs have the names and groups of their service accounts, and so their rights. */
const ACCOUNT_NAMESPACE = "spreadlb-system";

interface Setting {
  readonly directory: string;
  readonly etcdDirectory: string;
  readonly binaries: KubeBinaries;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly apiPort: number;
  readonly tokens: Readonly<Record<User, string>>;
}

/** Starts a control plane and resolves when it serves. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const log = options.log ?? (() => undefined);
  const binaries = await kubeBinaries(log);
  const directory = await mkdtemp(join(tmpdir(), "spreadlb-lab-"));
  const etcdDirectory = await mkdtemp(join(memoryDirectory(), "spreadlb-etcd-"));
  const guardian = new Guardian({ directories: [directory, etcdDirectory] });
  const [etcdPort = 0, etcdPeerPort = 0, apiPort = 0] = await freePorts(3);
  const token = () => randomBytes(24).toString("hex");
  const tokens = {
    admin: token(),
    "kube-controller-manager": token(),
    "kube-proxy": token(),
    "spreadlb-controller": token(),
    "spreadlb-speaker": token(),
  };
  const setting = {
    directory,
    etcdDirectory,
    binaries,
    etcdPort,
    etcdPeerPort,
    apiPort,
    tokens,
  };
  const controlPlane = new ControlPlane(setting, guardian);
  try {
    await controlPlane.begin(options.controllerManager ?? false);
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
  return controlPlane;
}

/** etcd syncs every write; in memory that costs nothing. */
function memoryDirectory(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

export class ControlPlane {
  readonly directory: string;
  readonly apiPort: number;
  /** Path of a kubeconfig for the user with all rights, over loopback. */
  readonly kubeconfig: string;
  readonly binaries: KubeBinaries;
  readonly #setting: Setting;
  readonly #guardian: Guardian;
  #etcd: LabProcess | null = null;
  #apiServer: LabProcess | null = null;
  #controllerManager: LabProcess | null = null;

  constructor(setting: Setting, guardian: Guardian) {
    this.directory = setting.directory;
    this.apiPort = setting.apiPort;
    this.kubeconfig = join(setting.directory, "admin.kubeconfig");
    this.binaries = setting.binaries;
    this.#setting = setting;
    this.#guardian = guardian;
  }

  get server(): string {
    return `https://127.0.0.1:${this.apiPort}`;
  }

  /** The ids of what runs, for tests that look whether all of it has ended. */
  get pids(): readonly number[] {
    const all = [this.#etcd, this.#apiServer, this.#controllerManager];
    return all.flatMap((process) => (process?.running ? [process.pid] : []));
  }

  async begin(controllerManager: boolean): Promise<void> {
    await this.#writeKeys();
    await this.#startEtcd();
    await this.startApiServer();
    if (controllerManager) await this.startControllerManager();
  }

  /** Runs kubectl as the user with all rights; returns its stdout. */
  async kubectl(args: readonly string[], stdin?: string): Promise<string> {
    const cache = join(this.directory, "kubectl-cache");
    const argv = [this.binaries.kubectl, "--kubeconfig", this.kubeconfig, "--cache-dir", cache];
    return run([...argv, ...args], stdin === undefined ? {} : { stdin });
  }

  /**
   * One request to the API as the user with all rights, without the cost of a kubectl.
   *
   * @param verb PATCH is a merge patch, APPLY a server-side apply
   * @param path for example "/api/v1/nodes/n1/status"
   * @throws Error with the server's own words when it answers with another status than 2xx
   */
  async api(verb: ApiVerb, path: string, body?: object): Promise<unknown> {
    const answer =
      verb === "APPLY"
        ? await this.#request("PATCH", `${path}?fieldManager=lab&force=true`, APPLY_TYPE, body)
        : await this.#request(verb, path, verb === "PATCH" ? MERGE_TYPE : JSON_TYPE, body);
    if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.body);
    throw new Error(`${verb} ${path}: ${answer.status} ${answer.body.slice(0, 500)}`);
  }

  /** Applies objects by `kubectl apply --server-side`. */
  async apply(objects: readonly object[]): Promise<void> {
    const list = { apiVersion: "v1", kind: "List", items: objects };
    await this.kubectl(
      ["apply", "--server-side", "--force-conflicts", "-f", "-"],
      JSON.stringify(list),
    );
  }

  /**
   * Writes a kubeconfig for another user and returns its path.
   *
   * @param name of the file
   * @param token for example one of a service account: `kubectl(["create", "token", …])`
   * @param server by default the address on loopback
   */
  async writeKubeconfig(name: string, token: string, server = this.server): Promise<string> {
    const path = join(this.directory, `${name}.kubeconfig`);
    const certificateAuthority = await readFile(this.#certificate, "utf8");
    await writeFile(path, kubeconfigText({ server, certificateAuthority, token }), { mode: 0o600 });
    return path;
  }

  /** The kubeconfig of one of the users that the API server knows, for another address of it. */
  kubeconfigOf(user: User, server?: string): Promise<string> {
    const name = server === undefined ? user : `${user}-for-nodes`;
    return this.writeKubeconfig(name, this.#setting.tokens[user], server);
  }

  async startApiServer(): Promise<void> {
    if (this.#apiServer?.running) return;
    this.#apiServer = await start(this.#apiServerArgv(), {
      name: "kube-apiserver",
      logFile: join(this.directory, "kube-apiserver.log"),
    });
    await this.#apiServer.until(() => this.#ready(), {
      what: "kube-apiserver was ready",
      timeoutMs: READY_MS_MAX,
    });
    await this.kubeconfigOf("admin");
  }

  /** @param signal SIGKILL for a crash; by default a clean stop, its watches closed */
  async stopApiServer(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.#apiServer?.stop(signal, API_SERVER_GRACE_MS);
    this.#apiServer = null;
  }

  async restartApiServer(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.stopApiServer(signal);
    await this.startApiServer();
  }

  async startControllerManager(): Promise<void> {
    if (this.#controllerManager?.running) return;
    const kubeconfig = await this.kubeconfigOf("kube-controller-manager");
    this.#controllerManager = await start(this.#controllerManagerArgv(kubeconfig), {
      name: "kube-controller-manager",
      logFile: join(this.directory, "kube-controller-manager.log"),
    });
  }

  async stopControllerManager(): Promise<void> {
    await this.#controllerManager?.stop("SIGTERM", 1000);
    this.#controllerManager = null;
  }

  /** Ends every program and removes every file. May be called more than once. */
  async stop(): Promise<void> {
    const all = [this.#controllerManager, this.#apiServer, this.#etcd];
    await Promise.all(all.flatMap((process) => (process ? [process.stop("SIGKILL")] : [])));
    await this.#guardian.clean();
  }

  get #certificate(): string {
    return join(this.directory, "pki", "apiserver.crt");
  }

  async #writeKeys(): Promise<void> {
    const { directory, tokens } = this.#setting;
    await mkdir(join(directory, "pki"), { mode: 0o700 });
    const lines = [
      `${tokens.admin},admin,admin,system:masters`,
      // All its controllers run as this one user, so it gets all rights.
      `${tokens["kube-controller-manager"]},kube-controller-manager,kcm,system:masters`,
      `${tokens["kube-proxy"]},system:kube-proxy,kube-proxy`,
      ...(["spreadlb-controller", "spreadlb-speaker"] as const).map((account) => {
        const groups = `system:serviceaccounts,system:serviceaccounts:${ACCOUNT_NAMESPACE}`;
        const user = `system:serviceaccount:${ACCOUNT_NAMESPACE}:${account}`;
        return `${tokens[account]},${user},${account},"${groups}"`;
      }),
    ];
    await writeFile(join(directory, "tokens.csv"), `${lines.join("\n")}\n`, { mode: 0o600 });
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const privatePem = privateKey.export({ type: "pkcs8", format: "pem" });
    const publicPem = publicKey.export({ type: "spki", format: "pem" });
    await writeFile(join(directory, "service-account.key"), privatePem, { mode: 0o600 });
    await writeFile(join(directory, "service-account.pub"), publicPem);
  }

  async #startEtcd(): Promise<void> {
    const { binaries, directory, etcdDirectory, etcdPort, etcdPeerPort } = this.#setting;
    const client = `http://127.0.0.1:${etcdPort}`;
    const peer = `http://127.0.0.1:${etcdPeerPort}`;
    const argv = [
      binaries.etcd,
      `--data-dir=${etcdDirectory}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ];
    const logFile = join(directory, "etcd.log");
    this.#etcd = await start(argv, { name: "etcd", logFile });
    await this.#etcd.until(async () => (await fetch(`${client}/health`)).ok, {
      what: "etcd was ready",
      timeoutMs: READY_MS_MAX,
    });
  }

  #apiServerArgv(): string[] {
    const { binaries, directory, etcdPort, apiPort } = this.#setting;
    return [
      binaries.kubeApiServer,
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${apiPort}`,
      `--advertise-address=${API_ADDRESS_FOR_NODES}`,
      `--cert-dir=${join(directory, "pki")}`, // It makes its own certificate there.
      `--service-cluster-ip-range=${SERVICE_CIDRS}`,
      "--authorization-mode=RBAC",
      `--token-auth-file=${join(directory, "tokens.csv")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${join(directory, "service-account.pub")}`,
      `--service-account-signing-key-file=${join(directory, "service-account.key")}`,
      "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
      "--allow-privileged=true",
      "--profiling=false",
    ];
  }

  #controllerManagerArgv(kubeconfig: string): string[] {
    return [
      this.binaries.kubeControllerManager,
      `--kubeconfig=${kubeconfig}`,
      `--controllers=${CONTROLLERS.join(",")}`,
      "--leader-elect=false",
      "--secure-port=0",
      "--kube-api-qps=500",
      "--kube-api-burst=1000",
      "--profiling=false",
    ];
  }

  /** Ready means also that the namespace "default" is there: Services need it. */
  async #ready(): Promise<boolean> {
    if (!existsSync(this.#certificate)) return false;
    const paths = ["/readyz", "/api/v1/namespaces/default"];
    for (const path of paths) if ((await this.#request("GET", path)).status !== 200) return false;
    return true;
  }

  async #request(method: string, path: string, type = JSON_TYPE, body?: object) {
    const ca = await readFile(this.#certificate);
    const authorization = `Bearer ${this.#setting.tokens.admin}`;
    const headers = { authorization, "content-type": type };
    const url = `${this.server}${path}`;
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const outgoing = request(url, { method, ca, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        });
      });
      outgoing.setTimeout(10_000, () => outgoing.destroy(new Error("no answer within 10 s")));
      outgoing.once("error", reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
