import { expect } from "vitest";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { PolicySet } from "../../src/ir/policy.ts";
import { evaluate } from "../../src/verify/evaluate.ts";
import type { Answer, Answers, Difference, Proof } from "../../src/verify/proof.ts";
import { prove } from "../../src/verify/prove.ts";
import { DEFAULT_BOUND } from "../../src/verify/universe.ts";
import type { Labels, ProofContext } from "../../src/verify/universe.ts";
import { decisionText, flowText } from "./flow-text.ts";
import { cidrs } from "./ir-builder.ts";

/** What a hand-made proof is given besides the two sets; what is left out is unknown, or not assumed. */
export interface Given {
  /** Labels by namespace; `"unknown"` where they are not known. */
  readonly namespaces?: Readonly<Record<string, Labels | "unknown">>;
  readonly anyNamespace?: boolean;
  readonly podRange?: string;
  readonly targetPodRange?: string;
  readonly assume?: readonly AssumptionCode[];
  readonly seen?: Readonly<Record<string, readonly string[]>>;
  readonly bound?: number;
}

export function contextOf(given: Given = {}): ProofContext {
  const namespaces = new Map<string, Labels | undefined>();
  for (const [name, labels] of Object.entries(given.namespaces ?? {})) {
    const known = labels === "unknown" ? undefined : labels;
    namespaces.set(name, known && { ...known, "kubernetes.io/metadata.name": name });
  }
  const ranges = given.podRange === undefined ? undefined : cidrs(given.podRange);
  return {
    namespaces,
    anyNamespace: given.anyNamespace ?? false,
    podRanges: ranges,
    targetPodRanges: given.targetPodRange === undefined ? ranges : cidrs(given.targetPodRange),
    assumptions: new Set(given.assume ?? []),
    valuesOf: (key) => given.seen?.[key] ?? [],
    bound: given.bound ?? DEFAULT_BOUND,
  };
}

/** A proof of which every flow was judged once more, by the sets themselves. */
export function checkedProof(
  source: PolicySet,
  target: PolicySet,
  context: ProofContext | Given = {},
): Proof {
  const isContext = "valuesOf" in context;
  const proof = prove(source, target, isContext ? context : contextOf(context));
  for (const answers of [proof, ...answersOfAll(proof, source), ...answersOfAll(proof, target)]) {
    for (const [effect, answer] of [
      ["wider", answers.wider],
      ["narrower", answers.narrower],
    ] as const) {
      if (answer.kind === "witness") checkWitness(answer.witness, source, target, effect);
    }
  }
  for (const witness of proof.witnesses) checkWitness(witness, source, target);
  expect(proof.witnesses.length > 0, "a witness for the whole").toBe(
    proof.wider.kind === "witness" || proof.narrower.kind === "witness",
  );
  return proof;
}

function answersOfAll(proof: Proof, set: PolicySet): readonly Answers[] {
  return set.tiers.flatMap(({ policies }) =>
    policies.flatMap((policy) => [
      proof.ofPolicy(policy),
      proof.ofIsolation(policy, "ingress"),
      proof.ofIsolation(policy, "egress"),
      ...[policy.ingress, policy.egress]
        .flatMap((applied) => applied?.rules ?? [])
        .map((rule) => proof.ofRule(rule)),
    ]),
  );
}

function checkWitness(
  { flow, flowAfter, holding, source: before, target: after }: Difference,
  source: PolicySet,
  target: PolicySet,
  effect?: "wider" | "narrower",
): void {
  const decide = (_rule: unknown, condition: Parameters<typeof holding.has>[0]): boolean =>
    holding.has(condition);
  expect(evaluate(source, flow, decide).verdict).toBe(before.verdict);
  expect(evaluate(target, flowAfter, decide).verdict).toBe(after.verdict);
  expect(before.verdict, flowText(flow)).not.toBe(after.verdict);
  if (effect !== undefined) {
    expect(after.verdict, flowText(flow)).toBe(effect === "wider" ? "allow" : "deny");
  }
}

/** `none`, `unknown`, `unsaid`, or the flow and what decides it on either side. */
export function answerText(answer: Answer): string {
  if (answer.kind !== "witness") return answer.kind;
  const { flow, source, target } = answer.witness;
  return `${flowText(flow)}: ${decisionText(source)}; ${decisionText(target)}`;
}
