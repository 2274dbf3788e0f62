/** A process that has too many open files, for the length of one call. */
import koffi from "koffi";

const LIBC = koffi.load(null);
const RLIMIT_NOFILE = 7;
/** Those that every process has. */
const STANDARD_FILES = 3n;

/** Calls something synchronous that can open nothing: neither file nor socket. */
export function withoutFiles<T>(call: () => T): T {
  const [limits, none] = [new BigUint64Array(2), new BigUint64Array(2)];
  change("getrlimit", limits);
  none.set([STANDARD_FILES, limits[1] ?? 0n]);
  change("setrlimit", none);
  try {
    return call();
  } finally {
    change("setrlimit", limits);
  }
}

function change(name: "getrlimit" | "setrlimit", limits: BigUint64Array): void {
  const run = LIBC.func(`int ${name}(int, void *)`) as (what: number, limits: unknown) => number;
  if (run(RLIMIT_NOFILE, limits) !== 0) throw new Error(`${name}: errno ${koffi.errno()}`);
}
