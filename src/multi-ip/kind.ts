/**
 * Where the API server keeps VirtualIPs. Pure.
 *
 * A file of its own, so that a speaker can name the resource without loading its schema and ajv.
 */
import { defineResource } from "../kube/resource.ts";
import type { VirtualIP } from "./resource.ts";

export const VIRTUAL_IPS = defineResource<VirtualIP>({
  group: "spreadlb.io",
  version: "v1alpha1",
  kind: "VirtualIP",
  plural: "virtualips",
  namespaced: false,
});
