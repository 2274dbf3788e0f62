/**
 * Listens for peers that dial us: one socket for each family that they have, with the MD5 keys of all of them.
 *
 * Best effort: port 179 needs CAP_NET_BIND_SERVICE, and another program may have it. It is tried again every ten seconds, and we dial
 * meanwhile. A peer whose password the kernel has not taken is not taken either: who says that it is this peer could be anybody.
 * A VRF that is made anew under its old name is another device, to which the sockets have to be bound anew; one that is gone is said.
 * Who dials too often is not heard for some seconds: the kernel drops what comes from there before it costs anybody anything.
 * Neighbours: ../dial-guard.ts says who; peer-socket.ts opens it; bgp-speaker.ts knows whose connection it is.
 */
import type { Server, Socket } from "node:net";
import type { Logger } from "pino";
import { familyOf, type Ip, type IpFamily } from "../../base/ip.ts";
import { describeErrno, EACCES, EADDRINUSE, ENODEV, SystemCallError } from "../../linux/errno.ts";
import type { LinkMonitor } from "../../linux/io/link-monitor.ts";
import { DIALS_MAX, DialGuard } from "../dial-guard.ts";
import type { BgpPeer } from "../peer.ts";
import { md5Option } from "../socket-options.ts";
import { plainIp } from "./ends.ts";
import { apply, boundIndexOf, diallerOf, ignore, listen } from "./peer-socket.ts";
import { tryWatchLinks } from "./try-watch-links.ts";

export interface ListenerOptions {
  readonly port: number;
  readonly vrf: string | null;
  readonly log: Logger;
  readonly onConnection: (socket: Socket) => void;
  /** What keeps peers from dialling us is not what it was. */
  readonly onChange: () => void;
}

export type DiallingPeer = Pick<BgpPeer, "address" | "password">;

/** Whether routers can dial us over a family. */
export interface Listening {
  readonly family: IpFamily;
  readonly vrf: string | null;
  /** Why not, and what can be done, in words; null: they can. */
  readonly trouble: string | null;
}

interface Opened {
  readonly server: Server;
  readonly fd: number;
  /** The kernel's, by address. */
  readonly keys: Map<Ip, string>;
}

const REOPEN_MS = 10_000;
const REMEDIES: Readonly<Record<number, string>> = {
  [EACCES]: "Give the speaker container the capability NET_BIND_SERVICE, or run it as root",
  [EADDRINUSE]:
    "Another program on this node has it, such as the BGP of the network plugin: end that, or listen on another port with --bgp-listen-port",
  [ENODEV]: "Make the VRF on this node, or select other nodes with nodeSelectors",
};

