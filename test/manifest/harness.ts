import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { lineAndColumn } from "../../src/diagnostics/source-range.ts";
import type { DocumentRef, SourcePlace } from "../../src/diagnostics/source-range.ts";
import type { ManifestObject } from "../../src/manifest/manifest-object.ts";
import { readManifests } from "../../src/manifest/read.ts";

export interface ReadText {
  readonly objects: readonly ManifestObject[];
  readonly values: readonly unknown[];
  /** Code, line and column of every finding, such as `YML-X002 3:1`. */
  readonly findings: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** How many objects the reader says there are, and which of them it lost. */
  readonly count: number;
  readonly lost: readonly DocumentRef[];
}

export function lineColumn(place: SourcePlace | undefined): string {
  if (place === undefined) return "nowhere";
  const { line, column } = lineAndColumn(place.document.file, place.offset);
  return `${String(line)}:${String(column)}`;
}

export function readText(text: string): ReadText {
  const diagnostics: Diagnostic[] = [];
  const objects: ManifestObject[] = [];
  const reading = readManifests({ name: "test.yaml", text }, (finding) => {
    diagnostics.push(finding);
  });
  let step = reading.next();
  for (; step.done !== true; step = reading.next()) objects.push(step.value);
  return {
    objects,
    values: objects.map((object) => object.value),
    findings: diagnostics.map((finding) => `${finding.code} ${lineColumn(finding.at)}`),
    diagnostics,
    count: step.value.objects,
    lost: step.value.lost,
  };
}
