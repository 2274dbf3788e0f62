/**
 * Reads a VirtualIP without a schema compiler: what a speaker needs to trust, and no more. Pure.
 *
 * The API server has checked the object against resource.ts already; this is for what comes from the
 * disk, from an older definition, or around the checks. ajv would cost each speaker megabytes.
 * Fields that the schema defaults are filled in, so that readers meet one shape.
 * Neighbours: resource.ts has the schema; tests hold both to the same cases.
 */
import { decoded, fault, type Decoded } from "../base/decoded.ts";
import { isFields } from "../base/fields.ts";
import { parseIp, type Ip } from "../base/ip.ts";
import type { MoveReason } from "./move-reason.ts";
import { virtualIpName } from "./name.ts";
import type { NodeInterfaces, VirtualIP, VirtualIPSpec } from "./resource.ts";

/** @returns the object with defaults filled in, or the name of its first fault */
export function parseVirtualIp(value: unknown): Decoded<VirtualIP> {
  if (!isFields(value) || !isFields(value["metadata"])) return fault("virtual-ip-not-an-object");
  const spec = parseSpec(value["spec"]);
  if (!spec.ok) return spec;
  if (value["metadata"]["name"] !== virtualIpName(spec.value.address)) {
    return fault("virtual-ip-name-not-its-address");
  }
  if (value["status"] !== undefined && !isFields(value["status"])) {
    return fault("virtual-ip-bad-status");
  }
  return decoded({ ...(value as unknown as VirtualIP), spec: spec.value });
}

function parseSpec(value: unknown): Decoded<VirtualIPSpec> {
  if (!isFields(value)) return fault("virtual-ip-without-spec");
  const { address, rank, services, generation } = value;
  if (!isAddress(address)) return fault("virtual-ip-bad-address");
  if (!isTexts(rank) || new Set(rank).size !== rank.length) return fault("virtual-ip-bad-rank");
  if (!Array.isArray(services) || !services.every(isServiceUse)) {
    return fault("virtual-ip-bad-services");
  }
  if (!isCount(generation)) return fault("virtual-ip-bad-generation");
  const mode = value["mode"] ?? "L2";
  if (mode !== "L2" && mode !== "BGP" && mode !== "Both") return fault("virtual-ip-bad-mode");
  const interfaces = value["interfaces"] ?? [];
  if (!isTexts(interfaces)) return fault("virtual-ip-bad-interfaces");
  const nodeInterfaces = value["nodeInterfaces"];
  if (nodeInterfaces !== undefined && !isNodeInterfaces(nodeInterfaces)) {
    return fault("virtual-ip-bad-interfaces");
  }
  const { advertisements, local } = value;
  if (advertisements !== undefined && !isTexts(advertisements)) {
    return fault("virtual-ip-bad-advertisements");
  }
  if (local !== undefined && typeof local !== "boolean") return fault("virtual-ip-bad-local");
  const [pool, ofClass] = [value["pool"] ?? null, value["class"] ?? null];
  if (!isTextOrNull(pool)) return fault("virtual-ip-bad-pool");
  if (!isTextOrNull(ofClass)) return fault("virtual-ip-bad-class");
  const known: VirtualIPSpec = {
    address,
    services,
    pool,
    class: ofClass,
    mode,
    interfaces,
    ...(nodeInterfaces === undefined ? {} : { nodeInterfaces }),
    ...(advertisements === undefined ? {} : { advertisements }),
    ...(local === undefined ? {} : { local }),
    rank,
    generation,
  };
  const cause = value["cause"];
  return decoded(typeof cause === "string" ? { ...known, cause: cause as MoveReason } : known);
}

function isAddress(value: unknown): value is Ip {
  return typeof value === "string" && parseIp(value) === value;
}

function isNodeInterfaces(value: unknown): value is NodeInterfaces[] {
  const isOne = (item: unknown) =>
    isFields(item) && typeof item["node"] === "string" && isTexts(item["interfaces"]);
  return Array.isArray(value) && value.every(isOne);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "");
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isServiceUse(value: unknown): value is VirtualIPSpec["services"][number] {
  return (
    isFields(value) &&
    typeof value["namespace"] === "string" &&
    typeof value["name"] === "string" &&
    isCount(value["index"])
  );
}
