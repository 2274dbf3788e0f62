/**
 * The manifests of a live cluster, held against the checks of the webhook and of lint: nothing of theirs was ever asked of ours. Pure.
 *
 * What would be refused needs a hand: the API server keeps such an object, and refuses the next change of it. What would be a
 * warning is a note.
 * Neighbours: migrate-plan.ts says what the compiler leaves out; ../classes/check has the checks.
 */
import { checkAll, checkObject } from "../classes/check/check.ts";
import type { Finding } from "../classes/check/finding.ts";
import { CHECKED_KINDS } from "../classes/check/kinds.ts";
import { worldOf } from "../classes/check/world.ts";
import type { Manifests } from "../classes/compile.ts";
import type { Node } from "../kube/types.ts";
import type { Hand } from "./migrate-plan.ts";

/** Worth a look: it works as it is. */
export type Note = Pick<Hand, "object" | "message">;

/** @param known what is said already */
export function checkManifests(
  manifests: Manifests,
  { nodes, known }: { readonly nodes: readonly Node[]; readonly known: readonly Hand[] },
): { readonly hands: readonly Hand[]; readonly notes: readonly Note[] } {
  const said = new Set(known.map(textOf));
  const findings = [...alone(manifests), ...checkAll({ ...worldOf(manifests), nodes })];
  const news = findings.filter((it) => !said.has(textOf(asHand(it))));
  return {
    hands: news.filter(({ isWarning }) => !isWarning).map(asHand),
    notes: news
      .filter(({ isWarning }) => isWarning)
      .map(({ object, field, message }) => ({ object, message: withField(field, message) })),
  };
}

/** What is wrong with one object, whatever else there is; a field that ours has not is lost with our definitions. */
function alone(manifests: Manifests): Finding[] {
  return [...CHECKED_KINDS.values()].flatMap((kind) => {
    const { group, versions } = kind.crd.spec;
    const version = versions.find(({ storage }) => storage)?.name ?? "";
    return kind.all(manifests).flatMap((stored) => {
      const value = {
        metadata: stored.metadata,
        spec: stored.spec,
        apiVersion: `${group}/${version}`,
        kind: kind.kind,
      };
      const faults = checkObject(kind, value, null, { isStrict: false });
      return faults.map((fault) => ({ object: `${kind.kind}/${stored.metadata.name}`, ...fault }));
    });
  });
}

/** The first sentence is what is wrong, the rest the way out. */
function asHand({ object, field, message }: Finding): Hand {
  const [first = "", ...rest] = message.split(/(?<=\.) (?=[A-Z])/);
  const todo = rest.join(" ");
  return {
    object,
    message: withField(field, first.replace(/\.$/, "")),
    todo: todo === "" ? `Correct ${field === "" ? "it" : field}.` : todo,
  };
}

function withField(field: string, message: string): string {
  return field === "" ? message : `${field}: ${message}`;
}

/** Without the field, which the compiler does not know. */
function textOf({ object, message }: Note): string {
  return `${object} ${message.replace(/^[a-z]\S*: /, "")}`;
}
