import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { AccountLabels } from "../inventory/account-labels.ts";
import { accountCondition } from "../inventory/account-labels.ts";
import type { RuleResult } from "../ir/outcome.ts";
import type { Rule } from "../ir/policy.ts";
import type { Cube, LabelConstraint } from "../sets/cube.ts";
import { ACCOUNT_NAME, constraintOf, cubeText } from "../sets/cube.ts";
import { compileDiagnostics } from "./diagnostics.ts";
import type { Facts } from "./facts.ts";

/** Which labels are written in the place of a service account: nobody could tell it from the output. One finding each. */
export function accountFindings(
  { peer, origin }: Rule,
  { disposition }: RuleResult,
  { accounts }: Facts,
): readonly Diagnostic[] {
  if (accounts.size === 0 || disposition !== "emitted") return [];
  const found = new Set<AccountLabels>();
  for (const box of peer) {
    const account = box.kind === "pod" ? accountCondition(box.labels) : undefined;
    const known = account === undefined ? undefined : accounts.get(cubeText(account));
    if (known !== undefined) found.add(known);
  }
  return [...found].map(({ account, labels }) =>
    compileDiagnostics.create("CMP-R014", {
      at: origin.place,
      account: accountWords(account),
      labels: labels.constraints.map(labelWords).join(", "),
    }),
  );
}

function accountWords(of: Cube): string {
  const names = constraintOf(of, ACCOUNT_NAME);
  if (names === undefined) return "the service accounts that are selected";
  const listed = names.values.map((name) => `\`${name}\``).join(", ");
  if (names.complement) return `every service account but ${listed}`;
  return names.values.length === 1
    ? `the service account ${listed}`
    : `the service accounts ${listed}`;
}

function labelWords({ key, set: { values, complement } }: LabelConstraint): string {
  const name = key.slice("pod:".length);
  if (complement) return `\`${name}\` not in (${values.join(", ")})`;
  return values.length === 1
    ? `\`${name}=${String(values[0])}\``
    : `\`${name}\` in (${values.join(", ")})`;
}
