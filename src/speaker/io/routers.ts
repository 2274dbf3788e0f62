/**
 * Routers: what is known of peers, advertisements and endpoints in, sessions and routes out. Knows nothing of the API server.
 *
 * Neighbours: routing.ts reads what goes in; ../routes.ts says what is announced; ../bgp-peers.ts to whom; ../../bgp/io/bgp-speaker.ts
 * speaks.
 */
import type { Logger } from "pino";
import type { BfdReport } from "../../bgp/bfd-report.ts";
import { BfdWatch, type BfdWatchEvents } from "../../bgp/bfd/io/bfd-watch.ts";
import { BgpSpeaker } from "../../bgp/io/bgp-speaker.ts";
import { OnLinkWatch } from "../../bgp/io/on-link-watch.ts";
import type { BgpPeer } from "../../bgp/peer.ts";
import type { Session } from "../../bgp/session.ts";
import type { SessionNews } from "../../bgp/session-events.ts";
import { Neighbours } from "../../bgp/unnumbered/io/neighbours.ts";
import { classFinder } from "../../classes/class-at.ts";
import { compileAll, type Manifests } from "../../classes/compile.ts";
import { compilePeerModels, type PasswordSource, type PeerModel } from "../../classes/peers.ts";
import type { ThreadHost } from "../../linux/io/socket-thread.ts";
import type { Backends } from "../backends.ts";
import {
  bfdPaths,
  deafnesses,
  failedNeighbour,
  peersOfNode,
  routersAnywhere,
  speaksTo,
} from "../bgp-peers.ts";
import type { OwnNodeFacts } from "../own-node.ts";
import type { Parting } from "../parting.ts";
import type { Password } from "../passwords.ts";
import { Routes } from "../routes.ts";
import { savedModels, savedRoutes, type SavedRouting } from "../saved-routing.ts";
import type { PeerProblem } from "../session-book.ts";

export interface RoutersOptions {
  readonly log: Logger;
  readonly node: string;
  /** Where routers may dial us; 0: nowhere. */
  readonly bgpListenPort: number;
  /** Of the thread of BFD; absent: this thread. */
  readonly host?: ThreadHost;
  readonly backends: Backends;
  readonly passwords: {
    /** These and no others from now on. */
    readonly want: (sources: readonly PasswordSource[]) => void;
    readonly of: (model: PeerModel) => Password;
  };
  readonly onNews: (session: Session, news: SessionNews) => void;
  readonly onGone: (session: Session) => void;
  readonly onBfd: (report: BfdReport) => void;
  readonly onBfdCounters: BfdWatchEvents["onCounters"];
  /** @param models all peers of this node */
  readonly onProblems: (models: readonly PeerModel[], problems: readonly PeerProblem[]) => void;
  /** Who is on an interface, over how many hops, or whether routers may dial us, is another matter: `obey` is to be called once more. */
  readonly onStale: () => void;
}

export class Routers {
  readonly routes: Routes;
  readonly #options: RoutersOptions;
  readonly #speaker: BgpSpeaker;
  readonly #neighbours: Neighbours;
  readonly #onLink: OnLinkWatch;
  readonly #bfd: BfdWatch;
  #models: readonly PeerModel[] = [];
  /** Problems of peers that last. */
  #warned: ReadonlySet<string> = new Set();
  #stopping = false;

