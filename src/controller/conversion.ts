/**
 * ConversionReview: BGPPeer between its versions, as the API server asks for it. Pure.
 *
 * Read first: "Webhook request and response" in the Kubernetes documentation of versions in CustomResourceDefinitions.
 * One object that cannot be converted fails the review: the API server takes all or nothing.
 * Neighbours: ../classes/metallb/bgp-peer-conversion.ts converts.
 */
import { BGP_PEER_KIND, BGP_PEER_VERSION } from "../classes/metallb/bgp-peer.ts";
import { toV1beta1, toV1beta2, type PeerObject } from "../classes/metallb/bgp-peer-conversion.ts";
import { METALLB_GROUP } from "../classes/metallb/kinds.ts";
import { isFields } from "../base/fields.ts";
import type { Reviewed } from "./review.ts";

const CONVERSION_GROUP = "apiextensions.k8s.io/v1";

const CONVERTERS: ReadonlyMap<string, (peer: PeerObject) => PeerObject> = new Map([
  [`${METALLB_GROUP}/${BGP_PEER_VERSION}`, toV1beta2<PeerObject>],
  [`${METALLB_GROUP}/v1beta1`, toV1beta1<PeerObject>],
]);

/** @returns the review with its response, or what is wrong with the body */
export function reviewConversion(body: unknown): Reviewed {
  const request = isFields(body) && body["kind"] === "ConversionReview" ? body["request"] : null;
  if (!isFields(request)) {
    return { ok: false, message: "the body is no ConversionReview with a request" };
  }
  const { uid, desiredAPIVersion, objects } = request;
  if (typeof uid !== "string" || !Array.isArray(objects)) {
    return { ok: false, message: "the request of the ConversionReview has no uid or no objects" };
  }
  const response = convertAll(objects, String(desiredAPIVersion));
  const review = { apiVersion: CONVERSION_GROUP, kind: "ConversionReview" };
  return { ok: true, value: { ...review, response: { uid, ...response } } };
}

function convertAll(objects: readonly unknown[], wanted: string) {
  const convert = CONVERTERS.get(wanted);
  if (convert === undefined) return failure(`there is no ${BGP_PEER_KIND} of "${wanted}"`);
  const convertedObjects: unknown[] = [];
  for (const object of objects) {
    if (!isPeer(object)) {
      return failure(`${titleOf(object)} is no ${BGP_PEER_KIND} of a version that is known`);
    }
    convertedObjects.push(object.apiVersion === wanted ? object : convert(object));
  }
  return { convertedObjects, result: { status: "Success" } };
}

function failure(message: string) {
  return { convertedObjects: [], result: { status: "Failure", message } };
}

function isPeer(value: unknown): value is PeerObject {
  if (!isFields(value) || !isFields(value["metadata"])) return false;
  const { apiVersion, kind, spec } = value;
  const isKnown = kind === BGP_PEER_KIND && CONVERTERS.has(String(apiVersion));
  return isKnown && (spec === undefined || isFields(spec));
}

function titleOf(value: unknown): string {
  if (!isFields(value)) return `"${String(value)}"`;
  const { name = "" } = isFields(value["metadata"]) ? value["metadata"] : {};
  return `${String(value["apiVersion"])} ${String(value["kind"])} "${String(name)}"`;
}
