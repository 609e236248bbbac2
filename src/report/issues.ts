import { createHash } from "node:crypto";
import type { Outcome, Witness } from "../ir/outcome.ts";
import { OUTCOMES } from "../ir/outcome.ts";
import type { Level } from "./findings.ts";
import { levelOf } from "./findings.ts";
import type { Gravity } from "./ladder.ts";
import {
  GRAVITIES,
  gravityOfLevel,
  gravityOfOutcome,
  outcomeOfLevel,
  reachesFailOn,
} from "./ladder.ts";
import type { BaselineState, ReportDiagnostic, ReportPolicy, RunReport } from "./report.ts";

/** One thing that a run has to say about one place: what lists of findings are made of, whatever their format. */
export interface Issue {
  /** The code of a finding or of an assumption. */
  readonly code: string;
  readonly level: Level | Outcome;
  readonly gravity: Gravity;
  readonly message: string;
  readonly hint: string | null;
  /** Other places that it is about. */
  readonly related?: ReportDiagnostic["related"] | undefined;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string | null;
  /** The policy that it is about, with its kind and namespace; undefined if it is about none that was understood. */
  readonly subject: string | undefined;
  /** A flow that shows it. */
  readonly witness: Witness | undefined;
  /** The same as long as the same is said about the same field of the same policy, wherever that stands in its file. */
  readonly fingerprint: string;
  /** Whether the baseline has it, too; null without a baseline. */
  readonly baseline: BaselineState | null;
}

/** What names a policy that comes out worse than any of its findings tells, and no assumption does. */
export const UNEXPLAINED = "CMP-P010";

/**
 * Everything that a run has to say: its findings in the order of the input, then the policies that come out worse than
 * any of their findings tells. A run that fails has at least one error among them.
 */
export function* eachIssue(report: RunReport): Generator<Issue> {
  const stops = new Set(report.result.stops);
  const fingerprints = new Fingerprints();
  for (const [index, diagnostic] of report.diagnostics.entries()) {
    const { code, message, hint, related, baseline = null } = diagnostic;
    const { file, line, column, path } = diagnostic;
    const about = report.subjectOf(index);
    const level = levelOf(diagnostic, about, stops);
    const subject = about === undefined ? undefined : `${about.kind} ${about.name}`;
    yield {
      ...{ code, message, hint, related, file, line, column, path, baseline, level, subject },
      gravity: baseline === "known" ? "note" : gravityOfLevel(level, report, about?.outcome),
      witness: about?.witness,
      fingerprint: fingerprints.of(code, subject ?? file, path),
    };
  }
  for (const untold of eachUntold(report)) {
    yield {
      ...untold,
      fingerprint: fingerprints.of(untold.code, untold.subject ?? null, null),
    };
  }
}

/** Policies that come out worse than any of their findings tells. */
export function* eachUntold(
  report: RunReport,
): Generator<Omit<Issue, "fingerprint" | "level"> & { readonly level: Outcome }> {
  // Conditional policies are told by their assumptions, unless they fail the run.
  const least = rankOf(reachesFailOn("conditional", report) ? "conditional" : "narrowed");
  const { policies } = report.summary;
  if (OUTCOMES.every((outcome) => rankOf(outcome) < least || policies[outcome] === 0)) return;
  const told = toldByFindings(report);
  let index = -1;
  for (const policy of report.eachPolicy()) {
    index += 1;
    const rank = rankOf(policy.outcome);
    if (rank < least || rank <= (told.get(index) ?? 0)) continue;
    const { source, outcome, assumptions, rules, verification, baseline = null } = policy;
    const { file, line, column } = source;
    const isConditional = outcome === "conditional";
    const [code = UNEXPLAINED] = isConditional ? assumptions : [];
    const resting = isConditional ? `, since it rests on ${assumptions.join(", ")}` : "";
    yield {
      ...{ code, file, line, column, path: null, baseline, level: outcome, hint: null },
      gravity: baseline === "known" ? "note" : gravityOfOutcome(outcome, report),
      message: `the policy comes out ${outcome}${resting}`,
      subject: policyText(source),
      witness: rules.find(({ witness }) => witness !== null)?.witness ?? verification.witnesses[0],
    };
  }
}

/** The worst that the findings of each policy say of it, as the outcome's rank. */
function toldByFindings(report: RunReport): ReadonlyMap<number, number> {
  const stops = new Set(report.result.stops);
  const told = new Map<number, number>();
  for (const [index, diagnostic] of report.diagnostics.entries()) {
    const about = report.subjectOf(index);
    if (about === undefined) continue;
    const rank = rankOf(outcomeOfLevel(levelOf(diagnostic, about, stops)));
    told.set(about.policy, Math.max(rank, told.get(about.policy) ?? 0));
  }
  return told;
}

const rankOf = (outcome: Outcome | undefined): number =>
  outcome === undefined ? 0 : OUTCOMES.indexOf(outcome);

/** `NetworkPolicy shop/web`. */
export function policyText({ kind, namespace, name }: ReportPolicy["source"]): string {
  return `${kind} ${namespace === null ? name : `${namespace}/${name}`}`;
}

/** Gives what is alike a number: two policies of one name may stand in the input, and one field may have two findings. */
export class Fingerprints {
  readonly #seen = new Map<string, number>();

  of(code: string, about: string | null, path: string | null): string {
    const key = JSON.stringify([code, about, path]);
    const before = this.#seen.get(key) ?? 0;
    this.#seen.set(key, before + 1);
    const text = before === 0 ? key : `${key} ${String(before)}`;
    return createHash("sha256").update(text).digest("hex").slice(0, 32);
  }
}

/** Issues by gravity, each kind worst first, else in the order in which they come. */
export function issuesByGravity(issues: Iterable<Issue>): readonly Issue[] {
  const lists = new Map<Gravity, Issue[]>(GRAVITIES.map((gravity) => [gravity, []]));
  for (const issue of issues) lists.get(issue.gravity)?.push(issue);
  return GRAVITIES.flatMap((gravity) => worstFirst(lists.get(gravity) ?? []));
}

function worstFirst(issues: readonly Issue[]): readonly Issue[] {
  return [...issues].sort((a, b) => severityOf(b) - severityOf(a));
}

const severityOf = ({ level }: Issue): number =>
  OUTCOMES.includes(level as Outcome)
    ? OUTCOMES.indexOf(level as Outcome)
    : level === "invalid" || level === "stop"
      ? OUTCOMES.length
      : rankOf(outcomeOfLevel(level as Level));
