import type { Flow } from "../../src/ir/flow.ts";
import type { Policy, PolicySet, Rule, Tier } from "../../src/ir/policy.ts";
import type { Decision } from "../../src/verify/evaluate.ts";
import { predicateContains } from "../../src/sets/label-predicate.ts";
import { decideNamed, evaluate, labelsOf } from "../../src/verify/evaluate.ts";
import { possibleDecisions } from "../support/compare-sets.ts";
import { decisionText, flowText } from "../support/flow-text.ts";
import type { RecordedDecider, RecordedWorld, Recording } from "./recording.ts";
import { columnReader } from "./recording.ts";
import { flowOf } from "./world.ts";
import type { ReadWorld } from "./world.ts";

/** Flows that hang on what the model does not know, by the code of what that is. */
export type Undecided = Map<string, number>;

export interface Replayed {
  readonly flows: number;
  /** Flows of which verdict and decider are the recorded ones; the verdict alone where a condition is open. */
  readonly same: number;
  readonly undecided: Undecided;
  readonly wrong: readonly WrongFlow[];
}

/** `redirect`: a proxy or an authentication decides, by what a flow does not say. */
export type RecordedVerdict = Decision["verdict"] | "redirect";

const VERDICTS: readonly RecordedVerdict[] = ["deny", "allow", "redirect"];

export interface WrongFlow {
  readonly flow: Flow;
  /** The peer's `id` in the recording. */
  readonly peer: string;
  readonly recorded: RecordedVerdict;
  readonly ours: readonly Decision["verdict"][];
  /** World, flow, both verdicts and both deciders. */
  readonly text: string;
}

/** Judges every flow of a world and holds verdict and decider to the recorded ones. */
export function replayWorld(
  world: RecordedWorld,
  { set, endpoint }: ReadWorld,
  columns: Recording["columns"],
): Replayed {
  const column = columnReader(columns);
  const undecided: Undecided = new Map();
  const wrong: WrongFlow[] = [];
  let same = 0;
  for (const row of world.flows) {
    const flow = flowOf(row, column, endpoint);
    const verdict = VERDICTS[column(row, "verdict")] ?? "deny";
    const decider = world.deciders[column(row, "decider")];
    const answer = answerOf(set, flow, verdict, decider);
    if (answer === "same") same += 1;
    else if (answer.kind === "undecided") {
      undecided.set(answer.code, (undecided.get(answer.code) ?? 0) + 1);
    } else {
      const ours = answer.decisions.map(decisionText).join(" or ");
      wrong.push({
        flow,
        peer: idOf(world, column(row, "peer")),
        recorded: verdict,
        ours: answer.decisions.map((one) => one.verdict),
        text: `${world.name}: ${flowText(flow)}\n  recorded: ${verdict} by ${deciderText(decider)}\n  ours:     ${ours}`,
      });
    }
  }
  return { flows: world.flows.length, same, undecided, wrong };
}

function idOf({ pods, externals }: RecordedWorld, index: number): string {
  return (pods[index] ?? externals[index - pods.length])?.id ?? "";
}

type Answer =
  | "same"
  | { readonly kind: "undecided"; readonly code: string }
  | { readonly kind: "wrong"; readonly decisions: readonly Decision[] };

function answerOf(
  set: PolicySet,
  flow: Flow,
  verdict: RecordedVerdict,
  decider: RecordedDecider | undefined,
): Answer {
  let asked: string | undefined;
  const decision = evaluate(set, flow, (_rule, condition) => {
    const known = decideNamed(condition, flow);
    if (known === undefined) asked ??= condition.code;
    return known ?? false;
  });
  if (asked === undefined) {
    if (decision.verdict === verdict && isDecider(decider, decision)) return "same";
    // An Allow says of itself that it matches more than the model can tell.
    const code = unsaidIn(set, flow, decider);
    if (verdict !== "deny" && code !== undefined) return { kind: "undecided", code };
    return { kind: "wrong", decisions: [decision] };
  }
  const decisions = possibleDecisions(set, flow);
  // What is left to a proxy has to be open in the model too.
  const isPossible =
    verdict === "redirect"
      ? decisions.length === 2
      : decisions.some((one) => one.verdict === verdict);
  if (!isPossible) return { kind: "wrong", decisions };
  // With one verdict under every reading only the decider is open.
  return decisions.length === 1 ? "same" : { kind: "undecided", code: asked };
}

/** True if the engine names the same tier, policy and rule, or none. */
function isDecider(decider: RecordedDecider | undefined, { by }: Decision): boolean {
  switch (decider?.outcome) {
    case undefined:
      return true;
    case "rule":
      return by.kind === "rule" && isRule(decider, by.tier, by.policy, by.rule);
    case "end-of-tier":
      return by.kind === "end-of-tier" && isTier(decider, by.tier);
    case "profile":
      return by.kind === "end-of-tiers" || by.kind === "no-policy";
  }
}

function isTier({ tier }: RecordedDecider, { name }: Tier): boolean {
  return tier === undefined || tier === name;
}

/** A stored policy of the default tier carries the tier's name before its own, which our readers take off. */
function isRule(decider: RecordedDecider, tier: Tier, { origin }: Policy, rule: Rule): boolean {
  return (
    isTier(decider, tier) &&
    decider.kind === origin.kind &&
    decider.namespace === origin.namespace &&
    (decider.name === origin.name || decider.name === `default.${origin.name}`) &&
    decider.rule === rule.origin.index
  );
}

/** Why an Allow may match more than the model says: the deciding one, or any for the subject where that is not known. */
function unsaidIn(
  set: PolicySet,
  { direction, subject }: Flow,
  decider: RecordedDecider | undefined,
): string | undefined {
  if (decider !== undefined && decider.outcome !== "rule") return undefined;
  for (const tier of set.tiers) {
    for (const policy of tier.policies) {
      if (!predicateContains(policy.subject.pods, labelsOf(subject))) continue;
      for (const rule of policy[direction]?.rules ?? []) {
        const [unsaid] = rule.unsaid ?? [];
        if (unsaid === undefined) continue;
        if (decider === undefined || isRule(decider, tier, policy, rule)) return unsaid.code;
      }
    }
  }
  return undefined;
}

function deciderText(decider: RecordedDecider | undefined): string {
  switch (decider?.outcome) {
    case undefined:
      return "nobody knows what";
    case "rule": {
      const { kind = "", namespace, name = "", rule, tier = "" } = decider;
      const place = namespace === undefined ? name : `${namespace}/${name}`;
      return `${kind} ${place} rule ${String(rule)} of tier ${tier}`;
    }
    case "end-of-tier":
      return `the end of tier ${decider.tier ?? ""}`;
    case "profile":
      return "the end of all tiers";
  }
}
