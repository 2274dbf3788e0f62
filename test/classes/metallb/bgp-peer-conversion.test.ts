/** BGPPeer between its versions: nothing is lost there and back, and what is written meanwhile counts. */
import { expect } from "chai";
import fc from "fast-check";
import {
  toV1beta1,
  toV1beta2,
  V1BETA1_ANNOTATION,
  V1BETA2_ANNOTATION,
  type PeerObject,
} from "../../../src/classes/metallb/bgp-peer-conversion.ts";
import { PEER_V1BETA1_ROWS, PEER_V1BETA2_ROWS } from "./bgp-cases.ts";

const text = fc.constantFrom("", "a", "10.0.0.1", "0s", "90s");
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const common = {
  myASN: fc.nat(9),
  sourceAddress: maybe(text),
  holdTime: maybe(text),
  keepaliveTime: maybe(text),
  routerID: maybe(text),
  password: maybe(fc.constant("")),
  bfdProfile: maybe(text),
  ebgpMultiHop: maybe(fc.boolean()),
  nodeSelectors: maybe(fc.array(fc.record({ matchLabels: fc.dictionary(text, text) }))),
};

/** Either of the two, never both: the API server sees to it. */
const either = (one: fc.Arbitrary<object>, other: fc.Arbitrary<object>) => fc.oneof(one, other);

const v1beta2Spec = fc
  .tuple(
    fc.record({
      ...common,
      peerPort: maybe(fc.integer({ min: 1, max: 65_535 })),
      localASN: maybe(fc.nat(9)),
      connectTime: maybe(text),
      vrf: maybe(text),
      enableGracefulRestart: maybe(fc.boolean()),
      disableMP: maybe(fc.boolean()),
      dualStackAddressFamily: maybe(fc.boolean()),
      passwordSecret: maybe(fc.record({ name: text })),
      futureField: maybe(fc.jsonValue()),
    }),
    either(
      fc.record({ peerASN: fc.integer({ min: 1, max: 9 }) }),
      fc.record({
        dynamicASN: fc.constantFrom("internal", "external"),
        peerASN: maybe(fc.constant(0)),
      }),
    ),
    either(
      fc.record({ peerAddress: fc.constant("10.0.0.1") }),
      fc.record({ interface: fc.constant("eth0"), peerAddress: maybe(fc.constant("")) }),
    ),
  )
  .map((parts) => clean(Object.assign({}, ...parts) as object));

const v1beta1Spec = fc
  .record({ ...common, peerASN: fc.nat(9), peerAddress: text, peerPort: maybe(fc.nat(9)) })
  .map(clean);

/** As JSON: what is undefined is absent. */
function clean(spec: object): object {
  return JSON.parse(JSON.stringify(spec)) as object;
}

function objectOf(version: string, spec: fc.Arbitrary<object>): fc.Arbitrary<PeerObject> {
  return fc
    .record({
      spec,
      annotations: maybe(fc.dictionary(fc.constantFrom("a", "b/c"), text, { minKeys: 1 })),
      labels: maybe(fc.dictionary(text, text)),
    })
    .map(({ spec: of, ...metadata }) => ({
      ...{ apiVersion: `metallb.io/${version}`, kind: "BGPPeer", spec: of, status: {} },
      metadata: { name: "tor", uid: "1", ...clean(metadata) },
    })) as fc.Arbitrary<PeerObject>;
}

function peer(version: string, spec: object, annotations?: Record<string, string>): PeerObject {
  const metadata = { name: "tor", ...(annotations ? { annotations } : {}) };
  return { apiVersion: `metallb.io/${version}`, metadata, spec: { ...spec } };
}

