/**
 * Listens for peers that dial us: one socket for each family and VRF, with the MD5 keys of all peers.
 *
 * Best effort: port 179 needs CAP_NET_BIND_SERVICE, and where we may not have it we dial, which is enough for all but passive peers.
 * Neighbours: peer-socket.ts opens it; bgp-speaker.ts knows whose connection it is.
 */
import type { Server, Socket } from "node:net";
import type { Logger } from "pino";
import type { Ip, IpFamily } from "../../base/ip.ts";
import { describeErrno, EACCES, SystemCallError } from "../../linux/errno.ts";
import { md5Option } from "../socket-options.ts";
import { apply, listen } from "./peer-socket.ts";

export interface ListenerOptions {
  readonly port: number;
  readonly vrf: string | null;
  readonly log: Logger;
  readonly onConnection: (socket: Socket, vrf: string | null) => void;
}

const REMEDY = "Give the speaker container the capability NET_BIND_SERVICE, or run it as root";

export class Listener {
  readonly #options: ListenerOptions;
  readonly #servers = new Map<IpFamily, { readonly server: Server; readonly fd: number }>();
  readonly #keys = new Map<Ip, string>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    for (const family of ["IPv4", "IPv6"] as const) this.#open(family);
  }

  #open(family: IpFamily): void {
    const { port, vrf, log, onConnection } = this.#options;
    try {
      const opened = listen(family, { port, vrf });
      opened.server.on("connection", (socket) => {
        onConnection(socket, vrf);
      });
      opened.server.on("error", (error) => {
        log.warn({ port, family, vrf, error: error.message }, "cannot listen for BGP peers");
      });
      this.#servers.set(family, opened);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      log.warn(
        {
          ...{ port, family, vrf, error: describeErrno(error.errno) },
          ...(error.errno === EACCES ? { remedy: REMEDY } : {}),
        },
        "cannot listen for BGP peers: we dial only",
      );
    }
  }

  /** @param wanted by address: what the peers' connections must be signed with; others must not be signed */
  setKeys(wanted: ReadonlyMap<Ip, string>): void {
    for (const ip of this.#keys.keys()) if (!wanted.has(ip)) this.#setKey(ip, "");
    for (const [ip, password] of wanted) {
      if (this.#keys.get(ip) !== password) this.#setKey(ip, password);
    }
  }

  #setKey(ip: Ip, password: string): void {
    const opened = this.#servers.get(ip.includes(":") ? "IPv6" : "IPv4");
    if (opened !== undefined) apply(opened.fd, md5Option(ip, password));
    if (password === "") this.#keys.delete(ip);
    else this.#keys.set(ip, password);
  }

  close(): void {
    for (const { server } of this.#servers.values()) server.close();
  }
}
