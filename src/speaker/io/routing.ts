/**
 * The speaker's side towards routers: what Kubernetes says of peers, advertisements and endpoints in, sessions and routes out.
 *
 * As long as nobody has defined a peer three small watches are all there is. The first peer starts the others, and sessions begin
 * when all of them were read once and our own node is known: a router that is told a part withdraws the rest.
 * Neighbours: ../routes.ts says what is announced; ../bgp-peers.ts to whom; ../../bgp/io/bgp-speaker.ts speaks.
 */
import type { Logger } from "pino";
import { BfdWatch, type BfdWatchEvents } from "../../bgp/bfd/io/bfd-watch.ts";
import { BgpSpeaker } from "../../bgp/io/bgp-speaker.ts";
import type { BgpPeer } from "../../bgp/peer.ts";
import { Neighbours } from "../../bgp/unnumbered/io/neighbours.ts";
import { classFinder } from "../../classes/class-at.ts";
import { compileAll, type Manifests } from "../../classes/compile.ts";
import { compilePeerModels, peerNameOf, type PeerModel } from "../../classes/peers.ts";
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
import { bfdPaths, deafnesses, failedNeighbour, peersOfNode, speaksTo } from "../bgp-peers.ts";
import { OwnNode, type OwnNodeFacts, type OwnNodeNews, type OwnNodeOptions } from "../own-node.ts";
import { mayBeRouted, routedAddress, Routes, type RoutedAddress } from "../routes.ts";
import type { PeerProblem } from "../session-book.ts";
import { BgpEyes } from "./bgp-eyes.ts";
import { BgpMetrics } from "./bgp-metrics.ts";
import { Passwords } from "./passwords.ts";

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
}

const PEER_KINDS = ["bgpPeers", "metalPeers", "configurations"] as const;
const OTHER_KINDS = [
  ...["ipAddressPools", "bgpAdvertisements", "bfdProfiles", "communities", "metalPools"],
] as const;
type Kind = keyof typeof CONFIGURED;

const NOT_FOUND = 404;
const METRICS_MS = 1000;

export class Routing {
  readonly #options: RoutingOptions;
  readonly #backends: Backends;
  readonly #routes: Routes;
  readonly #passwords: Passwords;
  readonly #speaker: BgpSpeaker;
  readonly #neighbours: Neighbours;
  readonly #bfd: BfdWatch;
  readonly #metrics: BgpMetrics;
  readonly #own: OwnNode;
  readonly #eyes: BgpEyes;
  /** By name of the VirtualIP. */
  readonly #addresses = new Map<string, RoutedAddress>();
  readonly #reflectors = new Map<string, Reflector<KubeObject>>();
  /** Kinds whose first list is not complete yet; that of VirtualIPs is not read here. */
  readonly #missing = new Set<string>([VIRTUAL_IPS.plural]);
  /** Problems of peers that last. */
  #warned: ReadonlySet<string> = new Set();
  /** Peers of this node without a session. */
  #held: readonly PeerModel[] = [];
  #isFull = false;
  #isStale = false;
  #isDue = false;
  #isComplete = false;
  #stopping = false;

