/**
 * What giving addresses costs: one pass over all Services, and one Service's change, as there are more and more of them.
 *
 * Run: `npm run bench:allocate`. Services are spread over 50 pools, each for the Services with its label (one in ten shares an
 * address with another). A change is a Service that comes, gets an address, is claimed, goes, and gives it back: five
 * settlements of the book, each measured alone, offers to the Service included. The last rows have pools that are too small:
 * a tenth of the Services wait, and each address that comes free may be theirs.
 * The second table is of the controller's whole mind, which allocates, ranks and writes statuses: allocate/controller.ts. It
 * alone: `-- --controller`. Exit status 1 where any full pass over 5,000 Services takes a second of the processor, or the mean of
 * the changes of any kind is above 5 ms with any number of Services. What collecting garbage costs is in it; that the engine does
 * not know the code yet, in the first pass of a process, is not, and is printed beside it.
 */
import { flag, readOptions } from "../lab/options.ts";
import { allocate } from "../src/classes/allocate.ts";
import type { AllocationRequest, AllocationResult, Claim } from "../src/classes/allocation.ts";
import { Book } from "../src/classes/book.ts";
import { compileAll } from "../src/classes/compile.ts";
import type { IPAddressPool } from "../src/classes/metallb/ip-address-pool.ts";
import { METALLB_GROUP, METALLB_VERSION } from "../src/classes/metallb/kinds.ts";
import type { ClassModel } from "../src/classes/model.ts";
import { offersFor } from "../src/classes/offers.ts";
import { parseRequest } from "../src/classes/request.ts";
import { partyOf } from "../src/classes/sharing.ts";
import { measureController, type ControllerFigures } from "./allocate/controller.ts";
import { cpuMs, quantile } from "./allocate/figures.ts";

interface Shape {
  readonly services: number;
  /** Addresses per hundred Services. */
  readonly addressesPercent: number;
}

const POOLS = 50;
const CHANGES = 200;
const SHAPES: readonly Shape[] = [
  ...[100, 1000, 5000, 10_000].map((services) => ({ services, addressesPercent: 200 })),
  ...[1000, 10_000].map((services) => ({ services, addressesPercent: 86 })),
];

type Classes = ReadonlyMap<string, ClassModel>;

function poolsFor({ services, addressesPercent }: Shape): Classes {
  const size = Math.max(1, Math.floor((services * addressesPercent) / 100 / POOLS));
  const ipAddressPools = [...Array(POOLS).keys()].map((n): IPAddressPool => ({
    apiVersion: `${METALLB_GROUP}/${METALLB_VERSION}`,
    kind: "IPAddressPool",
    metadata: { name: `pool-${n}`, creationTimestamp: timeOf(n) },
    spec: {
      addresses: [`10.${n}.0.0-10.${n}.${(size - 1) >> 8}.${(size - 1) & 255}`],
      serviceAllocation: {
        priority: 1,
        serviceSelectors: [{ matchLabels: { pool: `pool-${n}` } }],
      },
    },
  }));
  return compileAll({ classes: [], ipAddressPools, l2Advertisements: [] }).classes;
}

function timeOf(second: number): string {
  return new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
}

function requestOf(n: number, classes: Classes): AllocationRequest {
  const labels = { app: `app-${n}`, pool: `pool-${n % POOLS}` };
  const key = n % 10 === 0 ? `pair-${Math.floor(n / (20 * POOLS))}-${n % POOLS}` : "";
  return {
    key: `shop/service-${n}`,
    createdAt: timeOf(n),
    offers: offersFor({ namespace: "shop", labels, namespaceLabels: {} }, { classes }),
    request: parseRequest({ ipFamilies: ["IPv4"] }),
    party: partyOf({
      annotations: { "metallb.io/allow-shared-ip": key },
      ports: [{ port: 80 + (n % (20 * POOLS)) }],
    }),
    adopted: [],
  };
}

function claimsFor({ services }: AllocationResult, service: string): Claim[] {
  return Object.values(services.get(service)?.places ?? {}).flatMap((list) =>
    [...list.entries()].flatMap(([index, address]) =>
      address === null ? [] : [{ address, service, index }],
    ),
  );
}

function wallMs(work: () => void): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

