import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";
import type { SourceFile } from "../../src/diagnostics/source-range.ts";
import type { ConvertResult } from "../../src/pipeline.ts";
import type { ReportPolicy, RunReport } from "../../src/report/report.ts";
import type { Actual, Expectation } from "./expectation.ts";
import { objectText } from "./objects-text.ts";
import type { RawObject } from "./objects-text.ts";
import { streamOf } from "./run-convert.ts";
import type { CaseInput, CaseOptions } from "./run-convert.ts";

export const TESTDATA = fileURLToPath(new URL("../../testdata/", import.meta.url));

export interface GoldenCase {
  readonly name: string;
  readonly folder: string;
  readonly input: CaseInput;
  readonly expectation: Expectation;
}

/** The cases of one source dialect: testdata/golden/<source>/<case>. */
export function goldenCases(source: string): readonly GoldenCase[] {
  const root = join(TESTDATA, "golden", source);
  return readdirSync(root)
    .sort()
    .map((name) => {
      const folder = join(root, name);
      const file = (called: string): readonly SourceFile[] =>
        existsSync(join(folder, called))
          ? [{ name: called, text: readFileSync(join(folder, called), "utf8") }]
          : [];
      const json = (called: string): unknown =>
        existsSync(join(folder, called))
          ? JSON.parse(readFileSync(join(folder, called), "utf8"))
          : {};
      return {
        name,
        folder,
        input: {
          files: file("input.yaml"),
          inventory: file("inventory.yaml"),
          options: json("options.json") as CaseOptions,
        },
        expectation: json("expect.json") as Expectation,
      };
    });
}

const SHORT_KINDS: Readonly<Record<string, string>> = {
  NetworkPolicy: "NP",
  GlobalNetworkPolicy: "GNP",
  CiliumNetworkPolicy: "CNP",
  CiliumClusterwideNetworkPolicy: "CCNP",
};

function policyName({ source }: ReportPolicy): string {
  const kind = source.engine === "kubernetes" ? "KNP" : (SHORT_KINDS[source.kind] ?? source.kind);
  return `${kind} ${source.namespace === null ? "" : `${source.namespace}/`}${source.name}`;
}

/** The objects of a stream, as a YAML reader that knows nothing of ours gives them. */
export function rawObjects(stream: string): readonly RawObject[] {
  return loadAll(stream) as RawObject[];
}

export function actualOf(result: ConvertResult): Actual {
  const { report } = result;
  return {
    exitCode: report.result.exitCode,
    outcome: report.result.outcome,
    invalid: report.summary.documents.invalid,
    context: contextOf(report),
    losingOnlyOther: report.summary.losingOnlyOther,
    policies: report.policies.map((policy) => ({
      name: policyName(policy),
      outcome: policy.outcome,
      rules: policy.rules,
    })),
    objects: rawObjects(streamOf(result)).map((object) => ({
      ...objectText(object),
      ...(object.metadata.labels === undefined ? {} : { labels: object.metadata.labels }),
    })),
    assumptions: report.assumptions.filter(({ standing }) => !standing).map(({ name }) => name),
    findings: report.diagnostics.map(
      ({ code, message, hint }) => `${code} ${message} ${hint ?? ""}`,
    ),
  };
}

/** Context among the documents to convert, not that of the inventory, and no facts that every case has. */
function contextOf(report: RunReport): number {
  return report.inputs
    .filter(({ file }) => file !== "inventory.yaml")
    .reduce((sum, { context }) => sum + context, 0);
}
