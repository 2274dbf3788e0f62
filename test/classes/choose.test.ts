/** Which class: the order of what counts, and what is never touched. */
import { expect } from "chai";
import {
  chooseClass,
  wantsPools,
  type ChooseInput,
  type ClassChoice,
} from "../../src/classes/choose.ts";
import type { Ip } from "../../src/base/ip.ts";
import { compileAll } from "../../src/classes/compile.ts";
import type { IPAddressPool } from "../../src/classes/metallb/ip-address-pool.ts";
import type { MetalLoadBalancerClass } from "../../src/classes/resource.ts";
import { parseRequest } from "../../src/classes/request.ts";
import { manifest } from "./metallb/cases.ts";

interface Row {
  readonly name: string;
  readonly input: Partial<ChooseInput>;
  readonly want: ClassChoice;
}

const classes = new Set(["edge", "core", "def"]);
const edge: ClassChoice = { kind: "class", name: "edge", problems: [] };
const core: ClassChoice = { kind: "class", name: "core", problems: [] };
const def: ClassChoice = { kind: "class", name: "def", problems: [] };
const none: ClassChoice = { kind: "none", problems: [] };
const foreign: ClassChoice = { kind: "foreign" };
const pools: ClassChoice = { kind: "pools", problems: [] };
const missing = {
  code: "CLASS_MISSING" as const,
  message: 'The class "gone" does not exist any more',
};

const rows: readonly Row[] = [
  { name: "nothing said, no default", input: {}, want: none },
  { name: "nothing said", input: { defaultClass: "def" }, want: def },
  { name: "spec", input: { loadBalancerClass: "edge" }, want: edge },
  { name: "annotation", input: { annotation: "edge" }, want: edge },
  { name: "bound", input: { boundClass: "edge" }, want: edge },
  {
    name: "bound before spec, annotation and default",
    input: {
      boundClass: "edge",
      loadBalancerClass: "core",
      annotation: "core",
      defaultClass: "def",
    },
    want: edge,
  },
  {
    name: "spec before annotation and default",
    input: { loadBalancerClass: "core", annotation: "edge", defaultClass: "def" },
    want: core,
  },
  {
    name: "annotation before default",
    input: { annotation: "edge", defaultClass: "def" },
    want: edge,
  },
  { name: "pools, and nothing said", input: { hasPools: true }, want: pools },
  {
    name: "the default before the pools",
    input: { hasPools: true, defaultClass: "def" },
    want: def,
  },
  {
    name: "a pool named, asked for or held before the default",
    input: { hasPools: true, wantsPools: true, defaultClass: "def" },
    want: pools,
  },
  {
    name: "what it is bound to before a pool that it names",
    input: { hasPools: true, wantsPools: true, boundClass: "edge" },
    want: edge,
  },
  {
    name: "the annotation of a class before a pool that it names",
    input: { hasPools: true, wantsPools: true, annotation: "edge" },
    want: edge,
  },
  {
    name: "bound to a class that is gone: no pools, it waits",
    input: { hasPools: true, boundClass: "gone" },
    want: { kind: "none", problems: [missing] },
  },
  {
    name: "bound to a class that is gone, whose address a pool has now, or that names a pool: the pools",
    input: { hasPools: true, wantsPools: true, boundClass: "gone" },
    want: pools,
  },
  {
    name: "the same, before the default",
    input: { hasPools: true, wantsPools: true, boundClass: "gone", defaultClass: "def" },
    want: pools,
  },
  {
    name: "a foreign class, with pools",
    input: { hasPools: true, wantsPools: true, loadBalancerClass: "io.cilium/l2" },
    want: foreign,
  },
  {
    name: "--lb-class: a Service that names it",
    input: { hasPools: true, lbClass: "metallb", loadBalancerClass: "metallb" },
    want: pools,
  },
  {
    name: "--lb-class: the same, whatever the default and the annotation say",
    input: {
      hasPools: true,
      lbClass: "metallb",
      loadBalancerClass: "metallb",
      defaultClass: "def",
      annotation: "edge",
    },
    want: pools,
  },
  {
    name: "--lb-class: the same without pools: nobody serves it, and it is no stranger",
    input: { lbClass: "metallb", loadBalancerClass: "metallb", defaultClass: "def" },
    want: none,
  },
  {
    name: "--lb-class: a Service that names no class gets nothing of the pools, as with MetalLB",
    input: { hasPools: true, wantsPools: true, lbClass: "metallb" },
    want: none,
  },
  {
    name: "--lb-class: and the default class serves it",
    input: { hasPools: true, wantsPools: true, lbClass: "metallb", defaultClass: "def" },
    want: def,
  },
  {
    name: "--lb-class: another class is foreign",
    input: { hasPools: true, lbClass: "metallb", loadBalancerClass: "io.cilium/l2" },
    want: foreign,
  },
  {
    name: "--lb-class: a class of ours by that name serves it",
    input: { hasPools: true, lbClass: "edge", loadBalancerClass: "edge" },
    want: edge,
  },
  { name: "a foreign class", input: { loadBalancerClass: "io.cilium/l2" }, want: foreign },
  {
    name: "a foreign class, with a default",
    input: { loadBalancerClass: "io.cilium/l2", defaultClass: "def" },
    want: foreign,
  },
  {
    name: "a foreign class, with an annotation of ours",
    input: { loadBalancerClass: "io.cilium/l2", annotation: "edge" },
    want: foreign,
  },
  {
    name: "a foreign class, with a binding left over from before",
    input: { loadBalancerClass: "io.cilium/l2", boundClass: "edge", defaultClass: "def" },
    want: foreign,
  },
  {
    name: "a class that was never ours and has our binding of another that is gone",
    input: { loadBalancerClass: "io.cilium/l2", boundClass: "gone" },
    want: foreign,
  },
  {
    name: "bound to a class that is gone, which spec names: ours, with nothing to give, in spite of default and annotation",
    input: {
      loadBalancerClass: "gone",
      boundClass: "gone",
      annotation: "edge",
      defaultClass: "def",
    },
    want: { kind: "none", problems: [missing] },
  },
  {
    name: "bound to a class that is gone, without spec: the annotation",
    input: { boundClass: "gone", annotation: "edge", defaultClass: "def" },
    want: edge,
  },
  {
    name: "bound to a class that is gone, without spec: the default",
    input: { boundClass: "gone", defaultClass: "def" },
    want: def,
  },
  {
    name: "bound to a class that is gone, and nothing else",
    input: { boundClass: "gone" },
    want: { kind: "none", problems: [missing] },
  },
  {
    name: "an unknown annotation, with a default",
    input: { annotation: "egde", defaultClass: "def" },
    want: {
      kind: "class",
      name: "def",
      problems: [
        {
          code: "CLASS_UNKNOWN",
          message: 'There is no class "egde"; the default class "def" serves it',
        },
      ],
    },
  },
  {
    name: "an unknown annotation, without a default",
    input: { annotation: "egde" },
    want: {
      kind: "none",
      problems: [{ code: "CLASS_UNKNOWN", message: 'There is no class "egde"' }],
    },
  },
  {
    name: "an unknown annotation on a bound Service: nothing changes",
    input: { annotation: "egde", boundClass: "edge", defaultClass: "def" },
    want: edge,
  },
  {
    name: "empty texts name nothing",
    input: { boundClass: "", loadBalancerClass: "", annotation: "", defaultClass: "def" },
    want: def,
  },
  {
    name: "nulls name nothing",
    input: { boundClass: null, loadBalancerClass: null, annotation: null },
    want: none,
  },
];

