/**
 * Runs `spreadlb dns`: fetches, asks the name servers, shows, leaves.
 */
import { Held } from "../../controller/held.ts";
import { NameServers } from "../../controller/io/name-servers.ts";
import type { Presence } from "../../controller/nodes.ts";
import { HEARD_NOBODY } from "../../controller/looking.ts";
import { namedServices } from "../../controller/names.ts";
import type { WantedName } from "../../dns/book-entry.ts";
import {
  DNS_ENDPOINTS,
  namesIn,
  PUBLISHER_LABEL,
  publishedIn,
  publisherMark,
  type DNSEndpoint,
} from "../../dns/dns-endpoint.ts";
import { readName } from "../../dns/io/name-jobs.ts";
import { DNS_PUBLISHERS } from "../../dns/kind.ts";
import { parseName, type DnsName } from "../../dns/name.ts";
import { wantedNames } from "../../dns/service-names.ts";
import type { DNSPublisher, Rfc2136Spec } from "../../dns/resource.ts";
import { LEASES, NAMESPACES, SERVICES, type Lease } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import { PRESENCE_LABEL } from "../../multi-ip/presence.ts";
import { EXIT_FAILED, type Output } from "../command-line.ts";
import type { DnsFlags } from "../dns.ts";
import {
  nameRows,
  nameViews,
  publisherView,
  troubleLines,
  type LookedUp,
  type PublisherFacts,
} from "../dns-view.ts";
import { renderTable } from "../table.ts";
import { withCluster, type Cluster } from "./cluster.ts";
import { listIfKnown } from "./manifests.ts";
import { bold } from "./terminal.ts";

const LOOKUPS_AT_ONCE_MAX = 16;
/** A person waits. */
const LIMITS = { udpSendsMax: 2, tcpMs: 2000 } as const;

interface Showing {
  readonly flags: DnsFlags;
  readonly output: Output;
}

/** @returns the exit status; 1 where there is no such name */
export async function runCommand(asked: string | undefined, showing: Showing): Promise<number> {
  const { flags, output } = showing;
  const nowMs = Date.now();
  const wanted = await withCluster(flags, (cluster) => fetchWanted(cluster, nowMs));
  if (wanted.length === 0) {
    output.err("No name is published: there is no DNSPublisher; docs/dns.md says how to begin.\n");
  }
  const only = asked === undefined ? null : parseName(asked);
  const name = only?.ok === true ? only.value : asked;
  const facts = await Promise.all(
    wanted.map(async (each): Promise<PublisherFacts> => {
      if (!flags.lookup) return { ...each, lookedUp: new Map() };
      const { rfc2136 } = each.publisher.spec;
      const lookedUp = rfc2136 === undefined ? inObjects(each) : await lookUp(each, rfc2136, name);
      return { ...each, lookedUp };
    }),
  );
  const publishers = facts.map(({ publisher }) => publisherView(publisher));
  const names = facts
    .flatMap((each) => nameViews(each, nowMs))
    .filter((view) => name === undefined || view.name === name);
  if (name !== undefined && names.length === 0) {
    output.err(`spreadlb: no Service asks for the name ${name}, and none is published\n`);
    return EXIT_FAILED;
  }
  if (flags.output === "json") {
    output.out(`${JSON.stringify({ publishers, names }, null, 2)}\n`);
    return 0;
  }
  if (names.length > 0) {
    const text = renderTable(nameRows(names, { wide: flags.output === "wide" }));
    const headEnd = text.indexOf("\n");
    output.out(bold(text.slice(0, headEnd)) + text.slice(headEnd));
  }
  const lines = troubleLines(publishers, names);
  if (lines.length > 0) output.out(`${names.length > 0 ? "\n" : ""}${lines.join("")}`);
  return 0;
}

interface Wanted extends Omit<PublisherFacts, "lookedUp"> {
  /** Of a publisher that has them. */
  readonly endpoints: readonly DNSEndpoint[];
}

