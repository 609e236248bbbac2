import type { Colors } from "picocolors/types.js";
import type { Outcome } from "../ir/outcome.ts";
import { OUTCOMES } from "../ir/outcome.ts";
import { isAtOrOver } from "./ladder.ts";
import { plural } from "./plural.ts";
import type { ReportAssumption, ReportDecisions, RunReport } from "./report.ts";
import type { Paint, Screen } from "./screen.ts";

/** Everything in one line, worst first. */
export function assessment(report: RunReport, destination: string): string {
  const { summary, result, inputs, engines } = report;
  const total = Object.values(engines).reduce((sum, number) => sum + number, 0);
  const names = Object.entries(engines).map(
    ([engine, number]) => `${engine.charAt(0).toUpperCase()}${engine.slice(1)} ${String(number)}`,
  );
  const counts = [...OUTCOMES]
    .reverse()
    .filter((outcome) => summary.policies[outcome] > 0)
    .map((outcome) => outcomeCount(report, outcome));
  if (summary.unproved > 0) counts.push(`${String(summary.unproved)} exact (unproved)`);
  if (summary.documents.invalid > 0) {
    counts.unshift(`${plural(summary.documents.invalid, "document")} invalid`);
  }
  const read = `${plural(total, "policy", "policies")} read from ${plural(inputs.length, "file")}`;
  const what = counts.length === 0 ? "" : `: ${counts.join(", ")}`;
  const written =
    result.stops.length > 0
      ? "nothing written"
      : `${plural(summary.emitted, "NetworkPolicy", "NetworkPolicies")} ${destination}`;
  const { config } = report.options;
  const from = typeof config === "string" ? `, with options of ${config}` : "";
  return `${read}${from}${names.length > 1 ? ` (${names.join(", ")})` : ""}${what} -> ${written}`;
}

function outcomeCount({ summary }: RunReport, outcome: Outcome): string {
  const number = summary.policies[outcome];
  const { losingOnlyOther } = summary;
  if (outcome !== "narrowed" || losingOnlyOther === 0) return `${String(number)} ${outcome}`;
  const which = losingOnlyOther === number ? "" : `${String(losingOnlyOther)} of them `;
  return `${String(number)} narrowed (${which}only by ICMP and the like)`;
}

/** Why nothing was written, why there is nothing to write, and why the exit code is not 0. */
export function pushReasons(
  { result, summary, options, engines }: RunReport,
  screen: Screen,
  colors: Colors,
): void {
  const { stops, exitCode, outcome } = result;
  for (const decision of configDecisions(options)) {
    screen.entry("warning", `decided by a file, not by you: ${decision}`, { paint: colors.yellow });
  }
  if (stops.length > 0) {
    const lifted = stops.every((code) => code !== UNSAYABLE);
    const way = lifted
      ? "or take the risk with --allow-incomplete, without any promise about the result"
      : "or say by --unsayable-subjects what to do";
    screen.entry("stopped", `resolve what is marked stop or invalid below, ${way}`, {
      paint: colors.red,
    });
    return;
  }
  if (outcome === "unknown") {
    const text = "the input is incomplete, so nothing is promised about the whole set";
    screen.entry("unknown", text, { paint: colors.magenta });
  }
  if (summary.emitted === 0) {
    screen.entry("empty", emptiness(summary, Object.keys(engines).length > 0));
  }
  const { exactIfCompiled = 0 } = summary;
  if (exactIfCompiled > 0) {
    screen.entry(
      "compile",
      `--actions compile would make ${plural(exactIfCompiled, "policy", "policies")} of these exact: it cuts the rules that are left out here`,
    );
  }
  if (summary.decisions !== undefined) screen.entry("decisions", decisionText(summary.decisions));
  if (result.baseline !== undefined) {
    const { new: fresh, known, outcome: worst } = result.baseline;
    screen.entry(
      "baseline",
      `${plural(fresh, "finding")} new, ${String(known)} known (shown with --verbose): ${worst === "exact" ? "nothing new changes a flow" : `the worst of what is new is ${worst}`}`,
    );
  }
  if (exitCode === 1) {
    const worst = result.baseline?.outcome ?? outcome;
    const asked = isAtOrOver(worst, options["fail-on"])
      ? `--fail-on ${String(options["fail-on"])}`
      : "what is wider unasked always fails";
    screen.entry(
      "failed",
      `${result.baseline === undefined ? `the whole set is ${outcome}` : `what is new is ${worst}`} (${asked}): exit code 1`,
      {
        paint: colors.red,
      },
    );
  }
}

/** What the file of options decides about safety, with its places. */
export function configDecisions(options: RunReport["options"]): readonly string[] {
  const decided = options["config-decides"];
  return Array.isArray(decided) ? decided.map(String) : [];
}

/** The stop that --allow-incomplete does not lift: it has an option of its own. */
const UNSAYABLE = "CMP-S001";

