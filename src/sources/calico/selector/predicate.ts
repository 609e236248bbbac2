import {
  isLabelKey,
  isLabelValue,
  isNamespaceName,
  isObjectName,
} from "../../../inventory/label-syntax.ts";
import { unreachable } from "../../../base/invariant.ts";
import {
  ACCOUNT_NAME,
  ANY_CUBE,
  cube,
  NAMESPACE_NAME,
  type Cube,
  type LabelConstraint,
  type LabelKey,
} from "../../../sets/cube.ts";
import {
  CUBE_LIMIT,
  intersectPredicates,
  unionOfPredicates,
  type LabelPredicate,
} from "../../../sets/label-predicate.ts";
import {
  complementLabelSet,
  intersectLabelSets,
  LABEL_EXISTS,
  labelIn,
  labelSetContains,
  labelText,
  NO_LABEL,
  type LabelSet,
} from "../../../sets/label-set.ts";
import type { LabelTest, SelectorNode } from "./ast.ts";
import {
  ACCOUNT_LABEL,
  ACCOUNT_PREFIX,
  isCalicos,
  NAME_LABEL,
  NAMESPACE_LABEL,
  NAMESPACE_PREFIX,
  ORCHESTRATOR_LABEL,
} from "./scope.ts";

/** What a label of a selector is on an endpoint: one of our keys, or the same on all of them. */
export type Reading = { readonly key: LabelKey } | { readonly constant: string | undefined };

const EVERYTHING: LabelPredicate = [ANY_CUBE];
const NOTHING: LabelPredicate = [];
const ABSENT: Reading = { constant: undefined };
const VALUE_LIMIT = 63;
const ACCOUNT_NAME_LIMIT = 253;

/** A label of a pod: Calico's own, one inherited under a prefix, or the pod's. Keys that no object can carry are absent. */
export function readOnPod(label: string): Reading {
  if (label === NAMESPACE_LABEL) return { key: NAMESPACE_NAME };
  if (label === ACCOUNT_LABEL) return { key: ACCOUNT_NAME };
  if (label === ORCHESTRATOR_LABEL) return { constant: "k8s" };
  // Calico drops pod labels that begin with one of the prefixes, so these are never the pod's own.
  if (label.startsWith(NAMESPACE_PREFIX)) {
    const key = label.slice(NAMESPACE_PREFIX.length);
    if (key === NAME_LABEL) return { key: NAMESPACE_NAME };
    return isLabelKey(key) ? { key: `namespace:${key}` } : ABSENT;
  }
  if (label.startsWith(ACCOUNT_PREFIX)) {
    const key = label.slice(ACCOUNT_PREFIX.length);
    if (key === NAME_LABEL) return { key: ACCOUNT_NAME };
    return isLabelKey(key) ? { key: `account:${key}` } : ABSENT;
  }
  return isLabelKey(label) ? { key: `pod:${label}` } : ABSENT;
}

/** A label of a host endpoint: it is in no namespace, runs as no account and inherits nothing. */
function readOnHost(label: string): Reading {
  if (isCalicos(label)) return ABSENT;
  return isLabelKey(label) ? { key: `pod:${label}` } : ABSENT;
}

/** Whether a value of this length at most could have the text as a part. */
function isPartOfValue(text: string, limit: number): boolean {
  return text.length <= limit && /^[A-Za-z0-9._-]*$/.test(text);
}

function canHold(key: LabelKey, value: string): boolean {
  if (key === NAMESPACE_NAME) return isNamespaceName(value);
  return key === ACCOUNT_NAME ? isObjectName(value) : isLabelValue(value);
}

/** The values for which a test, taken without its negation, holds. Values that the key cannot have are left out. */
function positiveSet(
  test: LabelTest,
  canHave: (value: string) => boolean,
  limit: number,
): LabelSet {
  switch (test.kind) {
    case "has":
      return LABEL_EXISTS;
    case "equals":
      return canHave(test.value) ? labelIn([test.value]) : NO_LABEL;
    case "in":
      return labelIn(test.values.filter(canHave));
    case "text":
      return isPartOfValue(test.operand, limit) ? labelText(test.operator, test.operand) : NO_LABEL;
  }
}

