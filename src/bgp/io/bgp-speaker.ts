/**
 * All BGP sessions of a node: the one door into this room.
 *
 * Told all peers, and for each what changes of its routes; works out itself which change of a peer needs a new session.
 * One peer's trouble is its own: nothing is shared but the listening sockets.
 * Neighbours: peer-hands.ts has one session; listener.ts takes those who dial us; ../peer-changes.ts has the effect of each field.
 */
import type { Socket } from "node:net";
import type { Logger } from "pino";
import type { Announcement } from "../announcement.ts";
import type { BfdReport } from "../bfd-report.ts";
import type { RouteChanges } from "../out-rib.ts";
import type { BgpPeer } from "../peer.ts";
import { effectOfChange } from "../peer-changes.ts";
import type { Session } from "../session.ts";
import type { SessionNews, StopKind } from "../session-events.ts";
import { lookAlike } from "../twins.ts";
import { isFrom } from "./ends.ts";
import { Listener, type Listening } from "./listener.ts";
import { PeerHands } from "./peer-hands.ts";

export interface BgpSpeakerOptions {
  readonly log: Logger;
  /** Null: nobody is listened for. */
  readonly listenPort: number | null;
  /** A session changed its state, or an attempt failed: statuses may be others now. */
  readonly onChange: (session: Session, news: SessionNews) => void;
  /** It is none of ours any more, and has counted to the end; one that was made anew is another. */
  readonly onGone: (session: Session) => void;
  /** What keeps peers from dialling us is not what it was: see `deafnessTo`. */
  readonly onListening: () => void;
}

/** What is said last goes out within this. */
const STOP_MS = 200;

export class BgpSpeaker {
  readonly #options: BgpSpeakerOptions;
  readonly #peers = new Map<string, PeerHands>();
  /** What BFD has said last, by the peer's key. */
  readonly #reports = new Map<string, BfdReport>();
  /** By VRF. */
  readonly #listeners = new Map<string | null, Listener>();
  #isComplete = false;
  #isDraining = false;
  #isStopped = false;

  constructor(options: BgpSpeakerOptions) {
    this.#options = options;
  }

