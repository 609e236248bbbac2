import type { Snapshot } from "../../src/inventory/snapshot.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { Endpoint, Flow, PodEndpoint } from "../../src/ir/flow.ts";
import { DIRECTIONS } from "../../src/ir/policy.ts";
import type { Direction, PolicySet, Rule } from "../../src/ir/policy.ts";
import { addressSetContains, ALL_IPV4, ALL_IPV6 } from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME } from "../../src/sets/cube.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import { labelSetContains } from "../../src/sets/label-set.ts";
import {
  ALL_PORTS,
  ICMP,
  ICMPV6,
  SCTP,
  TCP,
  trafficContains,
  trafficPoint,
  UDP,
} from "../../src/sets/traffic-set.ts";
import { seededRandom } from "./random.ts";
import type { Random } from "./random.ts";
import { vocabularyOf } from "./vocabulary.ts";
import type { EndVocabulary, Vocabulary } from "./vocabulary.ts";

/*
 * The enumerator of small worlds. Sets of policies name finitely many things: label values, address and port bounds,
 * names of ports, namespaces. Two flows that agree on all of these are judged alike, so it is enough to try each named
 * value and one of each "other" (and ABSENT). The flows are the product of such choices, direction by direction, family
 * by family, with a pod or an address on the other end.
 *
 * A product within the limit is gone through whole. Of a larger one come: rows that cover every pair of choices, rows
 * drawn towards what some rule matches, and rows drawn blindly, up to the limit. `complete` says which it was.
 */

export interface WorldOptions {
  readonly snapshot: Snapshot;
  /** Taken for granted: flows that contradict them are left out. */
  readonly assumptions: ReadonlySet<AssumptionCode>;
  /** At most so many flows for each direction, family and kind of peer. */
  readonly limit?: number;
  readonly seed?: number;
}

/** One connection as it is before and after the switch. They differ only where pods get other addresses. */
export interface FlowPair {
  readonly source: Flow;
  readonly target: Flow;
}

export interface World {
  readonly flows: Iterable<FlowPair>;
  /** True if nothing was left to chance. */
  readonly complete: boolean;
}

interface Factor {
  readonly name: string;
  readonly choices: readonly unknown[];
}

interface NamespaceChoice {
  readonly name: string;
  /** Undefined: each label is a choice of its own. */
  readonly labels: Readonly<Record<string, string>> | undefined;
}

interface AddressChoice {
  readonly before: bigint;
  readonly after: bigint;
}

type Family = 4 | 6;
type End = "subject" | "peer";

/** One product of choices. */
interface Space {
  readonly direction: Direction;
  readonly family: Family;
  readonly external: boolean;
  readonly factors: readonly Factor[];
}

const DEFAULT_LIMIT = 4000;

export function smallWorld(sets: readonly PolicySet[], options: WorldOptions): World {
  const spaces: Space[] = [];
  for (const direction of DIRECTIONS) {
    const words = vocabularyOf(sets, direction);
    for (const family of familiesOf(options)) {
      for (const external of [false, true]) {
        spaces.push(spaceOf(words, direction, family, external, options));
      }
    }
  }
  const limit = options.limit ?? DEFAULT_LIMIT;
  return {
    complete: spaces.every((space) => sizeOf(space) <= limit),
    flows: {
      *[Symbol.iterator]() {
        for (const space of spaces) {
          const rows = sizeOf(space) <= limit ? allRows(space) : sampledRows(space, sets, options);
          for (const row of rows) yield flowPair(space, row);
        }
      },
    },
  };
}

// ---------------------------------------------------------------- choices

function familiesOf(options: WorldOptions): readonly Family[] {
  const ranges = options.snapshot.podRanges;
  if (!options.assumptions.has("families") || ranges === undefined) return [4, 6];
  return ([4, 6] as const).filter((family) =>
    ranges.ranges.some((range) => addressSetContains(familySet(family), range.first)),
  );
}

function familySet(family: Family): AddressSet {
  return family === 4 ? ALL_IPV4 : ALL_IPV6;
}

