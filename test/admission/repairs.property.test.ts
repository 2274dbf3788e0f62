/**
 * A repair is never refused: what only takes something away makes nothing worse, whatever it uncovers, in any world, however wrong.
 *
 * Refused may be what is in use alone: the names that others use. Which rules there are does not matter here: a new one, whose
 * words name another object each time, is found out.
 */
import { expect } from "chai";
import fc from "fast-check";
import { REMEDIES } from "../../src/base/errors.ts";
import { checkChange } from "../../src/classes/check/check.ts";
import { readDocuments } from "../../src/cli/lint-reading.ts";
import { CHECKED_KINDS } from "../../src/classes/check/kinds.ts";
import { dated, METALLB_NAMESPACE, type CaseObject } from "./cases.ts";

interface Thing extends CaseObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

const some = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const subset = <T>(values: readonly T[], minLength = 0) => fc.subarray([...values], { minLength });

/** Few values, so that much clashes. */
const ENTRIES = [
  ...["192.0.2.0/28", "192.0.2.8/29", "192.0.2.8-192.0.2.23", "192.0.2.0/24", "192.0.2.12/30"],
  ...["2001:db8::/64", "2001:db8::10/124"],
];
const POOLS = ["a", "b", "c"];
const NODES = [{ matchLabels: { rack: "a" } }, { matchLabels: { rack: "b" } }];

const SPECS: Readonly<Record<string, fc.Arbitrary<Thing["spec"]>>> = {
  IPAddressPool: fc.record({ addresses: subset(ENTRIES, 1), avoidBuggyIPs: fc.boolean() }),
  MetalLoadBalancerPool: fc.record({ addresses: subset(ENTRIES, 1) }),
  MetalLoadBalancerClass: fc.record({ isDefault: fc.boolean(), addressPool: subset(ENTRIES) }),
  L2Advertisement: fc.record({ ipAddressPools: subset(POOLS), nodeSelectors: subset(NODES) }),
  BGPAdvertisement: fc.record({
    ipAddressPools: subset(POOLS),
    aggregationLength: some(24, 28, 32),
    aggregationLengthV6: some(64, 128),
    localPref: some(0, 100, 200),
    preferOwnNode: fc.boolean(),
    communities: subset(["one", "two", "65000:1"]),
    peers: subset(POOLS),
    nodeSelectors: subset(NODES),
  }),
  BGPPeer: fc.record({
    myASN: some(64512, 64513),
    peerASN: fc.constant(64514),
    peerAddress: some("10.0.0.1", "10.0.0.2", "2001:db8:1::1"),
    nodeSelectors: subset(NODES),
    bfdProfile: some("", "a"),
    routerID: some("", "10.9.9.1", "10.9.9.2"),
  }),
  MetalLoadBalancerBGPPeer: fc.record({
    ...{ myASN: fc.constant(64512), peerASN: fc.constant(64514) },
    peerAddress: some("10.0.0.1", "10.0.0.2"),
  }),
  MetalLoadBalancerConfiguration: fc.record({
    mode: fc.constant("BGP"),
    nodeSelector: some({}, { rack: "a" }),
    bgp: fc.record({ peerNames: subset(POOLS) }),
    advertisements: fc.array(
      fc.record({
        poolNames: subset(POOLS),
        bgp: fc.record({
          localPref: some(0, 100),
          aggregationLength: some(0, 24),
          preferOwnNode: fc.boolean(),
        }),
      }),
      { maxLength: 2 },
    ),
  }),
  BFDProfile: fc.record({ echoMode: fc.boolean() }),
  Community: fc.record({
    communities: subset([
      { name: "one", value: "65000:1" },
      { name: "two", value: "65000:2" },
    ]),
  }),
};

const thing = fc
  .tuple(some(...Object.keys(SPECS)), some(...POOLS))
  .chain(([kind, name]) =>
    (SPECS[kind] ?? fc.constant({})).map((spec): Thing => objectOf(kind, name, spec)),
  );

const worlds = fc.uniqueArray(thing, {
  ...{ minLength: 1, maxLength: 10 },
  selector: ({ kind, metadata }) => `${kind}/${metadata.name}`,
});

function objectOf(kind: string, name: string, spec: Thing["spec"]): Thing {
  const crd = CHECKED_KINDS.get(kind)?.crd.spec;
  if (crd === undefined) throw new Error(kind);
  const version = crd.versions.find(({ storage }) => storage)?.name ?? "";
  const namespace = crd.scope === "Namespaced" ? METALLB_NAMESPACE : undefined;
  return {
    ...{ apiVersion: `${crd.group}/${version}`, kind, spec },
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  };
}

/** Lists that mean all when they are empty: taking the last one away widens. */
const EMPTY_IS_ALL = ["ipAddressPools", "peers", "nodeSelectors"];
/** A pool has at least one. */
const NEVER_EMPTY = ["addresses"];

/** @returns the object with a little less in it, in every way there is */
function lessOf(object: Thing): Thing[] {
  const { spec } = object;
  const withSpec = (more: object): Thing => ({ ...object, spec: { ...spec, ...more } });
  const shorter = Object.entries(spec).flatMap(([field, list]) => {
    if (!Array.isArray(list)) return [];
    const isKept = [...EMPTY_IS_ALL, ...NEVER_EMPTY].includes(field) && list.length === 1;
    return isKept ? [] : list.map((_, i) => withSpec({ [field]: list.toSpliced(i, 1) }));
  });
  return [...shorter, ...(spec["isDefault"] === true ? [withSpec({ isDefault: false })] : [])];
}

const IN_USE = [REMEDIES.IN_USE, REMEDIES.ADDRESSES_IN_USE];

/** With less in it, an advertisement may say what another one says: of two others nobody may be told. */
function isDouble(message: string, name: string): boolean {
  return message.startsWith("duplicate definition of bgpadv") && message.includes(`"${name}"`);
}

describe("admission: repairs", function () {
  this.timeout(120_000);

  it("what only takes something away is refused for what is in use alone", () => {
    let tried = 0;
    fc.assert(
      fc.property(worlds, some(null, ["a"], ["a", "b"]), (objects, racks) => {
        const all = objects.map((object, i): Thing => ({
          ...object,
          ...dated(object, i),
          spec: object.spec,
        }));
        const nodes = (racks ?? []).map((rack, i) => ({
          ...{ apiVersion: "v1", kind: "Node", metadata: { name: `n${i}`, labels: { rack } } },
        }));
        const documents = [...all, ...nodes].map((value, place) => ({ file: "", place, value }));
        const { world } = readDocuments(documents, METALLB_NAMESPACE);
        for (const before of all) {
          const { kind, metadata } = before;
          const what = {
            kind,
            name: metadata.name,
            namespace: metadata.namespace ?? "",
          };
          for (const after of [null, ...lessOf(before)]) {
            const operation = after === null ? "DELETE" : "UPDATE";
            const findings = checkChange(world, { ...what, operation, before, after });
            const refusals = findings.filter(
              ({ isWarning, message }) =>
                !isWarning &&
                !IN_USE.some((way) => message.includes(way)) &&
                !(after !== null && isDouble(message, metadata.name)),
            );
            expect(refusals, `${operation} ${JSON.stringify(after ?? before)}`).to.deep.equal([]);
            tried += 1;
          }
        }
      }),
      { numRuns: 500 },
    );
    expect(tried).to.be.above(5_000);
  });
});
