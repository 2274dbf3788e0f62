/**
 * What follows from one object alone is worked out once for it. Pure: the objects of the API are never changed in place.
 *
 * A pass looks at thousands of objects, of which hardly one is new.
 */

/** @returns the same function, whose results live as long as the objects that they are of */
export function onceForEach<In extends object, Out>(
  work: (object: In) => Out,
): (object: In) => Out {
  const known = new WeakMap<In, { readonly out: Out }>();
  return (object) => {
    const before = known.get(object);
    if (before !== undefined) return before.out;
    const out = work(object);
    known.set(object, { out });
    return out;
  };
}
