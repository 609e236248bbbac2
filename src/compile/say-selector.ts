import { fitted } from "../base/fitted.ts";
import { compareBy, compareText } from "../base/compare.ts";
import type { LabelRequirement, LabelSelector } from "../ir/allow-policy.ts";
import type { Cube, LabelConstraint, LabelKey } from "../sets/cube.ts";
import { ANY_CUBE, NAMESPACE_NAME, cube } from "../sets/cube.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { LABEL_ABSENT, labelIn } from "../sets/label-set.ts";

export const EVERYTHING: LabelSelector = { requirements: [] };

/**
 * One constraint as alternatives that a LabelSelector can say. `{absent, a}` needs two: NotIn is the only operator that
 * takes the absent label in, and it takes everything else with it.
 */
function alternatives(set: LabelSet): readonly LabelSet[] {
  if (!set.complement && set.absent && set.values.length > 0)
    return [LABEL_ABSENT, labelIn(set.values)];
  return [set];
}

/** More selectors than this are not written for one: ten keys that may each be absent or one value take a thousand. */
export const SELECTOR_LIMIT = 256;

/** How many selectors it takes to say a cube. */
export function selectorCount(of: Cube): number {
  return of.constraints.reduce((count, { set }) => count * alternatives(set).length, 1);
}

export const takesTooMany = (of: Cube): boolean => selectorCount(of) > SELECTOR_LIMIT;

/**
 * The cubes, each sayable by one selector a scope, whose union is the cube given; none past {@link SELECTOR_LIMIT}. It has
 * no text conditions.
 */
export function splitSayable(of: Cube): readonly Cube[] {
  if (takesTooMany(of)) return [];
  if (!of.constraints.some(({ set }) => alternatives(set).length > 1)) return [of];
  let found: LabelConstraint[][] = [[]];
  for (const { key, set } of of.constraints) {
    found = alternatives(set).flatMap((one) => found.map((rest) => [...rest, { key, set: one }]));
  }
  return found.map((constraints) => cube(constraints)).filter((one) => one !== undefined);
}

/** Every namespace carries it, so nobody has to ask whether it is there. */
const ALWAYS_THERE = NAMESPACE_NAME;

function requirements(owned: LabelKey, key: string, set: LabelSet): readonly LabelRequirement[] {
  const values = [...set.values].sort(compareText);
  if (!set.complement) {
    if (set.absent) return [{ key, operator: "DoesNotExist", values: [] }];
    return [{ key, operator: "In", values }];
  }
  const not: LabelRequirement[] = values.length === 0 ? [] : [{ key, operator: "NotIn", values }];
  return set.absent || (owned === ALWAYS_THERE && not.length > 0)
    ? not
    : [{ key, operator: "Exists", values: [] }, ...not];
}

/** The constraints of one scope as a selector. The cube comes from {@link splitSayable}. */
export function selectorOf(of: Cube, scope: "namespace" | "pod"): LabelSelector {
  if (of === ANY_CUBE) return EVERYTHING;
  const found: LabelRequirement[] = [];
  for (const { key, set } of of.constraints) {
    if (key.startsWith(`${scope}:`))
      found.push(...requirements(key, key.slice(scope.length + 1), set));
  }
  return found.length === 0
    ? EVERYTHING
    : {
        requirements: fitted(
          found.sort(
            compareBy(
              (one) => one.key,
              (one) => one.operator,
            ),
          ),
        ),
      };
}
