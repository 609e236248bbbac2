import { append } from "../base/append.ts";
import { compareText } from "../base/compare.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type {
  Direction,
  DirectionRules,
  Policy,
  PolicySet,
  Rule,
  Subject,
  Tier,
} from "../ir/policy.ts";
import { ANY_ADDRESS } from "../sets/address-set.ts";
import type { Box, PeerBox, PodBox, TrafficBox } from "../sets/box.ts";
import { ANY_TRAFFIC_BOX, intersectPeers } from "../sets/box.ts";
import type { Cube } from "../sets/cube.ts";
import { NAMESPACE_NAME, constraintOf, keepKeys } from "../sets/cube.ts";
import { labelSetContains } from "../sets/label-set.ts";
import { ANY_TRAFFIC, NO_TRAFFIC } from "../sets/traffic-set.ts";

/**
 * The policy set as one namespace sees it, in one direction. A namespace's labels are constants here, so subjects are
 * cubes over the labels of pods and service accounts alone, and all further work is done namespace by namespace.
 */
export interface LocalSet {
  readonly namespace: string;
  readonly direction: Direction;
  /** Only tiers with a policy that selects a pod of the namespace in this direction. */
  readonly tiers: readonly LocalTier[];
}

export interface LocalTier {
  readonly tier: Tier;
  readonly policies: readonly LocalPolicy[];
  /** All rules of the tier in evaluation order. */
  readonly rules: readonly LocalRule[];
}

export interface LocalPolicy {
  readonly policy: Policy;
  readonly subjects: readonly Cube[];
  /** Whom it selects as an object that is written as it is. */
  readonly written: readonly Cube[];
  /** False where the namespace's labels are not known well enough to say that the policy applies. */
  readonly certain: boolean;
  readonly isolates: boolean;
  readonly rules: readonly LocalRule[];
  readonly home: Home;
}

/** A namespace with its labels, undefined when unknown. */
export interface Home {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
}

export class LocalRule {
  readonly rule: Rule;
  readonly policy: LocalPolicy;
  /** False: whether it matches what its boxes say is not known (M⁻ is empty, M⁺ the boxes). */
  readonly certain: boolean;
  readonly #direction: Direction;
  readonly #asWritten: Rule | undefined;
  readonly #own: { readonly boxes: readonly PodBox[]; readonly certain: boolean } | undefined;
  #boxes: readonly Box[] | undefined;
  #written: readonly Box[] | undefined;

  /** @param asWritten what the words of the rule say, where the source's engine takes them otherwise */
  constructor(rule: Rule, policy: LocalPolicy, direction: Direction, asWritten?: Rule) {
    this.rule = rule;
    this.policy = policy;
    this.#asWritten = asWritten;
    this.#own =
      rule.subjectOnly === undefined ? undefined : boxesAtHome(rule.subjectOnly, policy.home);
    this.certain = policy.certain && rule.opaque.length === 0 && this.#own?.certain !== false;
    this.#direction = direction;
  }

  /** The subjects of its policy that its own-side condition leaves, upper bound. */
  get subjects(): readonly PodBox[] {
    const whole = this.policy.subjects.map(podsWith);
    const own = this.#own?.boxes;
    if (own === undefined) return whole;
    return whole.flatMap((subject) =>
      own.flatMap((box) => {
        const both = intersectPeers(subject, box);
        return both?.kind === "pod" ? [both] : [];
      }),
    );
  }

  /** The upper bound of what it matches, M⁺; the lower bound is the same when it is certain, else nothing. */
  get boxes(): readonly Box[] {
    this.#boxes ??= ruleBoxes(this.rule, this.subjects, this.#direction);
    return this.#boxes;
  }