  /** By the peer's key. */
  get sessions(): ReadonlyMap<string, Session> {
    return new Map([...this.#peers].map(([key, { session }]) => [key, session]));
  }

  /** All peers of this node, each key once; those that are no longer among them are told so. */
  setPeers(peers: readonly BgpPeer[]): void {
    if (this.#isStopped) return;
    const wanted = new Map(peers.map((peer) => [peer.key, peer]));
    for (const key of [...this.#peers.keys()]) {
      if (!wanted.has(key)) this.#remove(key, "deconfigured");
    }
    for (const key of this.#reports.keys()) if (!wanted.has(key)) this.#reports.delete(key);
    // Keys and listeners first: who is told to dial may do so at once.
    this.#listen(peers);
    for (const peer of peers) this.#setPeer(peer);
  }

  #setPeer(peer: BgpPeer): void {
    const known = this.#peers.get(peer.key);
    if (known === undefined) {
      this.#add(peer, []);
      return;
    }
    const effect = effectOfChange(known.session.peer, peer);
    if (effect === "none") known.handle({ kind: "peer", peer });
    if (effect !== "reset") return;
    const routes = [...known.session.rib.wanted.values()];
    this.#remove(peer.key, "changed");
    this.#add(peer, routes);
    // BFD goes on, and tells what is news alone: without this its "down" would find a session that has never heard "up".
    const report = this.#reports.get(peer.key);
    if (report !== undefined) this.bfd(report);
  }

  #add(peer: BgpPeer, routes: readonly Announcement[]): void {
    const hands: PeerHands = new PeerHands({
      ...{ peer, log: this.#options.log, isRestarting: !this.#isComplete },
      onChange: (news) => {
        this.#options.onChange(hands.session, news);
      },
    });
    this.#peers.set(peer.key, hands);
    hands.handle({ kind: "routes", changes: { announce: routes, withdraw: [] } });
    if (this.#isComplete) hands.handle({ kind: "complete" });
    if (this.#isDraining) hands.handle({ kind: "drain", isDraining: true });
    hands.handle({ kind: "start" });
  }

  #remove(key: string, how: StopKind): void {
    const hands = this.#peers.get(key);
    if (hands === undefined) return;
    this.#peers.delete(key);
    hands.handle({ kind: "stop", how, text: "" });
    hands.end();
    this.#options.onGone(hands.session);
  }

  /** What else the peer is to be told, and what no longer; of one that is not there nothing is kept. */
  changeRoutes(key: string, changes: RouteChanges): void {
    this.#peers.get(key)?.handle({ kind: "routes", changes });
  }

  /** What there is to announce after a start is in: from here on what a peer has kept of our last life may go (RFC 4724). */
  complete(): void {
    this.#isComplete = true;
    for (const hands of this.#peers.values()) hands.handle({ kind: "complete" });
  }

  /** The node is about to go: all routes are the last choice (RFC 8326), or no longer. */
  drain(isDraining: boolean): void {
    this.#isDraining = isDraining;
    for (const hands of this.#peers.values()) hands.handle({ kind: "drain", isDraining });
  }

  bfd(report: BfdReport): void {
    this.#reports.set(report.peer, report);
    this.#peers.get(report.peer)?.handle({ kind: "bfd", report });
  }

  /** @returns why this peer cannot dial us, where it is to, and what can be done, in words */
  deafnessTo(peer: BgpPeer): string | null {
    const listener = this.#listeners.get(peer.vrf);
    if (listener === undefined) return null;
    const trouble = listener.troubleOf(peer);
    const twin = [...this.#peers.values()].find(
      ({ session }) => lookAlike(session.peer, peer) && listener.guards(session.peer),
    );
    if (trouble !== null || twin === undefined) return trouble;
    return `nobody could tell its connections from those of ${twin.session.peer.key}, which has the same address: write a sourceAddress of its own into each of them, or take one away`;
  }

  /** Whether routers can dial us; empty where they are not to. */
  get listening(): readonly Listening[] {
    return [...this.#listeners.values()].flatMap(({ listening }) => listening);
  }

  /** Ends all sessions; a restart is one to peers with graceful restart alone. @returns when the last word is with the kernel */
  async stop(how: "shutdown" | "restart", text: string): Promise<void> {
    this.#isStopped = true;
    for (const listener of this.#listeners.values()) listener.close();
    for (const hands of this.#peers.values()) {
      hands.handle({ kind: "stop", how, text });
      hands.end();
    }
    if (this.#peers.size > 0) await new Promise((resolve) => setTimeout(resolve, STOP_MS));
  }

  #listen(peers: readonly BgpPeer[]): void {
    const { listenPort: port, log, onListening: onChange } = this.#options;
    if (port === null) return;
    const vrfs = new Set(peers.map(({ vrf }) => vrf));
    // Who is not needed leaves the port first.
    for (const [vrf, listener] of this.#listeners) {
      if (vrfs.has(vrf)) continue;
      listener.close();
      this.#listeners.delete(vrf);
    }
    for (const vrf of vrfs) {
      const onConnection = (socket: Socket): void => {
        this.#accept(socket, vrf);
      };
      const known = this.#listeners.get(vrf);
      const listener = known ?? new Listener({ port, vrf, log, onConnection, onChange });
      this.#listeners.set(vrf, listener);
      listener.setPeers(peers.filter((peer) => peer.vrf === vrf));
    }
  }

  #accept(socket: Socket, vrf: string | null): void {
    const listener = this.#listeners.get(vrf);
    const [hands, twin] = [...this.#peers.values()].filter(
      ({ session: { peer } }) =>
        peer.vrf === vrf && isFrom(socket, peer) && listener?.guards(peer) === true,
    );
    // Whose it is of two could be told only when the session of one of them was touched.
    if (hands !== undefined && twin === undefined) {
      hands.accept(socket);
      return;
    }
    this.#options.log.debug({ from: socket.remoteAddress, vrf }, "nobody's peer has dialled us");
    socket.destroy();
  }
}
