/**
 * external-dns's DNSEndpoint, as far as its public API says what it is: types of the fields that are used, nothing of its validation.
 *
 * Source: https://kubernetes-sigs.github.io/external-dns/latest/docs/sources/crd/ and the fields of endpoint.Endpoint there; our own words.
 */
const text = { type: "string" };
const texts = { type: "object", additionalProperties: text };

export const DNS_ENDPOINT_CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: "dnsendpoints.externaldns.k8s.io",
    // Groups below k8s.io are kept: the API server asks for a word of approval.
    annotations: { "api-approved.kubernetes.io": "unapproved, of a test" },
  },
  spec: {
    group: "externaldns.k8s.io",
    scope: "Namespaced",
    names: {
      kind: "DNSEndpoint",
      listKind: "DNSEndpointList",
      plural: "dnsendpoints",
      singular: "dnsendpoint",
    },
    versions: [
      {
        ...{ name: "v1alpha1", served: true, storage: true, subresources: { status: {} } },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  endpoints: {
                    type: "array",
                    items: {
                      type: "object",
                      properties: {
                        ...{ dnsName: text, recordType: text, setIdentifier: text, labels: texts },
                        recordTTL: { type: "integer", format: "int64" },
                        targets: { type: "array", items: text },
                        providerSpecific: {
                          type: "array",
                          items: { type: "object", properties: { name: text, value: text } },
                        },
                      },
                    },
                  },
                },
              },
              status: {
                type: "object",
                properties: { observedGeneration: { type: "integer", format: "int64" } },
              },
            },
          },
        },
      },
    ],
  },
} as const;

export const DNS_ENDPOINT_CRD_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
