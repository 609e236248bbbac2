import type { Outcome } from "../ir/outcome.ts";
import { expectationText } from "./expectation-text.ts";
import type { Issue } from "./issues.ts";
import { Fingerprints, policyText } from "./issues.ts";
import { isAtOrOver } from "./ladder.ts";
import type { VerificationReport } from "./verification.ts";

/** What an issue of a comparison is about: these stand where findings have their code. */
export const COMPARISON_CODES: Readonly<Record<Outcome | "expectation", string>> = {
  widened: "verify-widened",
  unknown: "verify-unknown",
  narrowed: "verify-narrowed",
  conditional: "verify-conditional",
  exact: "verify-exact",
  expectation: "verify-expectation",
};

const MESSAGES: Readonly<Record<Outcome, string>> = {
  widened: "what decides here is wider in the other set",
  unknown: "it was not found out whether both sets judge this alike",
  narrowed: "what is allowed here is denied by the other set",
  conditional: "both sets judge this alike under assumptions alone",
  exact: "both sets judge this alike",
};

/**
 * Everything that a comparison has to say, for lists of findings: what could not be read, expectations that do not hold,
 * and policies that are judged otherwise, each flow once. A comparison that fails has at least one error among them.
 */
export function* verificationIssues(report: VerificationReport): Generator<Issue> {
  const { result, options, diagnostics, expectations, policies } = report;
  const fingerprints = new Fingerprints();
  for (const { code, message, hint, related, severity, ...place } of diagnostics) {
    const { file, line, column, path } = place;
    yield {
      ...{ code, message, hint, related, file, line, column, path, subject: undefined },
      level: severity === "error" ? "invalid" : "note",
      gravity: severity !== "error" ? "note" : result.stops.length > 0 ? "error" : "warning",
      ...NOTHING_BESIDES,
      fingerprint: fingerprints.of(code, file, path),
    };
  }
  for (const one of expectations ?? []) {
    if (one.holds) continue;
    const code = COMPARISON_CODES.expectation;
    yield {
      ...{ code, file: one.file, line: one.line, column: one.column, path: null, hint: null },
      message: `${one.name}: ${expectationText(one)}`,
      level: one.after.expected === "deny" ? "widened" : "narrowed",
      gravity: "error",
      subject: undefined,
      ...NOTHING_BESIDES,
      fingerprint: fingerprints.of(code, one.name, null),
    };
  }
  const told = new Set<string>();
  for (const { source, outcome, verification } of policies) {
    if (outcome === "exact" || outcome === "conditional") continue;
    const witness = verification.witnesses.find(({ explain }) => !told.has(explain));
    if (witness === undefined && verification.unanswered.length === 0) continue;
    for (const { explain } of verification.witnesses) told.add(explain);
    const code = COMPARISON_CODES[outcome];
    const subject = policyText(source);
    const [question] = verification.unanswered;
    yield {
      ...{ code, subject, file: source.file, line: source.line, column: source.column },
      ...{ path: null, hint: null, baseline: null, level: outcome, witness },
      message:
        witness === undefined && question !== undefined
          ? `${MESSAGES[outcome]}: ${question}`
          : MESSAGES[outcome],
      gravity: isAtOrOver(outcome, options["fail-on"]) ? "error" : "warning",
      fingerprint: fingerprints.of(code, subject, null),
    };
  }
}

const NOTHING_BESIDES = { baseline: null, witness: undefined } as const;
