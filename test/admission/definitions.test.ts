/** Lint says of one object what the API server says of it: over every manifest that the API server was asked about in test/api. */
import { expect } from "chai";
import { checkObject } from "../../src/classes/check/check.ts";
import { CHECKED_KINDS } from "../../src/classes/check/kinds.ts";
import { BAD_CLASSES } from "../classes/bad-input.ts";
import {
  CONFIGURATION_ROWS,
  METAL_PEER_ROWS,
  METAL_POOL_ROWS,
} from "../classes/deckhouse-cases.ts";
import {
  BFD_ROWS,
  BGP_ADVERTISEMENT_ROWS,
  COMMUNITY_ROWS,
  PEER_V1BETA1_ROWS,
  PEER_V1BETA2_ROWS,
} from "../classes/metallb/bgp-cases.ts";
import { ADVERTISEMENT_ROWS, POOL_ROWS, type ManifestRow } from "../classes/metallb/cases.ts";

const KINDS: readonly (readonly [string, readonly ManifestRow[], string?])[] = [
  ["IPAddressPool", POOL_ROWS],
  ["L2Advertisement", ADVERTISEMENT_ROWS],
  ["BGPAdvertisement", BGP_ADVERTISEMENT_ROWS],
  ["BGPPeer", PEER_V1BETA2_ROWS, "v1beta2"],
  ["BGPPeer", PEER_V1BETA1_ROWS, "v1beta1"],
  ["BFDProfile", BFD_ROWS],
  ["Community", COMMUNITY_ROWS],
  ["MetalLoadBalancerPool", METAL_POOL_ROWS],
  ["MetalLoadBalancerBGPPeer", METAL_PEER_ROWS],
  ["MetalLoadBalancerConfiguration", CONFIGURATION_ROWS],
];

function refusalsOf(kind: string, object: object): string[] {
  const known = CHECKED_KINDS.get(kind);
  if (known === undefined) throw new Error(`"${kind}" is not checked`);
  return (
    checkObject(known, object, null)
      // The API server leaves such a field out, unless it is asked to refuse it, as kubectl asks.
      .filter(({ isWarning, message }) => !isWarning && !message.startsWith("There is no field"))
      .map(({ field, message }) => `${field}: ${message}`)
  );
}

describe("lint and the API server", () => {
  for (const [kind, rows, version = "v1beta1"] of KINDS) {
    for (const { name, spec, refused, parses } of rows) {
      it(`${kind} ${version}: ${refused === undefined ? "takes" : "refuses"} ${name}`, () => {
        const object = {
          ...{ apiVersion: `metallb.io/${version}`, kind, metadata: { name: "a" } },
          ...(spec === undefined ? {} : { spec }),
        };
        const refusals = refusalsOf(kind, object);
        expect(refusals.length > 0, refusals.join("\n")).to.equal(refused !== undefined);
        // What the schema says by itself is in the words of the one who reads it.
        if (refused !== undefined && parses === true) {
          expect(refusals.join("\n")).to.contain(refused.replace(/^.*Invalid value: "\w+": /, ""));
        }
      });
    }
  }

  for (const { name, object, wantAdmission, wantProblem } of BAD_CLASSES) {
    // One range is more than CEL can read (docs in ../../src/classes/rules.ts): lint and the webhook refuse it.
    const isBad = wantAdmission !== undefined || wantProblem?.code === "RANGE_INVALID";
    it(`MetalLoadBalancerClass: ${isBad ? "refuses" : "takes"} ${name}`, () => {
      const refusals = refusalsOf("MetalLoadBalancerClass", object);
      expect(refusals.length > 0, refusals.join("\n")).to.equal(isBad);
    });
  }
});
