import { append } from "../base/append.ts";
import type { Disposition } from "../ir/outcome.ts";
import type { Policy } from "../ir/policy.ts";
import type { Cube } from "../sets/cube.ts";
import { isCubeSubset } from "../sets/cube.ts";
import type { Cover, Difference } from "./claim.ts";
import { NO_DIFFERENCE, coverOf, lossOf } from "./claim.ts";
import type { Draft, LoweringOptions, Scene } from "./draft-rule.ts";
import { draftRule, isKept } from "./draft-rule.ts";
import type { Effort, Limit, Work } from "./effort.ts";
import type { Facts } from "./facts.ts";
import { fillHoles } from "./exceptions.ts";
import { factsFor } from "./facts.ts";
import type { Isolation } from "./isolation.ts";
import { isolatedSubjects, keptIsolation, outsideIsolated, sayIsolation } from "./isolation.ts";
import type { Drafts } from "./judge-actions.ts";
import {
  coverBy,
  judgeActions,
  judgeTails,
  sayTails,
  sayTailsOnce,
  spareSkipped,
} from "./judge-actions.ts";
import type { LocalPolicy, LocalRule, LocalSet } from "./local.ts";
import type { ObjectRoom } from "./object-room.ts";
import type { SaidRule } from "./say-rule.ts";
import { isVerbatim } from "./say-rule.ts";
import type { Cause } from "./term.ts";
import { termsWithin } from "./term.ts";

export interface LoweredRule {
  readonly local: LocalRule;
  readonly disposition: Extract<Disposition, "emitted" | "redundant" | "skipped">;
  /** What is written for it; for a Pass, what it hands on to the end. */
  readonly said: SaidRule | undefined;
  readonly because: readonly Cause[];
  /** Because of which something of it was given up; undefined if nothing was. */
  readonly limit: Limit | undefined;
  /** Flows that the source allows (as far as this rule goes) and the output denies. */
  readonly lost: Difference;
  /** Flows that the output allows and the source denies. */
  readonly gained: Difference;
}

export interface LoweredPolicy {
  readonly local: LocalPolicy;
  readonly isolation: Isolation;
  /** All of them, in source order. */
  readonly rules: readonly LoweredRule[];
}

export interface LoweredDirection {
  readonly set: LocalSet;
  readonly policies: ReadonlyMap<Policy, LoweredPolicy>;
}

/**
 * Lowers one namespace and direction with `--actions skip`: no rule is ever cut.
 *
 * a. Which pods each policy isolates (isolation.ts). I is the union of what is written of that.
 * b. An Allow is written if the tiers and rules before it leave it whole; it is redundant if they leave nothing of it,
 *    and otherwise left out (narrow) or written whole (widen). It is written for pods of I alone: an object for others
 *    would isolate them (draft-rule.ts).
 * c. What a Pass hands on to the end (the profile allows it) is written in the same way, as a rule of its own.
 * d. A Deny or Pass is redundant if and only if leaving it out changes no verdict; it is skipped if a rule of b or c was
 *    left out because of it, and honoured ("emitted") otherwise (judge-actions.ts).
 * e. What each rule lost or gained is what is missing from, or too much in, everything written for the namespace.
 */
export function lowerDirection(
  set: LocalSet,
  options: LoweringOptions,
  facts: Facts,
  work: Work,
  replaced: ReadonlySet<Policy>,
  room: ObjectRoom,
): LoweredDirection {
  const scene = sceneOf(set, options, facts, work, room, replaced);
  const drafts = new Map<LocalRule, Draft>();
  set.tiers.forEach((tier, index) => {
    for (const rule of tier.rules) drafts.set(rule, draftRule(scene, index, tier, rule));
  });
  spareSkipped(scene, drafts);
  if (!scene.plain) judgeActions(scene, drafts);
  if ((options.actions === "compile" || options.inexact === "widen") && !scene.plain) {
    sayTails(scene, drafts);
    sayTailsOnce(scene, drafts);
  }
  fillHoles(scene, drafts);
  const written = new Written(drafts);
  if (!scene.plain) judgeTails(scene, drafts, written.cover);

  const policies = new Map<Policy, LoweredPolicy>();
  for (const [local, isolation] of scene.isolation) {
    const rules: LoweredRule[] = [];
    for (const rule of local.rules) {
      const draft = drafts.get(rule);
      if (draft !== undefined) rules.push(claim(scene, draft, written));
    }
    policies.set(local.policy, { local, isolation, rules });
  }
  return { set, policies };
}

