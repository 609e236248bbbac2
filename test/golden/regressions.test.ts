import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REPORT_FORMATS } from "../../src/report/formats.ts";
import { TESTDATA } from "../support/golden.ts";
import { judge } from "../support/judge.ts";
import { checkReport } from "../support/report-invariants.ts";
import type { CaseOptions } from "../support/run-convert.ts";
import { runCase } from "../support/run-convert.ts";

const folder = join(TESTDATA, "regressions");
const names = readdirSync(folder)
  .sort()
  .flatMap((source) =>
    readdirSync(join(folder, source))
      .sort()
      .map((name) => join(source, name)),
  );

/** Small inputs that an earlier version got wrong, kept for good; the first line may hold options, `# {...}`. */
describe("inputs that were converted wrongly once", () => {
  it.each(names)("%s comes out as its report says", (name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const [, given = "{}"] = /^# (\{.*\})\n/.exec(text) ?? [];
    const options = JSON.parse(given) as CaseOptions;
    for (const actions of ["skip", "compile"] as const) {
      const input = { files: [{ name, text }], inventory: [] };
      const result = runCase({ ...input, options: { ...options, actions } });
      expect(result.stops).toEqual([]);
      expect(result.refuted).toEqual([]);
      checkReport(result);
      for (const { texts } of REPORT_FORMATS) expect([...texts(result.report)]).not.toEqual([]);
      judge(result);
    }
  });
});
