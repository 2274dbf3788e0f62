/** The routes of a namespace's kernel that a routing program put there. */
import { run } from "../process.ts";

export interface KernelRoute {
  readonly prefix: string;
  /** Sorted; those of one route are equal, and the kernel spreads flows over them. */
  readonly nextHops: readonly string[];
}

interface Shown {
  readonly dst: string;
  readonly gateway?: string | undefined;
  readonly via?: { readonly host: string } | undefined;
  readonly protocol?: string;
  readonly nexthops?: readonly Pick<Shown, "gateway" | "via">[];
}

/** Those of people and of the kernel itself. */
const OTHERS = new Set(["kernel", "boot", "static", "ra"]);

export async function kernelRoutes(netns: string): Promise<KernelRoute[]> {
  const shown = await Promise.all(
    ["-4", "-6"].map(
      async (family) =>
        JSON.parse(
          await run(["ip", "-n", netns, "-j", "-N", family, "route", "show"]),
        ) as readonly Shown[],
    ),
  );
  const learnt = shown.flat().filter(isLearnt).map(routeOf);
  return learnt.filter(({ nextHops }) => nextHops.length > 0); // Others are blackholes of the router's own.
}

/** `-N` shows numbers: 2 kernel, 3 boot, 4 static, 9 router advertisements. */
function isLearnt({ protocol = "boot" }: Shown): boolean {
  return !OTHERS.has(protocol) && !["2", "3", "4", "9"].includes(protocol);
}

function routeOf({ dst, gateway, via, nexthops }: Shown): KernelRoute {
  const all = [...(nexthops ?? []), { gateway, via }];
  const nextHops = all.flatMap((hop) => hop.gateway ?? hop.via?.host ?? []).sort();
  return { prefix: dst.includes("/") ? dst : `${dst}/${dst.includes(":") ? 128 : 32}`, nextHops };
}
