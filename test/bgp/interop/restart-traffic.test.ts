/** A speaker restarts, on purpose or not, with graceful restart (RFC 4724): a client behind the router loses nothing. */
import { expect } from "chai";
import { waitFor } from "../../../lab/wait.ts";
import { peer, route, until, type SpeakerNode } from "./node.ts";
import { established, NODE, Pair, paths, requireRouter, ROUTER } from "./pair.ts";
import { TrafficEnd } from "./traffic.ts";

const ADDRESS = "203.0.113.7";
const RESTARTS = {
  "is restarted": (speaker: SpeakerNode) => speaker.stop("restart"),
  "is killed": (speaker: SpeakerNode) => speaker.kill(),
} as const;

for (const kind of ["bird", "frr"] as const) {
  describe(`traffic by ${kind} over a restart`, function () {
    this.timeout(90_000);
    let pair: Pair;

    before(function () {
      requireRouter(this, kind);
    });

    beforeEach(() => {
      pair = new Pair();
      pair.node.ip(`addr add ${ADDRESS}/32 dev lo`);
    });

    afterEach(() => pair.end());

    async function traffic(): Promise<TrafficEnd> {
      const echo = new TrafficEnd(pair.node, "echo", ADDRESS);
      pair.atEnd(() => echo.kill());
      await echo.ready();
      const client = new TrafficEnd(pair.tor, "send", ADDRESS);
      pair.atEnd(() => client.kill());
      return client;
    }

    const answered = async (client: TrafficEnd, count: number) => {
      const before = (await client.ask()).answered;
      while ((await client.ask()).answered < before + count);
    };

    for (const [what, act] of Object.entries(RESTARTS)) {
      it(`the speaker ${what}: nothing is lost`, async () => {
        const ours = { gracefulRestartSeconds: 60 };
        const { router, speaker } = await pair.start(kind, "IPv4", { gracefulRestart: true }, ours);
        const announce = (to: SpeakerNode) => {
          to.announce("tor", [route(`${ADDRESS}/32`)]);
          to.tell({ kind: "complete" });
        };
        announce(speaker);
        await established(speaker);
        const kernel = () => pair.tor.ip(`route show ${ADDRESS}`);
        await until(kernel, (text) => text.includes(`via ${NODE.IPv4}`));
        const client = await traffic();
        await answered(client, 20);
        const { sent, answered: before } = await client.ask();
        await act(speaker);
        const noticed = async () =>
          (await router.sessions()).every(({ state }) => state !== "established");
        await waitFor(noticed, { what: `${kind} to notice` });
        await answered(client, 100);
        const next = pair.startSpeaker();
        next.tell({ kind: "peers", peers: [peer(ROUTER.IPv4, ours)] });
        announce(next);
        await established(next);
        await paths(router, ([path]) => path?.stale === false);
        await answered(client, 100);
        const after = await client.ask();
        // What was on its way when it was asked is not lost.
        expect(after.sent - sent - (after.answered - before)).to.be.at.most(2);
        expect(after.sent - sent).to.be.above(200);
      });
    }
  });
}
