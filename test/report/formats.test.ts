import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { jsonText } from "../../src/report/json.ts";
import { readStoredReport } from "../../src/report/stored.ts";
import { eachIssue } from "../../src/report/issues.ts";
import { REPORT_FORMATS } from "../../src/report/formats.ts";
import type { RunReport } from "../../src/report/report.ts";
import type { FailOn } from "../../src/pipeline.ts";
import { runConvert } from "../../src/pipeline.ts";
import { goldenCases } from "../support/golden.ts";
import type { CaseInput } from "../support/run-convert.ts";
import { convertInput } from "../support/run-convert.ts";
import { HOSTILE, tagsOf, withoutCode } from "../support/hostile-texts.ts";
import type { XmlElement } from "../support/xml.ts";
import { junitProblems } from "../support/junit-schema.ts";
import { readXml } from "../support/xml.ts";

function reportOf(input: CaseInput, failOn: FailOn = "widened"): RunReport {
  const prepared = convertInput(input);
  return runConvert({
    ...prepared,
    options: { ...prepared.options, failOn },
    reportedOptions: { ...prepared.reportedOptions, "fail-on": failOn },
    reportTexts: true,
  }).report;
}

const textOf = (name: string, report: RunReport): string => {
  const format = REPORT_FORMATS.find((one) => one.name === name);
  if (format === undefined) throw new Error(`no format ${name}`);
  return [...format.texts(report)].join("");
};

/** The schema of the standard as the SARIF SDK for JavaScript carries it; ajv speaks a later draft of JSON Schema. */
const sarifSchema = JSON.parse(
  readFileSync(
    createRequire(import.meta.url).resolve(
      "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
    ),
    "utf8",
  ),
) as Record<string, unknown>;
delete sarifSchema["$schema"];
delete sarifSchema["id"];
const isSarif = new Ajv({
  strict: false,
  allErrors: true,
  validateFormats: false,
  unicodeRegExp: false,
}).compile(sarifSchema);

interface SarifLog {
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly rules: readonly {
          readonly id: string;
          readonly shortDescription: { readonly text: string };
          readonly help: { readonly text: string };
        }[];
      };
    };
    readonly invocations: readonly {
      readonly toolExecutionNotifications: readonly {
        readonly message: { readonly text: string };
      }[];
    }[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region?: { readonly startLine: number; readonly startColumn: number };
        };
      }[];
      readonly relatedLocations?: readonly {
        readonly physicalLocation: {
          readonly region?: { readonly startLine: number; readonly startColumn: number };
        };
        readonly message: { readonly text: string };
      }[];
    }[];
  }[];
}

