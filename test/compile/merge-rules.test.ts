import { describe, expect, it } from "vitest";
import { mergeRuleResults } from "../../src/compile/merge-rules.ts";
import type { RuleOrigin } from "../../src/ir/origin.ts";
import type { RuleResult } from "../../src/ir/outcome.ts";

const place = {
  document: { file: { name: "a.yaml", text: "" }, index: 0, offset: 0 },
  offset: 0,
  path: "",
};
const origin = (direction: RuleOrigin["direction"], index: number): RuleOrigin => ({
  direction,
  index,
  place,
});

const result = (rule: RuleOrigin, parts: Partial<RuleResult> = {}): RuleResult => ({
  rule,
  action: "allow",
  disposition: "emitted",
  outcome: "exact",
  emittedAs: [],
  because: [],
  assumptions: [],
  losesOnlyOther: false,
  ...parts,
});

describe("the results of the parts of a rule", () => {
  const one = origin("ingress", 0);

  it("are those of the rule where it has one part", () => {
    const only = result(one, { outcome: "narrowed" });
    expect(mergeRuleResults([only])).toEqual([only]);
    expect(mergeRuleResults([])).toEqual([]);
  });

  it("have the worst outcome, and are emitted if one part is", () => {
    const [merged, ...more] = mergeRuleResults([
      result(one, { disposition: "redundant", outcome: "exact", assumptions: ["namespaces"] }),
      result(one, { disposition: "emitted", outcome: "conditional", assumptions: ["pod-range"] }),
      result(one, {
        disposition: "skipped",
        outcome: "narrowed",
        assumptions: ["pod-range"],
        losesOnlyOther: true,
      }),
    ]);
    expect(more).toEqual([]);
    expect(merged).toMatchObject({
      disposition: "emitted",
      outcome: "narrowed",
      assumptions: ["namespaces", "pod-range"],
      losesOnlyOther: true,
    });
  });

  it("are skipped rather than redundant where none is emitted", () => {
    const [merged] = mergeRuleResults([
      result(one, { disposition: "redundant" }),
      result(one, { disposition: "skipped", outcome: "narrowed" }),
    ]);
    expect(merged?.disposition).toBe("skipped");
    const [both] = mergeRuleResults([
      result(one, { disposition: "redundant" }),
      result(one, { disposition: "redundant" }),
    ]);
    expect(both?.disposition).toBe("redundant");
  });

  it("lose nothing but other protocols only if each part that loses something does", () => {
    const losing = (losesOnlyOther: boolean): RuleResult =>
      result(one, { outcome: "narrowed", losesOnlyOther });
    const merged = (...parts: readonly RuleResult[]): boolean | undefined =>
      mergeRuleResults(parts)[0]?.losesOnlyOther;
    expect(merged(losing(true), losing(true))).toBe(true);
    expect(merged(losing(true), losing(false))).toBe(false);
    expect(merged(losing(true), result(one))).toBe(true);
    expect(merged(result(one), result(one))).toBe(false);
  });

  it("come in source order where parts of rules stand apart", () => {
    const rules = [
      origin("ingress", 2),
      origin("ingress", 0),
      origin("egress", 1),
      origin("egress", 0),
    ];
    const order = mergeRuleResults(rules.map((rule) => result(rule))).map(
      ({ rule }) => `${rule.direction}[${String(rule.index)}]`,
    );
    expect(order).toEqual(["ingress[0]", "ingress[2]", "egress[0]", "egress[1]"]);
  });
});
