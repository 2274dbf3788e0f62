/**
 * What is answered to which frame, in whole bytes, and why silence is kept.
 */
import { expect } from "chai";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import type { Mac } from "../../src/base/mac.ts";
import {
  announcementFrames,
  readFrame,
  respond,
  type Answer,
  type Holding,
  type Place,
} from "../../src/speaker/responder.ts";
import { bytesOf, captured } from "./wire/vectors.ts";

const ip = (text: string): Ip => parseIp(text) ?? expect.fail(text);
const B = "02:00:00:00:00:0b" as Mac;
const OTHER = "02:00:00:00:00:99" as Mac;

function place(holdings: Readonly<Record<string, Holding>>, mac: Mac = B): Place {
  return { mac, holdingOf: (address) => holdings[address] ?? "not-ours" };
}
const V4 = place({ "192.0.2.2": "held" });
const V6 = place({ "2001:db8::b": "held" });

function answer(bytes: Uint8Array, where: Place): Answer {
  return respond(readFrame(bytes), where);
}

/** Puts other bytes at an offset of a captured frame. */
function changed(name: string, at: number, hex: string): Uint8Array {
  const bytes = Uint8Array.from(captured(name));
  bytes.set(bytesOf(hex), at);
  return bytes;
}

describe("speaker: responder", () => {
  const same = [
    { name: "arp request", answer: "arp reply", place: V4 },
    { name: "arp probe", answer: "arp reply to a probe", place: V4 },
    { name: "neighbor solicitation", answer: "neighbor advertisement", place: V6 },
  ];
  for (const { name, answer: wanted, place: where } of same) {
    it(`${name}: the very bytes that the kernel answers`, () => {
      const reply = answer(captured(name), where);
      expect(reply.kind === "reply" && reply.frame).to.deep.equal(captured(wanted));
    });
  }

  it("a unicast request is answered, as a neighbour's cache asks before it forgets", () => {
    const reply = answer(changed("arp request", 0, "02000000000b"), V4);
    expect(reply.kind === "reply" && reply.frame).to.deep.equal(captured("arp reply"));
  });

  it("a unicast solicitation is answered, from the address itself", () => {
    const where = place({ "fe80::ff:fe00:a": "held" }, "02:00:00:00:00:0a" as Mac);
    const reply = answer(captured("unicast neighbor solicitation"), where);
    expect(reply.kind === "reply" && Buffer.from(reply.frame).toString("hex")).to.equal(
      [
        "02000000000b 02000000000a 86dd", // to the asker's MAC
        "60000000 0020 3aff",
        "fe800000000000000000 00fffe00000a", // source: the address asked for
        "fe800000000000000000 00fffe00000b",
        "8800 1af8 60000000", // solicited, override
        "fe800000000000000000 00fffe00000a",
        "0201 02000000000a",
      ]
        .join("")
        .replaceAll(" ", ""),
    );
  });

  it("duplicate address detection is answered to all nodes, not solicited (RFC 4861 section 7.2.4)", () => {
    const reply = answer(captured("duplicate address detection"), {
      ...V6,
      mac: OTHER,
    });
    const hex = reply.kind === "reply" ? Buffer.from(reply.frame).toString("hex") : "";
    expect(hex.slice(0, 24)).to.equal("333300000001020000000099");
    expect(hex.slice(76, 108)).to.equal("ff020000000000000000000000000001");
    expect(hex.slice(116, 118)).to.equal("20"); // override alone
  });

  const silences = [
    { name: "not ours", frame: captured("arp request"), place: place({}), want: "not-ours" },
    {
      name: "another node's",
      frame: captured("arp request"),
      place: place({ "192.0.2.2": "not-holding" }),
      want: "not-holding",
    },
    {
      name: "held, but not on this interface",
      frame: captured("arp request"),
      place: place({ "192.0.2.2": "wrong-interface" }),
      want: "wrong-interface",
    },
    {
      name: "a reply",
      frame: captured("arp reply to a probe"),
      place: place({}, "02:00:00:00:00:0a" as Mac),
      want: "not-a-request",
    },
    {
      name: "to another station",
      frame: changed("arp request", 0, "020000000099"),
      place: V4,
      want: "not-to-us",
    },
    {
      name: "our own frame, come back over a loop",
      frame: captured("gratuitous arp request"),
      place: place({ "192.0.2.1": "held" }, "02:00:00:00:00:0a" as Mac),
      want: "own-frame",
    },
    {
      name: "a stranger announces our address by a request",
      frame: captured("gratuitous arp request"),
      place: place({ "192.0.2.1": "held" }),
      want: "claims-our-address",
    },
    {
      name: "a stranger announces our address by a reply",
      frame: captured("gratuitous arp reply"),
      place: place({ "192.0.2.1": "held" }),
      want: "claims-our-address",
    },
    {
      name: "a stranger advertises our address",
      frame: captured("neighbor advertisement"),
      place: place({ "2001:db8::b": "held" }, OTHER),
      want: "claims-our-address",
    },
    {
      name: "an advertisement of what is not ours",
      frame: captured("neighbor advertisement"),
      place: place({}, OTHER),
      want: "not-a-request",
    },
    {
      name: "a solicitation for nothing of ours",
      frame: captured("neighbor solicitation"),
      place: place({}),
      want: "not-ours",
    },
    {
      name: "a solicitation to another station",
      frame: changed("neighbor solicitation", 0, "020000000099"),
      place: V6,
      want: "not-to-us",
    },
  ];
  for (const { name, frame, place: where, want } of silences) {
    it(`${name}: ${want}`, () => {
      const got = answer(frame, where);
      expect(got.kind === "silence" ? got.reason : got.kind).to.equal(want);
    });
  }

  it("what cannot be read has the codec's name for it", () => {
    expect(answer(captured("arp request").subarray(0, 30), V4)).to.deep.equal({
      ...{ kind: "fault", name: "arp-too-short" },
    });
    expect(answer(new Uint8Array(3), V4)).to.deep.equal({
      ...{ kind: "fault", name: "ethernet-too-short" },
    });
  });

  it("announcements: a request first, then both forms", () => {
    const request = `ffffffffffff02000000000b0806000108000604000102000000000bc0000202000000000000c0000202`;
    const reply = `ffffffffffff02000000000b0806000108000604000202000000000bc000020202000000000bc0000202`;
    const hex = (round: number) =>
      announcementFrames(ip("192.0.2.2"), B, round).map((f) => Buffer.from(f).toString("hex"));
    expect(hex(0)).to.deep.equal([request]);
    expect(hex(1)).to.deep.equal([request, reply]);
  });

  it("announcements of IPv6: unsolicited, override, to all nodes, from the address itself", () => {
    const [frame = new Uint8Array(0), more] = announcementFrames(ip("2001:db8::b"), B, 2);
    expect(more).to.equal(undefined);
    const hex = Buffer.from(frame).toString("hex");
    expect(hex.slice(0, 28)).to.equal("33330000000102000000000b86dd");
    expect(hex.slice(44, 76)).to.equal("20010db800000000000000000000000b");
    expect(hex.slice(76, 108)).to.equal("ff020000000000000000000000000001");
    expect(hex.slice(116, 124)).to.equal("20000000");
  });
});
