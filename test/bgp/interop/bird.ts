/** BIRD as a router in a network namespace: started by path with a configuration of the test, ended by its process. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Namespace } from "../../linux/network.ts";

export class Bird {
  readonly #directory = mkdtempSync(join(tmpdir(), "spreadlb-bird-"));
  readonly #child: ChildProcess;

  constructor(namespace: Namespace, config: string) {
    const file = join(this.#directory, "bird.conf");
    writeFileSync(file, `router id 192.0.2.254;\nprotocol device {}\n${config}\n`);
    const program = ["bird", "-f", "-c", file, "-s", this.#control];
    this.#child = spawn("ip", ["netns", "exec", namespace.name, ...program], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }

  get #control(): string {
    return join(this.#directory, "control");
  }

  /** Asks birdc. @returns "" while the daemon does not answer yet */
  ask(question: string): string {
    try {
      const args = ["-s", this.#control, ...question.split(" ")];
      return execFileSync("birdc", args, { encoding: "utf8", stdio: "pipe" });
    } catch {
      return "";
    }
  }

  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    return new Promise((resolve) => {
      const ended = (): void => {
        rmSync(this.#directory, { recursive: true, force: true });
        resolve();
      };
      const { exitCode, signalCode } = this.#child;
      if (exitCode !== null || signalCode !== null) ended();
      else {
        this.#child.once("exit", ended);
        this.#child.kill(signal);
      }
    });
  }
}
