import { compareText } from "../base/compare.ts";
import {
  ANY_ADDRESS,
  equalAddresses,
  isAddressSubset,
  subtractAddresses,
  unionAddresses,
  unionOfAddresses,
} from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { ANY_CUBE, constraintOf, cube, cubeText, keepKeys } from "../sets/cube.ts";
import type { Cube, LabelKey } from "../sets/cube.ts";
import {
  ANY_LABEL,
  complementLabelSet,
  intersectLabelSets,
  isLabelSubset,
  labelIn,
  labelNotIn,
  labelSetContains,
  NO_LABEL,
  uniteLabelSets,
  withAbsent,
} from "../sets/label-set.ts";
import type { LabelSet } from "../sets/label-set.ts";
import {
  ANY_TRAFFIC,
  isTrafficSubset,
  subtractTraffic,
  trafficText,
  unionTraffic,
  unionOfTraffic,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import type { Budget } from "./budget.ts";
import type { Facts } from "./facts.ts";
import { ANY_SOURCE_PORT, intersectRegions, leftBy, outside, regionsMeet } from "./region.ts";
import type { Region } from "./region.ts";
import type { Reaching } from "./walk.ts";

/*
 * Tells a set of flows to people: as few and as wide statements as can be found, which together are exactly that set.
 *
 *   (a) The set is taken apart into pieces that do not overlap.
 *   (b) Each piece is widened, condition by condition, as far as the set reaches; a condition that falls away altogether is
 *       one that nobody has to read.
 *   (c) Of what comes out, all is left out that the others say already.
 *   (d) What takes several statements may be shorter the other way round: the smallest product around all of them, except
 *       what in it does not belong to the set.
 *   (e) Pods and other ends are looked at apart; what is said of every pod and of other ends alike is said once. The
 *       shortest of the ways to say it all is taken.
 */

/** Regions that are told as one: a single one, or one of every pod and one of other ends, alike in all else. */
export type Ends = readonly Region[];

/** The flows of some ends but for those of the exceptions, which may be about some subjects alone. */
export interface Statement {
  readonly ends: Ends;
  readonly except: readonly Ends[];
}

/** What covering needs to know of the flows that there are. */
export interface Surroundings {
  /** The part of a region that is asked about; undefined if there is none. */
  restrict(region: Region): Region | undefined;
  /** False only if the region has no flow. */
  exists(region: Region): boolean;
  /** Names of namespaces of which each is known to exist. */
  readonly namespaces: readonly string[];
}

/** More pieces than this are not put together anew: the set is told as it came. */
const MOST_PIECES = 240;

/** Statements that are exactly the set, in a stable order. The set is the union of regions, each without its cuts. */
export function tellRegions(
  parts: readonly Reaching[],
  around: Surroundings,
  budget: Budget,
): readonly Statement[] {
  const [pods, others] = [true, false].map((isPod) =>
    waysToTell(
      parts.filter(({ region }) => (region.peer !== undefined) === isPod),
      around,
      budget,
    ),
  );
  const ways = (pods ?? []).flatMap((one) =>
    (others ?? []).map((other) => joined([...one, ...other])),
  );
  const costs = ways.map(wordsOf);
  return ways[costs.indexOf(Math.min(...costs))] ?? []; // (e)
}

/** Statements about one kind of end: as a list, and as one product with exceptions where that can be done. */
function waysToTell(
  parts: readonly Reaching[],
  around: Surroundings,
  budget: Budget,
): readonly (readonly Way[])[] {
  if (parts.length === 0) return [[]];
  const pieces = piecesOf(parts, around, budget); // (a)
  if (pieces === undefined) return [parts.map(asItCame)];
  const widest = new Map<string, Region>();
  for (const piece of pieces) {
    const wide = widened(piece, pieces, around, budget); // (b)
    widest.set(regionKey(wide), wide);
  }
  const needed = withoutRedundant([...widest.values()], around, budget); // (c)
  const listed = needed.map((region) => ({ region, except: [] }));
  const turned = needed.length > 1 ? aroundAll(needed, pieces, around, budget) : undefined; // (d)
  return turned === undefined ? [listed] : [listed, [turned]];
}

interface Way {
  readonly region: Region;
  readonly except: readonly Region[];
}

/** (e) Statements about every pod and about other ends that say the same become one. */
function joined(ways: readonly Way[]): readonly Statement[] {
  const statements: Statement[] = [];
  for (const ends of joinEnds(ways.map(({ region }) => region))) {
    const of = ways.filter(({ region }) => ends.includes(region));
    statements.push({ ends, except: joinEnds(of.flatMap(({ except }) => except)) });
  }
  return statements;
}

/** Regions of every pod and of other ends that are alike in all else become one. */
export function joinEnds(regions: readonly Region[]): readonly Ends[] {
  const others = new Map<string, Region>();
  for (const region of regions)
    if (region.peer === undefined) others.set(regionKey(region), region);
  const ends: Ends[] = [];
  const taken = new Set<Region>();
  for (const region of regions) {
    if (region.peer === undefined) continue;
    const isAny = region.peer.constraints.length === 0;
    const twin = isAny ? others.get(regionKey({ ...region, peer: undefined })) : undefined;
    ends.push(twin === undefined ? [region] : [region, twin]);
    if (twin !== undefined) taken.add(twin);
  }
  for (const region of others.values()) if (!taken.has(region)) ends.push([region]);
  return ends;
}

/** How much there is to read: a line counts more than what stands in it. */
function wordsOf(statements: readonly Statement[]): number {
  let words = 0;
  for (const { ends, except } of statements) {
    words += LINE;
    for (const [region] of [ends, ...except]) words += region === undefined ? 0 : costOf(region);
    words += except.length * EXCEPTION;
  }
  return words;
}

const LINE = 12;
const EXCEPTION = 8;

/** Each piece once; undefined if there are too many. */
function piecesOf(
  parts: readonly Reaching[],
  around: Surroundings,
  budget: Budget,
): readonly Region[] | undefined {
  const pieces: Region[] = [];
  for (const { region, cuts } of parts) {
    const rest = remainder(region, [...cuts, ...pieces], around, budget);
    if (rest === undefined || pieces.length + rest.length > MOST_PIECES) return undefined;
    pieces.push(...rest);
  }
  return pieces;
}

/** What lies outside of all cuts, in regions that do not overlap; undefined if these are too many. */
export function remainder(
  whole: Region,
  cuts: readonly Region[],
  around: Surroundings,
  budget: Budget,
): readonly Region[] | undefined {
  const first = around.restrict(whole);
  if (first === undefined) return [];
  const rest: Region[] = [];
  const todo: Reaching[] = [{ region: first, cuts }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { region } = next;
    budget.spend(next.cuts.length + 1);
    if (budget.isSpent() || rest.length + todo.length > 2 * MOST_PIECES) return undefined;
    const meeting = next.cuts.filter((cut) => regionsMeet(cut, region));
    let best: Region | undefined;
    let least = Infinity;
    for (const cut of meeting) {
      const left = leftBy(region, cut, least);
      if (left < least) [best, least] = [cut, left];
    }
    if (least === 0) continue;
    if (best === undefined) {
      if (around.exists(region)) rest.push(region);
      continue;
    }
    const others = meeting.filter((cut) => cut !== best);
    for (const piece of [...outside(region, best)].reverse()) {
      if (around.exists(piece)) todo.push({ region: piece, cuts: others });
    }
  }
  return rest;
}

/** A statement made of a part without a look at what it says: its exceptions are the cuts that matter. */
function asItCame({ region, cuts }: Reaching): Way {
  const meeting = cuts.filter((cut) => regionsMeet(cut, region));
  const except = meeting.filter(
    (cut, at) =>
      !meeting.some(
        (other, index) =>
          index !== at && leftBy(cut, other, 1) === 0 && (leftBy(other, cut, 1) > 0 || index < at),
      ),
  );
  return { region, except };
}

// ---------------------------------------------------------------- (b)

function widened(
  piece: Region,
  set: readonly Region[],
  around: Surroundings,
  budget: Budget,
): Region {
  let region = piece;
  for (const key of keysOf(piece.peer)) region = widenLabel(region, key, set, around, budget);
  for (const { variable } of piece.facts) {
    const facts = region.facts.filter((fact) => fact.variable !== variable);
    const wide = { ...region, facts };
    if (remainder(wide, set, around, budget)?.length === 0) region = wide;
  }
  for (const part of ["peerAt", "subjectAt", "peerAfter", "subjectAfter"] as const) {
    region = widenAddresses(region, part, set, around, budget);
  }
  region = widenTraffic(region, "sourcePorts", ANY_SOURCE_PORT, set, around, budget);
  return widenTraffic(region, "traffic", ANY_TRAFFIC, set, around, budget);
}

/** Those of pods come first, and of those of a namespace its name last: it is what people know it by. */
function keysOf(labels: Cube | undefined): readonly LabelKey[] {
  const keys = (labels?.constraints ?? []).map(({ key }) => key);
  return keys.sort((a, b) => rankOf(a) - rankOf(b));
}

function rankOf(key: LabelKey): number {
  if (!key.startsWith("namespace:")) return 0;
  return key === "namespace:kubernetes.io/metadata.name" ? 2 : 1;
}

function widenLabel(
  region: Region,
  key: LabelKey,
  set: readonly Region[],
  around: Surroundings,
  budget: Budget,
): Region {
  const { peer } = region;
  const own = peer && constraintOf(peer, key);
  if (peer === undefined || own === undefined) return region;
  const wide = { ...region, peer: keepKeys(peer, (other) => other !== key) };
  const rest = remainder(wide, set, around, budget);
  if (rest === undefined) return region;
  if (rest.length === 0) return wide;
  let hindered: LabelSet | undefined = NO_LABEL;
  for (const piece of rest) {
    const values: LabelSet = (piece.peer && constraintOf(piece.peer, key)) ?? ANY_LABEL;
    hindered = hindered && uniteLabelSets(hindered, values);
  }
  const free = hindered === undefined ? [] : complementLabelSet(hindered);
  const [only] = free;
  if (only === undefined || free.length > 1) return region;
  const values = withPlainValues(
    only,
    own,
    (found) => withLabel(wide, key, found),
    key,
    around,
    set,
  );
  return isLabelSubset(own, values) ? (withLabel(wide, key, values) ?? region) : region;
}

function withLabel(region: Region, key: LabelKey, set: LabelSet): Region | undefined {
  const peer = cube([...(region.peer?.constraints ?? []), { key, set }]);
  return peer === undefined ? undefined : { ...region, peer };
}

/**
 * "All but a and b" is said only where something else exists: where the namespaces are known, a list of those that are
 * meant says the same, and says it better.
 */
function withPlainValues(
  free: LabelSet,
  own: LabelSet,
  regionWith: (values: LabelSet) => Region | undefined,
  key: LabelKey,
  around: Surroundings,
  set: readonly Region[],
): LabelSet {
  if (!free.complement || own.complement) return free;
  const named = new Set([...own.values, ...free.values]);
  for (const { peer } of set) {
    for (const value of (peer && constraintOf(peer, key)?.values) ?? []) named.add(value);
  }
  if (key.startsWith("namespace:")) for (const name of around.namespaces) named.add(name);
  const others = withAbsent(intersectLabelSets(free, labelNotIn(named)), false);
  const region = regionWith(others);
  const restricted = region && around.restrict(region);
  if (restricted !== undefined && around.exists(restricted)) return free;
  const listed = labelIn([...named].filter((value) => labelSetContains(free, value)));
  return withAbsent(listed, own.absent);
}

function widenAddresses(
  region: Region,
  part: "peerAt" | "subjectAt" | "peerAfter" | "subjectAfter",
  set: readonly Region[],
  around: Surroundings,
  budget: Budget,
): Region {
  if (region[part] === ANY_ADDRESS) return region;
  const wide: Region = { ...region, [part]: ANY_ADDRESS };
  const rest = remainder(wide, set, around, budget);
  if (rest === undefined) return region;
  if (rest.length === 0) return wide;
  const hindered = unionOfAddresses(rest.map((piece) => piece[part]));
  const asked = around.restrict(wide)?.[part] ?? region[part];
  const free = subtractAddresses(asked, hindered);
  return isAddressSubset(region[part], free) ? { ...region, [part]: free } : region;
}

function widenTraffic(
  region: Region,
  part: "traffic" | "sourcePorts",
  any: TrafficSet,
  set: readonly Region[],
  around: Surroundings,
  budget: Budget,
): Region {
  const wide: Region = { ...region, [part]: any };
  const rest = remainder(wide, set, around, budget);
  if (rest === undefined) return region;
  if (rest.length === 0) return wide;
  const asked = around.restrict(wide)?.[part] ?? region[part];
  const free = subtractTraffic(asked, unionOfTraffic(rest.map((piece) => piece[part])));
  return isTrafficSubset(region[part], free) ? { ...region, [part]: free } : region;
}

// ---------------------------------------------------------------- (c), (d)

/** The most particular ones are tried first: what can be said in general is kept. */
function withoutRedundant(
  regions: readonly Region[],
  around: Surroundings,
  budget: Budget,
): readonly Region[] {
  let kept = [...regions].sort((a, b) => costOf(a) - costOf(b) || compareKeys(a, b));
  for (const region of [...kept].reverse()) {
    const others = kept.filter((other) => other !== region);
    if (remainder(region, others, around, budget)?.length === 0) kept = others;
  }
  return kept;
}

function compareKeys(a: Region, b: Region): number {
  return compareText(regionKey(a), regionKey(b));
}

/** Roughly how much there is to read. */
function costOf({ peer, peerAt, subjectAt, traffic, sourcePorts, facts }: Region): number {
  let cost = facts.length * 2;
  for (const { set } of peer?.constraints ?? []) cost += 2 + set.values.length + set.atoms.length;
  if (peerAt !== ANY_ADDRESS) cost += 1 + peerAt.ranges.length;
  if (subjectAt !== ANY_ADDRESS) cost += 1 + subjectAt.ranges.length;
  if (traffic !== ANY_TRAFFIC) cost += 1 + traffic.ranges.length;
  if (sourcePorts !== ANY_SOURCE_PORT) cost += 1 + sourcePorts.ranges.length;
  return cost;
}

/** The product around all regions, except what in it is not of the set; undefined if that cannot be told. */
function aroundAll(
  regions: readonly Region[],
  set: readonly Region[],
  around: Surroundings,
  budget: Budget,
): Way | undefined {
  const [first, ...others] = regions;
  if (first === undefined) return undefined;
  const hull = others.reduce(hullOf, first);
  const missing = remainder(hull, set, around, budget);
  if (missing === undefined || missing.length > MOST_EXCEPTIONS) return undefined;
  const inside: Surroundings = {
    ...around,
    restrict: (region) => {
      const asked = around.restrict(region);
      return asked && intersectRegions(asked, hull);
    },
  };
  const wide = new Map<string, Region>();
  for (const piece of missing) {
    const region = widened(piece, missing, inside, budget);
    wide.set(regionKey(region), region);
  }
  const except = withoutRedundant([...wide.values()], inside, budget);
  // "May, but not unless it holds" is nothing that people can read.
  if (except.some(({ facts }) => facts.some(({ variable }) => variable.kind === "unknown"))) {
    return undefined;
  }
  return { region: hull, except };
}

/** So many pieces may be missing for an exception to be looked for. */
const MOST_EXCEPTIONS = 40;

function hullOf(a: Region, b: Region): Region {
  return {
    ...a,
    peer: a.peer && b.peer && labelsAround(a.peer, b.peer),
    peerAt: unionAddresses(a.peerAt, b.peerAt),
    subjectAt: unionAddresses(a.subjectAt, b.subjectAt),
    peerAfter: unionAddresses(a.peerAfter, b.peerAfter),
    subjectAfter: unionAddresses(a.subjectAfter, b.subjectAfter),
    traffic: unionTraffic(a.traffic, b.traffic),
    sourcePorts: unionTraffic(a.sourcePorts, b.sourcePorts),
    facts: a.facts.filter((fact) =>
      b.facts.some((other) => other.variable === fact.variable && other.holds === fact.holds),
    ),
  };
}

function labelsAround(a: Cube, b: Cube): Cube {
  const constraints = a.constraints.flatMap(({ key, set }) => {
    const other = constraintOf(b, key);
    const both = other && uniteLabelSets(set, other);
    return both === undefined ? [] : [{ key, set: both }];
  });
  return cube(constraints) ?? ANY_CUBE;
}

/** Equal for regions that are written alike. */
export function regionKey(region: Region): string {
  const { subject, peer, traffic, sourcePorts, facts } = region;
  const addresses = (["peerAt", "subjectAt", "peerAfter", "subjectAfter"] as const).map((part) =>
    rangesKey(region[part]),
  );
  return [
    cubeText(subject),
    peer === undefined ? "no pod" : cubeText(peer),
    ...addresses,
    trafficText(traffic),
    trafficText(sourcePorts),
    facts.map(factKey).sort(compareText).join(),
  ].join("\n");
}

/** What has a name is called by it: numbers depend on what was read first. */
function factKey({ variable, holds }: Facts[number]): string {
  const name =
    variable.kind === "unknown"
      ? String(variable.id)
      : `${variable.of} of ${variable.end} ${variable.name}`;
  return `${name}${holds ? "+" : "-"}`;
}

function rangesKey(set: AddressSet): string {
  if (equalAddresses(set, ANY_ADDRESS)) return "any";
  return set.ranges.map(({ first, last }) => `${String(first)}-${String(last)}`).join();
}
