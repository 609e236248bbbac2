import { describe, expect, it } from "vitest";
import { VERIFICATION_FORMATS } from "../../src/report/verification-formats.ts";
import { verificationIssues } from "../../src/report/verification-issues.ts";
import type { VerificationReport } from "../../src/report/verification.ts";
import { HOSTILE, tagsOf, withoutCode } from "../support/hostile-texts.ts";
import { junitProblems } from "../support/junit-schema.ts";
import { runPair } from "../support/run-verify.ts";

const K8S = (name: string, app: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: { podSelector: { matchLabels: { app: db } }, policyTypes: [Ingress], ingress: [ { from: [ { podSelector: { matchLabels: { app: ${app} } } } ] } ] }
`;

const withFailOn = (report: VerificationReport): VerificationReport => ({
  ...report,
  options: { ...report.options, "fail-on": "narrowed" },
});

const compared = (old: string, now: string): VerificationReport =>
  withFailOn(
    runPair({ source: [{ name: "a.yaml", text: old }], target: [{ name: "b.yaml", text: now }] }),
  );

const differing = compared(K8S("placeholder", "web"), K8S("placeholder", "client"));

const textOf = (name: string, report: VerificationReport): string => {
  const format = VERIFICATION_FORMATS.find((one) => one.name === name);
  if (format === undefined) throw new Error(`no format ${name}`);
  return [...format.texts(report)].join("");
};

const withWords = (report: VerificationReport, words: string): VerificationReport =>
  JSON.parse(JSON.stringify(report), (_, value: unknown) =>
    typeof value === "string" ? value.replaceAll("placeholder", words) : value,
  ) as VerificationReport;

describe("a comparison that finds differences", () => {
  it("tells each flow once, as an error if it fails the run, the worst of a policy", () => {
    const issues = [...verificationIssues(differing)];
    expect(
      issues.map(({ code, gravity, file, line, witness }) => [
        code,
        gravity,
        `${file ?? ""}:${String(line)}`,
        witness?.source.verdict,
      ]),
    ).toEqual([["verify-widened", "error", "a.yaml:1", "deny"]]);
    expect(textOf("github", differing)).toMatch(
      /^::error file=a\.yaml,line=1,col=1,title=NetworkPolicy shop\/placeholder \(verify-widened\)::/,
    );
  });

  it("is told in Markdown with what decides on both sides", () => {
    const text = textOf("md", differing);
    expect(text).toMatch(/^## netpol-migrate verify: the other set allows more\n/);
    expect(text).toContain("**Fails** (`--fail-on narrowed`)");
    expect(text).toContain("from now on allowed: pod with app=client in shop");
    expect(text).toContain(
      "  - other set: allow, `NetworkPolicy shop/placeholder ingress[0] (b.yaml:4)`",
    );
  });
});

it("a comparison that finds nothing has no issue, and says so", () => {
  const same = compared(K8S("a", "web"), K8S("b", "web"));
  expect([...verificationIssues(same)]).toEqual([]);
  expect(JSON.parse(textOf("gitlab", same))).toEqual([]);
  expect(textOf("github", same)).toBe("::notice title=netpol-migrate::the result is exact\n");
  expect(textOf("md", same)).toMatch(/^## netpol-migrate verify: both sets are the same\n/);
});

it("what could not be read is an error of its own", () => {
  const report = compared(K8S("a", "web"), "kind: NetworkPolicy\nmetadata: [\n");
  const [first] = verificationIssues(report);
  expect(first).toMatchObject({ level: "invalid", gravity: "error", file: "b.yaml" });
  expect(textOf("md", report)).toContain("not everything could be read");
});

it("hundreds of differences fit a comment, and those that do not are counted", () => {
  const many = (app: string): string =>
    Array.from({ length: 400 }, (_, at) =>
      K8S(`p${String(at)}`, app).replace("app: db", `app: db${String(at)}`),
    ).join("---\n");
  const text = textOf("md", compared(many("web"), many("client")));
  expect(Buffer.byteLength(text)).toBeLessThan(64 * 1024);
  const shown = text.match(/<details>/g)?.length ?? 0;
  const left = Number(/\*\*(\d+) more had no room here\*\*/.exec(text)?.[1]);
  expect(shown).toBeGreaterThan(40);
  expect(shown + left).toBe(400);
});

describe.each(HOSTILE)("a policy called %j", (words) => {
  const report = withWords(differing, words);

  it("breaks no format", () => {
    expect(junitProblems(textOf("junit", report))).toEqual([]);
    const entries = JSON.parse(textOf("gitlab", report)) as { readonly fingerprint: string }[];
    expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    for (const line of textOf("github", report).trimEnd().split("\n")) {
      expect(line).toMatch(
        /^::(?:error|warning|notice) (?:file=[^:,]+,line=\d+,col=\d+,)?title=[^:,]*::./,
      );
    }
  });

  it("makes no markup in Markdown", () => {
    const text = textOf("md", report);
    expect(tagsOf(text)).toEqual(tagsOf(textOf("md", withWords(differing, "a"))));
    expect(withoutCode(text)).not.toMatch(/evil\.example|javascript:|onerror|@org|#12|\[link\]\(/);
  });
});
