import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runConvert } from "../../../src/pipeline.ts";
import { htmlText, htmlTexts } from "../../../src/report/html/page.ts";
import { jsonText } from "../../../src/report/json.ts";
import type { RunReport } from "../../../src/report/report.ts";
import { readStoredReport } from "../../../src/report/stored.ts";
import { goldenCases, TESTDATA } from "../../support/golden.ts";
import { checkHtml } from "../../support/html-check.ts";
import { convertInput } from "../../support/run-convert.ts";
import type { CaseInput } from "../../support/run-convert.ts";

/** A report with everything in it that the command line puts there. */
function reportOf(input: CaseInput): RunReport {
  return runConvert({ ...convertInput(input), reportTexts: true, reportReachability: true }).report;
}

const demo = readdirSync(join(TESTDATA, "demo")).map((name) => ({
  name,
  text: readFileSync(join(TESTDATA, "demo", name), "utf8"),
}));
const demoReport = reportOf({ files: demo, inventory: [], options: {} });
const page = htmlText(demoReport);

describe.each([...goldenCases("calico"), ...goldenCases("cilium")])(
  "the page of $name",
  ({ input }) => {
    const report = reportOf(input);
    const { problems, ids, elements } = checkHtml(htmlText(report));

    it("is well formed, and each of its links leads somewhere", () => {
      expect(problems).toEqual([]);
    });

    it("has a section for each policy, an item for each rule and a group for each code", () => {
      for (const [at, { rules }] of report.policies.entries()) {
        expect(ids).toContain(`p${String(at)}`);
        for (const index of rules.keys())
          expect(ids).toContain(`p${String(at)}r${String(index + 1)}`);
      }
      for (const { code } of report.diagnostics) expect(ids).toContain(code);
      expect(elements.get("h1")).toBe(1);
    });
  },
);

describe("the page", () => {
  it("is the same from a stored report", () => {
    const read = readStoredReport(jsonText(demoReport));
    expect("report" in read && htmlText(read.report) === page).toBe(true);
  });

  it("is the same on a second run", () => {
    expect(htmlText(reportOf({ files: demo, inventory: [], options: {} }))).toBe(page);
  });

  it("runs its own script and style alone, loads nothing and sends nothing", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
      .exec(page)?.[1]
      ?.replaceAll("&#39;", "'");
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).toContain("form-action 'none'");
    expect(policy).not.toContain("unsafe");
    for (const element of ["script", "style"]) {
      const text = new RegExp(`<${element}>([^]*?)</${element}>`).exec(page)?.[1] ?? "";
      const hash = createHash("sha256").update(text).digest("base64");
      expect(policy).toContain(`${element}-src 'sha256-${hash}'`);
    }
    expect(page).not.toMatch(/\b(?:src|href)="(?!#|data:,")/);
    expect(page).not.toMatch(/url\(|@import|https?:/);
  });

  it("links the lines of a rule on both sides to what is said of it", () => {
    const web = demoReport.policies.findIndex(({ source }) => source.name === "web");
    const id = `p${String(web)}`;
    expect(page).toContain(`id="${id}r1s" data-r="1"><a class="tag" href="#${id}r1"`);
    expect(page).toContain(`id="${id}o0-spec-ingress-0" data-r="1"><a class="tag" href="#${id}r1"`);
    expect(page).toMatch(new RegExp(`<li id="${id}r3" class="narrowed"`));
    expect(page).toContain(`id="${id}r3s" data-r="3"><a class="tag" href="#${id}r3">3</a>`);
  });

  it("says that texts are missing where a report was stored without them", () => {
    const bare = runConvert(convertInput({ files: demo, inventory: [], options: {} })).report;
    const text = htmlText(bare);
    expect(checkHtml(text).problems).toEqual([]);
    expect(text).toContain("Its text is not in this report");
    expect(text).toContain("the report was made without it");
  });

  it("says first that nothing was written when the run stops", () => {
    const broken = demo.map(({ name, text }) => ({
      name,
      text: text.replace("app == 'web'", "app = 'web'"),
    }));
    const text = htmlText(reportOf({ files: broken, inventory: [], options: {} }));
    expect(text).toMatch(/<h1>Nothing was written<\/h1>/);
    expect(checkHtml(text).problems).toEqual([]);
  });

  it("comes in pieces of one policy", () => {
    const pieces = [...htmlTexts(demoReport)];
    expect(pieces.length).toBeGreaterThan(demoReport.policies.length);
    expect(pieces.join("")).toBe(page);
  });
});
