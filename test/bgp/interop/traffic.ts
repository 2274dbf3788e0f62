/** A client behind a router, and who answers it on a node: see traffic-process.ts. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import type { Namespace } from "../../linux/network.ts";
import type { Traffic } from "./traffic-process.ts";

const PROGRAM = new URL("traffic-process.ts", import.meta.url).pathname;

export class TrafficEnd {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  constructor(namespace: Namespace, role: "echo" | "send", address: string) {
    const program = [process.execPath, "--import", "tsx", PROGRAM, role, address];
    this.#child = spawn("ip", ["netns", "exec", namespace.name, ...program], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (this.#child.stdout === null) throw new Error("no output");
    this.#lines = createInterface({ input: this.#child.stdout });
  }

  /** Until it answers. */
  async ready(): Promise<void> {
    await once(this.#lines, "line");
  }

  async ask(): Promise<Traffic> {
    const answer = once(this.#lines, "line");
    this.#child.stdin?.write("\n");
    const [line] = (await answer) as [string];
    return JSON.parse(line) as Traffic;
  }

  kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    return ended.then(() => undefined);
  }
}
