import { describe, expect, it } from "vitest";
import { labelIn } from "../../src/sets/label-set.ts";
import { NO_FLOW } from "../../src/verify/proof.ts";
import { Ledger } from "../../src/verify/ledger.ts";
import { Slices } from "../../src/verify/slices.ts";
import { policy, policySet, tier } from "../support/ir-builder.ts";

describe("what of a large set counts in one namespace", () => {
  const everywhere = policy("everywhere", { ingress: [] });
  const both = policy("both", {
    subject: { "namespace:kubernetes.io/metadata.name": labelIn(["a", "b"]) },
    ingress: [],
  });
  const many = Array.from({ length: 2000 }, (_, at) =>
    policy(`${at % 2 === 0 ? "a" : "c"}/p${String(at)}`, { ingress: [] }),
  );
  const set = policySet(
    tier("first", [policy("b/one", { egress: [] }), everywhere]),
    tier("second", [...many.slice(0, 1000), both, ...many.slice(1000)]),
  );

  it("is what may select its pods, in the order of the set, in every tier", () => {
    const slices = new Slices(set);
    const namesIn = (namespace: string): readonly (readonly string[])[] =>
      slices.of(namespace).tiers.map(({ policies }) => policies.map(({ origin }) => origin.name));
    for (const namespace of ["a", "b", "c", "d", "a"]) {
      const wanted = set.tiers.map(({ policies }) =>
        policies
          .filter(({ origin }) =>
            origin.namespace === undefined
              ? origin.name !== "both" || "ab".includes(namespace)
              : origin.namespace === namespace,
          )
          .map(({ origin }) => origin.name),
      );
      expect(namesIn(namespace)).toEqual(wanted);
    }
    expect(namesIn("a")[1]).toHaveLength(1001);
    expect(slices.of("b").tiers.map(({ name }) => name)).toEqual(["first", "second"]);
  });

  it("is all of a small set", () => {
    const small = policySet(tier("only", many.slice(0, 20)));
    expect(new Slices(small).of("b")).toBe(small);
  });
});

describe("proved answers", () => {
  it("are tried on a flow: the first few, and a few of all", () => {
    const ledger = new Ledger();
    const tried: number[] = [];
    for (let question = 1; question <= 1500; question += 1) {
      if (ledger.countQuestion(NO_FLOW)) tried.push(question);
    }
    expect(tried.slice(0, 64)).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
    expect(tried.slice(64)).toEqual([499, 998, 1497]);
    expect(ledger.proof().counts).toMatchObject({ questions: 1500, none: 1500, unknown: 0 });
  });
});
