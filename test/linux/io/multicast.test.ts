import { readdirSync } from "node:fs";
import { expect } from "chai";
import type { Ip } from "../../../src/base/ip.ts";
import { errnoName } from "../../../src/linux/errno.ts";
import { openMulticastGroups, type MulticastGroups } from "../../../src/linux/io/multicast.ts";
import { Namespace, requireNamespaces } from "../network.ts";

const group = (number: number): Ip => `ff02::1:ff00:${number.toString(16)}` as Ip;

describe("multicast groups", function () {
  let namespace: Namespace | undefined;
  let groups: MulticastGroups | undefined;

  const here = (): { readonly namespace: Namespace; readonly groups: MulticastGroups } => {
    if (namespace === undefined || groups === undefined) throw new Error("before did not run");
    return { namespace, groups };
  };

  before(function () {
    requireNamespaces(this);
  });
  beforeEach(() => {
    namespace = new Namespace();
    namespace.ip("link add va index 100 type veth peer name vb");
    namespace.ip("link set va up");
    groups = openMulticastGroups();
  });
  afterEach(() => {
    groups?.close();
    namespace?.remove();
  });

  /** Sockets are opened by the first join, and belong where that was made. */
  const join = (index: number, number: number): number => {
    const { namespace, groups } = here();
    return namespace.enter(() => groups.join(index, group(number)));
  };
  const shown = (): string => here().namespace.ip("-6 maddr show dev va");

  it("a group is joined for its first address and left after its last", () => {
    expect([join(100, 0x42), join(100, 0x42)]).to.deep.equal([0, 0]);
    expect(shown()).to.include("ff02::1:ff00:42");
    expect(here().groups.leave(100, group(0x42))).to.equal(0);
    expect(shown()).to.include("ff02::1:ff00:42");
    expect(here().groups.leave(100, group(0x42))).to.equal(0);
    expect(shown()).to.not.include("ff02::1:ff00:42");
  });

  it("leaving what was never joined is nothing", () =>
    expect(here().groups.leave(100, group(1))).to.equal(0));

  it("joining on an interface that is not there holds nothing", () => {
    expect(errnoName(join(999, 1))).to.equal("ENODEV");
    expect(join(100, 1)).to.equal(0);
  });

  it("an interface that comes again with the index of an old one is joined again", () => {
    const { namespace, groups } = here();
    expect(join(100, 0x42)).to.equal(0);
    namespace.ip("link del va");
    namespace.ip("link add va index 100 type veth peer name vb");
    namespace.ip("link set va up");
    groups.leave(100, group(0x42));
    expect(join(100, 0x42)).to.equal(0);
    expect(shown()).to.include("ff02::1:ff00:42");
  });

  it("more groups than one socket holds are spread over several, and a leave makes room", () => {
    const { namespace, groups } = here();
    const before = readdirSync("/proc/self/fd").length;
    const sockets = (): number => readdirSync("/proc/self/fd").length - before;
    // One socket holds 2340 where optmem_max is 131072, and 365 where it is 20480.
    let capacity = 0;
    const failures = namespace.enter(() => {
      const home = sockets(); // what `enter` holds open
      let errno = 0;
      for (; errno === 0 && sockets() < home + 2; capacity++) {
        errno = groups.join(100, group(capacity));
      }
      capacity--; // the last is the first on the second socket
      for (let i = 0; i < capacity; i++) errno += groups.leave(100, group(i));
      for (let i = 0; i < 2 * capacity - 1; i++) errno += groups.join(100, group(0x8000 + i));
      return errno;
    });
    expect(failures).to.equal(0);
    expect(capacity).to.be.at.least(100);
    expect(shown().match(/ff02::1:ff00/g)).to.have.length(2 * capacity);
    expect(sockets()).to.equal(2);
    expect([join(100, 1), sockets()]).to.deep.equal([0, 3]);
  });

  it("closing leaves all groups", () => {
    join(100, 0x42);
    here().groups.close();
    expect(shown()).to.not.include("ff02::1:ff00:42");
  });
});
