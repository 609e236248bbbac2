import { compareText } from "../base/compare.ts";
import { invariant } from "../base/invariant.ts";
import type { AssumptionCode } from "../ir/assumption.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type {
  Direction,
  OpaqueCondition,
  Policy,
  PolicySet,
  Rule,
  UnsaidMatch,
} from "../ir/policy.ts";
import { ANY_CUBE, intersectCubes } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import { tidyCubes } from "../sets/tidy-cubes.ts";
import type { Budget } from "./budget.ts";
import { Allowance } from "./budget.ts";
import type { DifferencePart } from "./difference-parts.ts";
import { differenceParts } from "./difference-parts.ts";
import { Variables } from "./facts.ts";
import type { Variable } from "./facts.ts";
import { findOutside } from "./inclusion.ts";
import { pointOf, regionContains } from "./point.ts";
import type { Point } from "./point.ts";
import type { Decider, Difference } from "./proof.ts";
import { intersectRegions, regionsMeet, subjectRegion } from "./region.ts";
import type { Region } from "./region.ts";
import type { Ends, Statement, Surroundings } from "./region-cover.ts";
import { joinEnds, regionKey, tellRegions } from "./region-cover.ts";
import { deciderOf, differs, Replay } from "./replay.ts";
import type { Scope } from "./scope.ts";
import { scopesOf } from "./scope.ts";
import { Slices } from "./slices.ts";
import type { SubjectClass } from "./subject-classes.ts";
import { subjectClasses } from "./subject-classes.ts";
import {
  addressesMove,
  namespacesOf,
  proofContext,
  Universe,
  withNamedNamespaces,
} from "./universe.ts";
import type { ProofContext } from "./universe.ts";
import { Views } from "./view.ts";

/*
 * What changes from one set of policies to another, as statements about sets of pods: which connections one set allows and
 * the other denies. Nothing is said of single pods; a statement holds for any that there will be.
 *
 *   (a) For the pods of each namespace and each direction, the parts of the difference are collected.
 *   (b) The pods are told apart by the subjects of these parts, or where that makes too many classes told part by part with
 *       exceptions for some of them; classes for which the same differs are put together.
 *   (c) What differs for a class is told in as few statements as can be found.
 *   (d) Each statement is shown to hold by a flow that `evaluate` judges otherwise on the two sides; without one it is not
 *       made. More flows are looked for, so that all rules which decide are named.
 */

/** Seen from the first set to the second: "added" is what the second alone allows. */
export type Effect = "added" | "removed";

/** What changes alike for some pods, whatever their addresses. */
export interface Change {
  readonly effect: Effect;
  readonly direction: Direction;
  /** The namespace of the pods. */
  readonly scope: Scope;
  /** The pods concerned: the union of these. */
  readonly pods: readonly Cube[];
  readonly flows: readonly ChangedFlows[];
  /** What the facts of regions are about of which nobody knows whether they hold. */
  readonly conditions: ReadonlyMap<Variable, OpaqueCondition | UnsaidMatch>;
}

/** A statement that was shown to hold; its regions leave the subject out, which is the change's. */
export interface ChangedFlows extends Statement {
  /** Flows that show it, by what decides them; the first is the plainest. */
  readonly shown: readonly Difference[];
}

export interface Changes {
  readonly changes: readonly Change[];
  /** Statements of these namespaces and directions are missing: there was too much to look at. */
  readonly incomplete: readonly { readonly scope: Scope; readonly direction: Direction }[];
}

export interface ChangeInput {
  /** Both as they are where most is added, and where most is removed: two only where nobody knows what ipBlocks match. */
  readonly source: PolicySet;
  readonly target: PolicySet;
  readonly snapshot: Snapshot;
  readonly assumptions: ReadonlySet<AssumptionCode>;
  readonly effect: Effect;
  readonly directions: readonly Direction[];
  /** False of a policy of which it is known that it judges no flow otherwise. */
  readonly mayDiffer: (policy: Policy) => boolean;
}

