/** Who dials too often: one peer's dialling is its own, strangers count as one, and after a while all is forgotten. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { DialGuard, DIALS_MAX, GUARD_WINDOW_MS, QUEUED_MAX } from "../../src/bgp/dial-guard.ts";

const [A, B] = ["10.0.0.1" as Ip, "10.0.0.2" as Ip];
const stranger = (i: number) => `10.9.${i >> 8}.${i & 255}` as Ip;

function guarding(): DialGuard {
  const guard = new DialGuard();
  guard.setPeers([A, B]);
  return guard;
}

/** @returns what was said of the last of so many */
function dial(guard: DialGuard, count: number, from: (i: number) => Ip | null, nowMs = 0): string {
  let verdict = "";
  for (let i = 0; i < count; i++) verdict = guard.dialled(from(i), nowMs);
  return verdict;
}

describe("bgp: who dials too often", () => {
  it("a peer's first ones are looked at, then it is not heard, and the others are", () => {
    const guard = guarding();
    expect(dial(guard, DIALS_MAX, () => A)).to.equal("look");
    expect(guard.unheard).to.equal(null);
    expect(dial(guard, 1, () => A)).to.equal("shut");
    expect(guard.unheard).to.deep.equal({ rule: "all-of", addresses: [A] });
    expect(dial(guard, 1, () => A)).to.equal("drop");
    expect(dial(guard, 1, () => B)).to.equal("look");
    expect(dial(guard, 1, stranger)).to.equal("look");
  });

  it("strangers count together: then peers alone are heard", () => {
    const guard = guarding();
    expect(dial(guard, DIALS_MAX + 1, stranger)).to.equal("shut");
    expect(guard.unheard).to.deep.equal({ rule: "all-but", addresses: [A, B] });
    expect(dial(guard, 1, () => A)).to.equal("look");
    dial(guard, DIALS_MAX, () => B);
    expect(dial(guard, 1, () => B)).to.equal("shut");
    expect(guard.unheard).to.deep.equal({ rule: "all-but", addresses: [A] });
  });

  it("peers that come later are heard though strangers are not", () => {
    const guard = guarding();
    dial(guard, DIALS_MAX + 1, stranger);
    guard.setPeers([A, B, stranger(7)]);
    expect(guard.unheard?.addresses).to.deep.equal([A, B, stranger(7)]);
  });

  it("who is unknown counts with the strangers; who still comes then is a peer, and nobody is heard", () => {
    const guard = guarding();
    const unknown = () => null;
    expect(dial(guard, DIALS_MAX, unknown)).to.equal("look");
    expect(dial(guard, 1, stranger)).to.equal("shut");
    expect(dial(guard, QUEUED_MAX, unknown)).to.equal("drop");
    expect(guard.unheard).to.deep.equal({ rule: "all-but", addresses: [A, B] });
    expect(dial(guard, 1, unknown)).to.equal("shut");
    expect(guard.unheard).to.deep.equal({ rule: "all-but", addresses: [] });
    expect(dial(guard, 1, unknown)).to.equal("drop");
    guard.open(GUARD_WINDOW_MS);
    expect(guard.unheard).to.equal(null);
    expect(dial(guard, DIALS_MAX + 1 + QUEUED_MAX, unknown, GUARD_WINDOW_MS)).to.equal("drop");
    expect(guard.unheard?.addresses).to.deep.equal([A, B]);
  });

  it("strangers whose addresses are known never cost the peers anything", () => {
    const guard = guarding();
    dial(guard, DIALS_MAX + 1, stranger);
    expect(dial(guard, 2 * QUEUED_MAX, stranger)).to.equal("drop");
    expect(guard.unheard).to.deep.equal({ rule: "all-but", addresses: [A, B] });
  });

  it("after the window it begins anew; who dials once a second is always heard", () => {
    const guard = guarding();
    dial(guard, DIALS_MAX + 1, () => A);
    expect(guard.opensAtMs).to.equal(GUARD_WINDOW_MS);
    expect(guard.dialled(A, GUARD_WINDOW_MS)).to.equal("look");
    expect(guard.unheard).to.equal(null);
    const slow = guarding();
    for (let second = 0; second < 100; second++) {
      expect(slow.dialled(B, 1000 * second)).to.equal("look");
    }
  });
});
