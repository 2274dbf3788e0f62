/**
 * Two ends and what is between them, each in a network namespace of its own: a switch, or a router.
 *
 * A cut is silent: both ends keep their carrier, as where a switch further away has failed.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { Namespace, wire } from "../linux/network.ts";

export interface End {
  readonly namespace: Namespace;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly linkLocal: string;
}

/** Names of its port in the middle, and of its interface: the same in all places. */
export const LINK = "eth0";

export class Place {
  readonly left: End;
  readonly right: End;
  readonly middle = new Namespace();
  /** For configurations, sockets and logs. */
  readonly directory = mkdtempSync(join(tmpdir(), "place-"));
  readonly #shell: ChildProcess;
  readonly #answers: Interface;

  /** @param between "router": the ends are in networks of their own */
  constructor(between: "switch" | "router" = "switch") {
    const [left, right] = [new Namespace(), new Namespace()];
    for (const [namespace, port] of [
      [left, "left"],
      [right, "right"],
    ] as const) {
      wire(namespace, LINK, this.middle, port);
    }
    const isRouted = between === "router";
    this.left = end(left, isRouted ? "1" : "0", "1");
    this.right = end(right, isRouted ? "2" : "0", "2");
    if (isRouted) this.#route();
    else this.#bridge();
    this.#shell = spawn("ip", ["netns", "exec", this.middle.name, "sh"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (this.#shell.stdout === null) throw new Error("a shell without output");
    this.#answers = createInterface({ input: this.#shell.stdout });
  }

  #bridge(): void {
    this.middle.ip("link add switch type bridge stp_state 0 forward_delay 0 mcast_snooping 0");
    for (const port of ["left", "right"]) this.middle.ip(`link set ${port} master switch`);
    this.middle.ip("link set switch up");
  }

  #route(): void {
    this.middle.exec("sh", "-c", FORWARD);
    for (const [port, network, { namespace }] of [
      ["left", "1", this.left],
      ["right", "2", this.right],
    ] as const) {
      this.middle.ip(`address add 10.66.${network}.254/24 dev ${port}`);
      this.middle.ip(`address add fd66:0:0:${network}::fe/64 dev ${port} nodad`);
      namespace.ip(`route add default via 10.66.${network}.254`);
      namespace.ip(`-6 route add default via fd66:0:0:${network}::fe`);
    }
  }

  /** @returns when, in ms since 1970, to a millisecond or so */
  cut(): Promise<number> {
    return this.#set("disabled");
  }

  async mend(): Promise<void> {
    await this.#set("forwarding");
  }

  /** The state of one of the switch's ports: disabled it takes and gives nothing. */
  async #set(state: "disabled" | "forwarding"): Promise<number> {
    this.#shell.stdin?.write(`bridge link set dev left state ${PORT_STATES[state]}; echo $?\n`);
    const [status] = (await once(this.#answers, "line")) as [string];
    if (status !== "0") throw new Error(`the port is not ${state}: status ${status}`);
    return performance.timeOrigin + performance.now();
  }

  async remove(): Promise<void> {
    this.#shell.stdin?.end();
    if (this.#shell.exitCode === null) await once(this.#shell, "exit");
    for (const namespace of [this.left.namespace, this.right.namespace, this.middle]) {
      namespace.remove();
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const PORT_STATES = { disabled: 0, forwarding: 3 };
const FORWARD =
  "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding";

function end(namespace: Namespace, network: string, host: string): End {
  const [ipv4, ipv6] = [`10.66.${network}.${host}`, `fd66:0:0:${network}::${host}`];
  namespace.ip(`address add ${ipv4}/24 dev ${LINK}`);
  namespace.ip(`address add ${ipv6}/64 dev ${LINK} nodad`);
  const linkLocal = `fe80::66:${host}`;
  namespace.ip(`address add ${linkLocal}/64 dev ${LINK} nodad`);
  return { namespace, ipv4, ipv6: ipv6.replace("fd66:0:0:0:", "fd66:"), linkLocal };
}
