/**
 * Allocation as lines of text, for tables: a script is some passes, each `pools | Services | who gets what | problems`.
 *
 * Pools, four addresses each and all different: `A`, `B`, `C` IPv4; `D` both families; `S` IPv6 alone. `T` has one address,
 * `Z` four of which two are buggy, `E` none. What is written after the letter changes the pool: `!` autoAssign false, `#1`
 * priority 1, `@shop` for the namespace, `@=shop` for namespaces with that label, `%gold` for Services with that label,
 * `~` avoidBuggyIPs, `+S` with the addresses of S too. Pools are older the earlier they are named; `A*` is A renamed.
 *
 * Services: `web`, or `shop/web`; the earlier the older. After the name: `x3` the count, `=A1` a requested address (`=A1,B0`),
 * `>A` the pool's annotation, `%gold` its label, `k:80,81` sharing key and ports, `L:app` Local with a selector, `R`, `P`
 * both families required or preferred, `6` IPv6 first or alone, `was:A1` its status from before.
 *
 * Addresses: `A0` to `A3`, IPv6 in lower case: `d0`, `s2`; `-` is a place with nothing.
 */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { allocate } from "../../src/classes/allocate.ts";
import type { AllocationRequest, AllocationResult, Claim } from "../../src/classes/allocation.ts";
import { compileAll } from "../../src/classes/compile.ts";
import type {
  IPAddressPool,
  IPAddressPoolSpec,
} from "../../src/classes/metallb/ip-address-pool.ts";
import type { ClassModel } from "../../src/classes/model.ts";
import { offersFor } from "../../src/classes/offers.ts";
import { ADDRESSES_ANNOTATION, COUNT_ANNOTATION } from "../../src/classes/annotations.ts";
import { parseRequest } from "../../src/classes/request.ts";
import { partyOf } from "../../src/classes/sharing.ts";
import { manifest } from "./metallb/cases.ts";
import { timeOf } from "./world.ts";

/** A sentence, and the passes that follow each other. */
export type Script = readonly [name: string, ...passes: readonly string[]];

const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  A: ["192.0.2.16/30"],
  B: ["198.51.100.16/30"],
  C: ["203.0.113.16/30"],
  D: ["10.4.0.16/30", "2001:db8:d::/126"],
  S: ["2001:db8:6::/126"],
  T: ["10.9.0.16"],
  Z: ["10.0.7.254-10.0.8.1"],
  E: [],
};

const BASES: Readonly<Record<string, (n: number) => string>> = {
  A: (n) => `192.0.2.${16 + n}`,
  B: (n) => `198.51.100.${16 + n}`,
  C: (n) => `203.0.113.${16 + n}`,
  D: (n) => `10.4.0.${16 + n}`,
  d: (n) => `2001:db8:d::${n === 0 ? "" : n}`,
  s: (n) => `2001:db8:6::${n === 0 ? "" : n}`,
  T: () => "10.9.0.16",
  Z: (n) => (n < 2 ? `10.0.7.${254 + n}` : `10.0.8.${n - 2}`),
  // Of no pool.
  X: (n) => `10.99.0.${n}`,
};

export function addressOf(short: string): string {
  return BASES[short.charAt(0)]?.(Number(short.slice(1))) ?? short;
}

