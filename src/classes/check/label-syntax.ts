/**
 * How Kubernetes has names, labels and the keys of annotations written. Pure.
 *
 * Read first: "Object Names and IDs" and "Labels and Selectors" in the Kubernetes documentation; RFC 1123 section 2.1.
 * Neighbours: metadata.ts looks at objects, service-names.ts into Services, selectors.ts at selectors.
 */

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const ONE_LABEL = new RegExp(`^${LABEL}$`);
const VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SUBDOMAIN_LENGTH_MAX = 253;
const LABEL_LENGTH_MAX = 63;
const PORT_NAME_LENGTH_MAX = 15;

/** @returns true for what most kinds may be called */
export function isSubdomain(text: string): boolean {
  return text.length <= SUBDOMAIN_LENGTH_MAX && SUBDOMAIN.test(text);
}

/** @returns true for what a namespace may be called, or a port of a Service */
export function isDnsLabel(text: string): boolean {
  return text.length <= LABEL_LENGTH_MAX && ONE_LABEL.test(text);
}

/** RFC 1035 section 2.3.1: a letter first. Kubernetes wants it so until 1.36 (KEP-5311, RelaxedServiceNameValidation). */
export function isServiceName(text: string): boolean {
  return isDnsLabel(text) && !/^[0-9]/.test(text);
}

/** @returns true for what a port of a Pod may be called: RFC 6335 section 5.1, in small letters */
export function isPortName(text: string): boolean {
  const isShort = text.length <= PORT_NAME_LENGTH_MAX;
  return isShort && ONE_LABEL.test(text) && /[a-z]/.test(text) && !text.includes("--");
}

/** @returns true for `name` and `prefix/name` */
export function isLabelKey(text: string): boolean {
  const slash = text.indexOf("/");
  const name = text.slice(slash + 1);
  return (slash < 0 || isSubdomain(text.slice(0, slash))) && name !== "" && isLabelValue(name);
}

/** @returns true for what may stand behind a label; nothing may, too */
export function isLabelValue(text: string): boolean {
  return text === "" || (text.length <= LABEL_LENGTH_MAX && VALUE.test(text));
}
