/**
 * Cleans up after a lab whose process died without stopping it.
 *
 * A guardian is a shell that outlives its parent: it reads from a pipe that only the parent holds,
 * and when that pipe ends it removes the namespaces and directories it was given. So a crash, a
 * SIGKILL and a forgotten stop() leave as little behind as a clean stop. Programs need no guardian:
 * they die with their parent (process.ts).
 */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

export interface Guarded {
  /** Directories to remove. */
  readonly directories: readonly string[];
  /** Network namespaces whose name starts with this are deleted. */
  readonly namespacePrefix?: string;
}

const SCRIPT = `
cat >/dev/null
sleep 0.2 # The parent's programs are being killed: let them go first.
if [ -n "$1" ]; then
  for path in /run/netns/"$1"*; do
    [ -e "$path" ] && ip netns delete "\${path##*/}"
  done
fi
shift
# A program that is still ending may write where it was removed already.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf -- "$@" && break
  sleep 0.5
done
`;

/** All guardians of this process that have not cleaned up yet: for an end in haste (shutdown.ts). */
export const waitingGuardians = new Set<Guardian>();

export class Guardian {
  readonly #child: ChildProcess;

  constructor(guarded: Guarded) {
    this.#child = spawn(
      "sh",
      ["-c", SCRIPT, "guardian", guarded.namespacePrefix ?? "", ...guarded.directories],
      { stdio: ["pipe", "ignore", "ignore"], detached: true },
    );
    this.#child.unref();
    waitingGuardians.add(this);
    // The pipe must not hold the event loop: its end is what tells the guardian to act.
    (this.#child.stdin as unknown as { unref(): void }).unref();
  }

  /** Cleans up now and resolves when all is gone. */
  async clean(): Promise<void> {
    waitingGuardians.delete(this);
    if (this.#child.exitCode !== null) return;
    this.#child.ref();
    const gone = once(this.#child, "exit");
    this.#child.stdin?.end();
    await gone;
  }
}
