/** What room there is for names in a publisher's status. */
import { expect } from "chai";
import { entriesWithRoom, LEDGER_OCTETS_MAX } from "../../src/dns/ledger.ts";
import { PUBLISHED_NAMES_MAX } from "../../src/dns/resource.ts";

function entries(count: number, nameChars: number, isClaimed: (i: number) => boolean) {
  return Array.from({ length: count }, (_, i) => {
    const name = `${i}.`.padEnd(nameChars, "n");
    return { name, zone: "lb.example", service: "prod/web", isClaimed: isClaimed(i) };
  });
}

const octetsOf = (all: readonly object[]) =>
  JSON.stringify(all.map((each) => ({ ...each, isClaimed: undefined }))).length;

describe("dns ledger", () => {
  it("no more names than the definition allows", () => {
    const all = entriesWithRoom(entries(PUBLISHED_NAMES_MAX + 1, 64, () => false));
    expect(all).to.have.length(PUBLISHED_NAMES_MAX);
  });

  it("no more octets than fit, and hardly fewer", () => {
    const all = entriesWithRoom(entries(PUBLISHED_NAMES_MAX, 253, () => false));
    expect(octetsOf(all)).to.be.within(LEDGER_OCTETS_MAX - 400, LEDGER_OCTETS_MAX);
  });

  it("those that are written down stay, wherever they stand, and new ones wait for room", () => {
    const half = PUBLISHED_NAMES_MAX / 2;
    const all = entriesWithRoom(entries(PUBLISHED_NAMES_MAX, 253, (i) => i >= half));
    expect(all.filter(({ isClaimed }) => isClaimed)).to.have.length(half);
    const tooMany = entries(PUBLISHED_NAMES_MAX, 253, () => true);
    expect(entriesWithRoom(tooMany), "of before").to.have.length(PUBLISHED_NAMES_MAX);
    const more = [...entries(1, 10, () => false), ...tooMany];
    expect(entriesWithRoom(more)).to.have.length(PUBLISHED_NAMES_MAX);
  });
});