function emptiness({ documents, policies }: RunReport["summary"], hasPolicies: boolean): string {
  const { read, context, ignored, invalid } = documents;
  if (policies.unknown + invalid > 0) {
    const left = [
      ...(policies.unknown > 0 ? [plural(policies.unknown, "policy", "policies")] : []),
      ...(invalid > 0 ? [plural(invalid, "document")] : []),
    ].join(" and ");
    return `${left} left out, of which nobody can say what they do; nothing else restricts a pod of a known namespace`;
  }
  if (!hasPolicies) {
    const which =
      read === 1
        ? "the one document is no policy"
        : `none of the ${String(read)} documents is a policy`;
    return `${which} that is in force (facts about the cluster: ${String(context)}, kinds that decide no traffic: ${String(ignored)}); check the paths if there should be policies`;
  }
  return "no policy restricts a pod of a known namespace, so there is nothing to isolate";
}

export function pushWideningAssumptions(
  assumptions: readonly ReportAssumption[],
  screen: Screen,
  colors: Colors,
): void {
  const widening = assumptions.filter(({ ifFalse }) => ifFalse === "widens");
  for (const { message, code, standing, usedBy } of widening) {
    if (standing) continue;
    const who = plural(usedBy, "policy", "policies");
    screen.entry("assumes", `${message}: wider if that is false, for ${who}`, {
      paint: colors.cyan,
      tail: code,
    });
  }
  pushStanding(assumptions, screen, colors);
}

/** What holds for every run. */
export function pushStanding(
  assumptions: readonly ReportAssumption[],
  screen: Screen,
  colors: Colors,
): void {
  const standing = assumptions.filter((one) => one.standing).map(({ message }) => message);
  if (standing.length === 0) return;
  screen.entry("always", `it is taken for granted that ${listed(standing)}`, {
    paint: colors.dim,
  });
}

/** Every Deny and Pass in one line; explain --policy says of each which rules it is cut into. */
function decisionText(decisions: ReportDecisions): string {
  const { cut, honoured, redundant, skipped, passes = 0 } = decisions;
  const total = cut + honoured + redundant + skipped;
  const counts = [
    [skipped, "left out with what they may override"],
    [cut, "cut into what is written"],
    [honoured, "honoured, since nothing that is written goes against them"],
    [redundant, "redundant"],
  ] as const;
  const told = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${String(count)} ${what}`]));
  const kind = passes === 0 ? "Deny" : passes === total ? "Pass" : "Deny or Pass";
  return `${plural(total, `${kind} rule`)}: ${told.join(", ")}`;
}

const listed = (parts: readonly string[]): string =>
  parts.length < 2
    ? parts.join("")
    : `${parts.slice(0, -1).join("; ")}; and that ${parts.at(-1) ?? ""}`;

/** `A`, `A and B`, `A, B and C`. */
const series = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;

/** What a proof rests on, by code: the sentences stand further up. */
export function underAssumptions(assumptions: readonly ReportAssumption[]): string {
  const used = assumptions.filter(({ standing }) => !standing).map(({ code }) => code);
  return `under ${series([...used, "what is always taken for granted"])}`;
}

/** What the proof came to, and under which assumptions; undefined where there is nothing to prove. */
export function proofText(
  report: RunReport,
): { readonly word: string; readonly text: string; readonly paint: "note" | Outcome } | undefined {
  const { summary, result, engines, assumptions } = report;
  const total = Object.values(engines).reduce((sum, number) => sum + number, 0);
  if (total === 0) return undefined;
  const under = underAssumptions(assumptions);
  const isIncomplete = result.outcome === "unknown";
  const whole = `${isIncomplete ? "of what was understood " : ""}${total === 1 ? "the one policy is" : `all ${String(total)} policies are`}`;
  switch (result.verification.status) {
    case "off":
      return {
        word: "unproved",
        text:
          result.stops.length > 0
            ? "nothing is written, so nothing is proved"
            : "verification is off; outcomes are claimed, not proved",
        paint: "note",
      };
    case "proved":
      return {
        word: "proved",
        text: `${whole} equal to ${total === 1 ? "its" : "their"} source, or narrower where it says so, ${under}`,
        paint: "exact",
      };
    case "refuted": {
      const equal = total - summary.policies.widened;
      return {
        word: "proved",
        text: `${String(equal)} of ${String(total)} equal to their source or narrower, ${under}; the others are wider, as shown`,
        paint: "widened",
      };
    }
    case "unknown":
      return {
        word: "unproved",
        text: `not every outcome is confirmed; what is, is so ${under}`,
        paint: "unknown",
      };
  }
}

export function pushVerification(
  report: RunReport,
  screen: Screen,
  paints: Readonly<Record<"note" | Outcome, Paint>>,
): void {
  const proof = proofText(report);
  if (proof !== undefined) screen.entry(proof.word, proof.text, { paint: paints[proof.paint] });
}
