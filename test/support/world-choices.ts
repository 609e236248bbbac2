import type { Direction } from "../../src/ir/policy.ts";
import { addressSetContains, ALL_IPV4, ALL_IPV6 } from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME } from "../../src/sets/cube.ts";
import type { LabelKey } from "../../src/sets/cube.ts";
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
import type { EndVocabulary, Vocabulary } from "./vocabulary.ts";
import type {
  AddressChoice,
  End,
  Factor,
  Family,
  NamespaceChoice,
  Space,
  WorldOptions,
} from "./world-space.ts";
import { PRIVATE_RANGES } from "../../src/sets/private-ranges.ts";

export function familiesOf(options: WorldOptions): readonly Family[] {
  const ranges = options.snapshot.podRanges;
  if (!options.assumptions.has("families") || ranges === undefined) return [4, 6];
  return ([4, 6] as const).filter((family) =>
    ranges.ranges.some((range) => addressSetContains(familySet(family), range.first)),
  );
}

function familySet(family: Family): AddressSet {
  return family === 4 ? ALL_IPV4 : ALL_IPV6;
}

export function spaceOf(
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
  const isPrivate = podRanges === undefined && options.assumptions.has("private-pods");
  const inRange = options.assumptions.has("pod-range") ? podRanges : undefined;
  const within = inRange ?? (isPrivate ? PRIVATE_RANGES : undefined);
  const before = representatives(words.bounds, family, within);
  const moves =
    targetPodRanges !== undefined &&
    (podRanges === undefined || !sameRanges(podRanges, targetPodRanges));
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
