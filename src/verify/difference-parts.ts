import type { Direction, Policy, Rule } from "../ir/policy.ts";
import type { Budget } from "./budget.ts";
import { subjectRegion } from "./region.ts";
import type { Region } from "./region.ts";
import type { Universe } from "./universe.ts";
import type { View } from "./view.ts";
import type { Reaching } from "./walk.ts";
import { decided, reaching, remaining, surelyAllows, surelyCloses } from "./walk.ts";

/** Flows that one set allows and the other denies, as a region without its cuts. */
export interface DifferencePart extends Reaching {
  /** The rule that allows them; undefined: they reach the end. */
  readonly allowedBy: Rule | undefined;
}

export interface DifferenceSides {
  readonly direction: Direction;
  readonly allowing: View;
  readonly denying: View;
  readonly universe: Universe;
  /** False of a policy about which it is known already that no flow of it is judged otherwise. */
  readonly mayDiffer: (policy: Policy) => boolean;
}

/**
 * All flows that the one view allows and the other denies, for the pods of one namespace. The parts may overlap. The
 * questions are those of the prover (prove.ts): what is allowed is allowed by a rule or reaches the end, and what is denied
 * of the latter is denied by a rule or by a tier that is closed. Parts may turn out to hold no flow.
 */
export function* differenceParts(
  sides: DifferenceSides,
  budget: Budget,
): Generator<DifferencePart> {
  const { allowing, denying, universe, mayDiffer } = sides;
  const denied = function* (from: Iterable<Reaching>, allowedBy: Rule | undefined) {
    for (const one of from) {
      for (const { region, cuts } of decided(denying, "deny", one, budget)) {
        yield { region, cuts, allowedBy };
      }
    }
  };
  for (const { allows } of allowing.tiers) {
    for (const item of allows.items) {
      // No flow can be shown for what nobody can name: that is the proof's to say.
      if (item.unsaid !== undefined) continue;
      const region = universe.restrict(item.region);
      if (region === undefined || !mayDiffer(item.policy)) continue;
      if (surelyAllows(denying, region)) continue;
      const from = reaching(allowing, item.tier, { region, cuts: [] }, budget);
      yield* denied(remainingOf(allowing, item, from), item.rule);
    }
  }
  for (const whole of deniedRegions(sides)) {
    const region = universe.restrict(whole);
    if (region === undefined || surelyCloses(allowing, region)) continue;
    const from = reaching(allowing, allowing.tiers.length, { region, cuts: [] }, budget);
    yield* denied(from, undefined);
  }
}

function* remainingOf(
  view: View,
  item: View["tiers"][number]["allows"]["items"][number],
  from: Iterable<Reaching>,
): Generator<Reaching> {
  for (const one of from) yield remaining(view, item, one);
}

/** Of what reaches the end of the other set, this set can deny no more. */
function* deniedRegions({ denying, direction, mayDiffer }: DifferenceSides): Generator<Region> {
  for (const { closed, blocks, defaultDeny } of denying.tiers) {
    for (const { region, policy } of closed.items) {
      if (!mayDiffer(policy)) continue;
      yield region;
      yield subjectRegion(region.subject, "address");
    }
    for (const { rule, policy, region } of blocks.items) {
      const isClosed = defaultDeny && policy[direction]?.isolates === true;
      if (rule.action === "deny" && !isClosed && mayDiffer(policy)) yield region;
    }
  }
}
