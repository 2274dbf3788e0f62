/**
 * Looks at the Secrets that peers name, and asks whether our speakers may. What is in them is shown to nobody.
 */
import type { PeerModel } from "../../classes/peers.ts";
import { ApiError } from "../../kube/api-error.ts";
import { defineResource, type KubeObject } from "../../kube/resource.ts";
import { SECRETS } from "../../kube/types.ts";
import type { PeerSecret, Peers } from "../migrate-routers.ts";
import type { Cluster } from "./cluster.ts";

interface AccessReview extends KubeObject {
  readonly spec: object;
  readonly status?: { readonly allowed?: boolean };
}

const ACCESS_REVIEWS = defineResource<AccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  namespaced: false,
});

/** As deploy/ has it. */
const OUR_NAMESPACE = "spreadlb-system";
const SPEAKER = "spreadlb-speaker";
const [FORBIDDEN, NOT_FOUND] = [403, 404];

type Asked = Pick<Cluster, "get" | "review">;

interface Place {
  readonly name: string;
  readonly namespace: string;
}

/** @param home where MetalLB's objects live */
export async function peerSecrets(
  peers: Peers,
  home: string,
  cluster: Asked,
): Promise<readonly PeerSecret[]> {
  const secrets = [...peers.values()].map((peer) => peerSecret(peer, home, cluster));
  return (await Promise.all(secrets)).flat();
}

async function peerSecret(
  { key: peer, password }: PeerModel,
  home: string,
  cluster: Asked,
): Promise<PeerSecret[]> {
  if (password?.kind !== "secret") return [];
  const place: Place = { name: password.name, namespace: password.namespace ?? home };
  const [secret, mayBeRead] = await Promise.all([
    unlessForbidden(() => secretOf(cluster, place)),
    unlessForbidden(() => mayRead(cluster, place)),
  ]);
  return [{ peer, namespace: place.namespace, secret, mayBeRead }];
}

/** @returns null where whoever asks has not the right to */
async function unlessForbidden<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError && error.status === FORBIDDEN) return null;
    throw error;
  }
}

async function secretOf(cluster: Asked, ref: Place) {
  try {
    return await cluster.get(SECRETS, ref);
  } catch (error) {
    if (error instanceof ApiError && error.status === NOT_FOUND) return undefined;
    throw error;
  }
}

/** A speaker lists and watches the one Secret. */
async function mayRead(cluster: Asked, { name, namespace }: Place): Promise<boolean> {
  const groups = ["serviceaccounts", `serviceaccounts:${OUR_NAMESPACE}`, "authenticated"];
  const reviews = ["list", "watch"].map((verb) =>
    cluster.review(ACCESS_REVIEWS, {
      metadata: { name: "" },
      spec: {
        user: `system:serviceaccount:${OUR_NAMESPACE}:${SPEAKER}`,
        groups: groups.map((group) => `system:${group}`),
        resourceAttributes: { verb, resource: "secrets", name, namespace },
      },
    }),
  );
  return (await Promise.all(reviews)).every(({ status }) => status?.allowed === true);
}