  /** What it means as an object that is written as it is. */
  get written(): readonly Box[] {
    if (this.#asWritten === undefined) return this.boxes;
    const subjects = this.policy.written.map(podsWith);
    this.#written ??= ruleBoxes(this.#asWritten, subjects, this.#direction);
    return this.#written;
  }
}

const podsWith = (labels: Cube): PodBox => ({ kind: "pod", labels, addresses: ANY_ADDRESS });

/** Pod boxes of which only the labels of pods and accounts remain: those of the namespace are known, or both ways. */
function boxesAtHome(
  boxes: readonly PodBox[],
  home: Home,
): { readonly boxes: readonly PodBox[]; readonly certain: boolean } {
  let certain = true;
  const found = boxes.flatMap((box): readonly PodBox[] => {
    const labels = cubeAtHome(box.labels, home);
    if (labels === undefined) return [];
    certain &&= labels.certain;
    return [{ kind: "pod", labels: labels.cube, addresses: box.addresses }];
  });
  return { boxes: found, certain };
}

/**
 * A cube as the pods of one namespace see it: without its constraints on namespaces, which they all meet or none does.
 * Undefined if none does; not certain where the labels that it asks for are unknown.
 */
function cubeAtHome(
  of: Cube,
  { namespace, labels }: Home,
): { readonly cube: Cube; readonly certain: boolean } | undefined {
  let certain = true;
  let scoped = false;
  for (const { key, set } of of.constraints) {
    if (!key.startsWith("namespace:")) continue;
    scoped = true;
    if (key === NAMESPACE_NAME) {
      if (!labelSetContains(set, namespace)) return undefined;
    } else if (labels === undefined) {
      certain = false;
    } else {
      const name = key.slice("namespace:".length);
      if (!labelSetContains(set, Object.hasOwn(labels, name) ? labels[name] : undefined))
        return undefined;
    }
  }
  return { cube: scoped ? keepKeys(of, (key) => !key.startsWith("namespace:")) : of, certain };
}

/** The traffic of a rule as alternatives: its numbers, and each port name. */
export function ruleTraffic(rule: Rule): readonly TrafficBox[] {
  const { numbers, named } = rule.traffic;
  if (numbers === ANY_TRAFFIC) return [ANY_TRAFFIC_BOX];
  const found: TrafficBox[] = [];
  if (numbers !== NO_TRAFFIC && numbers.ranges.length > 0) found.push({ numbers, named: [] });
  for (const port of named) found.push({ numbers: port.protocols, named: [port.name] });
  return found;
}

/** Peers that can meet a traffic alternative: a port name is looked up on the destination, which has to be a pod. */
export function peersFor(
  rule: Rule,
  traffic: TrafficBox,
  direction: Direction,
): readonly PeerBox[] {
  return traffic.named.length > 0 && direction === "egress"
    ? rule.peer.filter((peer) => peer.kind === "pod")
    : rule.peer;
}

function ruleBoxes(rule: Rule, subjects: readonly PodBox[], direction: Direction): readonly Box[] {
  const boxes: Box[] = [];
  for (const subject of subjects) {
    for (const traffic of ruleTraffic(rule)) {
      for (const peer of peersFor(rule, traffic, direction)) boxes.push({ subject, peer, traffic });
    }
  }
  return boxes;
}

interface LocalSubject {
  readonly subjects: readonly Cube[];
  readonly written: readonly Cube[];
  readonly certain: boolean;
}

/** A policy's subject as one namespace sees it; undefined when it selects no pod there, by its words neither. */
function localSubject({ subject, asWritten }: Policy, home: Home): LocalSubject | undefined {
  const own = podsAtHome(subject, home);
  if (asWritten === undefined) {
    return own.subjects.length === 0 ? undefined : { ...own, written: own.subjects };
  }
  const written = podsAtHome(asWritten.subject, home).subjects;
  return own.subjects.length + written.length === 0 ? undefined : { ...own, written };
}

function podsAtHome({ pods }: Subject, home: Home): Omit<LocalSubject, "written"> {
  const subjects: Cube[] = [];
  let certain = true;
  for (const cube of pods) {
    const local = cubeAtHome(cube, home);
    if (local === undefined) continue;
    certain &&= local.certain;
    subjects.push(local.cube);
  }
  return { subjects, certain };
}

/** The namespaces that a policy's selector names one by one; undefined when it may select any. */
export function namespacesNamed(policy: Policy): readonly string[] | undefined {
  const names = new Set<string>();
  for (const cube of [...policy.subject.pods, ...(policy.asWritten?.subject.pods ?? [])]) {
    const set = constraintOf(cube, NAMESPACE_NAME);
    if (set === undefined || set.complement || set.atoms.length > 0) return undefined;
    for (const name of set.values) names.add(name);
  }
  return [...names];
}

/**
 * The covered namespaces: those of the inventory and options, those in which a policy lies, and those that a selector
 * names. Sorted.
 */
export function coveredNamespaces(set: PolicySet, snapshot: Snapshot): readonly string[] {
  const names = new Set(snapshot.namespaces.keys());
  for (const tier of set.tiers) {
    for (const policy of tier.policies) {
      for (const name of namespacesNamed(policy) ?? []) names.add(name);
    }
  }
  return [...names].sort(compareText);
}

interface Placed {
  /** Position in the evaluation order of the whole set. */
  readonly sequence: number;
  readonly tier: Tier;
  readonly policy: Policy;
}

/** Policies by the namespaces they can select, so that a namespace asks only those that concern it. */
export class PolicyIndex {
  readonly #byNamespace = new Map<string, Placed[]>();
  readonly #anywhere: Placed[] = [];

