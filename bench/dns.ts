/**
 * `npm run bench:dns`: many names at once, into BIND 9, Knot DNS and PowerDNS, by us and by nsupdate, in turn.
 *
 * Ours: one signed update for each name, with its mark and its prerequisites, as the controller sends them. nsupdate gets the very same updates,
 * written out of ours, in one process that sends one after the other, as it does with a file. Each trial has a server of its own, with an empty zone. What the server has at the end is counted by dig. Options: --names N (1000), --trials N (3).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNameServer, type NameServerKind } from "../lab/name-servers/name-server.ts";
import { count, names as namesOption, readOptions } from "../lab/options.ts";
import { freePorts } from "../lab/ports.ts";
import { run } from "../lab/process.ts";
import { table } from "../lab/table.ts";
import type { Ip } from "../src/base/ip.ts";
import { Book } from "../src/dns/book.ts";
import type { Job } from "../src/dns/book-jobs.ts";
import type { WantedName } from "../src/dns/book-entry.ts";
import { performJob, performJobs } from "../src/dns/io/name-jobs.ts";
import { parseName, type DnsName } from "../src/dns/name.ts";
import { NOTHING_PUBLISHED } from "../src/dns/transaction.ts";
import type { Update } from "../src/dns/update.ts";
import type { TsigKey } from "../src/dns/wire/tsig.ts";

const KINDS: readonly NameServerKind[] = ["bind", "knot", "powerdns"];
const options = readOptions("bench:dns", "Many names at once, by us and by nsupdate.", {
  names: count("at once", 1000),
  trials: count("of each", 3),
  servers: namesOption("which servers", KINDS),
});

const ZONE = nameOf("lb.example");
const OWNER = "bench.c1";
const KEY: TsigKey = {
  ...{ name: nameOf("bench"), algorithm: "hmac-sha256", secret: Buffer.alloc(32, 0x5a) },
};
const secretBase64 = Buffer.from(KEY.secret).toString("base64");
const labels = Array.from({ length: options.names }, (_, i) => `n${i}`);

function nameOf(text: string): DnsName {
  const name = parseName(text);
  if (!name.ok) throw new Error(name.fault);
  return name.value;
}

const SENDERS = { ours, nsupdate } as const;
type Sender = keyof typeof SENDERS;

/** That wants all names, and has written them down. */
function bookOfAll(): Book {
  const limits = { withdrawAfterMs: 15_000, resyncIntervalMs: 300_000, updateIntervalMs: 0 };
  const book = new Book({ ownerId: OWNER, ...limits });
  const addresses = [{ ip: "192.0.2.1" as Ip, unheldSinceMs: null }];
  const wanted = labels.map((label): WantedName => {
    const common = { zone: ZONE, service: "prod/web", ttlSeconds: 30, addresses };
    return { name: nameOf(`${label}.${ZONE}`), ...common };
  });
  book.want(new Map(wanted.map((each) => [each.name, each])));
  book.claimed(book.round(0).claims ?? []);
  return book;
}

async function ours(port: number): Promise<void> {
  const book = bookOfAll();
  const asking = { server: { address: "127.0.0.1" as Ip, port }, key: KEY };
  const perform = (job: Job) => performJob(job, asking);
  await Promise.all(performJobs(book, book.round(0).jobs, { perform, mayGoOn: () => true }));
}

async function nsupdate(port: number): Promise<void> {
  const book = bookOfAll();
  const updates = book.round(0).jobs.flatMap((job) => {
    const made = job.kind === "read" ? afterLook(book, job) : job;
    return made?.kind === "update" ? [...linesOf(made.update), "send"] : [];
  });
  const head = [`server 127.0.0.1 ${port}`, `zone ${ZONE}`];
  const argv = ["nsupdate", "-y", `${KEY.algorithm}:${KEY.name}:${secretBase64}`];
  await run(argv, { stdin: `${[...head, ...updates].join("\n")}\n` });
}

/** @returns what we would send where nothing was found */
function afterLook(book: Book, job: Job): Job | null {
  book.begin(job, 0);
  return book.ended(job, { ok: true, published: NOTHING_PUBLISHED }, 0);
}

/** An update that makes a name, as nsupdate is told. */
function linesOf({ prerequisites, changes }: Update): string[] {
  return [
    ...prerequisites.map((each) => {
      if (each.kind !== "rrset-missing") throw new Error(`not of a new name: ${each.kind}`);
      return `prereq nxrrset ${each.name} ${each.type}`;
    }),
    ...changes.map((each) => {
      if (each.kind !== "add") throw new Error(`not of a new name: ${each.kind}`);
      const { name, ttlSeconds, data } = each;
      const text = data.type === "TXT" ? `"${data.strings.join('" "')}"` : data.address;
      return `update add ${name} ${ttlSeconds} ${data.type} ${text}`;
    }),
  ];
}

/** @returns milliseconds */
async function measure(kind: NameServerKind, sender: Sender): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "spreadlb-bench-"));
  const [port = 0] = await freePorts(1);
  const keys = [{ name: KEY.name, algorithm: KEY.algorithm, secretBase64 }];
  const server = await startNameServer(kind, { directory, port, zone: ZONE, keys });
  try {
    const beganMs = performance.now();
    await SENDERS[sender](port);
    const ms = performance.now() - beganMs;
    const missing = await missingNames(port);
    if (missing > 0) throw new Error(`${kind}, ${sender}: ${missing} names are missing`);
    return ms;
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function missingNames(port: number): Promise<number> {
  const questions = labels.map((label) => `${label}.${ZONE} A +short`).join("\n");
  const answer = await run(["dig", "@127.0.0.1", "-p", String(port), "-f", "-"], {
    stdin: `${questions}\n`,
  });
  return labels.length - answer.split("\n").filter((line) => line === "192.0.2.1").length;
}

const rows: string[][] = [];
for (const kind of options.servers) {
  const times: Record<Sender, number[]> = { ours: [], nsupdate: [] };
  for (let trial = 0; trial < options.trials; trial++) {
    for (const sender of ["ours", "nsupdate"] as const) {
      times[sender].push(await measure(kind, sender));
    }
  }
  for (const [sender, all] of Object.entries(times)) {
    const sorted = all.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const perSecond = (ms: number) => Math.round((options.names * 1000) / ms).toString();
    const [best, worst] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
    rows.push([kind, sender, median.toFixed(0), ...[median, worst, best].map(perSecond)]);
  }
}
const head = ["server", "sender", "ms", "names/s", "worst", "best"];
console.log(`${options.names} names, ${options.trials} trials each\n`);
console.log(table(head, rows));
