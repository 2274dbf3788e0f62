import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { Memberships } from "../../src/linux/memberships.ts";

describe("memberships", () => {
  const group = "ff02::1:ff00:1" as Ip;

  it("a group is joined for its first holder and left after its last", () => {
    const memberships = new Memberships();
    expect(memberships.hold(2, group)).to.equal(false);
    memberships.joined(2, group, 7);
    expect(memberships.hold(2, group)).to.equal(true);
    expect(memberships.release(2, group)).to.equal(undefined);
    expect(memberships.release(2, group)).to.equal(7);
    expect(memberships.hold(2, group)).to.equal(false);
  });

  it("the same group on another interface is another", () => {
    const memberships = new Memberships();
    memberships.joined(2, group, 7);
    expect(memberships.hold(3, group)).to.equal(false);
    expect(memberships.release(3, group)).to.equal(undefined);
    expect(memberships.release(2, group)).to.equal(7);
  });

  it("a release too many is nothing", () => {
    expect(new Memberships().release(2, group)).to.equal(undefined);
  });
});
