import type { KnownPod, Snapshot } from "../../inventory/snapshot.ts";
import type { Diagnostic, Report } from "../../diagnostics/diagnostic.ts";
import type { RuleOrigin } from "../../ir/origin.ts";
import type { OpaqueCondition, Rule, Subject } from "../../ir/policy.ts";
import { fitted } from "../../base/fitted.ts";
import { ANY_ADDRESS } from "../../sets/address-set.ts";
import { ANY_PEER, type PeerBox } from "../../sets/box.ts";
import { ACCOUNT_NAME, cubeContains, NAMESPACE_NAME, type Cube } from "../../sets/cube.ts";
import type { LabelKey } from "../../sets/cube.ts";
import { complementPredicate } from "../../sets/label-predicate.ts";
import { ANY_TRAFFIC, NO_TRAFFIC } from "../../sets/traffic-set.ts";
import type { ConflictFinder } from "./interpret-conflicts.ts";
import { peerTerms } from "./interpret-labels.ts";
import { Remarks, type ConditionCode, type TrafficPart } from "./interpret-parts.ts";
import { interpretPeers, type PeerContext, type PeerUse } from "./interpret-peer.ts";
import { hasTraffic, interpretTraffic } from "./interpret-traffic.ts";
import type { CiliumElement, Entity } from "./model.ts";
import type { PortNames } from "./port-names.ts";

export interface RuleContext extends PeerContext {
  readonly names: PortNames;
  readonly conflicts: ConflictFinder;
  readonly snapshot: Snapshot;
  readonly report: Report;
}

/** The pods that a rule is about. */
interface Whom {
  /** Names of ports in ingress rules are looked up there. */
  readonly subject: Subject;
  /** Whether the rule closes what it does not allow. */
  readonly isolates: boolean;
}

interface Meaning {
  /** These stand before everybody's Allows. */
  readonly denied: readonly Rule[];
  readonly allowed: readonly Rule[];
}

/**
 * The meaning of one rule, in as many parts as it has conditions: what surely matches, and what matches if something holds
 * that nobody can check. All parts have the origin of the rule; there is always one.
 *
 * @param together entities that are allowed the same by rules for the same pods: see `allowedTogether`
 */
export function interpretElement(
  element: CiliumElement,
  namespace: string | undefined,
  { subject, isolates }: Whom,
  context: RuleContext,
  together: ReadonlyMap<Entity, RuleOrigin> = NO_ENTITIES,
): Meaning {
  context.conflicts.add(element, namespace, subject);
  if (isolates || element.verdict === "deny") {
    return meaningOf(element, namespace, subject, context, together);
  }
  const told = new Set<string>();
  const report: Report = (one) => {
    told.add(textOf(one));
    context.report(one);
  };
  const meaning = meaningOf(element, namespace, subject, { ...context, report }, together);
  const untold: Report = (one) => {
    if (!told.has(textOf(one))) context.report(one);
  };
  const again = { ...context, report: untold };
  const failing = failingOf(element, namespace, subject, again, together);
  return { ...meaning, denied: [...meaning.denied, ...failing] };
}

const textOf = ({ code, message }: Diagnostic): string => `${code} ${message}`;

/**
 * What a rule that closes nothing denies all the same: authentication and server names are asked of its peers although the
 * pods are open to everybody. (cilium: pkg/policy/mapstate.go `authPreferredInsert`, pkg/policy/rule.go `mergePortProto`)
 */
function failingOf(
  element: CiliumElement,
  namespace: string | undefined,
  subject: Subject,
  context: RuleContext,
  together: ReadonlyMap<Entity, RuleOrigin>,
): readonly Rule[] {
  const asksWho = element.authentication === "required";
  const asksNames = element.ports.some(({ l7 }) => l7?.kind === "server-names");
  if (!asksWho && !asksNames) return NO_RULES;
  const never: CiliumElement = { ...element, authentication: "test-always-fail" };
  const asked = asksWho ? "CIL-R106" : "CIL-R104";
  const condition = asksWho ? (["CIL-R106", "authentication that fails"] as const) : undefined;
  // What is asked has been told of the rule itself.
  const report: Report = (one) => {
    if (one.code !== asked) context.report(one);
  };
  const own = { ...context, report };
  const { denied } = meaningOf(never, namespace, subject, own, together, condition);
  return denied.filter(({ opaque }) => opaque.some(({ code }) => code === asked));
}