function isNegated(test: LabelTest): boolean {
  return (test.kind === "equals" || test.kind === "in") && test.negated;
}

/** Merges by halves, so that ten thousand sets do not cost the square of it. */
function mergeSets(sets: readonly LabelSet[]): LabelSet | undefined {
  if (sets.length < 2) return sets[0];
  const middle = sets.length >> 1;
  const left = mergeSets(sets.slice(0, middle));
  const right = mergeSets(sets.slice(middle));
  return left === undefined || right === undefined ? undefined : intersectLabelSets(left, right);
}

/** One side of a junction: sets on keys, gathered so that each key is merged once, and whatever is no single set. */
interface Operands {
  readonly sets: Map<LabelKey, LabelSet[]>;
  /** Predicates of operands that are no set on one key. */
  readonly others: LabelPredicate[];
  /** The operand that decides the junction is among them: false for &&, true for ||. */
  decided: boolean;
  /** An operand has more alternatives than {@link CUBE_LIMIT}. */
  overflow: boolean;
}

/**
 * The meaning of selectors over one kind of endpoint, bottom up, with `!` pushed down to the tests: the complement of a
 * finished predicate would grow much faster.
 */
class Meaning {
  readonly #read: (label: string) => Reading;

  constructor(read: (label: string) => Reading) {
    this.#read = read;
  }

  of(node: SelectorNode, negated: boolean): LabelPredicate | undefined {
    switch (node.kind) {
      case "all":
      case "global":
        return negated ? NOTHING : EVERYTHING;
      case "not":
        return this.of(node.operand, !negated);
      case "and":
      case "or":
        return (node.kind === "and") === !negated
          ? this.#conjunction(node, negated)
          : this.#disjunction(node, negated);
      case "has":
      case "equals":
      case "in":
      case "text":
        return this.#conjunction(node, negated);
      default:
        return unreachable(node, "selector");
    }
  }

