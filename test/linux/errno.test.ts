import { constants } from "node:os";
import { expect } from "chai";
import { BalancerError } from "../../src/base/errors.ts";
import {
  describeErrno,
  errnoFault,
  errnoName,
  packetSocketError,
  SystemCallError,
} from "../../src/linux/errno.ts";

describe("errno", () => {
  it("names every number as this kernel does", () => {
    const named = Object.entries(constants.errno).filter(
      ([, number]) => !errnoName(number).startsWith("errno "),
    );
    // EWOULDBLOCK and EOPNOTSUPP are second names of EAGAIN and ENOTSUP.
    const aliases = ["EWOULDBLOCK", "ENOTSUP", "EDEADLOCK"];
    for (const [name, number] of named) {
      if (!aliases.includes(name)) expect(errnoName(number)).to.equal(name);
    }
    expect(named.length).to.be.at.least(30);
  });

  const rows = [
    { name: "as a call returns it", value: errnoName(-100), want: "ENETDOWN" },
    { name: "positive", value: errnoName(100), want: "ENETDOWN" },
    { name: "without a name", value: errnoName(-4095), want: "errno 4095" },
    {
      name: "in words",
      value: describeErrno(-19),
      want: "ENODEV (no such device)",
    },
    { name: "in words, without a name", value: describeErrno(-4095), want: "errno 4095" },
    { name: "as a fault", value: errnoFault("packet", -105), want: "packet-enobufs" },
    {
      name: "as a fault, without a name",
      value: errnoFault("packet", -4095),
      want: "packet-errno-4095",
    },
  ];
  for (const { name, value, want } of rows) it(name, () => expect(value).to.equal(want));

  for (const errno of [-1, -13]) {
    it(`tells who lacks a capability what to give (${errnoName(errno)})`, () => {
      const error = packetSocketError("open a packet socket", errno);
      expect(error).to.be.instanceOf(BalancerError).with.property("code", "RAW_SOCKET_DENIED");
      expect(error.message).to.match(/^Cannot open a packet socket: E.*NET_RAW/);
    });
  }

  it("leaves other errors as the kernel's", () => {
    const error = packetSocketError("open a packet socket", -24);
    expect(error).to.be.instanceOf(SystemCallError).with.property("errno", 24);
    expect(error.message).to.equal(
      "Cannot open a packet socket: EMFILE (too many open files in the process)",
    );
  });
});
