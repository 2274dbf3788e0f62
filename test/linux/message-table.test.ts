import { expect } from "chai";
import { MessageTable } from "../../src/linux/message-table.ts";
import { GOLDEN } from "./golden.ts";

/** As golden.c has it: a table at 0x10000 whose first message is left as it was made. */
function table(): MessageTable {
  const made = new MessageTable(2, () => 0x10000n);
  made.setName(1, { address: 0x0102030405060708n, length: 28 });
  made.setData(1, { address: 0x1112131415161718n, length: 258 });
  return made;
}

describe("table of messages", () => {
  it("is what the C headers make of it", () => {
    expect(Buffer.from(table().bytes).toString("hex")).to.equal(GOLDEN.messageTable);
  });

  it("tells how long a message is that came, and whether its end was cut off", () => {
    const received = table();
    received.bytes.set(Buffer.from(GOLDEN.messageTableReceived, "hex"));
    expect([0, 1].map((i) => received.lengthOf(i))).to.deep.equal([0, 2049]);
    expect([0, 1].map((i) => received.isCutOff(i))).to.deep.equal([false, true]);
  });

  it("has room for what the kernel says beside a message, and tells how much that was", () => {
    const made = table();
    made.bytes.set(Buffer.from(GOLDEN.messageTableReceived, "hex"));
    made.setControl(0, { address: 0x2122232425262728n, length: 128 });
    expect(Buffer.from(made.bytes).toString("hex")).to.equal(GOLDEN.messageTableControl);
    expect([0, 1].map((i) => made.controlLengthOf(i))).to.deep.equal([128, 0]);
  });

  it("from a message on", () => {
    expect(table().from(0).length).to.equal(160);
    expect(table().from(1).byteOffset).to.equal(64);
  });
});
