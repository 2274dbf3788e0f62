/** Puts the definitions into an API server and waits until it serves them. */
import { CRDS } from "../../crds/generate.ts";
import type { CustomResourceDefinition } from "../../src/base/crd.ts";
import type { Api } from "./api.ts";

export const CLASSES_PATH = "/apis/network.deckhouse.io/v1alpha1/metalloadbalancerclasses";
const CRDS_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const SERVED_MS_MAX = 20_000;

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** @returns "Established" per definition, or why not */
export async function applyCrds(api: Api, crds = CRDS): Promise<string[]> {
  const answers: string[] = [];
  for (const crd of crds) {
    const path = `${CRDS_PATH}/${crd.metadata.name}`;
    const { message } = await api.patch(`${path}?fieldManager=test&force=true`, "apply", crd);
    answers.push(message === "" ? await established(api, path) : message);
  }
  for (const crd of crds) await served(api, crd);
  return answers;
}

async function established(api: Api, path: string): Promise<string> {
  const end = Date.now() + SERVED_MS_MAX;
  while (Date.now() < end) {
    const { body } = await api.get(path);
    const conditions = (body["status"] as { conditions?: Condition[] }).conditions ?? [];
    if (conditions.some(({ type, status }) => type === "Established" && status === "True")) {
      return "Established";
    }
    const refused = conditions.find(
      ({ type, status }) => type === "NonStructuralSchema" && status === "True",
    );
    if (refused !== undefined) return JSON.stringify(refused);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return "not established in time";
}

/** A definition is established shortly before its path answers. */
async function served(api: Api, { spec }: CustomResourceDefinition): Promise<void> {
  const end = Date.now() + SERVED_MS_MAX;
  for (const { name } of spec.versions) {
    const path = `/apis/${spec.group}/${name}/${spec.names.plural}`;
    while ((await api.get(path)).status !== 200 && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
