import type { RunReport } from "./report.ts";

/** The report as JSON, ending in a newline. */
export function jsonText(report: RunReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
