import type { Box } from "../sets/box.ts";
import { subjectBoxes } from "../sets/box.ts";
import { BoxIndex } from "../sets/box-index.ts";
import type { LocalPolicy, LocalRule, LocalTier } from "./local.ts";

/** A rule that decides, with one of its boxes. */
export interface Decider {
  readonly local: LocalRule;
  /** Position among the rules of its tier. */
  readonly at: number;
  readonly box: Box;
}

interface Closer {
  readonly policy: LocalPolicy;
  readonly box: Box;
}

/** The policies of a tier because of which its end denies: none if the tier's default is Pass. */
export function closers(tier: LocalTier): readonly LocalPolicy[] {
  return tier.tier.defaultAction === "pass"
    ? []
    : tier.policies.filter((policy) => policy.isolates);
}

/** Which rules and policies of a tier may concern a box. */
export class TierIndex {
  readonly #deciders: BoxIndex<Decider>;
  readonly #closers: BoxIndex<Closer>;
  readonly #positions = new Map<LocalRule, number>();

  constructor(tier: LocalTier) {
    const deciders: Decider[] = [];
    for (const [at, local] of tier.rules.entries()) {
      this.#positions.set(local, at);
      if (local.rule.action === "log") continue;
      for (const box of local.boxes) deciders.push({ local, at, box });
    }
    this.#deciders = new BoxIndex(deciders, ({ box }) => box);
    this.#closers = new BoxIndex(
      closers(tier).flatMap((policy) =>
        subjectBoxes(policy.subjects).map((box) => ({ policy, box })),
      ),
      ({ box }) => box,
    );
  }

  /** Rules that may decide flows of the box, in evaluation order, Log rules left out. */
  deciders(box: Box): readonly Decider[] {
    return this.#deciders.mayMeet(box);
  }

  /** What the end of the tier denies that may concern the box. */
  closers(box: Box): readonly Closer[] {
    return this.#closers.mayMeet(box);
  }

  /** How many rules of the tier stand before it. */
  positionOf(local: LocalRule): number {
    return this.#positions.get(local) ?? 0;
  }
}

const indices = new WeakMap<LocalTier, TierIndex>();

export function indexOf(tier: LocalTier): TierIndex {
  let index = indices.get(tier);
  if (index === undefined) indices.set(tier, (index = new TierIndex(tier)));
  return index;
}
