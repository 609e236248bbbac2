import { compareText } from "../base/compare.ts";
import { ANY_CUBE, cubesMeet, cubeText, intersectCubes, subtractCubes } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import type { Region } from "./region.ts";
import type { DifferencePart } from "./difference-parts.ts";

/** Pods for which the same parts of a difference count; in `parts` the subject is left out. */
export interface SubjectClass {
  /** They do not overlap. */
  readonly pods: readonly Cube[];
  readonly parts: readonly DifferencePart[];
}

/** More cubes than this are not told apart at once. */
const MOST_ATOMS = 4096;

/**
 * The pods that some part is about, told apart by the subjects of all parts and cuts: so each part and each cut is about
 * all pods of a class or about none, and what differs for them is a question of the other end and the traffic alone. Where
 * that takes too much, fewer parts are looked at together; `giveUp` is called where even one takes too much.
 */
export function subjectClasses(
  parts: readonly DifferencePart[],
  giveUp: () => void,
): readonly SubjectClass[] {
  const classes = classesOf(parts);
  if (classes !== undefined) return classes;
  if (parts.length < 2) {
    giveUp();
    return [];
  }
  const half = parts.length >> 1;
  return [parts.slice(0, half), parts.slice(half)].flatMap((some) => subjectClasses(some, giveUp));
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
    return about.length === 0 ? [] : [{ pods, parts: about }];
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
