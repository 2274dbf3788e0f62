/**
 * The speaker's side towards routers, as far as it is Kubernetes': what is read of peers, advertisements and endpoints, and told of them.
 *
 * As long as nobody has defined a peer three small watches are all there is. The first peer starts the others, and sessions begin
 * when all of them were read once and our own node is known: a router that is told a part withdraws the rest. Where the API server
 * does not answer, what an earlier life has saved is told until it does.
 * Neighbours: routers.ts makes sessions and routes of what is read; ../saved-routing.ts is what is kept on disk.
 */
import type { Logger } from "pino";
import { NO_MANIFESTS, type Manifests } from "../../classes/compile.ts";
import { peerNameOf } from "../../classes/peers.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { startReflector, type Reflector } from "../../kube/io/reflector.ts";
import type { KubeObject, ResourceType } from "../../kube/resource.ts";
import { pruneSlice } from "../../kube/serving.ts";
import { ENDPOINT_SLICES, type EndpointSlice, type Node } from "../../kube/types.ts";
import type { ThreadHost } from "../../linux/io/socket-thread.ts";
import type { SpeakerMetrics } from "../../metrics/io/metrics.ts";
import { BGP_PEERS, CONFIGURED, METAL_LOAD_BALANCER_CLASSES } from "../../multi-ip/configured.ts";
import { parseVirtualIp } from "../../multi-ip/check.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import type { VirtualIP } from "../../multi-ip/resource.ts";
import { Backends } from "../backends.ts";
import { OwnNode, type OwnNodeFacts, type OwnNodeNews, type OwnNodeOptions } from "../own-node.ts";
import { mayBeRouted, routedAddress, type RoutedAddress } from "../routes.ts";
import { faultInRouting, saveRouting, type SavedRouting } from "../saved-routing.ts";
import { BgpEyes } from "./bgp-eyes.ts";
import { BgpMetrics } from "./bgp-metrics.ts";
import { Passwords } from "./passwords.ts";
import { Routers } from "./routers.ts";
import { loadState, StateFile } from "./state-file.ts";

export interface RoutingOptions extends OwnNodeOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly node: string;
  readonly metallbNamespace: string;
  /** Where routers may dial us; 0: nowhere. */
  readonly bgpListenPort: number;
  readonly metrics: SpeakerMetrics | undefined;
  /** Of the thread of BFD. */
  readonly host: ThreadHost;
  /** Where what is told to routers is kept. */
  readonly stateDir: string | undefined;
  /** What an earlier life has kept there. */
  readonly saved: SavedRouting | null;
}

const PEER_KINDS = ["bgpPeers", "metalPeers", "configurations"] as const;
const OTHER_KINDS = [
  ...["ipAddressPools", "bgpAdvertisements", "bfdProfiles", "communities", "metalPools"],
] as const;
type Kind = keyof typeof CONFIGURED;

const NOT_FOUND = 404;
const METRICS_MS = 1000;
/** Nothing was read for so long: the API server is away. */
const API_WAIT_MS = 1500;
const FILE = "routers.json";
/** What changes all the time is written as often. */
const SAVE_INTERVAL_MS = 3000;

export function loadRouting(dir: string, log: Logger): Promise<SavedRouting | null> {
  return loadState({ dir, name: FILE, log }, faultInRouting);
}

