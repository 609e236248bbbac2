import { isLabelValue, isNamespaceName, isObjectName } from "../inventory/label-syntax.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME } from "../sets/cube.ts";
import type { LabelKey } from "../sets/cube.ts";
import { labelSetContains } from "../sets/label-set.ts";
import type { LabelSet, TextAtom } from "../sets/label-set.ts";

/** "empty": no value that a cluster accepts belongs to the set. "unclear": none was found, but there may be one. */
export type NoValue = "empty" | "unclear";

export interface ChosenValue {
  /** Undefined: the label is absent. */
  readonly value: string | undefined;
}

/** The account of a pod that names none. */
export const DEFAULT_ACCOUNT = "default";

/** A plain value of the set: absent if it may be, since the fewest labels read best. */
export function valueFor(key: LabelKey, set: LabelSet): ChosenValue | NoValue {
  if (set.absent) return { value: undefined };
  const isValid = validityOf(key);
  const accepts = (value: string): boolean => labelSetContains(set, value) && isValid(value);
  if (!set.complement) {
    const value = set.values.find(accepts);
    return value === undefined ? "empty" : { value };
  }
  if (set.atoms.length > 0) {
    for (const value of textsFor(set)) if (accepts(value)) return { value };
    return "unclear";
  }
  const usual = usualValue(key);
  if (accepts(usual)) return { value: usual };
  // One of so many is not among the values left out.
  for (let count = 2; count <= set.values.length + 2; count += 1) {
    const value = `${usual}-${String(count)}`;
    if (accepts(value)) return { value };
  }
  return "unclear";
}

function usualValue(key: LabelKey): string {
  if (key === NAMESPACE_NAME) return "elsewhere";
  return key === ACCOUNT_NAME ? DEFAULT_ACCOUNT : "other";
}

/** What the API server accepts: no pod has any other value. */
function validityOf(key: LabelKey): (value: string) => boolean {
  if (key === NAMESPACE_NAME) return isNamespaceName;
  return key === ACCOUNT_NAME ? isObjectName : isLabelValue;
}

/** Parts are put together in at most so many orders. */
const ORDERS = 24;

/** Texts made of what the conditions ask for: the beginning, the parts in each order, filling, the end. */
function* textsFor({ atoms, values }: LabelSet): Generator<string> {
  const operands = (operator: TextAtom["operator"]): readonly string[] =>
    atoms.flatMap((atom) => (atom.operator === operator && !atom.negated ? [atom.operand] : []));
  const longest = (texts: readonly string[]): string =>
    texts.reduce((best, text) => (text.length > best.length ? text : best), "");
  const start = longest(operands("startsWith"));
  const end = longest(operands("endsWith"));
  const parts = operands("contains");
  const fillings = ["", "x", "0", "-", "-x-", "x-y", "z9"];
  for (let count = 0; count < values.length; count += 1) fillings.push(`x${String(count)}y`);
  for (const order of ordersOf(parts.filter((part) => !start.includes(part)))) {
    for (const filling of fillings) {
      for (const between of ["", "-", filling]) {
        const middle = order.join(between);
        yield `${start}${middle}${filling}${end}`;
        yield `${start}${filling}${middle}${end}`;
        yield `${filling}${start}${middle}${end}${filling}`;
      }
    }
    // The end may begin inside of what stands before it.
    const front = start + order.join("");
    for (let shared = Math.min(front.length, end.length); shared > 0; shared -= 1) {
      if (front.endsWith(end.slice(0, shared))) yield front + end.slice(shared);
    }
  }
}

function ordersOf(parts: readonly string[]): readonly (readonly string[])[] {
  let orders: readonly (readonly string[])[] = [[]];
  for (const part of parts) {
    orders = orders
      .flatMap((order) =>
        Array.from({ length: order.length + 1 }, (_, at) => order.toSpliced(at, 0, part)),
      )
      .slice(0, ORDERS);
  }
  return orders;
}
