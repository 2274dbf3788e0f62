/**
 * The rows of the table: each a fault, how it is mended, and what is promised of it.
 *
 * Neighbours: trials.ts runs them, world.ts is where.
 */
import type { Bounds } from "./figures.ts";
import type { World } from "./world.ts";

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly nodes: number;
  readonly heartbeats: "segment" | "management";
  readonly services: "dual-stack" | "one";
  readonly controllerFlags: readonly string[];
  /** How many nodes are hit at once. */
  readonly victims: number;
  /** How long a trial is looked at, at least. */
  readonly windowMs: number;
  readonly bounds: Bounds;
  /** Controller or API server are away during the trial: plan and world will not agree. */
  readonly withoutPlan?: boolean;
  /** A node that comes back is not believed to have held anything meanwhile, nor itself believes it: it says nothing. */
  readonly returnsQuietly?: boolean;
  /** What is measured is the return, not the fault. */
  readonly returns?: boolean;
  readonly before?: (world: World) => Promise<void>;
  readonly hit: (world: World, victims: readonly string[]) => Promise<void>;
  readonly mend: (world: World, victims: readonly string[]) => Promise<void>;
  readonly after?: (world: World) => Promise<void>;
}

const EXCLUDE_LABEL = "node.kubernetes.io/exclude-from-external-load-balancers";
/** For faults: a node is trusted again before its next turn, and nothing moves that nobody hit (but once). */
const FAULT_FLAGS = ["--settling-time-ms", "2000", "--move-interval-ms", "3600000"];
export const SETTLING_MS = 3000;
/** For returns: nothing moves for this long, then one address after the other. */
const RETURN_FLAGS = ["--settling-time-ms", `${SETTLING_MS}`, "--move-interval-ms", "250"];
const CUT: Bounds = { ownMedianMs: 350, ownMaxMs: 600 };

const each = async (victims: readonly string[], act: (node: string) => Promise<unknown>) => {
  await Promise.all(victims.map(act));
};

const cut = {
  heartbeats: "segment",
  services: "dual-stack",
  controllerFlags: FAULT_FLAGS,
  victims: 1,
  windowMs: 900,
  bounds: CUT,
  hit: (world, victims) => each(victims, (node) => world.lab.cutNode(node)),
  mend: (world, victims) => each(victims, (node) => world.lab.mendNode(node)),
} as const satisfies Partial<Row>;

const planned = {
  nodes: 4,
  heartbeats: "segment",
  services: "dual-stack",
  controllerFlags: FAULT_FLAGS,
  returnsQuietly: true,
  victims: 1,
  windowMs: 500,
  bounds: { ownMaxMs: 10 },
} as const satisfies Partial<Row>;

function label(world: World, node: string, value: "" | null): Promise<unknown> {
  const metadata = { labels: { [EXCLUDE_LABEL]: value } };
  return world.lab.api("PATCH", `/api/v1/nodes/${node}`, { metadata });
}

const excluded = {
  hit: (world, victims) => each(victims, (node) => label(world, node, "")),
  mend: (world, victims) => each(victims, (node) => label(world, node, null)),
} as const satisfies Partial<Row>;

export const ROWS: readonly Row[] = [
  { ...cut, name: "cut4", title: "link of a holder cut, 4 nodes", nodes: 4 },
  {
    ...planned,
    name: "sigkill",
    title: "speaker SIGKILLed (node forwards on)",
    windowMs: 900,
    bounds: { ownMaxMs: 20 },
    hit: (world, victims) => each(victims, (node) => world.speaker(node).stop("SIGKILL")),
    mend: (world, victims) => each(victims, (node) => world.startSpeaker(node)),
  },
  {
    ...planned,
    name: "sigterm",
    title: "speaker SIGTERM",
    hit: (world, victims) => each(victims, (node) => world.speaker(node).stop("SIGTERM")),
    mend: (world, victims) => each(victims, (node) => world.startSpeaker(node)),
  },
  {
    ...planned,
    name: "drain",
    title: "spreadlb drain",
    hit: (world, victims) => each(victims, (node) => world.spreadlb(["drain", node])),
    mend: (world, victims) => each(victims, (node) => world.spreadlb(["undrain", node])),
  },
  { ...planned, ...excluded, name: "exclude", title: "exclusion label on a node" },
  {
    ...planned,
    ...excluded,
    name: "rebalance",
    title: "rebalance, each move",
    controllerFlags: RETURN_FLAGS,
    windowMs: 3000,
    returns: true,
  },
  {
    ...cut,
    name: "mended",
    title: "a cut node mended, each move back",
    nodes: 4,
    controllerFlags: RETURN_FLAGS,
    windowMs: 3000,
    bounds: { ownMaxMs: 10 },
    returns: true,
  },
  {
    ...cut,
    name: "carrier",
    title: "carrier lost on the announcing interface only",
    nodes: 4,
    heartbeats: "management",
    bounds: { ownMaxMs: 400 },
    hit: (world, victims) => each(victims, (node) => world.lab.cutLink(node, "lost")),
    mend: (world, victims) => each(victims, (node) => world.lab.mendLink(node)),
  },
  { ...cut, name: "two", title: "two nodes cut at once, 4 nodes", nodes: 4, victims: 2 },
  {
    ...cut,
    name: "no-controller",
    title: "a node cut while the controller is down",
    nodes: 4,
    withoutPlan: true,
    before: (world) => world.stopController(),
    after: (world) => world.useController(),
  },
  {
    ...cut,
    name: "no-api",
    title: "a node cut while the API server is down",
    nodes: 4,
    withoutPlan: true,
    before: (world) => world.lab.controlPlane.stopApiServer(),
    after: (world) => world.lab.controlPlane.startApiServer(),
  },
  {
    ...cut,
    name: "share",
    title: "link of a holder cut, 4 nodes, 4 addresses: the share lost",
    nodes: 4,
    services: "one",
    controllerFlags: ["--settling-time-ms", "1000", "--move-interval-ms", "100"],
  },
  { ...cut, name: "cut8", title: "link of a holder cut, 8 nodes", nodes: 8 },
];
