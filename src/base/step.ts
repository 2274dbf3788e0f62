/**
 * The shape of every machine in this house: one event in, the next state and the effects out. Pure.
 *
 * Effects are performed in the order given, by the hands in an `io/` folder, which feed what they
 * find out back as events. A timer is an effect asked for and an event received, never held.
 */

export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}
