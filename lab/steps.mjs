/**
 * Progress for people: one line per step with the time it took; long steps tick.
 *
 * Plain JavaScript without dependencies, because the set-up uses it before any is installed.
 */

const TICK_TERMINAL_MS = 1000;
const TICK_PLAIN_MS = 10_000;

const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

/**
 * @returns step(title, work): runs `work`, which gets a function to tell how far it is, and prints the
 *   line; what `work` throws passes through, after a line that says so
 */
export function createSteps(stream = process.stdout) {
  const isTerminal = stream.isTTY === true;
  const clear = isTerminal ? "\r\x1b[2K" : "";
  const line = (mark, title, startMs) =>
    stream.write(`${clear}${mark} ${title.padEnd(66)} ${seconds(startMs).padStart(7)}\n`);
  return async function step(title, work) {
    const startMs = performance.now();
    let detail = "";
    const tick = () => {
      const text = `… ${title}: ${seconds(startMs)}${detail === "" ? "" : `, ${detail}`}`;
      if (isTerminal) stream.write(clear + text.slice(0, (stream.columns ?? 80) - 1));
      else stream.write(`${text}\n`);
    };
    const ticking = setInterval(tick, isTerminal ? TICK_TERMINAL_MS : TICK_PLAIN_MS);
    try {
      const value = await work((text) => {
        detail = text;
      });
      line("✔", title, startMs);
      return value;
    } catch (error) {
      line("✘", title, startMs);
      throw error;
    } finally {
      clearInterval(ticking);
    }
  };
}
