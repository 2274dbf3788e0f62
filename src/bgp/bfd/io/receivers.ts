/**
 * The sockets that BFD packets come in by: one for each family, kind of session and VRF that somebody wants.
 *
 * Read first: RFC 5881 section 4 (port 3784), RFC 5883 section 5 (port 4784).
 * Neighbours: bfd-plane.ts; src/linux/io/informed-socket.ts.
 */
import { familyOf } from "../../../base/ip.ts";
import { SystemCallError } from "../../../linux/errno.ts";
import {
  type InformedDatagram,
  type InformedSocket,
  openInformedSocket,
} from "../../../linux/io/informed-socket.ts";
import type { Datagram, Endpoints, Hops } from "../sessions.ts";

export const BFD_PORTS: Readonly<Record<Hops, number>> = { single: 3784, multiple: 4784 };

export interface ReceiversOptions {
  readonly onDatagram: (datagram: Datagram) => void;
  readonly nameOf: (interfaceIndex: number) => string | null;
  /** 0: there is no such device, or it is not known yet. */
  readonly indexOf: (device: string) => number;
  readonly onFault: (name: string) => void;
}

export class Receivers {
  readonly #options: ReceiversOptions;
  readonly #sockets = new Map<string, InformedSocket>();
  readonly #failures = new Map<string, SystemCallError>();

  constructor(options: ReceiversOptions) {
    this.#options = options;
  }

  /**
   * Opens what these need and is not open, and closes what they do not need, such as what is bound to a VRF that was made anew since.
   * What fails is tried again at the next call.
   */
  want(endpoints: readonly Endpoints[]): void {
    const wanted = new Map(endpoints.map((one) => [this.#keyOf(one), one]));
    for (const [key, socket] of this.#sockets) {
      if (wanted.has(key)) continue;
      socket.close();
      this.#sockets.delete(key);
    }
    this.#failures.clear();
    for (const [key, one] of wanted) {
      try {
        if (!this.#sockets.has(key)) this.#sockets.set(key, this.#open(one));
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error;
        this.#failures.set(key, error);
      }
    }
  }

  /** Why packets for these cannot be taken; undefined: they can. */
  failureOf(endpoints: Endpoints): SystemCallError | undefined {
    return this.#failures.get(this.#keyOf(endpoints));
  }

  /** Takes what waits. */
  receive(): void {
    for (const socket of this.#sockets.values()) socket.receive();
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  /** Those that one socket serves have one key. */
  #keyOf({ theirAddress, hops, vrf }: Endpoints): string {
    const device = vrf === null ? [] : [vrf, this.#options.indexOf(vrf)];
    return [familyOf(theirAddress), hops, ...device].join(" ");
  }

  #open({ theirAddress, hops, vrf }: Endpoints): InformedSocket {
    const { onDatagram, nameOf, onFault } = this.#options;
    const family = familyOf(theirAddress);
    const socket: InformedSocket = openInformedSocket({
      ...{ family, port: BFD_PORTS[hops], device: vrf, onFault },
      onReadable: () => {
        socket.receive();
      },
      onDatagram: ({ bytes, from, to, interfaceIndex, ttl }: Readonly<InformedDatagram>) => {
        onDatagram({ bytes, from, to, interface: nameOf(interfaceIndex), vrf, hops, ttl });
      },
    });
    return socket;
  }
}
