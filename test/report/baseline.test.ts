import { describe, expect, it } from "vitest";
import { jsonText } from "../../src/report/json.ts";
import { eachIssue } from "../../src/report/issues.ts";
import type { RunReport } from "../../src/report/report.ts";
import { readStoredReport } from "../../src/report/stored.ts";
import type { FailOn } from "../../src/pipeline.ts";
import { runConvert } from "../../src/pipeline.ts";
import { goldenCases } from "../support/golden.ts";
import type { CaseInput } from "../support/run-convert.ts";
import { convertInput } from "../support/run-convert.ts";

function run(input: CaseInput, failOn: FailOn, baseline?: RunReport): RunReport {
  const prepared = convertInput(input);
  return runConvert({
    ...prepared,
    options: { ...prepared.options, failOn },
    reportedOptions: { ...prepared.reportedOptions, "fail-on": failOn },
    ...(baseline === undefined ? {} : { baseline }),
  }).report;
}

function stored(report: RunReport): RunReport {
  const read = readStoredReport(jsonText(report));
  if ("problem" in read) throw new Error(read.problem);
  return read.report;
}

const policy = (name: string, ...rules: readonly string[]): string =>
  `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec:
  types: [Ingress]
  ingress:
${rules.map((rule) => `    - ${rule}\n`).join("")}`;
const plain = "{ action: Allow, protocol: TCP, source: { selector: a == 'b' } }";
const lost = (account: string): string =>
  `{ action: Allow, protocol: TCP, source: { serviceAccounts: { names: [${account}] } } }`;
const file = (...documents: readonly string[]): CaseInput => ({
  files: [{ name: "p.yaml", text: documents.join("---\n") }],
  inventory: [],
  options: {},
});

describe.each(goldenCases("calico"))("$name against its own report", ({ input }) => {
  it.each(["conditional", "narrowed", "widened"] as const)("has nothing new: %s", (failOn) => {
    const report = run(input, failOn, stored(run(input, failOn)));
    const isStopped = report.result.stops.length > 0;
    const isWider = report.result.outcome === "widened" && report.options["inexact"] !== "widen";
    expect(report.result.exitCode).toBe(isStopped ? 2 : isWider ? 1 : 0);
    if (isWider) {
      // What is wider unasked is never known.
      expect(report.result.baseline?.outcome).toBe("widened");
      return;
    }
    expect(report.result.baseline).toMatchObject({ new: 0, outcome: "exact" });
    for (const { baseline, gravity } of eachIssue(report)) {
      expect([baseline, gravity]).toEqual(["known", "note"]);
    }
    // The report of a judged run may be stored and judged again.
    expect(jsonText(run(input, failOn, stored(report)))).toBe(jsonText(report));
  });
});

describe("what is new", () => {
  const before = stored(run(file(policy("a", lost("x")), policy("b", plain)), "narrowed"));

  it.each([
    [
      "a policy more that is exact",
      file(policy("a", lost("x")), policy("b", plain), policy("c", plain)),
      0,
    ],
    ["another place in the file", file(policy("b", plain), policy("a", lost("x"))), 0],
    ["a policy that gets better", file(policy("a", plain), policy("b", plain)), 0],
    ["a policy more that loses something", file(policy("a", lost("x")), policy("c", lost("x"))), 1],
    ["a policy that gets worse", file(policy("a", lost("x")), policy("b", lost("x"))), 1],
    ["one rule more of a policy that is known", file(policy("a", lost("x"), lost("z"))), 1],
    [
      "a known policy in another namespace",
      file(policy("a", lost("x")).replace("shop", "other")),
      1,
    ],
  ] as const)("%s", (_, input, exitCode) => {
    const report = run(input, "narrowed", before);
    expect(report.result.exitCode).toBe(exitCode);
    expect([...eachIssue(report)].some(({ gravity }) => gravity === "error")).toBe(exitCode === 1);
  });

  it("a document that cannot be read is new, and stops the run all the same", () => {
    const report = run(file(policy("a", lost("x")), "a: [\n"), "narrowed", before);
    expect(report.result.exitCode).toBe(2);
  });

  it("a document that cannot be read is known when it was there before", () => {
    const input: CaseInput = {
      ...file(policy("a", plain), "a: [\n"),
      options: { "allow-incomplete": true },
    };
    const first = run(input, "unknown");
    expect(first.result.exitCode).toBe(1);
    expect(run(input, "unknown", stored(first)).result.exitCode).toBe(0);
  });
});
