import type { Endpoint, Flow, PodEndpoint } from "../ir/flow.ts";
import type {
  OpaqueCondition,
  Policy,
  PolicySet,
  PortNaming,
  PortRange,
  Rule,
  Tier,
} from "../ir/policy.ts";
import { addressSetContains } from "../sets/address-set.ts";
import type { PeerBox, PodBox } from "../sets/box.ts";
import { ACCOUNT_NAME, cubeContains, NAMESPACE_NAME } from "../sets/cube.ts";
import type { LabelKey } from "../sets/cube.ts";
import { predicateContains } from "../sets/label-predicate.ts";
import { SCTP, TCP, trafficContains, trafficPoint, UDP } from "../sets/traffic-set.ts";

/*
 * The meaning of a PolicySet: the verdict of one flow, by walking tiers, policies and rules in order. Slow, obvious and
 * pointwise on purpose: it asks sets only whether one value belongs to them. Everything else that reasons about policies
 * is held to this file, and this file is held to verdicts recorded from the engines (testdata/vectors).
 *
 *   For each tier in order, as the subject and the direction of the flow see it:
 *     (a) the policies that count are those that select the subject and apply in the direction;
 *     (b) each rule of them, in order: if it does not match, or says Log, go on with the next one;
 *     (c) Allow and Deny decide; Pass leaves the tier at once for the next one;
 *     (d) if no rule decided and one of the policies isolates the subject, the tier's default action holds: Deny decides,
 *         Pass goes on to the next tier. A tier without such a policy does not exist for this subject and direction.
 *   (e) What reaches the end is allowed: Calico's profile of the namespace allows all, and a pod that no policy isolates
 *       is open in Kubernetes and Cilium.
 *
 * (calico: app-policy/checker/check.go, felix/rules/endpoints.go)
 */

export interface Decision {
  readonly verdict: "allow" | "deny";
  readonly by: DecidedBy;
}

export type DecidedBy =
  | { readonly kind: "rule"; readonly tier: Tier; readonly policy: Policy; readonly rule: Rule }
  /** No rule of the tier decided; `policy` is the last one there that isolates the subject. */
  | { readonly kind: "end-of-tier"; readonly tier: Tier; readonly policy: Policy }
  /** Every tier that took part handed the flow on. */
  | { readonly kind: "end-of-tiers" }
  /** No tier took part: nothing isolates the subject in this direction, and no rule decided. */
  | { readonly kind: "no-policy" };

/** What was asked on the way, in order, for those who explain a verdict. */
export type Step =
  | {
      readonly kind: "rule";
      readonly tier: Tier;
      readonly policy: Policy;
      readonly rule: Rule;
      readonly answer: RuleAnswer;
    }
  /** The tier handed the flow on, after a Pass of the rule or by its default action. */
  | { readonly kind: "next-tier"; readonly tier: Tier; readonly rule?: Rule };

/** Whether a rule matches, and if not, which part of it the flow fails first. */
export type RuleAnswer = "matches" | "own-side" | "peer" | "traffic" | OpaqueCondition;

/** Says whether a condition holds that the model cannot decide. */
export type DecideOpaque = (rule: Rule, condition: OpaqueCondition, flow: Flow) => boolean;

export function evaluate(
  set: PolicySet,
  flow: Flow,
  decideOpaque: DecideOpaque,
  trace?: (step: Step) => void,
): Decision {
  let tookPart = false;

  nextTier: for (const tier of set.tiers) {
    let isolating: Policy | undefined;

    for (const policy of tier.policies) {
      const applied = policy[flow.direction];
      if (applied === undefined) continue;
      if (!predicateContains(policy.subject.pods, labelsOf(flow.subject))) continue; // (a)
      if (applied.isolates) isolating = policy;

      for (const rule of applied.rules) {
        const answer = ask(rule, flow, decideOpaque);
        trace?.({ kind: "rule", tier, policy, rule, answer });
        if (answer !== "matches") continue; // (b)
        switch (rule.action) {
          case "log":
            continue;
          case "allow":
          case "deny": // (c)
            return { verdict: rule.action, by: { kind: "rule", tier, policy, rule } };
          case "pass":
            tookPart = true;
            trace?.({ kind: "next-tier", tier, rule });
            continue nextTier;
          default:
            return rule.action satisfies never;
        }
      }
    }

    if (isolating === undefined) continue; // (d)
    tookPart = true;
    if (tier.defaultAction === "deny") {
      return { verdict: "deny", by: { kind: "end-of-tier", tier, policy: isolating } };
    }
    trace?.({ kind: "next-tier", tier });
  }

  return { verdict: "allow", by: { kind: tookPart ? "end-of-tiers" : "no-policy" } }; // (e)
}

