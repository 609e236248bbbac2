import { describe, expect, it } from "vitest";
import type { PodEndpoint } from "../../src/ir/flow.ts";
import type { Policy } from "../../src/ir/policy.ts";
import { predicateContains } from "../../src/sets/label-predicate.ts";
import { labelIn, withAbsent } from "../../src/sets/label-set.ts";
import { labelsOf } from "../../src/verify/evaluate.ts";
import { NO_FLOW } from "../../src/verify/proof.ts";
import { Ledger } from "../../src/verify/ledger.ts";
import { Slices } from "../../src/verify/slices.ts";
import { policy, policySet, tier } from "../support/ir-builder.ts";

describe("what of a large set counts for one pod", () => {
  const everywhere = policy("everywhere", { ingress: [] });
  const both = policy("both", {
    subject: { "namespace:kubernetes.io/metadata.name": labelIn(["a", "b"]) },
    ingress: [],
  });
  const listed = policy("a/listed", {
    subject: { "pod:app": labelIn(["x", "y"]), "pod:role": labelIn(["1", "2", "3"]) },
    ingress: [],
  });
  const absent = policy("a/absent", {
    subject: { "pod:app": withAbsent(labelIn(["x"]), true) },
    ingress: [],
  });
  const anywhere = policy("anywhere", { subject: { "pod:app": labelIn(["x"]) }, ingress: [] });
  const many = Array.from({ length: 2000 }, (_, at) =>
    policy(`${at % 2 === 0 ? "a" : "c"}/p${String(at)}`, {
      subject: at % 4 === 0 ? {} : { "pod:app": labelIn([`v${String(at % 50)}`]) },
      ingress: [],
    }),
  );
  const set = policySet(
    tier("first", [policy("b/one", { egress: [] }), everywhere, anywhere]),
    tier("second", [...many.slice(0, 1000), both, listed, absent, ...many.slice(1000)]),
  );
  const pod = (namespace: string, labels: Readonly<Record<string, string>>): PodEndpoint => ({
    kind: "pod",
    namespace,
    namespaceLabels: { "kubernetes.io/metadata.name": namespace },
    labels,
    account: { name: "default", labels: {} },
    address: 0n,
    ports: [],
  });
  const pods = ["a", "b", "c", "d"].flatMap((namespace) =>
    [{}, { app: "x" }, { app: "y", role: "2" }, { role: "2" }, { app: "v2", other: "x" }].map(
      (labels) => pod(namespace, labels),
    ),
  );

  it.each(pods)("is everything that selects it, in order: $namespace $labels", (one) => {
    const sliced = new Slices(set).of(one);
    expect(sliced.tiers.map(({ name }) => name)).toEqual(["first", "second"]);
    const selects = ({ subject }: Policy): boolean =>
      predicateContains(subject.pods, labelsOf(one));
    for (const [at, { policies }] of sliced.tiers.entries()) {
      expect(policies.filter(selects)).toEqual(set.tiers[at]?.policies.filter(selects));
      expect(policies.length).toBeLessThan(600);
    }
  });

  it("is all of a small set", () => {
    const small = policySet(tier("only", many.slice(0, 20)));
    expect(new Slices(small).of(pod("b", {}))).toBe(small);
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
