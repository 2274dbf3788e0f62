/**
 * What the world is told of this node's BGP: NodeBGPStatus, ServiceBGPStatus, Events on peers and Services, and a metric.
 *
 * All of it is for people: it is written slowly, it gives up where it cannot be written, and nothing else waits for it.
 * Neighbours: ../session-book.ts finds the words, ../report-pace.ts the time; routing.ts says what happens.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Ip } from "../../base/ip.ts";
import type { BfdReport } from "../../bgp/bfd-report.ts";
import type { Listening } from "../../bgp/io/listener.ts";
import { NODE_BGP_STATUSES } from "../../bgp/resource.ts";
import type { Session } from "../../bgp/session.ts";
import type { SessionNews } from "../../bgp/session-events.ts";
import type { KubeClient, PatchOptions } from "../../kube/io/client.ts";
import { startEventRecorder, type EventRecorder } from "../../kube/io/event-recorder.ts";
import { outcomeOf } from "../../kube/io/status.ts";
import { apiVersionOf, type KubeObject, type OwnerReference } from "../../kube/resource.ts";
import type { Node } from "../../kube/types.ts";
import type { SpeakerMetrics } from "../../metrics/io/metrics.ts";
import { BfdBook, type BfdTale } from "../bfd-book.ts";
import { pauseAfter } from "../pause.ts";
import { ReportPace } from "../report-pace.ts";
import type { Fate } from "../routes.ts";
import {
  SessionBook,
  type ConfiguredPeer,
  type PeerProblem,
  type SessionTale,
} from "../session-book.ts";
import { AnnouncedSeries } from "./announced-series.ts";
import { ServiceStatuses } from "./service-statuses.ts";

export interface BgpEyesOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly node: string;
  readonly metallbNamespace: string;
  readonly metrics: SpeakerMetrics | undefined;
  readonly sessions: () => ReadonlyMap<string, Session>;
  /** The object of a peer's key; undefined: it is gone. */
  readonly peerObject: (key: string) => KubeObject | undefined;
}

const LOOK_MS = 1000;
const WRITE_MS_MAX = 2000;
const DELETE_MS_MAX = 1000;
/** For a write that is under way when the speaker stops. */
const LAST_WRITE_MS_MAX = 500;
const EVENTS_GRACE_MS = 500;
const FIELD_MANAGER = "spreadlb-speaker";
const TYPE = { apiVersion: apiVersionOf(NODE_BGP_STATUSES), kind: NODE_BGP_STATUSES.kind };

export class BgpEyes {
  readonly #options: BgpEyesOptions;
  readonly #book: SessionBook;
  readonly #bfdBook: BfdBook;
  readonly #pace = new ReportPace();
  readonly #recorder: EventRecorder;
  readonly #services: ServiceStatuses;
  readonly #announced: AnnouncedSeries;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #notBeforeMs = 0;
  /** Whether there may be an object of ours. */
  #isWritten = false;
  #node: Node | undefined;
  #isGated = false;
  /** By family and VRF: why routers cannot dial us, as told. */
  #deaf: ReadonlyMap<string, string> = new Map();

