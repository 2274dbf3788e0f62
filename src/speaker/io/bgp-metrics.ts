/**
 * Sessions with routers, under MetalLB's names. What sessions count, they count from when they began: told is the difference, once
 * a second and when they end.
 *
 * Neighbours: routing.ts asks once a second as long as there are peers.
 */
import { withPort } from "../../base/ip.ts";
import type { SessionCounters as BfdCounters } from "../../bgp/bfd/io/protocol.ts";
import type { Listening } from "../../bgp/io/listener.ts";
import type { Session } from "../../bgp/session.ts";
import type { ConfiguredPeer } from "../session-book.ts";
import type { SpeakerMetrics } from "../../metrics/io/metrics.ts";

type Labels = Readonly<Record<"peer" | "vrf", string>>;

/** A router in the series of both kinds: BFD knows no port. */
interface Names {
  readonly bgp: Labels;
  readonly bfd: Labels;
}

type ListeningLabels = Readonly<Record<"family" | "vrf", string>>;
type LabelField = "address" | "interface" | "port" | "vrf";

/** What is read of a session. */
type SessionCounts = Pick<Session, "peer" | "state"> & {
  readonly rib: Pick<Session["rib"], "toldCount" | "wantedCountIn">;
  readonly counters: Pick<Session["counters"], "sentByKind" | "receivedByKind">;
};

type BfdCounts = Pick<
  BfdCounters,
  "discriminator" | "packetsReceived" | "packetsSent" | "timesUp" | "timesDown"
> & { readonly endpoints: Pick<BfdCounters["endpoints"], "theirAddress" | "interface" | "vrf"> };

type CounterKey = Exclude<
  {
    [Key in keyof SpeakerMetrics]: Key extends `bgp${string}` | `bfd${string}` ? Key : never;
  }[keyof SpeakerMetrics],
  "bgpListening"
>;

/** What a session had counted when it was looked at last. */
type Told = Map<Exclude<CounterKey, GaugeKey>, number>;

/** A session of BFD that nobody has asked about for as many looks is not there any more. */
const LOOKS_MAX = 60;

export class BgpMetrics {
  readonly #metrics: SpeakerMetrics | undefined;
  /** By who counts, and not by labels: a session that is made anew begins with nothing, and two can have the same labels. */
  readonly #ofSessions = new WeakMap<SessionCounts["counters"], Told>();
  /** By discriminator, of which none is used twice. */
  readonly #ofBfd = new Map<number, { readonly told: Told; looks: number }>();
  #names = new Map<string, Names>();
  /** Places of those whom BFD watches. */
  #watched: ReadonlySet<string> = new Set();
  #listening: readonly ListeningLabels[] = [];

  constructor(metrics: SpeakerMetrics | undefined) {
    this.#metrics = metrics;
  }

