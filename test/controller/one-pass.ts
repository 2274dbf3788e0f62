/**
 * Any order of events ends in the same state as one pass over the final world: what people see at the end is compared.
 *
 * Neighbours: address-rules.ts has the other rules; addresses.property.test.ts holds random histories to both.
 */
import { expect } from "chai";
import { listedAddresses } from "../../src/controller/assignments.ts";
import type { Condition } from "../../src/kube/patches.ts";
import type { KubeObject } from "../../src/kube/resource.ts";
import type { ModelCluster } from "./model-cluster.ts";

/**
 * What people see once nothing more is to be written: addresses, conditions and annotations of Services; VirtualIPs; what classes
 * and pools say of themselves. Not when it came about, and not on which node an address is: that is for ranks to say.
 */
function endOf(cluster: ModelCluster) {
  cluster.converge();
  const entries = <T extends KubeObject>(objects: Map<string, T>, see: (object: T) => object) =>
    Object.fromEntries([...objects].map(([key, object]) => [key, see(object)])) as object;
  return {
    services: entries(cluster.services, (service) => ({
      addresses: listedAddresses(service),
      conditions: conditionsOf(service),
      annotations: service.metadata.annotations ?? {},
    })),
    virtualIps: entries(cluster.virtualIps, ({ spec }) => {
      const { address, services, pool, mode, interfaces } = spec;
      return { address, services, pool, class: spec.class, mode, interfaces };
    }),
    classes: entries(cluster.classes, withoutTimes),
    pools: entries(cluster.ipAddressPools, withoutTimes),
  };
}

function conditionsOf({
  status,
}: {
  readonly status?: { readonly conditions?: readonly Condition[] };
}) {
  const said = (status?.conditions ?? []).map(({ type, status: is, reason, message }) => [
    type,
    `${is} ${reason}: ${message}`,
  ]);
  return Object.fromEntries(said) as object;
}

function withoutTimes({ status = {} }: { readonly status?: object }) {
  return { ...status, conditions: conditionsOf({ status }) };
}

/**
 * What the history leaves is what a controller makes of the final objects that has just begun, and is told of them in another
 * order.
 */
export function expectOnePass(cluster: ModelCluster): void {
  const fresh = cluster.restarted();
  expect(endOf(cluster)).to.deep.equal(endOf(fresh));
}
