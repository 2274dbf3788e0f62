/**
 * Names on the objects that the controller writes. Pure.
 *
 * Read first: reference of Deckhouse's `metallb` module: its conditions are read by people and programs,
 * so their texts are exact.
 */

import { BOUND_CONDITION } from "../classes/choose.ts";

export const ASSIGNED_CONDITION = "AllPublicIPsAssigned";
/** Ours: whether all is well, and if not, the way out. */
export const READY_CONDITION = "spreadlb.io/Ready";
export const OUR_CONDITIONS = [BOUND_CONDITION, ASSIGNED_CONDITION, READY_CONDITION] as const;

/** On the condition of a class. */
export const CLASS_READY_CONDITION = "Ready";

/** On every node that a class selects, with the value "": speakers' DaemonSets select it. */
export const MEMBER_LABEL = "l2-load-balancer.network.deckhouse.io/member";
