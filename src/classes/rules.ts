/**
 * What the API server checks of a MetalLoadBalancerClass at admission, in the Common Expression Language. Pure.
 *
 * The language has no names for values and prices every rule by the longest text it could meet, which is why a
 * rule repeats itself and why texts and lists have bounds. It needs Kubernetes 1.31 (`isIP`, `isCIDR`).
 * Neighbours: ranges.ts says the same of an entry in TypeScript, in the same words; tests hold both to one table.
 */
import type { CelRuleWithValue } from "../base/crd.ts";
import { REMEDIES } from "../base/errors.ts";
import { RANGE_FAULTS } from "./ranges.ts";

/** IFNAMSIZ of Linux, less the closing zero. */
export const INTERFACE_NAME_LENGTH_MAX = 15;

/** A rule over one text, whose message shows the text between two halves of a sentence. */
export function textRule(
  rule: string,
  sentence: readonly [string, string],
  remedy: string,
): CelRuleWithValue {
  const [before, after] = [sentence[0], `${sentence[1]}. ${remedy}.`];
  return {
    rule,
    message: `${before}...${after}`,
    messageExpression: `${JSON.stringify(before)} + self + ${JSON.stringify(after)}`,
  };
}

const FIRST = `self.split("-")[0].trim()`;
const LAST = `self.split("-")[1].trim()`;
const IS_DASHED = `self.contains("-") && self.split("-").size() == 2 && isIP(${FIRST}) && isIP(${LAST})`;

/** Both ends are of the family: only asked once both can be read. */
function bothAre(family: 4 | 6): string {
  return `ip(${FIRST}).family() == ${family} && ip(${LAST}).family() == ${family}`;
}

/**
 * The language does not compare addresses, but it knows networks, and it compares numbers and texts. So: the first
 * address is not above the last if both are the same, or if they agree up to some part and the first is lower there.
 *
 * @param bits of one part
 * @param isLower compares part `k` of both
 */
function inOrder(bits: 8 | 16, parts: 4 | 8, isLower: string): string {
  const numbers = [...Array(parts).keys()];
  const lengths = JSON.stringify(numbers.map((k) => `/${k * bits}`));
  return (
    `cidr(${FIRST} + "/${parts * bits}").containsIP(${LAST}) || ${JSON.stringify(numbers)}.exists(k, ` +
    `${isLower} && cidr(${FIRST} + ${lengths}[k]).containsIP(${LAST}))`
  );
}

/** An octet as a number. */
function octet(end: string): string {
  return `int(${end}.split(".")[k])`;
}

/** Four hexadecimal digits: before the `::`, after it, or in its place. */
function hextet(end: string): string {
  const [head, tail] = [0, 1].map((half) => `${end}.lowerAscii().split("::")[${half}].split(":")`);
  const padded = (text: string) => `("0000" + ${text}).substring(size(${text}))`;
  return (
    `(k < ${head}.size() ? ${padded(`${head}[k]`)} : ` +
    `k >= 8 - ${tail}.size() ? ${padded(`${tail}[k - 8 + ${tail}.size()]`)} : "0000")`
  );
}

/** For one entry of addressPool. */
export const POOL_ENTRY_RULES: readonly CelRuleWithValue[] = [
  textRule(
    `self.contains("-") ? ${IS_DASHED} : self.contains("/") ? isCIDR(self) : isIP(self)`,
    RANGE_FAULTS.unreadable,
    REMEDIES.RANGE_INVALID,
  ),
  textRule(
    `!(${IS_DASHED}) || ip(${FIRST}).family() == ip(${LAST}).family()`,
    RANGE_FAULTS.mixed,
    REMEDIES.RANGE_INVALID,
  ),
  textRule(
    `!(${IS_DASHED} && ${bothAre(4)}) || ${inOrder(8, 4, `${octet(FIRST)} < ${octet(LAST)}`)}`,
    RANGE_FAULTS.backwards,
    REMEDIES.RANGE_INVALID,
  ),
  // An IPv6 address that ends in dotted decimals is left to compileClasses.
  textRule(
    `!(${IS_DASHED} && ${bothAre(6)}) || self.contains(".") || ` +
      inOrder(16, 8, `${hextet(FIRST)} < ${hextet(LAST)}`),
    RANGE_FAULTS.backwards,
    REMEDIES.RANGE_INVALID,
  ),
];

/** For one entry of l2.interfaces. */
export const INTERFACE_RULES: readonly CelRuleWithValue[] = [
  textRule(
    `self.matches("^[^/:\\\\s]{1,${INTERFACE_NAME_LENGTH_MAX}}$") && self != "." && self != ".."`,
    ['"', '" cannot be the name of an interface'],
    "Write the name that `ip link` shows",
  ),
];

/** For a list: twice is a slip of the pen for another one. */
export const EACH_ONCE: CelRuleWithValue = {
  rule: "self.all(a, self.exists_one(b, b == a))",
  message: "An entry is written twice. Write each once.",
  messageExpression: `"\\"" + self.filter(a, !self.exists_one(b, b == a))[0] + "\\" is written twice. Write each once."`,
};
