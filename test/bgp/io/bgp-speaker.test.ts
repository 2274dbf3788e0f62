/** All sessions of a node together, on the loopback. Neighbours: listener.test.ts has who dials us; change-costs.test.ts what a change costs. */
import { expect } from "chai";
import { pino } from "pino";
import { BgpSpeaker } from "../../../src/bgp/io/bgp-speaker.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import { CountingRouter } from "../../speaker/io/counting-router.ts";
import { peer, until } from "../interop/node.ts";

describe("bgp: all sessions of a node", () => {
  let router: CountingRouter;
  let speaker: BgpSpeaker;
  /** Of those that went, in their order: what each had sent, by the name of its peer. */
  const gone: [key: string, opens: number, notifications: number][] = [];
  before(async () => {
    router = await CountingRouter.start(64513);
    const log = pino({ level: "silent" });
    const ignore = () => undefined;
    speaker = new BgpSpeaker({
      ...{ log, listenPort: null, onChange: ignore, onListening: ignore },
      onGone: ({ peer: { key }, counters: { sentByKind } }) =>
        gone.push([key, sentByKind.open, sentByKind.notification]),
    });
    speaker.complete();
  });
  after(async () => {
    await speaker.stop("shutdown", "");
    router.stop();
  });

  const tor = (more: Partial<BgpPeer> = {}) =>
    peer("127.0.0.1", { key: "tor", port: router.port, ...more });
  const established = (count: number) =>
    until(
      () => ({ state: speaker.sessions.get("tor")?.state, count: router.sessions.length }),
      (now) => now.state === "established" && now.count === count,
    );

  it("BFD that goes down ends the session at once, also one that was made anew since BFD came up", async () => {
    speaker.setPeers([tor()]);
    await established(1);
    speaker.bfd({ peer: "tor", state: "up", diagnostic: "none" });
    speaker.setPeers([tor({ holdTimeSeconds: 30 })]);
    await established(2);
    speaker.bfd({ peer: "tor", state: "down", diagnostic: "detection-time-expired" });
    expect(speaker.sessions.get("tor")?.state).not.to.equal("established");
    const ended = await until(
      () => router.sessions[1]?.ended,
      (now) => now !== null,
    );
    expect(ended).to.equal("6/10");
  });

  it("what BFD said of a peer that went away is not held against one of its name", async () => {
    await established(3);
    speaker.bfd({ peer: "tor", state: "up", diagnostic: "none" });
    speaker.setPeers([]);
    speaker.setPeers([tor()]);
    await established(4);
    speaker.bfd({ peer: "tor", state: "down", diagnostic: "detection-time-expired" });
    expect(speaker.sessions.get("tor")?.state).to.equal("established");
  });

  it("who goes, or is made anew, is told of once, with the NOTIFICATION that says so", async () => {
    speaker.setPeers([tor()]);
    await until(
      () => speaker.sessions.get("tor")?.state,
      (state) => state === "established",
    );
    gone.length = 0;
    speaker.setPeers([tor({ connectRetryMs: 2000 })]);
    expect(gone).to.deep.equal([]);
    speaker.setPeers([tor({ holdTimeSeconds: 60 })]);
    expect(gone).to.deep.equal([["tor", 1, 1]]);
    speaker.setPeers([]);
    speaker.setPeers([]);
    expect(gone).to.deep.equal([
      ["tor", 1, 1],
      ["tor", 0, 0],
    ]);
  });
});
