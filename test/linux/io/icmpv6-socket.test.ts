/** ICMPv6 on one interface: what is sent by multicast arrives whole at the other end, and other types do not. */
import { expect } from "chai";
import type { Ip } from "../../../src/base/ip.ts";
import { SystemCallError } from "../../../src/linux/errno.ts";
import type { InformedDatagram } from "../../../src/linux/io/informed-socket.ts";
import { openIcmpv6Socket, type Icmpv6Socket } from "../../../src/linux/io/icmpv6-socket.ts";
import { Namespace, requireNamespaces, until, wire } from "../network.ts";

const [SOLICITATION, ADVERTISEMENT] = [133, 134];
const ALL_NODES = "ff02::1" as Ip;
const [NEAR, FAR] = ["fe80::1", "fe80::2"] as const;

type Told = Pick<InformedDatagram, "from" | "to" | "ttl" | "interfaceIndex"> & { hex: string };

describe("an ICMPv6 socket", () => {
  let near: Namespace;
  let far: Namespace;
  const made: Namespace[] = [];
  const open: Icmpv6Socket[] = [];

  before(function () {
    requireNamespaces(this);
    [near, far] = [new Namespace(), new Namespace()];
    made.push(near, far);
    wire(near, "eth0", far, "eth0");
    wire(near, "eth1", far, "eth1");
    near.ip(`address add ${NEAR}/64 dev eth0 nodad`);
    far.ip(`address add ${FAR}/64 dev eth0 nodad`);
    far.ip(`address add ${FAR}/64 dev eth1 nodad`);
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.close();
  });
  after(() => {
    for (const namespace of made) namespace.remove();
  });

  function listen(namespace: Namespace, link: string, types = [ADVERTISEMENT]) {
    const [told, faults]: [Told[], string[]] = [[], []];
    const socket: Icmpv6Socket = namespace.enter(() =>
      openIcmpv6Socket({
        ...{ interface: link, interfaceIndex: namespace.indexOf(link), types },
        onReadable: () => {
          socket.receive();
        },
        onDatagram: ({ bytes, ...rest }) => {
          told.push({ ...rest, hex: Buffer.from(bytes).toString("hex") });
        },
        onFault: (name) => faults.push(name),
      }),
    );
    open.push(socket);
    return { socket, told, faults };
  }

  /** The checksum is the kernel's. */
  const message = (type: number, bytes = 16) => new Uint8Array(bytes).fill(type, 0, 1);
  const withoutChecksum = ({ hex, ...rest }: Told) => ({
    ...rest,
    hex: `${hex.slice(0, 4)}0000${hex.slice(8)}`,
  });

  it("of a message: from whom, to whom, on which interface, and that no router has forwarded it", async () => {
    const [sender, receiver] = [listen(near, "eth0"), listen(far, "eth0")];
    expect(sender.socket.send(message(ADVERTISEMENT), ALL_NODES)).to.equal(16);
    await until(
      () => receiver.told.length,
      (count) => count === 1,
    );
    expect(receiver.told.map(withoutChecksum)).to.deep.equal([
      {
        ...{ from: NEAR, to: ALL_NODES, ttl: 255, interfaceIndex: far.indexOf("eth0") },
        hex: "86" + "00".repeat(15),
      },
    ]);
    expect(receiver.told[0]?.hex.slice(4, 8), "a checksum").not.to.equal("0000");
    expect(sender.told, "its own echo").to.deep.equal([]);
  });

  it("other types, other interfaces and what is too long are not for it", async () => {
    const [sender, other] = [listen(near, "eth0"), listen(far, "eth1")];
    const receiver = listen(far, "eth0");
    sender.socket.send(message(SOLICITATION), ALL_NODES);
    sender.socket.send(message(ADVERTISEMENT, 1600), ALL_NODES);
    sender.socket.send(message(ADVERTISEMENT), ALL_NODES);
    await until(
      () => receiver.told.length,
      (count) => count === 1,
    );
    expect(receiver.told[0]?.hex).to.match(/^8600/);
    expect(receiver.faults).to.deep.equal(["icmpv6-too-long"]);
    expect(other.told).to.deep.equal([]);
  });

  it("an interface that is not there is an error with its name", () => {
    const attempt = () =>
      near.enter(() =>
        openIcmpv6Socket({
          ...{ interface: "eth9", interfaceIndex: 0, types: [] },
          ...{ onReadable: () => undefined, onDatagram: () => undefined, onFault: () => undefined },
        }),
      );
    expect(attempt).to.throw(SystemCallError, "ICMPv6 on eth9: ENODEV");
  });

  it("a closed one sends nothing, and says so by nothing", () => {
    const { socket } = listen(near, "eth0");
    socket.close();
    expect(socket.send(message(ADVERTISEMENT), ALL_NODES)).to.equal(0);
  });
});
