/** Definitions from schemas: what the API server would refuse never leaves the house. */
import { expect } from "chai";
import { buildCrd, structural, webhookConversion, type CrdOptions } from "../../src/base/crd.ts";
import { oneOf, textMap, Type, withRules } from "../../src/base/schema.ts";

const text = Type.String({ maxLength: 5 });

const options: CrdOptions = {
  group: "example.com",
  version: "v1",
  kind: "Lamp",
  plural: "lamps",
  singular: "lamp",
  scope: "Namespaced",
  description: "Shines.",
  spec: Type.Object({ colour: text, watts: Type.Optional(Type.Integer()) }),
  status: Type.Object({ lit: Type.Optional(Type.Boolean()) }),
  columns: [{ name: "Colour", type: "string", jsonPath: ".spec.colour" }],
};

describe("crd: buildCrd", () => {
  it("writes one version, served and stored, with a status subresource", () => {
    expect(buildCrd(options)).to.deep.equal({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "lamps.example.com" },
      spec: {
        group: "example.com",
        names: { kind: "Lamp", listKind: "LampList", plural: "lamps", singular: "lamp" },
        scope: "Namespaced",
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                description: "Shines.",
                type: "object",
                required: ["spec"],
                properties: {
                  apiVersion: { type: "string" },
                  kind: { type: "string" },
                  metadata: { type: "object" },
                  spec: {
                    type: "object",
                    required: ["colour"],
                    properties: {
                      colour: { type: "string", maxLength: 5 },
                      watts: { type: "integer" },
                    },
                  },
                  status: { type: "object", properties: { lit: { type: "boolean" } } },
                },
              },
            },
            subresources: { status: {} },
            additionalPrinterColumns: options.columns,
          },
        ],
      },
    });
  });

  it("adds names, labels and rules, and lets the spec be left out, where asked", () => {
    const rules = [{ rule: 'self.metadata.name != ""', message: "no" }];
    const more = { shortNames: ["lp"], categories: ["all"], labels: { a: "b" }, rules };
    const { metadata, spec } = buildCrd({ ...options, ...more, specRequired: false });
    expect(metadata.labels).to.deep.equal({ a: "b" });
    expect([spec.names.shortNames, spec.names.categories]).to.deep.equal([["lp"], ["all"]]);
    const root = spec.versions[0]?.schema.openAPIV3Schema;
    expect(root?.["x-kubernetes-validations"]).to.deep.equal(rules);
    expect(root).not.to.have.property("required");
  });
});

describe("crd: several versions", () => {
  const spec = Type.Object({ colour: text });
  const older = [{ version: "v0", spec, deprecationWarning: "v0 is deprecated" }];
  const crd = buildCrd({ ...options, older });

  it("one is stored, the older ones are served with a warning and a schema of their own", () => {
    const said = crd.spec.versions.map(({ name, served, storage, deprecated = false }) => ({
      ...{ name, served, storage, deprecated },
    }));
    expect(said).to.deep.equal([
      { name: "v1", served: true, storage: true, deprecated: false },
      { name: "v0", served: true, storage: false, deprecated: true },
    ]);
    const [newest, old] = crd.spec.versions;
    expect(old?.deprecationWarning).to.equal("v0 is deprecated");
    expect(JSON.stringify(newest?.schema)).to.contain("watts");
    expect(JSON.stringify(old?.schema)).to.not.contain("watts");
    expect(old?.subresources).to.deep.equal({ status: {} });
  });

  it("says nothing of how they are converted: that is the controller's to write", () => {
    expect(crd.spec).to.not.have.property("conversion");
    const where = { url: "https://127.0.0.1/convert", caBundle: "Q0E=" };
    expect(webhookConversion(where)).to.deep.equal({
      strategy: "Webhook",
      webhook: { conversionReviewVersions: ["v1"], clientConfig: where },
    });
  });
});

describe("crd: structural", () => {
  const refused: readonly { name: string; schema: object; want: RegExp }[] = [
    { name: "a reference", schema: { $ref: "#/x" }, want: /"\$ref"/ },
    { name: "a constant", schema: Type.Literal("x"), want: /"const"/ },
    { name: "a map by pattern", schema: Type.Record(Type.String(), text), want: /pattern/ },
    { name: "no type", schema: { description: "?" }, want: /one type/ },
    { name: "two types", schema: { type: ["string", "null"] }, want: /one type/ },
    { name: "an array of anything", schema: { type: "array" }, want: /items/ },
    {
      name: "a closed object",
      schema: Type.Object({ a: text }, { additionalProperties: false }),
      want: /additionalProperties/,
    },
    {
      name: "a fault deep inside, with its path",
      schema: Type.Object({
        a: Type.Array(textMap({ maxProperties: 1 })),
        b: Type.Object({ c: Type.Literal(1) }),
      }),
      want: /^\.b\.c: /,
    },
    {
      name: "a fault in an array's items",
      schema: Type.Object({ a: Type.Array(Type.Literal(1)) }),
      want: /^\.a\[\]: /,
    },
    {
      name: "a fault in a map's values",
      schema: { type: "object", additionalProperties: {} },
      want: /^\.\*: /,
    },
  ];

  for (const { name, schema, want } of refused) {
    it(`refuses ${name}`, () => expect(() => structural(schema)).to.throw(want));
  }

  it("lets pass what our helpers build", () => {
    const schema = Type.Object({
      word: oneOf(["a", "b"], { default: "a" }),
      labels: Type.Optional(textMap({ maxProperties: 2 })),
      port: Type.Unsafe<string | number>({ "x-kubernetes-int-or-string": true }),
    });
    expect(structural(schema)).to.deep.equal({
      type: "object",
      required: ["word", "port"],
      properties: {
        word: { type: "string", enum: ["a", "b"], default: "a" },
        labels: {
          type: "object",
          additionalProperties: { type: "string", maxLength: 253 },
          maxProperties: 2,
        },
        port: { "x-kubernetes-int-or-string": true },
      },
    });
  });

  it("spells reserved words in rules as the API server does, once", () => {
    const rules = [
      { rule: "self.namespace == self.__namespace__ && self.names == self.a.in", message: "no" },
    ];
    expect(structural(withRules(text, rules))["x-kubernetes-validations"]).to.deep.equal([
      {
        rule: "self.__namespace__ == self.__namespace__ && self.names == self.a.__in__",
        message: "no",
      },
    ]);
  });
});
