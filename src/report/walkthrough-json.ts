import { lineAndColumn } from "../diagnostics/source-range.ts";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { Policy, Rule } from "../ir/policy.ts";
import { addressText } from "../sets/address-set.ts";
import type { AnswerCase, FlowAnswer } from "../verify/flow-answer.ts";
import type { PolicyWalk, RuleWalk, TierWalk } from "../verify/walkthrough.ts";
import { conditionText, failuresText } from "./condition-text.ts";
import { chainText } from "./walkthrough-text.ts";
import type { Explanation } from "./walkthrough-text.ts";

/** The answer as JSON, ending in a newline: everything that the text says, verbose or not. */
export function walkthroughJson(
  { from, to, traffic, agreement, notes, sets }: Explanation,
  tool: { readonly name: string; readonly version: string },
): string {
  const value = {
    schemaVersion: 1,
    tool,
    flow: { from, to, traffic },
    agreement: agreement ?? null,
    notes,
    sets: sets.map(({ name, verdict, ends }) => ({
      name,
      verdict,
      ends: ends.map(({ direction, pod, answer }) => ({ direction, pod, ...answerValue(answer) })),
    })),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function answerValue({ verdict, complete, cases }: FlowAnswer): object {
  return { verdict, complete, cases: cases.map(caseValue) };
}

function caseValue({ walk, elsewhere }: AnswerCase): object {
  const { decision, supposed, unsaid, tiers, flow } = walk;
  const { by } = decision;
  return {
    verdict: decision.verdict,
    chain: chainText(walk),
    decidedBy: {
      kind: by.kind,
      tier: "tier" in by ? by.tier.name : null,
      policy: "policy" in by ? policyValue(by.policy.origin) : null,
      rule: by.kind === "rule" ? ruleValue(by.rule) : null,
    },
    supposing: supposed.map(({ policy, rule, condition, holds }) => ({
      condition: conditionText(condition),
      code: condition.code,
      holds,
      ...placed(policy, rule),
    })),
    addresses: {
      subject: addressText(flow.subject.address),
      peer: addressText(flow.peer.address),
      differsAt: elsewhere?.end ?? null,
    },
    mayMatchBesides: unsaid.map(({ policy, rule }) => ({
      what: (rule.unsaid ?? []).map((one) => one.what),
      ...placed(policy, rule),
    })),
    tiers: tiers.map(tierValue),
  };
}

function tierValue({ tier, policies, left }: TierWalk): object {
  return {
    name: tier.name,
    order: tier.order === Infinity ? null : tier.order,
    defaultAction: tier.defaultAction,
    end: left.kind,
    policies: policies.map(policyWalkValue),
  };
}

function policyWalkValue(walk: PolicyWalk): object {
  const policy = policyValue(walk.policy.origin);
  switch (walk.kind) {
    case "asked":
      return { ...policy, selects: true, why: null, rules: walk.rules.map(ruleWalkValue) };
    case "not-selected":
      return { ...policy, selects: false, why: failuresText(walk.failures), rules: [] };
    case "other-direction":
      return { ...policy, selects: false, why: "says nothing of this direction", rules: [] };
    default:
      return walk satisfies never;
  }
}

function ruleWalkValue({ rule, answer, failures }: RuleWalk): object {
  const matches = answer === "matches";
  return {
    ...ruleValue(rule),
    matches,
    fails: matches ? null : typeof answer === "string" ? answer : "condition",
    why: matches ? null : failuresText(failures),
  };
}

function placed(policy: Policy, rule: Rule): object {
  return { policy: policyValue(policy.origin), rule: ruleValue(rule) };
}

function policyValue({ engine, kind, namespace, name, place }: PolicyOrigin): object {
  return { engine, kind, namespace: namespace ?? null, name, ...placeValue(place) };
}

function ruleValue({ action, origin: { direction, index, place } }: Rule): object {
  return { direction, index, action, path: place.path, ...placeValue(place) };
}

function placeValue({ document, offset }: SourcePlace): object {
  return { file: document.file.name, ...lineAndColumn(document.file, offset) };
}
