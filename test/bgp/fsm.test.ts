/** The state machine, each pair of a state and an event: RFC 4271 section 8.2.2, and what the header of the file says of deviations. */
import { expect } from "chai";
import { FSM, FSM_EVENTS, FSM_STATES, type FsmEvent, type FsmState } from "../../src/bgp/fsm.ts";

/** `next: actions`; "=" is as it was, and nothing done. */
type Wanted = Readonly<Record<string, string>>;

const ENDED = "idle: stop-retry close count";
const TOLD = "idle: stop-retry notify close count";
const STOPPED = "idle: stop-retry notify close forget-failures";
const PASSIVE_OR_NOT = "start start-passive";

const WANTED: Readonly<Record<FsmState, Wanted>> = {
  idle: {
    start: "connect: dial",
    "start-passive": "active:",
    "stop automatic-stop retry-expires hold-expires keepalive-expires send-hold-expires": "=",
    "connected disconnected open header-error open-error collision version-refused": "=",
    "notified keepalive update update-error refresh": "=",
  },
  connect: {
    [PASSIVE_OR_NOT]: "=",
    stop: "idle: stop-retry close forget-failures",
    "retry-expires": "connect: close count dial",
    connected: "open-sent: stop-retry send-open hold-long",
    disconnected: "active: close count wait-to-retry",
    "automatic-stop hold-expires keepalive-expires send-hold-expires": ENDED,
    "open header-error open-error collision version-refused": ENDED,
    "notified keepalive update update-error refresh": ENDED,
  },
  active: {
    [PASSIVE_OR_NOT]: "=",
    stop: "idle: stop-retry close forget-failures",
    "retry-expires": "connect: dial",
    connected: "open-sent: stop-retry send-open hold-long",
    "automatic-stop hold-expires keepalive-expires send-hold-expires disconnected": ENDED,
    "open header-error open-error collision version-refused": ENDED,
    "notified keepalive update update-error refresh": ENDED,
  },
  "open-sent": {
    [PASSIVE_OR_NOT]: "=",
    stop: STOPPED,
    disconnected: "active: close count wait-to-retry",
    open: "open-confirm: stop-retry send-keepalive hold pace-keepalives",
    "version-refused notified": ENDED,
    "automatic-stop hold-expires header-error open-error collision": TOLD,
    "retry-expires keepalive-expires send-hold-expires connected": TOLD,
    "keepalive update update-error refresh": TOLD,
  },
  "open-confirm": {
    [PASSIVE_OR_NOT]: "=",
    stop: STOPPED,
    "keepalive-expires": "open-confirm: send-keepalive pace-keepalives",
    keepalive: "established: hold establish",
    "disconnected version-refused notified": ENDED,
    "automatic-stop hold-expires header-error open-error collision open": TOLD,
    "retry-expires send-hold-expires connected update update-error refresh": TOLD,
  },
  established: {
    [PASSIVE_OR_NOT]: "=",
    stop: STOPPED,
    "keepalive-expires": "established: send-keepalive pace-keepalives",
    "keepalive update": "established: hold",
    refresh: "established: hold refresh",
    "disconnected version-refused notified send-hold-expires": ENDED,
    "automatic-stop hold-expires header-error open-error update-error collision": TOLD,
    "retry-expires connected open": TOLD,
  },
};

describe("bgp state machine", () => {
  for (const state of FSM_STATES) {
    const wanted = new Map<string, string>();
    for (const [events, cell] of Object.entries(WANTED[state])) {
      for (const event of events.split(" ")) wanted.set(event, cell === "=" ? `${state}:` : cell);
    }
    it(`${state}: the table has each event, and no other`, () => {
      expect([...wanted.keys()].sort()).to.deep.equal([...FSM_EVENTS].sort());
    });
    for (const [event, want] of wanted) {
      it(`${state}, ${event}: ${want}`, () => {
        const { next, actions } = FSM[state][event as FsmEvent];
        expect(`${next}: ${actions.join(" ")}`.trim()).to.equal(want);
      });
    }
  }
});
