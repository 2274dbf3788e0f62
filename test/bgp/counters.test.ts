/** What a session counts of what it hears. */
import { expect } from "chai";
import type { Prefix } from "../../src/bgp/prefix.ts";
import { prefixToBytes } from "../../src/bgp/prefix.ts";
import { SessionCounters } from "../../src/bgp/counters.ts";
import { joinNlri, NO_NLRI } from "../../src/bgp/wire/nlri.ts";
import type { UpdateMessage } from "../../src/bgp/wire/update.ts";

const nlri = (...prefixes: readonly string[]) =>
  joinNlri(prefixes.map((prefix) => prefixToBytes(prefix as Prefix)));

function update(more: Partial<UpdateMessage> = {}) {
  const nothing = { withdrawn: NO_NLRI, attributes: [], announced: NO_NLRI, faults: [] };
  return { message: { kind: "update", ...nothing, ...more }, fault: null } as const;
}

describe("bgp: what is counted", () => {
  it("prefixes that are announced, in the old fields and in the new, and none that is withdrawn", () => {
    const counters = new SessionCounters();
    counters.received(update());
    counters.received(update({ withdrawn: nlri("10.0.0.0/8") }));
    expect(counters.prefixesReceived).to.equal(0);
    counters.received(update({ announced: nlri("10.0.0.0/8", "10.1.0.0/16") }));
    const prefixes = nlri("2001:db8::/32");
    counters.received(
      update({ attributes: [{ kind: "mp-reach", family: "IPv6", nextHops: [], prefixes }] }),
    );
    counters.received(update({ attributes: [{ kind: "mp-unreach", family: "IPv6", prefixes }] }));
    expect(counters.prefixesReceived).to.equal(3);
    expect(counters.receivedByKind.update).to.equal(5);
  });

  it("faults: those that end a session, and those that do not", () => {
    const counters = new SessionCounters();
    counters.received({ message: null, fault: "bgp-bad-length" });
    const fault = { type: 1, fault: "attribute-malformed", remedy: "withdraw" } as const;
    counters.received(update({ faults: [fault, fault] }));
    expect([...counters.faults]).to.deep.equal([
      ["bgp-bad-length", 1],
      ["attribute-malformed", 2],
    ]);
  });
});
