import { fitted } from "../base/fitted.ts";
import type { AllowPolicy, AllowRule } from "../ir/allow-policy.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { Direction } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { Cube } from "../sets/cube.ts";
import { cubeText } from "../sets/cube.ts";
import type { LoweredPolicy, LoweredRule } from "./lower-direction.ts";
import { selectorOf } from "./say-selector.ts";

interface Draft {
  readonly subject: Cube;
  readonly overIsolates: boolean;
  readonly rules: Partial<Record<Direction, AllowRule[]>>;
}

const INGRESS: readonly Direction[] = ["ingress"];
const EGRESS: readonly Direction[] = ["egress"];

/** The same few lists for all objects. */
function policyTypesOf({ rules: { ingress, egress } }: Draft): readonly Direction[] {
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
  readonly placements: ReadonlyMap<LoweredRule, readonly Placement[]>;
}

/**
 * The objects of one source policy in one namespace: one for each selector that its subjects need, with both directions,
 * in source order of rules; then one for each further subject that a rule has of its own. The first ones isolate.
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

  const placed: { rule: LoweredRule; draft: Draft; direction: Direction; index: number }[] = [];
  for (const direction of DIRECTIONS) {
    for (const { isolation } of lowered[direction]) {
      for (const subject of isolation.said) draftFor(subject, false).rules[direction] ??= [];
      for (const subject of isolation.over) draftFor(subject, true).rules[direction] ??= [];
    }
  }
  for (const direction of DIRECTIONS) {
    for (const rule of lowered[direction].flatMap((part) => part.rules)) {
      for (const group of rule.said?.groups ?? []) {
        for (const subject of group.subjects) {
          const draft = draftFor(subject, false);
          const rules = (draft.rules[direction] ??= []);
          for (const said of group.rules) {
            placed.push({ rule, draft, direction, index: rules.length });
            rules.push(said);
          }
        }
      }
    }
  }

  const objects = new Map<Draft, AllowPolicy>();
  for (const draft of drafts.values()) {
    objects.set(draft, {
      source,
      namespace,
      podSelector: selectorOf(draft.subject, "pod"),
      policyTypes: policyTypesOf(draft),
      ingress: fitted(draft.rules.ingress ?? []),
      egress: fitted(draft.rules.egress ?? []),
      overIsolates: draft.overIsolates,
    });
  }
  const placements = new Map<LoweredRule, Placement[]>();
  for (const { rule, draft, direction, index } of placed) {
    const object = objects.get(draft);
    if (object === undefined) continue;
    const list = placements.get(rule);
    if (list === undefined) placements.set(rule, [{ object, direction, index }]);
    else list.push({ object, direction, index });
  }
  return { objects: fitted([...objects.values()]), placements };
}
