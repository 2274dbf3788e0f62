/** What kubectl itself makes of bare words: the table that lint is held to. */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { kubeBinaries } from "../../lab/binaries.ts";
import { YAML_DOCUMENT, YAML_WANTED } from "../cli/yaml-cases.ts";

describe("api: YAML as kubectl reads it", function () {
  this.timeout(60_000);

  it("is what the table says", async () => {
    const { kubectl } = await kubeBinaries();
    const out = await new Promise<string>((resolve, reject) => {
      const argv = ["annotate", "--local", "-f", "-", "a=b", "-o", "json"];
      const child = execFile(kubectl, argv, (error, text) => {
        if (error === null) resolve(text);
        else reject(new Error(error.message));
      });
      child.stdin?.end(YAML_DOCUMENT);
    });
    expect((JSON.parse(out) as { readonly spec: object }).spec).to.deep.equal(YAML_WANTED);
  });
});
