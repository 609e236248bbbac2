import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { jsonText } from "../../src/report/json.ts";
import { REPORT_FORMATS } from "../../src/report/formats.ts";
import type { RunReport } from "../../src/report/report.ts";
import { readStoredReport } from "../../src/report/stored.ts";
import { terminalText } from "../../src/report/terminal.ts";
import { runConvert } from "../../src/pipeline.ts";
import { goldenCases } from "../support/golden.ts";
import type { CaseInput } from "../support/run-convert.ts";
import { convertInput } from "../support/run-convert.ts";

const cases = goldenCases("calico");
const reportOf = (input: CaseInput): RunReport =>
  runConvert({ ...convertInput(input), reportTexts: true, reportReachability: true }).report;

function stored(text: string): RunReport {
  const read = readStoredReport(text);
  if ("problem" in read) throw new Error(read.problem);
  return read.report;
}

describe.each(cases)("the stored report of $name", ({ input }) => {
  const report = reportOf(input);
  const again = stored(jsonText(report));

  it.each(REPORT_FORMATS.map((format) => [format.name, format] as const))(
    "gives the same %s as the run itself",
    (_, format) => {
      expect([...format.texts(again)].join("")).toBe([...format.texts(report)].join(""));
    },
  );

  it("gives the same summary", () => {
    const summary = (of: RunReport): string =>
      terminalText(of, {
        colors: pc.createColors(false),
        detail: "verbose",
        destination: "in out",
        width: undefined,
        objects: [],
      });
    expect(summary(again)).toBe(summary(report));
  });
});

describe("what is no report", () => {
  const [first] = cases;
  const whole = (): Record<string, unknown> =>
    JSON.parse(first === undefined ? "" : jsonText(reportOf(first.input))) as Record<
      string,
      unknown
    >;
  const problemOf = (value: unknown): string => {
    const read = readStoredReport(typeof value === "string" ? value : JSON.stringify(value));
    return "problem" in read ? read.problem : "";
  };

  it.each([
    ["no JSON", "{", /^it is not JSON/],
    ["another object", {}, /^the field `schemaVersion` is missing$/],
    ["a list", [], /^the value is not one/],
    ["a later version", { ...whole(), schemaVersion: 2 }, /at `\/schemaVersion` is not one/],
    ["a field more", { ...whole(), more: 1 }, /^its field `more` is not known/],
    ["an odd value", { ...whole(), inputs: [1] }, /at `\/inputs\/0` is not one/],
  ])("%s", (_, value, problem) => {
    expect(problemOf(value)).toMatch(problem);
  });

  it("a report that points at findings which it lacks", () => {
    const report = whole();
    const [policy] = report["policies"] as { diagnostics: number[] }[];
    policy?.diagnostics.push(99);
    expect(problemOf(report)).toBe("`/policies/0` names finding 99, which is not there");
  });

  it.each([
    ["cells", "from", "`/reachability/cells/0` names something that is not there"],
    ["cells", "egress", "`/reachability/cells/0` names something that is not there"],
    ["deciders", "policy", "`/reachability/deciders/0` names a policy that is not there"],
  ])("a report whose %s have a stray %s", (list, field, problem) => {
    const report = whole();
    const reachability = report["reachability"] as Record<string, Record<string, number>[]>;
    const [item] = reachability[list] ?? [];
    if (item !== undefined) item[field] = 9999;
    expect(problemOf(report)).toBe(problem);
  });
});
