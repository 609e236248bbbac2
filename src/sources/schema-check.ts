import { distance } from "fastest-levenshtein";
import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
import { pathText, type SourcePlace } from "../diagnostics/source-range.ts";
import type { ManifestObject, PathStep } from "../manifest/manifest-object.ts";

/** A validator as `schemas/compile.js` writes them. */
export interface Validator {
  (data: unknown): boolean;
  readonly errors?: readonly SchemaError[] | null;
}

/** One finding of a validator, in ajv's form. */
export interface SchemaError {
  /** A JSON pointer. */
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly schema?: unknown;
  readonly parentSchema?: { readonly properties?: Readonly<Record<string, unknown>> };
  readonly data?: unknown;
}

/** How a source words what the check finds: each has codes of its own. */
export interface StructureFindings {
  /** `<field>` is `<found>`, but must be `<expected>`. */
  wrongValue(of: {
    readonly at: SourcePlace;
    readonly field: string;
    readonly found: string;
    readonly expected: string;
    readonly advice: string;
  }): Diagnostic;
  missingField(of: { readonly at: SourcePlace; readonly field: string }): Diagnostic;
  /** `path` lets the source tell fields that decide traffic from others; `miscased`: a known field in other case. */
  /** True of a path inside of a rule: a field that is not known there may have been meant to restrict what it matches. */
  readonly decidesMatch?: (path: readonly PathStep[]) => boolean;
  unknownField(
    of: { readonly at: SourcePlace; readonly field: string; readonly advice: string },
    path: readonly PathStep[],
    miscased: boolean,
  ): Diagnostic;
  /** Findings beyond those told one by one. */
  more(of: { readonly at: SourcePlace; readonly count: number }): Diagnostic;
  /** So many findings that the rest was not looked for. */
  tooMany(of: { readonly at: SourcePlace; readonly count: number }): Diagnostic;
}

export interface Structure {
  /** False: the object must not be read on. */
  readonly valid: boolean;
  /** Where the object has fields that the schema does not know. All of them, also those not told one by one. */
  readonly unknown: readonly (readonly PathStep[])[];
  /** Those of them that differ from a known field in upper and lower case alone. */
  readonly miscased: readonly (readonly PathStep[])[];
}

/** Findings told one by one. What follows is counted. */
const TOLD = 20;
const SOUND: Structure = { valid: true, unknown: [], miscased: [] };

/**
 * Holds an object to its schema. A value of the wrong type makes it invalid; an unknown field is a warning, since the API
 * server drops it, and whoever reads the object on decides what its absence means.
 */
export function checkStructure(
  object: ManifestObject,
  validate: Validator,
  errorLimit: number,
  findings: StructureFindings,
  report: Report,
): Structure {
  if (validate(object.value)) return SOUND;
  const errors = validate.errors ?? [];
  const wrong: (() => Diagnostic)[] = [];
  const unfamiliar: (() => Diagnostic)[] = [];
  // A field that changes what the rest means is told however many there are: nobody else will.
  const deciding = new Set<() => Diagnostic>();
  const unknown: PathStep[][] = [];
  const miscased: PathStep[][] = [];
  for (const error of errors) {
    const path = stepsOf(error.instancePath, object.value);
    if (isAbsent(error, path)) continue;
    if (error.keyword === "additionalProperties") {
      const field = [...path, String(error.params["additionalProperty"])];
      const isMiscased = isKnownInOtherCase(field, error);
      unknown.push(field);
      if (isMiscased) miscased.push(field);
      const tell = (): Diagnostic =>
        findings.unknownField(
          {
            at: object.placeOf(field, "key"),
            field: clip(pathText(field)),
            advice: spellingAdvice(field, error),
          },
          field,
          isMiscased,
        );
      unfamiliar.push(tell);
      if (findings.decidesMatch?.(field) === true) deciding.add(tell);
    } else if (error.keyword === "required") {
      const field = pathText([...path, String(error.params["missingProperty"])]);
      wrong.push(() => findings.missingField({ at: object.placeOf(path), field }));
    } else {
      wrong.push(() =>
        findings.wrongValue({
          at: object.placeOf(path),
          field: path.length === 0 ? "the document" : clip(pathText(path)),
          found: describeValue(error.data),
          expected: expectation(error),
          advice: valueAdvice(error),
        }),
      );
    }
  }
  const at = object.placeOf([]);
  let rest = 0;
  for (const [position, tell] of [...wrong, ...unfamiliar].entries()) {
    if (position < TOLD || deciding.has(tell)) report(tell());
    else rest += 1;
  }
  if (rest > 0) report(findings.more({ at, count: rest }));
  // The validator stopped keeping errors, so a wrong value may lie behind the last unknown field.
  const cut = errors.length >= errorLimit;
  if (cut && wrong.length === 0) report(findings.tooMany({ at, count: errors.length }));
  return { valid: wrong.length === 0 && !cut, unknown, miscased };
}

