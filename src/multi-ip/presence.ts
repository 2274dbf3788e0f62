/**
 * How a speaker is known to be there: its Lease, by these names, renewed this often. Pure.
 *
 * Neighbours: ../speaker/io/presence.ts writes the Lease, ../controller/nodes.ts reads it.
 */

/** On the Leases of speakers, so that they can be told from others. */
export const PRESENCE_LABEL = "spreadlb.io/speaker";
/** On the Lease of a speaker that is about to stop, until it is deleted; its value is the time, for people. */
export const STOPPING_ANNOTATION = "spreadlb.io/stopping";
/** When the node was last back after others had taken over from it, by its own clock; not there before the first time. */
export const REJOINED_ANNOTATION = "spreadlb.io/rejoined";
/** On the Lease: the interfaces that the node has, but for those of Pods; names with commas. */
export const INTERFACES_ANNOTATION = "spreadlb.io/interfaces";
/** How often a speaker renews its Lease. */
export const PRESENCE_RENEW_MS = 5000;
