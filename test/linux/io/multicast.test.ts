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
    const before = readdirSync("/proc/self/fd").length;
    const count = 6000; // one socket holds 2340 with the kernel's optmem_max of 131072, 365 with 20480
    const { namespace, groups } = here();
    const results = namespace.enter(() =>
      Array.from({ length: count }, (_, i) => groups.join(100, group(i))),
    );
    expect(new Set(results)).to.deep.equal(new Set([0]));
    expect(shown().match(/ff02::1:ff00/g)).to.have.length(count);
    const sockets = readdirSync("/proc/self/fd").length - before;
    expect(sockets).to.be.at.least(2);
    for (let i = 0; i < 10; i++) expect(groups.leave(100, group(i))).to.equal(0);
    for (let i = 0; i < 10; i++) expect(join(100, 0xf000 + i)).to.equal(0);
    expect(readdirSync("/proc/self/fd").length - before).to.equal(sockets);
  });

  it("closing leaves all groups", () => {
    join(100, 0x42);
    here().groups.close();
    expect(shown()).to.not.include("ff02::1:ff00:42");
  });
});
