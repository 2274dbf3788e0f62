/** When the webhook's certificates change: a table, and a whole life. */
import { expect } from "chai";
import {
  AUTHORITY_LIFE_MS,
  certificateStep,
  FORGET_AFTER_MS,
  LEAF_LIFE_MS,
  REISSUE_AFTER_MS,
  SPREAD_MS,
  type Authority,
  type CertificateFacts,
  type KeptCertificates,
  type Leaf,
} from "../../src/controller/certificate-schedule.ts";

const DAY_MS = 86_400_000;
const NOW = 1_000 * DAY_MS;

function authority(id: string, ageMs: number, lifeMs = AUTHORITY_LIFE_MS): Authority {
  return { id, fromMs: NOW - ageMs, untilMs: NOW - ageMs + lifeMs };
}

function leaf(issuer: string | null, ageMs: number, hasNames = true): Leaf {
  return { issuer, hasNames, fromMs: NOW - ageMs, untilMs: NOW - ageMs + LEAF_LIFE_MS };
}

const QUIET: CertificateFacts = { nowMs: NOW, knownSinceMs: NOW - DAY_MS, isRotationAsked: false };
const ONE = authority("a", 40 * DAY_MS);
const TWO = [ONE, authority("b", 60_000)];

const rows: readonly {
  readonly name: string;
  readonly kept: KeptCertificates | null;
  readonly facts?: Partial<CertificateFacts>;
  readonly want: ReturnType<typeof certificateStep>;
}[] = [
  { name: "nothing is there", kept: null, want: "begin" },
  { name: "an empty bundle", kept: { authorities: [], leaf: leaf(null, 0) }, want: "begin" },
  {
    name: "the newest authority ran out: nothing of it is of use",
    kept: { authorities: [authority("a", AUTHORITY_LIFE_MS)], leaf: leaf("a", 0) },
    want: "begin",
  },
  {
    name: "everything is young",
    kept: { authorities: [ONE], leaf: leaf("a", DAY_MS) },
    want: "none",
  },
  {
    name: "one millisecond before two thirds of the certificate's life",
    kept: { authorities: [ONE], leaf: leaf("a", 20 * DAY_MS - 1) },
    want: "none",
  },
  {
    name: "two thirds of the certificate's life: ten days are left",
    kept: { authorities: [ONE], leaf: leaf("a", 20 * DAY_MS) },
    want: "issue",
  },
  {
    name: "the certificate lacks a name",
    kept: { authorities: [ONE], leaf: leaf("a", REISSUE_AFTER_MS, false) },
    want: "issue",
  },
  {
    name: "a certificate lacks a name that was made a moment ago: another would lack it as well",
    kept: { authorities: [ONE], leaf: leaf("a", REISSUE_AFTER_MS - 1, false) },
    want: "none",
  },
  {
    name: "the certificate ran out: nothing to lose, also where the bundle is not known to be in place",
    kept: { authorities: [ONE], leaf: leaf("a", LEAF_LIFE_MS) },
    facts: { knownSinceMs: null },
    want: "issue",
  },
  {
    name: "the certificate is of an authority that is not in the bundle",
    kept: { authorities: [ONE], leaf: leaf(null, 0) },
    want: "issue",
  },
  {
    name: "two thirds of the authority's life: a second one",
    kept: { authorities: [authority("a", (AUTHORITY_LIFE_MS * 2) / 3)], leaf: leaf("a", 0) },
    want: "add-authority",
  },
  {
    name: "one millisecond before that",
    kept: { authorities: [authority("a", (AUTHORITY_LIFE_MS * 2) / 3 - 1)], leaf: leaf("a", 0) },
    want: "none",
  },
  {
    name: "somebody asks for a rotation",
    kept: { authorities: [ONE], leaf: leaf("a", 0) },
    facts: { isRotationAsked: true },
    want: "add-authority",
  },
  {
    name: "a second authority that is not in the bundle that the API server reads: the old certificate stays",
    kept: { authorities: TWO, leaf: leaf("a", DAY_MS) },
    facts: { knownSinceMs: null },
    want: "none",
  },
  {
    name: "one that is there for one millisecond too short",
    kept: { authorities: TWO, leaf: leaf("a", DAY_MS) },
    facts: { knownSinceMs: NOW - SPREAD_MS + 1 },
    want: "none",
  },
  {
    name: "one that is there for long enough: it signs",
    kept: { authorities: TWO, leaf: leaf("a", DAY_MS) },
    facts: { knownSinceMs: NOW - SPREAD_MS },
    want: "issue",
  },
  {
    name: "while the second one waits, no third is made",
    kept: { authorities: TWO, leaf: leaf("a", 25 * DAY_MS) },
    facts: { isRotationAsked: true, knownSinceMs: NOW },
    want: "none",
  },
  {
    name: "the new certificate is served, the old authority stays a while",
    kept: { authorities: TWO, leaf: leaf("b", FORGET_AFTER_MS - 1) },
    want: "none",
  },
  {
    name: "nobody serves what the old one signed: it leaves the bundle",
    kept: { authorities: TWO, leaf: leaf("b", FORGET_AFTER_MS) },
    want: "forget",
  },
];

describe("certificateStep", () => {
  for (const { name, kept, facts, want } of rows) {
    it(name, () => {
      expect(certificateStep(kept, { ...QUIET, ...facts })).to.equal(want);
    });
  }

  it("five years: what is served was signed by an authority that is known for long enough, and never runs out", () => {
    const fresh = (issuer: string, nowMs: number): Leaf => ({
      ...{ issuer, hasNames: true, fromMs: nowMs, untilMs: nowMs + LEAF_LIFE_MS },
    });
    const made = (id: string, nowMs: number): Authority => ({
      ...{ id, fromMs: nowMs, untilMs: nowMs + AUTHORITY_LIFE_MS },
    });
    let kept: KeptCertificates = { authorities: [made("ca-1", NOW)], leaf: fresh("ca-1", NOW) };
    let knownSinceMs: number | null = NOW;
    let count = 1;
    for (let nowMs = NOW; nowMs < NOW + 5 * 365 * DAY_MS; nowMs += SPREAD_MS * 20) {
      const step = certificateStep(kept, { nowMs, knownSinceMs, isRotationAsked: false });
      const { authorities } = kept;
      expect(step, `${(nowMs - NOW) / DAY_MS} days`).not.to.equal("begin");
      if (step === "add-authority") {
        count += 1;
        kept = { ...kept, authorities: [...authorities, made(`ca-${count}`, nowMs)] };
        knownSinceMs = null;
      } else if (step === "issue") {
        const signer = authorities.at(-1)?.id ?? "";
        if (kept.leaf.issuer !== signer) expect(knownSinceMs).to.be.at.most(nowMs - SPREAD_MS);
        kept = { ...kept, leaf: fresh(signer, nowMs) };
      } else if (step === "forget") kept = { ...kept, authorities: authorities.slice(-1) };
      knownSinceMs ??= nowMs;
      const { leaf: served } = kept;
      expect(kept.authorities.some(({ id }) => id === served.issuer)).to.equal(true);
      expect(served.untilMs - nowMs).to.be.greaterThan(9 * DAY_MS);
      expect(kept.authorities.length).to.be.at.most(2);
    }
    expect(count).to.be.within(7, 9); // One each eight months.
  }).timeout(60_000);
});
