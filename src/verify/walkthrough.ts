import { invariant } from "../base/invariant.ts";
import type { Endpoint, Flow, PodEndpoint } from "../ir/flow.ts";
import type {
  OpaqueCondition,
  Policy,
  PolicySet,
  Rule,
  Tier,
  TrafficPredicate,
} from "../ir/policy.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { addressSetContains } from "../sets/address-set.ts";
import type { PeerBox, PodBox } from "../sets/box.ts";
import type { Cube, LabelKey } from "../sets/cube.ts";
import type { LabelPredicate } from "../sets/label-predicate.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { labelSetContains } from "../sets/label-set.ts";
import { decideKnown, evaluate, labelsOf } from "./evaluate.ts";
import type { Decision, DecideOpaque, RuleAnswer } from "./evaluate.ts";

/*
 * The way to a verdict, for people: which policies select the pod and which do not and why, which rules were asked and
 * what kept each from matching, and how each tier was left.
 *
 *   (a) `evaluate` gives the verdict and says which rules it asked and what they answered; nothing is decided here.
 *   (b) The tiers, policies and rules up to the decision are told again in their order, each with its reason.
 *   (c) A condition that the flow does not settle is supposed to hold or not; each verdict that some supposition leads
 *       to is a reading of its own, told with the fewest suppositions.
 */

/** One thing that a rule or policy asks for and that the flow does not have. */
export type Mismatch =
  | {
      readonly kind: "label";
      readonly key: LabelKey;
      readonly wanted: LabelSet;
      readonly has: string | undefined;
    }
  | { readonly kind: "address"; readonly wanted: AddressSet; readonly has: bigint }
  /** It is met by pods alone, and the other end is none. */
  | { readonly kind: "needs-pod"; readonly labels: Cube }
  /** It is met by addresses of other things than pods, and the other end is a pod. */
  | { readonly kind: "needs-no-pod"; readonly wanted: AddressSet }
  | { readonly kind: "traffic"; readonly wanted: TrafficPredicate }
  | {
      readonly kind: "condition";
      readonly condition: OpaqueCondition;
      readonly because: "flow" | "supposed";
    }
  /** Nothing meets it. */
  | { readonly kind: "nothing" };

/** All of the mismatches of one alternative; with several alternatives none of them is met. */
export type Failure = readonly Mismatch[];

export interface RuleWalk {
  readonly rule: Rule;
  readonly answer: RuleAnswer;
  /** Empty if it matches; otherwise why each alternative fails, the nearest miss first. */
  readonly failures: readonly Failure[];
}

export type PolicyWalk =
  | { readonly kind: "asked"; readonly policy: Policy; readonly rules: readonly RuleWalk[] }
  /** It says nothing in the direction of the flow. */
  | { readonly kind: "other-direction"; readonly policy: Policy }
  | {
      readonly kind: "not-selected";
      readonly policy: Policy;
      readonly failures: readonly Failure[];
    };

export interface TierWalk {
  readonly tier: Tier;
  /** In order, up to the decision. */
  readonly policies: readonly PolicyWalk[];
  readonly left: TierEnd;
}

export type TierEnd =
  /** No policy of it selects the pod in this direction: it is not there for this flow. */
  | { readonly kind: "no-part" }
  | { readonly kind: "decided" }
  | { readonly kind: "passed"; readonly policy: Policy; readonly rule: Rule }
  /** No rule decided, and the tier's default action hands on. */
  | { readonly kind: "default-pass" }
  /** Rules were asked and none decided, and none of its policies isolates the pod. */
  | { readonly kind: "undecided" };

/** What was taken for granted of a condition that nobody can check. */
export interface Supposition {
  readonly policy: Policy;
  readonly rule: Rule;
  readonly condition: OpaqueCondition;
  readonly holds: boolean;
}

/** An Allow that was asked and matches flows besides that nobody can say: this one may be among them. */
export interface UnsaidAllow {
  readonly policy: Policy;
  readonly rule: Rule;
}

