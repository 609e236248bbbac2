import type { SourceFile } from "../../diagnostics/source-range.ts";
import { lineAndColumn } from "../../diagnostics/source-range.ts";
import type { Snapshot } from "../../inventory/snapshot.ts";
import type { Direction, PolicySet } from "../../ir/policy.ts";
import type { ManifestObject } from "../../manifest/manifest-object.ts";
import { readManifests } from "../../manifest/read.ts";
import { decisionText } from "../../report/difference.ts";
import type { ReportExpectation, ReportExpected } from "../../report/verification.ts";
import { nearest } from "../../sources/schema-check.ts";
import { UsageError } from "../usage-error.ts";
import { readEnd } from "./explain-endpoint.ts";
import { directionsOf, trafficTextOf } from "./explain-flow.ts";
import { explainSet } from "./explain-run.ts";
import { readTraffic } from "./explain-traffic.ts";

const FIELDS = ["name", "from", "to", "port", "direction", "expect", "before", "after"] as const;
type Field = (typeof FIELDS)[number];
type Verdict = "allow" | "deny";

/** One flow of a file of expectations, as it is written. */
export interface Expectation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly fields: Readonly<Partial<Record<Field, string>>>;
}

/**
 * Reads the flows that must be allowed or denied: a list, each with `from`, `to` and `port` as `explain` takes them, and with
 * `expect`, or with `before` and `after`. Throws UsageError with the place of what is wrong.
 */
export function readExpectations(file: SourceFile): readonly Expectation[] {
  const found: Expectation[] = [];
  for (const object of readManifests(file, ({ severity, message, hint, at }) => {
    if (severity !== "error") return;
    throw wrong(at === undefined ? file.name : placeOf(file, at.offset).text, message, hint);
  })) {
    found.push(readExpectation(object, file));
  }
  if (found.length > 0) return found;
  throw wrong(file.name, "the file holds no expectations", FORM);
}

const FORM =
  "Write a list of flows, such as `- { from: shop/app=web, to: shop/app=api, port: 8080/TCP, expect: allow }`.";

function readExpectation(object: ManifestObject, file: SourceFile): Expectation {
  const at = (path: readonly string[], part?: "key"): string =>
    placeOf(file, object.placeOf(path, part).offset).text;
  const { value } = object;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(at([]), "this is no flow", FORM);
  }
  const fields: Partial<Record<Field, string>> = {};
  for (const [name, given] of Object.entries(value)) {
    const field = FIELDS.find((one) => one === name);
    if (field === undefined) {
      const near = nearest(name, FIELDS);
      throw wrong(
        at([name], "key"),
        `there is no field \`${name}\` of an expectation`,
        near === undefined
          ? `Known are ${FIELDS.join(", ")}.`
          : `Write \`${near}\` if that is what is meant.`,
      );
    }
    // A port may be written as a number.
    const text: unknown = field === "port" && typeof given === "number" ? String(given) : given;
    if (typeof text !== "string" || text === "") {
      throw wrong(at([name]), `\`${name}\` has to be a text that is not empty`);
    }
    const choices = CHOICES[field];
    if (choices !== undefined && !choices.includes(text)) {
      throw wrong(at([name]), `\`${name}\` has to be one of ${choices.join(", ")}`);
    }
    fields[field] = text;
  }
  for (const field of ["from", "to", "port"] as const) {
    if (fields[field] === undefined) throw wrong(at([]), `\`${field}\` is missing`, FORM);
  }
  const { expect, before, after } = fields;
  if (expect === undefined && before === undefined && after === undefined) {
    throw wrong(
      at([]),
      "nothing is expected of this flow",
      "Give `expect`, or `before` and `after`.",
    );
  }
  if (expect !== undefined && (before ?? after) !== undefined) {
    throw wrong(at([]), "`expect` stands for `before` and `after`, so it cannot stand beside them");
  }
  const { line, column } = placeOf(file, object.placeOf([]).offset);
  return { file: file.name, line, column, fields };
}

const VERDICTS = ["allow", "deny"];
const CHOICES: Readonly<Partial<Record<Field, readonly string[]>>> = {
  expect: VERDICTS,
  before: VERDICTS,
  after: VERDICTS,
  direction: ["ingress", "egress", "both"],
};

function placeOf(
  file: SourceFile,
  offset: number,
): { readonly line: number; readonly column: number; readonly text: string } {
  const { line, column } = lineAndColumn(file, offset);
  return { line, column, text: `${file.name}:${String(line)}:${String(column)}` };
}

function wrong(place: string, message: string, hint?: string): UsageError {
  return new UsageError(`${place}: ${message}`, hint === undefined ? {} : { hint });
}

/** Judges every flow before and after. Throws UsageError for one that cannot be asked, such as of a pod that is not known. */
export function judgeExpectations(
  expectations: readonly Expectation[],
  sets: { readonly source: PolicySet; readonly target: PolicySet },
  snapshot: Snapshot,
): readonly ReportExpectation[] {
  return expectations.map((expectation) => {
    try {
      return judge(expectation, sets, snapshot);
    } catch (cause) {
      if (!(cause instanceof UsageError)) throw cause;
      const { file, line, column } = expectation;
      throw wrong(`${file}:${String(line)}:${String(column)}`, cause.message, cause.hint);
    }
  });
}

function judge(
  { file, line, column, fields }: Expectation,
  { source, target }: { readonly source: PolicySet; readonly target: PolicySet },
  snapshot: Snapshot,
): ReportExpectation {
  const traffic = readTraffic(fields.port);
  const from = readEnd("from", fields.from ?? "", snapshot);
  const to = readEnd("to", fields.to ?? "", snapshot);
  const directions = directionsOf((fields.direction ?? "both") as Direction | "both", from, to);
  const question = { from, to, traffic, directions };
  const side = (
    set: PolicySet,
    ranges: Snapshot["podRanges"],
    wanted: string | undefined,
  ): ReportExpected => {
    const { verdict, ends } = explainSet({ name: "", set, ranges }, question);
    const by = ends.flatMap(({ direction, answer }) =>
      answer.cases.map(
        ({ walk }) =>
          `${walk.decision.verdict} at the ${direction} end: ${decisionText(walk.decision)}`,
      ),
    );
    return { expected: (wanted ?? null) as Verdict | null, verdict, by };
  };
  const before = side(source, snapshot.podRanges, fields.before ?? fields.expect);
  const after = side(target, snapshot.targetPodRanges, fields.after ?? fields.expect);
  const asked = trafficTextOf(traffic, to);
  return {
    name: fields.name ?? `${from.text} -> ${to.text}, ${asked}`,
    ...{ file, line, column, from: from.text, to: to.text, traffic: asked, before, after },
    holds: holds(before) && holds(after),
  };
}

const holds = ({ expected, verdict }: ReportExpected): boolean =>
  expected === null || expected === verdict;
