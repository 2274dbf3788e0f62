/**
 * Where a zone's primary is: as the publisher says, or as the SOA of the zone says to the resolvers of this host.
 *
 * What was found is kept until it fails.
 */
import { getServers } from "node:dns";
import { parseIp, type Ip } from "../../base/ip.ts";
import { failure, type Outcome } from "../../dns/failures.ts";
import { findPrimary, findZone } from "../../dns/io/client.ts";
import type { DnsName } from "../../dns/name.ts";
import type { Rfc2136Spec } from "../../dns/resource.ts";
import type { NameServer } from "../../dns/waiting.ts";

const PORT = 53;

export class NameServers {
  readonly #spec: Rfc2136Spec["rfc2136"];
  readonly #signal: AbortSignal;
  readonly #resolvers: () => readonly NameServer[];
  readonly #found = new Map<DnsName, Promise<Outcome<readonly NameServer[]>>>();

  /** @param resolvers who is asked for the SOA */
  constructor(
    spec: Rfc2136Spec["rfc2136"],
    signal: AbortSignal,
    resolvers: () => readonly NameServer[] = hostResolvers,
  ) {
    this.#spec = spec;
    this.#signal = signal;
    this.#resolvers = resolvers;
  }

  async of(zone: DnsName): Promise<Outcome<NameServer>> {
    const { server, port = PORT } = this.#spec;
    if (server !== undefined) {
      const address = parseIp(server);
      if (address !== undefined) return { ok: true, value: { address, port } };
      const words = `The name server "${server}" is no address`;
      return { ok: false, failure: failure("primary-unknown", words) };
    }
    const finding = this.#found.get(zone) ?? this.#find(zone, port);
    this.#found.set(zone, finding);
    const found = await finding;
    const [first] = found.ok ? found.value : [];
    if (!found.ok || first === undefined) this.#found.delete(zone);
    if (!found.ok) return found;
    if (first !== undefined) return { ok: true, value: first };
    const words = `The primary of zone "${zone}" has no address`;
    return { ok: false, failure: failure("primary-unknown", words) };
  }

  /** It failed: the next in turn is asked, and after the last one the SOA anew. */
  async failed(zone: DnsName, { address }: NameServer): Promise<void> {
    const found = await this.#found.get(zone);
    if (found?.ok !== true || found.value[0]?.address !== address) return;
    const others = found.value.slice(1);
    if (others.length === 0) this.#found.delete(zone);
    else this.#found.set(zone, Promise.resolve({ ok: true, value: others }));
  }

  async #find(zone: DnsName, port: number): Promise<Outcome<readonly NameServer[]>> {
    const words = "This host has no resolver that could be asked for the zone's primary";
    let last: Outcome<never> = { ok: false, failure: failure("primary-unknown", words) };
    for (const resolver of this.#resolvers()) {
      const asking = { server: resolver, signal: this.#signal };
      const soa = await findZone(zone, asking);
      if (!soa.ok) {
        last = soa;
        continue;
      }
      if (soa.value.zone !== zone) {
        const missing = `There is no zone "${zone}": the name is in "${soa.value.zone}"`;
        return { ok: false, failure: failure("zone-not-found", missing) };
      }
      return findPrimary(soa.value, port, asking);
    }
    return last;
  }
}

/** @returns those of resolv.conf */
function hostResolvers(): NameServer[] {
  return getServers().flatMap((text): NameServer[] => {
    const [, bracketed, bracketedPort] = /^\[(.*)\]:(\d+)$/.exec(text) ?? [];
    const [, plain, plainPort] = /^([^:]+):(\d+)$/.exec(text) ?? [];
    const address: Ip | undefined = parseIp(bracketed ?? plain ?? text);
    return address === undefined
      ? []
      : [{ address, port: Number(bracketedPort ?? plainPort ?? PORT) }];
  });
}
