/**
 * Times with microseconds, as Leases and Events carry them (metav1.MicroTime). Pure.
 *
 * @param epochMs may have a fraction: its thousandths are the microseconds
 * @returns "2026-11-21T00:26:02.123456Z"
 */
export function microTime(epochMs: number): string {
  const micros = Math.floor((epochMs - Math.floor(epochMs)) * 1000);
  const iso = new Date(Math.floor(epochMs)).toISOString();
  return `${iso.slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
}
