/**
 * What `spreadlb status` shows: Services with their addresses, as data, and as rows of a table. Pure.
 *
 * A Service is shown when a VirtualIP names it, or when it waits for addresses of ours and has none yet.
 */
import { compareText } from "../base/hash.ts";
import { READY_CONDITION } from "../controller/resources.ts";
import type { Service } from "../kube/types.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import type { DrainedNode } from "./drain-view.ts";
import { renderAge } from "./table.ts";

const RANK_SHOWN_MAX = 3;

/** One address as `-o json` shows it; field names are part of the interface. */
export interface AddressView {
  readonly address: string;
  readonly index: number;
  readonly holder: string | null;
  readonly since: string | null;
  readonly class: string | null;
  readonly pool: string | null;
  readonly mode: string;
  readonly rank: readonly string[];
  readonly generation: number;
  /** Why the plan ranks the first node first, in one word. */
  readonly cause: string | null;
  readonly lastMove: {
    readonly from: string | null;
    readonly to: string | null;
    readonly at: string;
    readonly reason: string;
  } | null;
}

export interface ServiceView {
  readonly namespace: string;
  readonly name: string;
  /** null: the controller has not said yet. */
  readonly ready: boolean | null;
  readonly message: string | null;
  readonly addresses: readonly AddressView[];
}

/** @returns the Services, ordered by namespace and name, their addresses IPv4 first and then by index */
export function viewServices(world: {
  readonly virtualIps: readonly VirtualIP[];
  readonly services: readonly Service[];
  readonly namespace?: string | undefined;
}): readonly ServiceView[] {
  const addresses = addressesByService(world.virtualIps);
  const services = new Map(world.services.map((service) => [keyOfService(service), service]));
  const waiting = world.services.filter(hasReadyCondition).map(keyOfService);
  const keys = [...new Set([...addresses.keys(), ...waiting])].sort(compareText);
  return keys
    .map((key) => viewService(key, services.get(key), addresses.get(key) ?? []))
    .filter(({ namespace }) => world.namespace === undefined || namespace === world.namespace);
}

function viewService(
  key: string,
  service: Service | undefined,
  addresses: readonly AddressView[],
): ServiceView {
  const [namespace = "", name = ""] = key.split("/");
  const condition = service?.status?.conditions?.find(({ type }) => type === READY_CONDITION);
  return {
    namespace,
    name,
    ready: condition === undefined ? null : condition.status === "True",
    message: condition?.message ?? null,
    addresses: [...addresses].sort(byFamilyAndIndex),
  };
}

function addressesByService(virtualIps: readonly VirtualIP[]): Map<string, AddressView[]> {
  const byService = new Map<string, AddressView[]>();
  for (const virtualIp of virtualIps) {
    for (const { namespace, name, index } of virtualIp.spec.services) {
      const key = `${namespace}/${name}`;
      byService.set(key, [...(byService.get(key) ?? []), viewAddress(virtualIp, index)]);
    }
  }
  return byService;
}

function viewAddress({ spec, status }: VirtualIP, index: number): AddressView {
  const move = status?.lastMove;
  return {
    address: spec.address,
    index,
    holder: status?.holder ?? null,
    since: status?.since ?? null,
    class: spec.class ?? null,
    pool: spec.pool ?? null,
    mode: spec.mode,
    rank: spec.rank,
    generation: spec.generation,
    cause: spec.cause ?? null,
    lastMove: move === undefined ? null : { ...move, from: move.from ?? null, to: move.to ?? null },
  };
}

const keyOfService = ({ metadata }: Service): string =>
  `${metadata.namespace ?? ""}/${metadata.name}`;

function hasReadyCondition({ status }: Service): boolean {
  return status?.conditions?.some(({ type }) => type === READY_CONDITION) ?? false;
}

function byFamilyAndIndex(a: AddressView, b: AddressView): number {
  return (
    Number(a.address.includes(":")) - Number(b.address.includes(":")) ||
    a.index - b.index ||
    compareText(a.address, b.address)
  );
}

const HEAD = ["SERVICE", "ADDRESS", "HOLDER", "SINCE", "CLASS", "RANK"] as const;
const HEAD_WIDE = [...HEAD, "POOL", "MODE", "PLAN", "LAST MOVE"] as const;
const NONE = "-";

/** @returns rows for table.ts, the head first; a Service without an address has one row */
export function statusRows(
  services: readonly ServiceView[],
  { wide, nowMs }: { readonly wide: boolean; readonly nowMs: number },
): readonly (readonly string[])[] {
  const rows = services.flatMap((service) => {
    const name = `${service.namespace}/${service.name}`;
    if (service.addresses.length === 0) return [[name, "<none>", ...Array<string>(4).fill(NONE)]];
    return service.addresses.map((view) => [name, ...addressCells(view, { wide, nowMs })]);
  });
  return [[...(wide ? HEAD_WIDE : HEAD)], ...rows];
}

function addressCells(
  view: AddressView,
  { wide, nowMs }: { readonly wide: boolean; readonly nowMs: number },
): readonly string[] {
  const cells = [
    view.address,
    view.holder ?? (view.mode === "BGP" ? "<routers>" : "<nobody>"),
    view.since === null ? NONE : renderAge(view.since, nowMs),
    view.class ?? NONE,
    renderRank(view.rank, wide ? view.rank.length : RANK_SHOWN_MAX),
  ];
  if (!wide) return cells;
  return [...cells, view.pool ?? NONE, view.mode, String(view.generation), renderMove(view)];
}

/** Speakers know that a plan moved an address; the plan knows why. */
function renderMove({ lastMove, rank, cause }: AddressView): string {
  if (lastMove === null) return NONE;
  const isPlanned = lastMove.reason === "plan" && lastMove.to === rank[0];
  const reason = (isPlanned ? cause : null) ?? lastMove.reason;
  return `${reason} from ${lastMove.from ?? "nowhere"}`;
}

function renderRank(rank: readonly string[], shownMax: number): string {
  if (rank.length === 0) return NONE;
  const rest = rank.length - shownMax;
  return rank.slice(0, shownMax).join(",") + (rest > 0 ? `,+${rest}` : "");
}

/** @returns a line for every Service that has not got what it asked for */
export function waitingLines(services: readonly ServiceView[]): readonly string[] {
  return services
    .filter(({ ready }) => ready === false)
    .map(({ namespace, name, message }) => `${namespace}/${name}: ${message ?? "not ready"}\n`);
}

/** @returns one line that names the nodes that are drained, and since when */
export function drainedLine(drained: readonly DrainedNode[], nowMs: number): string {
  const list = drained.map(({ node, since }) => `${node} (${renderAge(since, nowMs)})`).join(", ");
  return `Drained: ${list}; "spreadlb undrain NODE" gives a node addresses again\n`;
}
