import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { jsonText, jsonTexts } from "../../src/report/json.ts";
import type { RunReport } from "../../src/report/report.ts";
import { goldenCases } from "../support/golden.ts";
import { runCase } from "../support/run-convert.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../schemas/report.schema.json", import.meta.url), "utf8"),
) as Record<string, unknown>;
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);

const cases = goldenCases("calico");

/** The report with its policies as the plain list that it stands for. */
const plain = (report: RunReport): unknown => {
  const {
    schemaVersion,
    tool,
    options,
    result,
    summary,
    assumptions,
    policies,
    inputs,
    diagnostics,
  } = report;
  return {
    schemaVersion,
    tool,
    options,
    result,
    summary,
    assumptions,
    policies,
    inputs,
    diagnostics,
  };
};

describe.each(cases)("the report of $name", ({ input }) => {
  const { report } = runCase(input);
  const text = jsonText(report);

  it("is as its schema says", () => {
    validate(JSON.parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });

  it("written in pieces is the same text as written at once", () => {
    expect(text).toBe(`${JSON.stringify(plain(report), undefined, 2)}\n`);
  });

  it("points at findings and objects that are there", () => {
    for (const policy of report.policies) {
      for (const index of [
        ...policy.diagnostics,
        ...policy.rules.flatMap((rule) => rule.diagnostics),
      ]) {
        expect(report.diagnostics[index]).toBeDefined();
      }
      for (const { object } of policy.rules.flatMap((rule) => rule.emittedAs)) {
        if (report.result.stops.length === 0) expect(policy.emitted[object]).toBeDefined();
      }
    }
  });
});

describe("the schema", () => {
  const [first] = cases;
  const report = (): Record<string, unknown> =>
    JSON.parse(first === undefined ? "{}" : jsonText(runCase(first.input).report)) as Record<
      string,
      unknown
    >;

  it("refuses fields that it does not name, at every depth", () => {
    const objects: Record<string, unknown>[] = [];
    const collect = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      if (!Array.isArray(value) && path !== ".options")
        objects.push(value as Record<string, unknown>);
      for (const [key, inner] of Object.entries(value))
        collect(inner, Array.isArray(value) ? path : `${path}.${key}`);
    };
    const whole = report();
    collect(whole, "");
    expect(objects.length).toBeGreaterThan(10);
    for (const object of objects) {
      object["surprise"] = 1;
      expect(validate(whole)).toBe(false);
      delete object["surprise"];
    }
    expect(validate(whole)).toBe(true);
  });

  it("misses each field that is taken away", () => {
    for (const key of Object.keys(report())) {
      const whole = report();
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
      delete whole[key];
      expect(validate(whole), key).toBe(false);
    }
  });
});

it("hands on large reports in pieces of one policy", () => {
  const documents = Array.from(
    { length: 200 },
    (_, index) => `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: p${String(index)}, namespace: shop }
spec: { types: [Ingress] }
`,
  ).join("---\n");
  const { report } = runCase({
    files: [{ name: "p.yaml", text: documents }],
    inventory: [],
    options: {},
  });
  const longest = Math.max(...[...jsonTexts(report)].map((text) => text.length));
  expect(longest).toBeLessThan(3000);
});
