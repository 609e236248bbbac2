import { clip } from "../schema-check.ts";
import type { Diagnostic, Report } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import type { ManifestObject, PathStep } from "../../manifest/manifest-object.ts";

export type Path = readonly PathStep[];
export type Mapping = Readonly<Record<string, unknown>>;

/** The findings about one object while it is read. */
export interface Findings {
  /** Place of a field's value, or of its key. */
  at(path: Path, part?: "key" | "value"): SourcePlace;
  add(diagnostic: Diagnostic): void;
  /** True once an error was added: the API server would refuse the object. */
  hasFailed(): boolean;
}

export function findingsOf(object: ManifestObject, report: Report): Findings {
  let failed = false;
  return {
    at: (path, part) => object.placeOf(path, part),
    add(diagnostic) {
      failed ||= diagnostic.severity === "error";
      report(diagnostic);
    },
    hasFailed: () => failed,
  };
}

// The schema has refused wrong types before anything here is asked, and null stands for "absent" wherever the API has a
// pointer, a list or a map.

export function asMapping(value: unknown): Mapping | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Mapping)
    : undefined;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The user's own words, short enough for one line and without characters that would end it. */
export function quoted(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // eslint-disable-next-line no-control-regex
  return clip(text, 80).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ");
}
