/**
 * What passes hand on to each other, so that a pass looks only at what is new. Pure in what it says: a plan is the same with
 * what stands from other passes, of this cluster or of another, as with nothing (test/controller/standing.property.test.ts).
 */
import { Counts } from "./counts.ts";
import { Desk } from "./desk.ts";
import { L2Plans } from "./l2-status.ts";
import { Observer } from "./observer.ts";
import { Ranking } from "./ranking.ts";
import { Statuses } from "./statuses.ts";
import { ClaimPlans } from "./virtual-ips.ts";

export class Standing {
  readonly observer = new Observer();
  readonly desk = new Desk();
  readonly ranking = new Ranking();
  readonly claims = new ClaimPlans();
  readonly statuses = new Statuses();
  readonly counts = new Counts();
  readonly l2 = new L2Plans();
}
