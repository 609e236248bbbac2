import type {
  Direction,
  DirectionRules,
  Policy,
  PolicySet,
  Rule,
  Tier,
  UnsaidMatch,
} from "../ir/policy.ts";
import { cubeText, intersectCubes, isCubeSubset } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import { subjectRegion } from "./region.ts";
import type { Region } from "./region.ts";
import { RegionIndex } from "./region-index.ts";
import { ruleMatch, unsaidMatch } from "./rule-regions.ts";
import type { RuleMatch, RuleReading } from "./rule-regions.ts";
import { inScope } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { namespacesOf } from "./universe.ts";

/** A part of what one rule matches, for pods of one namespace. */
export interface RuleRegion {
  readonly rule: Rule;
  readonly policy: Policy;
  readonly tier: number;
  /** Its place among the rules of the tier: of two that match, the smaller one is asked first. */
  readonly sequence: number;
  readonly region: Region;
  /** The region is not what the rule says that it matches, but where it may match besides. */
  readonly unsaid?: UnsaidMatch;
}

/** Pods that a tier's default action holds for. */
export interface ClosedSubject {
  readonly policy: Policy;
  readonly applied: DirectionRules;
  readonly region: Region;
}

/** A tier as the pods of one namespace see it in one direction. */
export interface TierView {
  readonly defaultDeny: boolean;
  readonly allows: RegionIndex<RuleRegion>;
  /** Deny and Pass: what an Allow behind them may lose to. */
  readonly blocks: RegionIndex<RuleRegion>;
  readonly hasPass: boolean;
  /** Empty where the default action passes: then it does nothing. */
  readonly closed: RegionIndex<ClosedSubject>;
}

/** The tiers that may take part for some pod of the namespace. */
export interface View {
  readonly tiers: readonly TierView[];
}

/** Makes views of one set in one direction; what does not depend on the namespace is worked out once. */
export class Views {
  readonly #reading: RuleReading;
  readonly #tiers: readonly GroupedTier[];
  readonly #matches = new Map<Rule, RuleMatch>();

  constructor(set: PolicySet, reading: RuleReading) {
    this.#reading = reading;
    this.#tiers = set.tiers.map((tier) => groupByNamespace(tier, reading.direction));
  }

  viewOf(scope: Scope): View {
    const tiers: TierView[] = [];
    for (const tier of this.#tiers) {
      const policies = policiesFor(tier, scope);
      if (policies.length > 0) {
        const view = this.#tierView(tier, policies, scope, tiers.length);
        if (view !== undefined) tiers.push(view);
      }
    }
    return { tiers };
  }

  #tierView(
    { tier }: GroupedTier,
    policies: readonly Policy[],
    scope: Scope,
    place: number,
  ): TierView | undefined {
    const allows: RuleRegion[] = [];
    const blocks: RuleRegion[] = [];
    const closed = new Map<string, ClosedSubject>();
    const defaultDeny = tier.defaultAction === "deny";
    let sequence = 0;
    let hasPass = false;
    let takesPart = false;
    for (const policy of policies) {
      const applied = policy[this.#reading.direction];
      if (applied === undefined) continue;
      const subjects = subjectsOf(policy, scope);
      if (subjects.length === 0) continue;
      takesPart = true;
      if (applied.isolates && defaultDeny) {
        for (const subject of subjects) {
          const region = subjectRegion(subject, "pod");
          // Of several policies with these subjects the last one is the one that counts, in its own place.
          const text = cubeText(subject);
          closed.delete(text);
          closed.set(text, { policy, applied, region });
        }
      }
      for (const rule of applied.rules) {
        sequence += 1;
        if (rule.action === "log") continue;
        if (rule.action === "pass") hasPass = true;
        const list = rule.action === "allow" ? allows : blocks;
        const match = this.#matchOf(rule, policy);
        for (const region of regionsOf(match, subjects, scope)) {
          list.push({ rule, policy, tier: place, sequence, region });
        }
        for (const unsaid of rule.unsaid ?? []) {
          const besides = unsaidMatch(unsaid, this.#reading);
          for (const region of regionsOf(besides, subjects, scope)) {
            list.push({ rule, policy, tier: place, sequence, region, unsaid });
          }
        }
      }
    }
    if (!takesPart) return undefined;
    return {
      defaultDeny,
      allows: new RegionIndex(allows),
      blocks: new RegionIndex(blocks),
      hasPass,
      closed: new RegionIndex([...closed.values()]),
    };
  }

  /** The matches of rules that count in one namespace alone are not kept. */
  #matchOf(rule: Rule, policy: Policy): RuleMatch {
    if (policy.origin.namespace !== undefined) return ruleMatch(rule, this.#reading);
    let match = this.#matches.get(rule);
    if (match === undefined) {
      match = ruleMatch(rule, this.#reading);
      this.#matches.set(rule, match);
    }
    return match;
  }
}

/** The parts of a match that lie with the subjects, which are in the scope. */
function* regionsOf(match: RuleMatch, subjects: readonly Cube[], scope: Scope): Generator<Region> {
  for (const part of match) {
    const own = inScope(part.subject, scope);
    if (own === undefined) continue;
    for (const subject of subjects) {
      const both = intersectCubes(subject, own);
      if (both !== undefined) yield { ...part, subject: both };
    }
  }
}

/** Of the subjects in the scope those that are not part of another one. */
function subjectsOf(policy: Policy, scope: Scope): readonly Cube[] {
  const subjects: Cube[] = [];
  for (const one of policy.subject.pods) {
    const subject = inScope(one, scope);
    if (subject === undefined || subjects.some((other) => isCubeSubset(subject, other))) continue;
    subjects.push(subject);
  }
  return subjects;
}

interface GroupedTier {
  readonly tier: Tier;
  /** The policies of one namespace, with their places in the tier. */
  readonly byNamespace: ReadonlyMap<string, readonly Placed[]>;
  readonly anywhere: readonly Placed[];
}

interface Placed {
  readonly at: number;
  readonly policy: Policy;
}

function groupByNamespace(tier: Tier, direction: Direction): GroupedTier {
  const byNamespace = new Map<string, Placed[]>();
  const anywhere: Placed[] = [];
  for (const [at, policy] of tier.policies.entries()) {
    if (policy[direction] === undefined) continue;
    const [first, ...more] = policy.subject.pods;
    const names = first === undefined || more.length > 0 ? undefined : namespacesOf(first);
    if (names === undefined) {
      anywhere.push({ at, policy });
      continue;
    }
    for (const name of names) {
      const list = byNamespace.get(name);
      if (list === undefined) byNamespace.set(name, [{ at, policy }]);
      else list.push({ at, policy });
    }
  }
  return { tier, byNamespace, anywhere };
}

/** In the order of the tier: every policy whose subject may lie in the scope. */
function policiesFor({ byNamespace, anywhere }: GroupedTier, scope: Scope): readonly Policy[] {
  const own = scope.name === undefined ? undefined : byNamespace.get(scope.name);
  if (own === undefined) return anywhere.map(({ policy }) => policy);
  if (anywhere.length === 0) return own.map(({ policy }) => policy);
  return [...own, ...anywhere].sort((a, b) => a.at - b.at).map(({ policy }) => policy);
}