/** All flows that one set allows and the other denies. Pure and stable. */
export function changesOf(input: ChangeInput): Changes {
  const { source, target, snapshot, assumptions, effect } = input;
  const sets = [source, target] as const;
  const context = withNamedNamespaces(
    {
      ...proofContext(snapshot, assumptions),
      anyNamespace: !assumptions.has("namespaces"),
    },
    sets,
  );
  const scopes = scopesWithChanges(input, context);
  const allowance = new Allowance(context.bound);
  const slices = { source: new Slices(source), target: new Slices(target) };
  const changes: Change[] = [];
  const incomplete: { scope: Scope; direction: Direction }[] = [];
  for (const direction of input.directions) {
    const variables = new Variables();
    const universe = new Universe(context, sets, direction);
    const replay = new Replay(slices.source, slices.target, direction, variables, context);
    const after = addressesMove(context);
    const before = new Views(source, { direction, variables, after: false });
    const then = new Views(target, { direction, variables, after });
    const conditions = new Map<Variable, OpaqueCondition | UnsaidMatch>();
    for (const scope of scopes) {
      const views = { source: before.viewOf(scope), target: then.viewOf(scope) };
      const [allowing, denying] =
        effect === "added" ? [views.target, views.source] : [views.source, views.target];
      const sides = { direction, allowing, denying, universe, mayDiffer: input.mayDiffer };
      const budget = allowance.question();
      const parts = [...differenceParts(sides, budget)].map((part) => ({
        ...part,
        cuts: [...part.cuts, ...universe.impossibleIn(part.region)],
      })); // (a)
      const teller = new Teller({ scope, universe, replay, effect, direction, budget });
      for (const change of teller.tell(parts)) changes.push({ ...change, conditions });
      if (budget.isSpent() || teller.isIncomplete) incomplete.push({ scope, direction });
      budget.close();
    }
    for (const rule of rulesOf(sets, direction)) {
      for (const condition of rule.opaque) {
        const variable = variables.ofCondition(condition);
        if (variable !== undefined) conditions.set(variable, condition);
      }
      for (const match of rule.unsaid ?? []) conditions.set(variables.unsaid(match), match);
    }
  }
  return { changes, incomplete };
}

function* rulesOf(sets: readonly PolicySet[], direction: Direction): Generator<Rule> {
  for (const { tiers } of sets) {
    for (const policy of tiers.flatMap(({ policies }) => policies)) {
      yield* policy[direction]?.rules ?? [];
    }
  }
}

/** Where every policy that may differ names its namespaces, no other is looked at. */
function scopesWithChanges(input: ChangeInput, context: ProofContext): readonly Scope[] {
  const names = new Set<string>();
  for (const { tiers } of [input.source, input.target]) {
    for (const policy of tiers.flatMap(({ policies }) => policies)) {
      if (!input.mayDiffer(policy)) continue;
      for (const pods of policy.subject.pods) {
        const named = namespacesOf(pods);
        if (named === undefined) return scopesOf(context);
        for (const name of named) names.add(name);
      }
    }
  }
  return scopesOf(context).filter(({ name }) => name !== undefined && names.has(name));
}

/** So many ways to decide are looked for. */
const MOST_SHOWN = 24;

interface TellerParts {
  readonly scope: Scope;
  readonly universe: Universe;
  readonly replay: Replay;
  readonly effect: Effect;
  readonly direction: Direction;
  readonly budget: Budget;
}

class Teller {
  isIncomplete = false;
  readonly #scope: Scope;
  readonly #universe: Universe;
  readonly #replay: Replay;
  readonly #effect: Effect;
  readonly #direction: Direction;
  readonly #budget: Budget;

  constructor({ scope, universe, replay, effect, direction, budget }: TellerParts) {
    this.#scope = scope;
    this.#universe = universe;
    this.#replay = replay;
    this.#effect = effect;
    this.#direction = direction;
    this.#budget = budget;
  }

  /** (b), (c) */
  tell(parts: readonly DifferencePart[]): readonly Omit<Change, "conditions">[] {
    const told = new Map<string, { classes: SubjectClass[]; flows: readonly ToldFlows[] }>();
    for (const one of subjectClasses(parts)) {
      const flows = this.#flowsOf(one);
      if (flows.length === 0) continue;
      const key = flows.map(statementKey).join("\n\n");
      const same = told.get(key);
      if (same === undefined) told.set(key, { classes: [one], flows });
      else {
        same.classes.push(one);
        for (const [at, mine] of same.flows.entries())
          mine.shown.addAll(flows[at]?.shown.all ?? []);
      }
    }
    return [...told.values()].map(({ classes: of, flows }) => ({
      effect: this.#effect,
      direction: this.#direction,
      scope: this.#scope,
      pods: this.#podsOf(of),
      flows: flows.map((one) => ({ ...one, shown: one.shown.all })),
    }));
  }

  #flowsOf(subjects: SubjectClass): readonly ToldFlows[] {
    const around = this.#around(subjects);
    const statements = tellRegions(subjects.parts, around, this.#budget);
    const sorted = [...statements].sort((a, b) => compareText(statementKey(a), statementKey(b)));
    return sorted.flatMap((statement) => {
      const flows = withExceptions(statement, subjects.partial);
      const shown = this.#show(flows, subjects);
      return shown.all.length === 0 ? [] : [{ ...flows, shown }];
    });
  }

