/**
 * Why a session ends: what the peer is told, and what people are. Pure.
 *
 * Read first: RFC 4271 section 6, RFC 4486 and RFC 9003 (Cease), RFC 8538 section 3 (when a peer is to forget our routes), RFC 9384 (BFD).
 * Neighbours: session.ts asks for one whenever it fires an event that may end something.
 */
import type { StopKind } from "./session-events.ts";
import type { FsmState } from "./fsm.ts";
import type { Agreement } from "./handshake.ts";
import { hostOf, type BgpPeer } from "./peer.ts";
import { NOTIFICATION_OF, type MessageFault } from "./wire/faults.ts";
import {
  CEASE,
  CEASE_SUBCODE,
  ceaseWithText,
  describeNotification,
  hardReset,
  notification,
  withoutHardReset,
  type NotificationMessage,
} from "./wire/notification.ts";

export interface Cause {
  /** What the peer is told; null: nothing, the connection just closes. */
  readonly notice: NotificationMessage | null;
  readonly by: "us" | "peer" | "network";
  readonly reason: string;
  readonly remedy: string | null;
}

const STOPPED = "stopped: ";

export function stopCause(how: StopKind, text: string, agreement: Agreement | null): Cause {
  return {
    notice: stopNotice(how, text, agreement),
    ...{ by: "us", reason: STOPPED + (text === "" ? how : text), remedy: null },
  };
}

/** @returns whether the session was ended on purpose, by us */
export function isPlanned({ by, reason }: Pick<Cause, "by" | "reason">): boolean {
  return by === "us" && reason.startsWith(STOPPED);
}

/** A peer that keeps routes over a NOTIFICATION keeps them over all but a hard reset. */
function stopNotice(
  how: StopKind,
  text: string,
  agreement: Agreement | null,
): NotificationMessage | null {
  const restart = agreement?.restart ?? null;
  const keepsOver = restart?.overNotification === true;
  if (how === "restart" && restart !== null) {
    // RFC 4724 section 4: any NOTIFICATION would make the peer forget, unless it said otherwise.
    return keepsOver ? ceaseWithText(CEASE_SUBCODE.reset, text) : null;
  }
  if (how === "changed") return notification(CEASE, CEASE_SUBCODE.otherChange);
  // A restart over which the peer keeps nothing is a shutdown to it.
  const inner =
    how === "deconfigured"
      ? notification(CEASE, CEASE_SUBCODE.deconfigured)
      : ceaseWithText(CEASE_SUBCODE.shutdown, text);
  return keepsOver ? hardReset(inner) : inner;
}

export function holdCause(state: FsmState, holdTimeMs: number): Cause {
  const isUp = state === "established";
  return {
    notice: notification(4, 0),
    by: "network",
    reason: isUp
      ? `the peer was silent for the hold time, ${holdTimeMs / 1000} s`
      : "the peer has not finished the handshake in time",
    remedy: isUp
      ? "See whether the router runs and the path to it is whole"
      : "See whether BGP on the router is configured for this node",
  };
}

export function sendHoldCause(): Cause {
  return {
    notice: null,
    ...{ by: "network", reason: "the peer has read nothing for the send hold time" },
    remedy: "See why the router takes nothing from the connection",
  };
}

const UNEXPECTED_SUBCODE: Readonly<Partial<Record<FsmState, number>>> = {
  "open-sent": 1,
  "open-confirm": 2,
  established: 3,
};

/** RFC 6608. */
export function unexpectedCause(state: FsmState, what: string): Cause {
  return {
    notice: notification(5, UNEXPECTED_SUBCODE[state] ?? 0),
    ...{ by: "us", reason: `the peer sent ${what} in state ${state}`, remedy: null },
  };
}

export function faultCause(fault: MessageFault, data: Uint8Array, peer: BgpPeer): Cause {
  const [code, subcode] = NOTIFICATION_OF[fault];
  return {
    notice: notification(code, subcode, data),
    by: "us",
    reason: `the peer's message is wrong: ${fault}`,
    remedy: REMEDY_OF_FAULT[fault]?.(peer) ?? null,
  };
}

const REMEDY_OF_FAULT: Readonly<Partial<Record<MessageFault, (peer: BgpPeer) => string>>> = {
  "open-wrong-as": ({ ourAsn, theirAsn }) => {
    if (theirAsn === "internal") {
      return `The router's AS number is not ${ourAsn}, as this node's: write it into peerASN, or dynamicASN: external`;
    }
    if (theirAsn === "external") {
      return `The router's AS number is ${ourAsn}, as this node's: write it into peerASN, or dynamicASN: internal`;
    }
    return `The router's AS number is not ${theirAsn}, as the peer object says: correct one of the two`;
  },
  "open-bad-identifier": ({ routerId }) =>
    `Give the router another identifier than ${routerId}, which is this node's, or set routerID`,
  "open-missing-capability": ({ families }) =>
    `Activate ${families.join(" or ")} unicast for this node on the router`,
  "open-bad-hold-time": () => "Set the router's hold time to 0, or to 3 s and more",
  "open-unsupported-version": () => "Set the router to BGP version 4",
};

