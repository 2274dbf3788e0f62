/**
 * What would become of the Services and manifests of a cluster that MetalLB or Deckhouse serves, if SpreadLB took over now. Pure.
 *
 * The answer is the controller's own: the same reading of the manifests, the same roles, the same allocation, in a world without
 * a VirtualIP. So what is said here is what happens then.
 * Neighbours: migrate-leftovers.ts looks at what only the old one has, migrate-routers.ts at sessions; migrate-view.ts puts it in
 * words; io/migrate.ts fetches.
 */
import { describeProblem, type Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import { familyOf, type Ip } from "../base/ip.ts";
import { COUNT_ANNOTATION } from "../classes/annotations.ts";
import { classFinder } from "../classes/class-at.ts";
import type { Manifests } from "../classes/compile.ts";
import { modeOf, titleOf } from "../classes/model.ts";
import { compilePeerModels } from "../classes/peers.ts";
import { listedAddresses, placesInOrder, type Assignments } from "../controller/assignments.ts";
import { HEARD_NOBODY } from "../controller/looking.ts";
import { PLAN_OPTIONS } from "../controller/plan.ts";
import { reachOf } from "../controller/reach.ts";
import { checkManifests, type Note } from "./migrate-checks.ts";
import {
  sessionHands,
  sessionNotes,
  untold,
  type Peers,
  type PeerSecret,
} from "./migrate-routers.ts";
import { Standing } from "../controller/standing.ts";
import type { Role } from "../controller/roles.ts";
import type { World } from "../controller/world.ts";
import type { Namespace, Node, Service } from "../kube/types.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";

/** What the cluster has, as it is now. */
export interface MigrateWorld {
  readonly manifests: Manifests;
  readonly services: readonly Service[];
  readonly namespaces: readonly Namespace[];
  readonly nodes: readonly Node[];
  /** Of a cut-over that has begun. */
  readonly virtualIps: readonly VirtualIP[];
  readonly lbClass: string;
  /** Of the peers that name one. */
  readonly secrets?: readonly PeerSecret[];
  /** As the controller will be given `--ignore-exclude-lb`. */
  readonly ignoreExcludeLabel?: boolean;
}

/** One Service and its addresses. */
export interface AdoptedService {
  readonly service: string;
  readonly addresses: readonly {
    readonly address: string;
    /** `pool "prod"` or `class "edge"`; null: of none that there is. */
    readonly from: string | null;
  }[];
  /** keeps: as they are. gains: those, and more. changes: some would be lost. alone: not ours. waits: it has none. */
  readonly outcome: "keeps" | "gains" | "changes" | "alone" | "waits";
  /** Those that it would have. */
  readonly afterwards: readonly string[];
}

/** Something that a person has to do before the cut-over. */
export interface Hand {
  /** `Service shop/web`, `IPAddressPool/prod`. */
  readonly object: string;
  readonly message: string;
  /** A command or a sentence. */
  readonly todo: string;
}

export interface MigrateReport {
  /** `Kind/name`, and whether something of it is left out. */
  readonly manifests: readonly { readonly object: string; readonly problems: readonly string[] }[];
  readonly services: readonly AdoptedService[];
  readonly hands: readonly Hand[];
  readonly notes: readonly Note[];
}

/** @returns the same for the same objects in any order */
export function planMigration(given: MigrateWorld): MigrateReport {
  const { observer, desk } = new Standing();
  const { world, news } = observer.observe(
    {
      ...given.manifests,
      services: given.services.filter(isLoadBalancer),
      namespaces: given.namespaces,
      nodes: given.nodes,
      virtualIps: given.virtualIps,
      ...{ slices: [], presences: [], claiming: [], told: new Map(), hearing: HEARD_NOBODY },
    },
    {
      nowMs: 0,
      settlingTimeMs: PLAN_OPTIONS.settlingTimeMs,
      ignoreExcludeLabel: given.ignoreExcludeLabel ?? false,
    },
  );
  const assignments = desk.decide(world, news, { lbClass: given.lbClass });
  const { roles } = assignments;
  const peers = compilePeerModels(given.manifests);
  const found = [...world.services.values()].map((service) =>
    findService(service, { world, roles, assignments, peers }),
  );
  const { secrets = [] } = given;
  const hands = [
    ...manifestHands(world),
    ...sessionHands(peers, secrets),
    ...found.flatMap((it) => it.hands),
  ];
  const checked = checkManifests(given.manifests, { nodes: given.nodes, known: hands });
  const manifests = namesOf(given.manifests).map((object) => {
    const refused = checked.hands.filter((hand) => hand.object === object);
    const problems = [
      ...problemsOf(object, world).map(describeProblem),
      ...refused.map(({ message, todo }) => `${message}. ${todo}`),
    ];
    return { object, problems };
  });
  return {
    manifests,
    services: found.flatMap(({ adopted }) => adopted ?? []),
    hands: [...hands, ...checked.hands],
    notes: [...sessionNotes(peers, { nodes: world.nodes, secrets }), ...checked.notes],
  };
}

interface Context {
  readonly world: World;
  readonly roles: ReadonlyMap<string, Role>;
  readonly assignments: Assignments;
  readonly peers: Peers;
}

interface Found {
  readonly adopted: AdoptedService | null;
  readonly hands: readonly Hand[];
}

function findService(service: Service, context: Context): Found {
  const { world, roles, assignments, peers } = context;
  const key = `${service.metadata.namespace ?? ""}/${service.metadata.name}`;
  const listed = listedAddresses(service);
  const from = classFinder(world.compiled.classes);
  const addresses = listed.map((address) => {
    const model = from(address);
    return { address, from: model === undefined ? null : titleOf(model) };
  });
  const role = roles.get(key);
  if (role?.kind !== "served") {
    const adopted = { service: key, addresses, outcome: "alone", afterwards: listed } as const;
    if (listed.length === 0) return { adopted: null, hands: [] };
    return { adopted, hands: handOfForeign(service, { key, adopted, role }) };
  }
  const allocation = assignments.allocations.get(key);
  const places = allocation === undefined ? [] : placesInOrder(allocation, role.request.families);
  const afterwards = places.flatMap(({ ip }) => (ip === null ? [] : [ip]));
  const lost = listed.filter((ip) => !afterwards.includes(ip));
  const gained = afterwards.filter((ip) => !listed.includes(ip));
  const outcome =
    lost.length > 0
      ? "changes"
      : listed.length === 0
        ? "waits"
        : gained.length > 0
          ? "gains"
          : "keeps";
  const adopted: AdoptedService = { service: key, addresses, outcome, afterwards };
  const problems = [
    ...role.problems,
    ...role.request.problems,
    ...(allocation?.problems ?? []),
    ...(allocation?.notices ?? []),
  ];
  const silent = silentAddresses(service, afterwards, { world, peers });
  return {
    adopted,
    hands: [
      ...(lost.length > 0 ? [handOfLost(key, { listed, lost, afterwards, problems })] : []),
      ...silent.map((hand) => ({ ...hand, object: `Service ${key}` })),
    ],
  };
}

function handOfLost(
  key: string,
  facts: {
    readonly listed: readonly Ip[];
    readonly lost: readonly Ip[];
    readonly afterwards: readonly Ip[];
    readonly problems: readonly Problem[];
  },
): Hand {
  const { listed, lost, afterwards, problems } = facts;
  const object = `Service ${key}`;
  const instead = afterwards.length === 0 ? "none" : afterwards.join(", ");
  const message = `It would lose ${lost.join(", ")}; it would have ${instead}`;
  const perFamily = Math.max(
    ...(["IPv4", "IPv6"] as const).map(
      (family) => listed.filter((ip) => familyOf(ip) === family).length,
    ),
  );
  const isCounted =
    afterwards.length < listed.length && afterwards.every((ip) => listed.includes(ip));
  if (isCounted && afterwards.length > 0 && problems.length === 0) {
    const [namespace = "", name = ""] = key.split("/");
    const todo = `kubectl annotate --overwrite service -n ${namespace} ${name} ${COUNT_ANNOTATION}=${perFamily}`;
    return { object, message, todo };
  }
  const [first] = problems;
  const todo =
    first === undefined
      ? "Put the addresses into the pool that serves it, or request them in the annotation."
      : describeProblem(first);
  return { object, message, todo };
}

/** One that we do not touch keeps its status, and with the old speakers goes who answers for it. */
function handOfForeign(
  service: Service,
  facts: {
    readonly key: string;
    readonly adopted: AdoptedService;
    readonly role: Role | undefined;
  },
): readonly Hand[] {
  const { key, adopted, role } = facts;
  const object = `Service ${key}`;
  if (role?.kind === "unserved") {
    const [first] = role.problems;
    const todo = first === undefined ? "Name a class in its annotation." : describeProblem(first);
    return [
      { object, message: "No class and no pool serves it: it would lose its addresses", todo },
    ];
  }
  const ours = adopted.addresses.find(({ from }) => from !== null);
  if (ours === undefined) return [];
  const name = service.spec?.loadBalancerClass ?? "";
  const reason =
    name === ""
      ? "The pools are for Services that name --lb-class"
      : `Its loadBalancerClass "${name}" names none of ours, so it is not touched`;
  const message = `${reason}, and nobody would answer for ${ours.address} of ${ours.from ?? ""}`;
  const todo =
    name === ""
      ? "Leave --lb-class out, or make the Service anew with that loadBalancerClass."
      : `Make a MetalLoadBalancerClass "${name}", give --lb-class ${name}, or make the Service anew without it.`;
  return [{ object, message, todo }];
}

/** Addresses that are kept and that nobody would answer for. */
function silentAddresses(
  { metadata: { namespace = "", name } }: Service,
  addresses: readonly Ip[],
  { world, peers }: Pick<Context, "world" | "peers">,
): readonly Omit<Hand, "object">[] {
  const from = classFinder(world.compiled.classes);
  const keys = [...new Set(addresses.map((ip) => from(ip)?.key ?? ""))];
  return keys.flatMap((key) => {
    const reach = reachOf([{ namespace, name }], key, world);
    if (reach === undefined) return [];
    const title = titleOf(reach.model);
    if (reach.ways.length === 0) {
      return [
        {
          message: `No advertisement answers for it in ${title}`,
          todo: "Make an L2Advertisement or a BGPAdvertisement that selects the pool and the Service.",
        },
      ];
    }
    if (reach.eligible.length === 0) {
      const message = `No node may answer for its addresses of ${title}`;
      return [{ message, todo: "Label a ready node that it selects, and that is not excluded." }];
    }
    return modeOf(reach.ways) === "BGP" ? (untold(reach, title, peers) ?? []) : [];
  });
}

function manifestHands(world: World): readonly Hand[] {
  return [...world.compiled.problems].flatMap(([key, problems]) => {
    const object = key.includes("/") ? key : `MetalLoadBalancerClass/${key}`;
    return problems.map((problem) => {
      const [message = "", ...rest] = describeProblem(problem).split(/(?<=\.) (?=[A-Z])/);
      return { object, message: message.replace(/\.$/, ""), todo: rest.join(" ") };
    });
  });
}

function problemsOf(object: string, { compiled }: World): readonly Problem[] {
  const name = object.replace(/^MetalLoadBalancerClass\//, "");
  return compiled.problems.get(object) ?? compiled.problems.get(name) ?? [];
}

const KINDS: Readonly<Record<keyof Manifests, string>> = {
  classes: "MetalLoadBalancerClass",
  metalPools: "MetalLoadBalancerPool",
  metalPeers: "MetalLoadBalancerBGPPeer",
  configurations: "MetalLoadBalancerConfiguration",
  ipAddressPools: "IPAddressPool",
  l2Advertisements: "L2Advertisement",
  bgpAdvertisements: "BGPAdvertisement",
  bgpPeers: "BGPPeer",
  bfdProfiles: "BFDProfile",
  communities: "Community",
};

function namesOf(manifests: Manifests): readonly string[] {
  const kinds = Object.keys(KINDS) as (keyof Manifests)[];
  return kinds.flatMap((list) =>
    manifests[list].map(({ metadata }) => `${KINDS[list]}/${metadata.name}`).sort(compareText),
  );
}

function isLoadBalancer({ spec }: Service): boolean {
  return spec?.type === "LoadBalancer";
}
