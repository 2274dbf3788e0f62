/** More communities than one route has room for: of what is announced together it is said before it is announced. */
import { expect } from "chai";
import { advertisementFaults } from "../../src/classes/check/advertisements.ts";
import { sceneOf } from "../../src/classes/check/standing.ts";
import { worldOf } from "../../src/classes/check/world.ts";
import { NO_MANIFESTS, type Manifests } from "../../src/classes/compile.ts";
import { manifest } from "./metallb/cases.ts";

/** @param counts of large communities of each advertisement, no two alike */
function said(...counts: readonly number[]): readonly string[] {
  const manifests = {
    ...NO_MANIFESTS,
    ipAddressPools: [manifest("IPAddressPool", "prod", { addresses: ["192.0.2.0/28"] })],
    bgpAdvertisements: counts.map((count, i) =>
      manifest("BGPAdvertisement", `a${i}`, {
        communities: Array.from({ length: count }, (_, j) => `large:64512:${i}:${j}`),
      }),
    ),
  } as unknown as Manifests;
  return advertisementFaults(sceneOf(worldOf(manifests))).map(
    ({ object, field, isWarning, problem }) =>
      `${isWarning ? "warning" : "refusal"} ${object} ${field}: ${problem.message}`,
  );
}

describe("classes: more communities than fit", () => {
  it("300 large ones do", () => {
    expect(said(60, 60, 60, 60, 60)).to.deep.equal([]);
  });

  it("of more it is said how many do not", () => {
    expect(said(60, 60, 60, 60, 60, 2)).to.deep.equal([
      'warning BGPAdvertisement/a5 spec.communities: The advertisements of the pool "prod", of which "a5" is the last, have more communities together than a message of BGP has room for beside the rest (3600 octets): 2 would be left out of a route that has them all',
    ]);
  });
});
