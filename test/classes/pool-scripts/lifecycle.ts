/** What happens to addresses over time: reference of MetalLB, sections 3.1 and 3.7. */
import type { Script } from "../pool-script.ts";

export const LIFECYCLE: readonly Script[] = [
  ["nothing changes", "A | a ; b | a A0 ; b A1", "A | a ; b | a A0 ; b A1"],
  ["an older one comes: who has an address keeps it", "A | b | b A0", "A | a ; b | a A1 ; b A0"],
  [
    "pending ones never take from those that have",
    "T | b | b T0",
    "T | a ; b | a - ; b T0 | a POOL_EXHAUSTED",
  ],
  [
    "a pending one gets what a deleted one had, once its claim is gone",
    "T | a ; b | a T0 ; b - | b POOL_EXHAUSTED",
    "T | b | b - | b POOL_EXHAUSTED",
    "T | b | b T0",
  ],
  [
    "of two that wait the older gets it",
    "T | a ; b ; c | a T0 ; b - ; c - | b POOL_EXHAUSTED ; c POOL_EXHAUSTED",
    "T | b ; c | b - ; c - | b POOL_EXHAUSTED ; c POOL_EXHAUSTED",
    "T | b ; c | b T0 ; c - | c POOL_EXHAUSTED",
  ],
  [
    "the pool grows: who waits gets one",
    "T | a ; b | a T0 ; b - | b POOL_EXHAUSTED",
    "T+A | a ; b | a T0 ; b A0",
  ],
  [
    "another pool comes: who waits gets one of it",
    "T | a ; b | a T0 ; b - | b POOL_EXHAUSTED",
    "T A | a ; b | a T0 ; b A0",
  ],
  ["it grows at the end", "A | web | web A0", "A | web x3 | web A0 A1 A2"],
  ["it shrinks from the end", "A | web x3 | web A0 A1 A2", "A | web | web A0"],
  [
    "it shrinks and grows: what is free by then",
    "A | web x2 ; b | web A0 A1 ; b A2",
    "A | web ; b | web A0 ; b A2",
    "A | web x2 ; b | web A0 A1 ; b A2",
  ],
  [
    "a hole is filled first",
    "A | a ; b ; c | a A0 ; b A1 ; c A2",
    "A | a ; c | a A0 ; c A2",
    "A | a ; c ; d | a A0 ; c A2 ; d A1",
  ],
  ["the pool is renamed", "A | web x2 | web A0 A1", "A* | web x2 | web A0 A1"],
  [
    "the pool is merged into another",
    "A B | a ; b >B | a A0 ; b B0",
    "C+A+B | a ; b | a A0 ; b B0",
  ],
  ["a pool is split", "C+A+B | a x2 =A0,B0 | a A0 B0", "A B | a x2 | a A0 B0"],
  [
    "a pool is split: it grows where its first address is",
    "C+A+B | a x2 =B0,A0 | a B0 A0",
    "A B | a x3 | a B0 A0 B1",
  ],
  [
    "the pool goes: an address of another",
    "A B | web | web A0",
    "B | web | web B0 | web ADDRESS_LEFT_POOL",
  ],
  [
    "the pool goes: two addresses of another",
    "A B | web x2 | web A0 A1",
    "B | web x2 | web B0 B1 | web ADDRESS_LEFT_POOL ; web ADDRESS_LEFT_POOL",
  ],
  [
    "the pool goes and comes back: what it got stays",
    "A B | web | web A0",
    "B | web | web B0 | web ADDRESS_LEFT_POOL",
    "A B | web | web B0",
  ],
  ["all pools go", "A | web | web A0", "| web | web - | web NO_POOL ; web ADDRESS_LEFT_POOL"],
  [
    "all pools go and come back",
    "A | web | web A0",
    "| web | web - | web NO_POOL ; web ADDRESS_LEFT_POOL",
    "A | web | web A0",
  ],
  [
    "the pool is emptied",
    "A | web | web A0",
    "E | web | web - | web POOL_EMPTY ; web ADDRESS_LEFT_POOL",
  ],
  [
    "a range goes: only what was in it",
    "A+B | web x2 =A0,B0 | web A0 B0",
    "A | web x2 | web A0 A1 | web ADDRESS_LEFT_POOL",
  ],
  ["a range goes that nobody uses", "A+B | web | web A0", "A | web | web A0"],
  [
    "a younger pool with the same addresses gets none of them",
    "A | web | web A0",
    "A A* | web ; b | web A0 ; b A1",
  ],
  ["the addresses go over to another pool: kept", "A B | web | web A0", "B+A | web | web A0"],
  ["what was there before is kept", "A | web was:A3 | web A3"],
  ["what was there before, of any age", "A | a ; web was:A0 | a A1 ; web A0"],
  ["what was there before, of autoAssign false", "A! B | web was:A3 | web A3"],
  ["what was there before, of no pool", "A | web was:X1 | web A0 | web ADDRESS_LEFT_POOL"],
  [
    "what was there before, of a pool for others",
    "A@shop B | web was:A1 | web B0 | web ADDRESS_LEFT_POOL",
  ],
  ["two that were there before, in their order", "A | web x2 was:A3,A1 | web A3 A1"],
  ["one more than was there before", "A | web x2 was:A3 | web A3 A0"],
  ["fewer than were there before", "A | web was:A3,A1 | web A3"],
  [
    "two with one address from before: the older",
    "A | a was:A3 ; b was:A3 | a A3 ; b A0 | b ADDRESS_NOT_SHARED",
  ],
  [
    "who had an address before comes before who waits",
    "T | a ; b was:T0 | a - ; b T0 | a POOL_EXHAUSTED",
  ],
  [
    "a claim comes before a status",
    "A | a | a A0",
    "A | b was:A0 ; a | b A1 ; a A0 | b ADDRESS_NOT_SHARED",
  ],
  [
    "a count that cannot be read: as many as it has",
    "A | web x2 | web A0 A1",
    "A | web xx | web A0 A1",
  ],
  ["a count that cannot be read, of a new one: one", "A | web xx | web A0"],
];