export class Routing {
  readonly #options: RoutingOptions;
  readonly #backends: Backends;
  readonly #routers: Routers;
  readonly #passwords: Passwords;
  readonly #metrics: BgpMetrics;
  readonly #own: OwnNode;
  readonly #eyes: BgpEyes;
  /** By name of the VirtualIP. */
  readonly #addresses = new Map<string, RoutedAddress>();
  readonly #reflectors = new Map<string, Reflector<KubeObject>>();
  /** Kinds whose first list is not complete yet; that of VirtualIPs is not read here. */
  readonly #missing = new Set<string>([VIRTUAL_IPS.plural]);
  readonly #file: StateFile<SavedRouting> | undefined;
  #isFull = false;
  #isStale = false;
  #isDue = false;
  #isComplete = false;
  /** Going by what was saved, until all is read. */
  #isResumed = false;
  #waiting: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: RoutingOptions) {
    this.#options = options;
    this.#backends = new Backends(options.node);
    const configureSoon = () => {
      this.#configureSoon();
    };
    this.#passwords = new Passwords({
      ...{ client: options.client, log: options.log, home: options.metallbNamespace },
      onChange: configureSoon,
    });
    this.#routers = new Routers({
      ...options,
      ...{ backends: this.#backends, onStale: configureSoon },
      passwords: {
        want: (sources) => {
          this.#passwords.want(sources);
        },
        of: (model) => this.#passwords.of(model),
      },
      onNews: (session, news) => {
        this.#eyes.hear(session, news);
      },
      onGone: (session) => {
        this.#metrics.gone(session);
      },
      onBfd: (report) => {
        this.#eyes.bfd(report);
      },
      onBfdCounters: (counters, isWatched) => {
        this.#metrics.bfd(counters, isWatched);
      },
      onProblems: (models, problems) => {
        this.#eyes.setProblems(models, problems);
      },
    });
    this.#metrics = new BgpMetrics(options.metrics);
    this.#own = new OwnNode(options);
    this.#eyes = new BgpEyes({
      ...options,
      sessions: () => this.#routers.sessions,
      peerObject: (key) => this.#peerObject(key),
    });
    if (options.stateDir !== undefined) this.#file = this.#newFile(options.stateDir);
  }

  start(): void {
    for (const kind of PEER_KINDS) this.#watchKind(kind);
    let missingBefore = this.#missing.size;
    this.#waiting = setInterval(() => {
      const missing = this.#missing.size;
      if (missing > 0 && missing === missingBefore) this.#resume();
      if (this.#isResumed || this.#isComplete) clearInterval(this.#waiting);
      missingBefore = missing;
    }, API_WAIT_MS).unref();
  }

  /** Whether it is known what routers are to be told. */
  get hasPlan(): boolean {
    return this.#isResumed || this.#missing.size === 0;
  }

  /** @param object absent: it is gone */
  virtualIp(name: string, object: VirtualIP | undefined): void {
    const before = this.#addresses.get(name);
    const isOfRouters = object !== undefined && mayBeRouted(object);
    if (!isOfRouters && before === undefined) return;
    const parsed = isOfRouters ? parseVirtualIp(object) : null;
    const address = parsed?.ok === true ? routedAddress(parsed.value.spec) : null;
    // Its status is written whenever its holder changes.
    if (JSON.stringify(address) === JSON.stringify(before ?? null)) return;
    if (before !== undefined && before.ip !== address?.ip) this.#routers.routes.delete(before.ip);
    if (address === null) this.#addresses.delete(name);
    else {
      this.#addresses.set(name, address);
      this.#routers.routes.put(address);
    }
    this.#tellSoon();
  }

  /** All that there are have been told. */
  virtualIpsRead(): void {
    this.#read(VIRTUAL_IPS.plural);
  }

  /** @param object our own; undefined: there is none */
  node(object: Node | undefined): void {
    this.#eyes.setNode(object);
    this.#hear(this.#own.setObject(object));
  }

  /** Whether this node cannot forward. */
  setGated(isGated: boolean): void {
    this.#eyes.setGated(isGated);
    this.#hear(this.#own.setGated(isGated));
  }

  /** Takes everything back and ends the sessions, or leaves the routes where the routers keep them. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#waiting);
    const ended = this.#routers.stop(this.#own.parting);
    const told = this.#eyes.stop();
    await ended;
    await Promise.all([...this.#reflectors.values()].map((reflector) => reflector.stop()));
    await this.#passwords.stop();
    await this.#file?.close();
    await told;
  }

  /** The rest is worth a watch as soon as there is somebody to tell. */
  #begin(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    setInterval(() => {
      this.#metrics.look(this.#routers.sessions, this.#routers.held);
    }, METRICS_MS).unref();
    for (const kind of OTHER_KINDS) this.#watchKind(kind);
    const onConfigured = () => {
      this.#configureSoon();
    };
    this.#watch(METAL_LOAD_BALANCER_CLASSES, { onChange: onConfigured });
    this.#watch<EndpointSlice>(ENDPOINT_SLICES, {
      prune: pruneSlice,
      onChange: ({ before, after }) => {
        const { name = "", namespace = "" } = (after ?? before)?.metadata ?? {};
        const service =
          after === undefined ? this.#backends.delete(name, namespace) : this.#backends.put(after);
        if (service === null) return;
        this.#routers.routes.served(service);
        this.#tellSoon();
      },
    });
  }

  #watchKind(kind: Kind): void {
    const type: ResourceType<KubeObject> = CONFIGURED[kind];
    this.#watch(type, {
      ...(type.namespaced ? { namespace: this.#options.metallbNamespace } : {}),
      onChange: () => {
        this.#configureSoon();
      },
    });
  }

  #watch<T extends KubeObject>(
    type: ResourceType<T>,
    wishes: Pick<Parameters<typeof startReflector<T>>[0], "namespace" | "prune" | "onChange">,
  ): void {
    const { client, log } = this.#options;
    const { plural } = type;
    this.#missing.add(plural);
    const known = () => {
      this.#read(plural);
    };
    const reflector = startReflector<T>({
      ...wishes,
      ...{ client, type, log, onSynced: known },
      // A cluster without the kind has no objects of it.
      onHealth: (_, status) => {
        if (status === NOT_FOUND) known();
      },
    });
    this.#reflectors.set(plural, reflector);
  }

  #read(plural: string): void {
    if (this.#missing.delete(plural)) this.#configureSoon();
  }

  #configureSoon(): void {
    this.#isStale = true;
    this.#tellSoon();
  }

  /** What comes together is told together. */
  #tellSoon(): void {
    if (this.#isDue || this.#stopping) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (!this.#stopping) this.#tell();
    });
  }

  #tell(): void {
    if (!this.#isFull && this.#hasPeers) this.#begin();
    const { facts } = this.#own;
    if (facts === null) return;
    const isRead = this.#missing.size === 0;
    if (isRead && !this.#isFull) this.#file?.saveSoon();
    if (!this.#isFull) return;
    if (isRead) this.#tellRead(facts);
    else if (this.#isResumed) this.#tellSaved(facts);
  }

  #tellRead(facts: OwnNodeFacts): void {
    const isStale = this.#isStale;
    if (isStale) this.#configure(facts);
    const isNews = this.#routers.tell();
    if (isStale || isNews) this.#file?.saveSoon();
    const { routes } = this.#routers;
    for (const ip of routes.takeJudged()) this.#eyes.see(ip, routes.fateOf(ip));
    if (this.#isComplete) return;
    this.#isComplete = true;
    this.#routers.complete();
    this.#eyes.start();
  }

  #tellSaved(facts: OwnNodeFacts): void {
    const { saved } = this.#options;
    if (this.#isStale && saved !== null) this.#routers.resume(saved, facts);
    this.#isStale = false;
    this.#routers.tell();
    this.#routers.complete();
  }

  /** The API server is away. */
  #resume(): void {
    const { saved, log } = this.#options;
    if (saved === null) return;
    this.#isResumed = true;
    if (saved.peers.length === 0) return;
    log.info(
      { peers: saved.peers.length },
      "the API server is away: routers are told what was saved",
    );
    this.#begin();
    this.#hear(this.#own.resume(saved.node));
    this.#configureSoon();
  }

  #newFile(dir: string): StateFile<SavedRouting> {
    const { log, saved } = this.#options;
    let last = saved;
    const make = () => {
      const { object, facts } = this.#own;
      const { models, routes } = this.#routers;
      // A gate that is closed opens again: what is announced then is what was.
      if (object === null || facts === null || facts.bar === "gated") return last;
      last = saveRouting(object, models, routes.announced);
      return last;
    };
    return new StateFile({ dir, name: FILE, log, intervalMs: SAVE_INTERVAL_MS, make });
  }

  #peerObject(key: string): KubeObject | undefined {
    const kind = key.startsWith(`${BGP_PEERS.kind}/`) ? "bgpPeers" : "metalPeers";
    const name = peerNameOf(key);
    return this.#list(kind).find(({ metadata }) => metadata.name === name);
  }

  get #hasPeers(): boolean {
    return this.#list("bgpPeers").length + this.#list("metalPeers").length > 0;
  }

  #list<K extends Kind>(kind: K): Manifests[K] {
    const objects = this.#reflectors.get(CONFIGURED[kind].plural)?.store.list() ?? [];
    return objects as unknown as Manifests[K];
  }

  #configure(facts: OwnNodeFacts): void {
    this.#isStale = false;
    const classes = this.#reflectors.get(METAL_LOAD_BALANCER_CLASSES.plural)?.store.list() ?? [];
    const manifests: Manifests = {
      ...NO_MANIFESTS,
      classes: classes as unknown as Manifests["classes"],
      ipAddressPools: this.#list("ipAddressPools"),
      bgpAdvertisements: this.#list("bgpAdvertisements"),
      bgpPeers: this.#list("bgpPeers"),
      bfdProfiles: this.#list("bfdProfiles"),
      communities: this.#list("communities"),
      metalPools: this.#list("metalPools"),
      metalPeers: this.#list("metalPeers"),
      configurations: this.#list("configurations"),
    };
    this.#routers.obey(manifests, facts);
    const { listening, bfdTroubles } = this.#routers;
    this.#eyes.bfdTroubles(bfdTroubles);
    this.#eyes.listening(listening);
    this.#metrics.listening(listening);
  }

  #hear(news: OwnNodeNews): void {
    const { facts } = this.#own;
    if (news === "none" || facts === null) return;
    this.#routers.setNode(facts);
    if (news === "peers") this.#configureSoon();
    else this.#tellSoon();
  }
}
