/** Which addresses want different nodes. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import type { Assignment } from "../../src/controller/assignments.ts";
import { Groups } from "../../src/controller/groups.ts";

/** Each address with the Services that use it. */
const rows: readonly { name: string; users: Record<string, string>; want: readonly string[] }[] = [
  { name: "one Service", users: { "192.0.2.1": "a", "192.0.2.2": "a" }, want: ["a", "a"] },
  { name: "two Services", users: { "192.0.2.1": "a", "192.0.2.2": "b" }, want: ["a", "b"] },
  {
    name: "two families of one Service",
    users: { "192.0.2.1": "a", "2001:db8::1": "a" },
    want: ["a", "a 6"],
  },
  {
    name: "a shared address links the others of its Services",
    users: { "192.0.2.1": "b", "192.0.2.2": "a b", "192.0.2.3": "a" },
    want: ["a", "a", "a"],
  },
  {
    name: "a chain is one group, whatever the order",
    users: { "192.0.2.1": "b c", "192.0.2.2": "c d", "192.0.2.3": "a b", "192.0.2.4": "d" },
    want: ["a", "a", "a", "a"],
  },
  {
    name: "one family is linked, the other is not",
    users: { "192.0.2.1": "a b", "2001:db8::1": "a", "2001:db8::2": "b" },
    want: ["a", "a 6", "b 6"],
  },
];

describe("controller: groups", () => {
  for (const { name, users, want } of rows) {
    it(name, () => {
      const wanted = new Map(
        Object.entries(users).map(([text, names]): [Ip, Assignment] => {
          const uses = names.split(" ").map((one) => ({ namespace: "n", name: one, index: 0 }));
          return [text as Ip, { ip: text as Ip, className: "edge", uses }];
        }),
      );
      const known = new Groups();
      known.see(wanted, new Set(wanted.keys()));
      expect(known.see(wanted, new Set(wanted.keys())), "seen twice").to.have.length(0);
      const groups = [...wanted.values()].map((assignment) => known.of(assignment));
      const names = groups.map((group) => group.replace(/^n\/(\w+)\/IPv(4|6)$/, "$1 $2"));
      expect(names.map((one) => one.replace(" 4", ""))).to.deep.equal(want);
    });
  }

  it("an address that is shared no more parts the others of its Services, and they are told", () => {
    const users = (text: string, names: string): [Ip, Assignment] => {
      const uses = names.split(" ").map((one) => ({ namespace: "n", name: one, index: 0 }));
      return [text as Ip, { ip: text as Ip, className: "edge", uses }];
    };
    const own = [users("192.0.2.1", "a"), users("192.0.2.2", "b"), users("192.0.2.3", "c")];
    const known = new Groups();
    const see = (shared: string) => {
      const wanted = new Map([...own, users("192.0.2.9", shared)]);
      const news = shared === "a" ? [...wanted.keys()] : (["192.0.2.9"] as Ip[]);
      const others = [...known.see(wanted, new Set(news))].sort();
      return { others, groups: own.map(([, assignment]) => known.of(assignment)) };
    };
    const [a, b, c] = ["n/a/IPv4", "n/b/IPv4", "n/c/IPv4"];
    expect(see("a")).to.deep.equal({ others: [], groups: [a, b, c] });
    expect(see("b c")).to.deep.equal({ others: ["192.0.2.3"], groups: [a, b, b] });
    expect(see("a b c").groups).to.deep.equal([a, a, a]);
    expect(see("a c")).to.deep.equal({ others: ["192.0.2.2"], groups: [a, b, a] });
    expect(see("c")).to.deep.equal({ others: ["192.0.2.3", "192.0.2.9"], groups: [a, b, c] });
  });
});
