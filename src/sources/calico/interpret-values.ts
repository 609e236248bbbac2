import type { Report } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import { isLabelValue, isObjectName } from "../../inventory/label-syntax.ts";
import { calicoMeaningDiagnostics } from "./interpret-diagnostics.ts";
import type { EntityRule } from "./model.ts";
import type { Selector, SelectorNode } from "./selector/ast.ts";

interface ImpossibleValue {
  readonly label: string;
  readonly value: string;
}

const NONE: readonly ImpossibleValue[] = [];
const found = new WeakMap<Selector, readonly ImpossibleValue[]>();

/** Values of labels, and names of service accounts, that the API server would refuse. */
function isImpossible(value: string): boolean {
  return !isLabelValue(value) && !isObjectName(value);
}

function collect(node: SelectorNode, into: ImpossibleValue[]): void {
  switch (node.kind) {
    case "equals":
      if (isImpossible(node.value)) into.push(node);
      return;
    case "in":
      for (const value of node.values)
        if (isImpossible(value)) into.push({ label: node.label, value });
      return;
    case "not":
      collect(node.operand, into);
      return;
    case "and":
    case "or":
      for (const operand of node.operands) collect(operand, into);
      return;
    case "has":
    case "text":
    case "all":
    case "global":
      return;
  }
}

function impossibleValues(selector: Selector): readonly ImpossibleValue[] {
  let values = found.get(selector);
  if (values === undefined) {
    const collected: ImpossibleValue[] = [];
    collect(selector.root, collected);
    values = collected.length === 0 ? NONE : collected.slice(0, 3);
    found.set(selector, values);
  }
  return values;
}

type WithSelectors = Partial<
  Pick<EntityRule, "selector" | "notSelector" | "namespaceSelector" | "accounts">
> & {
  readonly serviceAccountSelector?: Selector;
};

/** Says of comparisons that no endpoint can ever pass that they are such; the first three of a selector. */
export function reportImpossibleValues(
  owner: WithSelectors,
  at: SourcePlace,
  report: Report,
): void {
  const { selector, notSelector, namespaceSelector, serviceAccountSelector, accounts } = owner;
  for (const each of [
    selector,
    notSelector,
    namespaceSelector,
    serviceAccountSelector,
    accounts?.selector,
  ]) {
    if (each === undefined) continue;
    for (const { label, value } of impossibleValues(each)) {
      report(calicoMeaningDiagnostics.create("CAL-S103", { at, label, value: value.slice(0, 80) }));
    }
  }
}