/**
 * The API server takes a field that is null for one that is not there, and a null in a map of texts for an empty text. An
 * item of a list is another matter.
 */
function isAbsent(error: SchemaError, path: readonly PathStep[]): boolean {
  return error.data === null && typeof path.at(-1) === "string";
}

function stepsOf(pointer: string, root: unknown): PathStep[] {
  const steps: PathStep[] = [];
  let node = root;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const step = Array.isArray(node) ? Number(key) : key;
    steps.push(step);
    node =
      typeof node === "object" && node !== null
        ? (node as Readonly<Record<PathStep, unknown>>)[step]
        : undefined;
  }
  return steps;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a string",
  integer: "a whole number",
  number: "a number",
  boolean: "`true` or `false`",
  array: "a list",
  object: "a mapping",
  null: "null",
};

function expectation(error: SchemaError): string {
  const wanted = error.schema;
  switch (error.keyword) {
    case "type":
      return (Array.isArray(wanted) ? wanted : [wanted])
        .map((name) => TYPE_NAMES[String(name)] ?? String(name))
        .join(" or ");
    case "enum":
      return `one of ${(Array.isArray(wanted) ? wanted : []).map((value) => `\`${String(value)}\``).join(", ")}`;
    case "const":
      return `\`${String(wanted)}\``;
    case "minimum":
      return `at least ${String(wanted)}`;
    case "maximum":
      return `at most ${String(wanted)}`;
    case "minLength":
      return `at least ${String(wanted)} characters long`;
    case "maxLength":
      return `at most ${String(wanted)} characters long`;
    case "minItems":
      return `a list of at least ${String(wanted)}`;
    case "maxItems":
      return `a list of at most ${String(wanted)}`;
    case "uniqueItems":
      return "a list without duplicates";
    case "pattern":
      return `of the form \`${String(wanted)}\``;
    default:
      return "of a form that the API takes";
  }
}

function valueAdvice(error: SchemaError): string {
  const { data, keyword, schema } = error;
  if (keyword === "enum" && typeof data === "string" && Array.isArray(schema)) {
    const near = nearest(
      data,
      schema.filter((value): value is string => typeof value === "string"),
    );
    if (near !== undefined) return `Write \`${near}\` if that is what is meant.`;
  }
  const types: readonly unknown[] =
    keyword !== "type" ? [] : Array.isArray(schema) ? schema : [schema];
  if (types.includes("string") && (typeof data === "number" || typeof data === "boolean"))
    return "Put the value in quotes: without them YAML reads it as something else than text.";
  if (typeof data === "string" && types.some((type) => type !== "string" && isScalarType(type)))
    return "Write the value without quotes.";
  return "Correct the value: the API refuses the object as it is.";
}

function isScalarType(type: unknown): boolean {
  return type === "integer" || type === "number" || type === "boolean";
}

function isKnownInOtherCase(path: readonly PathStep[], error: SchemaError): boolean {
  const field = String(path.at(-1)).toLowerCase();
  return Object.keys(error.parentSchema?.properties ?? {}).some(
    (known) => known.toLowerCase() === field,
  );
}

function spellingAdvice(path: readonly PathStep[], error: SchemaError): string {
  const near = nearest(String(path.at(-1)), Object.keys(error.parentSchema?.properties ?? {}));
  return near === undefined
    ? "Remove it, or move it to where it belongs."
    : `Write \`${near}\` if that is what is meant.`;
}

/** The known word nearest to the one given, if it is near enough for a slip of the pen. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  // Long keys come from no slip, and the distance costs their length squared.
  if (word.length > 64) return undefined;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const gap = candidate.toLowerCase() === word.toLowerCase() ? 0 : distance(word, candidate);
    if (gap < least && gap < candidate.length) {
      best = candidate;
      least = gap;
    }
  }
  return best;
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string")
    return value === "" ? "an empty string" : `the string \`${clip(value)}\``;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
    return `the ${typeof value === "boolean" ? "boolean" : "number"} \`${String(value)}\``;
  return "a mapping";
}

/** The user's own words in a message: long ones are cut, and no control character reaches a terminal or breaks the line. */
export function clip(text: string, most = 120): string {
  const start = text.length <= most ? text : `${text.slice(0, most)}...`;
  return start.replace(/\p{Cc}/gu, " ");
}
