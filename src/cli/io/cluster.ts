/**
 * The API server for commands that leave again: which kubeconfig, which context, all pages of a list.
 *
 * Where one file without a context is asked for, that file is read. KUBECONFIG with several files, or --context, are
 * merged as kubectl merges them, into a file that only we may read and that lives until the credentials are loaded.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { ApiError } from "../../kube/api-error.ts";
import { KubeClient, type ListPage, type ServerVersion } from "../../kube/io/client.ts";
import type { KubeObject, ObjectRef, ResourceType } from "../../kube/resource.ts";
import { EXIT_USAGE, type ConnectionFlags } from "../command-line.ts";
import { CommandFailure, mustBeReadable } from "./failure.ts";

const PAGE_OBJECTS_MAX = 500;
const IN_CLUSTER_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

export interface Cluster {
  /** @returns all objects, page by page */
  list<T extends KubeObject>(type: ResourceType<T>, labelSelector?: string): Promise<readonly T[]>;
  /** @throws ApiError 404: there is none */
  get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef): Promise<T>;
  /** A question in the form of an object, which the API server answers and does not keep. */
  review<T extends KubeObject>(type: ResourceType<T>, question: T): Promise<T>;
  version(): Promise<ServerVersion>;
  /** A merge patch of an object without a namespace. */
  merge<T extends KubeObject>(type: ResourceType<T>, name: string, body: object): Promise<T>;
}

/**
 * Runs `work` with a connection that is closed afterwards.
 *
 * @throws CommandFailure in one sentence where no kubeconfig can be used, or the API server cannot be asked
 */
export async function withCluster<T>(
  flags: ConnectionFlags,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const source = await findKubeconfig(flags);
  const client = await connect(source);
  try {
    return await work({
      list: (type, labelSelector) => listAll(client, { type, labelSelector }),
      get: (type, ref) => client.get(type, ref),
      review: (type, question) => client.create(type, question),
      version: () => client.version(),
      merge: (type, name, body) =>
        client.patch(type, { name }, body, { kind: "merge", fieldManager: "spreadlb" }),
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new CommandFailure(sentenceOf(error, source));
  } finally {
    await client.close();
  }
}

interface Source {
  readonly server: string;
  /** The one file that is to be read as it is. */
  readonly file?: string;
  /** Several files, or another context; neither this nor a file: in-cluster. */
  readonly merged?: KubeConfig;
}

async function findKubeconfig({ kubeconfig, context }: ConnectionFlags): Promise<Source> {
  const files = await kubeconfigFiles(kubeconfig);
  if (files.length === 0) return { server: "of this cluster" };
  const config = loadFiles(files);
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      const names = config.getContexts().map(({ name }) => name);
      throw new CommandFailure(
        `the kubeconfig has no context "${context}"; it has ${names.join(", ") || "none"}`,
        EXIT_USAGE,
      );
    }
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new CommandFailure(
      `the kubeconfig ${files.join(delimiter)} names no cluster in its current context; choose one with --context`,
      EXIT_USAGE,
    );
  }
  const [file] = files;
  const asItIs = files.length === 1 && context === undefined && file !== undefined;
  return { server: cluster.server, ...(asItIs ? { file } : { merged: config }) };
}

/** The order of kubectl: flag, KUBECONFIG, ~/.kube/config; then in-cluster, as none. */
async function kubeconfigFiles(flag: string | undefined): Promise<readonly string[]> {
  if (flag !== undefined) {
    await mustBeReadable(flag);
    return [flag];
  }
  const listed = (process.env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  if (listed.length > 0) {
    const present = listed.filter((file) => existsSync(file));
    if (present.length > 0) return present;
    throw new CommandFailure(
      `KUBECONFIG names ${listed.join(delimiter)}, which cannot be read; correct it or use --kubeconfig`,
      EXIT_USAGE,
    );
  }
  const own = join(homedir(), ".kube", "config");
  if (existsSync(own)) return [own];
  if (existsSync(IN_CLUSTER_TOKEN)) return [];
  throw new CommandFailure(
    `no kubeconfig is at ${own} and this is no pod; name one with --kubeconfig or KUBECONFIG`,
    EXIT_USAGE,
  );
}

function loadFiles(files: readonly string[]): KubeConfig {
  const merged = new KubeConfig();
  for (const [position, file] of files.entries()) {
    try {
      const config = new KubeConfig();
      config.loadFromFile(file);
      if (position === 0) merged.loadFromString(config.exportConfig());
      else merged.mergeConfig(config, true);
    } catch (error) {
      const reason = (error as Error).message.split("\n", 1)[0] ?? "";
      throw new CommandFailure(
        `the kubeconfig "${file}" is not one (${reason}); name another with --kubeconfig`,
        EXIT_USAGE,
      );
    }
  }
  return merged;
}

async function connect({ file, merged }: Source): Promise<KubeClient> {
  if (merged === undefined) return KubeClient.connect({ kubeconfig: file });
  const directory = await mkdtemp(join(tmpdir(), "spreadlb-"));
  try {
    const kubeconfig = join(directory, "kubeconfig");
    await writeFile(kubeconfig, merged.exportConfig(), { mode: 0o600 });
    return await KubeClient.connect({ kubeconfig });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Listing<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly labelSelector: string | undefined;
}

async function listAll<T extends KubeObject>(
  client: KubeClient,
  { type, labelSelector }: Listing<T>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let token: string | null = null;
  do {
    const page: ListPage<T> = await client.list(type, {
      limit: PAGE_OBJECTS_MAX,
      continue: token ?? undefined,
      labelSelector,
    });
    items.push(...page.items);
    token = page.continue;
  } while (token !== null);
  return items;
}

function sentenceOf(error: ApiError, { server }: Source): string {
  const reason = error.message.replaceAll(/\s+/g, " ").replace(/\.$/, "");
  if (error.status === 0) {
    return `cannot reach the API server ${server} (${error.reason}); check the address and --context`;
  }
  if (error.status === 404) {
    return `the API server ${server} does not know our resources; apply crds/ first`;
  }
  return `the API server ${server} refuses: ${reason}`;
}
