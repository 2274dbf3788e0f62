/** What people hear of a publisher: how often. The API server is told by the test. */
import { expect } from "chai";
import { pino } from "pino";
import { PublisherVoice } from "../../../src/controller/io/publisher-voice.ts";
import type { NewsWords } from "../../../src/controller/publisher-status.ts";
import { failure, type DnsFailure } from "../../../src/dns/failures.ts";
import type { DNSPublisherStatus } from "../../../src/dns/resource.ts";
import { nameOf } from "../../dns/vectors.ts";
import { publisher } from "./names-stage.ts";

const NOTHING_MORE = { news: [], fault: null, mayWrite: true } as const;

class Listener {
  readonly told: NewsWords[] = [];
  status: DNSPublisherStatus | undefined;
  writes = 0;
  readonly #voice = new PublisherVoice({
    ...{ publisher: publisher("lan"), ownerId: "lan.c1", log: pino({ level: "silent" }) },
    metrics: { dnsNames: { set: () => undefined, remove: () => undefined } } as never,
    tell: (words) => {
      this.told.push(words);
    },
    object: this.#object(),
  });

  /** It is so now. */
  async hears(...failures: readonly DnsFailure[]): Promise<void> {
    const troubles = failures.map((each) => {
      return { zone: nameOf("lb.example"), failures: 1, failure: each };
    });
    const figures = { wanted: 1, published: failures.length === 0 ? 1 : 0 };
    const facts = { figures, troubles, nameProblems: [], bookProblems: [], keyProblem: null };
    await this.#voice.say(facts, NOTHING_MORE);
  }

  #object(): ConstructorParameters<typeof PublisherVoice>[0]["object"] {
    const status = () => this.status;
    return {
      get status() {
        return status();
      },
      isDoubtful: false,
      read: () => Promise.resolve(null),
      write: (changed) => {
        this.status = { ...this.status, ...changed };
        this.writes += 1;
        return Promise.resolve(null);
      },
      sayNotReady: () => Promise.resolve(null),
    };
  }
}

const clock = (seconds: number) => failure("bad-time", `The clock is ${seconds} s behind ours`);

describe("controller: the voice of a publisher", () => {
  it("a failure that lasts is told and written once, whatever its words at each try", async () => {
    const listener = new Listener();
    for (const seconds of [3600, 3601, 3602]) await listener.hears(clock(seconds));
    expect(listener.told.map(({ reason }) => reason)).to.deep.equal(["BadTime"]);
    expect(listener.writes).to.equal(1);
    expect(listener.status?.conditions?.[0]?.message).to.include("3600 s");
  });

  it("when it is over and comes again, or is another, it is news", async () => {
    const listener = new Listener();
    const silence = failure("no-answer", "It does not answer");
    for (const failures of [[clock(1)], [], [clock(2)], [silence]])
      await listener.hears(...failures);
    expect(listener.told.map(({ reason }) => reason)).to.deep.equal([
      ...["BadTime", "BadTime", "NoAnswer"],
    ]);
    expect(listener.writes).to.equal(4);
    expect(listener.status?.lastError?.message).to.equal(silence.message);
  });
});
