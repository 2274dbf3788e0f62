/** The API server as a test speaks to it: JSON over HTTPS as the user with all rights, nothing of ours between. */
import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";

export interface Answer {
  readonly status: number;
  /** The Status message of a refusal, "" otherwise. */
  readonly message: string;
  /** What it says beside its answer, as kubectl shows it: RFC 7234 section 5.5. */
  readonly warnings: readonly string[];
  readonly body: Record<string, unknown>;
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}

const CONTENT_TYPES = {
  apply: "application/apply-patch+yaml",
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
} as const;

export class Api {
  readonly #agent: Agent;
  readonly #server: string;
  readonly #token: string;

  private constructor(agent: Agent, server: string, token: string) {
    this.#agent = agent;
    this.#server = server;
    this.#token = token;
  }

  /** @param kubeconfig a file as the lab writes it: JSON, with a token */
  static async connect(kubeconfig: string): Promise<Api> {
    const { clusters, users } = JSON.parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
    const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
    if (cluster === undefined || user === undefined) throw new Error(`${kubeconfig} is empty`);
    const ca = Buffer.from(cluster["certificate-authority-data"], "base64").toString();
    return new Api(new Agent({ connections: 8, connect: { ca } }), cluster.server, user.token);
  }

  get(path: string): Promise<Answer> {
    return this.#call("GET", path);
  }

  create(path: string, body: object): Promise<Answer> {
    return this.#call("POST", path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.#call("DELETE", path);
  }

  patch(path: string, kind: keyof typeof CONTENT_TYPES, body: object): Promise<Answer> {
    return this.#call("PATCH", path, body, CONTENT_TYPES[kind]);
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  async #call(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    body?: object,
    contentType = "application/json",
  ): Promise<Answer> {
    const response = await request(`${this.#server}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": contentType },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.body.json()) as Record<string, unknown>;
    const refused = answer["kind"] === "Status" && answer["status"] === "Failure";
    return {
      status: response.statusCode,
      message: refused && typeof answer["message"] === "string" ? answer["message"] : "",
      warnings: warningsIn(response.headers["warning"]),
      body: answer,
    };
  }
}

/** @param header one for each warning: `299 - "text"`, the text with backslashes before quotes */
function warningsIn(header: string | string[] | undefined): string[] {
  return [header ?? []].flat().flatMap((line) => {
    const [, text] = /^299 \S+ "(.*)"$/.exec(line) ?? [];
    return text === undefined ? [] : [text.replaceAll(/\\(.)/g, "$1")];
  });
}