/** All parts of a rule must hold. */
function ask(rule: Rule, flow: Flow, decideOpaque: DecideOpaque): RuleAnswer {
  const { subject, peer } = flow;
  if (rule.subjectOnly !== undefined && !rule.subjectOnly.some((box) => podIn(box, subject))) {
    return "own-side";
  }
  if (!rule.peer.some((box) => endpointIn(box, peer))) return "peer";
  if (!trafficMatches(rule, flow)) return "traffic";
  for (const condition of rule.opaque) {
    if (!(decideKnown(condition, flow) ?? decideOpaque(rule, condition, flow))) return condition;
  }
  return "matches";
}

function endpointIn(box: PeerBox, endpoint: Endpoint): boolean {
  if (box.kind === "pod") return endpoint.kind === "pod" && podIn(box, endpoint);
  return endpoint.kind === "address" && addressSetContains(box.addresses, endpoint.address);
}

function podIn(box: PodBox, pod: PodEndpoint): boolean {
  return cubeContains(box.labels, labelsOf(pod)) && addressSetContains(box.addresses, pod.address);
}

/** A port by number, or by the name under which the destination pod knows it. */
function trafficMatches(rule: Rule, flow: Flow): boolean {
  const point = trafficPoint(flow.protocol, flow.value);
  return (
    trafficContains(rule.traffic.numbers, point) ||
    rule.traffic.named.some(
      ({ name, protocols }) =>
        trafficContains(protocols, point) &&
        callsPort(destinationOf(flow), flow.protocol, flow.value, name),
    )
  );
}

/**
 * The answer to a condition that the flow's own facts decide; undefined where they do not: the source port was not
 * given, or nothing is known about the condition at all. A condition that goes by the names of some endpoints only is
 * left open here, so that proofs, which take it for unknown, and the verdicts that they are held to are of one mind.
 */
export function decideKnown(condition: OpaqueCondition, flow: Flow): boolean | undefined {
  const isOpen = condition.kind !== "unknown" && condition.naming !== undefined;
  return isOpen ? undefined : decideNamed(condition, flow);
}

/** The same, and the answer to those conditions too. */
export function decideNamed(condition: OpaqueCondition, flow: Flow): boolean | undefined {
  switch (condition.kind) {
    case "source-port": {
      if (!hasPorts(flow.protocol)) return condition.negated;
      const port = flow.sourcePort;
      if (port === undefined) return undefined;
      const listed =
        condition.ports.some((range: PortRange) => range.first <= port && port <= range.last) ||
        condition.names.some((name) =>
          callsPort(sourceOf(flow), flow.protocol, port, name, condition.naming),
        );
      return listed !== condition.negated;
    }
    case "excluded-named-port":
      return !isDestinationCalled(condition, flow);
    case "destination-port":
      return (
        trafficContains(condition.numbers, trafficPoint(flow.protocol, flow.value)) ||
        isDestinationCalled(condition, flow)
      );
    case "unknown":
      return undefined;
    default:
      return condition satisfies never;
  }
}

function isDestinationCalled(
  { names, naming }: { readonly names: readonly string[]; readonly naming?: PortNaming },
  flow: Flow,
): boolean {
  const destination = destinationOf(flow);
  return names.some((name) => callsPort(destination, flow.protocol, flow.value, name, naming));
}

/** By one of its own names, or at its address by one that a host there gives the port. */
function callsPort(
  endpoint: Endpoint,
  protocol: number,
  port: number,
  name: string,
  naming?: PortNaming,
): boolean {
  const isCalled = (is: { name: string; protocol: number; port: number }): boolean =>
    is.name === name && is.protocol === protocol && is.port === port;
  const atHost = naming?.hosts.some(
    (host) => isCalled(host) && addressSetContains(host.addresses, endpoint.address),
  );
  if (atHost === true) return true;
  if (endpoint.kind !== "pod" || !endpoint.ports.some(isCalled)) return false;
  return naming?.pods === undefined || predicateContains(naming.pods, labelsOf(endpoint));
}

function destinationOf(flow: Flow): Endpoint {
  return flow.direction === "ingress" ? flow.subject : flow.peer;
}

function sourceOf(flow: Flow): Endpoint {
  return flow.direction === "ingress" ? flow.peer : flow.subject;
}

function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === SCTP;
}

/** Reads a label of a pod by whose label it is. Undefined stands for ABSENT. */
export function labelsOf(pod: PodEndpoint): (key: LabelKey) => string | undefined {
  return (key) => {
    if (key === NAMESPACE_NAME) return pod.namespace;
    if (key === ACCOUNT_NAME) return pod.account.name;
    const colon = key.indexOf(":");
    const name = key.slice(colon + 1);
    switch (key.slice(0, colon)) {
      case "namespace":
        return own(pod.namespaceLabels, name);
      case "account":
        return own(pod.account.labels, name);
      default:
        return own(pod.labels, name);
    }
  };
}

/** A label may be called `constructor` or `__proto__`. */
function own(labels: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}
