import type { PolicyOrigin } from "../ir/origin.ts";
import type { Direction } from "../ir/policy.ts";
import { toCidrs } from "../sets/address-set.ts";
import { equalTraffic, subtractTraffic, trafficText } from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import type { Decision } from "../verify/evaluate.ts";
import type { EndAnswer, EndVerdict, ReachGroup } from "../verify/end-answers.ts";
import type { Reachability } from "../verify/reachability.ts";
import { decisionText } from "./difference.ts";
import { plural } from "./plural.ts";
import { nameText } from "./walkthrough-text.ts";

/** Who reaches whom before and after, for some groups of pods and for addresses outside: every pair of them. */
export interface ReportReachability {
  /** "samples": there is no inventory of pods, and each group is an example of the pods that a policy is about. */
  readonly basis: "pods" | "workloads" | "samples";
  readonly groups: readonly ReportReachGroup[];
  /** What decides flows, each once. */
  readonly deciders: readonly ReportDecider[];
  /** What one end says of its traffic with some others; each once. */
  readonly answers: readonly (readonly ReportEndAnswer[])[];
  readonly cells: readonly ReportReachCell[];
  /** What there was no room for. */
  readonly leftOut: { readonly groups: number; readonly addresses: number };
}

export type ReportReachGroup =
  | {
      readonly kind: "pods" | "workloads" | "sample";
      readonly namespace: string;
      /** The labels that some policy asks about. */
      readonly labels: Readonly<Record<string, string>>;
      /** The first of them. */
      readonly names: readonly string[];
      readonly count: number;
    }
  | {
      readonly kind: "addresses";
      readonly addresses: string;
      /** True for what is left when all that rules name is taken away. */
      readonly rest: boolean;
    };

export interface ReportDecider {
  readonly text: string;
  /** Position in the report's policies: the source of what decides. */
  readonly policy: number | null;
}

export interface ReportEndAnswer {
  readonly traffic: string;
  readonly before: ReportEndVerdict;
  readonly after: ReportEndVerdict;
}

export interface ReportEndVerdict {
  readonly verdict: EndVerdict["verdict"];
  /** Positions in `deciders`; several where it depends. */
  readonly by: readonly number[];
}

export interface ReportReachCell {
  /** Positions in `groups`. */
  readonly from: number;
  readonly to: number;
  readonly before: ReportPassing;
  readonly after: ReportPassing;
  readonly lost: string | null;
  readonly gained: string | null;
  /** True if some of it depends on conditions that nobody can check. */
  readonly depends: boolean;
  /** Positions in `answers`; null: that end is no pod, and nobody judges there. */
  readonly egress: number | null;
  readonly ingress: number | null;
}

/** What surely passes. */
export interface ReportPassing {
  readonly level: "all" | "some" | "none";
  readonly traffic: string;
}

export interface ReachabilityParts {
  readonly basis: "pods" | "workloads" | "sample";
  readonly reachability: Reachability;
  readonly groupsLeftOut: number;
  /** The policy of the input that a policy of the output came from. */
  readonly sourceOf: (written: PolicyOrigin) => PolicyOrigin | undefined;
  /** The position of a policy of the input in the report. */
  readonly positionOf: (policy: PolicyOrigin) => number | undefined;
}

export function reportReachability(parts: ReachabilityParts): ReportReachability {
  const { groups, cells, addressesLeftOut } = parts.reachability;
  const deciders = new Deciders(parts);
  const answers: (readonly ReportEndAnswer[])[] = [];
  const numbers = new Map<readonly EndAnswer[], number>();
  const answerOf = (
    answer: readonly EndAnswer[] | undefined,
    direction: Direction,
    possible: TrafficSet,
  ): number | null => {
    if (answer === undefined) return null;
    let number = numbers.get(answer);
    if (number === undefined) {
      numbers.set(answer, (number = answers.length));
      answers.push(endAnswers(answer, direction, deciders, possible));
    }
    return number;
  };
  const lastAddresses = groups.findLastIndex(({ kind }) => kind === "addresses");
  return {
    basis: parts.basis === "sample" ? "samples" : parts.basis,
    groups: groups.map((group, at) => reachGroup(group, at === lastAddresses)),
    cells: cells.map(
      ({ from, to, before, after, lost, gained, depends, possible, egress, ingress }) => ({
        from,
        to,
        before: passing(before, possible),
        after: passing(after, possible),
        lost: lost.ranges.length === 0 ? null : shortTraffic(lost, possible),
        gained: gained.ranges.length === 0 ? null : shortTraffic(gained, possible),
        depends,
        egress: answerOf(egress, "egress", possible),
        ingress: answerOf(ingress, "ingress", possible),
      }),
    ),
    answers,
    deciders: deciders.all,
    leftOut: { groups: parts.groupsLeftOut, addresses: addressesLeftOut },
  };
}

