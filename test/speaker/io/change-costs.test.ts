/**
 * What each field of what people write costs where it changes, on the wire: a speaker's routers are given the manifests before and after,
 * and a router counts OPENs and UPDATEs. docs/bgp.md says what is wanted: each of its rows is tried, and each field has a row.
 */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { pino } from "pino";
import type { Ip } from "../../../src/base/ip.ts";
import { classFinder } from "../../../src/classes/class-at.ts";
import { compileAll, NO_MANIFESTS, type Manifests } from "../../../src/classes/compile.ts";
import { V1BETA1_FIELDS } from "../../../src/classes/metallb/bgp-peer-v1beta1.ts";
import { waysFor } from "../../../src/classes/model.ts";
import { PASSWORD_LABEL } from "../../../src/classes/peers.ts";
import type { Secret } from "../../../src/kube/types.ts";
import { Backends } from "../../../src/speaker/backends.ts";
import { Routers } from "../../../src/speaker/io/routers.ts";
import type { OwnNodeFacts } from "../../../src/speaker/own-node.ts";
import { KnownPasswords } from "../../../src/speaker/passwords.ts";
import { waitFor } from "../../../lab/wait.ts";
import { slice } from "../../kube/slices.ts";
import {
  BGP_PEER,
  BGP_PEER_CHANGES,
  HOME,
  KINDS,
  ROUTER_ASN,
  v1beta1World,
  type Change,
  type Kind,
  type Written,
} from "./change-cases.ts";
import { CountingRouter } from "./counting-router.ts";

const US = "127.0.0.1";
const [ADDRESS, ADDRESS_V6] = ["203.0.113.7", "2001:db8::7"];
const FACTS: OwnNodeFacts = {
  ...{ labels: { rack: "a" }, ipv4: "192.0.2.1" as Ip, bar: null, isDrained: false },
};
const SOON = { timeoutMs: 5000, intervalMs: 1 };
const SERVICE_LABELS = { app: "web" };

/** By kind and by what stands in the first column: the cost. */
function tablesOfPage(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const page = readFileSync(new URL("../../../docs/bgp.md", import.meta.url), "utf8");
  const section = page.split("## What a change costs\n")[1]?.split(/^## /m)[0] ?? "";
  const [, ...parts] = section.split(/^### /m);
  return new Map(
    parts.map((part) => {
      const rows = [...part.matchAll(/^\| (.+?) +\| (none|again|reset|end) +\|$/gm)];
      const title = part.split("\n")[0] ?? "";
      return [title, new Map(rows.map(([, field = "", cost = ""]) => [field, cost]))];
    }),
  );
}

/** One node, one router, and what is written. */
class Stage {
  readonly router: CountingRouter;
  /** That end with it. */
  readonly others: CountingRouter[] = [];
  readonly #routers: Routers;
  readonly #backends = new Backends("n1");
  readonly #passwords = new KnownPasswords();
  #secrets: Readonly<Record<string, string>> = {};
  #endBfd: (() => void) | undefined;
  #markCount = 0;

  constructor(router: CountingRouter) {
    this.router = router;
    for (const addressType of ["IPv4", "IPv6"] as const) {
      const { metadata, ...rest } = slice("web", ["n1"]);
      const name = `web-${addressType}`;
      this.#backends.put({ ...rest, metadata: { ...metadata, name }, addressType });
    }
    this.#routers = new Routers({
      ...{ log: pino({ level: "silent" }), node: "n1", bgpListenPort: 0, backends: this.#backends },
      // Nobody is there to watch: what BFD makes of its fields is for test/bgp/bfd.
      host: (_, onEnd) => {
        this.#endBfd = () => {
          onEnd(null);
        };
      },
      passwords: {
        want: () => undefined,
        of: ({ password }) => {
          if (password === null) return { kind: "none" };
          if (password.kind === "text") return { kind: "known", text: password.text };
          return this.#passwords.read(password, this.#secret(password.namespace, password.name));
        },
      },
      ...{
        onNews: nothing,
        onBfd: nothing,
        onBfdCounters: nothing,
        onGone: nothing,
        onProblems: nothing,
      },
      onStale: nothing,
    });
    this.#routers.setNode(FACTS);
  }

  write(manifests: Partial<Manifests>, secrets: Written["secrets"]): void {
    this.#secrets = secrets ?? this.#secrets;
    const { routes } = this.#routers;
    const ways = compileAll(manifests).classes;
    for (const ip of [ADDRESS, ADDRESS_V6] as Ip[]) {
      // As the controller has it: of the advertisements that are for the Service.
      const model = classFinder(ways)(ip);
      const own = model === undefined ? [] : waysFor(model, SERVICE_LABELS);
      this.#put(
        ip,
        own.flatMap(({ bgp }) => bgp?.key ?? []),
      );
    }
    this.#routers.obey({ ...NO_MANIFESTS, ...manifests }, FACTS);
    this.#routers.tell();
    this.#routers.complete();
    expect(routes.fateOf(ADDRESS as Ip)).to.not.equal(undefined);
  }

  /** What is told after all that was to be told before. @returns once it is heard, or nobody is left to hear it */
  async mark(): Promise<void> {
    const [ip, count] = [`198.51.100.${++this.#markCount}` as Ip, this.#routers.sessions.size];
    this.#put(ip, ["BGPAdvertisement/marks", "MetalLoadBalancerConfiguration/edge/1"]);
    this.#routers.tell();
    const { sessions } = this.router;
    const isHeard = () => {
      const last = sessions.at(-1);
      return count === 0 ? last?.ended != null : last?.prefixes.includes(`${ip}/32`) === true;
    };
    await waitFor(isHeard, { what: "the mark", ...SOON });
  }

  get sessionCount(): number {
    return this.#routers.sessions.size;
  }

  async stop(): Promise<void> {
    const stopped = this.#routers.stop("shutdown");
    this.#endBfd?.();
    await stopped;
    for (const router of [this.router, ...this.others]) router.stop();
  }

  #put(ip: Ip, advertisements: readonly string[]): void {
    this.#routers.routes.put({
      ip,
      services: ["default/web"],
      advertisements,
      isLocal: false,
      rank: ["n1"],
    });
  }

  #secret(namespace: string | null, name: string): Secret | undefined {
    const place = { namespace: namespace ?? HOME, name };
    const text = this.#secrets[`${place.namespace}/${name}`];
    if (text === undefined) return undefined;
    const metadata = { ...place, labels: { [PASSWORD_LABEL]: "true" } };
    return { metadata, data: { password: Buffer.from(text).toString("base64") } };
  }
}

