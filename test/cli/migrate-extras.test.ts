/** What MetalLB is told beside its kinds: what needs a hand, object by object. */
import { expect } from "chai";
import {
  excludedInterfaces,
  frrExtras,
  memberlistNotes,
  type ConfigMap,
} from "../../src/cli/migrate-extras.ts";
import { isExcluded } from "../../src/multi-ip/interfaces.ts";

const USUAL = [
  ...["^docker.*", "^cbr.*", "^dummy.*", "^virbr.*", "^lxcbr.*", "^veth.*", "^lo$", "^cali.*"],
  ...["^tunl.*", "^flannel.*", "^kube-ipvs.*", "^cni.*", "^nodelocaldns.*", "^lxc.*"],
];

const listOf = (text: string): ConfigMap => ({
  metadata: { name: "metallb-excludel2", namespace: "lb" },
  data: { "excludel2.yaml": text },
});
const excluding = (...patterns: readonly string[]) =>
  listOf(`announcedInterfacesToExclude: ${JSON.stringify(patterns)}\n`);
const advertisement = (name: string, interfaces?: readonly string[]) => ({
  metadata: { name, namespace: "lb" },
  spec: interfaces === undefined ? {} : { interfaces: [...interfaces] },
});
const said = (map: ConfigMap, ...advertisements: ReturnType<typeof advertisement>[]) => {
  const { hands, notes } = excludedInterfaces(map, advertisements);
  return [
    ...hands.map(({ object, message }) => `${object}: ${message}`),
    ...notes.map(({ object, message }) => `note ${object}: ${message}`),
  ];
};

describe("cli: interfaces that MetalLB leaves out", () => {
  it("its usual list is built in", () => {
    expect(
      said(excluding(...USUAL), advertisement("all"), advertisement("nic", ["eth0"])),
    ).to.deep.equal([]);
    const names = USUAL.map((pattern) => pattern.replace(/^\^/, "").replace(/\.\*$|\$$/, ""));
    for (const name of names) expect(isExcluded(name), name).to.equal(true);
  });

  for (const pattern of ["^eth1$", "^bond.*", "wg", "^(tun|tap)[0-9]+$", "^lo.*"]) {
    it(`${pattern} is not: every advertisement that names no interfaces needs a hand`, () => {
      const lines = said(
        excluding(...USUAL, pattern),
        advertisement("all"),
        advertisement("nic", ["eth0"]),
        advertisement("rest", []),
      );
      const message = `It names no interfaces: MetalLB's speakers leave out ${pattern} (ConfigMap lb/metallb-excludel2), and ours do not`;
      expect(lines).to.deep.equal([
        `L2Advertisement/all: ${message}`,
        `L2Advertisement/rest: ${message}`,
      ]);
    });
  }

  it("one that is taken out of its list is a note", () => {
    const most = USUAL.filter((pattern) => pattern !== "^dummy.*");
    expect(said(excluding(...most), advertisement("all"))).to.deep.equal([
      "note ConfigMap lb/metallb-excludel2: it lets ^dummy.* in: ours answer there where named",
    ]);
  });

  it("one that an advertisement names, and its list leaves out", () => {
    expect(said(excluding(...USUAL), advertisement("odd", ["veth7"]))).to.deep.equal([
      "note L2Advertisement/odd: it names veth7, which ConfigMap lb/metallb-excludel2 leaves out: MetalLB does not announce there, ours do",
    ]);
  });

  for (const text of [
    "",
    "- a",
    "announcedInterfacesToExclude: x",
    "announcedInterfacesToExclude: ['(']",
    "a: [",
  ]) {
    it(`nobody can read ${JSON.stringify(text)}`, () => {
      expect(said(listOf(text))).to.deep.equal([
        'ConfigMap lb/metallb-excludel2: Its excludel2.yaml has no list "announcedInterfacesToExclude" of regular expressions',
      ]);
    });
  }
});

describe("cli: raw configuration of FRR, and of memberlist", () => {
  const object = (name: string) => ({ metadata: { name, namespace: "lb" } });
  const nodes = ["n1", "n2"].map((name) => ({ metadata: { name } }));

  it("each of them by its name, but for what MetalLB's speakers write themselves", () => {
    const all = ["metallb-n1", "metallb-n2", "metallb-n9", "receive"].map(object);
    const hands = frrExtras(object("bgpextras"), all, nodes);
    expect(hands.map((hand) => hand.object)).to.deep.equal([
      "ConfigMap lb/bgpextras",
      "FRRConfiguration lb/metallb-n9",
      "FRRConfiguration lb/receive",
    ]);
    expect(hands[0]?.message).to.match(/^It is configuration of FRR/);
  });

  it("nothing where there is none", () => {
    expect(frrExtras(null, [object("metallb-n1")], nodes)).to.deep.equal([]);
    expect(memberlistNotes(null)).to.deep.equal([]);
  });

  it("what is set of memberlist is a note", () => {
    expect(
      memberlistNotes(object("metallb-memberlist-config")).map((note) => note.object),
    ).to.deep.equal(["ConfigMap lb/metallb-memberlist-config"]);
  });
});
