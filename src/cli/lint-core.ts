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

const FIELDS = { namespace: optional(TEXT), labels: TEXTS, annotations: TEXTS };
const METADATA = Type.Object({ ...FIELDS, name: Type.String({ minLength: 1 }) });

const objects = (fields: Parameters<typeof Type.Object>[0]) =>
  optional(Type.Array(Type.Object(fields)));

/** What every object has: the definitions of our kinds say nothing of it but of the name. */
export const readMetadata = lazyValidator<object>(
  Type.Object({ metadata: optional(Type.Object({ ...FIELDS, name: optional(TEXT) })) }),
);

const PORT = Type.Object({
  port: Type.Integer(),
  name: optional(TEXT),
  protocol: optional(TEXT),
  // A number, or the name of a port of the Pods.
  targetPort: optional(Type.Unknown()),
  appProtocol: optional(TEXT),
});

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
          ports: optional(Type.Array(PORT)),
        }),
      ),
      status: optional(
        Type.Object({
          loadBalancer: optional(Type.Object({ ingress: objects({ ip: optional(TEXT) }) })),
          conditions: objects({ type: TEXT, status: optional(TEXT), message: optional(TEXT) }),
        }),
      ),
    }),
  ),
  Node: lazyValidator<NodeObject>(
    Type.Object({
      metadata: METADATA,
      status: optional(Type.Object({ addresses: objects({ type: TEXT, address: TEXT }) })),
    }),
  ),
  Secret: lazyValidator<SecretObject>(Type.Object({ metadata: METADATA, type: optional(TEXT) })),
} as const;
