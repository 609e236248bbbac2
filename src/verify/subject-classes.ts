import { compareText } from "../base/compare.ts";
import {
  ANY_CUBE,
  cubesMeet,
  cubeText,
  intersectCubes,
  isCubeSubset,
  keepKeys,
  labelsAt,
  subtractCubes,
} from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import { isLabelSubset } from "../sets/label-set.ts";
import type { DifferencePart } from "./difference-parts.ts";
import { leftBy, regionsMeet } from "./region.ts";
import type { Region } from "./region.ts";
import { regionKey } from "./region-cover.ts";

/** Pods for which the same parts of a difference count; in `parts` the subject is left out. */
export interface SubjectClass {
  readonly pods: readonly Cube[];
  readonly parts: readonly DifferencePart[];
  /** About some of the pods alone, told by their subjects: what lies in one of these is not part of the difference. */
  readonly partial: readonly Region[];
}

/** More cubes than this are not told apart. */
const MOST_ATOMS = 256;
/** Where telling apart makes more classes than this for each subject of a part, exceptions are easier to read. */
const MOST_CLASSES = 3;
/** Pods that nothing is left for are left out where the others are this few cubes, and told as an exception elsewhere. */
const MOST_PODS = 4;

/**
 * The pods that some part is about, told apart by the subjects of all parts and cuts, which do not overlap then: each part
 * and each cut is about all pods of a class or about none, and what differs for them is a question of the other end and
 * the traffic alone. Subjects that cross each other make twice as many classes with each: then the pods of each part are a
 * class, which may overlap, and cuts about some of them are exceptions.
 */
export function subjectClasses(parts: readonly DifferencePart[]): readonly SubjectClass[] {
  const classes = classesOf(parts);
  const subjects = new Set(parts.map(({ region }) => cubeText(region.subject))).size;
  return classes === undefined || classes.length > MOST_CLASSES * subjects + 1
    ? classesByPart(parts)
    : classes;
}

type GrowingClass = SubjectClass & { readonly parts: DifferencePart[] };

/** One class for the parts that are about the same pods and have the same cuts about some of them. */
function classesByPart(parts: readonly DifferencePart[]): readonly SubjectClass[] {
  const byPods = new Map<string, Record<"pods" | "others", Map<string, GrowingClass>>>();
  for (const part of parts) {
    const { pods, full, partial } = cutsOf(part);
    if (pods.length === 0) continue;
    const name = pods.map(cubeText).join("\n\n");
    const none = { pods: new Map<string, GrowingClass>(), others: new Map<string, GrowingClass>() };
    const ofPods = byPods.get(name) ?? none;
    byPods.set(name, ofPods);
    const classes = part.region.peer === undefined ? ofPods.others : ofPods.pods;
    const key = partial.map(regionKey).join("\n\n");
    const told = { ...part, region: withoutSubject(part.region), cuts: full.map(withoutSubject) };
    const same = classes.get(key);
    if (same === undefined) classes.set(key, { pods, parts: [told], partial });
    else same.parts.push(told);
  }
  // Cuts about one kind of end mean nothing for the other, and what is alike for both is told once.
  return [...byPods.values()].flatMap(({ pods, others }): readonly SubjectClass[] => {
    const [one, other] = [...pods.values(), ...others.values()];
    if (pods.size !== 1 || others.size !== 1 || one === undefined || other === undefined) {
      return [...pods.values(), ...others.values()];
    }
    return [
      {
        pods: one.pods,
        parts: [...one.parts, ...other.parts],
        partial: [...one.partial, ...other.partial],
      },
    ];
  });
}

