import type { AllowPeer, AllowRule } from "../ir/allow-policy.ts";
import type { Direction } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import { headLength, peerLength, ruleLength } from "./object-size.ts";

/** The rules of one object, each with the rule of the source that it comes from. */
export type OwnedRules<Owner> = Readonly<
  Partial<Record<Direction, readonly { readonly rule: AllowRule; readonly owner: Owner }[]>>
>;

/**
 * Rules for the same pods, over as many objects as it takes for each to be small enough. What several NetworkPolicies allow
 * the same pods is allowed by any of them, so nothing is lost, and nothing added: a rule that is too large for one object is
 * as many rules with the same ports and a part of its peers each.
 *
 * @param most length of the rules of one object
 * @returns one object at least; the directions of the first one are those given, the others have only what they have rules for
 */
export function splitObjects<Owner>(
  given: OwnedRules<Owner>,
  most: number,
): readonly OwnedRules<Owner>[] {
  type Filled = Partial<Record<Direction, { readonly rule: AllowRule; readonly owner: Owner }[]>>;
  let object: Filled = {};
  for (const direction of DIRECTIONS) if (given[direction] !== undefined) object[direction] = [];
  const objects = [object];
  let room = most;
  for (const direction of DIRECTIONS) {
    for (const { rule, owner } of given[direction] ?? []) {
      for (const part of rulesOf(rule, most)) {
        const length = ruleLength(part);
        const isEmpty = room === most;
        if (length > room && !isEmpty) {
          objects.push((object = {}));
          room = most;
        }
        (object[direction] ??= []).push({ rule: part, owner });
        room -= length;
      }
    }
  }
  return objects;
}

/** A rule as rules that are small enough, as far as parting its peers makes them so. */
function rulesOf(rule: AllowRule, most: number): readonly AllowRule[] {
  const { peers } = rule;
  if (peers === undefined || ruleLength(rule) <= most) return [rule];
  const head = headLength(rule);
  const parts: AllowRule[] = [];
  let some: AllowPeer[] = [];
  let length = head;
  for (const peer of peers) {
    const own = peerLength(peer);
    if (some.length > 0 && length + own > most) {
      parts.push({ ...rule, peers: some });
      some = [];
      length = head;
    }
    some.push(peer);
    length += own;
  }
  parts.push({ ...rule, peers: some });
  return parts;
}