export interface Walkthrough {
  readonly flow: Flow;
  readonly decision: Decision;
  /** Up to the tier that decided. */
  readonly tiers: readonly TierWalk[];
  readonly supposed: readonly Supposition[];
  readonly unsaid: readonly UnsaidAllow[];
}

export interface Readings {
  /** At least one for each verdict that is possible; where there are two, each way that leads to one of them. */
  readonly walks: readonly Walkthrough[];
  /** False if there were more suppositions than could be tried, and one verdict alone was found. */
  readonly complete: boolean;
}

/** How many suppositions are tried for one flow. */
const READINGS = 256;

/** The way to the verdict, given what the conditions are that nobody can check. */
export function walkthrough(set: PolicySet, flow: Flow, decideOpaque: DecideOpaque): Walkthrough {
  const answers = new Map<Rule, RuleAnswer>();
  const supposed = new Map<OpaqueCondition, { readonly rule: Rule; readonly holds: boolean }>();
  // (a)
  const decision = evaluate(
    set,
    flow,
    (rule, condition) => {
      const holds = decideOpaque(rule, condition, flow);
      supposed.set(condition, { rule, holds });
      return holds;
    },
    (step) => {
      if (step.kind === "rule") answers.set(step.rule, step.answer);
    },
  );
  // (b)
  const tiers: TierWalk[] = [];
  const policyOf = new Map<Rule, Policy>();
  for (const tier of set.tiers) {
    const walk = walkTier(tier, flow, decision, answers);
    tiers.push(walk);
    for (const one of walk.policies) {
      if (one.kind === "asked") for (const { rule } of one.rules) policyOf.set(rule, one.policy);
    }
    if (walk.left.kind === "decided") break;
  }
  invariant(policyOf.size === answers.size, "the walkthrough and the verdict asked other rules");
  const policyFor = (rule: Rule): Policy => {
    const policy = policyOf.get(rule);
    invariant(policy !== undefined, "a rule was asked that no policy has");
    return policy;
  };
  return {
    flow,
    decision,
    tiers,
    supposed: [...supposed].map(([condition, { rule, holds }]) => ({
      policy: policyFor(rule),
      rule,
      condition,
      holds,
    })),
    unsaid: [...answers].flatMap(([rule, answer]) =>
      answer !== "matches" && rule.action === "allow" && (rule.unsaid?.length ?? 0) > 0
        ? [{ policy: policyFor(rule), rule }]
        : [],
    ),
  };
}

/** Each verdict that is possible, with the suppositions found that lead to it. */
export function readings(set: PolicySet, flow: Flow): Readings {
  const found: Walkthrough[] = [];
  const todo: ReadonlyMap<OpaqueCondition, boolean>[] = [new Map()];
  let tried = 0;
  for (let given = todo.shift(); given !== undefined; given = todo.shift()) {
    if (tried === READINGS) break;
    tried += 1;
    // (c) What is asked first is supposed not to hold; each such answer is turned round in a reading of its own.
    const answers = new Map(given);
    found.push(
      walkthrough(set, flow, (_, condition) => {
        let holds = answers.get(condition);
        if (holds === undefined) {
          todo.push(new Map(answers).set(condition, true));
          answers.set(condition, (holds = false));
        }
        return holds;
      }),
    );
  }
  const ways = (["allow", "deny"] as const).map((verdict) =>
    fewest(found.filter(({ decision }) => decision.verdict === verdict)),
  );
  const isOpen = ways.every((those) => those.length > 0);
  return {
    walks: ways.flatMap((those) => (isOpen ? those : those.slice(0, 1))),
    complete: isOpen || todo.length === 0,
  };
}

/** The walks but for those that suppose all that another one does, and more; those that suppose least come first. */
function fewest(walks: readonly Walkthrough[]): readonly Walkthrough[] {
  const kept: Walkthrough[] = [];
  for (const walk of [...walks].sort((a, b) => a.supposed.length - b.supposed.length)) {
    const isMore = kept.some((other) =>
      other.supposed.every(({ condition, holds }) =>
        walk.supposed.some((one) => one.condition === condition && one.holds === holds),
      ),
    );
    if (!isMore) kept.push(walk);
  }
  return kept;
}

