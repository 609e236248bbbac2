import process from "node:process";
import { InternalError } from "../base/invariant.ts";
import { EXIT } from "./exit-code.ts";
import { writeError } from "./io.ts";
import { terminalWidth } from "./terminal-settings.ts";
import { UsageError } from "./usage-error.ts";
import { toolVersion } from "./version.ts";

/**
 * Runs a command and turns whatever it throws into words and an exit code. Findings about the input are values and never
 * come here; what does is the surroundings (a file that cannot be read, a bad option) or ourselves.
 */
export async function runCommand(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof UsageError) {
      const { wrapLines } = await import("../report/screen.ts");
      const hint = error.hint === undefined ? "" : `do: ${visible(error.hint)}\n`;
      const text = `error: ${visible(error.message)}\n${hint}`;
      writeError(wrapLines(text, terminalWidth(process.stderr)));
      return EXIT.usage;
    }
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const what =
      error instanceof InternalError ? "contradicts itself" : "failed in a way that it should not";
    writeError(
      `internal error: netpol-migrate ${toolVersion()} ${what}.\n` +
        `Please report this with the input that shows it. Do not apply anything of this run.\n${detail}\n`,
    );
    return EXIT.internal;
  }
}

/** Names of files and values of options are other people's text: a terminal must not act on it. */
function visible(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, "\ufffd");
}
