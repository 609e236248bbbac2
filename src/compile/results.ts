import { fitted } from "../base/fitted.ts";
import type { AssumptionCode } from "../ir/assumption.ts";
import type { PolicyOrigin, RuleOrigin } from "../ir/origin.ts";
import { ruleName } from "../ir/origin.ts";
import type { IsolationResult, Outcome, PolicyResult, RuleResult, Witness } from "../ir/outcome.ts";
import { worstOutcome } from "../ir/outcome.ts";
import type { Action, Direction, Policy, Rule } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import { ANY_ADDRESS } from "../sets/address-set.ts";
import type { Box } from "../sets/box.ts";
import { ANY_PEER, ANY_TRAFFIC_BOX } from "../sets/box.ts";
import type { Cube } from "../sets/cube.ts";
import type { Assembled, Placement } from "./assemble.ts";
import { NO_DIFFERENCE, assumptionsOf } from "./claim.ts";
import type { Facts } from "./facts.ts";
import type { Isolation } from "./isolation.ts";
import { hasUnsaid } from "./draft-rule.ts";
import type { LoweredPolicy, LoweredRule } from "./lower-direction.ts";
import type { LocalPolicy } from "./local.ts";
import { namespacesNamed } from "./local.ts";
import { DISPOSITIONS, mergeRuleResults } from "./merge-rules.ts";
import type { SourcePolicy } from "./source-policy.ts";
import { writesBlocks } from "./say-rule.ts";
import { isOtherTraffic } from "./say-traffic.ts";
import type { Cause } from "./term.ts";
import { witnessOf } from "./witness.ts";

/** What became of a source policy in one namespace. */
export interface PolicyInNamespace {
  readonly namespace: string;
  /** Its parts, as far as they select pods of the namespace. */
  readonly lowered: Readonly<Record<Direction, readonly LoweredPolicy[]>>;
  /** True for a Kubernetes policy of the input that is written as it is. */
  readonly kept: boolean;
  readonly assembled: Assembled;
}

export interface JudgedPolicy {
  readonly result: PolicyResult;
  /** What became of each rule of the model; `result` has them by the rules of the source. */
  readonly ofRule: ReadonlyMap<Rule, RuleResult>;
}

/** A policy as people call it. */
export function policyName(origin: PolicyOrigin): string {
  const name = origin.namespace === undefined ? origin.name : `${origin.namespace}/${origin.name}`;
  return `${origin.kind} ${name}`;
}

export function causeName({ policy, rule }: Cause): string {
  const name = policyName(policy.policy.origin);
  if (rule === undefined) return `${name} (the end of its tier)`;
  return `${name} ${ruleName(rule.rule.origin)}`;
}

/** The outcome of one rule in one namespace: nothing but what its set differences say. */
function outcomeOf(rule: LoweredRule): Outcome {
  if (rule.gained.left !== undefined) return "widened";
  if (rule.lost.left !== undefined) return "narrowed";
  if (rule.disposition !== "redundant" && hasUnsaid(rule.local)) return "narrowed";
  return restsOn(rule) ? "conditional" : "exact";
}

const restsOn = (rule: LoweredRule): boolean =>
  rule.lost.needed.length > 0 ||
  rule.gained.needed.length > 0 ||
  (rule.disposition === "emitted" && rule.local.rule.assumptions.length > 0);

function assumptions(rule: LoweredRule, facts: Facts): readonly AssumptionCode[] {
  const blocks = rule.said !== undefined && writesBlocks(rule.said);
  return [
    ...assumptionsOf([...rule.lost.needed, ...rule.gained.needed], facts, blocks),
    ...(rule.disposition === "emitted" ? rule.local.rule.assumptions : []),
  ];
}

function ruleWitness(
  rule: LoweredRule,
  namespace: string,
  { podRanges }: Facts,
): Witness | undefined {
  const { direction } = rule.local.rule.origin;
  const own = causeName({ policy: rule.local.policy, rule: rule.local });
  const gained = rule.gained.left;
  if (gained !== undefined) {
    const cause = rule.because[0];
    const by = cause === undefined ? "no rule allows it" : causeName(cause);
    const target = { verdict: "allow", by: own } as const;
    return witnessOf(gained, direction, namespace, { verdict: "deny", by }, target, podRanges);
  }
  const lost = rule.lost.left;
  if (lost === undefined) return undefined;
  const by = rule.local.rule.action === "allow" ? own : "no rule decides it";
  const nothing = { verdict: "deny", by: "no NetworkPolicy allows it" } as const;
  return witnessOf(lost, direction, namespace, { verdict: "allow", by }, nothing, podRanges);
}

