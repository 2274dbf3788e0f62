/** A node with our speaker in a network namespace, and a wire to its router. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { waitFor } from "../../../lab/wait.ts";
import type { Announcement } from "../../../src/bgp/announcement.ts";
import type { BfdState } from "../../../src/bgp/bfd-report.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import type { Ends } from "../../../src/bgp/route-attributes.ts";
import type { SessionEnd } from "../../../src/bgp/session-events.ts";
import type { Ip } from "../../../src/base/ip.ts";
import type { Prefix } from "../../../src/bgp/prefix.ts";
import { plainAnnouncement } from "../../../src/bgp/announcement.ts";
import type { Namespace } from "../../linux/network.ts";
import type { Command, WantedPeer } from "./speaker-process.ts";

export interface SessionView {
  readonly key: string;
  readonly state: string;
  readonly lastEnd: SessionEnd | null;
  readonly ends: Ends | null;
  readonly toldCount: number;
  readonly families: readonly string[];
  readonly theirAsn: number | null;
  readonly sent: Readonly<Record<string, number>>;
  readonly received: Readonly<Record<string, number>>;
  /** Each time that one was announced. */
  readonly prefixesReceived: number;
  readonly heldBack: readonly string[];
  /** What BFD said last. */
  readonly bfd: BfdState | null;
  /** After how long a silence it gives the router up, as both ends have agreed; a second old at most. */
  readonly bfdDetectionMs: number | null;
}

/** What the process says. */
export interface View {
  /** How many commands it has obeyed, but for "look". */
  readonly obeyed: number;
  readonly sessions: readonly SessionView[];
}

const PROGRAM = new URL("speaker-process.ts", import.meta.url).pathname;

export class SpeakerNode {
  readonly #child: ChildProcess;
  #view: View = { obeyed: 0, sessions: [] };
  #told = 0;

  constructor(namespace: Namespace, options: { readonly listenPort?: number } = {}) {
    const { listenPort } = options;
    const program = [process.execPath, "--import", "tsx", PROGRAM];
    this.#child = spawn("ip", ["netns", "exec", namespace.name, ...program], {
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        ...process.env,
        ...(listenPort === undefined ? {} : { LISTEN_PORT: String(listenPort) }),
      },
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("no output");
    createInterface({ input: stdout }).on("line", (line) => {
      this.#view = JSON.parse(line) as View;
    });
  }

  /** As it has last said, see `look`; none as long as it has not obeyed what it was told. */
  get sessions(): readonly SessionView[] {
    return this.#view.obeyed < this.#told ? [] : this.#view.sessions;
  }

  session(key = "tor"): SessionView | undefined {
    return this.sessions.find((each) => each.key === key);
  }

  tell(command: Command): void {
    this.#told++;
    this.#say(command);
  }

  /** Has it say how its sessions are: it does so of itself when one changes its state, and not for each message. */
  look(): void {
    this.#say({ kind: "look" });
  }

  #say(command: Command): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  announce(peer: string, routes: readonly Announcement[]): void {
    this.tell({ kind: "routes", peer, routes });
  }

  /** It stands still, with all its connections, or goes on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  /** Without a last word. */
  kill(): Promise<void> {
    return this.#ended(() => this.#child.kill("SIGKILL"));
  }

  stop(how: "shutdown" | "restart" = "shutdown", text = ""): Promise<void> {
    return this.#ended(() => {
      this.tell({ kind: "stop", how, text });
    });
  }

  #ended(end: () => void): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once("exit", () => {
        resolve();
      });
      end();
    });
  }
}

/** @returns whoever is on the interface, of another AS, with what the test wants otherwise */
export function unnumbered(link: string, more: Partial<BgpPeer> = {}): WantedPeer {
  return { ...peer("", more), address: null, interface: link };
}

/** @returns a peer on the link, of another AS, with what the test wants otherwise */
export function peer(address: string, more: Partial<BgpPeer> = {}): BgpPeer {
  return {
    ...{ key: "tor", address: address as Ip, interface: null, port: 179, sourceAddress: null },
    ...{ ourAsn: 64512, theirAsn: 64513, routerId: "192.0.2.1" as Ip, vrf: null },
    ...{ reach: { kind: "direct" }, password: null, holdTimeSeconds: 9, keepaliveSeconds: null },
    ...{ connectRetryMs: 1000, passive: false, families: ["IPv4", "IPv6"], bfdProfile: null },
    ...{ gracefulRestartSeconds: null, extendedMessages: false },
    ...more,
  };
}

export function route(prefix: string, more: Partial<Announcement> = {}): Announcement {
  return { ...plainAnnouncement(prefix as Prefix), ...more };
}

const WAIT_MS = 15_000;

/** Waits until something is so. Fails after a while with the value that was last seen. */
export async function until<T>(
  look: () => T,
  holds: (value: T) => boolean,
  waitMs = WAIT_MS,
): Promise<T> {
  let value = look();
  const options = { what: "it", timeoutMs: waitMs, intervalMs: 20 };
  await waitFor(() => holds((value = look())), options).catch(() => {
    throw new Error(`never so: ${JSON.stringify(value)}`);
  });
  return value;
}