function spaceOf(
  words: Vocabulary,
  direction: Direction,
  family: Family,
  external: boolean,
  options: WorldOptions,
): Space {
  const factors: Factor[] = [
    { name: "subject namespace", choices: subjectNamespaces(words, options) },
    ...podFactors("subject", words.subject, options),
    { name: "subject address", choices: podAddresses(words.subject, family, options) },
    { name: "traffic", choices: trafficPoints(words, family, options) },
    { name: "names", choices: subsets([...words.portNames].sort()) },
    { name: "source port", choices: sourcePorts(words) },
    { name: "source names", choices: subsets([...words.sourcePortNames].sort()) },
  ];
  if (external) {
    factors.push({
      name: "peer address",
      choices: externalAddresses(words.peer, family, options),
    });
  } else {
    factors.push(
      { name: "peer namespace", choices: peerNamespaces(words, options) },
      ...podFactors("peer", words.peer, options),
      { name: "peer address", choices: podAddresses(words.peer, family, options) },
    );
  }
  return { direction, family, external, factors };
}

/** Pods of the covered namespaces; without the assumption that these are all, of every namespace with a policy. */
function subjectNamespaces(words: Vocabulary, options: WorldOptions): readonly NamespaceChoice[] {
  const known = [...options.snapshot.namespaces.values()];
  const covered = known.filter((namespace) => namespace.covered);
  const named = words.subject.values.get(NAMESPACE_NAME) ?? new Set<string>();
  const uncovered = options.assumptions.has("namespaces")
    ? []
    : known.filter((namespace) => !namespace.covered && named.has(namespace.name));
  const all = [...covered, ...uncovered].map(({ name, labels }) => ({ name, labels }));
  return all.length > 0 ? all : known.map(({ name, labels }) => ({ name, labels }));
}

function peerNamespaces(words: Vocabulary, options: WorldOptions): readonly NamespaceChoice[] {
  const known = [...options.snapshot.namespaces.values()];
  if (options.assumptions.has("namespaces")) {
    const covered = known.filter((namespace) => namespace.covered);
    if (covered.length > 0) return covered.map(({ name, labels }) => ({ name, labels }));
  }
  const choices: NamespaceChoice[] = known.map(({ name, labels }) => ({ name, labels }));
  const names = new Set(known.map(({ name }) => name));
  for (const name of words.peer.values.get(NAMESPACE_NAME) ?? []) {
    if (!names.has(name)) choices.push({ name, labels: undefined });
    names.add(name);
  }
  choices.push({ name: otherThan(names, "elsewhere"), labels: undefined });
  return choices;
}

function podFactors(end: End, words: EndVocabulary, options: WorldOptions): Factor[] {
  const factors: Factor[] = [];
  const keys = new Set(words.values.keys());
  keys.add(ACCOUNT_NAME);
  for (const key of [...keys].sort()) {
    if (key === NAMESPACE_NAME) continue;
    const named = words.values.get(key) ?? new Set<string>();
    const choices: (string | undefined)[] =
      key === ACCOUNT_NAME
        ? [...named, otherThan(named, "other")]
        : [
            ...(seenValues(end, key, words, options) ?? [...named, otherThan(named, "other")]),
            undefined,
          ];
    factors.push({ name: `${end} ${key}`, choices });
  }
  return factors;
}

/** Under the assumption that no value exists but those seen, the values of keys that are asked for parts of text. */
function seenValues(
  end: End,
  key: LabelKey,
  words: EndVocabulary,
  options: WorldOptions,
): readonly string[] | undefined {
  const { assumptions } = options;
  const assumed =
    assumptions.has("values") || (end === "subject" && assumptions.has("subject-values"));
  if (!assumed || !words.textKeys.has(key)) return undefined;
  if (!key.startsWith("pod:")) return undefined;
  const name = key.slice("pod:".length);
  const seen = new Set<string>();
  for (const pod of options.snapshot.pods) {
    const value = Object.hasOwn(pod.labels, name) ? pod.labels[name] : undefined;
    if (value !== undefined) seen.add(value);
  }
  return [...seen].sort();
}

function otherThan(named: ReadonlySet<string>, wish: string): string {
  return named.has(wish) ? otherThan(named, `${wish}-x`) : wish;
}

function podAddresses(
  words: EndVocabulary,
  family: Family,
  options: WorldOptions,
): readonly AddressChoice[] {
  const { podRanges, targetPodRanges } = options.snapshot;
  const within = options.assumptions.has("pod-range") ? podRanges : undefined;
  const before = representatives(words.bounds, family, within);
  const moves =
    podRanges !== undefined &&
    targetPodRanges !== undefined &&
    !sameRanges(podRanges, targetPodRanges);
  if (!moves) return before.map((address) => ({ before: address, after: address }));
  const after = representatives(words.bounds, family, targetPodRanges);
  return before.flatMap((from) => after.map((to) => ({ before: from, after: to })));
}

