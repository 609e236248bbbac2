import type { Report } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import type { OpaqueCondition, UnsaidMatch } from "../../ir/policy.ts";
import type { AddressGroup, CalicoRule } from "./model.ts";
import { calicoMeaningDiagnostics } from "./interpret-diagnostics.ts";

/** Codes whose message is about one condition, `{what}`. */
export type ConditionCode =
  | "CAL-S101"
  | "CAL-R101"
  | "CAL-R102"
  | "CAL-R103"
  | "CAL-R104"
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
  | "CAL-N103"
  | "CAL-N104";

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
  readonly #rule: CalicoRule;
  readonly #namespace: string | undefined;
  readonly #report: Report | undefined;

  constructor(rule: CalicoRule, namespace: string | undefined, report: Report | undefined) {
    this.#rule = rule;
    this.#namespace = namespace;
    this.#report = report;
  }

  condition(condition: OpaqueCondition & { readonly code: ConditionCode }, at: SourcePlace): void {
    this.opaque = [...this.opaque, condition];
    this.#say(condition.code, condition.what, at);
  }

  /** `whole` is all that is asked for; what does not stand alone is the same in rules that are the same altogether. */
  unknown(
    code: ConditionCode,
    what: string,
    at: SourcePlace,
    whole: string = this.#wholeRule(what),
  ): void {
    this.condition({ kind: "unknown", code, what, same: whole }, at);
  }

  /** That the rule says what its author meant, though the API drops a field of it. That was told when it was read. */
  unknownField(what: string, whole: string = this.#wholeRule(what)): void {
    this.opaque = [...this.opaque, { kind: "unknown", code: "CAL-R013", what, same: whole }];
  }

  /** What a negated selector matches beside sets whose domains nobody can look up. */
  unknownBeside(groups: readonly AddressGroup[], what: string, at: SourcePlace): void {
    this.unknown("CAL-N103", what, at, this.#wholeRule(what, ...groups));
  }

  /** A part of what an Allow matches that is left out. */
  leftOut(code: ConditionCode, what: string, at: SourcePlace): void {
    this.unsaid = [...this.unsaid, { code, what, same: this.#wholeRule(what) }];
    this.#say(code, what, at);
  }

  leftOutDomains(set: string, group: AddressGroup, at: SourcePlace): void {
    const { domains } = group;
    const listed = domains.slice(0, 5).join(", ") + (domains.length > 5 ? ", ..." : "");
    const what = `domains of ${set}`;
    const same = this.#wholeRule(what, group);
    this.unsaid = [...this.unsaid, { code: "CAL-N101", what, same }];
    this.#report?.(
      calicoMeaningDiagnostics.create("CAL-N101", { at, set, domains: `\`${listed}\`` }),
    );
  }

  /** A set that may match: left out of an Allow, part of a Deny or Pass that is then not exactly known. */
  undecidedSet(set: string, group: AddressGroup, leftOut: boolean, at: SourcePlace): void {
    const what = `the match of ${set}`;
    const { namespace = "" } = group;
    const same = this.#wholeRule(what, group);
    const code = group.kind === "HostEndpoint" ? "CAL-N105" : "CAL-N102";
    if (leftOut) this.unsaid = [...this.unsaid, { code, what, same }];
    else this.opaque = [...this.opaque, { kind: "unknown", code, what, same }];
    this.#report?.(
      code === "CAL-N105"
        ? calicoMeaningDiagnostics.create(code, { at, set })
        : calicoMeaningDiagnostics.create(code, { at, set, namespace }),
    );
  }

  /** The rule, and the set of addresses that counts, as far as what they match depends on it. */
  #wholeRule(what: string, ...groups: readonly AddressGroup[]): string {
    return JSON.stringify([what, this.#namespace, this.#rule, groups], whatCounts);
  }

  #say(code: ConditionCode, what: string, at: SourcePlace): void {
    this.#report?.(calicoMeaningDiagnostics.create(code, { at, what }));
  }
}

/** Where something stands, and what its text says already. */
const SAYS_NOTHING = new Set(["origin", "place", "root", "set"]);

const whatCounts = (key: string, value: unknown): unknown =>
  SAYS_NOTHING.has(key) ? undefined : value;