  /** @param held peers that have no session, for want of a Secret say: down, to whom an alert watches */
  look(
    sessions: ReadonlyMap<string, SessionCounts>,
    held: readonly Pick<ConfiguredPeer, LabelField | "key">[],
  ): void {
    const metrics = this.#metrics;
    if (metrics === undefined) return;
    for (const [discriminator, seen] of this.#ofBfd) {
      if (++seen.looks > LOOKS_MAX) this.#ofBfd.delete(discriminator);
    }
    const before = this.#names;
    const ofSessions = [...sessions].map(([key, { peer }]): [string, Names] => [
      key,
      namesOf(peer),
    ]);
    this.#names = new Map([
      ...held.map((peer): [string, Names] => [peer.key, namesOf(peer)]),
      ...ofSessions,
    ]);
    const places = new Set([...this.#names.values()].map(({ bgp }) => placeOf(bgp)));
    this.#watched = new Set(
      ofSessions.flatMap(([key, { bfd }]) =>
        sessions.get(key)?.peer.bfdProfile === null ? [] : [placeOf(bfd)],
      ),
    );
    for (const { bgp, bfd } of before.values()) {
      if (!places.has(placeOf(bgp))) this.#forget(bgp, BGP_GAUGES);
      if (!this.#watched.has(placeOf(bfd))) this.#forget(bfd, BFD_GAUGES);
    }
    for (const { key } of held) {
      const names = this.#names.get(key);
      if (names !== undefined && !sessions.has(key)) this.#tellHeld(names.bgp, metrics);
    }
    for (const [key, session] of sessions) {
      const names = this.#names.get(key);
      if (names !== undefined) this.#tell(session, names.bgp, metrics);
    }
  }

  /** @param all whether routers can dial us */
  listening(all: readonly Listening[]): void {
    for (const labels of this.#listening) this.#metrics?.bgpListening.remove({ ...labels });
    this.#listening = all.map(({ family, vrf }) => ({ family, vrf: vrf ?? "" }));
    for (const { family, vrf, trouble } of all) {
      this.#metrics?.bgpListening.set({ family, vrf: vrf ?? "" }, trouble === null ? 1 : 0);
    }
  }

  /** It ends, between two looks: what it has counted since the last one is told. */
  gone({ peer, counters }: Pick<SessionCounts, "peer" | "counters">): void {
    this.#countMessages(counters, namesOf(peer).bgp);
  }

  /**
   * @param counted since the session began
   * @param isWatched not in its last words, which say nothing of another one to the same router
   */
  bfd(counted: BfdCounts, isWatched: boolean): void {
    const { theirAddress, interface: link, vrf } = counted.endpoints;
    const labels = { peer: link ?? theirAddress, vrf: vrf ?? "" };
    if (isWatched && this.#watched.has(placeOf(labels))) {
      this.#metrics?.bfdSessionUp.set({ ...labels }, counted.timesUp > counted.timesDown ? 1 : 0);
    }
    const told = this.#ofBfd.get(counted.discriminator)?.told ?? (new Map() as Told);
    this.#ofBfd.set(counted.discriminator, { told, looks: 0 });
    this.#count("bfdControlPacketInput", labels, counted.packetsReceived, told);
    this.#count("bfdControlPacketOutput", labels, counted.packetsSent, told);
    this.#count("bfdSessionUpEvents", labels, counted.timesUp, told);
    this.#count("bfdSessionDownEvents", labels, counted.timesDown, told);
  }

  #tellHeld(labels: Labels, metrics: SpeakerMetrics): void {
    for (const gauge of BGP_GAUGES) metrics[gauge].remove({ ...labels });
    metrics.bgpSessionUp.set({ ...labels }, 0);
  }

  #tell(
    { peer, state, rib, counters }: SessionCounts,
    labels: Labels,
    metrics: SpeakerMetrics,
  ): void {
    metrics.bgpSessionUp.set({ ...labels }, state === "established" ? 1 : 0);
    metrics.bgpAnnouncedPrefixes.set({ ...labels }, rib.toldCount);
    // Of a family that the session is not for nothing is pending.
    const pending = rib.wantedCountIn(peer.families) - rib.toldCount;
    metrics.bgpPendingPrefixes.set({ ...labels }, Math.max(0, pending));
    this.#countMessages(counters, labels);
  }

  #countMessages(counters: SessionCounts["counters"], labels: Labels): void {
    const { sentByKind: sent, receivedByKind: received } = counters;
    const told = this.#ofSessions.get(counters) ?? (new Map() as Told);
    this.#ofSessions.set(counters, told);
    this.#count("bgpUpdates", labels, sent.update, told);
    this.#count("bgpUpdatesReceived", labels, received.update, told);
    this.#count("bgpOpensSent", labels, sent.open, told);
    this.#count("bgpOpensReceived", labels, received.open, told);
    this.#count("bgpNotificationsSent", labels, sent.notification, told);
    this.#count("bgpKeepalivesSent", labels, sent.keepalive, told);
    this.#count("bgpKeepalivesReceived", labels, received.keepalive, told);
    this.#count("bgpRouteRefreshSent", labels, sent["route-refresh"], told);
    this.#count("bgpSent", labels, sum(Object.values(sent)), told);
    this.#count("bgpReceived", labels, sum(Object.values(received)), told);
  }

  #count(metric: Exclude<CounterKey, GaugeKey>, labels: Labels, counted: number, told: Told): void {
    this.#metrics?.[metric].inc({ ...labels }, Math.max(0, counted - (told.get(metric) ?? 0)));
    told.set(metric, counted);
  }

  #forget(labels: Labels, gauges: readonly GaugeKey[]): void {
    for (const gauge of gauges) this.#metrics?.[gauge].remove({ ...labels });
  }
}

const BGP_GAUGES = ["bgpSessionUp", "bgpAnnouncedPrefixes", "bgpPendingPrefixes"] as const;
const BFD_GAUGES = ["bfdSessionUp"] as const;
type GaugeKey = (typeof BGP_GAUGES)[number] | (typeof BFD_GAUGES)[number];

/** `10.0.0.254:179`, and `10.0.0.254` for BFD, as MetalLB writes them; an unnumbered peer by its interface. */
function namesOf(peer: Pick<ConfiguredPeer, LabelField>): Names {
  const host = peer.interface ?? peer.address ?? "";
  const vrf = peer.vrf ?? "";
  return { bgp: { peer: withPort(host, peer.port), vrf }, bfd: { peer: host, vrf } };
}

function placeOf({ peer, vrf }: Labels): string {
  return `${peer} ${vrf}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