async function fetchWanted(cluster: Cluster, nowMs: number): Promise<Wanted[]> {
  const [publishers, services, namespaces, virtualIps, leases] = await Promise.all([
    listIfKnown(cluster, DNS_PUBLISHERS),
    cluster.list(SERVICES),
    cluster.list(NAMESPACES),
    listIfKnown(cluster, VIRTUAL_IPS),
    cluster.list(LEASES, PRESENCE_LABEL),
  ]);
  const held = new Held();
  const presences = leases.map(presenceOf);
  held.look({ services, virtualIps, presences, hearing: HEARD_NOBODY }, nowMs);
  const { names } = wantedNames(
    publishers.map((publisher) => ({
      ...{ name: publisher.metadata.name, spec: publisher.spec },
      serviceOf: (name) => serviceIn(publisher, name),
    })),
    namedServices({ services, namespaces, virtualIps }, held),
  );
  return Promise.all(
    publishers.map(async (publisher) => {
      const { name } = publisher.metadata;
      const selector = `${PUBLISHER_LABEL}=${publisherMark(name)}`;
      const hasEndpoints = publisher.spec.dnsEndpoint !== undefined;
      const endpoints = hasEndpoints ? await listIfKnown(cluster, DNS_ENDPOINTS, selector) : [];
      return { publisher, wanted: names.get(name) ?? new Map<DnsName, WantedName>(), endpoints };
    }),
  );
}

/** By the clocks of the nodes: the controller goes by its own. */
function presenceOf(lease: Lease): Presence {
  return { lease, heardAtMs: Date.parse(lease.spec?.renewTime ?? "") || 0 };
}

function serviceIn({ status }: DNSPublisher, name: DnsName): string | undefined {
  return status?.names?.find((entry) => entry.name === name)?.service;
}

function inObjects({ publisher, wanted, endpoints }: Wanted): Map<string, LookedUp> {
  const services = new Map<string, string>([
    ...(publisher.status?.names ?? []).map(({ name, service }) => [name, service] as const),
    ...[...wanted.values()].map(({ name, service }) => [name, service] as const),
  ]);
  const mark = publisherMark(publisher.metadata.name);
  return new Map(
    [...services].map(([name, service]) => {
      const object = endpoints.find((each) => namesIn(each).includes(name));
      return [name, publishedIn(object, name, { mark, service })];
    }),
  );
}

/** Of a zone whose server does not answer one name is enough. */
async function lookUp(
  { publisher, wanted }: Wanted,
  rfc2136: Rfc2136Spec["rfc2136"],
  only: string | undefined,
): Promise<Map<string, LookedUp>> {
  const all = new Map<string, string>([
    ...(publisher.status?.names ?? []).map(({ name, zone }) => [name, zone] as const),
    ...[...wanted.values()].map(({ name, zone }) => [name, zone] as const),
  ]);
  const found = new Map<string, LookedUp>();
  const servers = new NameServers(rfc2136, new AbortController().signal);
  const queue = [...all].filter(([name]) => only === undefined || name === only);
  const failed = new Map<DnsName, LookedUp>();
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [name, zone] = next as [DnsName, DnsName];
      const known = failed.get(zone);
      const looked = known ?? (await lookUpOne(name, zone, { rfc2136, servers }));
      if (looked !== null && !("sets" in looked)) failed.set(zone, looked);
      found.set(name, looked);
    }
  };
  await Promise.all(Array.from({ length: LOOKUPS_AT_ONCE_MAX }, work));
  return found;
}

async function lookUpOne(
  name: DnsName,
  zone: DnsName,
  { rfc2136, servers }: { readonly rfc2136: Rfc2136Spec["rfc2136"]; readonly servers: NameServers },
): Promise<LookedUp> {
  const server = await servers.of(zone);
  if (!server.ok) return server.failure;
  const { tcpOnly = false } = rfc2136;
  const outcome = await readName(name, zone, { server: server.value, tcpOnly, limits: LIMITS });
  return outcome.ok ? outcome.published : outcome.failure;
}