  /** (d) */
  #show({ ends, except }: Statement, subjects: SubjectClass): ShownFlows {
    const shown = new ShownFlows(this.#direction);
    const points: Point[] = [];
    const outside = except.flat();
    const tryIn = (region: Region, cuts: readonly Region[]): boolean => {
      const point = this.#findIn(region, cuts, subjects);
      if (point === undefined) return false;
      points.push(point);
      shown.add(this.#judge(point));
      return true;
    };
    // The plainest flow of the whole statement first.
    for (const region of ends) if (tryIn(region, outside)) break;
    let tried = 0;
    for (const { region, cuts } of subjects.parts) {
      const isShown = points.some(
        (point) => regionContains(region, point) && !cuts.some((cut) => regionContains(cut, point)),
      );
      if (isShown) continue;
      for (const told of ends) {
        const both = intersectRegions(told, region);
        if (both === undefined || tried >= MOST_SHOWN) continue;
        tried += 1;
        tryIn(both, [...cuts, ...outside]);
      }
    }
    return shown;
  }

  #findIn(region: Region, cuts: readonly Region[], { pods }: SubjectClass): Point | undefined {
    for (const subject of pods) {
      const asked = this.#universe.restrict({ ...region, subject });
      if (asked === undefined) continue;
      const point = findOutside({ region: asked, cuts }, this.#scope, this.#universe, this.#budget);
      if (point === "unclear") this.isIncomplete = true;
      if (typeof point !== "string") return point;
    }
    return undefined;
  }

  #judge(point: Point): Difference {
    const judged = this.#replay.judge(point);
    invariant(
      differs(judged, this.#effect === "added" ? "target" : "source"),
      "a flow does not bear out the statement that it is an example of",
    );
    return judged;
  }

  #around({ pods }: SubjectClass): Surroundings {
    const { context } = this.#universe;
    return {
      restrict: (region) => this.#universe.restrict(region),
      exists: (region) =>
        pods.some((subject) => {
          const both =
            region.subject === ANY_CUBE ? subject : intersectCubes(region.subject, subject);
          return (
            both !== undefined &&
            pointOf({ ...region, subject: both }, this.#scope, this.#universe) !== "empty"
          );
        }),
      namespaces: [...context.namespaces.keys()],
    };
  }

  /** The pods of all classes in few words: what is told of flows between two ends is told of one end here. */
  #podsOf(classes: readonly SubjectClass[]): readonly Cube[] {
    const pods = tidyCubes(classes.flatMap((one) => one.pods));
    if (pods.length === 1) return pods;
    const whole = classes.flatMap((one) => one.pods);
    const around: Surroundings = {
      restrict: (region) => region,
      exists: ({ peer }) =>
        peer !== undefined &&
        this.#universe.restrict({ ...EVERYTHING_OUTSIDE, subject: peer }) !== undefined &&
        pointOf({ ...EVERYTHING_OUTSIDE, subject: peer }, this.#scope, this.#universe) !== "empty",
      namespaces: [],
    };
    const parts = whole.map((peer) => ({ region: { ...EVERYTHING, peer }, cuts: [] }));
    const told = tellRegions(parts, around, this.#budget);
    const isPlain = told.every(({ except }) => except.length === 0);
    return isPlain
      ? tidyCubes(told.flatMap(({ ends }) => ends.flatMap(({ peer }) => peer ?? [])))
      : pods;
  }
}

const EVERYTHING: Region = subjectRegion(ANY_CUBE, "pod");
const EVERYTHING_OUTSIDE: Region = subjectRegion(ANY_CUBE, "address");

/** Takes out what is true of some of the pods alone. */
function withExceptions(statement: Statement, partial: readonly Region[]): Statement {
  const { ends, except } = statement;
  const meeting = partial.filter((cut) => ends.some((end) => regionsMeet(cut, end)));
  return meeting.length === 0 ? statement : { ends, except: [...except, ...joinEnds(meeting)] };
}

function statementKey({ ends, except }: Statement): string {
  const keyOf = (regions: Ends): string => regions.map(regionKey).join("\n");
  return `${keyOf(ends)}\nbut ${except.map(keyOf).sort(compareText).join("\n")}`;
}

interface ToldFlows extends Statement {
  readonly shown: ShownFlows;
}

/** Flows that show a statement: one is enough for each way to decide. */
class ShownFlows {
  readonly all: Difference[] = [];
  readonly #direction: Direction;
  /** What decides on the side of the target, by what decides on that of the source. */
  readonly #known = new Map<Decider | undefined, Set<Decider | undefined>>();

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  add(found: Difference): void {
    const [source, target] = [found.source, found.target].map((one) =>
      deciderOf(one, this.#direction),
    );
    let known = this.#known.get(source);
    if (known === undefined) {
      known = new Set();
      this.#known.set(source, known);
    }
    if (known.has(target)) return;
    known.add(target);
    this.all.push(found);
  }

  addAll(found: readonly Difference[]): void {
    for (const one of found) this.add(one);
  }
}
