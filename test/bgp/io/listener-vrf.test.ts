/** A VRF that is made anew under its old name: routers in it can dial as before. Neighbour: listener.test.ts. */
import { expect } from "chai";
import { once } from "node:events";
import { pino } from "pino";
import { waitFor } from "../../../lab/wait.ts";
import type { Ip } from "../../../src/base/ip.ts";
import { Listener } from "../../../src/bgp/io/listener.ts";
import { dial } from "../../../src/bgp/io/peer-socket.ts";
import { Namespace, requireNamespaces, wire } from "../../linux/network.ts";
import { peer } from "../interop/node.ts";

const PORT = 1179;
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

  async function isTaken(them: Namespace): Promise<boolean> {
    const socket = them.enter(() => dial(peer(US, { port: PORT })));
    try {
      await once(socket, "connect");
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }

  it("that is made anew under its old name: who dials is taken again", async () => {
    const [us, them] = [inNamespace(), inNamespace()];
    wireUp(us, them);
    // Where the kernel has no VRFs: a socket is bound to any device alike.
    const vrf = us.putIntoVrf(LINK);
    ends.push(us.stay());
    const listener = new Listener({
      ...{ port: PORT, vrf: vrf ?? LINK, log: pino({ level: "silent" }) },
      onConnection: (socket) => socket.destroy(),
      onChange: () => undefined,
    });
    ends.push(() => {
      listener.close();
    });
    const peers = [{ address: THEM, password: null }];
    listener.setPeers(peers);
    await waitFor(() => isTaken(them), { what: "to be taken" });
    const before = us.indexOf(vrf ?? LINK);
    us.ip(`link delete ${vrf ?? LINK}`);
    if (vrf === null) wireUp(us, them);
    else us.putIntoVrf(LINK);
    expect(us.indexOf(vrf ?? LINK)).to.not.equal(before);
    await waitFor(() => isTaken(them), { what: "to be taken again" });
    expect(listener.listening).to.deep.equal([{ family: "IPv4", vrf: vrf ?? LINK, trouble: null }]);
  });
});