  constructor(options: RoutersOptions) {
    const { log, bgpListenPort, onStale } = options;
    this.#options = options;
    this.routes = new Routes(options.backends);
    this.#speaker = new BgpSpeaker({
      ...{ log, listenPort: bgpListenPort || null, onListening: onStale },
      onGone: options.onGone,
      onChange: (session, news) => {
        options.onNews(session, news);
        const failed = failedNeighbour(session, news);
        if (failed !== null) this.#neighbours.failed(failed.interface, failed.address);
      },
    });
    this.#neighbours = new Neighbours({ log, onChange: onStale });
    this.#onLink = new OnLinkWatch({ log, onChange: onStale });
    this.#bfd = this.#newWatch();
  }

  /** By the peer's key. */
  get sessions(): ReadonlyMap<string, Session> {
    return this.#speaker.sessions;
  }

  /** Whom this node speaks to, or would. */
  get models(): readonly PeerModel[] {
    return this.#models;
  }

  /** Whether routers can dial us. */
  get listening(): BgpSpeaker["listening"] {
    return this.#speaker.listening;
  }

  /** By peer, of those whose BFD can neither send nor hear: why, and what can be done. */
  get bfdTroubles(): BfdWatch["troubles"] {
    return this.#bfd.troubles;
  }

  /** Peers of this node without a session. */
  get held(): readonly PeerModel[] {
    const { sessions } = this.#speaker;
    return this.#models.filter(({ key }) => !sessions.has(key));
  }

  /** All that there is to obey. */
  obey(manifests: Manifests, facts: OwnNodeFacts): void {
    const { passwords } = this.#options;
    this.#models = [...compilePeerModels(manifests).values()].filter((model) =>
      speaksTo(facts, model),
    );
    passwords.want(this.#models.flatMap(({ password }) => password ?? []));
    const keys = this.#setPeers(facts, passwords.of);
    this.routes.configure(classFinder(compileAll(manifests).classes), keys);
  }

  /** What an earlier life knew, as long as nothing newer is known. */
  resume(saved: SavedRouting, facts: OwnNodeFacts): void {
    this.#models = savedModels(saved).filter((model) => speaksTo(facts, model));
    const keys = this.#setPeers(facts, ({ password }) => ({
      kind: password === null ? "none" : "unsaved",
    }));
    this.routes.resume(savedRoutes(saved), keys);
  }

  /** Tells the routers what is new. @returns whether anything was */
  tell(): boolean {
    const changes = this.routes.take();
    for (const [peer, change] of changes) this.#speaker.changeRoutes(peer, change);
    return changes.size > 0;
  }

  /** All that there is to announce was told: see BgpSpeaker. */
  complete(): void {
    this.#speaker.complete();
  }

  setNode(facts: OwnNodeFacts): void {
    this.routes.setNode(facts);
    this.#speaker.drain(facts.isDrained);
  }

  /** Takes everything back and ends the sessions, or leaves the routes where the routers keep them. */
  async stop(parting: Parting): Promise<void> {
    this.#stopping = true;
    this.#neighbours.close();
    this.#onLink.close();
    await this.#speaker.stop(parting, "the speaker stops");
    await this.#bfd.close();
  }

  /** @returns the keys of those with a session */
  #setPeers(
    { labels, ipv4 }: OwnNodeFacts,
    passwordOf: (model: PeerModel) => Password,
  ): ReadonlySet<string> {
    const { node: name, onProblems } = this.#options;
    const models = this.#models;
    this.#neighbours.want(new Set(models.flatMap((model) => model.interface ?? [])));
    const neighbourOn = (link: string) => this.#neighbours.of(link);
    const node = { name, labels, ipv4 };
    this.#onLink.want(routersAnywhere(models));
    const wanted = peersOfNode(models, node, {
      ...{ passwordOf, neighbourOn },
      isOnLink: (address) => this.#onLink.isOnLink(address),
    });
    this.#speaker.setPeers(wanted.peers);
    const refused = this.#watchPaths(wanted.peers);
    const deaf = deafnesses(wanted.peers, (peer) => this.#speaker.deafnessTo(peer));
    const problems = [...wanted.problems, ...wanted.warnings, ...deaf, ...refused];
    this.#warn(problems);
    onProblems(models, problems);
    return new Set(wanted.peers.map(({ key }) => key));
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
  #watchPaths(peers: readonly BgpPeer[]): readonly PeerProblem[] {
    const profiles = new Map(
      this.#models.flatMap(({ key, bfd }) => (bfd === null ? [] : [[key, bfd]])),
    );
    const { refused } = this.#bfd.watch(bfdPaths(peers), profiles);
    return [
      ...refused.map(({ peer, field, reason }): PeerProblem => [peer, `BFD ${field}: ${reason}`]),
      ...[...this.#bfd.troubles].map(([peer, why]): PeerProblem => [peer, bfdTrouble(why)]),
    ];
  }

  #newWatch(): BfdWatch {
    const { log, onBfd, onBfdCounters: onCounters, onStale, host } = this.#options;
    const events: BfdWatchEvents = {
      onReport: (report) => {
        log.info(report, "BFD");
        this.#speaker.bfd(report);
        onBfd(report);
      },
      onTroubles: onStale,
      onCounters,
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
    return new BfdWatch(events, host);
  }
}

function bfdTrouble(why: string): string {
  return `BFD can neither send nor hear, and is tried again every second: ${why}`;
}