const nothing = () => undefined;

describe("bgp: what a change costs, on the wire", () => {
  const ends: Promise<void>[] = [];
  after(() => Promise.all(ends));

  /** @returns the word of the docs */
  async function costOf(world: Kind["world"], change: Change): Promise<string> {
    const router = await CountingRouter.start(change.asn ?? ROUTER_ASN);
    const stage = new Stage(router);
    // The last word takes its time, for which the next need not wait.
    return play(stage, world, change).finally(() => ends.push(stage.stop()));
  }

  async function play(stage: Stage, world: Kind["world"], change: Change): Promise<string> {
    const { router } = stage;
    const { before = {}, after: then, asnAfter = router.asn, password } = change;
    const had = Object.values(before.secrets ?? {})[0];
    const isSigned = JSON.stringify(world(before, 1)).includes("passwordSecret");
    if (had !== undefined && isSigned) router.setPassword(US, had);
    stage.write(world(before, router.port), before.secrets);
    await stage.mark();
    const [first] = router.sessions;
    if (first === undefined) throw new Error("no session");
    const heard = { updates: first.updateCount, prefixes: first.prefixes.length };
    expect(first.prefixes).to.include(`${ADDRESS}/32`);
    router.asn = asnAfter;
    if (password !== undefined) router.setPassword(US, password);
    if (change.secondPort === true) return costOfPort(stage, world);
    stage.write(world(then, router.port), then.secrets);
    // What the change brings comes with the first of them at the latest.
    await stage.mark();
    if (stage.sessionCount > 0) await stage.mark();
    expect(router.sessions.length, "OPENs").to.be.at.most(2);
    if (router.sessions.length === 2) return first.ended?.startsWith("6/") === true ? "reset" : "?";
    if (first.ended !== null) return "end";
    const more = first.prefixes.slice(heard.prefixes).filter((one) => !one.includes("198.51.100."));
    if (more.length > 0) return "again";
    return first.updateCount - heard.updates === 2 ? "none" : "UPDATEs that say nothing";
  }

  /** The next session is with another router, as far as that can tell. */
  async function costOfPort(stage: Stage, world: Kind["world"]): Promise<string> {
    const other = await CountingRouter.start(ROUTER_ASN);
    stage.others.push(other);
    stage.write(world({}, other.port), {});
    const isTold = () => other.sessions[0]?.prefixes.includes(`${ADDRESS}/32`) === true;
    await waitFor(isTold, { what: "the route at the other port", ...SOON });
    const [first] = stage.router.sessions;
    return stage.router.sessions.length === 1 && first?.ended === "6/6" ? "reset" : "?";
  }

  const tables = tablesOfPage();
  for (const [kind, { fields, world, changes }] of Object.entries(KINDS)) {
    const table = tables.get(kind) ?? new Map<string, string>();

    it(`${kind}: docs/bgp.md has a row for each field, and none that is not tried`, () => {
      const named = new Set([...table.keys()].map((row) => /^`([\w.]+)`/.exec(row)?.[1]));
      expect(fields.filter((field) => !named.has(field))).to.deep.equal([]);
      expect([...table.keys()].sort()).to.deep.equal(Object.keys(changes).sort());
    });

    for (const [row, change] of Object.entries(changes)) {
      it(`${kind}: ${row}: ${table.get(row) ?? "no row"}`, async () => {
        expect(await costOf(world, change)).to.equal(table.get(row));
      });
    }
  }

  it("BGPPeer of v1beta1: its fields are among those of v1beta2", () => {
    expect([...V1BETA1_FIELDS].filter((field) => !BGP_PEER.fields.includes(field))).to.be.empty;
  });

  for (const [row, change] of Object.entries(BGP_PEER_CHANGES)) {
    const written = Object.keys({ ...change.before?.peer, ...change.after.peer });
    if (!written.every((field) => V1BETA1_FIELDS.has(field))) continue;
    it(`BGPPeer of v1beta1: ${row}: as in v1beta2`, async () => {
      expect(await costOf(v1beta1World, change)).to.equal(tables.get("BGPPeer")?.get(row));
    });
  }
});