/** @param only a condition under which alone the rule matches */
function meaningOf(
  element: CiliumElement,
  namespace: string | undefined,
  subject: Subject,
  context: RuleContext,
  together: ReadonlyMap<Entity, RuleOrigin>,
  only?: readonly [code: ConditionCode, what: string],
): Meaning {
  const { origin, verdict, peers: members, authentication, unknownFields } = element;
  // Who has to pass this authentication never does, whatever rules without one allow him besides.
  // (cilium: pkg/policy/mapstate.go `lookup`)
  const action = authentication === "test-always-fail" ? "deny" : verdict;
  const remarks = new Remarks(action, element, namespace, context.report);
  const conditions: OpaqueCondition[] = [];
  for (const field of unknownFields) conditions.push(remarks.unknownField(field));
  if (only !== undefined) conditions.push(remarks.condition(...only));
  if (authentication === "required") {
    conditions.push(remarks.condition("CIL-R106", "authentication required"));
  }
  const use: PeerUse = {
    namespace,
    direction: origin.direction,
    isDeny: verdict === "deny",
    hasTraffic: hasTraffic(element),
    together,
  };
  const peers = interpretPeers(members, use, context, remarks);
  const all = peers.parts.flatMap(({ boxes }) => boxes);
  const isDestination = (pod: KnownPod): boolean =>
    origin.direction === "ingress"
      ? isAmong(pod, subject.pods, context.snapshot)
      : mayBe(pod, all, context.snapshot);
  const traffic: readonly TrafficPart[] =
    all.length === 0
      ? []
      : interpretTraffic(element, { names: context.names, isDestination }, remarks);

  const rules: Rule[] = [];
  const { blocks } = peers;
  for (const peer of peers.parts) {
    if (peer.boxes.length === 0) continue;
    for (const part of traffic) {
      rules.push({
        action,
        origin,
        peer: peer.boxes,
        ...(blocks === undefined ? {} : { blocks }),
        traffic: part.traffic,
        opaque: allOf(conditions, peer.condition, part.condition),
        assumptions: remarks.assumptions,
      });
    }
  }
  const [first = nothing(action, element)] = rules;
  const { unsaid } = remarks;
  if (rules.length === 0 || unsaid !== undefined) {
    rules[0] = unsaid === undefined ? first : { ...first, unsaid };
  }
  const own = fitted(rules);
  const required = requirements(element, namespace, context, remarks);
  return action === "deny"
    ? { denied: [...required, ...own], allowed: NO_RULES }
    : { denied: required, allowed: own };
}

const NO_ENTITIES: ReadonlyMap<Entity, RuleOrigin> = new Map();
const NO_RULES: readonly Rule[] = [];
const UNCONDITIONAL: readonly OpaqueCondition[] = [];

function allOf(
  conditions: readonly OpaqueCondition[],
  ...others: readonly (OpaqueCondition | undefined)[]
): readonly OpaqueCondition[] {
  const all = [...conditions, ...others.filter((one) => one !== undefined)];
  return all.length === 0 ? UNCONDITIONAL : all;
}

/** A rule that matches nothing. */
function nothing(action: Rule["action"], { origin }: CiliumElement): Rule {
  const traffic = { numbers: NO_TRAFFIC, named: [] };
  return { action, origin, peer: [], traffic, opaque: UNCONDITIONAL, assumptions: [] };
}

/**
 * `fromRequires` and `toRequires` limit what every rule for the same pods may match, so they are a Deny of all others.
 * Releases since 1.19 do not know them any more, hence the condition.
 */
