/** Who has sent a packet, and how far away that is, by its header. */
import { expect } from "chai";
import { hopLimitOf, sourceOf } from "../../src/linux/ip-header.ts";

/** As the kernel keeps them, with the first octets of TCP behind (TCP_SAVED_SYN). */
const IPV4 = "4500003c1c46400040069cf8" + "c0000201" + "c6336402" + "c35000b3";
const IPV6 =
  "6000000000280640" + "20010db8000000000000000000000001" + "fe80".padEnd(32, "0") + "c350";
/** With options: IHL is 6. */
const LONGER = "46000040" + IPV4.slice(8, 40) + "01010100" + "c35000b3";

const rows = [
  { name: "IPv4", hex: IPV4, want: ["192.0.2.1", 64] },
  { name: "IPv4 with options", hex: LONGER, want: ["192.0.2.1", 64] },
  { name: "IPv6", hex: IPV6, want: ["2001:db8::1", 64] },
  { name: "IPv4, one octet short", hex: IPV4.slice(0, 38), want: [undefined, undefined] },
  { name: "IPv6, one octet short", hex: IPV6.slice(0, 78), want: [undefined, undefined] },
  { name: "another version", hex: `5${IPV4.slice(1)}`, want: [undefined, undefined] },
  { name: "nothing", hex: "", want: [undefined, undefined] },
] as const;

describe("linux: who has sent a packet, and how many hops it had left", () => {
  for (const { name, hex, want } of rows) {
    it(name, () => {
      const packet = Buffer.from(hex, "hex");
      expect([sourceOf(packet), hopLimitOf(packet)]).to.deep.equal(want);
    });
  }
});
