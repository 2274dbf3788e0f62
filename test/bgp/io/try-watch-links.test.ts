/** Where interfaces cannot be watched, for the process has too many open files: that is said, and nobody dies of it. */
import { expect } from "chai";
import { pino } from "pino";
import type { Ip } from "../../../src/base/ip.ts";
import { Listener } from "../../../src/bgp/io/listener.ts";
import { OnLinkWatch } from "../../../src/bgp/io/on-link-watch.ts";
import { withoutFiles } from "../../linux/open-files.ts";

const THEM = "127.0.0.2" as Ip;
const WARNING =
  "interfaces cannot be watched: their changes go unseen: Cannot open a netlink socket: EMFILE (too many open files in the process)";

describe("bgp: interfaces that cannot be watched", () => {
  let lines: string[] = [];
  let ends: (() => void)[] = [];
  const write = (line: string) => {
    const { msg, error } = JSON.parse(line) as { readonly msg: string; readonly error?: string };
    lines.push(error === undefined ? msg : `${msg}: ${error}`);
  };
  const log = pino({ level: "info" }, { write });

  afterEach(() => {
    for (const end of ends) end();
    [lines, ends] = [[], []];
  });

  it("on which link a router is, is known as soon as anybody asks again", () => {
    const watch = new OnLinkWatch({ log, onChange: () => undefined });
    ends.push(() => {
      watch.close();
    });
    const routers = new Set([THEM]);
    withoutFiles(() => {
      watch.want(routers);
    });
    expect(lines).to.deep.equal([WARNING]);
    expect(watch.isOnLink(THEM)).to.equal(false);
    watch.want(routers);
    expect(lines).to.have.length(1);
    expect(watch.isOnLink(THEM)).to.equal(true);
  });

  it("the listener in a VRF goes on, and tells what there is once it can", () => {
    const listener = new Listener({
      ...{ port: 0, vrf: "none0", log },
      onConnection: (socket) => socket.destroy(),
      onChange: () => undefined,
    });
    ends.push(() => {
      listener.close();
    });
    const peers = [{ address: THEM, password: null }];
    withoutFiles(() => {
      listener.setPeers(peers);
    });
    expect(lines[0]).to.equal(WARNING);
    const said = () => listener.listening.map(({ trouble }) => trouble);
    const where = "port 0 of IPv4 in none0 cannot be listened on";
    expect(said()).to.deep.equal([`${where}: EMFILE (too many open files in the process)`]);
    listener.setPeers(peers);
    expect(said()).to.deep.equal([
      `${where}: ENODEV (no such device). Make the VRF on this node, or select other nodes with nodeSelectors`,
    ]);
  });
});
