/** When the gate opens and closes: scripts of answers. */
import { expect } from "chai";
import { GATE_UNASKED, isGateInForce, stepGate, type GateAnswer } from "../../src/speaker/gate.ts";

const rows: readonly {
  readonly name: string;
  readonly script: readonly (readonly [GateAnswer, nowMs: number, open: boolean])[];
}[] = [
  { name: "healthy opens it at once", script: [["healthy", 0, true]] },
  {
    name: "not healthy at first: closed at once, for nothing is lost by it",
    script: [
      ["silent", 0, false],
      ["silent", 5000, false],
      ["healthy", 5250, true],
    ],
  },
  {
    name: "a restart of kube-proxy is silence for a while, and moves nothing",
    script: [
      ["healthy", 0, true],
      ["silent", 250, true],
      ["silent", 3249, true],
      ["healthy", 3300, true],
      ["silent", 3550, true],
      ["silent", 6549, true],
    ],
  },
  {
    name: "a kube-proxy that does not come back closes it",
    script: [
      ["healthy", 0, true],
      ["silent", 250, true],
      ["silent", 3250, false],
      ["silent", 3500, false],
    ],
  },
  {
    name: "that it says itself that it is unhealthy is believed when it is said twice",
    script: [
      ["healthy", 0, true],
      ["unhealthy", 250, true],
      ["unhealthy", 500, false],
    ],
  },
  {
    name: "unhealthy once, silent, unhealthy once: a restart, not a verdict",
    script: [
      ["healthy", 0, true],
      ["unhealthy", 250, true],
      ["silent", 500, true],
      ["unhealthy", 750, true],
      ["healthy", 1000, true],
    ],
  },
  {
    name: "what closed opens with the first healthy answer",
    script: [
      ["healthy", 0, true],
      ["unhealthy", 250, true],
      ["unhealthy", 500, false],
      ["healthy", 750, true],
      ["unhealthy", 1000, true],
    ],
  },
];

describe("speaker: gate", () => {
  for (const { name, script } of rows) {
    it(name, () => {
      let state = GATE_UNASKED;
      for (const [answer, nowMs, open] of script) {
        state = stepGate(state, answer, nowMs);
        expect(state.open, `${answer} at ${nowMs}`).to.equal(open);
      }
    });
  }

  it("closed everywhere from the beginning: the endpoint may be elsewhere, and the node does its job", () => {
    const closed = stepGate(GATE_UNASKED, "silent", 0);
    expect(isGateInForce(closed)).to.equal(false);
    expect(isGateInForce({ ...closed, everSeenOpen: true }), "a peer's is open").to.equal(true);
    const opened = stepGate(closed, "healthy", 250);
    expect(isGateInForce(opened)).to.equal(false);
    const lost = stepGate(stepGate(opened, "unhealthy", 500), "unhealthy", 750);
    expect(isGateInForce(lost), "ours was open").to.equal(true);
  });
});
