/** The BGP kinds of both families on a real API server: what it takes, what it refuses and with which words. */
import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { CRDS } from "../../crds/generate.ts";
import { webhookConversion } from "../../src/base/crd.ts";
import {
  CONFIGURATION_ROWS,
  METAL_PEER_ROWS,
  METAL_POOL_ROWS,
} from "../classes/deckhouse-cases.ts";
import {
  BFD_ROWS,
  BGP_ADVERTISEMENT_ROWS,
  COMMUNITY_ROWS,
  PEER_V1BETA1_ROWS,
  PEER_V1BETA2_ROWS,
} from "../classes/metallb/bgp-cases.ts";
import type { ManifestRow } from "../classes/metallb/cases.ts";
import { applyCrds } from "./crd-install.ts";
import { usePlane } from "./plane.ts";

interface Kind {
  readonly kind: string;
  readonly apiVersion: string;
  readonly path: string;
  readonly rows: readonly ManifestRow[];
}

const metallb = (
  kind: string,
  plural: string,
  rows: readonly ManifestRow[],
  version = "v1beta1",
) => ({
  ...{ kind, apiVersion: `metallb.io/${version}`, rows },
  path: `/apis/metallb.io/${version}/namespaces/default/${plural}`,
});

const deckhouse = (kind: string, plural: string, rows: readonly ManifestRow[]) => ({
  ...{ kind, apiVersion: "network.deckhouse.io/v1alpha1", rows },
  path: `/apis/network.deckhouse.io/v1alpha1/${plural}`,
});

const KINDS: readonly Kind[] = [
  metallb("BGPAdvertisement", "bgpadvertisements", BGP_ADVERTISEMENT_ROWS),
  metallb("BGPPeer", "bgppeers", PEER_V1BETA2_ROWS, "v1beta2"),
  metallb("BGPPeer", "bgppeers", PEER_V1BETA1_ROWS),
  metallb("BFDProfile", "bfdprofiles", BFD_ROWS),
  metallb("Community", "communities", COMMUNITY_ROWS),
  deckhouse("MetalLoadBalancerPool", "metalloadbalancerpools", METAL_POOL_ROWS),
  deckhouse("MetalLoadBalancerBGPPeer", "metalloadbalancerbgppeers", METAL_PEER_ROWS),
  deckhouse(
    "MetalLoadBalancerConfiguration",
    "metalloadbalancerconfigurations",
    CONFIGURATION_ROWS,
  ),
];

describe("bgp kinds: a real API server", function () {
  this.timeout(90_000);
  const plane = usePlane({ withCrds: false });

  it("takes the definitions", async () => {
    expect(await applyCrds(plane.api)).to.deep.equal(CRDS.map(() => "Established"));
  });

  for (const { kind, apiVersion, path, rows } of KINDS) {
    for (const { name, spec, refused } of rows) {
      it(`${kind} ${apiVersion}: ${refused === undefined ? "takes" : "refuses"} ${name}`, async () => {
        const body = { apiVersion, kind, metadata: { name: "case" }, ...(spec ? { spec } : {}) };
        const answer = await plane.api.create(`${path}?dryRun=All`, body);
        if (refused === undefined) expect([answer.status, answer.message]).to.deep.equal([201, ""]);
        else {
          expect(answer.status).to.equal(422);
          expect(answer.message).to.contain(refused);
        }
      });
    }
  }

  const PEERS = "/apis/metallb.io/v1beta2/namespaces/default/bgppeers";
  const spec = { myASN: 64_600, peerASN: 64_501, peerAddress: "10.0.0.1" };

  it("BGPPeer: what is written as v1beta1 is read as v1beta2 without a webhook", async () => {
    const old = {
      apiVersion: "metallb.io/v1beta1",
      kind: "BGPPeer",
      metadata: { name: "old" },
      spec,
    };
    const written = await plane.api.create(PEERS.replace("v1beta2", "v1beta1"), old);
    expect([written.status, written.message]).to.deep.equal([201, ""]);
    const read = await plane.api.get(`${PEERS}/old`);
    expect(read.body["apiVersion"]).to.equal("metallb.io/v1beta2");
    expect(read.body["spec"]).to.deep.include(spec);
    expect(read.body["spec"]).to.not.have.any.keys("holdTime", "keepaliveTime");
  });

  it("BGPPeer: graceful restart stays as it was made", async () => {
    const peer = {
      apiVersion: "metallb.io/v1beta2",
      kind: "BGPPeer",
      metadata: { name: "kept" },
      spec,
    };
    expect((await plane.api.create(PEERS, peer)).status).to.equal(201);
    const change = { spec: { enableGracefulRestart: true } };
    const answer = await plane.api.patch(`${PEERS}/kept`, "merge", change);
    expect(answer.status).to.equal(422);
    expect(answer.message).to.contain("EnableGracefulRestart cannot be changed after creation");
  });

  it("BGPPeer: the controller's webhook for conversions outlives a later apply of the file", async () => {
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bgppeers.metallb.io";
    const { clusters } = JSON.parse(await readFile(plane.controlPlane.kubeconfig, "utf8")) as {
      clusters: { cluster: { "certificate-authority-data": string } }[];
    };
    const caBundle = clusters[0]?.cluster["certificate-authority-data"] ?? "";
    const conversion = webhookConversion({ url: "https://127.0.0.1:9443/convert", caBundle });
    const written = await plane.api.patch(path, "merge", { spec: { conversion } });
    expect([written.status, written.message]).to.deep.equal([200, ""]);
    const crds = CRDS.filter(({ spec: { names } }) => names.kind === "BGPPeer");
    for (const crd of crds) await plane.api.patch(`${path}?fieldManager=test`, "apply", crd);
    const { body } = await plane.api.get(path);
    expect((body["spec"] as { conversion: object }).conversion).to.deep.equal(conversion);
    const none = { strategy: "None", webhook: null };
    const undone = await plane.api.patch(path, "merge", { spec: { conversion: none } });
    expect(undone.status).to.equal(200);
  });

  it("kubectl shows the columns, and Deckhouse's short names work", async () => {
    const pool = { apiVersion: "network.deckhouse.io/v1alpha1", kind: "MetalLoadBalancerPool" };
    const body = { ...pool, metadata: { name: "shown" }, spec: { addresses: ["192.0.2.0/31"] } };
    await plane.api.create("/apis/network.deckhouse.io/v1alpha1/metalloadbalancerpools", body);
    const columns = async (what: string) => {
      const text = await plane.controlPlane.kubectl(["get", what]);
      return text.split("\n").map((line) => line.trim().split(/\s{2,}/));
    };
    const [head, row] = await columns("bgppeers.metallb.io");
    expect([head, row]).to.deep.equal([
      ["NAME", "ADDRESS", "ASN", "BFD PROFILE", "MULTI HOPS"],
      ["kept", "10.0.0.1", "64501", "false"],
    ]);
    const [, shown] = await columns("mlbp");
    expect(shown?.slice(0, 3)).to.deep.equal(["shown", "true", '["192.0.2.0/31"]']);
    for (const name of ["mlbbp", "mlbconfig"]) await columns(name);
  });
});
