import { issueText } from "./issue-text.ts";
import type { Issue } from "./issues.ts";
import { eachIssue } from "./issues.ts";
import { listTexts } from "./json.ts";
import type { RunReport } from "./report.ts";

/** GitLab's code quality report: one entry an issue. GitLab itself tells old ones from new ones by their fingerprints. */
export function* gitlabTexts(report: RunReport): Generator<string> {
  yield* listTexts(entries(report), "");
  yield "\n";
}

function* entries(report: RunReport): Generator {
  // An entry has to have a place: what has none is put where the run begins to read.
  const elsewhere = report.inputs[0]?.file ?? "-";
  for (const issue of eachIssue(report)) {
    const { code, file, line, fingerprint } = issue;
    yield {
      description: issueText(issue),
      check_name: code,
      fingerprint,
      severity: severityOf(issue),
      location: { path: file ?? elsewhere, lines: { begin: line ?? 1 } },
    };
  }
}

function severityOf({
  gravity,
  level,
}: Issue): "blocker" | "critical" | "major" | "minor" | "info" {
  if (gravity === "note") return "info";
  const opens = level === "widened";
  const keepsFromWriting = level === "invalid" || level === "stop";
  if (gravity === "error") return opens || keepsFromWriting ? "blocker" : "critical";
  return level === "warning" ? "minor" : "major";
}