  constructor(set: PolicySet) {
    let sequence = 0;
    for (const tier of set.tiers) {
      for (const policy of tier.policies) {
        const placed = { sequence: sequence++, tier, policy };
        const names = namespacesNamed(policy);
        if (names === undefined) this.#anywhere.push(placed);
        for (const name of names ?? []) {
          const list = this.#byNamespace.get(name);
          if (list === undefined) this.#byNamespace.set(name, [placed]);
          else list.push(placed);
        }
      }
    }
  }

  /**
   * The set as the namespace sees it, both directions.
   * @param labels the namespace's labels; undefined when unknown
   */
  localise(
    namespace: string,
    labels: Readonly<Record<string, string>> | undefined,
  ): Readonly<Record<Direction, LocalSet>> {
    const home: Home = { namespace, labels };
    const own = this.#byNamespace.get(namespace) ?? [];
    const placed =
      this.#anywhere.length === 0
        ? own
        : [...own, ...this.#anywhere].sort((a, b) => a.sequence - b.sequence);
    const selecting = placed.flatMap(({ tier, policy }) => {
      const subject = localSubject(policy, home);
      return subject === undefined ? [] : [{ tier, policy, subject }];
    });
    const inDirection = (direction: Direction): LocalSet => {
      const tiers: { tier: Tier; policies: LocalPolicy[]; rules: LocalRule[] }[] = [];
      for (const { tier, policy, subject } of selecting) {
        const rules = policy[direction];
        if (rules === undefined) continue;
        let last = tiers.at(-1);
        if (last?.tier !== tier) {
          last = { tier, policies: [], rules: [] };
          tiers.push(last);
        }
        const local = localPolicy(policy, rules, subject, direction, home);
        last.policies.push(local);
        append(last.rules, local.rules);
      }
      return { namespace, direction, tiers };
    };
    return { ingress: inDirection("ingress"), egress: inDirection("egress") };
  }
}

function localPolicy(
  policy: Policy,
  source: DirectionRules,
  subject: LocalSubject,
  direction: Direction,
  home: Home,
): LocalPolicy {
  const rules: LocalRule[] = [];
  const local: LocalPolicy = { policy, ...subject, isolates: source.isolates, rules, home };
  const written = policy.asWritten?.[direction];
  for (const [at, rule] of source.rules.entries()) {
    rules.push(new LocalRule(rule, local, direction, written?.[at]));
  }
  return local;
}
