/**
 * What a pass found, as metrics.
 */
import type { Ip, IpFamily } from "../../base/ip.ts";
import { sizeOf } from "../../classes/ranges.ts";
import type { ControllerMetrics } from "../../metrics/io/metrics.ts";
import type { Plan, PlanFigures } from "../plan.ts";
import type { World } from "../world.ts";

/** Shows the figures of passes; what a pass names no more is taken out. */
export class Figures {
  readonly #metrics: ControllerMetrics;
  #pools = new Set<string>();

  constructor(metrics: ControllerMetrics) {
    this.#metrics = metrics;
  }

  pass({ figures }: Plan, durationMs: number): void {
    const { planDuration, planGeneration, services, virtualIps } = this.#metrics;
    planDuration.observe(durationMs / 1000);
    planGeneration.set(figures.generation);
    virtualIps.set(figures.virtualIps);
    services.set({ state: "ready" }, figures.servicesReady);
    services.set({ state: "waiting" }, figures.servicesWaiting);
    this.#problems(figures);
    this.#allocator(figures.world);
    this.#metrics.k8sClientConfigLoaded.set(1);
    this.#metrics.k8sClientConfigStale.set(figures.world.compiled.problems.size > 0 ? 1 : 0);
  }

  #problems({ problems }: PlanFigures): void {
    this.#metrics.problems.reset();
    for (const [code, count] of problems) this.#metrics.problems.set({ code }, count);
  }

  #allocator({ compiled, claimed }: World): void {
    const inUse = usedByPool(claimed.keys(), (ip) => {
      const spec = claimed.get(ip)?.object.spec;
      return spec?.pool ?? spec?.class ?? "";
    });
    const pools = new Set([...compiled.classes.values()].map((model) => model.pool ?? model.name));
    for (const pool of this.#pools) if (!pools.has(pool)) this.#forget(pool);
    this.#pools = pools;
    for (const model of compiled.classes.values()) {
      const pool = model.pool ?? model.name;
      const [total4, total6] = [sizeOf(model.ranges, "IPv4"), sizeOf(model.ranges, "IPv6")];
      const used = inUse.get(pool) ?? { IPv4: 0, IPv6: 0 };
      const { allocatorAddresses, allocatorIpv4Addresses, allocatorIpv6Addresses } = this.#metrics;
      allocatorAddresses.set({ pool }, Number(total4 + total6));
      allocatorIpv4Addresses.set({ pool }, Number(total4));
      allocatorIpv6Addresses.set({ pool }, Number(total6));
      this.#metrics.allocatorAddressesInUse.set({ pool }, used.IPv4 + used.IPv6);
      this.#metrics.allocatorIpv4AddressesInUse.set({ pool }, used.IPv4);
      this.#metrics.allocatorIpv6AddressesInUse.set({ pool }, used.IPv6);
    }
  }

  #forget(pool: string): void {
    const { allocatorAddresses, allocatorIpv4Addresses, allocatorIpv6Addresses } = this.#metrics;
    const { allocatorAddressesInUse, allocatorIpv4AddressesInUse, allocatorIpv6AddressesInUse } =
      this.#metrics;
    const all = [
      ...[allocatorAddresses, allocatorIpv4Addresses, allocatorIpv6Addresses],
      ...[allocatorAddressesInUse, allocatorIpv4AddressesInUse, allocatorIpv6AddressesInUse],
    ];
    for (const gauge of all) gauge.remove({ pool });
  }
}

function usedByPool(
  addresses: Iterable<Ip>,
  poolOf: (ip: Ip) => string,
): Map<string, Record<IpFamily, number>> {
  const used = new Map<string, Record<IpFamily, number>>();
  for (const ip of addresses) {
    const counts = used.get(poolOf(ip)) ?? { IPv4: 0, IPv6: 0 };
    counts[ip.includes(":") ? "IPv6" : "IPv4"] += 1;
    used.set(poolOf(ip), counts);
  }
  return used;
}
