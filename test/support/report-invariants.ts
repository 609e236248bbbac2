import { expect } from "vitest";
import type { ConvertResult } from "../../src/pipeline.ts";

/** What holds of every report: each document and rule ends in one disposition, and each count is that of what is listed. */
export function checkReport({ report, source, objects }: ConvertResult): void {
  const { summary, policies, inputs } = report;
  const rules = policies.flatMap((policy) => policy.rules);
  const { emitted, redundant, skipped } = summary.rules;
  expect(emitted + redundant + skipped, "rules").toBe(rules.length);
  for (const policy of policies) {
    const keys = policy.rules.map(({ direction, index }) => `${direction} ${String(index)}`);
    expect(new Set(keys).size, "one disposition a rule").toBe(keys.length);
  }
  for (const { disposition, emittedAs, path } of rules) {
    if (disposition !== "emitted") expect(emittedAs, `${path} is ${disposition}`).toEqual([]);
  }

  // Rules of the model that share an origin are parts of one rule of the source.
  const read = new Set(
    source.tiers
      .flatMap((tier) => tier.policies)
      .flatMap(({ ingress, egress, inert }) =>
        [...(ingress?.rules ?? []), ...(egress?.rules ?? []), ...inert].map(({ origin }) => origin),
      ),
  ).size;
  const nameOf = (policy: { kind: string; namespace?: string | null; name: string }): string =>
    `${policy.kind} ${policy.namespace ?? ""}/${policy.name}`;
  const placed = new Set(
    source.tiers.flatMap((tier) => tier.policies.map(({ origin }) => nameOf(origin))),
  );
  const unplaced = policies
    .filter(({ source: of }) => !placed.has(nameOf(of)))
    .reduce((sum, policy) => sum + policy.rules.length, 0);
  expect(rules.length, "rules read").toBe(read + unplaced);

  const { documents } = summary;
  expect(
    documents.policies + documents.context + documents.ignored + documents.invalid,
    "documents",
  ).toBe(documents.read);
  expect(inputs.reduce((sum, input) => sum + input.documents, 0)).toBe(documents.read);
  expect(documents.policies, "policies").toBe(policies.length);
  expect(
    Object.values(summary.policies).reduce((sum, count) => sum + count, summary.unproved),
  ).toBe(policies.length);

  expect(summary.emitted).toBe(objects.length);
  const listed = policies.flatMap((policy) => policy.emitted.map(({ file }) => file));
  expect([...listed].sort()).toEqual(objects.map(({ file }) => file).sort());
}
