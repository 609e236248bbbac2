import type { Outcome } from "../ir/outcome.ts";
import type { Direction } from "../ir/policy.ts";
import type { ShownDifference } from "./difference.ts";
import type { ReportPods } from "./pod-changes.ts";
import type {
  DocumentCounts,
  ReportAssumption,
  ReportDiagnostic,
  ReportDocument,
  ReportInput,
  ReportPlace,
  ReportPolicy,
  ReportVerification,
} from "./report.ts";

export type Side = "source" | "against";

/** The report of a comparison of two sets: schemas/verification.schema.json. Words are those of the report of a conversion. */
export interface VerificationReport {
  readonly schemaVersion: 1;
  readonly tool: ReportDocument["tool"];
  readonly options: ReportDocument["options"];
  readonly result: Omit<ReportDocument["result"], "verification"> & {
    readonly verification: {
      readonly status: ReportVerification["status"];
      readonly assumptions: readonly string[];
      readonly witnesses: readonly ShownDifference[];
    };
  };
  readonly summary: {
    readonly documents: Readonly<Record<Side, DocumentCounts & { readonly read: number }>>;
    readonly policies: Readonly<Record<Side, Readonly<Record<Outcome, number>>>>;
    /** Source policies that lose nothing but protocols other than TCP, UDP and SCTP; they count as narrowed, too. */
    readonly losingOnlyOther: number;
    readonly questions: {
      readonly asked: number;
      readonly proved: number;
      readonly refuted: number;
      readonly unknown: number;
      /** Proved answers that were tried on a flow. */
      readonly replayed: number;
    };
  };
  readonly assumptions: readonly ReportAssumption[];
  readonly policies: readonly ComparedPolicy[];
  /** Null where nothing in particular was expected. */
  readonly expectations: readonly ReportExpectation[] | null;
  /** Null without an inventory of pods. */
  readonly pods: ReportPods | null;
  readonly inputs: readonly (ReportInput & { readonly side: Side })[];
  readonly diagnostics: readonly ReportDiagnostic[];
}

/** A flow that was expected to be allowed or denied. */
export interface ReportExpectation extends ReportPlace {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly traffic: string;
  readonly before: ReportExpected;
  readonly after: ReportExpected;
  readonly holds: boolean;
}

export interface ReportExpected {
  /** Null where it does not matter. */
  readonly expected: "allow" | "deny" | null;
  readonly verdict: "allow" | "deny" | "depends";
  /** What decides at each end; with "depends" what may. */
  readonly by: readonly string[];
}

export interface ComparedPolicy {
  readonly side: Side;
  readonly source: ReportPolicy["source"];
  readonly outcome: Outcome;
  /** True if what it loses is but protocols other than TCP, UDP and SCTP. */
  readonly losesOnlyOther: boolean;
  readonly rules: readonly ComparedRule[];
  readonly assumptions: readonly string[];
  readonly verification: {
    readonly status: ReportVerification["status"];
    readonly witnesses: readonly ShownDifference[];
    /** Questions without an answer. */
    readonly unanswered: readonly string[];
  };
}

export interface ComparedRule extends ReportPlace {
  readonly direction: Direction;
  readonly index: number;
  readonly action: string;
  readonly path: string;
  readonly outcome: Outcome;
  readonly witness: ShownDifference | null;
}
