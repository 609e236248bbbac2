import { compareText } from "../base/compare.ts";
import type { Cube, LabelConstraint, LabelKey } from "../sets/cube.ts";
import { cube, equalCubes } from "../sets/cube.ts";
import { LABEL_EXISTS, labelIn, labelSetContains, uniteLabelSets } from "../sets/label-set.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { clipped } from "./fact-reading.ts";
import { isLabelKey, isLabelValue } from "./label-syntax.ts";

/** Labels of which no pod has two: `app=web|tier=db`. */
export interface DisjointLabels {
  /** As the user wrote it. */
  readonly text: string;
  /** A pod meets one of these at most; sorted by key, each key once. */
  readonly alternatives: readonly LabelConstraint[];
}

/** So many keys may one option speak of: each pair of them is a condition of its own. */
const MOST_KEYS = 20;

/**
 * `key=value|key|...`: at least two alternatives, each a label or any value of a key. Two values of one key never meet
 * anyway, so what counts is which of the keys do.
 *
 * @returns what is wrong with it, as a sentence, where something is
 */
export function readDisjointLabels(text: string): DisjointLabels | string {
  const byKey = new Map<LabelKey, LabelSet>();
  const parts = text.split("|");
  if (parts.length < 2) return "give at least two labels with `|` between them, `app=web|tier=db`";
  for (const part of parts) {
    const alternative = part.trim();
    const equals = alternative.indexOf("=");
    const key = equals < 0 ? alternative : alternative.slice(0, equals);
    const value = equals < 0 ? undefined : alternative.slice(equals + 1);
    if (!isLabelKey(key)) return `\`${clipped(key)}\` is not a valid label key`;
    if (value !== undefined && !isLabelValue(value))
      return `\`${clipped(value)}\` is not a valid label value`;
    const set = value === undefined ? LABEL_EXISTS : labelIn([value]);
    const known = byKey.get(`pod:${key}`);
    if (known !== undefined && (value === undefined || labelSetContains(known, value)))
      return `\`${clipped(alternative)}\` holds wherever another one of them does`;
    const both = known === undefined ? set : uniteLabelSets(known, set);
    byKey.set(`pod:${key}`, both ?? set);
  }
  if (byKey.size > MOST_KEYS) return `at most ${String(MOST_KEYS)} label keys can be given at once`;
  const alternatives = [...byKey]
    .map(([key, set]): LabelConstraint => ({ key, set }))
    .sort((a, b) => compareText(a.key, b.key));
  return { text, alternatives };
}

/** The labels that no pod has, as cubes: two of the alternatives at once. None for values of one key alone. */
export function impossibleLabels(facts: readonly DisjointLabels[]): readonly Cube[] {
  const found: Cube[] = [];
  for (const { alternatives } of facts) {
    for (const [at, first] of alternatives.entries()) {
      for (const second of alternatives.slice(at + 1)) {
        const both = cube([first, second]);
        if (both !== undefined && !found.some((other) => equalCubes(other, both))) found.push(both);
      }
    }
  }
  return found;
}
