import type { Direction, Policy, Rule } from "../ir/policy.ts";
import type { Disposition } from "../ir/outcome.ts";
import { ANY_ADDRESS, addressesMeet } from "../sets/address-set.ts";
import type { Box } from "../sets/box.ts";
import { boxesMeet } from "../sets/box.ts";
import type { Cube } from "../sets/cube.ts";
import type { Difference } from "./claim.ts";
import { NO_DIFFERENCE, difference } from "./claim.ts";
import type { Facts } from "./facts.ts";
import type { Isolation, UnsayableSubjects } from "./isolation.ts";
import { isolatedSubjects, sayIsolation, withinIsolated } from "./isolation.ts";
import type { LocalPolicy, LocalRule, LocalSet, LocalTier } from "./local.ts";
import type { Effort } from "./reach.ts";
import {
  allowedFrom,
  closers,
  effective,
  meetBoxes,
  minusBoxes,
  reaching,
  subjectBoxes,
  undecidedAt,
} from "./reach.ts";
import { splitSayable } from "./say-selector.ts";
import type { SaidRule } from "./say-rule.ts";
import { sayRule, saySubjects } from "./say-rule.ts";

/** Which side is taken where no exact form exists. */
export type Inexact = "narrow" | "widen";

export interface LoweringOptions {
  readonly inexact: Inexact;
  readonly unsayableSubjects: UnsayableSubjects;
}

/** A rule or policy of the source because of which another rule is what it is. */
export interface Cause {
  readonly policy: LocalPolicy;
  /** Undefined: the end of the policy's tier. */
  readonly rule?: LocalRule;
}

export interface LoweredRule {
  readonly local: LocalRule;
  readonly disposition: Extract<Disposition, "emitted" | "redundant" | "skipped">;
  /** What is written for it; for a Pass, what it hands on to the end. */
  readonly said: SaidRule | undefined;
  readonly because: readonly Cause[];
  /** Flows that the source allows (as far as this rule goes) and the output denies. */
  readonly lost: Difference;
  /** Flows that the output allows and the source denies. */
  readonly gained: Difference;
}

export interface LoweredPolicy {
  readonly local: LocalPolicy;
  readonly isolation: Isolation;
  /** In source order. */
  readonly rules: readonly LoweredRule[];
}

export interface LoweredDirection {
  readonly set: LocalSet;
  readonly policies: ReadonlyMap<Policy, LoweredPolicy>;
}

/** Names of a cause list are for people: a few will do. */
const MAX_CAUSES = 12;

/**
 * Lowers one namespace and direction with `--actions skip`: no rule is ever cut.
 *
 * a. Which pods each policy isolates (isolation.ts). I is the union of what is written of that.
 * b. An Allow is written if the tiers and rules before it leave it whole; it is redundant if they leave nothing of it,
 *    and otherwise left out (narrow) or written whole (widen). It is written for pods of I alone: an object for others
 *    would isolate them.
 * c. What a Pass hands on to the end (the profile allows it) is written in the same way, as a rule of its own.
 * d. A Deny or Pass is redundant if and only if leaving it out changes no verdict; it is skipped if a rule of b or c was
 *    left out because of it, and honoured ("emitted") otherwise.
 * e. What each rule lost or gained is what is missing from, or too much in, everything written for the namespace.
 */
export function lowerDirection(
  set: LocalSet,
  options: LoweringOptions,
  facts: Facts,
  effort: Effort,
): LoweredDirection {
  return new DirectionLowering(set, options, facts, effort).run();
}

interface Draft {
  readonly local: LocalRule;
  disposition: LoweredRule["disposition"];
  said: SaidRule | undefined;
  because: readonly Cause[];
  /** Flows that the source may allow because of this rule. */
  wanted: readonly Box[];
  /** Flows that it surely does. */
  sure: readonly Box[];
  /** What it rests on that a Deny or Pass is left out. */
  gained: Difference;
  /** A Deny that no flow comes to undecided, so that it isolates nobody. */
  unreached: boolean;
}

/** True if the rule matches flows that the model cannot say. */
export const hasUnsaid = ({ rule }: LocalRule): boolean => rule.unsaid !== undefined && rule.unsaid.length > 0;

const isKept = ({ policy }: LocalPolicy): boolean => policy.origin.engine === "kubernetes";