describe("metallb: BGPPeer conversion", () => {
  it("v1beta2 to v1beta1 and back loses nothing", () => {
    fc.assert(
      fc.property(objectOf("v1beta2", v1beta2Spec), (object) => {
        expect(toV1beta2(toV1beta1(object))).to.deep.equal(object);
      }),
      { numRuns: 2000 },
    );
  });

  it("v1beta1 to v1beta2 and back loses nothing", () => {
    fc.assert(
      fc.property(objectOf("v1beta1", v1beta1Spec), (object) => {
        expect(toV1beta1(toV1beta2(object))).to.deep.equal(object);
      }),
      { numRuns: 2000 },
    );
  });

  for (const { name, spec } of PEER_V1BETA2_ROWS.filter(({ refused }) => refused === undefined)) {
    it(`there and back: ${name}`, () => {
      const object = peer("v1beta2", spec as object);
      expect(toV1beta2(toV1beta1(object))).to.deep.equal(object);
    });
  }

  for (const { name, spec } of PEER_V1BETA1_ROWS.filter(({ refused }) => refused === undefined)) {
    it(`forth and back: ${name}`, () => {
      const object = peer("v1beta1", spec as object);
      expect(toV1beta1(toV1beta2(object))).to.deep.equal(object);
    });
  }

  it("v1beta1 without timers stays without: MetalLB makes 0s of them", () => {
    const old = peer("v1beta1", { myASN: 1, peerASN: 2, peerAddress: "10.0.0.1" });
    expect(toV1beta2(old)).to.deep.equal({ ...old, apiVersion: "metallb.io/v1beta2" });
  });

  it("v1beta1 shows what it demands, and the rest rides along", () => {
    const spec = { myASN: 1, dynamicASN: "external", interface: "eth0", vrf: "red" };
    expect(toV1beta1(peer("v1beta2", spec))).to.deep.equal(
      peer(
        "v1beta1",
        { myASN: 1, peerASN: 0, peerAddress: "" },
        {
          [V1BETA2_ANNOTATION]: JSON.stringify({
            ...{ dynamicASN: "external", interface: "eth0", vrf: "red" },
            ...{ peerASN: null, peerAddress: null },
          }),
        },
      ),
    );
  });

  const edits: readonly { name: string; edit: object; want: object }[] = [
    {
      name: "a peerASN replaces the dynamicASN",
      edit: { peerASN: 7 },
      want: { peerASN: 7, interface: "eth0", passwordSecret: { name: "s" } },
    },
    {
      name: "an address replaces the interface",
      edit: { peerAddress: "10.0.0.1" },
      want: { dynamicASN: "internal", peerAddress: "10.0.0.1", passwordSecret: { name: "s" } },
    },
    {
      name: "a password replaces the Secret",
      edit: { password: "p" },
      want: { dynamicASN: "internal", interface: "eth0", password: "p" },
    },
    {
      name: "what it knows is changed, what it does not know stays",
      edit: { holdTime: "9s" },
      want: {
        ...{ dynamicASN: "internal", interface: "eth0", passwordSecret: { name: "s" } },
        holdTime: "9s",
      },
    },
  ];
  for (const { name, edit, want } of edits) {
    it(`written in v1beta1: ${name}`, () => {
      const spec = { myASN: 1, dynamicASN: "internal", interface: "eth0" };
      const shown = toV1beta1(peer("v1beta2", { ...spec, passwordSecret: { name: "s" } }));
      const edited = { ...shown, spec: { ...shown.spec, ...edit } };
      expect(toV1beta2(edited)).to.deep.equal(peer("v1beta2", { myASN: 1, ...want }));
    });
  }

  for (const broken of ["", "{", "[]", "1", "null", '"a"']) {
    it(`an annotation that says ${JSON.stringify(broken)} says nothing`, () => {
      const spec = { myASN: 1, peerASN: 2, peerAddress: "10.0.0.1" };
      const old = peer("v1beta1", spec, { [V1BETA2_ANNOTATION]: broken });
      expect(toV1beta2(old)).to.deep.equal(peer("v1beta2", spec));
      const newer = peer("v1beta2", spec, { [V1BETA1_ANNOTATION]: broken });
      expect(toV1beta1(newer)).to.deep.equal(peer("v1beta1", spec));
    });
  }
});
