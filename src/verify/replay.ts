import { InternalError } from "../base/invariant.ts";
import type { Endpoint, Flow, PodEndpoint } from "../ir/flow.ts";
import type { Direction, OpaqueCondition, Rule } from "../ir/policy.ts";
import { ALL_PORTS, trafficContains } from "../sets/traffic-set.ts";
import type { Decision } from "./evaluate.ts";
import type { Variables } from "./facts.ts";
import { fewestLabels } from "./fewest-labels.ts";
import { podOf } from "./point.ts";
import type { Point } from "./point.ts";
import type { Decider, Difference } from "./proof.ts";
import type { Slices } from "./slices.ts";
import { addressesMove } from "./universe.ts";
import type { ProofContext } from "./universe.ts";

/** Tries flows on `evaluate`: whatever a proof says is held to it before anyone sees it. */
export class Replay {
  readonly #source: Slices;
  readonly #target: Slices;
  readonly #direction: Direction;
  readonly #variables: Variables;
  readonly #moved: boolean;

  constructor(
    source: Slices,
    target: Slices,
    direction: Direction,
    variables: Variables,
    context: ProofContext,
  ) {
    this.#source = source;
    this.#target = target;
    this.#direction = direction;
    this.#variables = variables;
    this.#moved = addressesMove(context);
  }

  /** What both sets say of a point. */
  judge(point: Point): Difference {
    const flow = flowOf(point, this.#direction, point.subjectAt, point.peerAt);
    const flowAfter = this.#moved
      ? flowOf(point, this.#direction, point.subjectAfter, point.peerAfter)
      : flow;
    return this.#judgeFlows(flow, flowAfter, point);
  }

  /** The difference at a point, without the labels that it does not need. */
  confirm(point: Point, allowedBy: "source" | "target"): Difference {
    const found = this.judge(point);
    if (!differs(found, allowedBy)) {
      throw new InternalError(
        `a proof gives a flow that does not bear it out: ${describe(found.flow)}`,
      );
    }
    return this.#withFewestLabels(found, point);
  }

  /** The last Pass that handed the flow on, on the side that allows it at the end. */
  lastPass(found: Difference, side: "source" | "target"): Rule | undefined {
    const slices = side === "source" ? this.#source : this.#target;
    const flow = side === "source" ? found.flow : found.flowAfter;
    let pass: Rule | undefined;
    slices.judge(
      flow,
      (_rule, condition) => found.holding.has(condition),
      found.holding,
      (step) => {
        if (step.kind === "next-tier" && step.rule !== undefined) pass = step.rule;
      },
    );
    return pass;
  }

  #judgeFlows(flow: Flow, flowAfter: Flow, point: Point): Difference {
    const all = new Set<OpaqueCondition>();
    for (const variable of point.facts) {
      for (const condition of this.#variables.conditionsOf(variable)) all.add(condition);
    }
    const holding = new Set<OpaqueCondition>();
    const decide = (_rule: Rule, condition: OpaqueCondition): boolean => {
      const holds = all.has(condition);
      if (holds) holding.add(condition);
      return holds;
    };
    const source = this.#source.judge(flow, decide, all);
    const target = this.#target.judge(flowAfter, decide, all);
    return { flow, flowAfter, source, target, holding };
  }

  #withFewestLabels(found: Difference, point: Point): Difference {
    let best = found;
    for (const end of ["subject", "peer"] as const) {
      const pod = found.flow[end];
      if (pod.kind !== "pod") continue;
      fewestLabels(pod.labels, (labels) => {
        const shorter = this.#judgeFlows(
          withLabels(best.flow, end, labels),
          withLabels(best.flowAfter, end, labels),
          point,
        );
        const isSame = isSameDifference(shorter, best, this.#direction);
        if (isSame) best = shorter;
        return isSame;
      });
    }
    return best;
  }
}

export function differs({ source, target }: Difference, allowedBy: "source" | "target"): boolean {
  const [allowing, denying] = allowedBy === "source" ? [source, target] : [target, source];
  return allowing.verdict === "allow" && denying.verdict === "deny";
}

/** What decided: undefined where nothing did, and the flow reached the end. */
export function deciderOf({ by }: Decision, direction: Direction): Decider | undefined {
  switch (by.kind) {
    case "rule":
      return by.rule;
    case "end-of-tier":
      return by.policy[direction];
    case "end-of-tiers":
    case "no-policy":
      return undefined;
    default:
      return by satisfies never;
  }
}

function isSameDifference(a: Difference, b: Difference, direction: Direction): boolean {
  return (["source", "target"] as const).every(
    (side) =>
      a[side].verdict === b[side].verdict &&
      deciderOf(a[side], direction) === deciderOf(b[side], direction),
  );
}

function describe({ direction, subject, peer, protocol, value }: Flow): string {
  const other = peer.kind === "pod" ? `a pod of ${peer.namespace}` : "an address";
  return `${direction}, a pod of ${subject.namespace} and ${other}, protocol ${String(protocol)}, ${String(value)}`;
}

// ---------------------------------------------------------------- flows

function flowOf(point: Point, direction: Direction, subjectAt: bigint, peerAt: bigint): Flow {
  const protocol = Math.floor(point.traffic / 65536);
  const value = point.traffic % 65536;
  const withPorts = trafficContains(ALL_PORTS, point.traffic);
  const sourcePort = point.sourcePort % 65536;
  const portsOf = (end: "subject" | "peer"): PodEndpoint["ports"] =>
    [...point.facts].flatMap((variable) => {
      if (variable.kind !== "port-name" || variable.end !== end || !withPorts) return [];
      const port = variable.of === "destination" ? value : sourcePort;
      return [{ name: variable.name, protocol, port }];
    });
  const peer: Endpoint =
    point.peer === undefined
      ? { kind: "address", address: peerAt }
      : podOf(point.peer, peerAt, portsOf("peer"));
  return {
    direction,
    subject: podOf(point.subject, subjectAt, portsOf("subject")),
    peer,
    protocol,
    value: withPorts || ICMPS.includes(protocol) ? value : 0,
    ...(withPorts ? { sourcePort } : {}),
  };
}

const ICMPS: readonly number[] = [1, 58];

function withLabels(flow: Flow, end: "subject" | "peer", labels: PodEndpoint["labels"]): Flow {
  const pod = flow[end];
  return pod.kind === "pod" ? { ...flow, [end]: { ...pod, labels } } : flow;
}
