import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { lineAndColumn } from "../../../src/diagnostics/source-range.ts";
import { readManifests } from "../../../src/manifest/read.ts";
import type { CalicoInput } from "../../../src/sources/calico/model.ts";
import { readCalicoObject, type CalicoDisposition } from "../../../src/sources/calico/read.ts";

export interface ReadResult {
  readonly input: CalicoInput;
  readonly dispositions: readonly CalicoDisposition[];
  readonly findings: readonly Diagnostic[];
}

/** Reads a text as one file, all of its documents. */
export function read(text: string, name = "in.yaml"): ReadResult {
  const input: CalicoInput = { policies: [], tiers: [], groups: [] };
  const findings: Diagnostic[] = [];
  const report = (finding: Diagnostic): void => {
    findings.push(finding);
  };
  const dispositions: CalicoDisposition[] = [];
  for (const object of readManifests({ name, text }, report))
    dispositions.push(readCalicoObject(object, input, { defaultNamespace: "default" }, report));
  return { input, dispositions, findings };
}

/** Findings as `CODE line:column path`, in the order in which they were reported. */
export function summary(findings: readonly Diagnostic[]): string[] {
  return findings.map(({ code, at }) => {
    if (at === undefined) return code;
    const { line, column } = lineAndColumn(at.document.file, at.offset);
    return `${code} ${String(line)}:${String(column)} ${at.path}`.trimEnd();
  });
}