function poolOf(text: string, order: number): IPAddressPool {
  const [name = "", ...marks] = text.split(/(?=[!#@%~+])/);
  const letters = [
    name.charAt(0),
    ...marks.filter((m) => m.startsWith("+")).map((m) => m.slice(1)),
  ];
  const all = (mark: string) =>
    marks.filter((one) => one.startsWith(mark)).map((one) => one.slice(mark.length));
  const labels = all("@=");
  const allocation = {
    ...(all("#").length > 0 ? { priority: Number(all("#")[0]) } : {}),
    namespaces: all("@").filter((one) => !one.startsWith("=")),
    namespaceSelectors: labels.map((label) => ({ matchLabels: { team: label } })),
    serviceSelectors: all("%").map((tier) => ({ matchLabels: { tier } })),
  };
  const isPinned = marks.some((mark) => "#@%".includes(mark.charAt(0)));
  const spec: IPAddressPoolSpec = {
    addresses: letters.flatMap((letter) => ADDRESSES[letter] ?? []),
    ...(marks.includes("!") ? { autoAssign: false } : {}),
    ...(marks.includes("~") ? { avoidBuggyIPs: true } : {}),
    ...(isPinned ? { serviceAllocation: allocation } : {}),
  };
  return manifest("IPAddressPool", name, spec, order + 1) as IPAddressPool;
}

type Classes = ReadonlyMap<string, ClassModel>;

function requestOf(text: string, order: number, classes: Classes): AllocationRequest {
  const [key = "", ...words] = text.trim().split(/ +/);
  const after = (mark: string) => words.find((word) => word.startsWith(mark))?.slice(mark.length);
  const [namespace = ""] = key.includes("/") ? key.split("/") : ["default"];
  const [sharing, ports = "80"] = words.find((word) => /^\w+:[\d,]+$/.test(word))?.split(":") ?? [];
  const [local, pool, label] = [after("L:"), after(">"), after("%")];
  const wanted = after("=")?.split(",").map(addressOf).join(",");
  const isBoth = words.includes("R") || words.includes("P");
  const both = words.includes("6") ? ["IPv6", "IPv4"] : ["IPv4", "IPv6"];
  const labels = label === undefined ? {} : { tier: label };
  const facts = { namespace, labels, namespaceLabels: { team: namespace }, pool: pool ?? null };
  return {
    key,
    createdAt: timeOf(order + 1),
    offers: offersFor(facts, { classes }),
    request: parseRequest({
      annotations: {
        [COUNT_ANNOTATION]: after("x") ?? "1",
        ...(wanted === undefined ? {} : { [ADDRESSES_ANNOTATION]: wanted }),
      },
      ipFamilies: isBoth ? both : both.slice(0, 1),
      ...(isBoth
        ? { ipFamilyPolicy: words.includes("R") ? "RequireDualStack" : "PreferDualStack" }
        : {}),
    }),
    party: partyOf({
      annotations: sharing === undefined ? {} : { "metallb.io/allow-shared-ip": sharing },
      ...(local === undefined ? {} : { externalTrafficPolicy: "Local", selector: { app: local } }),
      ports: ports.split(",").map((port) => ({ port: Number(port) })),
    }),
    adopted: (after("was:")?.split(",").map(addressOf) ?? []) as Ip[],
  };
}

export function placesOf({ services }: AllocationResult, { key, request }: AllocationRequest) {
  return request.families.flatMap((family) => services.get(key)?.places[family] ?? []);
}

/** @returns the claims as they are once all is written: what is released is gone */
export function claimsAfter(
  result: AllocationResult,
  requests: readonly AllocationRequest[],
): Claim[] {
  return requests.flatMap(({ key, request }) =>
    request.families.flatMap((family) =>
      (result.services.get(key)?.places[family] ?? []).flatMap((address, index) =>
        address === null ? [] : [{ address, service: key, index }],
      ),
    ),
  );
}

/** Plays the script, pass by pass; whatever the order of the input, the answer is the same. */
export function play(passes: readonly string[]): void {
  let claims: readonly Claim[] = [];
  for (const pass of passes) {
    const [pools = "", services = "", want = "", problems = ""] = pass
      .split("|")
      .map((s) => s.trim());
    const ipAddressPools = pools
      .split(/ +/)
      .filter((text) => text !== "")
      .map(poolOf);
    const { classes } = compileAll({ classes: [], ipAddressPools, l2Advertisements: [] });
    const texts = services.split(";").filter((text) => text.trim() !== "");
    const requests = texts.map((text, order) => requestOf(text, order, classes));
    const result = allocate({ requests, classes, claims });
    const turned = allocate({
      requests: [...requests].reverse(),
      classes,
      claims: [...claims].reverse(),
    });
    const seen = requests.map((request) =>
      [request.key, ...placesOf(result, request).map((ip) => ip ?? "-")].join(" "),
    );
    const wanted = want.split(";").filter((text) => text.trim() !== "");
    expect(seen, pass).to.deep.equal(
      wanted.map((text) =>
        text
          .trim()
          .split(/ +/)
          .map((word, i) => (i === 0 ? word : addressOf(word)))
          .join(" "),
      ),
    );
    for (const request of requests) {
      expect(placesOf(turned, request)).to.deep.equal(placesOf(result, request));
    }
    const codes = requests.flatMap(({ key }) => {
      const allocation = result.services.get(key);
      const told = [...(allocation?.problems ?? []), ...(allocation?.notices ?? [])];
      return told.map(({ code }) => `${key} ${code}`);
    });
    const toldOf = problems.split(";").flatMap((text) => (text.trim() === "" ? [] : [text.trim()]));
    expect(codes, `${pass}: problems`).to.deep.equal(toldOf);
    claims = claimsAfter(result, requests);
  }
}
