import process from "node:process";
import { relatedText } from "../../report/related.ts";
import type { ReportDiagnostic } from "../../report/report.ts";
import { visible, wrapLines } from "../../report/screen.ts";
import { writeError } from "../io.ts";
import { terminalWidth } from "../terminal-settings.ts";

/** Errors that are shown before the rest is counted. */
const SHOWN = 5;

/** Says on standard error which policies could not be read, and that `what` may be wrong because of it. */
export function warnOfIncomplete(diagnostics: readonly ReportDiagnostic[], what: string): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  const lines = [`incomplete: not all policies could be read, so ${what} may be wrong`];
  for (const { file, line, column, message, hint, code, related } of errors.slice(0, SHOWN)) {
    const place = file === null ? "" : `${file}:${String(line)}:${String(column)}  `;
    lines.push(`  ${visible(`${place}${message}  ${code}`)}`);
    const others = relatedText(related);
    if (others !== undefined) lines.push(`    ${others}`);
    if (hint !== null) lines.push(`    do: ${visible(hint)}`);
  }
  if (errors.length > SHOWN) lines.push(`  and ${String(errors.length - SHOWN)} more`);
  writeError(wrapLines(`${lines.join("\n")}\n`, terminalWidth(process.stderr)));
}
