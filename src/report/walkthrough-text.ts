import type { Colors } from "picocolors/types.js";
import { compareText } from "../base/compare.ts";
import { lineAndColumn } from "../diagnostics/source-range.ts";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import { ruleName } from "../ir/origin.ts";
import type { Direction, Policy, Rule, Tier } from "../ir/policy.ts";
import { addressText } from "../sets/address-set.ts";
import type { AnswerCase, FlowAnswer } from "../verify/flow-answer.ts";
import type { PolicyWalk, RuleWalk, TierWalk, Walkthrough } from "../verify/walkthrough.ts";
import { conditionText, failuresText, trafficWords } from "./condition-text.ts";
import { visible } from "./screen.ts";

/** What the policies of one set say of a flow, at each end that is judged. */
export interface SetExplanation {
  /** How people call the set: `source`, or the paths given for it. */
  readonly name: string;
  readonly verdict: FlowAnswer["verdict"];
  readonly ends: readonly {
    readonly direction: Direction;
    /** The pod that is judged, as the user called it. */
    readonly pod: string;
    readonly answer: FlowAnswer;
  }[];
}

export interface Explanation {
  readonly from: string;
  readonly to: string;
  readonly traffic: string;
  readonly sets: readonly SetExplanation[];
  /** Absent when there is one set alone. */
  readonly agreement?: "agree" | "differ" | "cannot tell";
  /** What was taken for granted of the two ends, and what might change the answer. */
  readonly notes: readonly string[];
}

export interface WalkthroughTextOptions {
  readonly colors: Colors;
  readonly verbose: boolean;
}

