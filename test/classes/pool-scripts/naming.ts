/** A pool that is named in an annotation: reference of MetalLB, sections 3.1 (7) and 3.2. */
import type { Script } from "../pool-script.ts";

export const NAMING: readonly Script[] = [
  ["the pool that is named, not the first", "A B | web >B | web B0"],
  ["a pool with autoAssign false, when it is named", "A B! | web >B | web B0"],
  [
    "a full pool that is named: no other one",
    "T B | a >T ; web >T | a T0 ; web - | web POOL_EXHAUSTED",
  ],
  [
    "another pool is named: its address, then the old one is free",
    "A B | web | web A0",
    "A B | web >B | web B0",
    "A B | web >B ; new | web B0 ; new A0",
  ],
  [
    "another pool is named, and is full: the address stays",
    "A T | a >T ; web | a T0 ; web A0",
    "A T | a >T ; web >T | a T0 ; web A0 | web POOL_EXHAUSTED",
  ],
  [
    "it comes free: the Service moves",
    "A T | a >T ; web | a T0 ; web A0",
    "A T | web >T | web A0 | web POOL_EXHAUSTED",
    "A T | web >T | web T0",
  ],
  [
    "of three addresses as many move as there is room for",
    "A B | a x2 >B ; web x3 | a B0 B1 ; web A0 A1 A2",
    "A B | a x2 >B ; web x3 >B | a B0 B1 ; web B2 B3 A2 | web POOL_EXHAUSTED",
  ],
  [
    "it grows and moves at once: the empty place comes first",
    "A T | web x1 | web A0",
    "A T | web x2 >T | web A0 T0 | web POOL_EXHAUSTED",
  ],
  [
    "the named pool lacks the family: what it has stays",
    "D A | web R | web D0 d0",
    "D A | web R >A | web D0 d0 | web POOL_FAMILY_MISSING",
  ],
  [
    "preferred: the named pool lacks a family, the other pool's address of it stays, and is told",
    "D A | web P | web D0 d0",
    "D A | web P >A | web A0 d0 | web POOL_FAMILY_MISSING",
  ],
  [
    "a pool that is not there is named: what it has stays",
    "A B | web | web A0",
    "A B | web >C | web A0",
  ],
  ["a pool that is not there is named: nothing is given", "A B | web >C | web - | web NO_POOL"],
  [
    "a pool that is not there is named: what it has stays, and another of its pool is not given",
    "A B | web | web A0",
    "A B | web x2 >C | web A0 - | web NO_POOL",
  ],
  [
    "a pool that is not there is named, and an address of another: not given",
    "A B | web >C =A1 | web - | web ADDRESS_OUTSIDE_POOL",
  ],
  [
    "a pool that is not for it is named, and an address of another: not given",
    "A B@shop | web >B =A1 | web - | web ADDRESS_OUTSIDE_POOL",
  ],
  [
    "a pool that is not there is named, and the address that it has: it stays",
    "A B | web =A1 | web A1",
    "A B | web >C =A1 | web A1 | web ADDRESS_OUTSIDE_POOL",
  ],
  [
    "a pool that is not there is named, and another address than it has: nothing is lost",
    "A B | web | web A0",
    "A B | web >C =A1 | web A0 | web ADDRESS_OUTSIDE_POOL",
  ],
  [
    "a pool that is not there is named, and then it is there",
    "A B | web | web A0",
    "A B | web >C | web A0",
    "A B C | web >C | web C0",
  ],
  [
    "a pool that is not for it is named: what it has stays",
    "A B@shop | web | web A0",
    "A B@shop | web >B | web A0",
  ],
  ["the name goes: the address stays where it is", "A B | web >B | web B0", "A B | web | web B0"],
  [
    "an address of another pool than the named one is requested: not given",
    "A B | web >B =A1 | web - | web ADDRESS_OUTSIDE_POOL",
  ],
  [
    "an address that it has is requested, of another pool than the named one: kept, and told",
    "A B | web =A1 | web A1",
    "A B | web >B =A1 | web A1 | web ADDRESS_OUTSIDE_POOL",
  ],
  [
    "fewer, and the pool of the last one is named: that stays, and no other is taken",
    "A B | web x2 =A0,B1 | web A0 B1",
    "A B | web >B | web B1",
  ],
  [
    "what has no place any more goes before a new one to the places that have one to leave",
    "A B | web x3 =A0,A1,B1 | web A0 A1 B1",
    "A B | web x2 >B | web B1 B0",
  ],
  ["an address of the named pool is requested", "A B | web >B =B2 | web B2"],
  ["one of the named pool is requested, the other is of it too", "A B | web >B x2 =B2 | web B2 B0"],
];
