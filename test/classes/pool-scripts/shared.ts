/** Sharing: reference of MetalLB, section 3.6; the conditions themselves are in ../sharing.test.ts. */
import type { Script } from "../pool-script.ts";

export const SHARED: readonly Script[] = [
  ["one key, two ports: one address", "A | a k:80 ; b k:81 | a A0 ; b A0"],
  ["one key, one port: two addresses", "A | a k:80 ; b k:80 | a A0 ; b A1"],
  ["two keys", "A | a k:80 ; b l:81 | a A0 ; b A1"],
  ["a key and none", "A | a k:80 ; b | a A0 ; b A1"],
  ["across namespaces", "A | shop/a k:80 ; office/b k:81 | shop/a A0 ; office/b A0"],
  ["three of them", "A | a k:80 ; b k:81 ; c k:82 | a A0 ; b A0 ; c A0"],
  ["the third clashes with the second", "A | a k:80 ; b k:81 ; c k:81 | a A0 ; b A0 ; c A1"],
  [
    "the fourth goes with the third",
    "A | a k:80 ; b k:80 ; c k:81 ; d k:81 | a A0 ; b A1 ; c A0 ; d A1",
  ],
  ["several ports, one of them clashes", "A | a k:80,443 ; b k:8080,443 | a A0 ; b A1"],
  ["several ports, none clashes", "A | a k:80,443 ; b k:8080,8443 | a A0 ; b A0"],
  ["Local with one selector", "A | a k:80 L:x ; b k:81 L:x | a A0 ; b A0"],
  ["Local with two selectors", "A | a k:80 L:x ; b k:81 L:y | a A0 ; b A1"],
  ["Local and Cluster", "A | a k:80 L:x ; b k:81 | a A0 ; b A1"],
  [
    "a shared address before a free one that is lower",
    "A | x ; a k:80 | x A0 ; a A1",
    "A | a k:80 | a A1",
    "A | a k:80 ; b k:81 | a A1 ; b A1",
  ],
  [
    "the lowest of two that may be shared",
    "A | a k:80 ; b k:80 | a A0 ; b A1",
    "A | a k:80 ; b k:80 ; c k:81 | a A0 ; b A1 ; c A0",
  ],
  [
    "a full pool: who may share gets in, who may not waits",
    "T | a k:80 ; b k:81 ; c k:80 | a T0 ; b T0 ; c - | c POOL_EXHAUSTED",
  ],
  ["two addresses each: both are shared", "A | a k:80 x2 ; b k:81 x2 | a A0 A1 ; b A0 A1"],
  ["two and three: what is more is its own", "A | a k:80 x2 ; b k:81 x3 | a A0 A1 ; b A0 A1 A2"],
  ["it does not share with itself", "T | a k:80 x2 | a T0 - | a POOL_EXHAUSTED"],
  ["a shared address by name", "A | a k:80 =A2 ; b k:81 =A2 | a A2 ; b A2"],
  ["by name, and the ports clash", "A | a k:80 =A2 ; b k:80 =A2 | a A2 ; b - | b ADDRESS_TAKEN"],
  ["by name, and the keys differ", "A | a k:80 =A2 ; b l:81 =A2 | a A2 ; b - | b ADDRESS_TAKEN"],
  [
    "by name, where it is held already",
    "A | a k:80 | a A0",
    "A | a k:80 ; b k:81 =A0 | a A0 ; b A0",
  ],
  [
    "by name into a pool that is not for it",
    "A@shop | shop/a k:80 =A0 ; b k:81 =A0 | shop/a A0 ; b - | b ADDRESS_OUTSIDE_POOL",
  ],
  [
    "a shared address in a pool that is not for it: one of its own",
    "A@shop B | shop/a k:80 ; b k:81 | shop/a A0 ; b B0",
  ],
  [
    "the home is chosen first: not where the other one is",
    "A B | a k:80 >B ; b k:81 | a B0 ; b A0",
  ],
  ["the pool that is named has the other one", "A B | a k:80 >B ; b k:81 >B | a B0 ; b B0"],
  ["both families", "D | a k:80 R ; b k:81 R | a D0 d0 ; b D0 d0"],
  ["both families, and one", "D | a k:80 R ; b k:81 | a D0 d0 ; b D0"],
  ["one family each", "D | a k:80 ; b k:80 6 | a D0 ; b d0"],
  ["a room that is shared counts as room", "T A | a k:80 ; b k:81 | a T0 ; b T0"],
  ["room for one of two is no room for all", "T A | a k:80 ; b k:81 x2 | a T0 ; b A0 A1"],
  [
    "the older one's ports change: the younger leaves",
    "A | a k:80 ; b k:81 | a A0 ; b A0",
    "A | a k:81 ; b k:81 | a A0 ; b A1 | b ADDRESS_NOT_SHARED",
  ],
  [
    "the younger one's ports change: it leaves",
    "A | a k:80 ; b k:81 | a A0 ; b A0",
    "A | a k:80 ; b k:80 | a A0 ; b A1 | b ADDRESS_NOT_SHARED",
  ],
  [
    "the younger one's key changes",
    "A | a k:80 ; b k:81 | a A0 ; b A0",
    "A | a k:80 ; b l:81 | a A0 ; b A1 | b ADDRESS_NOT_SHARED",
  ],
  [
    "the older one's key goes",
    "A | a k:80 ; b k:81 | a A0 ; b A0",
    "A | a ; b k:81 | a A0 ; b A1 | b ADDRESS_NOT_SHARED",
  ],
  [
    "both change their keys at once: they stay together",
    "A | a k:80 ; b k:81 | a A0 ; b A0",
    "A | a l:80 ; b l:81 | a A0 ; b A0",
  ],
  ["one alone changes its key in place", "A | a k:80 | a A0", "A | a l:80 | a A0"],
  [
    "both lose their keys: the older stays",
    "A | a k:80 ; b k:81 | a A0 ; b A0",
    "A | a ; b | a A0 ; b A1 | b ADDRESS_NOT_SHARED",
  ],
  [
    "one becomes Local: the younger leaves",
    "A | a k:80 ; b k:81 | a A0 ; b A0",
    "A | a k:80 L:x ; b k:81 | a A0 ; b A1 | b ADDRESS_NOT_SHARED",
  ],
  [
    "a port comes that nobody else has",
    "A | a k:80 ; b k:81 | a A0 ; b A0",
    "A | a k:80,443 ; b k:81 | a A0 ; b A0",
  ],
  [
    "it has to leave, and the pool is full",
    "T | a k:80 ; b k:81 | a T0 ; b T0",
    "T | a k:80 ; b k:80 | a T0 ; b - | b POOL_EXHAUSTED ; b ADDRESS_NOT_SHARED",
  ],
  [
    "who has to leave keeps others out until its claim is gone",
    "T | a k:80 ; b k:81 | a T0 ; b T0",
    "T | a k:80 ; b l:81 ; c k:82 | a T0 ; b - ; c - | b POOL_EXHAUSTED ; b ADDRESS_NOT_SHARED ; c POOL_EXHAUSTED",
    "T | a k:80 ; b l:81 ; c k:82 | a T0 ; b - ; c T0 | b POOL_EXHAUSTED",
  ],
  [
    "one of two is deleted: the other stays, a third may come",
    "A | a k:80 ; b k:81 | a A0 ; b A0",
    "A | b k:81 | b A0",
    "A | b k:81 ; c k:80 | b A0 ; c A0",
  ],
  [
    "keys come: who has an address of its own keeps it",
    "A | a ; b | a A0 ; b A1",
    "A | a k:80 ; b k:81 | a A0 ; b A1",
  ],
  ["shared before: kept", "A | a k:80 was:A2 ; b k:81 was:A2 | a A2 ; b A2"],
  [
    "shared before against the rules: the older keeps it",
    "A | a k:80 was:A2 ; b k:80 was:A2 | a A2 ; b A0 | b ADDRESS_NOT_SHARED",
  ],
  [
    "the pool is renamed: both stay",
    "A | a k:80 ; b k:81 | a A0 ; b A0",
    "A* | a k:80 ; b k:81 | a A0 ; b A0",
  ],
  [
    "the pool goes: both leave, and meet again",
    "A B | a k:80 ; b k:81 | a A0 ; b A0",
    "B | a k:80 ; b k:81 | a B0 ; b B0 | a ADDRESS_LEFT_POOL ; b ADDRESS_LEFT_POOL",
  ],
  [
    "who names another pool leaves, the other stays",
    "A B | a k:80 ; b k:81 | a A0 ; b A0",
    "A B | a k:80 ; b k:81 >B | a A0 ; b B0",
  ],
];
