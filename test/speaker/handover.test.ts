/**
 * Whether an address changes hands now: the whole table.
 */
import { expect } from "chai";
import {
  ASK_AFTER_MS,
  GAIN_WAIT_MS,
  handover,
  OVERLAP_MS,
  RELEASE_WAIT_MS,
  type Situation,
} from "../../src/speaker/handover.ts";

const IDLE: Situation = {
  ...{ mine: false, holding: false, able: true, replanned: false, yielding: false },
  other: "none",
};
const wait = (what: "gain" | "release" | "answer", forMs: number) => ({
  kind: "wait" as const,
  what,
  forMs,
});

describe("speaker: handover", () => {
  const rows = [
    { name: "not ours", s: {}, want: { kind: "keep" } },
    { name: "ours and held", s: { mine: true, holding: true }, want: { kind: "keep" } },
    { name: "ours, the holder is dead", s: { mine: true }, want: { kind: "gain" } },
    {
      name: "ours by a new plan, nobody had it",
      s: { mine: true, replanned: true },
      want: { kind: "gain" },
    },
    {
      name: "ours by a new plan that the holder knows",
      s: { mine: true, replanned: true, other: "informed" },
      want: { kind: "gain" },
    },
    {
      name: "ours by a new plan that the holder does not know",
      s: { mine: true, replanned: true, other: "uninformed" },
      want: wait("gain", GAIN_WAIT_MS),
    },
    {
      name: "ours because a living one gave way (no new plan)",
      s: { mine: true, other: "uninformed" },
      want: { kind: "gain" },
    },
    {
      name: "given way to one that lives",
      s: { holding: true, other: "informed" },
      want: { kind: "release" },
    },
    {
      name: "given way to one that knows an older plan: it may name another, so it is asked",
      s: { holding: true, other: "uninformed" },
      want: wait("answer", ASK_AFTER_MS),
    },
    {
      name: "given way to one that does not hear us: it may not learn of it, so it is asked",
      s: { holding: true, other: "deaf" },
      want: wait("answer", ASK_AFTER_MS),
    },
    {
      name: "given way to one that shows that it answers",
      s: { holding: true, other: "announced" },
      want: { kind: "release" },
    },
    {
      name: "planned away to one that does not hear us: the plan tells it",
      s: { holding: true, replanned: true, other: "deaf" },
      want: wait("release", RELEASE_WAIT_MS),
    },
    {
      name: "planned away to one that knows",
      s: { holding: true, replanned: true, other: "informed" },
      want: wait("release", RELEASE_WAIT_MS),
    },
    {
      name: "planned away to one that announces it",
      s: { holding: true, replanned: true, other: "announced" },
      want: wait("release", OVERLAP_MS),
    },
    {
      name: "planned away to one that does not know",
      s: { holding: true, replanned: true, other: "uninformed" },
      want: wait("release", Infinity),
    },
    {
      name: "planned away to nobody",
      s: { holding: true, replanned: true },
      want: { kind: "release" },
    },
    {
      name: "given way by our own word to one that announces it",
      s: { holding: true, yielding: true, other: "announced" },
      want: wait("release", OVERLAP_MS),
    },
    {
      name: "given way by our own word: answered until the other has begun",
      s: { holding: true, yielding: true, other: "informed" },
      want: wait("release", RELEASE_WAIT_MS),
    },
    {
      name: "given way by our own word to one that knows an older plan: it begins all the same",
      s: { holding: true, yielding: true, other: "uninformed" },
      want: wait("release", RELEASE_WAIT_MS),
    },
    {
      name: "planned away to one that does not know, and given way: not before it knows",
      s: { holding: true, replanned: true, yielding: true, other: "uninformed" },
      want: wait("release", Infinity),
    },
    {
      name: "given way by our own word to nobody",
      s: { holding: true, yielding: true },
      want: { kind: "release" },
    },
    {
      name: "gave way, and nobody else is there",
      s: { mine: true, holding: true, yielding: true },
      want: { kind: "keep" },
    },
    {
      name: "not able any more",
      s: { holding: true, able: false, replanned: true, other: "informed" },
      want: { kind: "release" },
    },
    { name: "ours, and not able yet", s: { mine: true, able: false }, want: { kind: "keep" } },
  ] as const;
  for (const { name, s, want } of rows) {
    it(name, () => {
      expect(handover({ ...IDLE, ...s })).to.deep.equal(want);
    });
  }
});
