import { expect } from "chai";
import {
  PLAN_WAIT_MS,
  stepDeparture,
  type Departure,
  type DepartureEffect,
  type DepartureEvent,
} from "../../src/speaker/departure.ts";

const mark = { kind: "mark-lease" } as const;
const timer = { kind: "set-timer", afterMs: PLAN_WAIT_MS } as const;
const leave = { kind: "leave" } as const;

const rows: readonly {
  readonly name: string;
  readonly steps: readonly (readonly [DepartureEvent, readonly DepartureEffect[]])[];
}[] = [
  {
    name: "who holds something says so first, and leaves when the plan has taken all of it",
    steps: [
      [{ kind: "asked", heldCount: 2 }, [mark, timer]],
      [{ kind: "holds", heldCount: 1 }, []],
      [{ kind: "holds", heldCount: 0 }, [leave]],
      [{ kind: "timer" }, []],
    ],
  },
  {
    name: "who holds nothing leaves at once",
    steps: [
      [{ kind: "asked", heldCount: 0 }, [leave]],
      [{ kind: "holds", heldCount: 0 }, []],
    ],
  },
  {
    name: "no plan in time: the ranks decide",
    steps: [
      [{ kind: "asked", heldCount: 1 }, [mark, timer]],
      [{ kind: "timer" }, [leave]],
      [{ kind: "unheard" }, []],
    ],
  },
  {
    name: "no API server: the ranks decide at once",
    steps: [
      [{ kind: "asked", heldCount: 1 }, [mark, timer]],
      [{ kind: "unheard" }, [leave]],
      [{ kind: "timer" }, []],
      [{ kind: "holds", heldCount: 0 }, []],
    ],
  },
  {
    name: "nobody leaves unasked, and nobody twice",
    steps: [
      [{ kind: "holds", heldCount: 0 }, []],
      [{ kind: "asked", heldCount: 1 }, [mark, timer]],
      [{ kind: "asked", heldCount: 0 }, []],
      [{ kind: "timer" }, [leave]],
      [{ kind: "asked", heldCount: 1 }, []],
    ],
  },
];

describe("departure", () => {
  for (const { name, steps } of rows) {
    it(name, () => {
      let state: Departure = "none";
      for (const [event, want] of steps) {
        const out = stepDeparture(state, event);
        expect(out.effects).to.deep.equal(want);
        state = out.state;
      }
    });
  }
});
