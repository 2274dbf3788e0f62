/**
 * When announcements go out: the schedule, the pace, and silence after a loss.
 */
import { expect } from "chai";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import { Announcer } from "../../src/speaker/announcer.ts";

const ip = (i: number): Ip => parseIp(`198.51.${i >> 8}.${i & 255}`) ?? expect.fail("address");
const framesOf = ({ round }: { readonly round: number }) => (round === 0 ? 1 : 2);

interface Sent {
  readonly atMs: number;
  readonly ip: Ip;
  readonly linkIndex: number;
  readonly round: number;
}

/** Lives until nothing is due, or until a time. */
function play(announcer: Announcer, untilMs = Infinity): Sent[] {
  const sent: Sent[] = [];
  for (let steps = 0; announcer.dueMs <= untilMs && announcer.dueMs < Infinity; steps++) {
    const atMs = announcer.dueMs;
    for (const each of announcer.due(atMs, framesOf)) sent.push({ ...each, atMs });
    if (steps > 100_000) expect.fail("never ends");
  }
  return sent;
}

describe("speaker: announcer", () => {
  it("at once, once more, then past the second in which Linux keeps what it has learned", () => {
    const announcer = new Announcer();
    announcer.gained(ip(1), 2, 1000);
    expect(play(announcer)).to.deep.equal(
      [1000, 1100, 2100, 3200, 4300].map((atMs, round) => ({
        ...{ atMs, ip: ip(1), linkIndex: 2, round },
      })),
    );
    expect(announcer.dueMs).to.equal(Infinity);
  });

  it("where it is asked for, again and again as long as it is held", () => {
    const announcer = new Announcer({ reannounceIntervalMs: 60_000 });
    announcer.gained(ip(1), 2, 0);
    announcer.gained(ip(2), 2, 0);
    const all = play(announcer, 130_000).filter((each) => each.ip === ip(1));
    const repeated = all.filter(({ round }) => round === 5).map(({ atMs }) => atMs);
    expect(repeated).to.deep.equal([63_300, 123_300]);
    announcer.lost(ip(1), 2);
    expect(new Set(play(announcer, 300_000).map((each) => each.ip))).to.deep.equal(
      new Set([ip(2)]),
    );
  });

  it("what is announced again comes without the quick round, and instead of what was to come", () => {
    const announcer = new Announcer();
    announcer.gained(ip(1), 2, 0);
    play(announcer, 500);
    announcer.again(ip(1), 2, 1000);
    expect(play(announcer).map(({ atMs, round }) => [atMs, round])).to.deep.equal([
      ...[
        [1100, 1],
        [2100, 2],
        [3200, 3],
        [4300, 4],
      ],
    ]);
  });

  it("an address lost between its announcements is silent at once", () => {
    const announcer = new Announcer();
    announcer.gained(ip(1), 2, 0);
    announcer.gained(ip(2), 2, 0);
    play(announcer, 50);
    announcer.lost(ip(1), 2);
    expect(new Set(play(announcer).map((each) => each.ip))).to.deep.equal(new Set([ip(2)]));
  });

  it("gained again: the schedule begins anew, and runs once", () => {
    const announcer = new Announcer();
    announcer.gained(ip(1), 2, 0);
    play(announcer, 50);
    announcer.lost(ip(1), 2);
    announcer.gained(ip(1), 2, 60);
    expect(play(announcer).map((each) => each.atMs)).to.deep.equal([60, 160, 1160, 2260, 3360]);
  });

  it("one interface's loss is not another's", () => {
    const announcer = new Announcer();
    announcer.gained(ip(1), 2, 0);
    announcer.gained(ip(1), 3, 0);
    announcer.lost(ip(1), 3);
    expect(new Set(play(announcer).map((each) => each.linkIndex))).to.deep.equal(new Set([2]));
  });

  it("250 addresses at once: each announced within 300 ms, 1,000 frames a second at most", () => {
    const announcer = new Announcer();
    for (let i = 0; i < 250; i++) announcer.gained(ip(i), 2, 0);
    const sent = play(announcer);
    const first = sent.filter((each) => each.round === 0);
    expect(first).to.have.length(250);
    expect(Math.max(...first.map((each) => each.atMs))).below(300);
    expect(sent).to.have.length(250 * 5);
    for (const { atMs: fromMs } of sent) {
      const inWindow = sent.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + 100);
      expect(inWindow.reduce((sum, each) => sum + framesOf(each), 0)).at.most(110);
    }
  });

  it("everything is announced once before anything is announced again", () => {
    const announcer = new Announcer();
    for (let i = 0; i < 2000; i++) announcer.gained(ip(i), 2, 0);
    const rounds = play(announcer).map((each) => each.round);
    expect(rounds.slice(0, 2000).every((round) => round === 0)).to.equal(true);
    expect(rounds).to.have.length(10_000);
  });
});
