/**
 * Sessions with routers, under MetalLB's names. What sessions count, they count from when they began: told is the difference.
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

type BfdCounts = Pick<BfdCounters, "packetsReceived" | "packetsSent" | "timesUp" | "timesDown">;

type CounterKey = Exclude<
  {
    [Key in keyof SpeakerMetrics]: Key extends `bgp${string}` | `bfd${string}` ? Key : never;
  }[keyof SpeakerMetrics],
  "bgpListening"
>;

export class BgpMetrics {
  readonly #metrics: SpeakerMetrics | undefined;
  /** By metric and labels: what a session had counted when it was looked at last. */
  readonly #told = new Map<string, number>();
  /** By labels: the counters of the session that was looked at last. */
  readonly #counters = new Map<string, SessionCounts["counters"]>();
  #names = new Map<string, Names>();
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
    const watched = new Set(
      ofSessions.flatMap(([key, { bfd }]) =>
        sessions.get(key)?.peer.bfdProfile === null ? [] : [placeOf(bfd)],
      ),
    );
    for (const { bgp, bfd } of before.values()) {
      if (!places.has(placeOf(bgp))) this.#forget(bgp, BGP_GAUGES);
      if (!watched.has(placeOf(bfd))) this.#forget(bfd, BFD_GAUGES);
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

  /** @param counted since the session began */
  bfd(peer: string, counted: BfdCounts): void {
    const labels = this.#names.get(peer)?.bfd;
    if (labels === undefined) return;
    this.#metrics?.bfdSessionUp.set({ ...labels }, counted.timesUp > counted.timesDown ? 1 : 0);
    this.#count("bfdControlPacketInput", labels, counted.packetsReceived);
    this.#count("bfdControlPacketOutput", labels, counted.packetsSent);
    this.#count("bfdSessionUpEvents", labels, counted.timesUp);
    this.#count("bfdSessionDownEvents", labels, counted.timesDown);
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
    const { sentByKind: sent, receivedByKind: received } = counters;
    const place = placeOf(labels);
    // A session that was opened anew counts from nothing again, and may have come as far already as the one before.
    if (this.#counters.get(place) !== counters) this.#forgetCounts(place);
    this.#counters.set(place, counters);
    metrics.bgpSessionUp.set({ ...labels }, state === "established" ? 1 : 0);
    metrics.bgpAnnouncedPrefixes.set({ ...labels }, rib.toldCount);
    // Of a family that the session is not for nothing is pending.
    const pending = rib.wantedCountIn(peer.families) - rib.toldCount;
    metrics.bgpPendingPrefixes.set({ ...labels }, Math.max(0, pending));
    this.#count("bgpUpdates", labels, sent.update);
    this.#count("bgpUpdatesReceived", labels, received.update);
    this.#count("bgpOpensSent", labels, sent.open);
    this.#count("bgpOpensReceived", labels, received.open);
    this.#count("bgpNotificationsSent", labels, sent.notification);
    this.#count("bgpKeepalivesSent", labels, sent.keepalive);
    this.#count("bgpKeepalivesReceived", labels, received.keepalive);
    this.#count("bgpRouteRefreshSent", labels, sent["route-refresh"]);
    this.#count("bgpSent", labels, sum(Object.values(sent)));
    this.#count("bgpReceived", labels, sum(Object.values(received)));
  }

  #count(metric: Exclude<CounterKey, GaugeKey>, labels: Labels, counted: number): void {
    const place = `${metric} ${placeOf(labels)}`;
    const before = this.#told.get(place) ?? 0;
    this.#told.set(place, counted);
    // One of BFD that was opened anew counts from nothing again.
    this.#metrics?.[metric].inc({ ...labels }, counted >= before ? counted - before : counted);
  }

  #forget(labels: Labels, gauges: readonly GaugeKey[]): void {
    for (const gauge of gauges) this.#metrics?.[gauge].remove({ ...labels });
    this.#counters.delete(placeOf(labels));
    this.#forgetCounts(placeOf(labels));
  }

  #forgetCounts(place: string): void {
    for (const key of this.#told.keys()) if (key.endsWith(` ${place}`)) this.#told.delete(key);
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
