/** What counts as a reset of a session, between two looks at a speaker's metrics. */
import { expect } from "chai";
import { resetsBetween, sessionsIn } from "../../bench/bgp/resets.ts";

interface Life {
  readonly since?: number;
  readonly up?: number;
  readonly opens?: number;
}

const metrics = ({ since = 1000.5, up = 1, opens = 2 }: Life = {}) =>
  sessionsIn(`# HELP metallb_bgp_opens_sent OPEN messages sent, in messages
process_start_time_seconds ${since}
metallb_bgp_session_up{peer="10.0.0.254:179",vrf=""} ${up}
metallb_bgp_session_up{peer="[2001:db8::1]:179",vrf="red"} 1
metallb_bgp_opens_sent{peer="10.0.0.254:179",vrf=""} ${opens}
metallb_bgp_opens_sent{peer="[2001:db8::1]:179",vrf="red"} 1
metallb_bgp_opens_received{peer="10.0.0.254:179",vrf=""} 9
`);

describe("bench: sessions that were reset", () => {
  it("what is read of each session", () => {
    expect([...metrics()]).to.deep.equal([
      ["10.0.0.254:179", { isUp: true, opens: 2, speakerSince: 1000.5 }],
      ["[2001:db8::1]:179", { isUp: true, opens: 1, speakerSince: 1000.5 }],
    ]);
  });

  const rows: readonly (readonly [string, Life, number])[] = [
    ["nothing has happened", {}, 0],
    ["one was down and is up again, between two looks", { opens: 3 }, 1],
    ["it was so three times", { opens: 5 }, 3],
    ["one is down, and has not been tried again", { up: 0 }, 1],
    ["one is down, and was tried twice", { up: 0, opens: 4 }, 2],
    ["the speaker has begun anew, and says what it said", { since: 1002, opens: 2 }, 3],
  ];
  for (const [name, life, want] of rows) {
    it(`${name}: ${want}`, () => {
      expect(resetsBetween(metrics(), metrics(life))).to.equal(want);
    });
  }

  it("a session that is there no more", () => {
    expect(resetsBetween(metrics(), new Map())).to.equal(2);
  });
});
