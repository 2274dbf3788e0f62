import { expect } from "chai";
import { readProfile } from "../../../src/bgp/bfd/profile.ts";

const defaults = {
  desiredMinTxUs: 300_000,
  requiredMinRxUs: 300_000,
  detectMultiplier: 3,
  isPassive: false,
};

describe("BFD profile", () => {
  it("says nothing: FRR's defaults", () => {
    const want = { profile: defaults, minimumTtl: 254, refused: [] };
    expect(readProfile()).to.deep.equal(want);
    expect(readProfile({})).to.deep.equal(want);
  });

  it("every field counts", () => {
    const spec = {
      receiveInterval: 50,
      transmitInterval: 60,
      detectMultiplier: 5,
      passiveMode: true,
      minimumTtl: 10,
      echoMode: false,
      echoInterval: 70,
    };
    expect(readProfile(spec)).to.deep.equal({
      profile: {
        desiredMinTxUs: 60_000,
        requiredMinRxUs: 50_000,
        detectMultiplier: 5,
        isPassive: true,
      },
      minimumTtl: 10,
      refused: [],
    });
  });

  it("echo is refused with the reason, and the rest counts", () => {
    const { profile, refused } = readProfile({ echoMode: true });
    expect(profile).to.deep.equal(defaults);
    expect(refused.map(({ field }) => field)).to.deep.equal(["echoMode"]);
  });
});
