/** Our BFD as one end of a place: a process in its namespace, and what it reports. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { waitFor } from "../../lab/wait.ts";
import type { Ip } from "../../src/base/ip.ts";
import type { BfdThreadReport } from "../../src/bgp/bfd/io/protocol.ts";
import type { Endpoints, WantedSession } from "../../src/bgp/bfd/sessions.ts";
import type { BfdProfile } from "../../src/bgp/bfd/timing.ts";
import type { Namespace } from "../linux/network.ts";

const PROGRAM = fileURLToPath(new URL("bfd-process.ts", import.meta.url));

type Of<Kind extends BfdThreadReport["kind"]> = Extract<BfdThreadReport, { readonly kind: Kind }>;

export interface Wish {
  readonly to: string;
  readonly from?: string;
  readonly interface?: string;
  readonly vrf?: string;
  readonly hops?: Endpoints["hops"];
  readonly minimumTtl?: number;
  readonly profile?: Partial<BfdProfile>;
}

const PROFILE: BfdProfile = {
  desiredMinTxUs: 50_000,
  requiredMinRxUs: 50_000,
  detectMultiplier: 3,
  isPassive: false,
};

export function wanted(wish: Wish): WantedSession {
  return {
    endpoints: {
      theirAddress: wish.to as Ip,
      ourAddress: (wish.from as Ip | undefined) ?? null,
      interface: wish.interface ?? null,
      vrf: wish.vrf ?? null,
      hops: wish.hops ?? "single",
    },
    profile: { ...PROFILE, ...wish.profile },
    minimumTtl: wish.minimumTtl ?? 254,
  };
}

export class OurEnd {
  readonly reports: BfdThreadReport[] = [];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (report) => this.reports.push(report as BfdThreadReport));
  }

  static async start(namespace: Namespace): Promise<OurEnd> {
    const program = [process.execPath, "--import", "tsx", PROGRAM];
    const child = spawn("ip", ["netns", "exec", namespace.name, ...program], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
    });
    const end = new OurEnd(child);
    await waitFor(() => end.of("open").length > 0, { what: "BFD is open" });
    return end;
  }

  want(...wishes: readonly Wish[]): void {
    this.#child.send(wishes.map(wanted));
  }

  of<Kind extends BfdThreadReport["kind"]>(kind: Kind): Of<Kind>[] {
    return this.reports.filter((report): report is Of<Kind> => report.kind === kind);
  }

  get changes(): Of<"state">[] {
    return this.of("state");
  }

  /** The last state, by its name and why. */
  get state(): string {
    const last = this.changes.at(-1);
    return last === undefined ? "none" : `${last.to} (${last.cause})`;
  }

  get counters(): Of<"counters">["sessions"][number] | undefined {
    return this.of("counters").at(-1)?.sessions[0];
  }

  /** Waits for a state and cause, such as `Up (handshake)`. */
  async until(state: string): Promise<Of<"state">> {
    const isSo = () => {
      if (this.state === state) return true;
      throw new Error(this.state);
    };
    await waitFor(isSo, { what: state, intervalMs: 5 });
    const last = this.changes.at(-1);
    if (last === undefined) throw new Error("no change");
    return last;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill(signal);
    await ended;
  }
}
