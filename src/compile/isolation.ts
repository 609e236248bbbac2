import { append } from "../base/append.ts";
import { subjectBoxes } from "../sets/box.ts";
import { PIECE_LIMIT, remainder } from "../sets/box-remainder.ts";
import type { Cube } from "../sets/cube.ts";
import { intersectCubes, isCubeSubset } from "../sets/cube.ts";
import { unionPredicates } from "../sets/label-predicate.ts";
import type { Facts } from "./facts.ts";
import { resolveCubeText } from "./facts.ts";
import type { LocalPolicy, LocalSet, LocalTier } from "./local.ts";
import type { Effort } from "./effort.ts";
import { undecidedAt } from "./reach.ts";
import { sayableCube } from "./say-peer.ts";
import { splitSayable, takesTooMany } from "./say-selector.ts";
import type { Term } from "./term.ts";
import { cutBox } from "./term.ts";
import { indexOf } from "./tier-index.ts";

/** What to do with a policy whose pods no LabelSelector can select. */
export type UnsayableSubjects = "stop" | "isolate" | "leave-open";

/** The pods that a policy isolates in one namespace and direction. */
export interface Isolation {
  /** As the source means it. */
  readonly source: readonly Cube[];
  /** As podSelectors say it; each cube is one selector. */
  readonly said: readonly Cube[];
  /** Those of `said` that select more pods than the source (`isolate`). */
  readonly over: readonly Cube[];
  /** Pods of the source that `said` leaves out. */
  readonly open: readonly Cube[];
  /** Pods that the source may isolate and that nothing isolates, since the wider side was asked for. */
  readonly unsure: readonly Cube[];
  /** Pods of `said` that the source does not isolate, or only if the policy selects their namespace, which is not known. */
  readonly spare: readonly Cube[];
  /** True if it holds only while no pod has a label value but those seen. */
  readonly byValues: boolean;
}

/**
 * The subjects of flows of the terms. Where the work is bounded: too few ("under"), or too many ("over"), or undefined, which
 * is any.
 */
function subjectsOf(
  terms: readonly Term[],
  side: "under" | "over",
  effort: Effort,
): readonly Cube[] | undefined {
  const found: Cube[] = [];
  for (const { box, cuts } of terms) {
    const steps = effort.question();
    const boxes = cuts.map((cut) => cut.box);
    const { pieces, limit } = remainder(box, boxes, steps);
    effort.close(steps);
    if (limit !== undefined) effort.giveUp(limit);
    if (limit === undefined || side === "under")
      append(
        found,
        pieces.map(({ subject }) => subject.labels),
      );
    else found.push(box.subject.labels);
  }
  if (found.length <= MANY) return unionPredicates(found);
  effort.giveUp("pieces");
  return side === "under" ? [] : undefined;
}

/** More subjects than this are not put in order: they would be more objects than anybody reads. */
const MANY = 4 * PIECE_LIMIT;

/**
 * The subjects for which a policy denies something: the source isolates them, and so must the target.
 *
 * The end of a tier denies what no rule of it decided. If a Pass rule takes everything of a subject away before that, the
 * end of this tier denies nothing, and the subject is isolated only if a Deny or a later tier does it. The subjects of a
 * Deny are isolated as far as a flow can come to it undecided.
 */
export function isolatedSubjects(
  set: LocalSet,
  tierIndex: number,
  tier: LocalTier,
  policy: LocalPolicy,
  side: "under" | "over",
  effort: Effort,
): readonly Cube[] {
  if (side === "under" && !policy.certain) return [];
  const denied: Term[] = [];
  if (tier.tier.defaultAction === "deny" && policy.isolates) {
    const passes = tier.rules.filter(
      (rule) => rule.rule.action === "pass" && (rule.certain || side === "under"),
    );
    if (passes.length === 0) return policy.subjects;
    for (const box of subjectBoxes(policy.subjects)) {
      effort.spend(passes.length);
      const cuts = passes.flatMap((rule) =>
        rule.boxes.flatMap((passed) => {
          const cut = cutBox(passed, box, side);
          return cut === undefined ? [] : [{ box: cut, cause: { policy: rule.policy, rule } }];
        }),
      );
      denied.push({ box, cuts });
    }
  }
  for (const rule of policy.rules) {
    if (rule.rule.action !== "deny" || (side === "under" && !rule.certain)) continue;
    const position = { tier: tierIndex, rule: indexOf(tier).positionOf(rule) };
    append(denied, undecidedAt(set, position, rule.boxes, effort));
    if (!effort.isSpent) continue;
    effort.giveUp("steps");
    return side === "under" ? [] : policy.subjects;
  }
  return subjectsOf(denied, side, effort) ?? policy.subjects;
}

/** Isolated subjects in the target's words. */
export function sayIsolation(
  source: readonly Cube[],
  mode: UnsayableSubjects,
  facts: Facts,
): Isolation {
  const said: Cube[] = [];
  const over: Cube[] = [];
  const open: Cube[] = [];
  let byValues = false;
  for (const subject of source) {
    const accounts = subject.constraints.some(({ key }) => key.startsWith("account:"));
    const text = subject.constraints.some(({ set }) => set.atoms.length > 0);
    const isMany = takesTooMany(subject);
    if (!accounts && !text && !isMany) {
      said.push(...splitSayable(subject));
    } else if (!accounts && !isMany && facts.assumed.has("values")) {
      byValues = true;
      const resolved = resolveCubeText(subject, facts, "under");
      if (resolved !== undefined) said.push(...splitSayable(resolved));
    } else if (mode === "leave-open") {
      open.push(subject);
    } else {
      const wider = sayableCube(subject, facts, "over");
      if (wider !== undefined) over.push(...splitSayable(wider));
    }
  }
  return { source, said, over, open, unsure: [], spare: [], byValues };
}

/** An object that is kept isolates whom it selects, whatever earlier tiers hand on to it. */
export function keptIsolation(source: readonly Cube[], written: readonly Cube[]): Isolation {
  return {
    source,
    said: written.flatMap(splitSayable),
    over: [],
    open: [],
    unsure: [],
    spare: [],
    byValues: false,
  };
}

/** The parts of the subjects that are isolated by somebody, each as one selector says it. */
export function withinIsolated(
  subjects: readonly Cube[],
  isolated: readonly Cube[],
): readonly Cube[] {
  return subjects.every((subject) => isolated.some((cube) => isCubeSubset(subject, cube)))
    ? subjects
    : meetCubes(subjects, isolated);
}

function meetCubes(subjects: readonly Cube[], isolated: readonly Cube[]): readonly Cube[] {
  const met = subjects.flatMap((subject) =>
    isolated.flatMap((cube) => intersectCubes(subject, cube) ?? []),
  );
  return unionPredicates(met).flatMap(splitSayable);
}

/** The parts of the subjects that nobody isolates. */
export function outsideIsolated(
  subjects: readonly Cube[],
  isolated: readonly Cube[],
  effort: Effort,
): readonly Cube[] {
  const cuts = subjectBoxes(isolated);
  const steps = effort.question();
  const left = subjectBoxes(subjects).flatMap((box) => {
    const { pieces, limit } = remainder(box, cuts, steps);
    return limit === undefined ? pieces : [box];
  });
  effort.close(steps);
  return unionPredicates(left.map(({ subject }) => subject.labels));
}
