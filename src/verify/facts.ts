import { canonicalJson } from "../base/canonical-json.ts";
import type { OpaqueCondition, UnsaidMatch } from "../ir/policy.ts";

/**
 * Something that is or is not the case for a flow, whatever its labels, addresses and numbers: that the pod at one end
 * calls its port by a name, or that a condition holds about which nothing is known.
 */
export type Variable =
  | {
      readonly kind: "port-name";
      readonly id: number;
      /** Whose name it is: that of the destination's port or that of the source's. */
      readonly of: "destination" | "source";
      readonly end: "subject" | "peer";
      readonly name: string;
    }
  | { readonly kind: "unknown"; readonly id: number };

export interface Fact {
  readonly variable: Variable;
  readonly holds: boolean;
}

/** INVARIANT: sorted by the variable's id, each variable once. */
export type Facts = readonly Fact[];

export const ANY_FACTS: Facts = [];

export function withFact(facts: Facts, fact: Fact): Facts {
  const others = facts.filter(({ variable }) => variable !== fact.variable);
  return [...others, fact].sort((a, b) => a.variable.id - b.variable.id);
}

/** Undefined when the two contradict each other. */
export function intersectFacts(a: Facts, b: Facts): Facts | undefined {
  if (a.length === 0 || a === b) return b;
  if (b.length === 0) return a;
  if (!factsMeet(a, b)) return undefined;
  return b.reduce((all, fact) => (holds(all, fact) ? all : withFact(all, fact)), a);
}

export function factsMeet(a: Facts, b: Facts): boolean {
  if (a.length === 0 || b.length === 0) return true;
  return !a.some((left) =>
    b.some((right) => left.variable === right.variable && left.holds !== right.holds),
  );
}

export function isFactSubset(a: Facts, b: Facts): boolean {
  return b.every((fact) => holds(a, fact));
}

export function holds(facts: Facts, wanted: Fact): boolean {
  return facts.some((fact) => fact.variable === wanted.variable && fact.holds === wanted.holds);
}

/** Gives equal things equal variables, and each variable its number. */
export class Variables {
  readonly #names = new Map<string, Variable>();
  readonly #identities = new Map<OpaqueCondition | UnsaidMatch | string, Variable>();
  readonly #conditions = new Map<OpaqueCondition, Variable>();
  readonly #conditionsOf = new Map<Variable, Set<OpaqueCondition>>();
  #count = 0;

  portName(of: "destination" | "source", end: "subject" | "peer", name: string): Variable {
    const key = `${of} ${end} ${name}`;
    let variable = this.#names.get(key);
    if (variable === undefined) {
      variable = { kind: "port-name", id: this.#count++, of, end, name };
      this.#names.set(key, variable);
    }
    return variable;
  }

  unknown(condition: OpaqueCondition): Variable {
    const variable = this.#ofIdentity(identityOf(condition));
    this.#conditions.set(condition, variable);
    const same = this.#conditionsOf.get(variable);
    if (same === undefined) this.#conditionsOf.set(variable, new Set([condition]));
    else same.add(condition);
    return variable;
  }

  /** Whether a flow is one of those that nobody can name. */
  unsaid(match: UnsaidMatch): Variable {
    return this.#ofIdentity(
      match.same === undefined ? match : `unsaid ${match.code} ${match.same}`,
    );
  }

  #ofIdentity(identity: OpaqueCondition | UnsaidMatch | string): Variable {
    let variable = this.#identities.get(identity);
    if (variable === undefined) {
      variable = { kind: "unknown", id: this.#count++ };
      this.#identities.set(identity, variable);
    }
    return variable;
  }

  /** The conditions that hold where the variable does. */
  conditionsOf(variable: Variable): Iterable<OpaqueCondition> {
    return this.#conditionsOf.get(variable) ?? [];
  }

  /** The variable of a condition; undefined if no rule with it has come up. */
  ofCondition(condition: OpaqueCondition): Variable | undefined {
    return this.#conditions.get(condition);
  }
}

/** Texts are equal only if the conditions hold for the same flows: of two sets, or of one that was read twice. */
export function identityOf(condition: OpaqueCondition): OpaqueCondition | string {
  if (condition.kind !== "unknown") return canonicalJson(condition);
  const { code, same } = condition;
  return same === undefined ? condition : `${code} ${same}`;
}
