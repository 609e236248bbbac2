import { fitted } from "../base/fitted.ts";
import type { AllowPolicy, AllowRule } from "../ir/allow-policy.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { Direction } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { Cube } from "../sets/cube.ts";
import { cubeText } from "../sets/cube.ts";
import type { LoweredPolicy, LoweredRule } from "./lower-direction.ts";
import { selectorOf } from "./say-selector.ts";
import { OBJECT_SIZE, selectorLength } from "./object-size.ts";
import type { OwnedRules } from "./split-objects.ts";
import { splitObjects } from "./split-objects.ts";

interface Draft {
  readonly subject: Cube;
  readonly overIsolates: boolean;
  readonly rules: Partial<
    Record<Direction, { readonly rule: AllowRule; readonly owner: LoweredRule }[]>
  >;
}

const INGRESS: readonly Direction[] = ["ingress"];
const EGRESS: readonly Direction[] = ["egress"];

/** The same few lists for all objects. */
function policyTypesOf({ ingress, egress }: OwnedRules<unknown>): readonly Direction[] {
  if (ingress === undefined) return EGRESS;
  return egress === undefined ? INGRESS : DIRECTIONS;
}

/** Where a rule of the source went. */
export interface Placement {
  readonly object: AllowPolicy;
  readonly direction: Direction;
  readonly index: number;
}

export interface Assembled {
  readonly objects: readonly AllowPolicy[];
  /** How many of them what is said of the same pods was parted into, where that is most; 1 if none was. */
  readonly parts: number;
  readonly placements: ReadonlyMap<LoweredRule, readonly Placement[]>;
}

/**
 * The objects of one source policy in one namespace: one for each selector that its subjects need, with both directions,
 * in source order of rules; then one for each further subject that a rule has of its own. The first ones isolate. What is
 * too large for one object is several (split-objects.ts).
 *
 * @param lowered by direction, the parts that the policy has in the model
 */
export function assemble(
  source: PolicyOrigin,
  namespace: string,
  lowered: Readonly<Record<Direction, readonly LoweredPolicy[]>>,
): Assembled {
  const drafts = new Map<string, Draft>();
  const draftFor = (subject: Cube, overIsolates: boolean): Draft => {
    const key = `${overIsolates ? "over " : ""}${cubeText(subject)}`;
    let draft = drafts.get(key);
    if (draft === undefined) {
      draft = { subject, overIsolates, rules: {} };
      drafts.set(key, draft);
    }
    return draft;
  };

  for (const direction of DIRECTIONS) {
    for (const { isolation } of lowered[direction]) {
      for (const subject of isolation.said) draftFor(subject, false).rules[direction] ??= [];
      for (const subject of isolation.over) draftFor(subject, true).rules[direction] ??= [];
    }
  }
  for (const direction of DIRECTIONS) {
    for (const owner of lowered[direction].flatMap((part) => part.rules)) {
      for (const group of owner.said?.groups ?? []) {
        for (const subject of group.subjects) {
          const rules = (draftFor(subject, false).rules[direction] ??= []);
          for (const rule of group.rules) rules.push({ rule, owner });
        }
      }
    }
  }

  let parts = 1;
  const objects: AllowPolicy[] = [];
  const placements = new Map<LoweredRule, Placement[]>();
  for (const { subject, overIsolates, rules } of drafts.values()) {
    const podSelector = selectorOf(subject, "pod");
    const split = splitObjects(rules, OBJECT_SIZE - selectorLength(podSelector));
    parts = Math.max(parts, split.length);
    for (const part of split) {
      const object: AllowPolicy = {
        source,
        namespace,
        podSelector,
        policyTypes: policyTypesOf(part),
        ingress: fitted((part.ingress ?? []).map(({ rule }) => rule)),
        egress: fitted((part.egress ?? []).map(({ rule }) => rule)),
        overIsolates,
      };
      objects.push(object);
      for (const direction of DIRECTIONS) {
        for (const [index, { owner }] of (part[direction] ?? []).entries()) {
          const list = placements.get(owner);
          if (list === undefined) placements.set(owner, [{ object, direction, index }]);
          else list.push({ object, direction, index });
        }
      }
    }
  }
  return { objects: fitted(objects), parts, placements };
}
