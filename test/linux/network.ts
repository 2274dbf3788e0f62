/**
 * Network namespaces for tests: made with `ip`, entered by this thread for the length of one call.
 *
 * A socket stays in the namespace in which it was opened, so one process can hold both ends of a wire.
 */
import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import koffi from "koffi";
import { Guardian } from "../../lab/guardian.ts";

/** Skips the test, or all of a suite, where namespaces cannot be made, and says why. */
export function requireNamespaces(context: Mocha.Context): void {
  if (process.getuid?.() === 0 && succeeds("ip", ["-Version"])) return;
  skip(context, "needs root and ip (iproute2), for network namespaces of its own");
}

/** Skips a test and writes the reason behind its title. */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable = context.test;
  if (runnable !== undefined) runnable.title += ` (${reason})`;
  return context.skip();
}

/** @returns whether a program is here and answers with 0 */
export function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Runs `ip` and waits. @returns what it printed */
export function ip(line: string): string {
  return execFileSync("ip", line.split(" "), { encoding: "utf8", stdio: "pipe" });
}

const VRF = "red";
/** The routes of its VRF are in. */
export const VRF_TABLE = 10;

/** Of this process. */
const NAME_PREFIX = `spreadlb-test-${process.pid}-`;

let made = 0;
/** Removes those that a process leaves which is ended in the middle of a test. */
let guardian: Guardian | undefined;

/** A namespace with its loopback up. */
export class Namespace {
  readonly name: string;

  constructor() {
    guardian ??= new Guardian({ directories: [], namespacePrefix: NAME_PREFIX });
    this.name = `${NAME_PREFIX}${made++}`;
    ip(`netns add ${this.name}`);
    this.ip("link set lo up");
  }

  /** Runs `ip` in here. */
  ip(line: string): string {
    return ip(`-n ${this.name} ${line}`);
  }

  /** Runs a program in here. */
  exec(program: string, ...args: readonly string[]): string {
    const line = ["netns", "exec", this.name, program, ...args];
    return execFileSync("ip", line, { encoding: "utf8", stdio: "pipe" });
  }

  /** Puts the link into a VRF of its own. @returns its name; null where this kernel has no VRFs (CONFIG_NET_VRF) */
  putIntoVrf(link: string): string | null {
    try {
      this.ip(`link add ${VRF} type vrf table ${VRF_TABLE}`);
    } catch (error) {
      if (/Unknown device type/.test(String(error))) return null;
      throw error;
    }
    this.ip(`link set ${VRF} up`);
    this.ip(`link set ${link} master ${VRF}`);
    return VRF;
  }

  indexOf(link: string): number {
    const [shown] = JSON.parse(this.ip(`-j link show ${link}`)) as { ifindex: number }[];
    if (shown === undefined) throw new Error(`no link ${link}`);
    return shown.ifindex;
  }

  macOf(link: string): string {
    const [shown] = JSON.parse(this.ip(`-j link show ${link}`)) as { address: string }[];
    if (shown === undefined) throw new Error(`no link ${link}`);
    return shown.address;
  }

  /** Calls something synchronous with this thread in here: what it opens stays in here. */
  enter<T>(call: () => T): T {
    const leave = this.stay();
    try {
      return call();
    } finally {
      leave();
    }
  }

  /** Moves this thread in here, with all that it opens and starts. @returns what moves it back */
  stay(): () => void {
    const home = openSync("/proc/thread-self/ns/net", "r");
    enterNamespace(this.name);
    return () => {
      setns(home);
      closeSync(home);
    };
  }

  remove(): void {
    ip(`netns del ${this.name}`);
  }
}

/** A wire between two namespaces, up at both ends. Short names: the kernel takes 15 bytes. */
export function wire(a: Namespace, aLink: string, b: Namespace, bLink: string): void {
  ip(`link add ${aLink} netns ${a.name} type veth peer name ${bLink} netns ${b.name}`);
  a.ip(`link set ${aLink} up`);
  b.ip(`link set ${bLink} up`);
}

/** Moves the calling thread, for good. */
export function enterNamespace(name: string): void {
  const fd = openSync(`/run/netns/${name}`, "r");
  setns(fd);
  closeSync(fd);
}

const CLONE_NEWNET = 0x40000000;

function setns(fd: number): void {
  const call = koffi.load(null).func("int setns(int, int)") as unknown as typeof Math.max;
  if (call(fd, CLONE_NEWNET) !== 0) throw new Error(`setns: errno ${koffi.errno()}`);
}

/** Waits until something is so. Fails after a while with the value that was last seen. */
export async function until<T>(look: () => T, holds: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const value = look();
    if (holds(value)) return value;
    if (performance.now() > deadline) throw new Error(`never so: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
