import { expect } from "chai";
import { renderAge, renderTable } from "../../src/cli/table.ts";

describe("cli: tables", () => {
  const rows = [
    { name: "no rows", rows: [], want: "" },
    { name: "one cell", rows: [["A"]], want: "A\n" },
    {
      name: "columns are as wide as their widest cell, the last one is not padded",
      rows: [
        ["NAME", "X"],
        ["a-long-name", "1"],
      ],
      want: "NAME          X\na-long-name   1\n",
    },
    {
      name: "an empty last cell leaves no space behind",
      rows: [["a", "b"], ["a"], ["a", ""]],
      want: "a   b\na\na\n",
    },
  ];
  for (const { name, rows: cells, want } of rows) {
    it(name, () => expect(renderTable(cells)).to.equal(want));
  }
});

describe("cli: ages", () => {
  const nowMs = Date.parse("2026-03-10T12:00:00Z");
  const rows = [
    { since: "2026-03-10T12:00:00Z", want: "0s" },
    { since: "2026-03-10T11:59:59.001Z", want: "0s" },
    { since: "2026-03-10T11:58:01Z", want: "119s" },
    { since: "2026-03-10T11:58:00Z", want: "2m" },
    { since: "2026-03-10T10:00:01Z", want: "119m" },
    { since: "2026-03-10T10:00:00Z", want: "2h" },
    { since: "2026-03-08T12:00:01Z", want: "47h" },
    { since: "2026-03-08T12:00:00Z", want: "2d" },
    { since: "2026-03-10T12:00:05Z", want: "0s" }, // a clock that is ahead of ours
    { since: "yesterday", want: "?" },
  ];
  for (const { since, want } of rows) {
    it(`${since} is ${want}`, () => expect(renderAge(since, nowMs)).to.equal(want));
  }
});