interface RulePlace {
  readonly namespace: string;
  readonly rule: LoweredRule;
  readonly placements: readonly Placement[];
}

const NOTHING: readonly never[] = [];

/** A rule that came out as it went in, in the one namespace that it concerns: what most rules are. */
function plainResult(rule: Rule, { rule: lowered, placements }: RulePlace): RuleResult | undefined {
  if (lowered.lost !== NO_DIFFERENCE || lowered.gained !== NO_DIFFERENCE) return undefined;
  if (lowered.because.length > 0 || hasUnsaid(lowered.local)) return undefined;
  const assumed = lowered.disposition === "emitted" ? rule.assumptions : NOTHING;
  return {
    rule: rule.origin,
    action: rule.action,
    disposition: lowered.disposition,
    outcome: assumed.length > 0 ? "conditional" : "exact",
    emittedAs: placements,
    because: NOTHING,
    assumptions: assumed,
    losesOnlyOther: false,
  };
}

/** One result for a rule that was lowered in several namespaces: the worst of them, shown by its first place. */
function ruleResult(rule: Rule, places: readonly RulePlace[], facts: Facts): RuleResult {
  const [only] = places;
  if (only !== undefined && places.length === 1) {
    const plain = plainResult(rule, only);
    if (plain !== undefined) return plain;
  }
  const outcomes = places.map((one) => outcomeOf(one.rule));
  const outcome = worstOutcome(outcomes);
  const worst = places[outcomes.indexOf(outcome)];
  const witness = worst === undefined ? undefined : ruleWitness(worst.rule, worst.namespace, facts);
  const lost = places.flatMap(
    ({
      rule: {
        lost: { left, outside },
      },
    }) => (left === undefined || outside === undefined ? [] : [outside]),
  );
  return {
    rule: rule.origin,
    action: rule.action,
    disposition:
      DISPOSITIONS.find((one) => places.some(({ rule: lowered }) => lowered.disposition === one)) ??
      "redundant",
    outcome,
    emittedAs: places.flatMap((one) => one.placements),
    because: (worst?.rule.because ?? NOTHING).map(({ policy, rule: local }) => ({
      policy: policy.policy.origin,
      ...(local === undefined ? {} : { rule: local.rule.origin }),
    })),
    assumptions: unique(places.flatMap((one) => assumptions(one.rule, facts))),
    losesOnlyOther:
      lost.length > 0 &&
      !places.some((one) => hasUnsaid(one.rule.local)) &&
      lost.every((box) => isOtherTraffic(box.traffic.numbers)),
    ...(witness === undefined ? {} : { witness }),
  };
}

function isolationResult(isolations: readonly Isolation[]): IsolationResult {
  if (isolations.some((one) => one.open.length > 0 || one.unsure.length > 0)) return "less";
  if (isolations.every((one) => one.source.length === 0 && one.said.length === 0)) return "none";
  if (
    isolations.some(
      (one) =>
        one.over.length + one.spare.length > 0 || (one.source.length === 0 && one.said.length > 0),
    )
  ) {
    return "more";
  }
  return "same";
}

/** A flow of a pod that is isolated without need, or left open although the source isolated it. */
function isolationWitness(
  labels: Cube,
  direction: Direction,
  namespace: string,
  verdicts: readonly [source: Witness["source"], target: Witness["target"]],
): Witness {
  const [peer] = ANY_PEER;
  const subject = { kind: "pod", labels, addresses: ANY_ADDRESS } as const;
  const box: Box = { subject, peer: peer ?? subject, traffic: ANY_TRAFFIC_BOX };
  return witnessOf(box, direction, namespace, ...verdicts);
}

function isolationWitnesses(inNamespaces: readonly PolicyInNamespace[]): readonly Witness[] {
  const found: Witness[] = [];
  for (const { namespace, lowered } of inNamespaces) {
    for (const direction of DIRECTIONS) {
      for (const { isolation, local } of lowered[direction])
        found.push(...witnessesOfIsolation(isolation, local, direction, namespace));
    }
  }
  return found;
}

