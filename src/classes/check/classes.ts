/**
 * Classes of Deckhouse: one default, and no deletion of one that a Service names for good. Pure.
 */
import { CLASS_KIND } from "../resource.ts";
import { refusal, type Fault } from "./finding.ts";
import type { Scene, Standing } from "./standing.ts";
import type { CheckWorld } from "./world.ts";

/** Word for word what Deckhouse's webhook says: programs look for it. */
export const SECOND_DEFAULT =
  'there is another default MetalLoadBalancerClass; set its "isDefault" flag to "false".';

export function classFaults({ compiled, world }: Scene): Standing[] {
  const { defaultClass } = compiled;
  return world.manifests.classes
    .filter(({ metadata, spec }) => spec?.isDefault === true && metadata.name !== defaultClass)
    .map(({ metadata }) => ({
      ...{ object: `${CLASS_KIND}/${metadata.name}`, field: "spec.isDefault", isWarning: false },
      problem: {
        code: "CLASS_DEFAULT_DOUBLED",
        about: "",
        message: `${SECOND_DEFAULT} It is "${defaultClass ?? ""}", so "${metadata.name}" cannot be`,
      },
    }));
}

/** spec.loadBalancerClass cannot be changed: without the class such a Service is nobody's. */
export function classInUse({ services }: CheckWorld, name: string): Fault[] {
  const named = (services ?? []).filter(({ spec }) => spec?.loadBalancerClass === name);
  const [first] = named;
  if (first === undefined) return [];
  const { namespace = "default", name: service } = first.metadata;
  const more = named.length > 1 ? ` and ${named.length - 1} more` : "";
  const message = `The class "${name}" is named by spec.loadBalancerClass of the Service ${namespace}/${service}${more}`;
  return [refusal("", { code: "IN_USE", message })];
}
