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
  /** How many nodes are hit at once. */
  readonly victims: number;
  /** How long a trial is looked at, at least. */
  readonly windowMs: number;
  readonly bounds: Bounds;
  /** The API server is away during the trial: nothing can be asked of it. */
  readonly withoutApi?: boolean;
  readonly before?: (world: World) => Promise<void>;
  readonly hit: (world: World, victims: readonly string[]) => Promise<void>;
  readonly mend: (world: World, victims: readonly string[]) => Promise<void>;
  readonly after?: (world: World) => Promise<void>;
}

const EXCLUDE_LABEL = "node.kubernetes.io/exclude-from-external-load-balancers";
const CUT: Bounds = { ownMedianMs: 350, ownMaxMs: 600 };

const each = async (victims: readonly string[], act: (node: string) => Promise<unknown>) => {
  await Promise.all(victims.map(act));
};

const cut = {
  heartbeats: "segment",
  victims: 1,
  windowMs: 900,
  bounds: CUT,
  hit: (world, victims) => each(victims, (node) => world.lab.cutNode(node)),
  mend: (world, victims) => each(victims, (node) => world.lab.mendNode(node)),
} as const satisfies Partial<Row>;

const planned = {
  nodes: 4,
  heartbeats: "segment",
  victims: 1,
  windowMs: 500,
  bounds: { ownMaxMs: 10 },
} as const satisfies Partial<Row>;

function label(world: World, node: string, value: "" | null): Promise<unknown> {
  const metadata = { labels: { [EXCLUDE_LABEL]: value } };
  return world.lab.api("PATCH", `/api/v1/nodes/${node}`, { metadata });
}

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
    name: "exclude",
    title: "exclusion label on a node",
    hit: (world, victims) => each(victims, (node) => label(world, node, "")),
    mend: (world, victims) => each(victims, (node) => label(world, node, null)),
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
    before: (world) => world.stopController(),
    after: (world) => world.useController(),
  },
  {
    ...cut,
    name: "no-api",
    title: "a node cut while the API server is down",
    nodes: 4,
    withoutApi: true,
    before: (world) => world.lab.controlPlane.stopApiServer(),
    after: (world) => world.lab.controlPlane.startApiServer(),
  },
  { ...cut, name: "cut8", title: "link of a holder cut, 8 nodes", nodes: 8 },
];
