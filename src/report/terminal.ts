import type { Colors } from "picocolors/types.js";
import type { EmittedObject } from "../emitters/networkpolicy.ts";
import type { Outcome, Witness } from "../ir/outcome.ts";
import {
  assessment,
  pushReasons,
  pushWideningAssumptions,
  pushVerification,
} from "./assessment.ts";
import type { Finding, FindingGroup, Level } from "./findings.ts";
import { groupFindings } from "./findings.ts";
import { eachUntold, policyText } from "./issues.ts";
import { objectWords } from "./object-words.ts";
import { plural } from "./plural.ts";
import { relatedText } from "./related.ts";
import type { ReportPolicy, RunReport } from "./report.ts";
import type { Paint } from "./screen.ts";
import { Screen } from "./screen.ts";
import { witnessText } from "./witness-text.ts";

export interface TerminalOptions {
  readonly colors: Colors;
  /** "quiet": the assessment and what is wrong; "verbose": every finding and policy; else all but the notes. */
  readonly detail: "quiet" | "normal" | "verbose";
  /** Where the objects went, in words: `in out`, `on standard output`. */
  readonly destination: string;
  /** Columns of the terminal; undefined: lines are not wrapped. */
  readonly width: number | undefined;
  /** What was written, for the words of `verbose`. */
  readonly objects: readonly EmittedObject[];
}

/** Findings of one code that are shown before the rest of them is counted. */
const SHOWN_OF_A_CODE = 3;
/** Leaving out so few would save nothing. */
const WORTH_COUNTING = 2;

const HIDDEN_WHEN_QUIET: ReadonlySet<Level> = new Set(["narrowed", "warning", "note"]);

/** The summary of a run for a terminal, ending in a newline: worst first. */
export function terminalText(report: RunReport, options: TerminalOptions): string {
  const { colors, detail } = options;
  const screen = new Screen(colors, options.width);
  const paints = paintsOf(colors);
  screen.text(assessment(report, options.destination), colors.bold);
  pushReasons(report, screen, colors);
  pushWideningAssumptions(report.assumptions, screen, colors);

  const groups = detail === "verbose" ? groupFindings(report) : withoutKnown(groupFindings(report));
  const shown = groups.filter(
    ({ level }) =>
      detail === "verbose" ||
      (level !== "note" && !(detail === "quiet" && HIDDEN_WHEN_QUIET.has(level))),
  );
  screen.blank();
  const limit = detail === "verbose" ? Infinity : SHOWN_OF_A_CODE;
  const flows = new Set<Witness>();
  for (const group of shown) pushGroup(group, limit, paints[group.level], flows, screen, colors);
  if (detail !== "quiet") pushUntold(report, detail === "verbose", paints, screen);
  if (detail === "verbose") pushPolicies(report, options, paints, screen);

  screen.blank();
  if (detail !== "quiet") pushEnd(report, count(groups) - count(shown), screen, colors);
  pushVerification(report, screen, paints);
  return screen.toString();
}

function paintsOf(colors: Colors): Readonly<Record<Level | Outcome, Paint>> {
  return {
    invalid: colors.red,
    stop: colors.red,
    isolates: colors.red,
    widened: colors.red,
    unknown: colors.magenta,
    narrowed: colors.yellow,
    conditional: colors.cyan,
    exact: colors.green,
    warning: colors.yellow,
    note: colors.dim,
  };
}

/** The findings that the baseline does not have; all of them where there is none. */
function withoutKnown(groups: readonly FindingGroup[]): readonly FindingGroup[] {
  return groups
    .map((group) => ({
      ...group,
      findings: group.findings.filter(({ diagnostic }) => diagnostic.baseline !== "known"),
    }))
    .filter(({ findings }) => findings.length > 0);
}

const count = (groups: readonly FindingGroup[]): number =>
  groups.reduce((sum, { findings }) => sum + findings.length, 0);