function walkTier(
  tier: Tier,
  flow: Flow,
  { by }: Decision,
  answers: ReadonlyMap<Rule, RuleAnswer>,
): TierWalk {
  const policies: PolicyWalk[] = [];
  let isolates = false;
  let wasAsked = false;
  for (const policy of tier.policies) {
    const applied = policy[flow.direction];
    if (applied === undefined) {
      policies.push({ kind: "other-direction", policy });
      continue;
    }
    const failures = subjectFailures(policy.subject.pods, flow.subject);
    if (failures.length > 0) {
      policies.push({ kind: "not-selected", policy, failures });
      continue;
    }
    isolates ||= applied.isolates;
    wasAsked = true;
    const rules: RuleWalk[] = [];
    policies.push({ kind: "asked", policy, rules });
    for (const rule of applied.rules) {
      const answer = answers.get(rule);
      invariant(answer !== undefined, "a rule before the decision was not asked");
      rules.push({ rule, answer, failures: ruleFailures(rule, answer, flow) });
      if (by.kind === "rule" && by.rule === rule) {
        return { tier, policies, left: { kind: "decided" } };
      }
      if (answer === "matches" && rule.action === "pass") {
        return { tier, policies, left: { kind: "passed", policy, rule } };
      }
    }
  }
  const left = isolates
    ? tier.defaultAction === "deny"
      ? "decided"
      : "default-pass"
    : wasAsked
      ? "undecided"
      : "no-part";
  return { tier, policies, left: { kind: left } };
}

function subjectFailures(of: LabelPredicate, pod: PodEndpoint): readonly Failure[] {
  if (of.length === 0) return [[{ kind: "nothing" }]];
  const failures = of.map((cube) => labelMismatches(cube, pod));
  return failures.some((failure) => failure.length === 0) ? [] : nearestFirst(failures);
}

function labelMismatches({ constraints }: Cube, pod: PodEndpoint): readonly Mismatch[] {
  const valueOf = labelsOf(pod);
  return constraints.flatMap(({ key, set }): readonly Mismatch[] => {
    const has = valueOf(key);
    return labelSetContains(set, has) ? [] : [{ kind: "label", key, wanted: set, has }];
  });
}

function ruleFailures(rule: Rule, answer: RuleAnswer, flow: Flow): readonly Failure[] {
  if (typeof answer !== "string") {
    const because = decideKnown(answer, flow) === undefined ? "supposed" : "flow";
    return [[{ kind: "condition", condition: answer, because }]];
  }
  switch (answer) {
    case "matches":
      return [];
    case "own-side":
      return endpointFailures(rule.subjectOnly ?? [], flow.subject);
    case "peer":
      return endpointFailures(rule.peer, flow.peer);
    case "traffic":
      return [[{ kind: "traffic", wanted: rule.traffic }]];
    default:
      return answer satisfies never;
  }
}

/** Why the endpoint lies in none of the boxes. Those that could not hold it by nature are named only if there is no other. */
function endpointFailures(
  boxes: readonly (PeerBox | PodBox)[],
  endpoint: Endpoint,
): readonly Failure[] {
  if (boxes.length === 0) return [[{ kind: "nothing" }]];
  const alike = boxes.filter(({ kind }) => kind === endpoint.kind);
  const failures = (alike.length > 0 ? alike : boxes).map((box): Failure => {
    if (box.kind === "pod" && endpoint.kind === "pod") {
      return [...labelMismatches(box.labels, endpoint), ...addressMismatch(box, endpoint.address)];
    }
    if (box.kind === "pod") return [{ kind: "needs-pod", labels: box.labels }];
    if (endpoint.kind === "pod") return [{ kind: "needs-no-pod", wanted: box.addresses }];
    return addressMismatch(box, endpoint.address);
  });
  return nearestFirst(failures);
}

function addressMismatch({ addresses }: PeerBox, has: bigint): readonly Mismatch[] {
  return addressSetContains(addresses, has) ? [] : [{ kind: "address", wanted: addresses, has }];
}

function nearestFirst(failures: readonly Failure[]): readonly Failure[] {
  return [...failures].sort((a, b) => a.length - b.length);
}
