/**
 * What a pass found, as metrics.
 */
import type { IpFamily } from "../../base/ip.ts";
import { sizeOf } from "../../classes/ranges.ts";
import type { ControllerMetrics } from "../../metrics/io/metrics.ts";
import { isUnusable } from "../in-force.ts";
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
    const found = [...figures.world.compiled.problems.values()].flat();
    this.#metrics.k8sClientConfigStale.set(found.some(isUnusable) ? 1 : 0);
  }

  /** Another leads: what it shows is shown once. */
  clear(): void {
    for (const pool of this.#pools) this.#forget(pool);
    this.#pools.clear();
    this.#metrics.services.reset();
    this.#metrics.problems.reset();
    this.#metrics.virtualIps.set(0);
    this.#metrics.k8sClientConfigStale.set(0);
  }

  #problems({ problems }: PlanFigures): void {
    this.#metrics.problems.reset();
    for (const [code, count] of problems) this.#metrics.problems.set({ code }, count);
  }

  /** A class and a pool may have one name, and have one series then: it counts both. */
  #allocator(world: World): void {
    const usage = usageByPool(world);
    for (const pool of this.#pools) if (!usage.has(pool)) this.#forget(pool);
    this.#pools = new Set(usage.keys());
    for (const [pool, { total, used, services }] of usage) {
      const { allocatorAddresses, allocatorIpv4Addresses, allocatorIpv6Addresses } = this.#metrics;
      allocatorAddresses.set({ pool }, Number(total.IPv4 + total.IPv6));
      allocatorIpv4Addresses.set({ pool }, Number(total.IPv4));
      allocatorIpv6Addresses.set({ pool }, Number(total.IPv6));
      this.#metrics.allocatorAddressesInUse.set({ pool }, used.IPv4 + used.IPv6);
      this.#metrics.allocatorIpv4AddressesInUse.set({ pool }, used.IPv4);
      this.#metrics.allocatorIpv6AddressesInUse.set({ pool }, used.IPv6);
      this.#metrics.allocatorServices.set({ pool }, services.size);
    }
  }

  #forget(pool: string): void {
    const { allocatorAddresses, allocatorIpv4Addresses, allocatorIpv6Addresses } = this.#metrics;
    const { allocatorAddressesInUse, allocatorIpv4AddressesInUse, allocatorIpv6AddressesInUse } =
      this.#metrics;
    const all = [
      ...[allocatorAddresses, allocatorIpv4Addresses, allocatorIpv6Addresses],
      ...[allocatorAddressesInUse, allocatorIpv4AddressesInUse, allocatorIpv6AddressesInUse],
      this.#metrics.allocatorServices,
    ];
    for (const gauge of all) gauge.remove({ pool });
  }
}

interface Usage {
  readonly total: Record<IpFamily, bigint>;
  /** A shared address counts once. */
  readonly used: Record<IpFamily, number>;
  readonly services: Set<string>;
}

function usageByPool({ compiled, claimed }: World): Map<string, Usage> {
  const usage = new Map<string, Usage>();
  for (const model of compiled.classes.values()) {
    const pool = model.pool ?? model.name;
    const known = usage.get(pool) ?? emptyUsage();
    for (const family of ["IPv4", "IPv6"] as const) {
      known.total[family] += sizeOf(model.ranges, family);
    }
    usage.set(pool, known);
  }
  for (const { family, object, services } of claimed.values()) {
    const known = usage.get(object.spec.pool ?? object.spec.class ?? "");
    if (known === undefined) continue;
    known.used[family] += 1;
    for (const service of services) known.services.add(service);
  }
  return usage;
}

function emptyUsage(): Usage {
  return { total: { IPv4: 0n, IPv6: 0n }, used: { IPv4: 0, IPv6: 0 }, services: new Set() };
}