function measure(shape: Shape): string {
  const classes = poolsFor(shape);
  const numbers = [...Array(shape.services).keys()];
  const all = () => numbers.map((n) => requestOf(n, classes));
  const requests = all();
  const fresh = allocate({ requests, classes, claims: [] });
  const claims = requests.flatMap(({ key }) => claimsFor(fresh, key));
  const emptyMs = cpuMs(() => allocate({ requests: all(), classes, claims: [] }));
  const settledMs = cpuMs(() => allocate({ requests: all(), classes, claims }));

  const book = new Book(classes);
  for (const request of requests) book.request(request);
  for (const { key } of requests) book.claim(key, claimsFor(fresh, key));
  const waiting = [...book.settle().services.values()].filter(
    ({ problems }) => problems.length > 0,
  );
  const times: number[] = [];
  const step = (work: () => void) => {
    let result: AllocationResult | undefined;
    times.push(
      wallMs(() => {
        work();
        result = book.settle();
      }),
    );
    return result as AllocationResult;
  };
  for (let i = 0; i < CHANGES; i++) {
    // One that is there goes, and comes again under its name: with full pools somebody else may have its address by then.
    const n = (i * 7919) % shape.services;
    const key = `shop/service-${n}`;
    step(() => {
      book.forget(key);
    });
    const heirs = step(() => {
      book.claim(key, []);
    });
    for (const { key: other } of requests) {
      if (other !== key && claimsFor(heirs, other).length > 0 && lacks(other)) {
        step(() => {
          book.claim(other, claimsFor(heirs, other));
        });
      }
    }
    const result = step(() => {
      book.request(requestOf(n, classes));
    });
    step(() => {
      book.claim(key, claimsFor(result, key));
    });
    claimed.set(key, claimsFor(result, key).length > 0);
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => (times[Math.floor((times.length - 1) * part)] ?? 0).toFixed(2);
  const cells = [
    String(shape.services),
    String(waiting.length),
    emptyMs.toFixed(0),
    settledMs.toFixed(0),
    at(0.5),
    at(0.99),
    at(1),
  ];
  claimed.clear();
  return `| ${cells.join(" | ")} |`;

  function lacks(key: string): boolean {
    const known = claimed.get(key) ?? claimsFor(fresh, key).length > 0;
    claimed.set(key, true);
    return !known;
  }
}

const claimed = new Map<string, boolean>();

const CONTROLLER_SIZES = [100, 1000, 5000, 10_000];
const CONTROLLER_CHANGES = 200;
const NODES = 20;

function measureAllocation(): void {
  console.log(
    "| Services | waiting | pass, nothing given (CPU ms) | pass, all given (CPU ms) | change, median (ms) | 99 % | worst |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  measure({ services: 1000, addressesPercent: 200 }); // Warm, so that the first row measures what the others do.
  for (const shape of SHAPES) console.log(measure(shape));
}

function measurePasses(): void {
  const { services: many } = PROMISED;
  const cold = measureController({ services: many, nodes: NODES, changes: CONTROLLER_CHANGES });
  const all = CONTROLLER_SIZES.map((services) => {
    const figures = measureController({ services, nodes: NODES, changes: CONTROLLER_CHANGES });
    return { services, ...figures };
  });
  console.log(
    "| Services | full pass, nothing given (CPU ms), median | first | full pass, all given, median | first | nothing changed | pass after a change, median | 99 % | worst |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const { services, emptiesMs, fullsMs, idleMs, passesMs } of all) {
    const fulls = [emptiesMs, fullsMs].flatMap((timesMs) => [
      quantile(timesMs, 0.5).toFixed(0),
      timesMs[0]?.toFixed(0),
    ]);
    const cells = [services, ...fulls, idleMs.toFixed(1), ...quantiles(passesMs)];
    console.log(`| ${cells.join(" | ")} |`);
  }
  console.log(
    "\n| Services | all passes of one change (CPU ms) | changes | passes each | mean | median | 99 % | worst |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const { services, passesMs, changesMs } of all) {
    const every = [...changesMs.values()].flat();
    for (const [name, timesMs] of [["any", every] as const, ...changesMs]) {
      const passes = name === "any" ? (passesMs.length / every.length).toFixed(1) : "";
      const mean = meanOf(timesMs).toFixed(1);
      const cells = [services, name, timesMs.length, passes, mean, ...quantiles(timesMs)];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
  const coldMs = cold.emptiesMs[0]?.toFixed(0);
  console.log(
    `\nThe first pass of a process, before the engine knows the code: ${coldMs} ms for ${many} Services, nothing given`,
  );
  for (const sentence of all.flatMap(missed)) {
    console.error(`missed: ${sentence}`);
    process.exitCode = 1;
  }
}

const PROMISED = { services: 5000, fullMs: 1000, changeMs: 5 } as const;

function missed({
  services,
  fullsMs,
  emptiesMs,
  changesMs,
}: ControllerFigures & { readonly services: number }): string[] {
  const passMs = Math.max(...fullsMs, ...emptiesMs);
  const ofPass =
    services <= PROMISED.services && passMs >= PROMISED.fullMs
      ? [
          `${passMs.toFixed(0)} ms for the dearest full pass over ${services} Services, promised ${PROMISED.fullMs}`,
        ]
      : [];
  const ofChanges = [...changesMs].flatMap(([name, timesMs]) =>
    meanOf(timesMs) > PROMISED.changeMs
      ? [
          `${meanOf(timesMs).toFixed(1)} ms for a change (${name}), mean, with ${services} Services, promised ${PROMISED.changeMs}`,
        ]
      : [],
  );
  return [...ofPass, ...ofChanges];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantiles(timesMs: readonly number[]): string[] {
  return [0.5, 0.99, 1].map((part) => quantile(timesMs, part).toFixed(1));
}

const { controller } = readOptions(
  "bench:allocate",
  "What giving addresses costs: a pass over all Services, and one Service's change.",
  { controller: flag("the table of the controller's whole mind alone") },
);
if (!controller) measureAllocation();
measurePasses();
