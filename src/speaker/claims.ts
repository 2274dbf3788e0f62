/**
 * What a frame says about who has an address, whoever it was meant for. Pure.
 *
 * Read first: RFC 5227 sections 1.1, 2.1.1 (probes), 2.4 (conflicts); RFC 4862 section 5.4.3, 5.4.4. A sender says so
 * with every ARP packet that carries its address, with every advertisement, and with every solicitation from it.
 * Neighbours: responder.ts reads the frame; guard.ts judges the claim.
 */
import type { Ip } from "../base/ip.ts";
import type { Mac } from "../base/mac.ts";
import type { ReadFrame } from "./responder.ts";
import { UNSPECIFIED } from "./wire/ndp.ts";

export interface Claim {
  readonly ip: Ip;
  /** What others take for the address's MAC from now on. */
  readonly mac: Mac;
  /** "has": it uses the address. "wants": it asks whether anybody does, to use it then. */
  readonly how: "has" | "wants";
}

const NO_ADDRESS = "0.0.0.0";

/** @returns null where it says nothing of the kind */
export function claimIn(read: Exclude<ReadFrame, { readonly kind: "fault" }>): Claim | null {
  if (read.kind === "arp") {
    const { operation, senderIp, senderMac, targetIp } = read.message;
    if (senderIp !== NO_ADDRESS) return { ip: senderIp, mac: senderMac, how: "has" };
    return operation === "request" ? { ip: targetIp, mac: senderMac, how: "wants" } : null;
  }
  const { message, frame } = read;
  const mac = message.linkLayer ?? frame.source;
  if (message.kind === "advertisement") return { ip: message.target, mac, how: "has" };
  return message.source === UNSPECIFIED
    ? { ip: message.target, mac, how: "wants" }
    : { ip: message.source, mac, how: "has" };
}
