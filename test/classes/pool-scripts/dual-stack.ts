/** Both families: reference of MetalLB, section 3.5, without its churn. */
import type { Script } from "../pool-script.ts";

const POOL_LACKS = "web POOL_FAMILY_MISSING";

export const DUAL_STACK: readonly Script[] = [
  ["IPv4 alone, of a pool with both", "D | web | web D0"],
  ["IPv6 alone, of a pool with both", "D | web 6 | web d0"],
  ["IPv6 alone: a pool that has it, though it is the younger", "A D | web 6 | web d0"],
  ["IPv6 alone, and no pool has it", "A | web 6 | web - | web POOL_FAMILY_MISSING"],
  ["both required", "D | web R | web D0 d0"],
  ["both required, IPv6 first", "D | web R 6 | web d0 D0"],
  ["both required: the pool that has both, though it is the younger", "A S D | web R | web D0 d0"],
  ["both required: not from two pools, and not one alone", "A S | web R | web - - | " + POOL_LACKS],
  ["both required, IPv6 first, not from two pools", "A S | web R 6 | web - - | " + POOL_LACKS],
  [
    "both required: the pool gets the other family",
    "A | web R | web - - | " + POOL_LACKS,
    "A+S | web R | web A0 s0",
  ],
  [
    "both required: another pool has both, later",
    "A | web R | web - - | " + POOL_LACKS,
    "A D | web R | web D0 d0",
  ],
  [
    "both required, and one there: another pool has both, and it moves",
    "A | web P | web A0",
    "A | web R | web A0 - | " + POOL_LACKS,
    "A D | web R | web D0 d0",
  ],
  [
    "both required, and one there: another pool has both, but not room for both, so it stays",
    "D | a x4 | a D0 D1 D2 D3",
    "D A | a x4 ; web P | a D0 D1 D2 D3 ; web A0",
    "D A | a x4 ; web R | a D0 D1 D2 D3 ; web A0 - | " + POOL_LACKS,
    "D A | a x3 ; web R | a D0 D1 D2 ; web A0 - | " + POOL_LACKS,
    "D A | a x3 ; web R | a D0 D1 D2 ; web D3 d0",
  ],
  [
    "both required, one asked for by name: that is given, and the other told",
    "A D | web R =A1 | web A1 - | " + POOL_LACKS,
  ],
  [
    "both required, one asked for by name and not to be had: neither is given",
    "D | a =D1 ; web R =D1 | a D1 ; web - - | web ADDRESS_TAKEN ; web POOL_EXHAUSTED",
  ],
  [
    "both required: one family of the pool is full, so neither is given",
    "D | a x4 ; web R | a D0 D1 D2 D3 ; web - - | web POOL_EXHAUSTED",
  ],
  [
    "both required: one family of the older pool is full, the younger has both",
    "D | a x4 | a D0 D1 D2 D3",
    "D A+S | a x4 ; web R | a D0 D1 D2 D3 ; web A0 s0",
  ],
  [
    "both required, and one there of a pool with both, beside one that has one: its home is that with both",
    "A D | web x2 =A0,D1 | web A0 D1",
    "A D | web x2 R | web A0 D1 d0 d1",
  ],
  [
    "both required: as many of each as there are, where each has one",
    "D | a x3 ; web R x2 | a D0 D1 D2 ; web D3 - d0 d1 | web POOL_EXHAUSTED",
  ],
  ["both preferred", "D | web P | web D0 d0"],
  ["both preferred, IPv6 first", "D | web P 6 | web d0 D0"],
  ["both preferred: the pool that has both, though it is the younger", "A S D | web P | web D0 d0"],
  ["both preferred, only IPv4 there: no word", "A | web P | web A0"],
  ["both preferred, only IPv6 there: no word", "S | web P | web s0"],
  ["both preferred, of two pools with one each: the first family", "S A | web P | web A0"],
  ["both preferred, IPv6 first, of two pools with one each", "A S | web P 6 | web s0"],
  ["both preferred: the first family is full, so the other", "T S | a ; web P | a T0 ; web s0"],
  [
    "both preferred: the pool gets the other family later",
    "A | web P | web A0",
    "A+S | web P | web A0 s0",
  ],
  [
    "both preferred: a better pool later moves nothing",
    "A | web P | web A0",
    "A D | web P | web A0",
  ],
  [
    "both preferred: the pool loses a family, the other address stays",
    "A+S | web P | web A0 s0",
    "A | web P | web A0 | web ADDRESS_LEFT_POOL",
  ],
  [
    "both required: the pool loses a family, the other address stays",
    "A+S | web R | web A0 s0",
    "A | web R | web A0 - | web POOL_FAMILY_MISSING ; web ADDRESS_LEFT_POOL",
  ],
  [
    "both preferred: the pool is split by families, both stay",
    "A+S | web P | web A0 s0",
    "A S | web P | web A0 s0",
  ],
  [
    "both required: the pool is split by families, both stay",
    "A+S | web R | web A0 s0",
    "A S | web R | web A0 s0",
    "A S D | web R | web A0 s0",
  ],
  ["two of each family", "D | web R x2 | web D0 D1 d0 d1"],
  [
    "more of each than there are",
    "D | web R x5 | web D0 D1 D2 D3 - d0 d1 d2 d3 - | web POOL_EXHAUSTED ; web POOL_EXHAUSTED",
  ],
  ["one family becomes two", "D | web | web D0", "D | web P | web D0 d0"],
  [
    "one family becomes two, IPv6 first: the address stays",
    "D | web | web D0",
    "D | web P 6 | web d0 D0",
  ],
  ["two become one", "D | web P | web D0 d0", "D | web | web D0"],
  ["IPv4 becomes IPv6", "D | web | web D0", "D | web 6 | web d0"],
  ["preferred becomes required", "A | web P | web A0", "A | web R | web A0 - | " + POOL_LACKS],
  ["required becomes preferred", "A | web R | web - - | " + POOL_LACKS, "A | web P | web A0"],
  [
    "preferred, and passes go by: nothing changes",
    "A | web P | web A0",
    "A | web P | web A0",
    "A | web P | web A0",
  ],
  [
    "one family of a pool with both, and passes go by: nothing changes",
    "D | web | web D0",
    "D | web | web D0",
    "D | web | web D0",
  ],
  [
    "both preferred, one family is full: the home has it, so it is told",
    "D | a x4 ; web P | a D0 D1 D2 D3 ; web - d0 | web POOL_EXHAUSTED",
  ],
  ["both, and what was there before", "D | web P was:D2,d3 | web D2 d3"],
  ["both, of which one was there before", "D | web P was:d3 | web D0 d3"],
  ["the home is that of what was there before", "A D | web P was:d3 | web D0 d3"],
];