function requirements(
  { origin, peers: { requires } }: CiliumElement,
  namespace: string | undefined,
  context: RuleContext,
  remarks: Remarks,
): readonly Rule[] {
  if (requires === undefined || requires.length === 0) return NO_RULES;
  const field = origin.direction === "ingress" ? "fromRequires" : "toRequires";
  const condition = remarks.condition("CIL-R117", field);
  const boxes: PeerBox[] = [{ kind: "address", addresses: ANY_ADDRESS }];
  for (const selector of requires) {
    const terms = peerTerms(selector, namespace);
    const isOpen = context.labels.openCluster(terms) !== undefined;
    const met = isOpen ? undefined : context.labels.pods(terms);
    for (const labels of complementPredicate(met === undefined ? [] : [met]) ?? []) {
      boxes.push({ kind: "pod", labels, addresses: ANY_ADDRESS });
    }
  }
  return [
    {
      action: "deny",
      origin,
      peer: boxes,
      traffic: { numbers: ANY_TRAFFIC, named: [] },
      opaque: [condition],
      assumptions: [],
    },
  ];
}

/**
 * The entities that the rules of a list allow together, by their traffic. `world` in one rule and `cluster` in another are
 * everybody, which can be said, as each of the two cannot.
 */
export function allowedTogether(
  elements: readonly CiliumElement[],
): (element: CiliumElement) => ReadonlyMap<Entity, RuleOrigin> {
  const plain = elements.filter(isPlainAllow);
  if (plain.length < 2) return () => NO_ENTITIES;
  const byTraffic = new Map<string, Map<Entity, RuleOrigin>>();
  for (const element of plain) {
    const text = trafficText(element);
    let found = byTraffic.get(text);
    if (found === undefined) byTraffic.set(text, (found = new Map<Entity, RuleOrigin>()));
    for (const entity of element.peers.entities ?? []) {
      if (!found.has(entity)) found.set(entity, element.origin);
    }
  }
  return (element) =>
    (isPlainAllow(element) ? byTraffic.get(trafficText(element)) : undefined) ?? NO_ENTITIES;
}

/** True for an Allow of entities under no condition. */
function isPlainAllow({
  verdict,
  peers: { entities, requires },
  ports,
  authentication,
  unknownFields,
}: CiliumElement): boolean {
  if (verdict === "deny" || entities === undefined || requires !== undefined) return false;
  return (
    authentication === undefined &&
    unknownFields.length === 0 &&
    ports.every(({ proxy }) => proxy === undefined)
  );
}

const trafficText = ({ ports, icmps }: CiliumElement): string => JSON.stringify([ports, icmps]);

/** False if and only if the pod is surely none of the peers. */
export function mayBe(pod: KnownPod, peers: readonly PeerBox[], snapshot: Snapshot): boolean {
  if (peers === ANY_PEER) return true;
  return peers.some((box) => box.kind === "pod" && hasLabels(pod, box.labels, snapshot));
}

/** False if and only if the pod surely meets none of the cubes. */
export function isAmong(pod: KnownPod, cubes: readonly Cube[], snapshot: Snapshot): boolean {
  return cubes.some((cube) => hasLabels(pod, cube, snapshot));
}

function hasLabels(pod: KnownPod, labels: Cube, { namespaces }: Snapshot): boolean {
  const ofNamespace = namespaces.get(pod.namespace)?.labels;
  const isKnown = (key: LabelKey): boolean =>
    !key.startsWith("namespace:") || key === NAMESPACE_NAME || ofNamespace !== undefined;
  const known = { constraints: labels.constraints.filter(({ key }) => isKnown(key)) };
  return cubeContains(known, (key) => {
    if (key === NAMESPACE_NAME) return pod.namespace;
    if (key === ACCOUNT_NAME) return pod.account;
    const name = key.slice(key.indexOf(":") + 1);
    const own = key.startsWith("namespace:") ? (ofNamespace ?? {}) : pod.labels;
    return Object.hasOwn(own, name) ? own[name] : undefined;
  });
}
