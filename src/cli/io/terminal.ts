/**
 * Whether and how to colour: only for a person at a terminal who has not refused it (https://no-color.org).
 */
import { styleText } from "node:util";

/** @returns the text in bold on a terminal, else as it is */
export function bold(text: string): string {
  const refused = (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb";
  return process.stdout.isTTY && !refused ? styleText("bold", text) : text;
}