function externalAddresses(
  words: EndVocabulary,
  family: Family,
  options: WorldOptions,
): readonly AddressChoice[] {
  const { podRanges, targetPodRanges } = options.snapshot;
  const bounds = new Set(words.bounds);
  for (const ranges of [podRanges, targetPodRanges]) {
    for (const { first, last } of ranges?.ranges ?? []) {
      bounds.add(first);
      bounds.add(last + 1n);
    }
  }
  const pure = options.assumptions.has("pure-range");
  return representatives(bounds, family, undefined)
    .filter(
      (address) =>
        !pure ||
        [podRanges, targetPodRanges].every(
          (ranges) => ranges === undefined || !addressSetContains(ranges, address),
        ),
    )
    .map((address) => ({ before: address, after: address }));
}

function sameRanges(a: AddressSet, b: AddressSet): boolean {
  return (
    a.ranges.length === b.ranges.length &&
    a.ranges.every(({ first, last }, index) => {
      const other = b.ranges[index];
      return other?.first === first && other.last === last;
    })
  );
}

/** The first address of each stretch that no bound divides. */
function representatives(
  bounds: ReadonlySet<bigint>,
  family: Family,
  within: AddressSet | undefined,
): readonly bigint[] {
  const found = new Set<bigint>();
  for (const whole of familySet(family).ranges) {
    for (const part of within?.ranges ?? [whole]) {
      if (part.first < whole.first || part.last > whole.last) continue;
      found.add(part.first);
      for (const bound of bounds) if (part.first < bound && bound <= part.last) found.add(bound);
    }
  }
  return [...found].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Some protocol that nobody names, unless somebody does. */
const GRE = 47;

function trafficPoints(
  words: Vocabulary,
  family: Family,
  options: WorldOptions,
): readonly number[] {
  const protocols = new Set<number>([TCP, UDP, SCTP, ICMP, ICMPV6, GRE]);
  for (const bound of words.trafficBounds) {
    const protocol = Math.floor(bound / 65536);
    if (protocol <= 255) protocols.add(protocol);
  }
  protocols.delete(family === 4 ? ICMPV6 : ICMP);
  const points = new Set<number>();
  for (const protocol of protocols) {
    const hasValues = [TCP, UDP, SCTP, ICMP, ICMPV6].includes(protocol);
    const first = trafficPoint(
      protocol,
      protocol === TCP || protocol === UDP || protocol === SCTP ? 1 : 0,
    );
    points.add(first);
    if (!hasValues) continue;
    for (const bound of words.trafficBounds) {
      if (first < bound && bound <= trafficPoint(protocol, 65535)) points.add(bound);
    }
  }
  const all = [...points].sort((a, b) => a - b);
  return options.assumptions.has("only-tcp-udp-sctp")
    ? all.filter((point) => trafficContains(ALL_PORTS, point))
    : all;
}

/** Which names the pod at that end gives to the very port of the flow. */
function subsets(names: readonly string[]): readonly (readonly string[])[] {
  if (names.length > 3) return [[], names, ...names.map((name) => [name])];
  let all: readonly (readonly string[])[] = [[]];
  for (const name of names) all = [...all, ...all.map((some) => [...some, name])];
  return all;
}

function sourcePorts(words: Vocabulary): readonly number[] {
  const ports = [...words.sourcePortBounds].filter((port) => port >= 1 && port <= 65535);
  return ports.length === 0 ? [40000] : ports.sort((a, b) => a - b);
}

// ---------------------------------------------------------------- rows

type Row = readonly number[];

function sizeOf(space: Space): number {
  let size = 1;
  for (const { choices } of space.factors) size *= choices.length;
  return size;
}

function* allRows(space: Space): Generator<Row> {
  const size = sizeOf(space);
  for (let index = 0; index < size; index += 1) {
    let rest = index;
    yield space.factors.map(({ choices }) => {
      const at = rest % choices.length;
      rest = Math.floor(rest / choices.length);
      return at;
    });
  }
}

function* sampledRows(
  space: Space,
  sets: readonly PolicySet[],
  options: WorldOptions,
): Generator<Row> {
  if (sizeOf(space) === 0) return;
  const random = seededRandom(options.seed ?? 1);
  let left = options.limit ?? DEFAULT_LIMIT;
  const targets = targetsOf(sets, space.direction);
  // A third each: pairs, what rules match, anything. What pairs do not use up goes to the others.
  const pairs = Math.floor(left / 3);
  let used = 0;
  for (const row of pairRows(space, random)) {
    if (used >= pairs) break;
    used += 1;
    yield row;
  }
  left -= used;
  for (; left > 0; left -= 1) {
    const target = left % 2 === 0 && targets.length > 0 ? random.pick(targets) : undefined;
    yield target === undefined ? blindRow(space, random) : rowTowards(space, target, random);
  }
}

function blindRow(space: Space, random: Random): Row {
  return space.factors.map(({ choices }) => random.int(choices.length));
}

/** Rows so that each two choices of two factors meet in one of them. */
function* pairRows(space: Space, random: Random): Generator<Row> {
  const { factors } = space;
  const seen = new Set<string>();
  const pairKey = (f: number, i: number, g: number, j: number): string =>
    `${String(f)}:${String(i)},${String(g)}:${String(j)}`;
  for (const [f, factor] of factors.entries()) {
    for (let g = f + 1; g < factors.length; g += 1) {
      const other = factors[g];
      if (other === undefined || factor.choices.length * other.choices.length === 1) continue;
      for (let i = 0; i < factor.choices.length; i += 1) {
        for (let j = 0; j < other.choices.length; j += 1) {
          if (seen.has(pairKey(f, i, g, j))) continue;
          const row = [...blindRow(space, random)];
          row[f] = i;
          row[g] = j;
          for (const [a, at] of row.entries()) {
            for (let b = a + 1; b < row.length; b += 1) seen.add(pairKey(a, at, b, row[b] ?? 0));
          }
          yield row;
        }
      }
    }
  }
}

interface Target {
  readonly subject: Cube | undefined;
  readonly rule: Rule;
}

function targetsOf(sets: readonly PolicySet[], direction: Direction): readonly Target[] {
  const targets: Target[] = [];
  for (const set of sets) {
    for (const tier of set.tiers) {
      for (const policy of tier.policies) {
        for (const rule of policy[direction]?.rules ?? []) {
          for (const subject of policy.subject.pods) targets.push({ subject, rule });
        }
      }
    }
  }
  return targets;
}

/** A row that the rule matches, as far as the choices factor by factor can see to it. */
function rowTowards(space: Space, target: Target, random: Random): Row {
  const wishes = new Map<string, (choice: unknown) => boolean>();
  if (target.subject !== undefined) wishLabels("subject", target.subject, wishes);
  const own = target.rule.subjectOnly;
  if (own !== undefined && own.length > 0) {
    const box = random.pick(own);
    wishLabels("subject", box.labels, wishes);
    wishAddress("subject", box.addresses, wishes);
  }
  const boxes = target.rule.peer.filter((box) => (box.kind === "address") === space.external);
  if (boxes.length > 0) {
    const box = random.pick(boxes);
    if (box.kind === "pod") wishLabels("peer", box.labels, wishes);
    wishAddress("peer", box.addresses, wishes);
  }
  const { numbers, named } = target.rule.traffic;
  const name = named.length > 0 && random.int(2) === 0 ? random.pick(named) : undefined;
  if (name === undefined) {
    wishes.set("traffic", (choice) => trafficContains(numbers, choice as number));
  } else {
    wishes.set("traffic", (choice) => trafficContains(name.protocols, choice as number));
    wishes.set("names", (choice) => (choice as readonly string[]).includes(name.name));
  }
  return space.factors.map(({ name: factor, choices }) => {
    const wish = wishes.get(factor);
    const good: number[] = [];
    if (wish !== undefined) {
      for (const [index, choice] of choices.entries()) if (wish(choice)) good.push(index);
    }
    return good.length > 0 ? random.pick(good) : random.int(choices.length);
  });
}

function wishLabels(end: End, cube: Cube, wishes: Map<string, (choice: unknown) => boolean>): void {
  wishes.set(`${end} namespace`, (choice) => {
    const { name, labels } = choice as NamespaceChoice;
    return cube.constraints.every(({ key, set }) => {
      if (key === NAMESPACE_NAME) return labelSetContains(set, name);
      if (!key.startsWith("namespace:") || labels === undefined) return true;
      return labelSetContains(set, ownLabel(labels, key.slice("namespace:".length)));
    });
  });
  for (const { key, set } of cube.constraints) {
    wishes.set(`${end} ${key}`, (choice) => labelSetContains(set, choice as string | undefined));
  }
}

function wishAddress(
  end: End,
  addresses: AddressSet,
  wishes: Map<string, (choice: unknown) => boolean>,
): void {
  wishes.set(`${end} address`, (choice) =>
    addressSetContains(addresses, (choice as AddressChoice).before),
  );
}

function ownLabel(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

// ---------------------------------------------------------------- flows

function flowPair(space: Space, row: Row): FlowPair {
  const chosen = new Map<string, unknown>();
  for (const [index, { name, choices }] of space.factors.entries()) {
    chosen.set(name, choices[row[index] ?? 0]);
  }
  const point = chosen.get("traffic") as number;
  const protocol = Math.floor(point / 65536);
  const value = point % 65536;
  const ports = protocol === TCP || protocol === UDP || protocol === SCTP;
  const sourcePort = ports ? (chosen.get("source port") as number) : undefined;

  // The names that each end gives to the flow's port at that end.
  const destination: End = space.direction === "ingress" ? "subject" : "peer";
  const portsOf = (end: End): PodEndpoint["ports"] => {
    if (!ports) return [];
    const port = end === destination ? value : sourcePort;
    if (port === undefined) return [];
    const names = chosen.get(end === destination ? "names" : "source names") as readonly string[];
    return names.map((name) => ({ name, protocol, port }));
  };

  const subjectNamespace = chosen.get("subject namespace") as NamespaceChoice;
  const subjectLabels = namespaceLabels("subject", subjectNamespace, space, chosen);
  const build = (when: "before" | "after"): Flow => {
    const address = (end: End): bigint => (chosen.get(`${end} address`) as AddressChoice)[when];
    const subject = podOf(
      "subject",
      subjectNamespace.name,
      subjectLabels,
      address("subject"),
      portsOf("subject"),
      space,
      chosen,
    );
    let peer: Endpoint;
    if (space.external) {
      peer = { kind: "address", address: address("peer") };
    } else {
      const namespace = chosen.get("peer namespace") as NamespaceChoice;
      // One namespace has one set of labels, whichever end its pod is on.
      const labels =
        namespace.name === subjectNamespace.name
          ? subjectLabels
          : namespaceLabels("peer", namespace, space, chosen);
      peer = podOf("peer", namespace.name, labels, address("peer"), portsOf("peer"), space, chosen);
    }
    return {
      direction: space.direction,
      subject,
      peer,
      protocol,
      value,
      ...(sourcePort === undefined ? {} : { sourcePort }),
    };
  };
  const source = build("before");
  const same = sameChoice(chosen.get("subject address")) && sameChoice(chosen.get("peer address"));
  return { source, target: same ? source : build("after") };
}

function sameChoice(choice: unknown): boolean {
  const { before, after } = choice as AddressChoice;
  return before === after;
}

function labelsWith(
  prefix: string,
  end: End,
  space: Space,
  chosen: ReadonlyMap<string, unknown>,
): Record<string, string> {
  const labels: Record<string, string> = {};
  const start = `${end} ${prefix}`;
  for (const { name } of space.factors) {
    if (!name.startsWith(start)) continue;
    const value = chosen.get(name) as string | undefined;
    if (value === undefined) continue;
    Object.defineProperty(labels, name.slice(start.length), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return labels;
}

function namespaceLabels(
  end: End,
  namespace: NamespaceChoice,
  space: Space,
  chosen: ReadonlyMap<string, unknown>,
): Readonly<Record<string, string>> {
  return (
    namespace.labels ?? {
      ...labelsWith("namespace:", end, space, chosen),
      "kubernetes.io/metadata.name": namespace.name,
    }
  );
}

function podOf(
  end: End,
  namespace: string,
  ofNamespace: Readonly<Record<string, string>>,
  address: bigint,
  ports: PodEndpoint["ports"],
  space: Space,
  chosen: ReadonlyMap<string, unknown>,
): PodEndpoint {
  const { "@name": name = "default", ...labels } = labelsWith("account:", end, space, chosen);
  return {
    kind: "pod",
    namespace,
    namespaceLabels: ofNamespace,
    labels: labelsWith("pod:", end, space, chosen),
    account: { name, labels },
    address,
    ports,
  };
}