describe("choose: chooseClass", () => {
  for (const { name, input, want } of rows) {
    it(name, () => {
      expect(chooseClass({ classes, defaultClass: null, ...input })).to.deep.equal(want);
    });
  }
});

interface Wish {
  readonly name: string;
  readonly held?: readonly string[];
  readonly pool?: string;
  readonly asked?: string;
  readonly want: boolean;
}

const wishes: readonly Wish[] = [
  { name: "nothing", want: false },
  { name: "the name of a pool", pool: "prod", want: true },
  { name: "the name of a pool that is not there, or not yet", pool: "later", want: true },
  { name: "a blank name", pool: " ", want: false },
  { name: "an address of a pool", asked: "192.0.2.10", want: true },
  { name: "one of the default class", asked: "198.51.100.1", want: false },
  { name: "one of each", asked: "192.0.2.10,198.51.100.1", want: false },
  { name: "one of another class", asked: "203.0.113.1", want: false },
  { name: "one of nobody", asked: "10.0.0.1", want: false },
  { name: "an address of a pool, held", held: ["192.0.2.10"], want: true },
  { name: "one of the default class, held", held: ["198.51.100.1"], want: false },
  {
    name: "the same, and the name of a pool and one of its addresses",
    held: ["198.51.100.1"],
    pool: "prod",
    asked: "192.0.2.10",
    want: false,
  },
  {
    name: "one of each held",
    held: ["198.51.100.1", "192.0.2.10"],
    asked: "198.51.100.2",
    want: true,
  },
  { name: "one of nobody held, and the name of a pool", held: ["10.0.0.1"], pool: "a", want: true },
];

describe("choose: wantsPools", () => {
  const edge = manifest("MetalLoadBalancerClass", "edge", {
    isDefault: true,
    addressPool: ["198.51.100.0/30"],
  });
  const inner = manifest("MetalLoadBalancerClass", "inner", { addressPool: ["203.0.113.0/30"] });
  const prod = manifest("IPAddressPool", "prod", { addresses: ["192.0.2.10-192.0.2.19"] });
  const classes = [edge, inner] as MetalLoadBalancerClass[];
  const alone = compileAll({ classes });
  const beside = compileAll({ classes, ipAddressPools: [prod] as IPAddressPool[] });

  for (const { name, held = [], pool, asked, want } of wishes) {
    it(name, () => {
      const annotations = {
        ...(pool === undefined ? {} : { "metallb.io/address-pool": pool }),
        ...(asked === undefined ? {} : { "metallb.io/loadBalancerIPs": asked }),
        "network.deckhouse.io/l2-load-balancer-external-ips-count": "2",
      };
      const service = { held: held as Ip[], request: () => parseRequest({ annotations }) };
      expect(wantsPools(service, beside)).to.equal(want);
      expect(wantsPools(service, alone)).to.equal(false);
    });
  }
});
