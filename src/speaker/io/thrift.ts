/**
 * Gives garbage back sooner than the engine would: a process on every node is worth a little thrift.
 *
 * V8 lets a heap grow by megabytes before it looks at its old generation. With 1,000 addresses that was 8 to 10 MiB in
 * both threads together, most of it from the minute in which they were told of. So a heap that has grown is collected
 * at a moment of our choice; where nothing happens, nothing is collected.
 * Neighbours: run.ts and worker.ts, a heap each.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const MIB = 2 ** 20;
const GROWN_BYTES_MIN = 1.5 * MIB;

/** To be called before another thread is started, which then has it so from its beginning. */
export function keepHeapsSmall(): void {
  setFlagsFromString("--optimize-for-size"); // Both grow in small steps.
}

/** The heap of the thread that makes it. */
export class Thrift {
  readonly #collect = collector();
  readonly #intervalMs: number;
  readonly #aliveBytesMax: number;
  #aliveBytes = 0;
  #nextMs = 0;

  /**
   * @param intervalMs so long at least from one look at the heap to the next
   * @param aliveBytesMax no heap is meant to be larger
   */
  constructor(intervalMs: number, aliveBytesMax = Infinity) {
    this.#intervalMs = intervalMs;
    this.#aliveBytesMax = aliveBytesMax;
  }

  /**
   * May stop the thread for some 10 ms: to be called when it has just done what is urgent.
   *
   * @throws Error where more is alive than is meant to be: a leak, that ends in words before the engine's limit is reached
   */
  look(nowMs: number): void {
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + this.#intervalMs;
    if (getHeapStatistics().used_heap_size - this.#aliveBytes < GROWN_BYTES_MIN) return;
    this.#collect();
    this.#aliveBytes = getHeapStatistics().used_heap_size;
    if (this.#aliveBytes <= this.#aliveBytesMax) return;
    const [mib, mibMax] = [this.#aliveBytes / MIB, this.#aliveBytesMax / MIB];
    throw new Error(`${mib.toFixed(0)} MiB of memory are in use, ${mibMax} MiB are the most`);
  }
}

/** A thread that was there before the flag learns of it in a new context only. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect = globalThis.gc ?? (runInNewContext("gc") as () => void);
  return () => {
    collect();
  };
}
