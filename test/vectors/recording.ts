import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { TESTDATA } from "../support/golden.ts";

/* The files that the recorders write: test/vectors/README.md says what each field means. */

export interface RecordedPod {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly addresses: readonly string[];
  readonly ports?: readonly RecordedPort[];
}

export interface RecordedPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  /** Declared on an init container. */
  readonly init?: boolean;
}

/** A document that the engine did not put in force. */
export interface RefusedDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly at: "write" | "read";
  readonly error: string;
}

/** What decided a flow. `rule` is -1 unless the outcome is "rule". */
export interface RecordedDecider {
  readonly outcome: "rule" | "end-of-tier" | "profile";
  readonly tier?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly rule: number;
}

export interface RecordedWorld {
  readonly name: string;
  readonly note?: string;
  readonly manifests: string;
  readonly pods: readonly RecordedPod[];
  readonly externals: readonly { readonly id: string; readonly address: string }[];
  readonly refused?: readonly RefusedDocument[];
  readonly deciders: readonly RecordedDecider[];
  readonly flows: readonly (readonly number[])[];
}

export interface Recording {
  readonly format: number;
  readonly engine: { readonly name: string; readonly version: string; readonly release: string };
  readonly recorder: string;
  readonly seed: number;
  readonly recorded: string;
  readonly leftOut: readonly {
    readonly construct: string;
    readonly count: number;
    readonly why: string;
  }[];
  readonly columns: readonly string[];
  readonly worlds: readonly RecordedWorld[];
}

/** How many flows hang on a construct, by the verdict that they get with it. */
export interface ConstructTable {
  readonly constructs: Readonly<
    Record<string, { readonly allow: number; readonly deny: number; readonly worlds: number }>
  >;
  readonly short: readonly string[];
}

function folderOf(engine: string): string {
  return join(TESTDATA, "vectors", engine);
}

export function recordingNames(engine: string): readonly string[] {
  return readdirSync(folderOf(engine))
    .filter((name) => name.endsWith(".json.gz"))
    .sort();
}

export function readRecording(engine: string, name: string): Recording {
  const text = gunzipSync(readFileSync(join(folderOf(engine), name))).toString("utf8");
  const recording = JSON.parse(text) as Recording;
  if (recording.format !== 1) {
    throw new Error(`${name} has format ${String(recording.format)}, which is not known here`);
  }
  return recording;
}

export function readConstructs(engine: string): ConstructTable {
  return JSON.parse(
    readFileSync(join(folderOf(engine), "constructs.json"), "utf8"),
  ) as ConstructTable;
}

/** The numbers of a flow by the name of their column. */
export function columnReader(
  columns: readonly string[],
): (row: readonly number[], column: string) => number {
  const at = new Map(columns.map((column, index) => [column, index]));
  return (row, column) => {
    const value = row[at.get(column) ?? -1];
    if (value === undefined) throw new Error(`a flow without ${column}`);
    return value;
  };
}
