import type { Report } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import type { OpaqueCondition, UnsaidMatch } from "../../ir/policy.ts";
import { calicoMeaningDiagnostics } from "./interpret-diagnostics.ts";

/** Codes whose message is about one condition, `{what}`. */
export type ConditionCode =
  | "CAL-S101"
  | "CAL-R101"
  | "CAL-R102"
  | "CAL-R103"
  | "CAL-R104"
  | "CAL-R105"
  | "CAL-R106"
  | "CAL-R107"
  | "CAL-R108"
  | "CAL-R109"
  | "CAL-R110"
  | "CAL-R111"
  | "CAL-R112"
  | "CAL-R113"
  | "CAL-R115"
  | "CAL-R116"
  | "CAL-N103";

const NO_OPAQUE: readonly OpaqueCondition[] = [];
const NO_UNSAID: readonly UnsaidMatch[] = [];

/**
 * What the parts of one rule could not put into sets, collected while it is read. A Log rule decides nothing, so what
 * is lost of it is not reported.
 */
export class RuleRemarks {
  // Most rules have none: they share the empty lists.
  opaque: readonly OpaqueCondition[] = NO_OPAQUE;
  unsaid: readonly UnsaidMatch[] = NO_UNSAID;
  setContents = false;
  readonly #report: Report | undefined;

  constructor(report: Report | undefined) {
    this.#report = report;
  }

  condition(condition: OpaqueCondition & { readonly code: ConditionCode }, at: SourcePlace): void {
    this.opaque = [...this.opaque, condition];
    this.#say(condition.code, condition.what, at);
  }

  unknown(code: ConditionCode, what: string, at: SourcePlace): void {
    this.condition({ kind: "unknown", code, what }, at);
  }

  /** A part of what an Allow matches that is left out. */
  leftOut(code: ConditionCode, what: string, at: SourcePlace): void {
    this.unsaid = [...this.unsaid, { code, what }];
    this.#say(code, what, at);
  }

  leftOutDomains(set: string, domains: readonly string[], at: SourcePlace): void {
    const listed = domains.slice(0, 5).join(", ") + (domains.length > 5 ? ", ..." : "");
    this.unsaid = [...this.unsaid, { code: "CAL-N101", what: `domains of ${set}` }];
    this.#report?.(
      calicoMeaningDiagnostics.create("CAL-N101", { at, set, domains: `\`${listed}\`` }),
    );
  }

  /** A set that may match: left out of an Allow, part of a Deny or Pass that is then not exactly known. */
  undecidedSet(set: string, namespace: string, leftOut: boolean, at: SourcePlace): void {
    const what = `the match of ${set}`;
    if (leftOut) this.unsaid = [...this.unsaid, { code: "CAL-N102", what }];
    else this.opaque = [...this.opaque, { kind: "unknown", code: "CAL-N102", what }];
    this.#report?.(calicoMeaningDiagnostics.create("CAL-N102", { at, set, namespace }));
  }

  #say(code: ConditionCode, what: string, at: SourcePlace): void {
    this.#report?.(calicoMeaningDiagnostics.create(code, { at, what }));
  }
}