  constructor(options: RoutingOptions) {
    this.#options = options;
    this.#backends = new Backends(options.node);
    this.#routes = new Routes(this.#backends);
    this.#speaker = new BgpSpeaker({
      ...{ log: options.log, listenPort: options.bgpListenPort || null },
      onChange: (session, news) => {
        this.#eyes.hear(session, news);
        const failed = failedNeighbour(session, news);
        if (failed !== null) this.#neighbours.failed(failed.interface, failed.address);
      },
      onListening: () => {
        this.#configureSoon();
      },
    });
    this.#neighbours = new Neighbours({
      log: options.log,
      onChange: () => {
        this.#configureSoon();
      },
    });
    this.#metrics = new BgpMetrics(options.metrics);
    this.#own = new OwnNode(options);
    this.#eyes = new BgpEyes({
      ...options,
      sessions: () => this.#speaker.sessions,
      peerObject: (key) => this.#peerObject(key),
    });
    this.#bfd = this.#newWatch();
    this.#passwords = new Passwords({
      ...{ client: options.client, log: options.log, home: options.metallbNamespace },
      onChange: () => {
        this.#configureSoon();
      },
    });
  }

  start(): void {
    for (const kind of PEER_KINDS) this.#watchKind(kind);
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
    if (before !== undefined && before.ip !== address?.ip) this.#routes.delete(before.ip);
    if (address === null) this.#addresses.delete(name);
    else {
      this.#addresses.set(name, address);
      this.#routes.put(address);
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
    this.#neighbours.close();
    const ended = this.#speaker.stop(this.#own.parting, "the speaker stops");
    const told = this.#eyes.stop();
    await ended;
    await this.#bfd.close();
    await Promise.all([...this.#reflectors.values()].map((reflector) => reflector.stop()));
    await this.#passwords.stop();
    await told;
  }

  /** The rest is worth a watch as soon as there is somebody to tell. */
  #begin(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    setInterval(() => {
      this.#metrics.look(this.#speaker.sessions, this.#held);
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
        this.#routes.served(service);
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
    if (!this.#isFull || this.#missing.size > 0 || facts === null) return;
    if (this.#isStale) this.#configure(facts);
    for (const [peer, changes] of this.#routes.take()) this.#speaker.changeRoutes(peer, changes);
    for (const ip of this.#routes.takeJudged()) this.#eyes.see(ip, this.#routes.fateOf(ip));
    if (this.#isComplete) return;
    this.#isComplete = true;
    this.#speaker.complete();
    this.#eyes.start();
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

  #configure({ labels, ipv4 }: OwnNodeFacts): void {
    this.#isStale = false;
    const classes = this.#reflectors.get(METAL_LOAD_BALANCER_CLASSES.plural)?.store.list() ?? [];
    const manifests = {
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
    const models = [...compilePeerModels(manifests).values()].filter((model) =>
      speaksTo({ labels }, model),
    );
    this.#passwords.want(models.flatMap(({ password }) => password ?? []));
    this.#neighbours.want(new Set(models.flatMap((model) => model.interface ?? [])));
    const node = { name: this.#options.node, labels, ipv4 };
    const wanted = peersOfNode(models, node, {
      passwordOf: (model) => this.#passwords.of(model),
      neighbourOn: (link) => this.#neighbours.of(link),
    });
    this.#speaker.setPeers(wanted.peers);
    const refused = this.#watchPaths(wanted.peers, models);
    const deaf = deafnesses(wanted.peers, (peer) => this.#speaker.deafnessTo(peer));
    const problems = [...wanted.problems, ...wanted.warnings, ...deaf, ...refused];
    this.#warn(problems);
    this.#eyes.setProblems(models, problems);
    const keys = new Set(wanted.peers.map(({ key }) => key));
    this.#held = models.filter(({ key }) => !keys.has(key));
    this.#routes.configure(classFinder(compileAll(manifests).classes), keys);
  }

  /** Of each once, as long as it lasts. */
  #warn(problems: readonly PeerProblem[]): void {
    const told = new Set<string>();
    for (const [peer, problem] of problems) {
      const key = `${peer} ${problem}`;
      told.add(key);
      if (!this.#warned.has(key)) this.#options.log.warn({ peer }, problem);
    }
    this.#warned = told;
  }

  /** @returns what is not watched as its profile says */
  #watchPaths(peers: readonly BgpPeer[], models: readonly PeerModel[]): readonly PeerProblem[] {
    const profiles = new Map(models.flatMap(({ key, bfd }) => (bfd === null ? [] : [[key, bfd]])));
    const { refused } = this.#bfd.watch(bfdPaths(peers), profiles);
    return refused.map(({ peer, field, reason }) => [peer, `BFD ${field}: ${reason}`]);
  }

  #newWatch(): BfdWatch {
    const { log } = this.#options;
    const events: BfdWatchEvents = {
      onReport: (report) => {
        log.info(report, "BFD");
        this.#speaker.bfd(report);
        this.#eyes.bfd(report);
      },
      onTrouble: (peer, message) => {
        if (message !== null) log.warn({ peer }, message);
      },
      onCounters: (peer, counters) => {
        this.#metrics.bfd(peer, counters);
      },
      onFault: (fault, count) => {
        log.debug({ fault, count }, "BFD packets that are none");
      },
      // Paths that nobody watches must not look watched: the restart is the remedy.
      onEnd: (error) => {
        if (this.#stopping) return;
        log.fatal({ error: error?.message ?? "it ended of itself" }, "the thread of BFD died");
        process.exit(1);
      },
    };
    return new BfdWatch(events, this.#options.host);
  }

  #hear(news: OwnNodeNews): void {
    const { facts } = this.#own;
    if (news === "none" || facts === null) return;
    this.#routes.setNode(facts);
    this.#speaker.drain(facts.isDrained);
    if (news === "peers") this.#configureSoon();
    else this.#tellSoon();
  }
}