function pushGroup(
  { level, code, findings }: FindingGroup,
  limit: number,
  paint: Paint,
  flows: Set<Witness>,
  screen: Screen,
  colors: Colors,
): void {
  const shown = findings.length > limit + WORTH_COUNTING ? findings.slice(0, limit) : findings;
  const hints = new Set(findings.map(({ diagnostic }) => diagnostic.hint));
  const isSharedHint = shown.length > 1 && hints.size === 1;
  for (const finding of shown) {
    pushFinding(finding, level, paint, screen);
    // Several findings about one rule would show the same flow.
    const witness = finding.subject?.witness;
    if (witness !== undefined && SHOWS_FLOW.has(level) && !flows.has(witness)) {
      flows.add(witness);
      screen.more(witnessText(witness));
    }
    const others = relatedText(finding.diagnostic.related);
    if (others !== undefined) screen.more(others);
    if (!isSharedHint) pushHint(finding, screen);
  }
  const [first] = findings;
  if (isSharedHint && first !== undefined) pushHint(first, screen);
  const left = findings.slice(shown.length);
  if (left.length === 0) return;
  const files = new Set(left.map(({ diagnostic }) => diagnostic.file)).size;
  screen.more(
    `... and ${String(left.length)} more of ${code} in ${plural(files, "file")} (--verbose shows them)`,
    colors.dim,
  );
}

const SHOWS_FLOW: ReadonlySet<Level> = new Set(["isolates", "widened", "unknown", "narrowed"]);

function pushFinding(
  { diagnostic, subject }: Finding,
  level: Level,
  paint: Paint,
  screen: Screen,
): void {
  const { file, line, column, path, message, code } = diagnostic;
  const place = file === null ? "" : `${file}:${String(line)}:${String(column)}  `;
  const field = path === null ? "" : ` ${path}`;
  const about = subject === undefined ? "" : `${subject.kind} ${subject.name}${field}: `;
  screen.entry(level, `${place}${about}${message}`, { paint, tail: code });
}

function pushHint({ diagnostic: { hint } }: Finding, screen: Screen): void {
  if (hint !== null) screen.more(`do: ${hint}`);
}

/** Policies that come out worse than any of their findings tells. */
function pushUntold(
  report: RunReport,
  withKnown: boolean,
  paints: Readonly<Record<Outcome, Paint>>,
  screen: Screen,
): void {
  for (const { level, file, line, column, subject, witness, baseline } of eachUntold(report)) {
    if (baseline === "known" && !withKnown) continue;
    const place = `${file ?? ""}:${String(line)}:${String(column)}`;
    screen.entry(level, `${place}  ${subject ?? ""}`, { paint: paints[level] });
    if (witness !== undefined) screen.more(witnessText(witness));
  }
}

type Source = ReportPolicy["source"];

const placeText = ({ file, line, column }: Source): string =>
  `${file}:${String(line)}:${String(column)}`;

/** Every policy with what it became, in words. */
function pushPolicies(
  report: RunReport,
  { objects }: TerminalOptions,
  paints: Readonly<Record<Outcome, Paint>>,
  screen: Screen,
): void {
  const byFile = new Map(objects.map((object) => [object.file, object]));
  screen.blank();
  for (const { source, outcome, emitted, rules } of report.eachPolicy()) {
    const files = emitted.map(({ file }) => file);
    const became = files.length === 0 ? "nothing to write" : files.join(", ");
    screen.entry(outcome, `${placeText(source)}  ${policyText(source)} -> ${became}`, {
      paint: paints[outcome],
    });
    for (const words of new Set(files.map((file) => wordsOf(byFile.get(file))))) {
      for (const line of words.split("\n")) if (line !== "") screen.more(line);
    }
    const left = rules.filter(({ disposition }) => disposition === "skipped");
    if (left.length > 0)
      screen.more(
        `not written: ${left.map(({ path, action }) => `${path} (${action})`).join(", ")}`,
      );
  }
}

function wordsOf(object: EmittedObject | undefined): string {
  if (object === undefined) return "";
  return "verbatim" in object.object ? "kept as it is" : objectWords(object.object).join("\n");
}

function pushEnd(report: RunReport, hidden: number, screen: Screen, colors: Colors): void {
  const narrowing = report.assumptions.filter(
    ({ ifFalse, standing }) => ifFalse === "narrows" && !standing,
  );
  for (const { message, code, usedBy } of narrowing) {
    const who = plural(usedBy, "policy", "policies");
    screen.entry("assumes", `${message} (${who}; narrower if it is false)`, {
      paint: colors.dim,
      tail: code,
    });
  }
  if (hidden > 0) screen.text(`${plural(hidden, "note")} more with --verbose`, colors.dim);
}