/** An object that is kept isolates whom it selects, whatever earlier tiers hand on to it. */
function keptIsolation(source: readonly Cube[], subjects: readonly Cube[]): Isolation {
  return { source, said: subjects.flatMap(splitSayable), over: [], open: [], byValues: false };
}

function writtenBy(drafts: Iterable<Draft>): readonly Box[] {
  const written: Box[] = [];
  for (const { said } of drafts) if (said !== undefined) written.push(...said.surely);
  return written;
}

class DirectionLowering {
  readonly #set: LocalSet;
  readonly #options: LoweringOptions;
  readonly #facts: Facts;
  readonly #effort: Effort;
  readonly #direction: Direction;
  readonly #isolation = new Map<LocalPolicy, Isolation>();
  #isolated: readonly Cube[] = [];
  /** True if no rule can touch another: one tier that denies at its end, Allows alone, and all of it certain. */
  readonly #plain: boolean;

  constructor(set: LocalSet, options: LoweringOptions, facts: Facts, effort: Effort) {
    this.#set = set;
    this.#options = options;
    this.#facts = facts;
    this.#effort = effort;
    this.#direction = set.direction;
    const [tier] = set.tiers;
    this.#plain =
      set.tiers.length === 1 &&
      tier !== undefined &&
      tier.tier.defaultAction === "deny" &&
      tier.policies.every((policy) => policy.certain && policy.isolates) &&
      tier.rules.every(({ rule }) => rule.action === "allow" || rule.action === "log");
  }

  run(): LoweredDirection {
    const side = this.#options.inexact === "narrow" ? "over" : "under";
    const isolated: Cube[] = [];
    this.#set.tiers.forEach((tier, index) => {
      for (const policy of tier.policies) {
        const source = isolatedSubjects(this.#set, index, tier, policy, side, this.#effort);
        const isolation = isKept(policy)
          ? keptIsolation(source, policy.subjects)
          : sayIsolation(source, this.#options.unsayableSubjects, this.#facts);
        this.#isolation.set(policy, isolation);
        isolated.push(...isolation.said, ...isolation.over);
      }
    });
    this.#isolated = isolated;

    const drafts = new Map<LocalRule, Draft>();
    this.#set.tiers.forEach((tier, index) => {
      for (const rule of tier.rules) drafts.set(rule, this.#draft(index, tier, rule));
    });
    this.#fillHoles(drafts);
    this.#spareSkipped(drafts);
    this.#judgeActions(drafts);
    const written = writtenBy(drafts.values());
    this.#judgeTails(drafts, written);
    const policies = new Map<Policy, LoweredPolicy>();
    for (const [local, isolation] of this.#isolation) {
      const rules = local.rules.flatMap((rule) => {
        const draft = drafts.get(rule);
        return draft === undefined ? [] : [this.#claim(draft, written)];
      });
      policies.set(local.policy, { local, isolation, rules });
    }
    return { set: this.#set, policies };
  }

  #draft(tierIndex: number, tier: LocalTier, local: LocalRule): Draft {
    const draft: Draft = { local, disposition: "redundant", said: undefined, because: [], wanted: [], sure: [], gained: NO_DIFFERENCE, unreached: false };
    switch (local.rule.action) {
      case "log":
        break;
      case "allow":
        if (isKept(local.policy)) this.#keep(draft, tierIndex, tier);
        else this.#allow(draft, tierIndex, tier);
        break;
      case "pass":
        this.#pass(draft, tierIndex);
        break;
      case "deny":
        break;
    }
    return draft;
  }

