import type { Diagnostic, Report } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import type { AssumptionCode } from "../../ir/assumption.ts";
import type { OpaqueCondition, UnsaidMatch } from "../../ir/policy.ts";
import type { AddressBlock } from "../../sets/address-blocks.ts";
import type { PeerBox } from "../../sets/box.ts";
import type { TrafficPredicate } from "../../ir/policy.ts";
import { Interned } from "../intern.ts";
import { ciliumMeaningDiagnostics } from "./interpret-diagnostics.ts";
import type { CiliumElement } from "./model.ts";

/** Codes whose message is about one condition, `{what}`. */
export type ConditionCode =
  | "CIL-S104"
  | "CIL-S105"
  | "CIL-S109"
  | "CIL-R101"
  | "CIL-R102"
  | "CIL-R103"
  | "CIL-R104"
  | "CIL-R105"
  | "CIL-R106"
  | "CIL-R107"
  | "CIL-R108"
  | "CIL-R109"
  | "CIL-R110"
  | "CIL-R117"
  | "CIL-R119"
  | "CIL-R120"
  | "CIL-N101"
  | "CIL-N102"
  | "CIL-N105"
  | "CIL-N107"
  | "CIL-N110"
  | "CIL-N112";

/** What becomes of what cannot be put into sets. */
export const fateUnder = (verdict: "allow" | "deny"): string =>
  verdict === "allow" ? "is left out" : "is taken to deny all that it may";

/** Peers of a rule that go together: those that surely match, or those that may, under a condition. */
export interface PeerPart {
  readonly boxes: readonly PeerBox[];
  readonly condition?: OpaqueCondition;
}

/** Traffic of a rule, likewise. */
export interface TrafficPart {
  readonly traffic: TrafficPredicate;
  readonly condition?: OpaqueCondition;
}

/** The peers of a rule. */
export interface Peers {
  readonly parts: readonly PeerPart[];
  /** Its addresses as written, where it took some out of others. */
  readonly blocks?: readonly AddressBlock[];
}

/**
 * What of one rule could not be put into sets, collected while it is read. What is missing of an Allow is left out of it;
 * of a Deny it is taken to be all that it may be.
 */
export class Remarks {
  readonly verdict: "allow" | "deny";
  readonly place: SourcePlace;
  #unsaid: UnsaidMatch[] | undefined;
  #assumptions: readonly AssumptionCode[] = NONE_ASSUMED;
  readonly #element: CiliumElement;
  readonly #namespace: string | undefined;
  readonly #report: Report;
  #said: Set<string> | undefined;

  constructor(
    verdict: "allow" | "deny",
    element: CiliumElement,
    namespace: string | undefined,
    report: Report,
  ) {
    this.verdict = verdict;
    this.place = element.origin.place;
    this.#element = element;
    this.#namespace = namespace;
    this.#report = report;
  }

  get unsaid(): readonly UnsaidMatch[] | undefined {
    return this.#unsaid;
  }

  /** Each once. Rules that rest on the same share the list. */
  get assumptions(): readonly AssumptionCode[] {
    return this.#assumptions;
  }

  assume(assumptions: readonly AssumptionCode[]): void {
    const added = assumptions.filter((one) => !this.#assumptions.includes(one));
    if (added.length > 0) this.#assumptions = assumed.get([...this.#assumptions, ...added].join());
  }

  /** A condition that nobody can check, for the part of the rule that hangs on it. */
  condition(code: ConditionCode, what: string): OpaqueCondition {
    this.say(code, what);
    return { kind: "unknown", code, what, same: this.#wholeRule(what) };
  }

  /** That the rule says what its author meant, though the API drops a field of it. That was told when it was read. */
  unknownField(field: string): OpaqueCondition {
    const what = `the field \`${field}\``;
    return { kind: "unknown", code: "CIL-R010", what, same: this.#wholeRule(what) };
  }

  /**
   * Peers or traffic that cannot be named for lack of facts.
   *
   * @param most all that it may be
   * @returns the part to add: none of an Allow, `most` of a Deny
   */
  missing(code: ConditionCode, what: string, most: readonly PeerBox[]): readonly PeerPart[] {
    if (this.verdict === "deny") return [{ boxes: most, condition: this.condition(code, what) }];
    this.leftOut(code, what);
    return [];
  }

  leftOut(code: ConditionCode, what: string): void {
    this.#unsaid ??= [];
    this.#unsaid.push({ code, what, same: this.#wholeRule(what) });
    this.say(code, what);
  }

  /** What nobody can check is the same in rules that are the same altogether. */
  #wholeRule(what: string): string {
    return JSON.stringify([what, this.#namespace, this.#element], whatCounts);
  }

  say(code: ConditionCode, what: string): void {
    if (!this.#isNew(`${code} ${what}`)) return;
    const fate = fateUnder(this.verdict);
    this.#report(ciliumMeaningDiagnostics.create(code, { at: this.place, what, fate }));
  }

  note(diagnostic: Diagnostic): void {
    if (this.#isNew(`${diagnostic.code} ${diagnostic.message}`)) this.#report(diagnostic);
  }

  #isNew(finding: string): boolean {
    this.#said ??= new Set();
    const { size } = this.#said;
    return this.#said.add(finding).size > size;
  }
}

const NONE_ASSUMED: readonly AssumptionCode[] = [];
const assumed = new Interned((codes: string) => codes.split(",") as readonly AssumptionCode[]);

/** Where something stands, and what its text says already. */
const SAYS_NOTHING = new Set(["origin", "place", "set"]);

const whatCounts = (key: string, value: unknown): unknown =>
  SAYS_NOTHING.has(key) ? undefined : value;
