/** Services that come, change and go in random order, and the routes that are right for those that are left. */
import type { RouterPath } from "../../lab/routers/router.ts";
import type { KubeClient } from "../../src/kube/io/client.ts";
import { SERVICES, type Service } from "../../src/kube/types.ts";
import { service } from "../../test/e2e/spread-cluster.ts";
import { randomFrom } from "../../test/random.ts";
import { NODES_ASN } from "./world.ts";

const WAIT_MS_MAX = 60_000;
export const CHANGES_MAX = 3;

/** What may become of a Service, as a merge patch. */
export const CHANGES = [
  { metadata: { labels: { tier: "gold" } } },
  { metadata: { labels: { tier: null } } },
  // Nobody has an endpoint of it, so nobody announces it.
  { spec: { externalTrafficPolicy: "Local", selector: { app: "nobody" } } },
  { spec: { externalTrafficPolicy: "Cluster", selector: { app: "web" } } },
  { spec: { ports: [{ port: 81, targetPort: 8080, protocol: "TCP" }] } },
] as const;

export interface ChurnOptions {
  readonly services: number;
  readonly atOnce: number;
  readonly seed: number;
}

export interface Churned {
  readonly made: number;
  readonly changed: number;
  readonly deleted: number;
}

/** What a Service asks for. */
const FAMILIES = [
  { ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" },
  { ipFamilies: ["IPv4", "IPv6"], ipFamilyPolicy: "RequireDualStack" },
  { ipFamilies: ["IPv6"], ipFamilyPolicy: "SingleStack" },
] as const;

type Path = Pick<RouterPath, "prefix" | "peer" | "nextHop" | "asPath" | "communities">;

type Step =
  | { readonly kind: "make" | "change"; readonly to: object }
  | { readonly kind: "delete"; readonly to?: undefined };

/** Resolves with the API server's last answer. */
export async function churn(client: KubeClient, options: ChurnOptions): Promise<Churned> {
  const random = randomFrom(options.seed);
  const lives = Array.from({ length: options.services }, () => lifeOf(random));
  const order = shuffled(
    lives.flatMap((life, number) => life.map(() => number)),
    random,
  );
  const before = lives.map(() => Promise.resolve());
  const work = async () => {
    for (let number = order.pop(); number !== undefined; number = order.pop()) {
      const step = lives[number]?.shift();
      const mine = (before[number] ?? Promise.resolve()).then(() =>
        step === undefined ? undefined : take(client, `churn-${number}`, step),
      );
      before[number] = mine;
      await mine;
    }
  };
  const counts = { make: 0, change: 0, delete: 0 };
  for (const { kind } of lives.flat()) counts[kind]++;
  await Promise.all(Array.from({ length: options.atOnce }, work));
  return { made: counts.make, changed: counts.change, deleted: counts.delete };
}

function lifeOf(random: () => number): Step[] {
  const changes = Array.from({ length: 1 + Math.floor(random() * CHANGES_MAX) }, (): Step => {
    return { kind: "change", to: CHANGES[Math.floor(random() * CHANGES.length)] ?? {} };
  });
  const spec = FAMILIES[Math.floor(random() * FAMILIES.length)] ?? {};
  return [
    { kind: "make", to: spec },
    ...changes,
    ...(random() < 0.5 ? [{ kind: "delete" } as const] : []),
  ];
}

async function take(client: KubeClient, name: string, step: Step): Promise<void> {
  const waiting = { timeoutMs: WAIT_MS_MAX };
  const id = { name, namespace: "default" };
  if (step.kind === "make") {
    await client.create(SERVICES, service(name, { spec: step.to }) as Service, waiting);
  } else if (step.kind === "delete") await client.delete(SERVICES, id, waiting);
  else await client.patch(SERVICES, id, step.to, { kind: "merge", ...waiting });
}

/** @returns the same text for the same path: prefix, neighbour, next hop, AS path, communities */
export function lineOf(path: Path): string {
  const { prefix, peer, nextHop, asPath, communities } = path;
  return `${prefix} from ${peer} via ${nextHop} as ${asPath.join()} with ${communities.join()}`;
}

/** Who announces: over a session of IPv4, with itself as the next hop of either family. */
interface Neighbour {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** @returns a line for each path that there should be, sorted; false while a Service lacks an address */
export function wantedRoutes(
  services: readonly Service[],
  neighbours: readonly Neighbour[],
): readonly string[] | false {
  const ours = services.filter(({ metadata }) => metadata.name.startsWith("churn-"));
  const lines: string[] = [];
  for (const { metadata, spec, status } of ours) {
    const addresses = status?.loadBalancer?.ingress?.flatMap(({ ip }) => ip ?? []) ?? [];
    if (addresses.length !== spec?.ipFamilies?.length) return false;
    if (spec.selector?.["app"] === "nobody") continue;
    const communities = metadata.labels?.["tier"] === "gold" ? [`${NODES_ASN}:7`] : [];
    for (const ip of addresses) {
      const isIpv6 = ip.includes(":");
      const common = {
        prefix: `${ip}/${isIpv6 ? 128 : 32}`,
        asPath: [NODES_ASN],
        communities,
      };
      for (const { ipv4, ipv6 } of neighbours) {
        lines.push(lineOf({ ...common, peer: ipv4, nextHop: isIpv6 ? ipv6 : ipv4 }));
      }
    }
  }
  return lines.sort();
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const all = [...list];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}
