/**
 * The switch of a network of the lab, as something that can be broken and mended.
 *
 * Neighbours: faults.ts says which rules make a fault; network.ts built the switch and its ports,
 * each named for the host behind it.
 */

import { NO_FAULTS, faultRules, pairsBetween, type Faults } from "./faults.ts";
import { ipBatch } from "./network.ts";
import { run } from "./process.ts";

/** "stays": the switch no longer forwards; "lost": the cable is pulled, both ends notice. */
export type Carrier = "stays" | "lost";

export class Switch {
  readonly #namespace: string;
  #faults: Faults = NO_FAULTS;
  /** Rule sets are loaded one after the other, or an older one could come last. */
  #loaded: Promise<unknown> = Promise.resolve();

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  async cut(port: string, carrier: Carrier = "stays"): Promise<void> {
    if (carrier === "lost") await ipBatch([`link set ${port} down`], this.#namespace);
    else await this.#change({ cut: new Set([...this.#faults.cut, port]) });
  }

  /** Mends a cut of either kind. */
  async mend(port: string): Promise<void> {
    await this.#change({ cut: new Set([...this.#faults.cut].filter((other) => other !== port)) });
    await ipBatch([`link set ${port} up`], this.#namespace);
  }

  /** Ports of different groups do not hear each other; no groups: all do again. */
  async partition(groups: readonly (readonly string[])[]): Promise<void> {
    await this.#change({ apart: pairsBetween(groups) });
  }

  /** A port loses this share of frames, each way; 0 mends it. */
  async setLoss(port: string, percent: number): Promise<void> {
    const lossPercent = new Map(this.#faults.lossPercent);
    if (percent > 0) lossPercent.set(port, percent);
    else lossPercent.delete(port);
    await this.#change({ lossPercent });
  }

  /** What these ports send to each other loses this share; their other traffic nothing. 0 mends it. */
  async setLossAmong(ports: readonly string[], percent: number): Promise<void> {
    await this.#change({ lossAmong: { ports, percent } });
  }

  /**
   * Frames out of a port take this much longer to arrive; 0 mends it.
   *
   * @throws Error where the kernel lacks the queueing discipline netem
   */
  async setDelay(port: string, delayMs: number): Promise<void> {
    const tc = (args: readonly string[]) => run(["tc", "-n", this.#namespace, "qdisc", ...args]);
    await tc(["delete", "dev", port, "root"]).catch(() => undefined); // None there yet.
    if (delayMs === 0) return;
    const discipline = ["root", "netem", "delay", `${delayMs}ms`];
    await tc(["add", "dev", port, ...discipline]).catch((cause: unknown) => {
      const reason = "Cannot delay frames: this kernel has no netem (CONFIG_NET_SCH_NETEM)";
      throw new Error(reason, { cause });
    });
  }

  async #change(changed: Partial<Faults>): Promise<void> {
    this.#faults = { ...this.#faults, ...changed };
    const load = () => {
      const stdin = faultRules(this.#faults);
      return run(["ip", "netns", "exec", this.#namespace, "nft", "-f", "-"], { stdin });
    };
    const loaded = this.#loaded.then(load);
    this.#loaded = loaded.catch(() => undefined); // Whoever ordered it hears of it.
    await loaded;
  }
}