/** The answer for people: the verdict, the chain that led to it, and with `verbose` all that was asked on the way. */
export function walkthroughText(
  { from, to, traffic, sets, notes, agreement }: Explanation,
  { colors, verbose }: WalkthroughTextOptions,
): string {
  const paint = { allow: colors.green, deny: colors.red, depends: colors.yellow } as const;
  const painted = (verdict: FlowAnswer["verdict"]): string => paint[verdict](verdict);
  const flow = visible(`${from} -> ${to}, ${traffic}`);
  const lines: string[] = [];
  const say = (text: string): void => {
    lines.push(visible(text));
  };
  const several = sets.length > 1;
  const [first] = sets;
  if (several) lines.push(`${colors.bold(agreementText(agreement, sets))}: ${flow}`);
  else if (first !== undefined) lines.push(`${painted(first.verdict)}: ${flow}`);
  for (const note of notes) lines.push(colors.dim(`  given: ${visible(note)}`));
  for (const { name, verdict, ends } of sets) {
    lines.push("");
    if (several) lines.push(`${visible(name)}: ${painted(verdict)}`);
    for (const { direction, pod, answer } of ends) {
      const head = `  ${direction} of ${visible(pod)}: ${painted(answer.verdict)}`;
      const [only] = answer.cases;
      if (only !== undefined && answer.cases.length === 1) {
        lines.push(`${head}  ${visible(chainText(only.walk))}`);
      } else {
        lines.push(head);
        for (const one of answer.cases) {
          const text = `if ${dependence(one, answer)}: ${chainText(one.walk)}`;
          lines.push(`    ${painted(one.walk.decision.verdict)} ${visible(text)}`);
        }
      }
      if (!answer.complete) {
        say("    not everything could be tried: another verdict may be possible");
      }
      for (const { policy, rule } of unsaidOf(answer)) {
        const what = (rule.unsaid ?? []).map((unsaid) => unsaid.what).join(", ");
        say(`    may be allowed yet by ${ruleText(policy, rule)}: ${what}`);
      }
      if (!verbose) continue;
      for (const one of answer.cases) {
        if (answer.cases.length > 1) {
          say("");
          say(`    ${one.walk.decision.verdict} if ${dependence(one, answer)}:`);
        }
        for (const line of detail(one.walk)) say(line);
      }
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

function agreementText(
  agreement: Explanation["agreement"],
  [source, target]: readonly SetExplanation[],
): string {
  switch (agreement) {
    case "agree":
      return `both ${source?.verdict ?? ""}`;
    case "differ":
      return target?.verdict === "allow"
        ? "they differ: denied by the source, allowed from now on"
        : "they differ: allowed by the source, denied from now on";
    case "cannot tell":
    case undefined:
      return "whether they agree depends on what is not known";
  }
}

/** The chain of tiers in one line: `tier platform: pass by ... -> tier default: allow by ...`. */
export function chainText({ tiers, decision }: Walkthrough): string {
  const plain = tiers.every(isWithoutTiers);
  const parts: string[] = [];
  for (const { tier, left } of tiers) {
    const of = plain ? "" : `tier ${tier.name}: `;
    if (left.kind === "passed") parts.push(`${of}pass by ${ruleText(left.policy, left.rule)}`);
    if (left.kind === "default-pass") parts.push(`${of}pass at its end`);
  }
  const { by, verdict } = decision;
  switch (by.kind) {
    case "rule":
      parts.push(
        `${plain ? "" : `tier ${by.tier.name}: `}${verdict} by ${ruleText(by.policy, by.rule)}`,
      );
      break;
    case "end-of-tier":
      parts.push(
        plain
          ? `no rule allows it, and ${policyText(by.policy.origin)} isolates the pod`
          : `tier ${by.tier.name}: deny at its end, no rule matches; ${policyText(by.policy.origin)} isolates the pod`,
      );
      break;
    case "end-of-tiers":
      parts.push(plain ? "no rule decides it" : `${verdict} after the last tier`);
      break;
    case "no-policy":
      parts.push("no policy isolates the pod");
      break;
    default:
      by satisfies never;
  }
  return parts.join(" -> ");
}

/** Not every engine knows tiers: where no policy names one, none is named. */
function isWithoutTiers({ tier }: TierWalk): boolean {
  return tier.policies.every(({ origin }) => origin.tier === undefined);
}

/** What has to be so for this case. */
function dependence({ walk, elsewhere }: AnswerCase, answer: FlowAnswer): string {
  const parts = walk.supposed.map(
    ({ policy, rule, condition, holds }) =>
      `\`${conditionText(condition)}\` of ${ruleText(policy, rule)} ${holds ? "holds" : "does not hold"}`,
  );
  const moved = answer.cases.find((one) => one.elsewhere !== undefined)?.elsewhere;
  const addressOf = (end: "subject" | "peer"): string =>
    addressText((end === "subject" ? walk.flow.subject : walk.flow.peer).address);
  const end = elsewhere?.end ?? moved?.end;
  if (end !== undefined) {
    const judged = walk.flow.direction === "ingress" ? "destination" : "source";
    const other = judged === "source" ? "destination" : "source";
    const which = end === "subject" ? judged : other;
    parts.unshift(`the ${which} has an address such as ${addressOf(end)}`);
  }
  return parts.join(" and ");
}

/** An Allow that may match after all matters only where the verdict is deny. */
function unsaidOf({ cases }: FlowAnswer): Walkthrough["unsaid"] {
  const all = cases.flatMap(({ walk }) => (walk.decision.verdict === "deny" ? walk.unsaid : []));
  return all.filter(({ rule }, at) => all.findIndex((other) => other.rule === rule) === at);
}

function detail(walk: Walkthrough): readonly string[] {
  const lines: string[] = [];
  const plain = walk.tiers.every(isWithoutTiers);
  for (const { tier, policies, left } of walk.tiers) {
    if (!plain) lines.push(`    tier ${tier.name} (${tierFacts(tier)})${tierEnd(left.kind)}`);
    for (const one of policies) if (one.kind === "asked") lines.push(...askedPolicy(one));
    lines.push(...notSelecting(policies, walk));
  }
  return lines;
}

function tierFacts({ order, defaultAction }: Tier): string {
  const last = `default action ${defaultAction}`;
  return order === Infinity ? `no order, ${last}` : `order ${String(order)}, ${last}`;
}

function tierEnd(kind: TierWalk["left"]["kind"]): string {
  return kind === "no-part" ? ": no policy of it selects the pod, so it takes no part" : "";
}

function askedPolicy({ policy, rules }: PolicyWalk & { kind: "asked" }): readonly string[] {
  const head = `      ${policyText(policy.origin)} selects the pod`;
  if (rules.length === 0) return [`${head}; it has no rule in this direction`];
  return [head, ...rules.map((walk) => `        ${ruleLine(walk)}`)];
}

function ruleLine({ rule, answer, failures }: RuleWalk): string {
  const head = `${ruleName(rule.origin)} ${rule.action} (${placeText(rule.origin.place)})`;
  if (answer === "matches") {
    return rule.action === "log"
      ? `${head} matches; a log decides nothing`
      : `${head} matches: ${trafficWords(rule.traffic)}`;
  }
  const part =
    answer === "own-side"
      ? "the pod's own side"
      : answer === "peer"
        ? "the other end"
        : answer === "traffic"
          ? "the traffic"
          : "a condition";
  return `${head} does not match, by ${part}: ${failuresText(failures)}`;
}

/** Policies of other namespaces are too many to name, and nobody expects them here. */
function notSelecting(policies: readonly PolicyWalk[], { flow }: Walkthrough): readonly string[] {
  const lines: string[] = [];
  let elsewhere = 0;
  const others = policies
    .filter((one) => one.kind !== "asked")
    .sort((a, b) => compareText(a.policy.origin.name, b.policy.origin.name));
  for (const one of others) {
    const { origin } = one.policy;
    if (origin.namespace !== undefined && origin.namespace !== flow.subject.namespace)
      elsewhere += 1;
    else if (one.kind === "other-direction") {
      lines.push(`      ${policyText(origin)} says nothing of ${flow.direction}`);
    } else {
      const why = failuresText(one.failures);
      lines.push(`      ${policyText(origin)} does not select the pod: ${why}`);
    }
  }
  if (elsewhere > 0) {
    const what = elsewhere === 1 ? "1 policy" : `${String(elsewhere)} policies`;
    lines.push(`      ${what} of other namespaces`);
  }
  // Parts of one document may have the same to say.
  return [...new Set(lines)];
}

/** `NetworkPolicy shop/web ingress[0] (policies/web.yaml:12)`. */
export function ruleText({ origin }: Policy, rule: Rule): string {
  return `${nameText(origin)} ${ruleName(rule.origin)} (${placeText(rule.origin.place)})`;
}

function policyText(origin: PolicyOrigin): string {
  return `${nameText(origin)} (${placeText(origin.place)})`;
}

export function nameText({ kind, namespace, name }: PolicyOrigin): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

export function placeText({ document, offset }: SourcePlace): string {
  const { line } = lineAndColumn(document.file, offset);
  return `${document.file.name}:${String(line)}`;
}
