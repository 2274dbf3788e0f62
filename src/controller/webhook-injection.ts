/**
 * Where the API server calls our webhook, and what it trusts there: read from our ValidatingWebhookConfiguration, written back with
 * the bundle, there and into the conversion of BGPPeer. Pure.
 *
 * That configuration alone says where we are: who cannot reach Services from the API server puts a URL in place of the
 * Service, and names and conversion follow. Without it nothing is injected.
 * Neighbours: io/webhook-configuration.ts reads and writes.
 */
import {
  webhookConversion,
  type WebhookClientConfig,
  type WebhookConversion,
} from "../base/crd.ts";
import { parseIp } from "../base/ip.ts";
import { BGP_PEER_PLURAL } from "../classes/metallb/bgp-peer.ts";
import { METALLB_GROUP } from "../classes/metallb/kinds.ts";
import { defineResource, type KubeObject } from "../kube/resource.ts";

export const CONFIGURATION_NAME = "spreadlb";
export const CONVERTED_CRD = `${BGP_PEER_PLURAL}.${METALLB_GROUP}`;
export const VALIDATE_PATH = "/validate";
export const CONVERT_PATH = "/convert";

/** As others may have written it: with or without a bundle, a Service or a URL. */
export interface ClientConfig {
  readonly caBundle?: string;
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path?: string;
    readonly port?: number;
  };
}

export interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly {
    readonly name: string;
    readonly clientConfig: ClientConfig;
    /** And the rest, which is kept as it is. */
    readonly [field: string]: unknown;
  }[];
}

export interface ConvertedCrd extends KubeObject {
  readonly spec: {
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
    readonly conversion?: {
      readonly strategy: string;
      readonly webhook?: { readonly clientConfig?: ClientConfig };
    };
  };
}

export const WEBHOOK_CONFIGURATIONS = defineResource<WebhookConfiguration>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  namespaced: false,
});
export const CRDS = defineResource<ConvertedCrd>({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
});

/** @returns the names and addresses that the certificate has to be for, in order */
export function namesOf(configuration: WebhookConfiguration | null, namespace: string): string[] {
  const ours = hostOf({ service: { namespace, name: "spreadlb-webhook" } });
  const names = [ours, ...hostsOf(configuration).filter(isCertifiable)];
  return [...new Set(names)].sort();
}

/** @returns hosts for which no certificate can be: one such name, and an API server may refuse it for the others as well */
export function oddHostsOf(configuration: WebhookConfiguration | null): string[] {
  return hostsOf(configuration).filter((host) => !isCertifiable(host));
}

function hostsOf(configuration: WebhookConfiguration | null): string[] {
  const places = (configuration?.webhooks ?? []).map(({ clientConfig }) => hostOf(clientConfig));
  return [...new Set(places)].filter((host) => host !== "");
}

function hostOf({ service, url }: ClientConfig): string {
  if (service !== undefined) return `${service.name}.${service.namespace}.svc`;
  // "lb.example." is called under the name without the dot, RFC 6066 section 3.
  return URL.canParse(url ?? "") ? new URL(url ?? "").hostname.replaceAll(/^\[|\]$|\.$/g, "") : "";
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
const NAME_LENGTH_MAX = 253;

/** An address, or a name of labels as RFC 1035 section 2.3.1 has them; an underscore is let through. */
function isCertifiable(host: string): boolean {
  if (parseIp(host) !== undefined) return true;
  return host.length <= NAME_LENGTH_MAX && host.split(".").every((label) => LABEL.test(label));
}

/** @returns a merge patch, or null where every hook has the bundle */
export function configurationPatch(
  { metadata, webhooks = [] }: WebhookConfiguration,
  caBundle: string,
): object | null {
  if (webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) return null;
  return {
    metadata: { resourceVersion: metadata.resourceVersion },
    webhooks: webhooks.map((webhook) => ({
      ...webhook,
      clientConfig: { ...webhook.clientConfig, caBundle },
    })),
  };
}

/** "foreign": its conversion is another program's, which may be at work: hands off. */
export type ConversionState = "ours" | "free" | "foreign";

export function conversionState(crd: ConvertedCrd, where: ClientConfig): ConversionState {
  const { strategy = "None", webhook } = crd.spec.conversion ?? {};
  if (strategy !== "Webhook") return "free";
  return hostOf(webhook?.clientConfig ?? {}) === hostOf(where) ? "ours" : "foreign";
}

/** @returns a merge patch, or null where nothing has to be changed, or nothing may be */
export function conversionPatch(
  crd: ConvertedCrd,
  configuration: WebhookConfiguration,
  caBundle: string,
): object | null {
  const where = configuration.webhooks?.[0]?.clientConfig;
  const isConverted = crd.spec.versions.filter(({ served }) => served).length > 1;
  if (where === undefined || !isConverted) return null;
  if (conversionState(crd, where) === "foreign") return null;
  const wanted = conversionOf(where, caBundle);
  if (wanted === null || isSame(crd.spec.conversion?.webhook?.clientConfig, wanted)) return null;
  const { webhook, ...conversion } = wanted;
  const clientConfig = { url: null, service: null, ...webhook.clientConfig }; // null takes it away.
  return {
    metadata: { resourceVersion: crd.metadata.resourceVersion },
    spec: { conversion: { ...conversion, webhook: { ...webhook, clientConfig } } },
  };
}

function conversionOf({ service, url }: ClientConfig, caBundle: string): WebhookConversion | null {
  const clientConfig: WebhookClientConfig | null =
    service !== undefined
      ? { caBundle, service: { ...service, path: CONVERT_PATH } }
      : URL.canParse(url ?? "")
        ? { caBundle, url: new URL(CONVERT_PATH, url).href }
        : null;
  return clientConfig === null ? null : webhookConversion(clientConfig);
}

function isSame(found: ClientConfig | undefined, { webhook }: WebhookConversion): boolean {
  const wanted: ClientConfig = webhook.clientConfig;
  const port = ({ service }: ClientConfig) => service?.port ?? 443; // As the API server fills it in.
  return (
    found?.caBundle === wanted.caBundle &&
    found?.url === wanted.url &&
    found?.service?.path === wanted.service?.path &&
    port(found ?? {}) === port(wanted)
  );
}
