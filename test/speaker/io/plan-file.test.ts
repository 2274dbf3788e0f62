/**
 * The plan on disk: what is written is read; what cannot be read is as if it were not there.
 */
import { expect } from "chai";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { loadPlan, planFile, type SavedPlan } from "../../../src/speaker/io/plan-file.ts";

const log = pino({ level: "silent" });
const PLAN: SavedPlan = {
  ...{ version: 1, incarnation: 1000, generation: 7, keys: ["AAAA"] },
  nodes: [{ node: "n1", addresses: ["198.51.100.1"] }],
  addresses: [
    [
      "192-0-2-1",
      {
        ...{ address: "192.0.2.1" as never, rank: ["n1"], generation: 7 },
        ...{ interfaces: [], holder: null },
      },
    ],
  ],
};

describe("speaker: plan on disk", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "plan-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it("is read as it was written, is its owner's alone, and leaves nothing beside it", async () => {
    const inside = join(dir, "made");
    const file = planFile(inside, log, () => PLAN);
    file.saveSoon();
    file.saveSoon();
    await file.close();
    expect(await loadPlan(inside, log)).to.deep.equal(PLAN);
    expect(await readdir(inside)).to.deep.equal(["plan.json"]);
    expect((await stat(join(inside, "plan.json"))).mode & 0o777).to.equal(0o600);
  });

  it("save() has written it when it resolves, with what was to be written soon", async () => {
    let incarnation = 1;
    const file = planFile(dir, log, () => ({ ...PLAN, incarnation }));
    file.saveSoon();
    await file.save();
    incarnation++;
    await file.close();
    expect((await loadPlan(dir, log))?.incarnation).to.equal(1);
  });

  it("nothing there: null", async () => {
    expect(await loadPlan(dir, log)).to.equal(null);
  });

  const broken: readonly { name: string; text: string }[] = [
    { name: "cut off", text: JSON.stringify(PLAN).slice(0, -20) },
    { name: "of a later version", text: JSON.stringify({ ...PLAN, version: 2 }) },
    {
      name: "with an address that is none",
      text: JSON.stringify(PLAN).replace("192.0.2.1", "192.0.2.1/32"),
    },
    { name: "with a rank that is no list", text: JSON.stringify(PLAN).replace('["n1"]', '"n1"') },
    { name: "null", text: "null" },
    { name: "an entry that is no pair", text: JSON.stringify({ ...PLAN, addresses: [null] }) },
  ];
  for (const { name, text } of broken) {
    it(`${name}: null`, async () => {
      await writeFile(join(dir, "plan.json"), text);
      expect(await loadPlan(dir, log)).to.equal(null);
    });
  }
});
