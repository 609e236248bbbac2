import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import type { SourceFile } from "../../src/diagnostics/source-range.ts";
import { jsonText } from "../../src/report/json.ts";
import { actualOf, goldenCases, rawObjects } from "../support/golden.ts";
import { objectText } from "../support/objects-text.ts";
import type { GoldenCase } from "../support/golden.ts";
import { checkExpectation } from "../support/expectation.ts";
import { judge } from "../support/judge.ts";
import { checkReport } from "../support/report-invariants.ts";
import { runCase, streamOf } from "../support/run-convert.ts";

const SCHEMA = fileURLToPath(new URL("../../schemas/report.schema.json", import.meta.url));
const update = process.env["UPDATE_GOLDEN"] === "1";

/** The text as it must be, or, with UPDATE_GOLDEN=1, as it is from now on. */
function checkFile(folder: string, name: string, text: string): void {
  const path = join(folder, "expected", name);
  if (update) {
    mkdirSync(join(folder, "expected"), { recursive: true });
    writeFileSync(path, text);
  } else {
    expect(existsSync(path), `${path} is missing: write it with UPDATE_GOLDEN=1`).toBe(true);
    expect(text).toBe(readFileSync(path, "utf8"));
  }
}

const documentsOf = (text: string): readonly string[] => text.split(/^---\n/m);

function withDocuments(
  file: SourceFile,
  change: (documents: readonly string[]) => readonly string[],
): SourceFile {
  return { name: file.name, text: change(documentsOf(file.text)).join("---\n") };
}

/** The case with each of its files changed. */
function changed(golden: GoldenCase, change: (file: SourceFile) => SourceFile): string {
  const { files, inventory, options } = golden.input;
  return streamOf(runCase({ files: files.map(change), inventory: inventory.map(change), options }));
}

/** Of one case that says what comes out of `--actions compile`, a second one that asks for it. */
function withCompiled(golden: GoldenCase): readonly (GoldenCase & { readonly suffix: string })[] {
  const { name, input, expectation } = golden;
  if (expectation.compile === undefined) return [{ ...golden, suffix: "" }];
  const compiled = {
    ...golden,
    name: `${name} (compile)`,
    suffix: ".compile",
    input: { ...input, options: { ...input.options, actions: "compile" as const } },
    expectation: { title: `${expectation.title}, and is cut`, ...expectation.compile },
  };
  return [{ ...golden, suffix: "" }, compiled];
}

const SOURCES = ["calico", "cilium"];

describe.each(SOURCES.flatMap(goldenCases).flatMap(withCompiled))("$name", (golden) => {
  const result = runCase(golden.input);
  const stream = streamOf(result);

  it(golden.expectation.title, () => {
    checkExpectation(golden.expectation, actualOf(result));
  });

  it("comes out as it did", () => {
    checkFile(golden.folder, `networkpolicies${golden.suffix}.yaml`, stream);
    checkFile(golden.folder, `report${golden.suffix}.json`, jsonText(result.report));
  });

  it("claims what its flows confirm", () => {
    checkReport(result);
    const asked = golden.input.options.inexact === "widen" ? (["widened"] as const) : [];
    judge(result, { asked: new Set(asked) });
  });

  it("gives the same bytes and report again, and the same bytes with its documents shuffled, and under blank lines", () => {
    const again = runCase(golden.input);
    expect(streamOf(again)).toBe(stream);
    expect(jsonText(again.report)).toBe(jsonText(result.report));
    expect(changed(golden, (file) => withDocuments(file, (all) => [...all].reverse()))).toBe(
      stream,
    );
    expect(changed(golden, (file) => ({ name: file.name, text: `\n\n${file.text}` }))).toBe(stream);
  });
});

describe.skipIf(!existsSync(SCHEMA))("reports (skipped while they have no schema)", () => {
  it("are as their schema says", () => {
    const schema = JSON.parse(readFileSync(SCHEMA, "utf8")) as Record<string, unknown>;
    const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
      schema,
    );
    for (const { name, input } of SOURCES.flatMap(goldenCases)) {
      const report: unknown = JSON.parse(jsonText(runCase(input).report));
      validate(report);
      expect(validate.errors ?? [], name).toEqual([]);
    }
  });
});

describe("names of objects", () => {
  it("stay when a subject gets one more alternative", () => {
    const cases = goldenCases("calico");
    const namesOf = (name: string): ReadonlyMap<string, string> => {
      const golden = cases.find((one) => one.name === name);
      if (golden === undefined) throw new Error(`${name} is missing`);
      return new Map(
        rawObjects(streamOf(runCase(golden.input))).map((object) => [
          objectText(object).pods,
          object.metadata.name,
        ]),
      );
    };
    const two = namesOf("c38-subject-of-two-cubes");
    const three = namesOf("c38-subject-of-three-cubes");
    expect(two.size).toBe(2);
    for (const [pods, name] of two) expect(three.get(pods)).toBe(name);
  });
});
