import type { Effect, Severity } from "../diagnostics/diagnostic.ts";
import type { Disposition, IsolationResult, Outcome, Witness } from "../ir/outcome.ts";
import type { Direction } from "../ir/policy.ts";
import type { ReportReachability } from "./reachability.ts";

/** The report of a run as it is stored: schemas/report.schema.json. */
export interface ReportDocument {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly options: Readonly<Record<string, unknown>>;
  readonly result: {
    readonly outcome: Outcome;
    readonly verification: ReportVerification & { readonly assumptions: readonly string[] };
    readonly exitCode: number;
    /** Codes of the findings because of which nothing was written. */
    readonly stops: readonly string[];
    /** What the report given as `--baseline` lacks, and what it has already; absent without one. */
    readonly baseline?: ReportBaseline;
  };
  readonly summary: ReportSummary;
  readonly assumptions: readonly ReportAssumption[];
  readonly policies: readonly ReportPolicy[];
  readonly inputs: readonly ReportInput[];
  readonly diagnostics: readonly ReportDiagnostic[];
  /** Absent where nothing was written, or where the run was not asked for it. */
  readonly reachability?: ReportReachability | undefined;
}

/**
 * The report of a run. Every format is made from this value. Its policies are put together when somebody asks for them:
 * at 100,000 of them their text takes more memory than everything else, and the summary needs but a few.
 */
export interface RunReport extends ReportDocument {
  /** The policies one by one, none of which is kept. */
  eachPolicy(): Iterable<ReportPolicy>;
  /** What the finding at that index is about; undefined if it is about no policy that was understood. */
  subjectOf(diagnostic: number): FindingSubject | undefined;
  /** How many policies each engine has. */
  readonly engines: Readonly<Record<string, number>>;
}

export interface FindingSubject {
  readonly kind: string;
  /** With its namespace, if it has one. */
  readonly name: string;
  /** Unique for each policy of the run. */
  readonly policy: number;
  readonly outcome: Outcome;
  /** A flow that shows what the finding says. */
  readonly witness: Witness | undefined;
}

export interface ReportVerification {
  readonly status: "proved" | "refuted" | "unknown" | "off";
  readonly witnesses: readonly Witness[];
}

export interface ReportSummary {
  readonly documents: DocumentCounts & { readonly read: number };
  readonly policies: Readonly<Record<Outcome, number>>;
  /** Policies called exact without a proof that confirms it: they do not count as exact. */
  readonly unproved: number;
  /** Policies that lose nothing but protocols other than TCP, UDP and SCTP; they count as narrowed, too. */
  readonly losingOnlyOther: number;
  /** Policies that `--actions compile` would make exact or conditional; absent if none, or not asked. */
  readonly exactIfCompiled?: number;
  readonly rules: {
    readonly emitted: number;
    readonly redundant: number;
    readonly skipped: number;
  };
  /** What became of Deny and Pass rules; absent if there are none. */
  readonly decisions?: ReportDecisions;
  /** Objects written, kept ones included; 0 when a stop keeps everything from being written. */
  readonly emitted: number;
}

/** Each Deny and Pass rule is in one of these. */
export interface ReportDecisions {
  /** What other rules have left of them is written. */
  readonly cut: number;
  /** Nothing that is written goes against them. */
  readonly honoured: number;
  readonly redundant: number;
  /** Rules that they may override are left out instead. */
  readonly skipped: number;
  /** How many of all are Pass rules; absent if none is. */
  readonly passes?: number;
}

export interface DocumentCounts {
  readonly policies: number;
  readonly context: number;
  readonly ignored: number;
  readonly invalid: number;
}

export interface ReportInput extends DocumentCounts {
  readonly file: string;
  readonly documents: number;
}

export interface ReportAssumption {
  readonly code: string;
  /** What `--assume` calls it. */
  readonly name: string;
  readonly message: string;
  readonly ifFalse: "narrows" | "widens";
  readonly standing: boolean;
  /** How many policies rest on it; 0 for standing ones, which hold for the run. */
  readonly usedBy: number;
}

export interface ReportPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface ReportPolicy {
  readonly source: ReportPlace & {
    readonly engine: string;
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string | null;
    readonly name: string;
    readonly tier: string | null;
    /** The document with the comments above it, without the indentation of a list; absent where the run was not asked for texts. */
    readonly text?: string;
  };
  readonly disposition: Disposition;
  readonly outcome: Outcome;
  readonly isolation: Readonly<Record<Direction, IsolationResult>>;
  readonly emitted: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    /** Below the output directory. */
    readonly file: string;
    /** The object as it was written; absent where the run was not asked for texts. */
    readonly text?: string;
  }[];
  readonly rules: readonly ReportRule[];
  readonly assumptions: readonly string[];
  /** Indices into the report's diagnostics. */
  readonly diagnostics: readonly number[];
  readonly verification: ReportVerification;
  /** Whether it came out as badly in the run that the baseline is of; absent without a baseline. */
  readonly baseline?: BaselineState;
}

export interface ReportBaseline {
  /** Findings, notes not counted. */
  readonly new: number;
  readonly known: number;
  /** The worst of what is new: it decides the exit code. */
  readonly outcome: Outcome;
}

/** Whether the report given as `--baseline` has it already. */
export type BaselineState = "new" | "known";

export interface ReportRule {
  readonly direction: Direction;
  readonly index: number;
  readonly action: string;
  readonly disposition: Disposition;
  readonly outcome: Outcome;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** `object` is an index into the policy's `emitted`. */
  readonly emittedAs: readonly { readonly object: number; readonly path: string }[];
  /** Of a Deny or Pass: the rules that are what they are because of it; absent if there are none. */
  readonly cutInto?: readonly ReportCut[];
  readonly because: readonly (ReportPlace & {
    readonly policy: string;
    readonly path: string | null;
  })[];
  readonly diagnostics: readonly number[];
  /** A flow that shows the difference; null where there is none. */
  readonly witness: Witness | null;
}

/** A rule that a Deny or Pass is cut into, or because of which it is left out. */
export interface ReportCut extends ReportPlace {
  readonly policy: string;
  readonly path: string;
  readonly action: string;
  readonly disposition: Disposition;
  /** What is left of it. */
  readonly emittedAs: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly path: string;
  }[];
}

export interface ReportDiagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly effect: Effect;
  readonly message: string;
  readonly hint: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string | null;
  /** Other places that it is about; absent if there are none. */
  readonly related?: readonly (ReportPlace & { readonly message: string })[];
  /** Absent without a baseline. */
  readonly baseline?: BaselineState;
}