  constructor(options: BgpEyesOptions) {
    const { client, log, node, metallbNamespace: namespace } = options;
    this.#options = options;
    this.#book = new SessionBook(node);
    this.#bfdBook = new BfdBook(node);
    this.#recorder = startEventRecorder({
      ...{ client, log, reportingController: "spreadlb.io/speaker", reportingInstance: node },
    });
    const recorder = this.#recorder;
    this.#services = new ServiceStatuses({ client, log, node, namespace, recorder });
    this.#announced = new AnnouncedSeries({ ...options, protocol: "bgp" });
  }

  /** All is known that there was to know at first: what an earlier life has written is right, or is taken away. */
  start(): void {
    this.#isWritten = true; // Perhaps, by an earlier life.
    this.#services.start();
    this.#timer = setInterval(() => {
      this.#lookAtBfd();
      this.#look();
    }, LOOK_MS).unref();
  }

  /** @param problems keys of peers, and what keeps each from being as the manifests say */
  setProblems(models: readonly ConfiguredPeer[], problems: readonly PeerProblem[]): void {
    this.#book.setProblems(models, problems);
  }

  /** Our own; undefined: there is none. */
  setNode(node: Node | undefined): void {
    this.#node = node;
  }

  setGated(isGated: boolean): void {
    this.#isGated = isGated;
  }

  hear(session: Session, news: SessionNews): void {
    const tale = this.#book.hear(session, news, Date.now());
    if (tale !== null) this.#tell(session.peer.key, tale, "SpeakBGP");
  }

  #tell(peer: string, tale: SessionTale | BfdTale, action: string): void {
    const object = this.#options.peerObject(peer);
    if (object !== undefined) this.#recorder.event({ object, ...tale, action });
  }

  /** That routers cannot dial us, or can again, is an Event on our Node: the port is the node's. */
  listening(all: readonly Listening[]): void {
    const deaf = new Map(
      all.flatMap(({ family, vrf, trouble }) =>
        trouble === null ? [] : [[`${family} ${vrf ?? ""}`, trouble]],
      ),
    );
    const before = this.#deaf;
    this.#deaf = deaf;
    for (const [place, trouble] of deaf) {
      if (before.get(place) !== trouble) this.#tellOfPort("Warning", "BGPPortUnavailable", trouble);
    }
    const heard = all.filter(({ family, vrf, trouble }) => {
      return trouble === null && before.has(`${family} ${vrf ?? ""}`);
    });
    for (const { family } of heard) {
      this.#tellOfPort("Normal", "BGPPortAvailable", `it is listened on over ${family} again`);
    }
  }

  #tellOfPort(type: "Normal" | "Warning", reason: string, what: string): void {
    if (this.#node === undefined) return;
    const { node } = this.#options;
    const message = `${node}: routers that dial: ${what}`;
    const object = { ...NODE_TYPE, metadata: this.#node.metadata };
    this.#recorder.event({ object, type, reason, message, action: "ListenForBGP" });
  }

  bfd({ peer, ...verdict }: BfdReport): void {
    this.#book.bfd(peer, verdict.state, Date.now());
    const session = this.#options.sessions().get(peer);
    if (session === undefined) this.#bfdBook.forget(peer);
    const tale = session === undefined ? null : this.#bfdBook.hear(session.peer, verdict);
    if (tale !== null) this.#tell(peer, tale, "WatchByBFD");
  }

  /** @param troubles by peer, of those whose BFD can neither send nor hear: why */
  bfdTroubles(troubles: ReadonlyMap<string, string>): void {
    this.#bfdBook.setTroubles(troubles);
  }

  #lookAtBfd(): void {
    const tales = this.#bfdBook.look(this.#options.sessions(), performance.now());
    for (const [peer, tale] of tales) this.#tell(peer, tale, "WatchByBFD");
  }

  /** An address was judged anew. */
  see(ip: Ip, fate: Fate | undefined): void {
    this.#services.see(ip, fate);
    if (fate === undefined || fate.told.length === 0) this.#announced.delete(ip);
    else this.#announced.set(ip, fate.address.services);
  }

  /** A speaker that is gone announces nothing, and nothing must say that it does. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const deletion = async () => {
      await Promise.race([this.#writing, sleep(LAST_WRITE_MS_MAX, undefined, { ref: false })]);
      await this.#delete().catch(() => undefined);
    };
    await Promise.all([
      this.#recorder.stop(EVENTS_GRACE_MS),
      this.#services.stop(),
      ...(this.#isWritten ? [deletion()] : []),
    ]);
  }

  #look(): void {
    const nowMs = performance.now();
    if (this.#writing !== undefined || nowMs < this.#notBeforeMs) return;
    const work = this.#next(nowMs);
    if (work === null) return;
    this.#writing = work
      .catch((error: unknown) => {
        this.#notBeforeMs = performance.now() + pauseAfter(error);
        this.#options.log.warn({ error: String(error) }, "NodeBGPStatus not written");
      })
      .finally(() => (this.#writing = undefined));
  }

  /** @returns null where there is nothing to do */
  #next(nowMs: number): Promise<void> | null {
    const sessions = this.#options.sessions();
    const report = this.#book.report({ sessions, isGated: this.#isGated, nowMs: Date.now() });
    if (report.sessions.length === 0) return this.#isWritten ? this.#delete() : null;
    if (!this.#pace.isDue(report, nowMs)) return null;
    this.#pace.written(report, nowMs);
    return this.#write(report).catch((error: unknown) => {
      this.#pace.forget();
      throw error;
    });
  }

  async #write(status: object): Promise<void> {
    const { client, node } = this.#options;
    this.#isWritten = true;
    const ownerReferences = this.#node === undefined ? [] : [ownerOf(NODE_TYPE, this.#node)];
    const body = { ...TYPE, metadata: { name: node, ownerReferences } };
    const object = await client.patch(NODE_BGP_STATUSES, { name: node }, body, APPLY);
    const said = { ...TYPE, metadata: { name: node }, status };
    const options = { ...APPLY, subresource: "status" } as const;
    await client.patch(NODE_BGP_STATUSES, { name: node }, said, options);
    this.#services.setOwner(ownerOf(TYPE, object));
  }

  async #delete(): Promise<void> {
    const { client, node: name } = this.#options;
    this.#services.setOwner(null);
    const options = { timeoutMs: DELETE_MS_MAX };
    await outcomeOf(client.delete(NODE_BGP_STATUSES, { name }, options));
    this.#isWritten = false;
    this.#pace.forget();
  }
}

const NODE_TYPE = { apiVersion: "v1", kind: "Node" };
const APPLY: PatchOptions = {
  ...{ kind: "apply", force: true, fieldManager: FIELD_MANAGER, timeoutMs: WRITE_MS_MAX },
};

/** @returns what the API server goes by when it takes away what belongs to what is gone */
function ownerOf(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  { metadata: { name, uid = "" } }: KubeObject,
): OwnerReference {
  return { apiVersion, kind, name, uid };
}
