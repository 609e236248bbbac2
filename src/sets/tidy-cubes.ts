import { ANY_CUBE, cube, isCubeSubset } from "./cube.ts";
import type { Cube, LabelConstraint, LabelKey } from "./cube.ts";
import { labelIn, labelSetText, uniteLabelSets } from "./label-set.ts";
import type { LabelSet } from "./label-set.ts";

/**
 * A union of cubes with fewer of them: those inside another one are dropped, and those that differ in one key alone
 * become one where one set says it. Again and again, until neither changes anything. What is left keeps the order in
 * which it came.
 */
export function tidyCubes(cubes: readonly Cube[]): readonly Cube[] {
  let tidy = cubes;
  while (tidy.length > 1) {
    const kept = dropContained(tidy);
    tidy = mergeByKey(kept);
    if (tidy.length === kept.length) return kept;
  }
  return tidy;
}

function dropContained(cubes: readonly Cube[]): readonly Cube[] {
  if (cubes.some((one) => one.constraints.length === 0)) return [ANY_CUBE];
  const mayContain = containerIndex(cubes);
  const leftOut = Int32Array.from(cubes, leftOutBits);
  const dropped = new Set<number>();
  for (const [at, candidate] of cubes.entries()) {
    const kept = listsValues(candidate) ? 0 : ~(leftOut[at] ?? 0);
    if (mayContain(candidate).some((others) => isContained(at, kept, others))) dropped.add(at);
  }
  return dropped.size === 0 ? cubes : cubes.filter((_, at) => !dropped.has(at));

  function isContained(at: number, kept: number, others: readonly number[]): boolean {
    const candidate = cubes[at];
    for (const other of others) {
      if (((leftOut[other] ?? 0) & kept) !== 0 || other === at || dropped.has(other)) continue;
      // Of equal cubes the last one stays, since those before it find it first.
      const container = cubes[other];
      if (candidate === undefined || container === undefined) continue;
      if (isCubeSubset(candidate, container)) return true;
    }
    return false;
  }
}

/**
 * What a container leaves out, its contents leave out. So most pairs are told apart by a few bits for the values that
 * each leaves out, without a look at the sets: the complement of a union may have thousands of cubes that differ in
 * nothing else.
 */
function leftOutBits(of: Cube): number {
  let bits = 0;
  for (const { key, set } of of.constraints) {
    if (!set.complement) continue;
    for (const value of set.values) bits |= 1 << bitOf(key, value);
  }
  return bits;
}

/** Such a cube leaves out, on some key, more than it says. */
function listsValues(of: Cube): boolean {
  return of.constraints.some(({ set }) => !set.complement || set.atoms.length > 0);
}

/** Some number from 0 to 31, spread evenly. */
function bitOf(key: string, value: string): number {
  return Math.imul(hash(value, hash(key, 0)), 0x9e3779b1) >>> 27;
}

function hash(text: string, start: number): number {
  let bits = start;
  for (let at = 0; at < text.length; at += 1) bits = (bits * 31 + text.charCodeAt(at)) | 0;
  return bits;
}

interface Containers {
  readonly byValue: Map<string, number[]>;
  readonly wide: number[];
}

/**
 * Finds the cubes that may contain a given one without looking at them all. Each cube is filed under one of its
 * constraints, the narrowest, by its values: whatever it contains has a constraint on that key with some of those values.
 */
function containerIndex(cubes: readonly Cube[]): (of: Cube) => readonly (readonly number[])[] {
  const filed = new Map<LabelKey, Containers>();
  for (const [at, one] of cubes.entries()) {
    const { key, set } = narrowest(one);
    let containers = filed.get(key);
    if (containers === undefined) {
      containers = { byValue: new Map(), wide: [] };
      filed.set(key, containers);
    }
    if (!isPlain(set)) {
      containers.wide.push(at);
      continue;
    }
    for (const value of set.values) {
      const list = containers.byValue.get(value);
      if (list === undefined) containers.byValue.set(value, [at]);
      else list.push(at);
    }
  }
  return (of) => {
    const found: (readonly number[])[] = [];
    for (const { key, set } of of.constraints) {
      const containers = filed.get(key);
      if (containers === undefined) continue;
      if (containers.wide.length > 0) found.push(containers.wide);
      const value = isPlain(set) ? set.values[0] : undefined;
      const list = value === undefined ? undefined : containers.byValue.get(value);
      if (list !== undefined) found.push(list);
    }
    return found;
  };
}

/** A plain list of values. */
function isPlain(set: LabelSet): boolean {
  return !set.complement && !set.absent;
}

function narrowest(of: Cube): LabelConstraint {
  const width = ({ set }: LabelConstraint): number =>
    isPlain(set) ? set.values.length : Number.POSITIVE_INFINITY;
  return of.constraints.reduce((best, one) => (width(one) <= width(best) ? one : best));
}

/** Cubes that agree in all but one key, as one. */
class Merged {
  readonly at: number;
  #set: LabelSet;
  /** Values still to be put into the set: one by one each would copy all before it. */
  #values: string[] = [];

  constructor(at: number, set: LabelSet) {
    this.at = at;
    this.#set = set;
  }

  get set(): LabelSet {
    if (this.#values.length > 0) {
      this.#set = labelIn([...this.#set.values, ...this.#values]);
      this.#values = [];
    }
    return this.#set;
  }

  /** False if no one set says the union. */
  unite(set: LabelSet): boolean {
    if (isList(this.#set) && isList(set)) {
      for (const value of set.values) this.#values.push(value);
      return true;
    }
    const union = uniteLabelSets(this.set, set);
    if (union !== undefined) this.#set = union;
    return union !== undefined;
  }
}

/** Values and nothing else. */
const isList = (set: LabelSet): boolean => isPlain(set) && set.atoms.length === 0;

/** One round of merging, key by key. */
function mergeByKey(cubes: readonly Cube[]): readonly Cube[] {
  const keys = new Set(cubes.flatMap((one) => one.constraints.map(({ key }) => key)));
  const merged: (Cube | undefined)[] = [...cubes];
  for (const key of keys) {
    // Cubes that agree in all else are together; each group keeps the sets that could not be united so far.
    const groups = new Map<string, Merged[]>();
    for (const [at, one] of merged.entries()) {
      const own = one?.constraints.find((constraint) => constraint.key === key);
      if (one === undefined || own === undefined) continue;
      const others = one.constraints.filter((constraint) => constraint.key !== key);
      const rest = others.map(constraintText).join(" && ");
      const group = groups.get(rest);
      if (group === undefined) groups.set(rest, [new Merged(at, own.set)]);
      else if (!joinGroup(group, own.set)) group.push(new Merged(at, own.set));
      else merged[at] = undefined;
    }
    for (const group of groups.values()) {
      for (const { at, set } of group) {
        const one = merged[at];
        if (one !== undefined) merged[at] = withSet(one, key, set);
      }
    }
  }
  return merged.filter((one) => one !== undefined);
}

const joinGroup = (group: readonly Merged[], set: LabelSet): boolean =>
  group.some((member) => member.unite(set));

function withSet(of: Cube, key: LabelKey, set: LabelSet): Cube {
  if (of.constraints.some((constraint) => constraint.key === key && constraint.set === set)) {
    return of;
  }
  const others = of.constraints.filter((constraint) => constraint.key !== key);
  return cube([...others, { key, set }]) ?? of;
}

function constraintText({ key, set }: LabelConstraint): string {
  return `${JSON.stringify(key)} ${labelSetText(set)}`;
}
