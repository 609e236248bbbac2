import type { ReportDiagnostic } from "./report.ts";
import { visible } from "./screen.ts";

/** More places than this are counted where people read them; the JSON report has all. */
const SHOWN = 4;

/** The other places that a finding is about: `see old/web.yaml:3:1 (the other one)`; undefined if there are none. */
export function relatedText(related: ReportDiagnostic["related"]): string | undefined {
  if (related === undefined) return undefined;
  const shown = related.slice(0, SHOWN);
  const places = shown.map(
    ({ file, line, column, message }) => `${file}:${String(line)}:${String(column)} (${message})`,
  );
  const left = related.length - shown.length;
  if (left > 0) places.push(`${String(left)} more`);
  return visible(`see ${places.join(", ")}`);
}