function witnessesOfIsolation(
  isolation: Isolation,
  { policy: { origin }, certain }: LocalPolicy,
  direction: Direction,
  namespace: string,
): readonly Witness[] {
  const found: Witness[] = [];
  const { spare } = isolation;
  for (const labels of [...isolation.over, ...spare].slice(0, 1)) {
    const by =
      spare.includes(labels) && !certain
        ? "no policy, unless it selects that namespace"
        : "no policy selects such a pod";
    const unrelated = { verdict: "allow", by } as const;
    found.push(
      isolationWitness(labels, direction, namespace, [
        unrelated,
        { verdict: "deny", by: "isolated too" },
      ]),
    );
  }
  for (const labels of [...isolation.open, ...isolation.unsure].slice(0, 1)) {
    const denied = {
      verdict: "deny",
      by: isolation.open.includes(labels) ? "no rule allows it" : policyName(origin),
    } as const;
    found.push(
      isolationWitness(labels, direction, namespace, [
        denied,
        { verdict: "allow", by: "left open" },
      ]),
    );
  }
  return found;
}

const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];

/** True if the policy may select pods of namespaces that are not covered: then its outcome rests on there being none. */
export function restsOnNamespaces(policy: Policy): boolean {
  return policy.subject.pods.length > 0 && namespacesNamed(policy) === undefined;
}

/** The result of a source policy, out of what became of it in each namespace that it can select. */
export function judgePolicy(
  { origin, parts }: SourcePolicy,
  inNamespaces: readonly PolicyInNamespace[],
  facts: Facts,
): JudgedPolicy {
  const ofRule = new Map<Rule, RuleResult>();
  const inert: RuleResult[] = [];
  const isolation: Record<Direction, IsolationResult> = { ingress: "none", egress: "none" };
  const kept = inNamespaces.some((one) => one.kept);
  const outcomes: Outcome[] = [];
  let leftOut = false;
  let byValues = false;
  for (const direction of DIRECTIONS) {
    const isolations: Isolation[] = [];
    for (const part of parts) {
      const source = part[direction];
      if (source === undefined) continue;
      const all = inNamespaces.flatMap((one) => {
        const own = one.lowered[direction].find(({ local }) => local.policy === part);
        return own === undefined ? [] : [{ ...one, own }];
      });
      for (const { own } of all) isolations.push(own.isolation);
      // INVARIANT: a lowered direction has every rule of the policy, in source order.
      source.rules.forEach((rule, index) => {
        const places: RulePlace[] = [];
        for (const { namespace, own, assembled } of all) {
          const lowered = own.rules[index];
          if (lowered === undefined) continue;
          const placements = assembled.placements.get(lowered) ?? NOTHING;
          places.push({ namespace, rule: lowered, placements });
        }
        const result = ruleResult(rule, places, facts);
        leftOut ||= result.disposition === "skipped";
        outcomes.push(result.outcome);
        ofRule.set(rule, result);
      });
    }
    if (!parts.some((part) => part[direction] !== undefined)) continue;
    const result = isolationResult(isolations);
    isolation[direction] = result;
    if (result === "less") outcomes.push("widened");
    // A kept policy may isolate pods that a Pass handed on to be allowed: what that loses, if anything, is lost by the Pass.
    const isSpare = isolations.some(({ spare }) => spare.length > 0);
    if (result === "more" && (!kept || isSpare)) outcomes.push("narrowed");
    leftOut ||= result === "less";
    byValues ||= isolations.some((one) => one.byValues);
  }
  for (const part of parts) {
    for (const rule of part.inert) inert.push(inertResult(rule.origin, rule.action));
  }
  const rules = mergeRuleResults([...ofRule.values(), ...inert]);

  const own: AssumptionCode[] = [];
  if (
    parts.some((part) => restsOnNamespaces(part) && (part.ingress ?? part.egress) !== undefined)
  ) {
    own.push("namespaces");
  }
  for (const { assumptions: resting } of parts) if (resting !== undefined) own.push(...resting);
  if (byValues) own.push("subject-values");
  if (own.length > 0) outcomes.push("conditional");
  const objects = fitted(inNamespaces.flatMap(({ assembled }) => assembled.objects));
  const outcome = worstOutcome(outcomes);
  const result: PolicyResult = {
    policy: origin,
    disposition: objects.length > 0 || kept ? "emitted" : leftOut ? "skipped" : "redundant",
    outcome,
    isolation,
    objects,
    rules: fitted(rules),
    assumptions:
      outcome === "exact"
        ? NOTHING
        : unique([...own, ...rules.flatMap((rule) => rule.assumptions)]),
    witnesses:
      outcome === "exact"
        ? NOTHING
        : [...isolationWitnesses(inNamespaces), ...rules.flatMap((rule) => rule.witness ?? [])],
  };
  return { result, ofRule };
}

function inertResult(rule: RuleOrigin, action: Action): RuleResult {
  return {
    rule,
    action,
    disposition: "redundant",
    outcome: "exact",
    emittedAs: NOTHING,
    because: NOTHING,
    assumptions: NOTHING,
    losesOnlyOther: false,
  };
}
