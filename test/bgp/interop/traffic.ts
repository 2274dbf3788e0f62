/** A client behind a router, and who answers it on a node: see traffic-process.ts. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { waitFor } from "../../../lab/wait.ts";
import type { Namespace } from "../../linux/network.ts";
import type { Traffic } from "./traffic-process.ts";

const PROGRAM = new URL("traffic-process.ts", import.meta.url).pathname;

export class TrafficEnd {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  constructor(namespace: Namespace, role: "echo" | "send", addresses: readonly string[]) {
    const program = [process.execPath, "--import", "tsx", PROGRAM, role, ...addresses];
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

  async ask(line: "" | "stop" = ""): Promise<Traffic> {
    const answer = once(this.#lines, "line");
    this.#child.stdin?.write(`${line}\n`);
    const [told] = (await answer) as [string];
    return JSON.parse(told) as Traffic;
  }

  /** Until to each address so many more were answered. */
  async answered(count: number): Promise<void> {
    const before = await this.ask();
    const isDone = async () =>
      Object.entries(await this.ask()).every(
        ([address, { answered }]) => answered >= (before[address]?.answered ?? 0) + count,
      );
    await waitFor(isDone, { what: `${count} answers from each of ${Object.keys(before).join()}` });
  }

  /** Sends no more, and waits for what is on its way. @throws Error where something is lost */
  async stop(): Promise<Traffic> {
    await this.ask("stop");
    const nothingIsLost = async () => {
      const now = await this.ask();
      if (Object.values(now).every((flow) => flow.answered === flow.sent)) return now;
      throw new Error(JSON.stringify(now));
    };
    return await waitFor(nothingIsLost, { what: "an answer to all", timeoutMs: 5_000 });
  }

  kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    return ended.then(() => undefined);
  }
}
