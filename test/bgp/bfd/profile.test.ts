import { expect } from "chai";
import { readProfile } from "../../../src/bgp/bfd/profile.ts";
import { encodeControlPacket } from "../../../src/bgp/bfd/wire/control-packet.ts";

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

  const BEYOND = [
    ["detectMultiplier", 300, 255],
    ["detectMultiplier", 60_000, 255],
    ["detectMultiplier", 0, 1],
    ["transmitInterval", 1, 10],
    ["receiveInterval", 9, 10],
    ["receiveInterval", 0, 10],
    ["transmitInterval", 5_000_000, 60_000],
    ["minimumTtl", 60_000, 255],
  ] as const;
  for (const [field, said, taken] of BEYOND) {
    it(`${field} ${said} is told, and is ${taken}: a packet can be made of it`, () => {
      const { refused, ...read } = readProfile({ [field]: said });
      const { refused: none, ...nearest } = readProfile({ [field]: taken });
      expect([read, none]).to.deep.equal([nearest, []]);
      expect(refused.map((one) => one.field)).to.deep.equal([field]);
      expect(refused[0]?.reason).to.contain(String(said)).and.to.contain(`${taken} is taken`);
      const bytes = encodeControlPacket({
        ...{ state: "Down", diagnostic: "none", poll: false, final: false },
        ...{ controlPlaneIndependent: false, demand: false, requiredMinEchoRxUs: 0 },
        ...{ myDiscriminator: 1, yourDiscriminator: 0, ...read.profile },
      });
      expect(bytes).to.have.length(24);
    });
  }

  it("what works beyond a BFDProfile's bounds stays as it is", () => {
    const { profile, minimumTtl, refused } = readProfile({ detectMultiplier: 1, minimumTtl: 255 });
    expect([profile.detectMultiplier, minimumTtl, refused]).to.deep.equal([1, 255, []]);
  });
});