export class Listener {
  readonly #options: ListenerOptions;
  readonly #servers = new Map<IpFamily, Opened>();
  readonly #troubles = new Map<IpFamily, string>();
  readonly #guard = new DialGuard();
  #peers: readonly DiallingPeer[] = [];
  #opening: NodeJS.Timeout | undefined;
  #links: LinkMonitor | undefined;
  /** The VRF's; null: it is not there, or nobody has told yet. */
  #vrfIndex: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Of each family that peers have. */
  get listening(): readonly Listening[] {
    const { vrf } = this.#options;
    const families = new Set([...this.#servers.keys(), ...this.#troubles.keys()]);
    return [...families].map((family) => {
      return { family, vrf, trouble: this.#troubles.get(family) ?? null };
    });
  }

  /** All that may dial us: what a peer has a password for must be signed with it, what others send must not be signed. */
  setPeers(peers: readonly DiallingPeer[]): void {
    this.#peers = peers;
    this.#guard.setPeers(peers.map(({ address }) => address));
    this.#watchVrf();
    for (const family of ["IPv4", "IPv6"] as const) {
      const own = peers.filter(({ address }) => familyOf(address) === family);
      if (own.length === 0) this.#close(family);
      else if (this.#servers.has(family) || this.#open(family)) this.#setKeys(family, own);
    }
    if (this.#guard.unheard !== null) this.#hear();
  }

  /** @returns whether what comes from its address is surely signed as it should be, or not at all where it should not */
  guards({ address, password }: DiallingPeer): boolean {
    const { keys } = this.#servers.get(familyOf(address)) ?? {};
    return (keys?.get(address) ?? null) === password;
  }

  /** @returns why the peer cannot dial us, and what can be done, in words; null: it can */
  troubleOf(peer: DiallingPeer): string | null {
    const trouble = this.#troubles.get(familyOf(peer.address));
    if (trouble !== undefined) return trouble;
    if (this.guards(peer)) return null;
    return peer.password === null
      ? "who dials from its address is to have the password of another peer: see that no peer with the same address has one"
      : "the kernel has not taken its password for those who dial: see that no peer with the same address has another one";
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#opening);
    this.#links?.close();
    for (const family of [...this.#servers.keys()]) this.#close(family);
  }

  #watchVrf(): void {
    const { vrf, log } = this.#options;
    if (vrf === null) return;
    this.#links ??= tryWatchLinks(log, (links) => {
      const named = links.find(({ name }) => name === vrf)?.index;
      // By another name of the device it is none of these, and there.
      const there = this.#boundIndices().find((one) => links.some(({ index }) => index === one));
      this.#vrfIs(named ?? there ?? null);
    });
  }

  /** Of the devices that the sockets are bound to. */
  #boundIndices(): number[] {
    return [...this.#servers.values()].flatMap(({ fd }) => boundIndexOf(fd) ?? []);
  }

  /** @param index null: it is gone, and with it all that could be heard there */
  #vrfIs(index: number | null): void {
    const isNews = index !== this.#vrfIndex;
    this.#vrfIndex = index;
    if (index === null) {
      for (const family of [...this.#servers.keys()]) this.#fail(family, ENODEV);
      return;
    }
    const isWaitedFor = isNews && this.#troubles.size > 0;
    if (isWaitedFor || this.#boundIndices().some((one) => one !== index)) this.#openAnew();
  }

  /** Who has dialled already keeps the connection. */
  #openAnew(): void {
    for (const family of [...this.#servers.keys()]) this.#close(family);
    this.setPeers(this.#peers);
  }

  /** @returns whether there is a server now, as far as can be told at once */
  #open(family: IpFamily): boolean {
    const { port, vrf } = this.#options;
    try {
      const { server, fd } = listen(family, { port, vrf });
      server.on("connection", (socket: Socket) => {
        this.#look(socket);
      });
      server.on("listening", () => {
        this.#say(family, null);
      });
      server.on("error", (error: NodeJS.ErrnoException) => {
        this.#fail(family, error.errno ?? 0);
      });
      this.#servers.set(family, { server, fd, keys: new Map() });
      return true;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#fail(family, error.errno);
      return false;
    }
  }

  #look(socket: Socket): void {
    // Who resets at once has no address any more by now, but for that in what it has dialled with.
    const from = plainIp(socket.remoteAddress) ?? diallerOf(socket) ?? null;
    const nowMs = performance.now();
    const verdict = this.#guard.dialled(from, nowMs);
    if (verdict === "look") {
      this.#options.onConnection(socket);
      return;
    }
    socket.destroy();
    if (verdict === "drop") return;
    const { log, vrf } = this.#options;
    const forSeconds = Math.ceil((this.#guard.opensAtMs - nowMs) / 1000);
    log.warn(
      { from, vrf, dials: DIALS_MAX, forSeconds },
      "dialled too often: not heard for a while",
    );
    this.#hear();
    this.#opening ??= setTimeout(() => {
      this.#opening = undefined;
      this.#guard.open(performance.now());
      this.#hear();
    }, this.#guard.opensAtMs - nowMs);
  }

  #hear(): void {
    const { log, vrf } = this.#options;
    const { rule = "all-of", addresses = [] } = this.#guard.unheard ?? {};
    for (const [family, { fd }] of this.#servers) {
      const own = addresses.filter((ip) => familyOf(ip) === family);
      try {
        ignore(fd, { rule, addresses: own });
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error;
        const why = describeErrno(error.errno);
        log.warn({ vrf, error: why }, "who dials too often is heard all the same");
      }
    }
  }

  #fail(family: IpFamily, errno: number): void {
    this.#servers.get(family)?.server.close();
    this.#servers.delete(family);
    const { port, vrf } = this.#options;
    const where = `port ${port} of ${family}${vrf === null ? "" : ` in ${vrf}`}`;
    const remedy = REMEDIES[Math.abs(errno)];
    const trouble = `${where} cannot be listened on: ${describeErrno(errno)}`;
    this.#say(family, remedy === undefined ? trouble : `${trouble}. ${remedy}`);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.setPeers(this.#peers);
    }, REOPEN_MS);
  }

  /** Of each trouble once. */
  #say(family: IpFamily, trouble: string | null): void {
    const { port, vrf, log, onChange } = this.#options;
    const before = this.#troubles.get(family) ?? null;
    if (trouble === null) {
      this.#troubles.delete(family);
      log.info({ port, family, vrf }, "listening for BGP peers");
    } else if (trouble !== before) {
      this.#troubles.set(family, trouble);
      log.warn({ port, family, vrf, trouble }, "cannot listen for BGP peers: we dial only");
    }
    if (trouble !== before) onChange();
  }

  #close(family: IpFamily): void {
    this.#servers.get(family)?.server.close();
    this.#servers.delete(family);
    this.#troubles.delete(family);
  }

  #setKeys(family: IpFamily, peers: readonly DiallingPeer[]): void {
    const { keys = new Map<Ip, string>() } = this.#servers.get(family) ?? {};
    const wanted = new Map<Ip, string>();
    for (const { address, password } of peers) if (password !== null) wanted.set(address, password);
    for (const ip of [...keys.keys()]) if (!wanted.has(ip)) this.#setKey(family, ip, "");
    for (const [ip, password] of wanted) {
      if (keys.get(ip) !== password) this.#setKey(family, ip, password);
    }
  }

  #setKey(family: IpFamily, ip: Ip, password: string): void {
    const opened = this.#servers.get(family);
    if (opened === undefined) return;
    opened.keys.delete(ip);
    try {
      apply(opened.fd, md5Option(ip, password));
      if (password !== "") opened.keys.set(ip, password);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      const { log, vrf } = this.#options;
      log.warn({ ip, vrf, error: describeErrno(error.errno) }, "no key for a BGP peer that dials");
    }
  }
}
