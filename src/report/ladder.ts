import type { Outcome } from "../ir/outcome.ts";
import { OUTCOMES } from "../ir/outcome.ts";
import type { Level } from "./findings.ts";
import type { ReportDocument } from "./report.ts";

/** How grave something is to those who wait for the run: an error fails it. */
export type Gravity = "error" | "warning" | "note";
export const GRAVITIES: readonly Gravity[] = ["error", "warning", "note"];

type Judged = Pick<ReportDocument, "options" | "result">;

/** True if a whole-set result of that outcome ends the run with exit code 1: the one ladder of all formats. */
export function reachesFailOn(outcome: Outcome, { options }: Pick<Judged, "options">): boolean {
  // A result that is wider without having been asked for is never passed over in silence.
  if (outcome === "widened" && options["inexact"] !== "widen") return true;
  const failOn = OUTCOMES.find((one) => one === options["fail-on"]);
  return failOn !== undefined && OUTCOMES.indexOf(outcome) >= OUTCOMES.indexOf(failOn);
}

/** The outcome that a finding of a level stands for; undefined where it changes no flow. */
export function outcomeOfLevel(level: Level): Outcome | undefined {
  switch (level) {
    case "invalid":
    case "stop":
    case "unknown":
      return "unknown";
    case "isolates":
    case "narrowed":
      return "narrowed";
    case "widened":
      return "widened";
    case "warning":
    case "note":
      return undefined;
  }
}

/**
 * How grave a finding of a level is in this run.
 * @param policy how the policy comes out that it is about: one thing may hide another, so it may be better than a finding of
 *   it says, and then the finding fails nothing
 */
export function gravityOfLevel(level: Level, report: Judged, policy?: Outcome): Gravity {
  if (level === "note") return "note";
  const isStop = level === "stop" || level === "invalid";
  if (isStop && report.result.stops.length > 0) return "error";
  const outcome = outcomeOfLevel(level);
  if (outcome === undefined) return "warning";
  return gravityOfOutcome(policy === undefined ? outcome : betterOutcome(outcome, policy), report);
}

function betterOutcome(a: Outcome, b: Outcome): Outcome {
  return OUTCOMES.indexOf(a) < OUTCOMES.indexOf(b) ? a : b;
}

export function gravityOfOutcome(outcome: Outcome, report: Judged): Gravity {
  return reachesFailOn(outcome, report) ? "error" : "warning";
}
