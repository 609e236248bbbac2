import { issueText } from "./issue-text.ts";
import type { Issue } from "./issues.ts";
import { eachIssue, issuesByGravity } from "./issues.ts";
import type { Gravity } from "./ladder.ts";
import { plural } from "./plural.ts";
import type { RunReport } from "./report.ts";

/** GitHub shows so many annotations of a kind for one step and drops the others in silence. */
const SHOWN = 10;

/** Workflow commands that GitHub turns into annotations at the lines of the source, worst first; notes are counted alone. */
export function githubTexts(report: RunReport): Iterable<string> {
  return annotationTexts(eachIssue(report), `the whole set is ${report.result.outcome}`);
}

/** @param end what is said last, of all of it */
export function* annotationTexts(issues: Iterable<Issue>, end: string): Generator<string> {
  const left: Record<Gravity, number> = { error: 0, warning: 0, note: 0 };
  const shown: Record<Gravity, number> = { error: 0, warning: 0, note: 0 };
  for (const issue of issuesByGravity(issues)) {
    const { gravity } = issue;
    if (gravity === "note" || shown[gravity] === SHOWN) left[gravity] += 1;
    else {
      shown[gravity] += 1;
      yield annotation(gravity, issue);
    }
  }
  const parts = [
    ...(left.error > 0 ? [plural(left.error, "more error")] : []),
    ...(left.warning > 0 ? [plural(left.warning, "more warning")] : []),
    ...(left.note > 0 ? [plural(left.note, "note")] : []),
  ];
  const rest = parts.length === 0 ? "" : `; not shown here: ${parts.join(", ")}`;
  yield `::notice title=netpol-migrate::${data(`${end}${rest}`)}\n`;
}

function annotation(kind: "error" | "warning", issue: Issue): string {
  const { file, line, column, code, subject } = issue;
  const place =
    file === null || file === "-" || line === null || column === null
      ? []
      : [`file=${property(file)}`, `line=${String(line)}`, `col=${String(column)}`];
  const title = subject === undefined ? code : `${subject} (${code})`;
  return `::${kind} ${[...place, `title=${property(title)}`].join(",")}::${data(issueText(issue))}\n`;
}

/** The text of a command: it ends with its line. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
