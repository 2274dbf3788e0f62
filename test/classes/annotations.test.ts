/** What Services say in annotations, under every name of both families (reference of MetalLB 2.1, of Deckhouse 2). */
import { expect } from "chai";
import {
  deprecatedIn,
  isOurAnnotation,
  readAnnotation,
  type AnnotationName,
} from "../../src/classes/annotations.ts";

const D = "network.deckhouse.io";
const M = "metallb.io";
const U = "metallb.universe.tf";

/** All names, the first before the second and so on; a hint for those that are out of use. */
const rows: readonly {
  readonly name: AnnotationName;
  readonly keys: readonly string[];
  readonly instead?: Readonly<Record<string, string>>;
}[] = [
  { name: "count", keys: [`${D}/l2-load-balancer-external-ips-count`] },
  { name: "class", keys: [`${D}/metal-load-balancer-class`] },
  {
    name: "addresses",
    keys: [`${D}/load-balancer-ips`, `${M}/loadBalancerIPs`, `${U}/loadBalancerIPs`],
    instead: { [`${U}/loadBalancerIPs`]: `${M}/loadBalancerIPs` },
  },
  {
    name: "pool",
    keys: [`${D}/load-balancer-pool`, `${M}/address-pool`, `${U}/address-pool`],
    instead: { [`${U}/address-pool`]: `${M}/address-pool` },
  },
  {
    name: "sharingKey",
    keys: [
      `${D}/load-balancer-shared-ip-key`,
      `${M}/allow-shared-ip`,
      `${D}/load-balancer-allow-shared-ip`,
      `${U}/allow-shared-ip`,
    ],
    instead: {
      [`${D}/load-balancer-allow-shared-ip`]: `${D}/load-balancer-shared-ip-key`,
      [`${U}/allow-shared-ip`]: `${M}/allow-shared-ip`,
    },
  },
];

describe("annotations", () => {
  for (const { name, keys, instead = {} } of rows) {
    for (const [n, key] of keys.entries()) {
      it(`${name}: ${key} is read, before all that follow, though it is empty`, () => {
        const following = Object.fromEntries(keys.slice(n + 1).map((other) => [other, other]));
        expect(readAnnotation({ annotations: { ...following, [key]: "text" } }, name)).to.equal(
          "text",
        );
        expect(readAnnotation({ annotations: { ...following, [key]: "" } }, name)).to.equal("");
        expect(isOurAnnotation(key)).to.equal(true);
      });

      it(`${name}: ${key} ${instead[key] === undefined ? "is in use" : "is out of use"}`, () => {
        const hints = deprecatedIn({ annotations: { [key]: "" } });
        const message = `Service uses deprecated annotation ${key}, which is ${instead[key]} now`;
        expect(hints).to.deep.equal(
          instead[key] === undefined ? [] : [{ code: "ANNOTATION_DEPRECATED", message }],
        );
      });
    }

    it(`${name}: nothing is said`, () => {
      expect(readAnnotation({}, name)).to.equal(undefined);
    });
  }

  it("what we write ourselves is no hint, and is kept to be taken out again", () => {
    const keys = [`${M}/ip-allocated-from-pool`, `${U}/ip-allocated-from-pool`];
    const annotations = Object.fromEntries(keys.map((key) => [key, "prod"]));
    expect(deprecatedIn({ annotations })).to.deep.equal([]);
    expect(keys.map(isOurAnnotation)).to.deep.equal([true, true]);
    expect(isOurAnnotation("example.com/other")).to.equal(false);
  });
});
