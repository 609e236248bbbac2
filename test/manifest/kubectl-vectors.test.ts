import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { decodeText } from "../../src/manifest/decode-text.ts";
import { readManifests } from "../../src/manifest/read.ts";

interface Reading {
  readonly json: readonly string[];
  readonly error?: string;
  readonly jsonBytes?: number;
  readonly or?: readonly Reading[];
}

interface Case {
  readonly name: string;
  readonly input?: string;
  readonly inputBase64?: string;
  readonly inputRepeated?: {
    readonly prefix?: string;
    readonly part: string;
    readonly count: number;
    readonly middle?: string;
    readonly close?: string;
    readonly suffix?: string;
  };
  readonly stream: Reading;
}

const path = new URL("../../testdata/vectors/yaml/cases.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(path, "utf8")) as { readonly cases: readonly Case[] };

function bytesOf(one: Case): Uint8Array {
  if (one.inputBase64 !== undefined) return Buffer.from(one.inputBase64, "base64");
  if (one.inputRepeated !== undefined) {
    const { prefix = "", part, count, middle = "", close = "", suffix = "" } = one.inputRepeated;
    return Buffer.from(prefix + part.repeat(count) + middle + close.repeat(count) + suffix);
  }
  return Buffer.from(one.input ?? "");
}

interface Ours {
  readonly values: readonly unknown[];
  readonly errors: readonly Diagnostic[];
}

function readBytes(bytes: Uint8Array): Ours {
  const decoded = decodeText("case.yaml", bytes);
  if ("problem" in decoded) return { values: [], errors: [decoded.problem] };
  const found: Diagnostic[] = [];
  const values: unknown[] = [];
  for (const object of readManifests(decoded.file, (finding) => found.push(finding))) {
    values.push(object.value);
  }
  return { values, errors: found.filter((finding) => finding.severity === "error") };
}

/** What kubectl reads and this reader refuses: the code, and why refusing is right. */
const stricter: Readonly<Record<string, readonly [code: string, why: string]>> = {
  "duplicate spec": ["YML-X002", "there is no telling which of the two is meant"],
  "value {a: 1, a: 2}": ["YML-X002", "there is no telling which of the two is meant"],
  "JSON duplicate key": ["YML-X002", "there is no telling which of the two is meant"],
  "JSON duplicate key, nested": ["YML-X002", "there is no telling which of the two is meant"],
  "merge key after an own key": ["YML-X006", "kubectl and the YAML specification disagree"],
  "JSON with words after": ["YML-X001", "the words are text, which is no object"],
  "JSON with non-UTF-8": ["YML-X021", "kubectl puts U+FFFD in its place in silence"],
  "UTF-16 BE with BOM": ["YML-X022", "kubectl reads it in one byte order and fails in the other"],
  "NEL as a line end": ["YML-X014", "a line break for YAML 1.1 alone"],
  "line separator U+2028": ["YML-X014", "a line break for YAML 1.1 alone"],
  "line separator in quotes": ["YML-X014", "a line break for YAML 1.1 alone"],
  "document end": ["YML-X015", "kubectl drops what follows in silence"],
  "separator after CR alone": ["YML-X015", "kubectl drops what follows in silence"],
  "indented top level, then less": ["YML-X001", "kubectl drops what follows in silence"],
  "separator with a comment without a space": ["YML-X001", "no separator for other readers"],
  "alias as a key without a space": ["YML-X001", "YAML 1.2 takes the colon into the name"],
  'value "a"# no': ["YML-X001", "no comment for other readers"],
  "value {a: b # c\n}": ["YML-X001", "a comment and a bracket further left than YAML 1.2 allows"],
  "JSON nesting 5000": ["YML-X010", "the bound is lower than kubectl's 10,000"],
  "dash nesting 5000": ["YML-X010", "the bound is lower than kubectl's 10,000"],
  "flow map nesting 5000": ["YML-X010", "the bound is lower than kubectl's 10,000"],
  "flow nesting 5000": ["YML-X010", "the bound is lower than kubectl's 10,000"],
  "flow nesting 9990": ["YML-X010", "the bound is lower than kubectl's 10,000"],
};

/** What kubectl refuses and this reader understands: nobody can have applied it with another meaning. */
const alsoRead = new Set([
  "JSON three objects, then a separator",
  "alias bomb 3 levels of 9",
  "alias bomb 4 levels of 9",
  "directive %YAML 1.1",
  "directive %YAML 1.2",
  "directive %YAML 2.0",
  "key of 2000 characters",
  "long simple key",
  "quoted key of 2000 characters",
  "leading separator with content",
  "separator with content",
  "separator with a flow map",
  "line of a tab only",
  "plain key ---x",
  'value "\\/"',
  'value "\\ud83d"',
  'value "\\ud83d\\ude00"',
  "value [::1]",
  "value {k: ::1}",
]);

/** After an error kubectl stops, and this reader goes on with the next document. */
const goesOn: Readonly<Record<string, readonly unknown[]>> = {
  "error in the first of two": [{ b: 2 }],
  "error in the second of three": [{ a: 1 }, { c: 3 }],
  "separator with a block scalar": [{ a: 1 }],
  "unknown directive": [{ a: 1 }],
  // The text of a file is decoded before it is cut into documents.
  "non-UTF-8 in the second document": [],
};

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The objects in a document as kubectl's reader gives it: it does not take lists apart. */
function objectsIn(text: string): unknown[] {
  const value: unknown = JSON.parse(text);
  if (Array.isArray(value)) return value.filter(isObject);
  const list = value as { readonly kind?: unknown; readonly items?: unknown } | null;
  if (list?.kind === "List" && Array.isArray(list.items)) return list.items;
  return isObject(value) ? [value] : [];
}

/** Documents and elements that are no objects, which is an error here and none of the YAML reader's business there. */
function hasOther(text: string): boolean {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? !value.every(isObject) : !isObject(value);
}

describe("the reader agrees with kubectl's", () => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", (name, one) => {
    const { values, errors } = readBytes(bytesOf(one));
    const codes = errors.map((error) => error.code);
    const isDuplicate = name.startsWith("duplicate key") && one.stream.error === undefined;
    const known = stricter[name]?.[0] ?? (isDuplicate ? "YML-X002" : undefined);
    if (known !== undefined && codes.length > 0) {
      expect(new Set(codes)).toEqual(new Set([known]));
      return;
    }
    if (alsoRead.has(name)) {
      expect(one.stream.error).toBeDefined();
      expect(codes).toEqual([]);
      return;
    }
    const expected = goesOn[name] ?? one.stream.json.flatMap(objectsIn);
    const isError = one.stream.error !== undefined || one.stream.json.some(hasOther);
    expect({ isError: codes.length > 0 }).toEqual({ isError });
    if (one.stream.jsonBytes !== undefined) {
      expect(JSON.stringify(values[0] ?? null)).toHaveLength(one.stream.jsonBytes);
    } else expect(values).toEqual(expected);
  });

  it.each(Object.entries(stricter))("is stricter only where kubectl reads on: %s", (name) => {
    const one = cases.find((other) => other.name === name);
    expect(one).toBeDefined();
    expect(one === undefined ? undefined : readBytes(bytesOf(one)).errors).not.toEqual([]);
  });
});