/** More names or ranges would bury the rest. */
const SHOWN = 10;

function reachGroup(group: ReachGroup, isLast: boolean): ReportReachGroup {
  if (group.kind === "addresses") {
    return { kind: "addresses", addresses: shortList(toCidrs(group.addresses)), rest: isLast };
  }
  const { kind, namespace, labels, names } = group;
  return { kind, namespace, labels, names: names.slice(0, SHOWN), count: names.length };
}

function passing(traffic: TrafficSet, possible: TrafficSet): ReportPassing {
  const level =
    traffic.ranges.length === 0 ? "none" : equalTraffic(traffic, possible) ? "all" : "some";
  return { level, traffic: shortTraffic(traffic, possible) };
}

function shortTraffic(traffic: TrafficSet, possible: TrafficSet): string {
  if (equalTraffic(traffic, possible)) return "any traffic";
  const parts = trafficText(traffic).split(", ");
  const others = trafficText(subtractTraffic(possible, traffic)).split(", ");
  return others.length * 2 < parts.length ? `all but ${shortList(others)}` : shortList(parts);
}

function shortList(parts: readonly string[]): string {
  if (parts.length <= SHOWN) return parts.join(", ");
  return `${parts.slice(0, SHOWN).join(", ")} and ${String(parts.length - SHOWN)} more`;
}

/** Stretches of traffic that are told one by one. */
const MOST_STRETCHES = 24;

function endAnswers(
  answer: readonly EndAnswer[],
  direction: Direction,
  deciders: Deciders,
  possible: TrafficSet,
): readonly ReportEndAnswer[] {
  const verdict = (
    { verdict: says, by }: EndVerdict,
    side: "source" | "output",
  ): ReportEndVerdict => ({
    verdict: says,
    by: by.map((decision) => deciders.of(decision, direction, side, by.length > 1)),
  });
  // What changes comes first, so that it is not what is left out.
  const sorted = answer.toSorted((a, b) => Number(isSame(a)) - Number(isSame(b)));
  const told = sorted.slice(0, MOST_STRETCHES).map((one) => ({
    traffic: shortTraffic(one.traffic, possible),
    before: verdict(one.before, "source"),
    after: verdict(one.after, "output"),
  }));
  const left = sorted.slice(MOST_STRETCHES);
  const [first] = left;
  if (first === undefined) return told;
  const traffic = `${plural(left.length, "stretch", "stretches")} of traffic more, such as ${shortTraffic(first.traffic, possible)}`;
  return [
    ...told,
    { traffic, before: verdict(first.before, "source"), after: verdict(first.after, "output") },
  ];
}

const isSame = ({ before, after }: EndAnswer): boolean => before.verdict === after.verdict;

/** Numbers what decides by its text. */
class Deciders {
  readonly all: ReportDecider[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #parts: ReachabilityParts;

  constructor(parts: ReachabilityParts) {
    this.#parts = parts;
  }

  of(
    decision: Decision,
    direction: Direction,
    side: "source" | "output",
    depends: boolean,
  ): number {
    const text =
      side === "source" ? sourceDecider(decision, depends) : outputDecider(decision, direction);
    const policy = this.#policyOf(decision, side);
    const key = `${side} ${text}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, (number = this.all.length));
      this.all.push({ text, policy });
    }
    return number;
  }

  #policyOf({ by }: Decision, side: "source" | "output"): number | null {
    if (by.kind === "end-of-tiers" || by.kind === "no-policy") return null;
    const { origin } = by.policy;
    const source = side === "source" ? origin : this.#parts.sourceOf(origin);
    return (source === undefined ? undefined : this.#parts.positionOf(source)) ?? null;
  }
}

function sourceDecider(decision: Decision, depends: boolean): string {
  const { by, verdict } = decision;
  const conditions = depends && by.kind === "rule" ? by.rule.opaque : [];
  const text = decisionText(decision, new Set(conditions));
  return depends ? `${verdict}: ${text}` : text;
}

function outputDecider({ by, verdict }: Decision, direction: Direction): string {
  switch (by.kind) {
    case "rule":
      return `${nameText(by.policy.origin)} ${direction}[${String(by.rule.origin.index)}]`;
    case "end-of-tier":
      return `${nameText(by.policy.origin)} isolates the pod, and no rule allows it`;
    case "end-of-tiers":
    case "no-policy":
      return verdict === "allow" ? "no policy isolates the pod" : "nothing decides it";
    default:
      return by satisfies never;
  }
}
