/** What is read from the webhook's configuration, and what is written into it and into the definition of BGPPeer. */
import { expect } from "chai";
import {
  configurationPatch,
  conversionPatch,
  namesOf,
  oddHostsOf,
  type ClientConfig,
  type ConvertedCrd,
  type WebhookConfiguration,
} from "../../src/controller/webhook-injection.ts";

const SERVICE = { namespace: "lb", name: "hook", path: "/validate" };
const OF_OTHERS = { namespace: "metallb-system", name: "metallb-webhook-service" };
const VERSIONS = [
  { name: "v1beta2", served: true },
  { name: "v1beta1", served: true },
];

function configuration(...places: ClientConfig[]): WebhookConfiguration {
  const webhooks = places.map((clientConfig, place) => ({
    ...{ name: `hook-${place}`, clientConfig, failurePolicy: "Ignore" },
  }));
  return { metadata: { name: "spreadlb", resourceVersion: "7" }, webhooks };
}

function crd(conversion?: ConvertedCrd["spec"]["conversion"], versions = VERSIONS): ConvertedCrd {
  const metadata = { name: "bgppeers.metallb.io", resourceVersion: "8" };
  return { metadata, spec: { versions, ...(conversion ? { conversion } : {}) } };
}

describe("namesOf", () => {
  const usual = "spreadlb-webhook.spreadlb-system.svc";
  const rows = [
    { name: "no configuration: the usual Service", given: null, want: [usual] },
    {
      name: "another Service",
      given: configuration({ service: SERVICE }),
      want: ["hook.lb.svc", usual],
    },
    {
      name: "URLs, each host once",
      given: configuration(
        { url: "https://lb.example:9443/validate" },
        { url: "https://lb.example/validate" },
        { url: "https://192.0.2.1:9443/validate" },
        { url: "https://[2001:db8::1]:9443/validate" },
      ),
      want: ["192.0.2.1", "2001:db8::1", "lb.example", usual],
    },
    {
      name: "a host with a dot at its end is called without it",
      given: configuration({ url: "https://lb.example.:9443/validate" }),
      want: ["lb.example", usual],
    },
    {
      name: "hosts that are no DNS names are left out: one of them could spoil the certificate for all",
      given: configuration(
        { url: "https://lb..example/validate" },
        { url: "https://*.example/validate" },
        { url: "https://-a.example/validate" },
        { url: `https://${"a".repeat(64)}.example/validate` },
        { url: "https://a_b.example/validate" },
      ),
      want: ["a_b.example", usual],
    },
    { name: "no URL at all", given: configuration({ url: "nonsense" }, {}), want: [usual] },
  ];
  for (const { name, given, want } of rows) {
    it(name, () => {
      expect(namesOf(given, "spreadlb-system")).to.deep.equal(want);
    });
  }
});

describe("oddHostsOf", () => {
  const rows = [
    { name: "no configuration", given: null, want: [] },
    {
      name: "names, addresses, Services",
      given: configuration(
        { service: SERVICE },
        { url: "https://lb.example./validate" },
        { url: "https://[2001:db8::1]/validate" },
      ),
      want: [],
    },
    {
      name: "what no certificate can be for, each once",
      given: configuration({ url: "https://lb..example/a" }, { url: "https://lb..example/b" }),
      want: ["lb..example"],
    },
  ];
  for (const { name, given, want } of rows) {
    it(name, () => {
      expect(oddHostsOf(given)).to.deep.equal(want);
    });
  }
});

describe("configurationPatch", () => {
  it("is nothing where every hook has the bundle", () => {
    const given = configuration({ service: SERVICE, caBundle: "B" });
    expect(configurationPatch(given, "B")).to.equal(null);
  });

  it("puts the bundle into all, keeps the rest, and asks for the version that was read", () => {
    const given = configuration(
      { service: SERVICE, caBundle: "B" },
      { url: "https://192.0.2.1/validate", caBundle: "old" },
    );
    expect(configurationPatch(given, "B")).to.deep.equal({
      metadata: { resourceVersion: "7" },
      webhooks: [
        {
          name: "hook-0",
          failurePolicy: "Ignore",
          clientConfig: { service: SERVICE, caBundle: "B" },
        },
        {
          name: "hook-1",
          failurePolicy: "Ignore",
          clientConfig: { url: "https://192.0.2.1/validate", caBundle: "B" },
        },
      ],
    });
  });
});

describe("conversionPatch", () => {
  const ours = (clientConfig: ClientConfig) => ({ strategy: "Webhook", webhook: { clientConfig } });
  const toService = {
    url: null,
    caBundle: "B",
    service: { ...SERVICE, path: "/convert" },
  };
  const rows: readonly {
    readonly name: string;
    readonly crd: ConvertedCrd;
    readonly where?: ClientConfig;
    /** The clientConfig that is written, or null. */
    readonly want: object | null;
  }[] = [
    { name: "none yet: to the Service, by its path", crd: crd(), want: toService },
    { name: "strategy None", crd: crd({ strategy: "None" }), want: toService },
    {
      name: "a URL: the same host",
      crd: crd(),
      where: { url: "https://192.0.2.1:9443/validate" },
      want: { url: "https://192.0.2.1:9443/convert", service: null, caBundle: "B" },
    },
    {
      name: "in place, with the port that the API server fills in",
      crd: crd(ours({ caBundle: "B", service: { ...SERVICE, path: "/convert", port: 443 } })),
      want: null,
    },
    {
      name: "an old bundle",
      crd: crd(ours({ caBundle: "A", service: { ...SERVICE, path: "/convert", port: 443 } })),
      want: toService,
    },
    {
      name: "another port",
      crd: crd(ours({ caBundle: "B", service: { ...SERVICE, path: "/convert", port: 1 } })),
      want: toService,
    },
    {
      name: "another program's: hands off",
      crd: crd(ours({ caBundle: "X", service: { ...OF_OTHERS, path: "/convert" } })),
      want: null,
    },
    {
      name: "only one version is served",
      crd: crd(undefined, [
        { name: "v1beta2", served: true },
        { name: "v1beta1", served: false },
      ]),
      want: null,
    },
    { name: "a configuration that says no place", crd: crd(), where: {}, want: null },
  ];
  for (const { name, crd: given, where = { service: SERVICE }, want } of rows) {
    it(name, () => {
      const patch = conversionPatch(given, configuration(where), "B");
      const webhook = { conversionReviewVersions: ["v1"], clientConfig: want };
      const spec = { conversion: { strategy: "Webhook", webhook } };
      expect(patch).to.deep.equal(
        want === null ? null : { metadata: { resourceVersion: "8" }, spec },
      );
    });
  }

  it("a configuration without hooks", () => {
    expect(conversionPatch(crd(), configuration(), "B")).to.equal(null);
  });
});
