import type { JunitCase } from "./junit-suites.ts";
import { junitSuite, junitText } from "./junit-suites.ts";
import { policyText } from "./issues.ts";
import { isAtOrOver } from "./ladder.ts";
import type { ComparedPolicy, ReportExpectation, VerificationReport } from "./verification.ts";
import { expectationText } from "./expectation-text.ts";
import { witnessText } from "./witness-text.ts";

/** A comparison as JUnit XML: a case for each expectation and for each policy of both sets. */
export function verificationJunitTexts(report: VerificationReport): readonly string[] {
  const { result, expectations, policies, diagnostics } = report;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const suites = [
    junitSuite("(the comparison)", [
      {
        name: "the two sets",
        classname: "netpol-migrate",
        ending:
          result.stops.length > 0
            ? "error"
            : isAtOrOver(result.outcome, report.options["fail-on"])
              ? "failure"
              : "passed",
        type: result.outcome,
        message:
          result.stops.length > 0
            ? "not everything could be read"
            : `the result is ${result.outcome}`,
        detail: errors
          .map(
            ({ file, line, message, code }) => `${file ?? ""}:${String(line)}  ${message}  ${code}`,
          )
          .join("\n"),
      },
    ]),
    ...(expectations === null
      ? []
      : [junitSuite("expectations", expectations.map(expectationCase))]),
    ...(["source", "against"] as const).map((side) =>
      junitSuite(
        side,
        policies
          .filter((policy) => policy.side === side)
          .map((policy) => policyCase(policy, report)),
      ),
    ),
  ];
  return junitText("netpol-migrate verify", suites);
}

function expectationCase(expectation: ReportExpectation): JunitCase {
  const { name, file, line, holds, before, after } = expectation;
  return {
    ...{ name, file, line },
    classname: "expectation",
    ending: holds ? "passed" : "failure",
    type: "expectation",
    message: expectationText(expectation),
    detail: [
      ...before.by.map((by) => `before: ${by}`),
      ...after.by.map((by) => `after: ${by}`),
    ].join("\n"),
  };
}

function policyCase(
  { source, outcome, verification }: ComparedPolicy,
  report: VerificationReport,
): JunitCase {
  const [witness] = verification.witnesses;
  const isSame = outcome === "exact" || outcome === "conditional";
  return {
    name: policyText(source),
    classname: `${source.engine}.${source.kind}`,
    file: source.file,
    line: source.line,
    ending: isAtOrOver(outcome, report.options["fail-on"])
      ? "failure"
      : isSame
        ? "passed"
        : "skipped",
    type: outcome,
    message: witness === undefined ? outcome : `${outcome}: ${witnessText(witness)}`,
    detail: verification.witnesses
      .map((one) => `${witnessText(one)}\n  explain ${one.explain}`)
      .join("\n"),
  };
}
