import { issueText } from "./issue-text.ts";
import type { Issue } from "./issues.ts";
import { eachIssue } from "./issues.ts";
import { listTexts } from "./json.ts";
import type { RunReport } from "./report.ts";

/** GitLab's code quality report: one entry an issue. GitLab itself tells old ones from new ones by their fingerprints. */
export function gitlabTexts(report: RunReport): Iterable<string> {
  return codeQualityTexts(eachIssue(report), report.inputs);
}

export function* codeQualityTexts(
  issues: Iterable<Issue>,
  inputs: readonly { readonly file: string }[],
): Generator<string> {
  // An entry has to have a place: what has none is put where the run begins to read.
  yield* listTexts(entries(issues, inputs[0]?.file ?? "-"), "");
  yield "\n";
}

function* entries(issues: Iterable<Issue>, elsewhere: string): Generator {
  for (const issue of issues) {
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
