/**
 * Kinds and versions in the groups that we serve: those that there are, and what is meant by one that there is not. Pure.
 *
 * Neighbours: lint-reading.ts asks for every document.
 */
import { nearestWord } from "../base/nearest.ts";
import { nodeBgpStatusCrd } from "../bgp/resource.ts";
import { CHECKED_KINDS, type CheckedKind } from "../classes/check/kinds.ts";
import { configurationStateCrd } from "../classes/metallb/configuration-state.ts";
import { METALLB_GROUP } from "../classes/metallb/kinds.ts";
import { serviceBgpStatusCrd } from "../classes/metallb/service-bgp-status.ts";
import { serviceL2StatusCrd } from "../classes/metallb/service-l2-status.ts";
import { dnsPublisherCrd } from "../dns/resource.ts";
import { virtualIpCrd } from "../multi-ip/resource.ts";

/** Nobody writes them by hand, or they are another program's: MetalLB's operator has a kind of its own in MetalLB's group. */
const SKIPPED: Readonly<Record<string, readonly string[]>> = {
  [METALLB_GROUP]: [
    ...[serviceL2StatusCrd, serviceBgpStatusCrd, configurationStateCrd].map(
      ({ spec }) => spec.names.kind,
    ),
    "MetalLB",
  ],
  [virtualIpCrd.spec.group]: [virtualIpCrd, nodeBgpStatusCrd, dnsPublisherCrd].map(
    ({ spec }) => spec.names.kind,
  ),
};

/** Other programs have kinds in Deckhouse's group: there only what looks like one of ours is wrong. */
const OWNED: ReadonlySet<string> = new Set(Object.keys(SKIPPED));

export interface TypeProblem {
  readonly field: "apiVersion" | "kind";
  /** Two sentences: what is wrong, and the way out. */
  readonly message: string;
}

/** @returns what the API server would not know of these words, or null */
export function typeProblem(apiVersion: string, kind: string): TypeProblem | null {
  const known = CHECKED_KINDS.get(kind);
  const [group, version] = splitVersion(apiVersion);
  if (known === undefined) return kindProblem(group, kind);
  const served = known.crd.spec.versions.map(({ name }) => name);
  const right = `${known.group}/${served[0] ?? ""}`;
  if (group === known.group) {
    if (served.includes(version)) return null;
    const message = `There is no version "${version}" of ${kind}. Write "${right}".`;
    return { field: "apiVersion", message };
  }
  const isMeant = group === "" || nearestWord(group, [known.group]) !== undefined;
  if (!isMeant) return null;
  const message = `There is no kind ${kind} in "${apiVersion}". Write "${right}".`;
  return { field: "apiVersion", message };
}

function kindProblem(group: string, kind: string): TypeProblem | null {
  const checked = [...CHECKED_KINDS.values()].filter((it) => it.group === group);
  const names = [...checked.map((it) => it.kind), ...(SKIPPED[group] ?? [])];
  if (names.length === 0 || names.includes(kind)) return null;
  const near = nearestWord(kind, names);
  if (near === undefined && !OWNED.has(group)) return null;
  const way = near === undefined ? `There are: ${names.join(", ")}.` : `Write "${near}".`;
  return { field: "kind", message: `There is no kind "${kind}" in ${group}. ${way}` };
}

/** @returns group, "" where none is written, and version */
function splitVersion(apiVersion: string): readonly [group: string, version: string] {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** @returns the kind where the document is of it, whichever version it names */
export function checkedKind(apiVersion: string, kind: string): CheckedKind | undefined {
  const known = CHECKED_KINDS.get(kind);
  return known !== undefined && splitVersion(apiVersion)[0] === known.group ? known : undefined;
}