function checkSarif(report: RunReport): void {
  const log = JSON.parse(textOf("sarif", report)) as SarifLog;
  isSarif(log);
  expect(isSarif.errors ?? []).toEqual([]);
  const [run] = log.runs;
  const issues = [...eachIssue(report)].filter(({ file }) => file !== null);
  expect(run?.results.map(({ ruleId, level }) => `${ruleId} ${level}`)).toEqual(
    issues.map(({ code, gravity }) => `${code} ${gravity}`),
  );
  const ids = run?.tool.driver.rules.map(({ id }) => id) ?? [];
  expect(new Set(ids).size).toBe(ids.length);
  for (const [at, { ruleId, ruleIndex, locations }] of (run?.results ?? []).entries()) {
    expect(ids[ruleIndex]).toBe(ruleId);
    const [place] = locations;
    expect(place?.physicalLocation.artifactLocation.uri).not.toMatch(/^\/|\\|^\.\//);
    expect(place?.physicalLocation.region).toEqual({
      startLine: issues[at]?.line,
      startColumn: issues[at]?.column,
    });
  }
  const prints = run?.results.map((one) => one.partialFingerprints["netpolMigrate/v1"]) ?? [];
  expect(new Set(prints).size).toBe(prints.length);
}

function checkJunit(report: RunReport): XmlElement {
  const text = textOf("junit", report);
  expect(junitProblems(text)).toEqual([]);
  const root = readXml(text);
  const cases = (of: XmlElement): readonly XmlElement[] =>
    of.name === "testcase" ? [of] : of.children.flatMap(cases);
  for (const suite of [root, ...root.children]) {
    const all = cases(suite);
    const ending = (name: string): number =>
      all.filter(({ children }) => children.some((child) => child.name === name)).length;
    expect(suite.attributes).toMatchObject({
      tests: String(all.length),
      failures: String(ending("failure")),
      errors: String(ending("error")),
      skipped: String(ending("skipped")),
    });
  }
  expect(
    cases(root).filter(({ attributes }) => attributes["classname"] !== "document"),
  ).toHaveLength(report.policies.length + 1);
  return root;
}

function checkGithub(report: RunReport): void {
  const lines = textOf("github", report).trimEnd().split("\n");
  for (const line of lines) {
    expect(line).toMatch(
      // eslint-disable-next-line no-control-regex
      /^::(?:error|warning|notice) (?:file=[^:,\r\n]+,line=\d+,col=\d+,)?title=[^:,\r\n]*::[^\u0000-\u001f]+$/,
    );
  }
  for (const kind of ["error", "warning"]) {
    expect(lines.filter((line) => line.startsWith(`::${kind} `)).length).toBeLessThanOrEqual(10);
  }
}

function checkGitlab(report: RunReport): void {
  const entries = JSON.parse(textOf("gitlab", report)) as {
    readonly description: string;
    readonly check_name: string;
    readonly fingerprint: string;
    readonly severity: string;
    readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
  }[];
  expect(entries).toHaveLength([...eachIssue(report)].length);
  for (const { description, check_name, severity, location } of entries) {
    expect(description).not.toBe("");
    expect(check_name).toMatch(/^[A-Z0-9]+-[A-Z]\d+$/);
    expect(severity).toMatch(/^(?:info|minor|major|critical|blocker)$/);
    expect(location.path).not.toMatch(/^\.?\//);
    expect(location.lines.begin).toBeGreaterThan(0);
  }
  expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(entries.length);
}

const cases = goldenCases("calico");

describe("the schema of JUnit", () => {
  const suite = (cases: string, counts = 'tests="1" failures="0" errors="0"'): string =>
    `<testsuites name="all" ${counts}><testsuite name="one" ${counts}>${cases}</testsuite></testsuites>`;
  const one = (inner: string, attributes = ""): string =>
    `<testcase name="a" classname="b" time="0"${attributes}>${inner}</testcase>`;

  it.each([
    ["a case with two endings", suite(one("<failure/><skipped/>"))],
    ["an ending behind the output", suite(one("<system-out/><failure/>"))],
    ["two cases of one name", suite(one("") + one(""))],
    ["a count that is no number", suite(one(""), 'tests="x" failures="0" errors="0"')],
    ["a line before the first", suite(one("", ' line="0"'))],
    ["an attribute that nobody reads", suite(one("", ' outcome="exact"'))],
  ])("refuses %s", (_, text) => {
    expect(junitProblems(text)).not.toEqual([]);
  });

  it("takes a plain one", () => {
    expect(junitProblems(suite(one('<failure message="m" type="t"/>', ' line="1"')))).toEqual([]);
  });
});

describe.each(cases)("the reports of $name", ({ input }) => {
  const report = reportOf(input);

  it("SARIF is as its schema says, with every finding at its place", () => {
    checkSarif(report);
  });
  it("JUnit XML is well-formed, has the form that readers know, and its counts add up", () => {
    checkJunit(report);
  });
  it("annotations are one command a line", () => {
    checkGithub(report);
  });
  it("the code quality report has every finding once", () => {
    checkGitlab(report);
  });
  it("Markdown fits a comment, and names every policy that changes", () => {
    const text = textOf("md", report);
    expect(Buffer.byteLength(text)).toBeLessThan(64 * 1024);
    for (const { source, outcome } of report.policies) {
      if (outcome !== "exact" && outcome !== "conditional") expect(text).toContain(source.name);
    }
  });

  it.each(["none", "conditional", "narrowed", "unknown", "widened"] as const)(
    "a run fails if and only if a report holds an error: --fail-on %s",
    (failOn) => {
      const judged = reportOf(input, failOn);
      const errors = [...eachIssue(judged)].filter(({ gravity }) => gravity === "error");
      expect(errors.length > 0).toBe(judged.result.exitCode !== 0);
      const { attributes } = checkJunit(judged);
      expect(Number(attributes["failures"]) + Number(attributes["errors"]) > 0).toBe(
        judged.result.exitCode !== 0,
      );
      const annotations = textOf("github", judged);
      expect(annotations.includes("::error ")).toBe(judged.result.exitCode !== 0);
    },
  );
});

describe.each(goldenCases("cilium"))("the reports of $name", ({ input }) => {
  it("have the form that their readers know", () => {
    const report = reportOf(input);
    checkSarif(report);
    checkJunit(report);
    checkGithub(report);
    checkGitlab(report);
  });
});

const policy = (name: string, rest = ""): string => `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: ${JSON.stringify(name)}
  namespace: shop
spec:
  types: [Ingress]
  ingress:
    - action: Allow
      protocol: TCP
      source: { serviceAccounts: { names: [a] } }
${rest}`;

const fromText = (text: string, name = "p.yaml"): RunReport =>
  reportOf({ files: [{ name, text }], inventory: [], options: {} }, "narrowed");

/** A report in which that text stands wherever a user's words can come: in names, files, messages, flows. */
function reportWith(words: string): RunReport {
  const text = policy("placeholder").replace("names: [a]", "names: [placeholder]");
  const report: unknown = JSON.parse(
    jsonText(fromText(text, "dir/placeholder.yaml")),
    (_, value: unknown) =>
      typeof value === "string" ? value.replaceAll("placeholder", words) : value,
  );
  const read = readStoredReport(JSON.stringify(report));
  if ("problem" in read) throw new Error(read.problem);
  return read.report;
}

describe.each(HOSTILE)("a policy called %j", (name) => {
  const report = reportWith(name);

  it("breaks no format", () => {
    checkSarif(report);
    checkJunit(report);
    checkGithub(report);
    checkGitlab(report);
  });

  it("breaks none where it stands in a file", () => {
    const read = fromText(policy(name));
    checkSarif(read);
    checkJunit(read);
    checkGithub(read);
    checkGitlab(read);
  });

  it("makes no markup in Markdown", () => {
    const text = textOf("md", report);
    expect(tagsOf(text)).toEqual(tagsOf(textOf("md", reportWith("a"))));
    // What is no code has lost all that a host would act on.
    const prose = withoutCode(text);
    expect(prose).not.toMatch(/evil\.example|javascript:|onerror|@org|#12|\[link\]\(/);
    for (const line of text.split("\n")) {
      if (line.startsWith("|")) expect(line.match(/(?<!\\)\|/g)).toHaveLength(4);
    }
  });
});

describe("what had no room", () => {
  const many = Array.from({ length: 1200 }, (_, at) => policy(`p${String(at)}`)).join("---\n");
  const report = fromText(many);

  it("is counted in Markdown, which stays below the limit", () => {
    const text = textOf("md", report);
    expect(Buffer.byteLength(text)).toBeLessThan(64 * 1024);
    const left = /\*\*(\d+) more policies that change had no room here\*\*/.exec(text)?.[1];
    const shown = text.match(/<b>narrowed<\/b>/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(50);
    expect(shown + Number(left)).toBe(1200);
    const rows = text.match(/^\| `NetworkPolicy shop\/p\d+` /gm)?.length ?? 0;
    const unlisted = /\.\.\. and (\d+) more policies: the JSON/.exec(text)?.[1];
    expect(rows + Number(unlisted)).toBe(1200);
    expect(text).toMatch(/\*\*proved\*\*/);
  });

  it("is counted in annotations", () => {
    expect(textOf("github", report)).toContain("not shown here: 1190 more errors");
  });
});

it("worse things come first in annotations and Markdown", () => {
  const fail = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: [\n";
  const report = fromText(`${policy("a")}---\n${fail}`);
  const [first] = textOf("github", report).split("\n");
  expect(first).toMatch(/^::error file=p\.yaml,line=\d+,col=\d+,title=YML-X001::/);
  expect(textOf("md", report)).toMatch(/^## netpol-migrate: stopped, nothing is written\n/);
});

it("fingerprints stay when lines move, and differ where the same is said of another field or policy", () => {
  const prints = (text: string): readonly string[] =>
    [...eachIssue(fromText(text))].map(({ fingerprint }) => fingerprint);
  const rule =
    "    - action: Allow\n      protocol: UDP\n      source: { serviceAccounts: { names: [b] } }\n";
  const before = prints(policy("a", rule));
  expect(new Set(before).size).toBe(2);
  expect(prints(`# one\n# two\n---\n${policy("a", rule)}`)).toEqual(before);
  expect(prints(policy("b", rule)).some((print) => before.includes(print))).toBe(false);
});

it("fingerprints stay when other policies come and go", () => {
  const prints = (...texts: readonly string[]): readonly string[] =>
    [...eachIssue(fromText(texts.join("---\n")))].map(({ fingerprint }) => fingerprint);
  const [of, alone] = [policy("m"), prints(policy("m"))];
  expect(alone).toHaveLength(1);
  const broken = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: [x]}\n";
  for (const around of [
    [policy("a"), of, policy("z")],
    [broken, of],
    [of, broken],
  ]) {
    expect(prints(...around).filter((print) => alone.includes(print))).toHaveLength(1);
  }
});

describe("a finding about two places", () => {
  const twice = `${policy("a")}---\n${policy("a", "    - action: Deny\n")}`;
  const report = fromText(twice);

  it.each(["md", "junit", "github", "gitlab", "html"])("names the other one: %s", (format) => {
    expect(textOf(format, report).replaceAll("\\", "")).toContain("p.yaml:13:1 (the other one)");
  });

  it("has it as a related location of SARIF", () => {
    checkSarif(report);
    const log = JSON.parse(textOf("sarif", report)) as SarifLog;
    const [found] = log.runs.flatMap(({ results }) => results);
    expect(found?.relatedLocations).toMatchObject([
      { physicalLocation: { region: { startLine: 13, startColumn: 1 } } },
    ]);
  });

  it("keeps it when the report is stored", () => {
    const stored = readStoredReport(jsonText(report));
    if ("problem" in stored) throw new Error(stored.problem);
    expect(textOf("md", stored.report)).toBe(textOf("md", report));
  });
});

it("the help of a SARIF rule has no holes where a finding has a hint or words of its own", () => {
  const rules = cases.flatMap(({ input }) => {
    const log = JSON.parse(textOf("sarif", reportOf(input))) as SarifLog;
    return log.runs.flatMap(({ tool }) => tool.driver.rules);
  });
  for (const { shortDescription, help } of rules) {
    expect(help.text).not.toMatch(/Do: <\w+>|\w<\w+>|\.<\w+>/);
    expect(shortDescription.text).not.toMatch(/\w<\w+>/);
  }
});