/** What the peer says in its NOTIFICATION. */
export function peerCause(message: NotificationMessage, peer: BgpPeer): Cause {
  const { code, subcode } = withoutHardReset(message);
  return {
    notice: null,
    by: "peer",
    reason: `the peer ended the session: ${describeNotification(message)}`,
    remedy:
      REMEDY_OF_NOTICE[`${code}/${subcode}`]?.(peer) ?? REMEDY_OF_NOTICE[`${code}`]?.(peer) ?? null,
  };
}

const REMEDY_OF_NOTICE: Readonly<Record<string, (peer: BgpPeer) => string>> = {
  "2/2": ({ ourAsn }) =>
    `The router wants another AS number of this node than ${ourAsn}: correct one of the two`,
  "2/3": ({ routerId }) => `The router has the identifier ${routerId} itself: set routerID`,
  "2/6": ({ holdTimeSeconds }) =>
    `The router does not take a hold time of ${holdTimeSeconds} s: lengthen it`,
  "2/7": () => "Activate the same address families on both ends",
  "4": () => "Packets from this node to the router get lost, or this node was too busy to send",
  "6/1": () => "Raise the router's limit of prefixes for this node, or announce fewer",
  "6/2": () => "The router's operator has shut the session down",
  "6/3": () => "Configure this node as a neighbor on the router",
  "6/5": () => "Configure this node as a neighbor on the router",
  "6/10": () => "See whether BFD packets pass both ways between the router and this node",
};

export function networkCause(error: string, state: FsmState, peer: BgpPeer): Cause {
  const isDial = state === "connect";
  return {
    ...{ notice: null, by: "network" },
    reason: isDial ? `cannot connect: ${error}` : `the connection ended: ${error}`,
    remedy: isDial ? dialRemedy(error, peer) : (REMEDY_OF_END[state]?.(peer) ?? null),
  };
}

/** Routers close the connection of whom they do not know. */
const REMEDY_OF_END: Readonly<Partial<Record<FsmState, (peer: BgpPeer) => string>>> = {
  "open-sent": ({ ourAsn }) =>
    `Configure this node as a neighbor on the router, with the AS number ${ourAsn}`,
};

function dialRemedy(error: string, peer: BgpPeer): string {
  const { sourceAddress, vrf, password } = peer;
  const where = `${hostOf(peer)} port ${peer.port}`;
  const inside = vrf === null ? "" : ` in the VRF ${vrf}`;
  if (error === "ECONNREFUSED") return `See whether BGP runs at ${where}`;
  if (error === "EADDRNOTAVAIL" && sourceAddress !== null) {
    return `Give this node the address ${sourceAddress}${inside}, or the peer another source address`;
  }
  if (error === "EADDRNOTAVAIL") return "Set sourceAddress to an address that the node has";
  // Bound to the interface, which is in the VRF.
  const device = peer.interface ?? vrf;
  if (error === "ENODEV" && device !== null) {
    const field = peer.interface === null ? "vrf" : "interface";
    return `Make the device ${device} on this node, write another ${field}, or select other nodes with nodeSelectors`;
  }
  if (error === "ENETUNREACH") return `Give this node a route to ${hostOf(peer)}${inside}`;
  // A segment whose MD5 is wrong or missing is dropped without a word.
  const secret = password === null ? "" : ", and that both have the same password";
  return `See whether ${where} can be reached from this node${secret}`;
}

export function timeoutCause(peer: BgpPeer): Cause {
  return networkCause("ETIMEDOUT", "connect", peer);
}

export function bfdCause(diagnostic: string): Cause {
  return {
    notice: notification(CEASE, CEASE_SUBCODE.bfdDown),
    ...{ by: "network", reason: `BFD says that the peer is gone: ${diagnostic}` },
    remedy: "See whether the router runs and the path to it is whole",
  };
}

export function collisionCause(): Cause {
  return {
    notice: notification(CEASE, CEASE_SUBCODE.collision),
    ...{ by: "us", reason: "both ends have dialled, and the other connection stays", remedy: null },
  };
}

export function replacedCause(): Cause {
  return {
    notice: null,
    ...{ by: "peer", reason: "the peer has restarted and dials anew", remedy: null },
  };
}