  /** A rule of a Kubernetes policy of the input: it is written as it is, whatever the source's tiers make of it. */
  #keep(draft: Draft, tierIndex: number, tier: LocalTier): void {
    const { local } = draft;
    const surely =
      this.#facts.blocksMatchPods === "yes"
        ? local.boxes
        : local.boxes.filter(({ peer }) => peer.kind !== "pod" || peer.addresses === ANY_ADDRESS);
    draft.disposition = "emitted";
    draft.said = { subjects: local.policy.subjects, rules: [], surely, maybe: local.boxes };
    draft.wanted = this.#plain ? local.boxes : effective(this.#set, tierIndex, local, "over", this.#effort);
    draft.sure = this.#plain ? local.boxes : effective(this.#set, tierIndex, local, "under", this.#effort);
    if (!this.#plain && !this.#covers(draft.sure, local.boxes)) {
      draft.because = this.#causes(tierIndex, tier, local);
    }
  }

  /** Step b. A rule with a part that is not even in the model is never redundant for what is known of it. */
  #allow(draft: Draft, tierIndex: number, tier: LocalTier): void {
    const { local } = draft;
    let whole = local.certain;
    draft.wanted = local.boxes;
    draft.sure = local.certain ? local.boxes : [];
    if (!this.#plain) {
      draft.wanted = effective(this.#set, tierIndex, local, "over", this.#effort);
      if (this.#isNothing(draft.wanted)) {
        draft.because = this.#causes(tierIndex, tier, local);
        if (hasUnsaid(local)) draft.disposition = "skipped";
        return;
      }
      draft.sure = effective(this.#set, tierIndex, local, "under", this.#effort);
      whole &&= this.#covers(draft.sure, local.boxes);
    }
    if (local.boxes.length === 0) {
      if (hasUnsaid(local)) draft.disposition = "skipped";
      return;
    }
    if (!whole) draft.because = this.#causes(tierIndex, tier, local);
    if (whole || this.#options.inexact === "widen") draft.said = this.#say(local, local.rule.blocks);
    draft.disposition = draft.said === undefined ? "skipped" : "emitted";
    if (draft.said?.subjects.length === 0) draft.disposition = "redundant";
  }

  /** Step c: the flows that a Pass matches, as far as their subjects are isolated, on to the end of the last tier. */
  #pass(draft: Draft, tierIndex: number): void {
    const { local } = draft;
    if (this.#isolated.length === 0) return;
    const toTheEnd = (side: "over" | "under"): readonly Box[] => {
      let boxes = meetBoxes(
        effective(this.#set, tierIndex, local, side, this.#effort),
        subjectBoxes(this.#isolated),
      );
      const later = { ...this.#set, tiers: this.#set.tiers.slice(tierIndex + 1) };
      boxes = [...reaching(later, later.tiers.length, boxes, side, this.#effort)];
      return boxes;
    };
    draft.wanted = toTheEnd("over");
    if (draft.wanted.length === 0) return;
    const matched = meetBoxes(local.boxes, subjectBoxes(this.#isolated));
    draft.sure = toTheEnd("under");
    const whole = local.certain && this.#covers(draft.sure, matched);
    if (whole || this.#options.inexact === "widen") draft.said = this.#say(local, local.rule.blocks);
    else draft.because = this.#laterCuts(tierIndex, local);
  }

  /**
   * The VPC CNI's agent takes an exception of a block for a deny of its own, which wins over wider blocks of every other
   * policy of the same pods. So exceptions are written only where nothing else lets these addresses in.
   */
  #fillHoles(drafts: ReadonlyMap<LocalRule, Draft>): void {
    for (const draft of drafts.values()) {
      const holes = draft.said?.holes;
      if (holes === undefined) continue;
      const letsIn = [...drafts.values()].some(
        (other) =>
          other !== draft &&
          other.said?.maybe.some(
            ({ peer }) => peer.kind === "address" && addressesMeet(peer.addresses, holes),
          ) === true,
      );
      if (letsIn) draft.said = this.#say(draft.local, undefined);
    }
  }

  /**
   * An Allow that was left out is missed only for flows of isolated pods that nothing else lets in. Without any it is
   * redundant, and no Deny or Pass has to answer for it.
   */
  #spareSkipped(drafts: ReadonlyMap<LocalRule, Draft>): void {
    const written = writtenBy(drafts.values());
    const isolated = subjectBoxes(this.#isolated);
    for (const draft of drafts.values()) {
      if (draft.disposition !== "skipped" || hasUnsaid(draft.local)) continue;
      const missed = minusBoxes(meetBoxes(draft.wanted, isolated), written, "over", this.#effort);
      if (missed.length > 0) continue;
      draft.disposition = "redundant";
      draft.wanted = [];
    }
  }

  #say(local: LocalRule, blocks: Rule["blocks"]): SaidRule | undefined {
    const side = this.#options.inexact === "narrow" ? "under" : "over";
    const subjects = saySubjects(local.subjects, this.#facts, side);
    const own = this.#isolation.get(local.policy)?.said ?? [];
    const within = subjects.every((subject) => own.includes(subject))
      ? subjects
      : withinIsolated(subjects, this.#isolated);
    if (subjects.length > 0 && within.length === 0) {
      // Nobody whom it concerns is isolated: all is allowed without it.
      return { subjects: [], rules: [], surely: [], maybe: [] };
    }
    return sayRule(local.rule, blocks, within, this.#set.namespace, this.#direction, this.#facts, side);
  }

  /** True if the boxes lie inside of the cover, as far as flows can occur; assumptions may be used as for a gain. */
  #covers(cover: readonly Box[], boxes: readonly Box[]): boolean {
    if (boxes.every((box) => cover.includes(box))) return true;
    return difference(boxes, cover, "gain", this.#facts, this.#effort).left.length === 0;
  }

  #isNothing(boxes: readonly Box[]): boolean {
    return boxes.length === 0 || difference(boxes, [], "loss", this.#facts, this.#effort).left.length === 0;
  }

  /** What may take something away from a rule on its way: Deny and Pass rules before it, and ends of earlier tiers. */
  #causes(tierIndex: number, tier: LocalTier, local: LocalRule): readonly Cause[] {
    const found: Cause[] = [];
    const meets = (rule: LocalRule): boolean =>
      rule.boxes.some((box) => local.boxes.some((other) => boxesMeet(box, other)));
    for (const rule of tier.rules) {
      if (rule === local) break;
      const { action } = rule.rule;
      if ((action === "deny" || action === "pass") && meets(rule)) found.push({ policy: rule.policy, rule });
    }
    for (const earlier of this.#set.tiers.slice(0, tierIndex)) {
      for (const rule of earlier.rules) {
        if (rule.rule.action === "deny" && meets(rule)) found.push({ policy: rule.policy, rule });
      }
      let closed = local.boxes;
      for (const rule of earlier.rules) {
        if (rule.rule.action === "pass" && rule.certain) closed = minusBoxes(closed, rule.boxes, "over", this.#effort);
      }
      for (const policy of closers(earlier)) {
        const own = subjectBoxes(policy.subjects);
        if (own.some((box) => closed.some((other) => boxesMeet(box, other)))) found.push({ policy });
      }
    }
    return found.slice(0, MAX_CAUSES);
  }

  #laterCuts(tierIndex: number, local: LocalRule): readonly Cause[] {
    const found: Cause[] = [];
    this.#set.tiers.forEach((tier, index) => {
      if (index < tierIndex) return;
      for (const rule of tier.rules) {
        if (rule.rule.action !== "deny") continue;
        if (rule.boxes.some((box) => local.boxes.some((other) => boxesMeet(box, other)))) {
          found.push({ policy: rule.policy, rule });
        }
      }
    });
    return found.slice(0, MAX_CAUSES);
  }

  /** Step d. */
  #judgeActions(drafts: ReadonlyMap<LocalRule, Draft>): void {
    const blamed = new Set<LocalRule>();
    for (const draft of drafts.values()) {
      const leftOut =
        draft.disposition === "skipped" || (draft.local.rule.action === "pass" && draft.because.length > 0);
      if (leftOut) for (const { rule } of draft.because) if (rule !== undefined) blamed.add(rule);
    }
    this.#set.tiers.forEach((tier, tierIndex) => {
      tier.rules.forEach((local, ruleIndex) => {
        const draft = drafts.get(local);
        const { action } = local.rule;
        if (draft === undefined || (action !== "deny" && action !== "pass")) return;
        const at = { tier: tierIndex, rule: ruleIndex };
        const matched = undecidedAt(this.#set, at, local.boxes, this.#effort);
        draft.unreached = matched.length === 0;
        const impossible = difference(matched, [], "gain", this.#facts, this.#effort);
        if (impossible.left.length === 0 || this.#changesNothing(at, action, matched)) {
          if (draft.said !== undefined && !this.#isSpare(draft, drafts)) {
            draft.disposition = "emitted";
            return;
          }
          draft.said = undefined;
          draft.wanted = [];
          draft.disposition = "redundant";
          if (matched.length === 0) draft.because = this.#earlier(tier, local);
          else if (impossible.left.length === 0) draft.gained = impossible;
          return;
        }
        const tailLeftOut = action === "pass" && draft.wanted.length > 0 && draft.said === undefined;
        // What a Pass hands on to the end may be written although rules behind it were left out because of it.
        const isWritten = draft.said !== undefined && draft.said.rules.length > 0;
        draft.disposition = !isWritten && (blamed.has(local) || tailLeftOut) ? "skipped" : "emitted";
      });
    });
  }

  /** True if all that is written for the rule is written for others as well. */
  #isSpare(draft: Draft, drafts: ReadonlyMap<LocalRule, Draft>): boolean {
    const others = writtenBy([...drafts.values()].filter((one) => one !== draft));
    return minusBoxes(draft.said?.surely ?? [], others, "over", this.#effort).length === 0;
  }

  #judgeTails(drafts: ReadonlyMap<LocalRule, Draft>, written: readonly Box[]): void {
    for (const tier of this.#set.tiers) {
      for (const rule of tier.rules) {
        const draft = drafts.get(rule);
        if (draft !== undefined && rule.rule.action === "deny" && !draft.unreached) {
          this.#tailOf(draft, tier, written);
        }
      }
    }
  }

  #earlier(tier: LocalTier, local: LocalRule): readonly Cause[] {
    const before = tier.rules.slice(0, tier.rules.indexOf(local));
    return before
      .filter(({ rule }) => rule.action !== "log")
      .filter((rule) => rule.boxes.some((box) => local.boxes.some((other) => boxesMeet(box, other))))
      .map((rule) => ({ policy: rule.policy, rule }))
      .slice(0, MAX_CAUSES);
  }

  /** True only if the flows that come to the rule end the same without it. */
  #changesNothing(at: { tier: number; rule: number }, action: "deny" | "pass", matched: readonly Box[]): boolean {
    if (matched.length === 0) return true;
    const without = { tier: at.tier, rule: at.rule + 1 };
    const may = allowedFrom(this.#set, without, matched, "over", this.#effort);
    if (action === "deny") return may.length === 0;
    const next = { tier: at.tier + 1, rule: 0 };
    const mayPassed = allowedFrom(this.#set, next, matched, "over", this.#effort);
    const inside = (boxes: readonly Box[], from: typeof next): boolean =>
      minusBoxes(boxes, allowedFrom(this.#set, from, matched, "under", this.#effort), "over", this.#effort)
        .length === 0;
    return inside(may, next) && inside(mayPassed, without);
  }

  /**
   * A Deny in a tier whose default is Pass isolates its subjects, and so has to answer for what the end of the tiers
   * would allow them: with `skip` that is never written, since the Deny cuts it.
   */
  #tailOf(draft: Draft, tier: LocalTier, written: readonly Box[]): void {
    const { local } = draft;
    if (tier.tier.defaultAction === "deny" && local.policy.isolates) return;
    const isolated = this.#isolation.get(local.policy)?.said ?? [];
    const tail = reaching(
      this.#set,
      this.#set.tiers.length,
      subjectBoxes(isolated),
      "over",
      this.#effort,
    );
    draft.wanted = minusBoxes(tail, written, "over", this.#effort);
    if (draft.wanted.length > 0) draft.disposition = "skipped";
  }

  /** Step e. */
  #claim(draft: Draft, written: readonly Box[]): LoweredRule {
    const { local, disposition, said, because } = draft;
    let lost = NO_DIFFERENCE;
    let { gained } = draft;
    if (draft.wanted.length > 0) {
      lost = difference(draft.wanted, said?.surely ?? [], "loss", this.#facts, this.#effort);
      if (lost.left.length > 0 || lost.needed.length > 0) {
        // Flows of pods that nobody isolates are allowed anyway, and so is what other rules say.
        const within = meetBoxes(draft.wanted, subjectBoxes(this.#isolated));
        lost = difference(within, written, "loss", this.#facts, this.#effort);
      }
    }
    if (said !== undefined && said.maybe.length > 0) {
      gained = difference(said.maybe, draft.sure, "gain", this.#facts, this.#effort);
      if (gained.left.length > 0 || gained.needed.length > 0) {
        // Another rule of the source may allow it.
        const allowed = allowedFrom(this.#set, { tier: 0, rule: 0 }, said.maybe, "under", this.#effort);
        gained = difference(said.maybe, [...draft.sure, ...allowed], "gain", this.#facts, this.#effort);
      }
    }
    return { local, disposition, said, because, lost, gained };
  }
}
