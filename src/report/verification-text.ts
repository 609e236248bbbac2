import type { Colors } from "picocolors/types.js";
import type { Outcome } from "../ir/outcome.ts";
import { OUTCOMES } from "../ir/outcome.ts";
import { pushStanding, underAssumptions } from "./assessment.ts";
import type { ShownDifference } from "./difference.ts";
import { expectationText } from "./expectation-text.ts";
import { isAtOrOver } from "./ladder.ts";
import { plural } from "./plural.ts";
import { pushPods } from "./pod-changes-text.ts";
import { relatedText } from "./related.ts";
import type { ReportDiagnostic } from "./report.ts";
import type { Paint } from "./screen.ts";
import { Screen } from "./screen.ts";
import type { ComparedPolicy, VerificationReport } from "./verification.ts";

export interface VerificationTextOptions {
  readonly colors: Colors;
  /** "quiet": the assessment and what is wrong; "verbose": everything; else the first of each kind. */
  readonly detail: "quiet" | "normal" | "verbose";
  /** How people call the other set: its paths. */
  readonly target: string;
  /** Columns of the terminal; undefined: lines are not wrapped. */
  readonly width: number | undefined;
}

/** So many differences of a kind are shown, and so many changes for pods, before the rest is counted. */
const SHOWN = 10;
type Worse = Exclude<Outcome, "exact" | "conditional">;
const WORST_FIRST: readonly Worse[] = ["widened", "unknown", "narrowed"];

/** What `verify` found, for a terminal, ending in a newline: worst first. */
export function verificationText(
  report: VerificationReport,
  options: VerificationTextOptions,
): string {
  const { colors, detail, target } = options;
  const screen = new Screen(colors, options.width);
  const paints: Readonly<Record<Outcome, Paint>> = {
    widened: colors.red,
    unknown: colors.magenta,
    narrowed: colors.yellow,
    conditional: colors.cyan,
    exact: colors.green,
  };
  screen.text(assessment(report, target), colors.bold);
  pushReasons(report, screen, colors);
  pushAssumptions(report, screen, colors);
  screen.blank();
  pushStops(report, screen, colors);
  pushExpectations(report, detail === "verbose", screen, colors);
  for (const outcome of WORST_FIRST) {
    if (detail === "quiet" && outcome === "narrowed") continue;
    pushDifferences(outcome, report, options, paints[outcome], screen);
  }
  if (report.pods !== null && report.pods.pods > 0 && detail !== "quiet") {
    screen.blank();
    pushPods(report.pods, detail === "verbose" ? Infinity : SHOWN, screen, colors);
  }
  if (detail === "verbose") pushNotes(report, screen, colors);
  screen.blank();
  pushProof(report, screen, colors);
  return screen.toString();
}

const total = (counts: Readonly<Record<Outcome, number>>): number =>
  Object.values(counts).reduce((sum, number) => sum + number, 0);

/** Everything in one line. */
function assessment({ summary, result }: VerificationReport, target: string): string {
  const { source, against } = summary.policies;
  const sets = `${plural(total(source), "policy", "policies")} against ${String(total(against))} in ${target}`;
  if (result.outcome === "exact") return `the same: ${sets} allow the same flows`;
  if (result.outcome === "conditional") {
    return `the same, under assumptions: ${sets} allow the same flows`;
  }
  const parts = [...OUTCOMES].reverse().flatMap((outcome) => {
    const number = source[outcome];
    if (number === 0) return [];
    const what = outcome === "conditional" ? "equal under assumptions" : outcome;
    return [`${String(number)} ${what === "exact" ? "equal" : what}`];
  });
  const { losingOnlyOther } = summary;
  if (losingOnlyOther > 0)
    parts.push(`${String(losingOnlyOther)} of them only in ICMP and the like`);
  const invalid = summary.documents.source.invalid + summary.documents.against.invalid;
  if (invalid > 0) parts.push(`${String(invalid)} invalid`);
  const counts = parts.length === 0 ? "" : `: ${parts.join(", ")}`;
  const others = against.widened + against.unknown + against.narrowed;
  const there =
    others === 0 ? "" : ` (${String(others)} in ${target} ${others === 1 ? "differs" : "differ"})`;
  return `${WORDS[result.outcome]}: ${sets}${counts}${there}`;
}

const WORDS: Readonly<Record<Outcome, string>> = {
  widened: "wider",
  unknown: "not known",
  narrowed: "narrower",
  conditional: "the same, under assumptions",
  exact: "the same",
};

function pushReasons(
  { result, options }: VerificationReport,
  screen: Screen,
  colors: Colors,
): void {
  const { stops, exitCode, outcome } = result;
  if (stops.length > 0) {
    screen.entry(
      "stopped",
      "not all policies could be read, so nothing is proved; resolve what is marked invalid below, or take the risk with --allow-incomplete",
      { paint: colors.red },
    );
  }
  if (exitCode === 1 && isAtOrOver(outcome, options["fail-on"])) {
    const level = String(options["fail-on"]);
    screen.entry("failed", `the result is ${outcome} (--fail-on ${level}): exit code 1`, {
      paint: colors.red,
    });
  }
}

