import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConvertResult } from "../../src/pipeline.ts";
import { documentsText, randomWorld } from "../support/random-calico.ts";
import type { RandomWorld } from "../support/random-calico.ts";
import { judge } from "../support/judge.ts";
import { runCase, streamOf } from "../support/run-convert.ts";

function convert(world: RandomWorld, documents = world.documents): ConvertResult {
  return runCase({
    files: [{ name: "world.yaml", text: documentsText(documents) }],
    inventory: [{ name: "inventory.yaml", text: documentsText(world.inventory) }],
    options: world.podCidr === undefined ? {} : { "pod-cidr": [world.podCidr] },
  });
}

/** Every rule that was read is in the report once, and the counts are those of what is listed. */
function checkSums({ report, source }: ConvertResult): void {
  const { summary, policies } = report;
  const rules = policies.flatMap((policy) => policy.rules);
  const { emitted, redundant, skipped } = summary.rules;
  expect(emitted + redundant + skipped).toBe(rules.length);
  for (const policy of policies) {
    const keys = policy.rules.map(({ direction, index }) => `${direction} ${String(index)}`);
    expect(new Set(keys).size, "one disposition a rule").toBe(keys.length);
  }
  const read = source.tiers
    .flatMap((tier) => tier.policies)
    .reduce(
      (sum, { ingress, egress, inert }) =>
        sum + (ingress?.rules.length ?? 0) + (egress?.rules.length ?? 0) + inert.length,
      0,
    );
  expect(rules.length).toBe(read);
  const { documents } = summary;
  expect(documents.policies + documents.context + documents.ignored + documents.invalid).toBe(
    documents.read,
  );
  expect(Object.values(summary.policies).reduce((sum, count) => sum + count, 0)).toBe(
    policies.length,
  );
}

describe("random small worlds of several tiers", () => {
  it("lets in nothing unasked, and is equal where it says so", () => {
    fc.assert(
      fc.property(randomWorld, (world) => {
        const result = convert(world);
        const refused = result.report.diagnostics.filter(
          ({ severity, code }) => severity === "error" && !code.startsWith("CMP-"),
        );
        expect(refused, "the worlds are valid").toEqual([]);
        checkSums(result);
        judge(result, { limit: 1500 });
      }),
      { numRuns: 120, seed: 11 },
    );
  }, 180_000);

  it("gives the same bytes again, and with the documents shuffled", () => {
    const shuffled = randomWorld.chain((world) =>
      fc
        .shuffledSubarray([...world.documents], { minLength: world.documents.length })
        .map((documents) => ({ world, documents })),
    );
    fc.assert(
      fc.property(shuffled, ({ world, documents }) => {
        const first = streamOf(convert(world));
        expect(streamOf(convert(world))).toBe(first);
        expect(streamOf(convert(world, documents))).toBe(first);
      }),
      { numRuns: 60, seed: 13 },
    );
  }, 60_000);
});
