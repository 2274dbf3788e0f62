import { execFile } from "node:child_process";
import { expect } from "chai";
import { arpFilter, neighborSolicitationFilter } from "../../../src/linux/bpf.ts";
import { errnoName } from "../../../src/linux/errno.ts";
import {
  openPacketSocket,
  type Frame,
  type PacketSocket,
  type PacketSocketOptions,
} from "../../../src/linux/io/packet-socket.ts";
import { runBpf } from "../bpf-interpreter.ts";
import { ARP_REPLY, ARP_REQUEST, NEIGHBOR_SOLICITATION, withByte } from "../frames.ts";
import { Namespace, requireNamespaces, skip, succeeds, until, wire } from "../network.ts";
import { startWorker } from "../worker.ts";

const ARP = 0x0806;
const IPV6 = 0x86dd;

/** What a frame was, kept beyond its callback. */
const copyOf = ({ interfaceIndex, packetType, bytes }: Frame) => ({
  interfaceIndex,
  packetType,
  hex: Buffer.from(bytes).toString("hex"),
});

describe("packet socket", function () {
  let [ours, theirs]: (Namespace | undefined)[] = [];
  let open: PacketSocket[] = [];

  /** The two ends of the wire; the suite is skipped where there are none. */
  const ends = (): { readonly ours: Namespace; readonly theirs: Namespace } => {
    if (ours === undefined || theirs === undefined) throw new Error("before did not run");
    return { ours, theirs };
  };

  before(function () {
    requireNamespaces(this);
  });
  beforeEach(() => {
    [ours, theirs] = [new Namespace(), new Namespace()];
    wire(ours, "va", theirs, "vb");
  });
  afterEach(() => {
    for (const socket of open) socket.close();
    open = [];
    ours?.remove();
    theirs?.remove();
  });

  /** Opens a socket in a namespace. @returns it and what it hears */
  const listen = (
    namespace: Namespace,
    options: Partial<PacketSocketOptions> = {},
  ): {
    readonly socket: PacketSocket;
    readonly frames: ReturnType<typeof copyOf>[];
    readonly faults: string[];
  } => {
    const frames: ReturnType<typeof copyOf>[] = [];
    const faults: string[] = [];
    const socket = namespace.enter(() =>
      openPacketSocket({
        etherType: ARP,
        filter: arpFilter(),
        onFrame: (frame) => frames.push(copyOf(frame)),
        onFault: (name) => faults.push(name),
        ...options,
      }),
    );
    open.push(socket);
    return { socket, frames, faults };
  };

  it("hears a request on the interface where it came in, and a reply to its own MAC", async () => {
    const { ours, theirs } = ends();
    wire(ours, "va2", theirs, "vb2");
    const { frames } = listen(ours);
    const peer = listen(theirs).socket;
    const reply = Buffer.from(ARP_REPLY);
    reply.set(Buffer.from(ours.macOf("va2").replaceAll(":", ""), "hex"));
    expect(peer.send(theirs.indexOf("vb"), ARP_REQUEST)).to.equal(42);
    expect(peer.send(theirs.indexOf("vb2"), reply)).to.equal(42);
    await until(
      () => frames,
      ({ length }) => length === 2,
    );
    expect(frames).to.deep.equal([
      {
        interfaceIndex: ours.indexOf("va"),
        packetType: "broadcast",
        hex: Buffer.from(ARP_REQUEST).toString("hex"),
      },
      {
        interfaceIndex: ours.indexOf("va2"),
        packetType: "host",
        hex: reply.toString("hex"),
      },
    ]);
  });

  it("does not hear what it sends, nor what is meant for another MAC", async () => {
    const { ours, theirs } = ends();
    ours.ip("link set va promisc on");
    const { socket, frames } = listen(ours);
    const peer = listen(theirs);
    expect(socket.send(ours.indexOf("va"), ARP_REQUEST)).to.equal(42);
    peer.socket.send(theirs.indexOf("vb"), ARP_REPLY);
    peer.socket.send(theirs.indexOf("vb"), withByte(ARP_REQUEST, 41, 9));
    await until(
      () => frames,
      ({ length }) => length > 0,
    );
    expect(frames.map(({ hex }) => hex)).to.deep.equal([
      Buffer.from(withByte(ARP_REQUEST, 41, 9)).toString("hex"),
    ]);
    expect(peer.frames.length).to.equal(1);
  });

  it("goes on after its link went down and up", async () => {
    const { ours, theirs } = ends();
    const { socket, frames, faults } = listen(ours);
    const peer = listen(theirs).socket;
    for (let round = 0; round < 2; round++) {
      ours.ip("link set va down");
      expect(errnoName(socket.send(ours.indexOf("va"), ARP_REQUEST))).to.equal("ENETDOWN");
      ours.ip("link set va up");
      await until(
        () => peer.send(theirs.indexOf("vb"), ARP_REQUEST) > 0 && frames.length > 0,
        (heard) => heard,
      );
      frames.length = 0;
    }
    expect(faults).to.deep.equal([]);
  });

  it("goes on when the interface is deleted and made again", async () => {
    const { ours, theirs } = ends();
    const { socket, frames, faults } = listen(ours);
    const peer = listen(theirs);
    const gone = ours.indexOf("va");
    ours.ip("link del va");
    expect(errnoName(socket.send(gone, ARP_REQUEST))).to.equal("ENXIO");
    wire(ours, "va", theirs, "vb");
    const index = ours.indexOf("va");
    expect(index).to.not.equal(gone);
    await until(
      () => peer.socket.send(theirs.indexOf("vb"), ARP_REQUEST) > 0 && frames.length > 0,
      (heard) => heard,
    );
    expect(frames[0]?.interfaceIndex).to.equal(index);
    await until(
      () => socket.send(index, ARP_REQUEST) > 0 && peer.frames.length > 0,
      (heard) => heard,
    );
    expect(faults).to.deep.equal([]);
  });

  it("more frames than one wake takes come all, in order; the counters say how many", async () => {
    const { ours, theirs } = ends();
    const { socket, frames } = listen(ours);
    const peer = listen(theirs).socket;
    const index = theirs.indexOf("vb");
    for (let i = 0; i < 100; i++) peer.send(index, withByte(ARP_REQUEST, 41, i));
    await until(
      () => frames,
      ({ length }) => length === 100,
    );
    expect(frames.map(({ hex }) => Number.parseInt(hex.slice(-2), 16))).to.deep.equal(
      Array.from({ length: 100 }, (_, i) => i),
    );
    expect(socket.statistics()).to.deep.equal({ received: 100, dropped: 0 });
    expect(socket.statistics()).to.deep.equal({ received: 0, dropped: 0 });
  });

  it("uses one frame and one buffer for all that it hears", async () => {
    const { ours, theirs } = ends();
    const seen: Frame[] = [];
    listen(ours, { onFrame: (frame) => seen.push(frame) });
    const peer = listen(theirs).socket;
    for (let i = 0; i < 2; i++) peer.send(theirs.indexOf("vb"), ARP_REQUEST);
    await until(
      () => seen,
      ({ length }) => length === 2,
    );
    expect(seen[0]).to.equal(seen[1]);
  });

  it("can be closed from within its callback, twice, and hears no more", async () => {
    const { ours, theirs } = ends();
    let heard = 0;
    const { socket, faults } = listen(ours, {
      onFrame: () => {
        heard++;
        socket.close();
        socket.close();
      },
    });
    const peer = listen(theirs);
    for (let i = 0; i < 3; i++) peer.socket.send(theirs.indexOf("vb"), ARP_REQUEST);
    await until(
      () => heard,
      (count) => count > 0,
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).to.equal(1);
    expect(faults).to.deep.equal([]); // the descriptor, by then perhaps another's, was not touched
  });

  const filters = [
    { name: "ARP", etherType: ARP, filter: arpFilter(), whole: ARP_REQUEST, type: [0x08, 0x06] },
    {
      name: "neighbour",
      etherType: IPV6,
      filter: neighborSolicitationFilter(),
      whole: NEIGHBOR_SOLICITATION,
      type: [0x86, 0xdd],
    },
  ];
  for (const { name, etherType, filter, whole, type } of filters) {
    it(`the kernel runs the ${name} filter as our interpreter does`, async () => {
      const { ours, theirs } = ends();
      const { frames } = listen(ours, { etherType, filter });
      const peer = listen(theirs).socket;
      const index = theirs.indexOf("vb");
      const sent: Uint8Array[] = [];
      for (let at = 12; at < whole.length; at++) {
        for (const value of [0, 1, 2, 3, 135, 136, 137, 255]) sent.push(withByte(whole, at, value));
      }
      // Shorter ones are filled up with zeros to what Ethernet wants by nobody here: veth carries them so.
      for (let length = 15; length < whole.length; length++) sent.push(whole.subarray(0, length));
      sent.push(withByte(whole, whole.length - 1, 0x77));
      const last = Buffer.from(sent.at(-1) ?? []).toString("hex");
      const facts = { packetType: 1, hardwareType: 1 };
      const ofType = (frame: Uint8Array) => frame[12] === type[0] && frame[13] === type[1];
      const want = sent.filter((frame) => ofType(frame) && runBpf(filter, frame, facts) > 0);
      for (const [i, frame] of sent.entries()) {
        expect(peer.send(index, frame)).to.equal(frame.length);
        if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      const hexOf = (frame: Uint8Array): string => Buffer.from(frame).toString("hex");
      // The kernel at the other end solicits too, for its own new address; its frames bear its own MAC.
      const source = hexOf(whole.subarray(6, 12));
      const heard = () => frames.map(({ hex }) => hex).filter((hex) => hex.startsWith(source, 12));
      await until(
        () => heard().at(-1),
        (hex) => hex === last,
      );
      expect(heard()).to.deep.equal(want.map(hexOf));
      expect(want.length).to.be.within(100, sent.length - 50);
    });
  }

  it("answers a real client, from within a worker thread", async function () {
    if (!succeeds("which", ["arping"])) skip(this, "needs arping");
    const { ours, theirs } = ends();
    theirs.ip("addr add 192.0.2.1/24 dev vb");
    const worker = startWorker(new URL("./responder-worker.ts", import.meta.url), {
      namespace: ours.name,
      mac: ours.macOf("va"),
      address: "c0000202",
    });
    try {
      await new Promise((resolve) => worker.once("message", resolve));
      const line = ["netns", "exec", theirs.name, "arping", "-c", "2", "-w", "3", "192.0.2.2"];
      const out = await new Promise<string>((resolve) => {
        execFile("ip", line, (_, stdout) => {
          resolve(stdout);
        });
      });
      expect(out.toLowerCase()).to.include(ours.macOf("va"));
    } finally {
      expect(await worker.terminate()).to.equal(1);
    }
  });

  it("says which capability is missing", async function () {
    const drop = ["--inh-caps=-net_raw", "--bounding-set=-net_raw"];
    if (!succeeds("setpriv", [...drop, "true"])) skip(this, "needs setpriv");
    const file = `${import.meta.dirname}/child.ts`;
    const stderr = await new Promise<string>((resolve) => {
      const line = [...drop, process.execPath, "--import", "tsx", file, "denied"];
      execFile("setpriv", line, (_error, _stdout, text) => {
        resolve(text);
      });
    });
    expect(stderr).to.match(/BalancerError: Cannot open a packet socket: EPERM .*NET_RAW/);
  });
});
