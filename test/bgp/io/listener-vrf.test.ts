/** A VRF that is made anew under its old name, or is gone for a while: routers in it can dial as before. Neighbour: listener.test.ts. */
import { expect } from "chai";
import { once } from "node:events";
import type { Socket } from "node:net";
import { pino } from "pino";
import { waitFor } from "../../../lab/wait.ts";
import type { Ip } from "../../../src/base/ip.ts";
import { Listener } from "../../../src/bgp/io/listener.ts";
import { dial } from "../../../src/bgp/io/peer-socket.ts";
import { Namespace, requireNamespaces, wire } from "../../linux/network.ts";
import { peer } from "../interop/node.ts";

const PORT = 1179;
const PASSWORD = "secret";
/** It is tried again every ten seconds in any case. */
const SOON_MS = 5000;
const LINK = "eth0";
const [US, THEM] = ["10.66.0.1", "10.66.0.2"] as [Ip, Ip];

describe("bgp: the listener, in a VRF", function () {
  this.timeout(60_000);
  let ends: (() => void)[] = [];

  before(function () {
    requireNamespaces(this);
  });
  afterEach(() => {
    for (const end of ends.reverse()) end();
    ends = [];
  });

  function inNamespace(): Namespace {
    const namespace = new Namespace();
    ends.push(() => {
      namespace.remove();
    });
    return namespace;
  }

  function wireUp(us: Namespace, them: Namespace): void {
    wire(us, LINK, them, LINK);
    us.ip(`address add ${US}/24 dev ${LINK}`);
    them.ip(`address add ${THEM}/24 dev ${LINK}`);
  }

  function dialled(them: Namespace, password: string | null): Socket {
    const socket = them.enter(() => dial(peer(US, { port: PORT, password })));
    socket.on("error", () => undefined);
    ends.push(() => socket.destroy());
    return socket;
  }

  async function isTaken(them: Namespace): Promise<boolean> {
    const socket = dialled(them, PASSWORD);
    try {
      await once(socket, "connect");
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }

  /** In a VRF where the kernel has them, elsewhere bound to its interface: a socket is bound to any device alike. */
  async function begin() {
    const [us, them] = [inNamespace(), inNamespace()];
    wireUp(us, them);
    const vrf = us.putIntoVrf(LINK);
    const device = vrf ?? LINK;
    ends.push(us.stay());
    const listener = new Listener({
      ...{ port: PORT, vrf: device, log: pino({ level: "silent" }) },
      onConnection: (socket) => socket.destroy(),
      onChange: () => undefined,
    });
    ends.push(() => {
      listener.close();
    });
    listener.setPeers([{ address: THEM, password: PASSWORD }]);
    await waitFor(() => isTaken(them), { what: "to be taken" });
    const before = us.indexOf(device);
    const remove = () => us.ip(`link delete ${device}`);
    const make = () => {
      if (vrf === null) wireUp(us, them);
      else us.putIntoVrf(LINK);
      expect(us.indexOf(device)).to.not.equal(before);
    };
    return { them, device, listener, remove, make };
  }

  it("that is made anew under its old name: who dials with the password is taken again, and nobody without", async () => {
    const { them, device, listener, remove, make } = await begin();
    remove();
    make();
    await waitFor(() => isTaken(them), { what: "to be taken again" });
    const stranger = dialled(them, null);
    // The kernel drops what is not signed, and has seen it by the time that it takes who comes behind.
    expect(await isTaken(them)).to.equal(true);
    expect(stranger.connecting).to.equal(true);
    expect(listener.listening).to.deep.equal([{ family: "IPv4", vrf: device, trouble: null }]);
  });

  it("that is gone: said, and taken as soon as it is there again", async () => {
    const { them, device, listener, remove, make } = await begin();
    const trouble = () => listener.listening[0]?.trouble ?? null;
    remove();
    await waitFor(() => trouble() !== null, { what: "trouble" });
    expect(trouble()).to.equal(
      `port ${PORT} of IPv4 in ${device} cannot be listened on: ENODEV (no such device). Make the VRF on this node, or select other nodes with nodeSelectors`,
    );
    make();
    const options = { what: "no trouble", timeoutMs: SOON_MS };
    await waitFor(() => trouble() === null, options);
    expect(await isTaken(them)).to.equal(true);
    expect(listener.listening).to.deep.equal([{ family: "IPv4", vrf: device, trouble: null }]);
  });
});
