/**
 * Kubernetes' own kinds, as much of them as lint looks at: what the API server could not read. Pure.
 *
 * Neighbours: lint-reading.ts leaves out what cannot be read, so that no check meets it.
 */
import { lazyValidator, Type } from "../base/schema.ts";
import type { NodeObject, SecretObject, ServiceObject } from "../classes/check/world.ts";

const optional = Type.Optional;
const TEXT = Type.String();
const TEXTS = optional(Type.Unsafe({ type: "object", additionalProperties: { type: "string" } }));

const METADATA = Type.Object({
  name: optional(TEXT),
  namespace: optional(TEXT),
  labels: TEXTS,
  annotations: TEXTS,
});

const addresses = (fields: Parameters<typeof Type.Object>[0]) =>
  optional(Type.Array(Type.Object(fields)));

/** What every object has: the definitions of our kinds say nothing of it. */
export const readMetadata = lazyValidator<object>(Type.Object({ metadata: optional(METADATA) }));

/** By kind. */
export const CORE_KINDS = {
  Service: lazyValidator<ServiceObject>(
    Type.Object({
      metadata: METADATA,
      spec: optional(
        Type.Object({
          type: optional(TEXT),
          loadBalancerClass: optional(TEXT),
          loadBalancerIP: optional(TEXT),
          ipFamilyPolicy: optional(TEXT),
          ipFamilies: optional(Type.Array(TEXT)),
          clusterIPs: optional(Type.Array(TEXT)),
          externalTrafficPolicy: optional(TEXT),
          selector: TEXTS,
          ports: optional(
            Type.Array(Type.Object({ port: Type.Integer(), protocol: optional(TEXT) })),
          ),
        }),
      ),
      status: optional(
        Type.Object({
          loadBalancer: optional(Type.Object({ ingress: addresses({ ip: optional(TEXT) }) })),
        }),
      ),
    }),
  ),
  Node: lazyValidator<NodeObject>(
    Type.Object({
      metadata: METADATA,
      status: optional(Type.Object({ addresses: addresses({ type: TEXT, address: TEXT }) })),
    }),
  ),
  Secret: lazyValidator<SecretObject>(Type.Object({ metadata: METADATA, type: optional(TEXT) })),
} as const;