  #gather(node: SelectorNode, negated: boolean, joined: "and" | "or", into: Operands): void {
    switch (node.kind) {
      case "all":
      case "global":
        if (negated === (joined === "and")) into.decided = true;
        return;
      case "not":
        this.#gather(node.operand, !negated, joined, into);
        return;
      case "and":
      case "or": {
        if ((node.kind === joined) === !negated) {
          for (const operand of node.operands) this.#gather(operand, negated, joined, into);
          return;
        }
        const predicate = this.of(node, negated);
        if (predicate === undefined) into.overflow = true;
        else into.others.push(predicate);
        return;
      }
      case "has":
      case "equals":
      case "in":
      case "text":
        this.#gatherTest(node, negated, joined, into);
        return;
      default:
        unreachable(node, "selector");
    }
  }

  #gatherTest(test: LabelTest, negated: boolean, joined: "and" | "or", into: Operands): void {
    const flipped = negated !== isNegated(test);
    const reading = this.#read(test.label);
    if ("constant" in reading) {
      const holds =
        labelSetContains(
          positiveSet(test, () => true, Infinity),
          reading.constant,
        ) !== flipped;
      if (holds === (joined === "or")) into.decided = true;
      return;
    }
    const { key } = reading;
    const limit = key === ACCOUNT_NAME ? ACCOUNT_NAME_LIMIT : VALUE_LIMIT;
    // Calico gives the name of an account to pods where it fits into a label; under `pcsa.` it always does.
    const fits = (value: string): boolean =>
      test.label !== ACCOUNT_LABEL || value.length < VALUE_LIMIT;
    const positive = positiveSet(test, (value) => canHold(key, value) && fits(value), limit);
    const alternatives = flipped ? complementLabelSet(positive) : [positive];
    const [only] = alternatives;
    if (
      alternatives.length === 1 &&
      only !== undefined &&
      (joined === "and" || only.atoms.length === 0)
    ) {
      const sets = into.sets.get(key);
      if (sets === undefined) into.sets.set(key, [only]);
      else sets.push(only);
      return;
    }
    into.others.push(
      alternatives.flatMap((set) => {
        const piece = cube([{ key, set }]);
        return piece === undefined ? [] : [piece];
      }),
    );
  }

  #operands(node: SelectorNode, negated: boolean, joined: "and" | "or"): Operands {
    const operands: Operands = { sets: new Map(), others: [], decided: false, overflow: false };
    this.#gather(node, negated, joined, operands);
    return operands;
  }

  #conjunction(node: SelectorNode, negated: boolean): LabelPredicate | undefined {
    const { sets, others, decided, overflow } = this.#operands(node, negated, "and");
    if (decided) return NOTHING;
    const constraints: LabelConstraint[] = [];
    for (const [key, list] of sets) {
      const set = mergeSets(list);
      if (set !== undefined) constraints.push({ key, set });
    }
    const common = cube(constraints);
    if (common === undefined) return NOTHING;
    if (isHopeless(common, others)) return undefined;
    let result: LabelPredicate | undefined = [common];
    // Small factors first: they may empty the rest.
    for (const other of [...others].sort((a, b) => a.length - b.length)) {
      if (result === undefined || result.length === 0) return result;
      result = intersectPredicates(result, other);
    }
    return overflow && result?.length !== 0 ? undefined : result;
  }

  #disjunction(node: SelectorNode, negated: boolean): LabelPredicate | undefined {
    const { sets, others, decided, overflow } = this.#operands(node, negated, "or");
    if (decided) return EVERYTHING;
    const parts: LabelPredicate[] = [...others];
    let size = others.reduce((sum, other) => sum + other.length, 0);
    for (const [key, list] of sets) {
      // A union is the complement of what all the complements share; sets without atoms have one complement each.
      const shared = mergeSets(list.flatMap((set) => complementLabelSet(set)));
      for (const set of shared === undefined ? [] : complementLabelSet(shared)) {
        const piece = cube([{ key, set }]);
        if (piece === undefined) continue;
        if (piece.constraints.length === 0) return EVERYTHING;
        parts.push([piece]);
        size++;
      }
    }
    if (overflow || size > CUBE_LIMIT) return undefined;
    return unionOfPredicates(parts);
  }
}

/**
 * Whether the alternatives of all factors together are sure to pass the limit. Where no label is asked for twice nothing
 * can cancel or merge, so their number is the product; otherwise some allowance is made before the work is begun.
 */
function isHopeless(common: Cube, factors: readonly LabelPredicate[]): boolean {
  const seen = new Set<LabelKey>(common.constraints.map(({ key }) => key));
  let shared = false;
  let product = 1;
  for (const factor of factors) {
    product *= factor.length;
    const keys = new Set(factor.flatMap(({ constraints }) => constraints.map(({ key }) => key)));
    for (const key of keys) {
      shared ||= seen.has(key);
      seen.add(key);
    }
  }
  return product > (shared ? 16 * CUBE_LIMIT : CUBE_LIMIT);
}

const ON_PODS = new Meaning(readOnPod);
const ON_HOSTS = new Meaning(readOnHost);

/**
 * The pods that a selector over endpoints selects; undefined where that takes more than {@link CUBE_LIMIT} alternatives.
 * Selectors of namespaces and accounts get their prefix first (scope.ts).
 */
export function podPredicate(node: SelectorNode): LabelPredicate | undefined {
  return ON_PODS.of(node, false);
}

/** False only if no host endpoint, whatever its own labels, can be selected. */
export function mayTakeHosts(node: SelectorNode): boolean {
  return ON_HOSTS.of(node, false)?.length !== 0;
}