/** Step a. */
function sceneOf(
  set: LocalSet,
  options: LoweringOptions,
  facts: Facts,
  work: Work,
  room: ObjectRoom,
  replaced: ReadonlySet<Policy>,
): Scene {
  const side = options.inexact === "narrow" ? "over" : "under";
  const isolation = new Map<LocalPolicy, Isolation>();
  const isolated: Cube[] = [];
  const rough = new Set<LocalPolicy>();
  set.tiers.forEach((tier, index) => {
    for (const policy of tier.policies) {
      const effort = work.task();
      const source = isolatedWithin(
        room,
        isolatedSubjects(set, index, tier, policy, side, effort),
        policy,
        side,
        effort,
      );
      if (effort.limit !== undefined) rough.add(policy);
      const said = isKept(policy, replaced)
        ? keptIsolation(source, policy.written)
        : sayIsolation(source, options.unsayableSubjects, facts);
      isolation.set(policy, said);
      append(isolated, said.said);
      append(isolated, said.over);
    }
  });
  judgeIsolation(set, options, isolation, isolated, work);
  judgeKept(set, isolation, isolated, replaced, work);
  const [tier] = set.tiers;
  const plain =
    set.tiers.length === 1 &&
    tier?.tier.defaultAction === "deny" &&
    tier.policies.every((policy) => policy.certain && policy.isolates) &&
    tier.rules.every(({ rule }) => rule.action === "allow" || rule.action === "log");
  const isExact = set.tiers.every(
    ({ policies, rules }) =>
      policies.every(({ certain }) => certain) &&
      rules.every(({ certain, rule: { traffic } }) => certain && traffic.named.length === 0),
  );
  return { set, options, facts, work, room, isolation, isolated, rough, replaced, plain, isExact };
}

/** Too many selectors for the pods of one policy: all of its pods ("over"), or none ("under"). */
function isolatedWithin(
  room: ObjectRoom,
  subjects: readonly Cube[],
  { policy: { origin }, subjects: whole }: LocalPolicy,
  side: "over" | "under",
  effort: Effort,
): readonly Cube[] {
  if (subjects === whole || room.isolates(origin, subjects)) return subjects;
  effort.giveUp("objects");
  return side === "over" ? whole : [];
}

/** What isolation gains or loses where it is not known whom the source isolates. */
function judgeIsolation(
  set: LocalSet,
  { inexact }: LoweringOptions,
  isolation: Map<LocalPolicy, Isolation>,
  isolated: readonly Cube[],
  work: Work,
): void {
  const each = (
    side: "under" | "over",
    visit: (policy: LocalPolicy, own: Isolation, subjects: readonly Cube[]) => void,
  ): void => {
    set.tiers.forEach((tier, index) => {
      for (const policy of tier.policies) {
        const own = isolation.get(policy);
        if (own !== undefined)
          visit(policy, own, isolatedSubjects(set, index, tier, policy, side, work.task()));
      }
    });
  };
  if (inexact === "widen") {
    each("over", (policy, own, subjects) => {
      const isOpen = (of: Cube): boolean => own.open.some((cube) => isCubeSubset(of, cube));
      const unsure = outsideIsolated(subjects, isolated, work.task()).filter((of) => !isOpen(of));
      if (unsure.length > 0) isolation.set(policy, { ...own, unsure });
    });
  } else if (set.tiers.some(({ policies }) => policies.some(({ certain }) => !certain))) {
    const sure: Cube[] = [];
    each("under", (_policy, _own, subjects) => {
      sure.push(...subjects);
    });
    for (const [policy, own] of isolation) {
      if (policy.certain) continue;
      const spare = outsideIsolated(own.said, sure, work.task());
      if (spare.length > 0) isolation.set(policy, { ...own, spare });
    }
  }
}

/** What isolation gains or loses where a policy that is kept selects other pods than it does to the source's engine. */
function judgeKept(
  set: LocalSet,
  isolation: Map<LocalPolicy, Isolation>,
  isolated: readonly Cube[],
  replaced: ReadonlySet<Policy>,
  work: Work,
): void {
  let others: readonly Cube[] | undefined;
  for (const [policy, own] of isolation) {
    if (policy.policy.asWritten === undefined || !isKept(policy, replaced)) continue;
    others ??= set.tiers.flatMap((tier, index) =>
      tier.policies.flatMap((one) => isolatedSubjects(set, index, tier, one, "under", work.task())),
    );
    const spare = outsideIsolated(own.said, others, work.task());
    const open = outsideIsolated(own.source, isolated, work.task());
    isolation.set(policy, { ...own, spare, open });
  }
}

/** All that is surely let in, put together when the first rule that came out otherwise asks for it. */
class Written {
  readonly #drafts: Drafts;
  #cover: Cover | undefined;

  constructor(drafts: Drafts) {
    this.#drafts = drafts;
  }

  get cover(): Cover {
    this.#cover ??= coverBy(this.#drafts.values());
    return this.#cover;
  }
}

/** Step e. */
function claim(scene: Scene, draft: Draft, written: Written): LoweredRule {
  const { local, disposition, said, because, gained, limit } = draft;
  if (scene.plain && said !== undefined && local.certain && isVerbatim(local, said)) {
    return { local, disposition, said, because, limit, lost: NO_DIFFERENCE, gained };
  }
  const { isolated } = scene;
  const effort = scene.work.task();
  const facts = factsFor(local.rule, scene.facts);
  let lost = NO_DIFFERENCE;
  if (draft.wanted.length > 0) {
    lost = lossOf(draft.wanted, coverOf(said?.surely ?? []), facts, effort);
    if (lost !== NO_DIFFERENCE) {
      // Flows of pods that nobody isolates are allowed anyway, and so is what other rules say.
      const words = effort.inFewWords();
      const within = termsWithin(draft.wanted, isolated, words);
      lost = lossOf(within, written.cover, facts, words);
    }
  }
  return { local, disposition, said, because, limit, lost, gained };
}
