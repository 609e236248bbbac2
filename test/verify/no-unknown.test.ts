import { describe, expect, it } from "vitest";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import { ASSUMPTIONS } from "../../src/ir/assumption.ts";
import type { ConvertResult } from "../../src/pipeline.ts";
import { prove } from "../../src/verify/prove.ts";
import { proofContext } from "../../src/verify/universe.ts";
import {
  deniesBeforeAllows,
  narrowedPolicies,
  overlappingPolicies,
  plainCiliumPolicies,
  plainPolicies,
  tieredPolicies,
} from "../bench/policies.js";
import { corpusInputs } from "../support/corpus-inputs.ts";
import { goldenCases } from "../support/golden.ts";
import { readBack, runCase, streamOf } from "../support/run-convert.ts";
import type { CaseInput } from "../support/run-convert.ts";

const ENGINES = ["calico", "cilium"] as const;
const EVERYTHING = new Set(Object.keys(ASSUMPTIONS) as AssumptionCode[]);

/** The questions without an answer when the output is compared with its source, with nothing assumed and with everything. */
function unanswered(result: ConvertResult): number {
  const written = readBack(streamOf(result));
  return [new Set<AssumptionCode>(), EVERYTHING]
    .map((assumed) => prove(result.source, written, proofContext(result.snapshot, assumed)))
    .reduce((sum, { counts }) => sum + counts.unknown, 0);
}

/** Names of the cases in which something is not answered, with rules left out or with rules cut. */
function unknownIn(cases: readonly (readonly [string, CaseInput])[]): readonly string[] {
  return cases.flatMap(([name, { files, inventory, options }]) =>
    (["skip", "compile"] as const)
      .filter((actions) => {
        const result = runCase({ files, inventory, options: { ...options, actions } });
        return unanswered(result) > 0;
      })
      .map((actions) => `${name}, ${actions}`),
  );
}

describe("no question is left without an answer", () => {
  it.each(ENGINES)("in the golden cases of %s", (engine) => {
    const cases = goldenCases(engine).map(({ name, input }) => [name, input] as const);
    expect(cases.length).toBeGreaterThan(50);
    expect(unknownIn(cases)).toEqual([]);
  });

  it.each(ENGINES)(
    "in the corpus of %s",
    (engine) => {
      expect(unknownIn(corpusInputs(engine))).toEqual([]);
    },
    240_000,
  );

  it.each<readonly [string, string]>([
    ["plain policies", plainPolicies(300)],
    ["plain policies of Cilium", plainCiliumPolicies(300)],
    ["policies that lose something", narrowedPolicies(300)],
    ["policies that overlap, with 20 keys", overlappingPolicies(100, 20)],
    ["policies that overlap, with 40 keys", overlappingPolicies(100, 40)],
    ["five tiers, a tenth of it Deny and Pass", tieredPolicies(300, 0.1)],
    ["five tiers, half of it Deny and Pass", tieredPolicies(300, 0.5)],
    ["Denies before Allows", deniesBeforeAllows(40)],
  ])("in the shapes of the benchmark: %s", (name, text) => {
    const files = [{ name: "policies.yaml", text }];
    expect(unknownIn([[name, { files, inventory: [], options: {} }]])).toEqual([]);
  });
});
