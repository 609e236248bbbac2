import type { FindingSubject, ReportDiagnostic, RunReport } from "./report.ts";

/** How the summary calls a finding, worst first. */
export type Level =
  "invalid" | "stop" | "isolates" | "widened" | "unknown" | "narrowed" | "warning" | "note";

export const LEVELS: readonly Level[] = [
  "invalid",
  "stop",
  "isolates",
  "widened",
  "unknown",
  "narrowed",
  "warning",
  "note",
];

export interface Finding {
  readonly level: Level;
  readonly diagnostic: ReportDiagnostic;
  readonly subject: FindingSubject | undefined;
}

/** Findings of one code, in the order of the input. */
export interface FindingGroup {
  readonly level: Level;
  readonly code: string;
  readonly findings: readonly Finding[];
}

/** Pods are isolated that the source left open, as the user asked. Nobody may overlook that. */
const OVER_ISOLATES = "CMP-S002";

/** How the summary calls a finding. @param stops the codes that keep the run from writing */
export function levelOf(
  { code, severity, effect, file }: ReportDiagnostic,
  subject: FindingSubject | undefined,
  stops: ReadonlySet<string>,
): Level {
  if (severity === "error" && effect !== "widens") {
    if (subject === undefined && file !== null) return "invalid";
    return stops.has(code) ? "stop" : "unknown";
  }
  if (code === OVER_ISOLATES) return "isolates";
  if (severity === "info") return "note";
  switch (effect) {
    case "widens":
      return "widened";
    case "narrows":
      return "narrowed";
    case "unknown":
      return "unknown";
    case "none":
      return "warning";
  }
}

/** All findings of a run, those of one code together: what stops the run first, then what widens, then the rest. */
export function groupFindings(report: RunReport): readonly FindingGroup[] {
  const stops = new Set(report.result.stops);
  const groups = new Map<string, { level: Level; code: string; findings: Finding[] }>();
  report.diagnostics.forEach((diagnostic, index) => {
    const subject = report.subjectOf(index);
    const level = levelOf(diagnostic, subject, stops);
    const key = `${level} ${diagnostic.code}`;
    const finding = { level, diagnostic, subject };
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { level, code: diagnostic.code, findings: [finding] });
    else group.findings.push(finding);
  });
  return [...groups.values()].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}
