/**
 * The table of bad input, to the end: the Service or class says what is wrong and how to mend it, one Event is told,
 * a restart does not repeat it, and what worked goes on working.
 */
import { expect } from "chai";
import { describeProblem, reasonOf } from "../../src/base/errors.ts";
import { eventReasonOf } from "../../src/controller/service-events.ts";
import type { Service } from "../../src/kube/types.ts";
import type { Write } from "../../src/controller/writes.ts";
import { BAD_CLASSES, BAD_SERVICES, BASE_CLASSES } from "../classes/bad-input.ts";
import type { TestService } from "../classes/world.ts";
import { ModelCluster } from "./model-cluster.ts";

type ClassObject = (typeof BASE_CLASSES)[number];

function clusterWith(classes: readonly ClassObject[]): ModelCluster {
  const cluster = new ModelCluster();
  for (const name of ["n1", "n2", "n3"]) {
    cluster.addNode(name);
    cluster.hear(name);
  }
  for (const object of classes) {
    const metadata = { ...object.metadata, resourceVersion: "1", uid: object.metadata.name };
    cluster.classes.set(object.metadata.name, { ...object, metadata });
  }
  return cluster;
}

/** Makes the Service, or changes it: what the table leaves out is as the API server would have it. */
function put(cluster: ModelCluster, { name: key, ...wishes }: TestService): Service {
  const [namespace = "", name = ""] = key.split("/");
  const before = cluster.services.get(key);
  const made = {
    name,
    namespace,
    uid: key,
    creationTimestamp: `2026-01-01T00:00:${String(cluster.services.size).padStart(2, "0")}Z`,
  };
  const { annotations, ipFamilies = ["IPv4"], ipFamilyPolicy = "SingleStack" } = wishes;
  const resourceVersion = `${before?.metadata.resourceVersion ?? ""}1`;
  const metadata = { ...(before?.metadata ?? made), resourceVersion };
  const service = {
    metadata: { ...metadata, ...(annotations ? { annotations } : {}) },
    spec: {
      ...{ type: "LoadBalancer", ipFamilies, ipFamilyPolicy },
      ...(wishes.loadBalancerClass ? { loadBalancerClass: wishes.loadBalancerClass } : {}),
    },
    status: before?.status ?? statusOf(wishes),
  };
  cluster.services.set(key, service);
  return service;
}

/** What an earlier controller left in the status. */
function statusOf({ boundClass, status = [] }: Omit<TestService, "name">): Service["status"] & {} {
  const said = {
    status: "True",
    reason: "LoadBalancerClassBound",
    lastTransitionTime: "",
  } as const;
  const type = "network.deckhouse.io/load-balancer-class";
  return {
    loadBalancer: { ingress: status.map((ip) => ({ ip })) },
    conditions: boundClass === undefined ? [] : [{ type, ...said, message: boundClass }],
  };
}

/** How much is missing depends on what was given meanwhile: the end of this sentence is another pass's. */
function isSame(line: string, wanted: string): boolean {
  const start = (text: string) => text.replace(/Cannot give \d+ more.*/, "");
  return start(line) === start(wanted);
}

function told(writes: readonly Write[], key: string): string[] {
  return writes.flatMap((write) => {
    if (write.kind !== "service-status" && write.kind !== "class-status") return [];
    const { namespace, name } = write.before.metadata as Service["metadata"];
    if ((namespace === undefined ? name : `${namespace}/${name}`) !== key) return [];
    const warnings = write.events.filter(({ type }) => type === "Warning");
    return warnings.map(({ reason, message }) => `${reason}: ${message}`);
  });
}

describe("controller: bad input", () => {
  for (const row of BAD_SERVICES) {
    it(`Service: ${row.name}`, () => {
      const cluster = clusterWith(row.classes ?? BASE_CLASSES);
      for (const neighbour of row.neighbours ?? []) put(cluster, neighbour);
      if (row.before !== undefined) put(cluster, row.before);
      cluster.converge();
      put(cluster, row.service);
      const writes = cluster.converge();
      const { wantProblem } = row;
      const line = `${eventReasonOf(wantProblem.code)}: ${describeProblem(wantProblem)}`;
      expect(told(writes, row.service.name).filter((one) => isSame(one, line))).to.have.length(1);
      const { status } = cluster.services.get(row.service.name) ?? {};
      const ready = status?.conditions?.find(({ type }) => type === "spreadlb.io/Ready");
      // Once the default serves it, the Service is bound to it: what its annotation says counts no more.
      const isSettled = row.name === "an annotation that names an unknown class, with a default";
      expect(ready?.status).to.equal(isSettled ? "True" : "False");
      if (!isSettled)
        expect(isSame(ready?.message ?? "", describeProblem(wantProblem))).to.equal(true);
      const listed = (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip);
      expect(listed).to.deep.equal(row.keeps.filter((ip) => ip !== null));
      cluster.restartController();
      expect(told(cluster.converge(), row.service.name)).to.deep.equal([]);
    });
  }

  for (const { name, object, beside = [], wantProblem } of BAD_CLASSES) {
    if (wantProblem === undefined) continue;
    it(`class: ${name}`, () => {
      const cluster = clusterWith([...beside, object]);
      const line = `${reasonOf(wantProblem.code)}: ${describeProblem(wantProblem)}`;
      expect(told(cluster.converge(), object.metadata.name)).to.include(line);
      const { conditions } = cluster.classes.get(object.metadata.name)?.status ?? {};
      const [ready] = conditions ?? [];
      expect(ready?.status).to.equal("False");
      expect(ready?.message).to.contain(describeProblem(wantProblem));
      cluster.restartController();
      expect(told(cluster.converge(), object.metadata.name)).to.deep.equal([]);
    });
  }
});