function cutsOf({ region, cuts }: DifferencePart): {
  readonly pods: readonly Cube[];
  readonly full: readonly Region[];
  readonly partial: readonly Region[];
} {
  const { subject } = region;
  const meeting = cuts.filter((cut) => regionsMeet(cut, region));
  const [full, others] = [true, false].map((isFull) =>
    meeting.filter((cut) => isCubeSubset(subject, cut.subject) === isFull),
  );
  let pods: readonly Cube[] = [subject];
  const partial = new Map<string, Region>();
  for (const cut of others ?? []) {
    const isWhole = leftBy({ ...region, subject: cut.subject }, cut, 1) === 0;
    const rest = isWhole ? pods.flatMap((one) => subtractCubes(one, cut.subject)) : undefined;
    if (rest !== undefined && rest.length <= MOST_PODS) pods = rest;
    else {
      // What all of the pods have need not be said of some.
      const own = keepKeys(
        cut.subject,
        (key) => !isLabelSubset(labelsAt(subject, key), labelsAt(cut.subject, key)),
      );
      const told = { ...cut, subject: own };
      partial.set(regionKey(told), told);
    }
  }
  const all = [...partial.values()];
  return {
    pods,
    full: full ?? [],
    partial: all
      .filter((cut) => !all.some((other) => other !== cut && leftBy(cut, other, 1) === 0))
      .sort((a, b) => compareText(regionKey(a), regionKey(b))),
  };
}

function classesOf(parts: readonly DifferencePart[]): readonly SubjectClass[] | undefined {
  const { subjects, numberOf } = numberSubjects(parts);
  let atoms: readonly Atom[] = [{ pods: ANY_CUBE, inside: [] }];
  for (const [at, subject] of subjects.entries()) {
    const next: Atom[] = [];
    for (const atom of atoms) {
      const both = cubesMeet(atom.pods, subject) ? intersectCubes(atom.pods, subject) : undefined;
      if (both === undefined) {
        next.push(atom);
        continue;
      }
      next.push({ pods: both, inside: [...atom.inside, at] });
      for (const pods of subtractCubes(atom.pods, subject)) {
        next.push({ pods, inside: atom.inside });
      }
    }
    if (next.length > MOST_ATOMS) return undefined;
    atoms = next;
  }
  const classes = new Map<string, { readonly inside: readonly number[]; readonly pods: Cube[] }>();
  for (const { pods, inside } of atoms) {
    const key = inside.join();
    const same = classes.get(key);
    if (same === undefined) classes.set(key, { inside, pods: [pods] });
    else same.pods.push(pods);
  }
  const bySubject = new Map<number, number[]>();
  for (const [at, { region }] of parts.entries()) {
    const list = bySubject.get(numberOf(region));
    if (list === undefined) bySubject.set(numberOf(region), [at]);
    else list.push(at);
  }
  return [...classes.values()].flatMap(({ inside, pods }): readonly SubjectClass[] => {
    const numbers = new Set(inside);
    const about = inside
      .flatMap((one) => bySubject.get(one) ?? [])
      .sort((a, b) => a - b)
      .flatMap((at): readonly DifferencePart[] => {
        const part = parts[at];
        if (part === undefined) return [];
        const cuts = part.cuts.filter((cut) => numbers.has(numberOf(cut))).map(withoutSubject);
        return [{ region: withoutSubject(part.region), cuts, allowedBy: part.allowedBy }];
      });
    return about.length === 0 ? [] : [{ pods, parts: about, partial: [] }];
  });
}

interface Atom {
  readonly pods: Cube;
  /** The subjects that it lies in; it does not meet the others. */
  readonly inside: readonly number[];
}

/** Each subject once, in a stable order, and its place there. */
function numberSubjects(parts: readonly DifferencePart[]): {
  readonly subjects: readonly Cube[];
  readonly numberOf: (region: Region) => number;
} {
  const texts = new Map<Cube, string>();
  const found = new Map<string, Cube>();
  for (const { region, cuts } of parts) {
    for (const { subject } of [region, ...cuts]) {
      if (texts.has(subject)) continue;
      const text = cubeText(subject);
      texts.set(subject, text);
      found.set(text, subject);
    }
  }
  const sorted = [...found].sort(([a], [b]) => compareText(a, b));
  const numbers = new Map(sorted.map(([text], at) => [text, at]));
  const numberOf = ({ subject }: Region): number => numbers.get(texts.get(subject) ?? "") ?? -1;
  return { subjects: sorted.map(([, subject]) => subject), numberOf };
}

function withoutSubject(region: Region): Region {
  return region.subject === ANY_CUBE ? region : { ...region, subject: ANY_CUBE };
}