function pushExpectations(
  { expectations }: VerificationReport,
  all: boolean,
  screen: Screen,
  colors: Colors,
): void {
  if (expectations === null) return;
  const failed = expectations.filter(({ holds }) => !holds);
  for (const one of all ? expectations : failed) {
    const { name, file, line, column, before, after, holds } = one;
    screen.entry(
      holds ? "expected" : "failed",
      `${file}:${String(line)}:${String(column)}  ${name}: ${expectationText(one)}`,
      { paint: holds ? colors.green : colors.red },
    );
    if (holds) continue;
    for (const by of before.by) screen.more(`before: ${by}`);
    for (const by of after.by) screen.more(`after: ${by}`);
  }
  const held = expectations.length - failed.length;
  screen.entry(
    "expected",
    `${String(held)} of ${String(expectations.length)} flows are as expected${failed.length > 0 ? ": exit code 1" : ""}`,
    { paint: failed.length > 0 ? colors.red : colors.green },
  );
  screen.blank();
}

function pushAssumptions(
  { assumptions }: VerificationReport,
  screen: Screen,
  colors: Colors,
): void {
  for (const { message, code, standing, usedBy, ifFalse } of assumptions) {
    if (standing) continue;
    const who =
      usedBy === 0
        ? "that nothing is wider rests"
        : plural(usedBy, "policy rests", "policies rest");
    const then = ifFalse === "widens" ? "wider" : "narrower";
    screen.entry("assumes", `${message} (${who} on it; ${then} if it is false)`, {
      paint: colors.cyan,
      tail: code,
    });
  }
  pushStanding(assumptions, screen, colors);
}

function pushStops({ diagnostics }: VerificationReport, screen: Screen, colors: Colors): void {
  for (const one of diagnostics) {
    if (one.severity === "error") pushFinding("invalid", one, colors.red, screen);
  }
}

function pushNotes({ diagnostics }: VerificationReport, screen: Screen, colors: Colors): void {
  screen.blank();
  for (const one of diagnostics) {
    if (one.severity !== "error") pushFinding("note", one, colors.dim, screen);
  }
}

function pushFinding(
  word: string,
  { file, line, column, message, hint, code, related }: ReportDiagnostic,
  paint: Paint,
  screen: Screen,
): void {
  const place = file === null ? "" : `${file}:${String(line)}:${String(column)}  `;
  screen.entry(word, `${place}${message}`, { paint, tail: code });
  const others = relatedText(related);
  if (others !== undefined) screen.more(others);
  if (hint !== null) screen.more(`do: ${hint}`);
}

/** A flow is told once, with the policy that has to be looked at: of the other set if it lets in more, else of the source. */
function pushDifferences(
  outcome: Worse,
  { policies }: VerificationReport,
  { detail, target }: VerificationTextOptions,
  paint: Paint,
  screen: Screen,
): void {
  const first = outcome === "widened" ? "against" : "source";
  const concerned = policies
    .filter((policy) => policy.outcome === outcome)
    .sort((a, b) => Number(a.side !== first) - Number(b.side !== first));
  const told = new Set<string>();
  const limit = detail === "verbose" ? Infinity : SHOWN;
  let left = 0;
  let shown = 0;
  for (const policy of concerned) {
    const differences = policy.verification.witnesses.filter((one) => !told.has(one.explain));
    if (differences.length === 0 && policy.verification.unanswered.length === 0) continue;
    for (const one of differences) told.add(one.explain);
    if (shown >= limit) {
      left += 1;
      continue;
    }
    shown += 1;
    pushPolicy(policy, differences, paint, screen, { target, verbose: detail === "verbose" });
  }
  if (left > 0)
    screen.more(`... and ${plural(left, "policy", "policies")} more (--verbose shows them)`);
}

function pushPolicy(
  { source, outcome, losesOnlyOther, verification }: ComparedPolicy,
  differences: readonly ShownDifference[],
  paint: Paint,
  screen: Screen,
  { target, verbose }: { readonly target: string; readonly verbose: boolean },
): void {
  const { file, line, column, kind, namespace, name } = source;
  const place = `${file}:${String(line)}:${String(column)}`;
  const only = losesOnlyOther && outcome === "narrowed" ? ": only in ICMP and the like" : "";
  const full = namespace === null ? name : `${namespace}/${name}`;
  screen.entry(outcome, `${place}  ${kind} ${full}${only}`, { paint });
  for (const {
    direction,
    from,
    to,
    protocol,
    port,
    source: before,
    target: after,
    explain,
  } of differences) {
    const traffic = port === undefined ? protocol : `${protocol} ${String(port)}`;
    const now = before.verdict === "allow" ? "denied" : "allowed";
    screen.more(`from now on ${now} (${direction}): ${from} -> ${to}, ${traffic}`);
    screen.more(`  source: ${before.verdict}, ${before.by}`);
    screen.more(`  ${target}: ${after.verdict}, ${after.by}`);
    if (verbose) screen.more(`  see: netpol-migrate explain ... --against ${target} ${explain}`);
  }
  for (const question of verification.unanswered) screen.more(`not answered: ${question}`);
}

/** What was proved, and under what. */
function pushProof(
  { result, summary, assumptions }: VerificationReport,
  screen: Screen,
  colors: Colors,
): void {
  const { asked, proved, refuted, unknown, replayed } = summary.questions;
  const counts = `${plural(asked, "question")} asked: ${String(proved)} proved, ${String(refuted)} refuted, ${String(unknown)} unknown; ${String(replayed)} answers tried on flows`;
  // Whatever is worse than narrowed would be the outcome.
  const isNeverWider = result.outcome === "narrowed";
  if (result.verification.status === "proved" || isNeverWider) {
    const what = isNeverWider
      ? "proved: nothing is let in that the source denies"
      : "proved: both sets allow the same";
    screen.text(`${what}, ${underAssumptions(assumptions)}`, colors.green);
  }
  screen.text(counts, colors.dim);
}
