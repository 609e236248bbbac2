import process from "node:process";

/** Colour as the option says, else as NO_COLOR and FORCE_COLOR do, else by whether there is a terminal to show it. */
export function useColor(
  option: boolean | undefined,
  stream: { readonly isTTY?: boolean } = process.stderr,
): boolean {
  if (option !== undefined) return option;
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
  return isTerminal(stream) && TERM !== "dumb";
}

/** In a pipe `isTTY` is missing, whatever the type of the stream says. */
function isTerminal({ isTTY }: { readonly isTTY?: boolean }): boolean {
  return isTTY === true;
}

/** The width of the terminal; undefined in a pipe, where each finding stays on one line for `grep`. COLUMNS overrules. */
export function terminalWidth(stream: {
  readonly isTTY?: boolean;
  readonly columns?: number;
}): number | undefined {
  const given = Number(process.env["COLUMNS"]);
  if (Number.isInteger(given) && given > 0) return given;
  return stream.isTTY === true && stream.columns !== undefined && stream.columns > 0
    ? stream.columns
    : undefined;
}
