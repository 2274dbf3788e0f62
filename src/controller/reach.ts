/**
 * Who may hold an address, by the ways of its class that are for the Services that use it. Pure.
 *
 * For most addresses that is everybody whom the class reaches. Where a way is for some Services only, each of the users
 * has to be reached: a node may hold a shared address if every user has a way that selects it.
 * Neighbours: world.ts has the nodes of whole classes; rank-jobs.ts and the statuses ask.
 */
import { scoresOf, waysFor, type Way } from "../classes/model.ts";
import { classNodes, type ClassNodes, type World } from "./world.ts";

interface Use {
  readonly namespace: string;
  readonly name: string;
}

/** By classes with their nodes: what was found for a set of ways is found for all Services that have it. */
const known = new WeakMap<World["classes"], Map<string, ClassNodes>>();

/** @returns the nodes for an address of the class that these Services use; undefined: there is no such class */
export function reachOf(uses: readonly Use[], key: string, world: World): ClassNodes | undefined {
  const whole = world.classes.get(key);
  if (whole === undefined || whole.ways.every(({ services }) => services.length === 0))
    return whole;
  const [first, ...others] = uses.map((use) => waysOf(use, whole, world));
  if (first === undefined) return whole;
  return others.reduce(both, first);
}

function waysOf({ namespace, name }: Use, { model }: ClassNodes, world: World): ClassNodes {
  const labels = world.services.get(`${namespace}/${name}`)?.metadata.labels ?? {};
  const ways = waysFor(model, labels);
  const id = JSON.stringify([model.key, ways.map(numberIn(model.ways))]);
  const ofClasses = known.get(world.classes) ?? new Map<string, ClassNodes>();
  known.set(world.classes, ofClasses);
  const found = ofClasses.get(id) ?? classNodes(model, ways, world.nodes);
  ofClasses.set(id, found);
  return found;
}

function numberIn(ways: readonly Way[]): (way: Way) => number {
  return (way) => ways.indexOf(way);
}

/** What is in both, for each pair the same object. */
const bothOf = new WeakMap<ClassNodes, WeakMap<ClassNodes, ClassNodes>>();

function both(a: ClassNodes, b: ClassNodes): ClassNodes {
  if (a === b) return a;
  const withA = bothOf.get(a) ?? new WeakMap<ClassNodes, ClassNodes>();
  bothOf.set(a, withA);
  const found = withA.get(b) ?? inBoth(a, b);
  withA.set(b, found);
  return found;
}

function inBoth(a: ClassNodes, b: ClassNodes): ClassNodes {
  const names = new Set(b.selected.map(({ name }) => name));
  const isInBoth = ({ name }: { readonly name: string }) => names.has(name);
  const eligible = a.eligible.filter(({ name }) => b.eligibleNames.has(name));
  const ways = [...new Set([...a.ways, ...b.ways])];
  return {
    ...{ ...a, ways, scores: scoresOf(ways, eligible) },
    selected: a.selected.filter(isInBoth),
    eligible,
    leaving: new Map([...a.leaving].filter(([name]) => names.has(name))),
    eligibleNames: new Set(eligible.map(({ name }) => name)),
    hasSpeaker: eligible.some(({ joinedAt }) => joinedAt !== null),
  };
}
