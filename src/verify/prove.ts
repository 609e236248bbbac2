import { invariant } from "../base/invariant.ts";
import { ruleName } from "../ir/origin.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { Direction, Policy, PolicySet, Rule, UnsaidMatch } from "../ir/policy.ts";
import { ALL_PORTS, intersectTraffic, OTHER_TRAFFIC } from "../sets/traffic-set.ts";
import { Allowance } from "./budget.ts";
import type { Budget } from "./budget.ts";
import { Variables } from "./facts.ts";
import { findOutside } from "./inclusion.ts";
import type { NoPoint } from "./inclusion.ts";
import { Ledger } from "./ledger.ts";
import type { Effect } from "./ledger.ts";
import { pointOf, regionContains } from "./point.ts";
import type { Point } from "./point.ts";
import { NO_FLOW } from "./proof.ts";
import type { Answer, Decider, Difference, Proof } from "./proof.ts";
import { subjectRegion } from "./region.ts";
import type { Region } from "./region.ts";
import { deciderOf, differs, Replay } from "./replay.ts";
import { scopesOf } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { Slices } from "./slices.ts";
import { addressesMove, Universe, withNamedNamespaces } from "./universe.ts";
import type { ProofContext } from "./universe.ts";
import { Views } from "./view.ts";
import type { RuleRegion, View } from "./view.ts";
import { decided, reaching, remaining, surelyAllows, surelyCloses } from "./walk.ts";
import type { Part, Reaching } from "./walk.ts";

/*
 * Do two sets of policies allow the same flows? Each difference is a flow that one of them, X, allows and the other, Y,
 * denies: with the target for X it is wider, with the source for X narrower. What X allows is allowed by one of its rules
 * or reaches the end; what Y denies is denied by one of its rules or by a tier that is closed for the pod. So it is enough
 * to ask, for each direction and for the pods of each namespace:
 *
 *   (a) of each Allow rule of X: does Y deny some of what it allows?
 *   (b) of each closed subject and each further Deny of Y: does some of what it denies reach the end of X?
 *
 * Each is asked twice, of traffic with ports and of other traffic, since the target cannot say the latter alone. A walk
 * through the tiers turns a question into regions with cuts, and `findOutside` looks for a flow in a region outside of
 * its cuts. Nothing here knows how policies are lowered. A policy mostly meets itself alone on the other side: then (a) is
 * one look-up (`surelyAllows`), and so is (b) (`surelyCloses`).
 */

/** Whether anybody wants to know of an Allow rule, of either set, what the other set makes of it. */
export type Asks = (policy: Policy, rule: Rule) => boolean;

const ASKS_ALL: Asks = () => true;

/**
 * Compares two sets of any kind. Pure, and stable: the same sets give the same answers and the same witnesses.
 *
 * @param asks what it says no of has no answer of its own: "none" then means nothing, nor does the answer for the whole
 */
export function prove(
  source: PolicySet,
  target: PolicySet,
  context: ProofContext,
  asks: Asks = ASKS_ALL,
): Proof {
  const sets = [source, target] as const;
  const known = withNamedNamespaces(context, sets);
  const ledger = new Ledger();
  const slices = { source: new Slices(source), target: new Slices(target) };
  const scopes = scopesOf(known);
  const allowance = new Allowance(context.bound);
  for (const direction of DIRECTIONS) {
    const variables = new Variables();
    const replay = new Replay(slices.source, slices.target, direction, variables, known);
    const universe = new Universe(known, sets, direction);
    const proof = new DirectionProof(direction, universe, replay, ledger, allowance, asks);
    const after = addressesMove(known);
    const sources = new Views(source, { direction, variables, after: false });
    const targets = new Views(target, { direction, variables, after });
    for (const scope of scopes) proof.compare(sources.viewOf(scope), targets.viewOf(scope), scope);
  }
  return ledger.proof();
}

type Side = "source" | "target";

/** The allowing side, X, and the denying side, Y, of a question. */
interface Sides {
  readonly effect: Effect;
  readonly allowing: View;
  readonly allowedBy: Side;
  readonly denying: View;
  readonly scope: Scope;
}

class DirectionProof {
  readonly #direction: Direction;
  readonly #universe: Universe;
  readonly #replay: Replay;
  readonly #ledger: Ledger;
  readonly #allowance: Allowance;
  readonly #asks: Asks;

  constructor(
    direction: Direction,
    universe: Universe,
    replay: Replay,
    ledger: Ledger,
    allowance: Allowance,
    asks: Asks,
  ) {
    this.#asks = asks;
    this.#allowance = allowance;
    this.#direction = direction;
    this.#universe = universe;
    this.#replay = replay;
    this.#ledger = ledger;
  }

  compare(source: View, target: View, scope: Scope): void {
    const wider: Sides = {
      effect: "wider",
      allowing: target,
      allowedBy: "target",
      denying: source,
      scope,
    };
    const narrower: Sides = {
      effect: "narrower",
      allowing: source,
      allowedBy: "source",
      denying: target,
      scope,
    };
    for (const sides of [wider, narrower]) {
      for (const { allows } of sides.allowing.tiers) {
        for (const item of allows.items) {
          if (this.#asks(item.policy, item.rule)) this.#askRule(item, sides); // (a)
        }
      }
      this.#askEnd(sides); // (b)
    }
  }

  #askRule(item: RuleRegion, sides: Sides): void {
    const { allowing, denying } = sides;
    const { rule, policy } = item;
    const region = this.#universe.restrict(item.region);
    if (region === undefined) return;
    if (item.unsaid !== undefined) {
      this.#askUnsaid(item, item.unsaid, region, sides);
      return;
    }
    const asked: Asked = { decider: rule, allowedBy: rule, policy };
    if (surelyAllows(denying, region)) {
      this.#count(region, asked, sides, NO_FLOW);
      return;
    }
    this.#askBoth(region, asked, sides, function* (part, budget) {
      const reaches = reaching(allowing, item.tier, { region: part, cuts: [] }, budget);
      for (const from of reaches) yield remaining(allowing, item, from);
    });
  }

  /** No flow can be shown for what nobody can name: if some of it may be denied, that is the answer. */
  #askUnsaid(item: RuleRegion, { what }: UnsaidMatch, region: Region, sides: Sides): void {
    const { allowing, denying, scope, effect } = sides;
    if (surelyAllows(denying, region)) return;
    const budget = this.#allowance.question();
    for (const from of reaching(allowing, item.tier, { region, cuts: [] }, budget)) {
      for (const part of deniedParts([remaining(allowing, item, from)], denying, budget)) {
        if (findOutside(part, scope, this.#universe, budget) === "empty") continue;
        budget.close();
        this.#ledger.add([item.rule], effect, { kind: "unsaid", what }, false);
        return;
      }
    }
    budget.close();
  }

  #askEnd(sides: Sides): void {
    const { allowing, denying } = sides;
    const end = allowing.tiers.length;
    const ask = (whole: Region, decider: Decider, policy: Policy): void => {
      const region = this.#universe.restrict(whole);
      if (region === undefined) return;
      const asked: Asked = { decider, allowedBy: undefined, policy };
      if (surelyCloses(allowing, region)) {
        this.#count(region, asked, sides, NO_FLOW);
        return;
      }
      this.#askBoth(region, asked, sides, (part, budget) =>
        reaching(allowing, end, { region: part, cuts: [] }, budget),
      );
    };
    for (const { closed, blocks, defaultDeny } of denying.tiers) {
      for (const { region, applied, policy } of closed.items) {
        ask(region, applied, policy);
        ask(subjectRegion(region.subject, "address"), applied, policy);
      }
      for (const { rule, policy, region } of blocks.items) {
        if (rule.action !== "deny") continue;
        const isClosed = defaultDeny && policy[this.#direction]?.isolates === true;
        if (!isClosed) ask(region, rule, policy);
      }
    }
  }

  /**
   * Asks of traffic with ports, then of other traffic, and puts the answers down. Mostly neither has a difference, which
   * one question about both tells.
   */
  #askBoth(region: Region, asked: Asked, sides: Sides, allowed: Allowed): void {
    const parts = [ALL_PORTS, OTHER_TRAFFIC].flatMap((kind) => {
      const traffic = intersectTraffic(region.traffic, kind);
      if (traffic.ranges.length === 0) return [];
      const part = traffic === region.traffic ? region : { ...region, traffic };
      return [{ part, isOther: kind === OTHER_TRAFFIC }];
    });
    const shown = this.#ledger.shown(asked.decider, sides.effect, asked.allowedBy === undefined);
    if (shown !== undefined && this.#isTold(region, asked, sides, allowed)) {
      for (const { part } of parts) this.#count(part, asked, sides, shown);
      return;
    }
    const both = parts.length > 1 ? this.#same(region, asked, sides, allowed) : undefined;
    if (both?.kind === "none") {
      for (const { part } of parts) this.#count(part, asked, sides, NO_FLOW);
      return;
    }
    for (const { part, isOther } of parts) {
      const answer = both ?? this.#search(part, asked, sides, allowed, isOther);
      if (answer.kind === "unknown") {
        this.#ledger.add([asked.decider], sides.effect, answer, isOther);
      }
      if (asked.allowedBy === undefined && answer.kind !== "none") {
        this.#ledger.addAtEnd(asked.decider, sides.effect, answer, isOther);
      }
      this.#count(part, asked, sides, answer);
    }
  }

  /**
   * True only if a difference here would be nobody's first: one that has ports has been put down already to what is asked
   * about and to whatever may deny. So a rule of thousands of peers of which none is left costs a look at each of them.
   */
  #isTold(region: Region, asked: Asked, sides: Sides, allowed: Allowed): boolean {
    const { denying, effect } = sides;
    // At the end of the tiers a Pass is to answer for the flow too, and which one only the flow tells.
    if (isHandedOn(asked, sides)) return false;
    const isShown = (decider: Decider): boolean =>
      this.#ledger.shown(decider, effect, false) !== undefined;
    const deniers = denying.tiers.flatMap(({ closed, blocks }) =>
      closed.items.length + blocks.items.length > FEW_DENIERS
        ? [undefined]
        : [...closed.items.map(({ applied }) => applied), ...blocks.items.map(({ rule }) => rule)],
    );
    if (deniers.every((denier) => denier !== undefined && isShown(denier))) return true;
    const budget = this.#allowance.shortcut();
    let isTold = true;
    for (const { by } of deniedParts(allowed(region, budget), denying, budget)) {
      isTold = by !== undefined && isShown(by);
      if (!isTold) break;
    }
    isTold &&= !budget.isSpent();
    budget.close();
    return isTold;
  }

  /**
   * "none" only if nothing of what is allowed of the region is denied, "unknown" where that takes more than a question may:
   * then it would not be found in two questions either. Otherwise undefined.
   */
  #same(region: Region, asked: Asked, sides: Sides, allowed: Allowed): Answer | undefined {
    const { denying, scope } = sides;
    const budget = this.#allowance.question();
    let isSame = true;
    for (const part of deniedParts(allowed(region, budget), denying, budget)) {
      isSame = findOutside(part, scope, this.#universe, budget) === "empty";
      if (!isSame) break;
    }
    budget.close();
    if (budget.isSpent()) return this.#spent(asked, sides, budget);
    return isSame ? NO_FLOW : undefined;
  }

  #spent(asked: Asked, sides: Sides, { bound }: Budget): Answer {
    const question = questionText(asked, this.#direction, sides);
    return { kind: "unknown", question, reason: { kind: "bound", bound } };
  }

  /** Looks for differences and puts each down. */
  #search(region: Region, asked: Asked, sides: Sides, allowed: Allowed, isOther: boolean): Answer {
    const budget = this.#allowance.question();
    const answer = this.#searchWithin(budget, allowed(region, budget), asked, sides, isOther);
    budget.close();
    return answer;
  }

  #searchWithin(
    budget: Budget,
    allowed: Iterable<Reaching>,
    asked: Asked,
    sides: Sides,
    isOther: boolean,
  ): Answer {
    const { denying, effect } = sides;
    let witness: Difference | undefined;
    let isUnclear = false;
    let nameless = 0;
    let passed = 0;
    const isTold = (decider: Decider | undefined): boolean =>
      decider !== undefined && this.#ledger.isTold(decider, effect, isOther);
    for (const part of deniedParts(allowed, denying, budget)) {
      // At the end of the tiers each Pass that hands on what is denied is to answer for it, not the first of them alone.
      const isPassNamed =
        asked.allowedBy !== undefined ||
        part.passedBy === undefined ||
        this.#ledger.hasWitness(part.passedBy, effect);
      // Whatever denies some of it is to answer for that, however many have answered.
      const isNamed = part.by === undefined ? nameless >= MOST_NAMELESS : isTold(part.by);
      if (passed === MOST_PASSED) break;
      if (witness !== undefined && isPassNamed && isNamed) {
        passed += 1;
        continue;
      }
      const isAny = witness === undefined || !isPassNamed || part.by === undefined;
      const seen = isAny ? this.#look(part, asked, sides, isOther, budget) : undefined;
      if (seen === "unclear") isUnclear = true;
      if (typeof seen === "object") witness = seen;
      if (part.by === undefined) nameless += typeof seen === "object" ? 1 : 0;
      else if (typeof seen !== "string" && !isTold(part.by)) {
        const own = this.#look(asDecided(part), asked, sides, isOther, budget);
        if (typeof own === "string") passed += 1;
      }
      if (budget.isSpent()) break;
    }
    if (witness !== undefined) {
      if (passed === MOST_PASSED || budget.isSpent()) this.#leaveOpen(asked, sides, budget, isTold);
      return { kind: "witness", witness };
    }
    if (budget.isSpent()) return this.#spent(asked, sides, budget);
    if (!isUnclear) return NO_FLOW;
    const question = questionText(asked, this.#direction, sides);
    return { kind: "unknown", question, reason: { kind: "text" } };
  }

  /** Of whatever may deny and was not come to it is not known whether it denies some of it. */
  #leaveOpen(
    asked: Asked,
    sides: Sides,
    budget: Budget,
    isTold: (decider: Decider) => boolean,
  ): void {
    const deniers: Decider[] = sides.denying.tiers.flatMap(({ closed, blocks }) => [
      ...closed.items.map(({ applied }) => applied),
      ...blocks.items.map(({ rule }) => rule),
    ]);
    const untold = deniers.filter((denier) => !isTold(denier));
    this.#ledger.add(untold, sides.effect, this.#spent(asked, sides, budget), false);
  }

  /** Looks for a difference in a part of a question, and puts it down. */
  #look(
    part: Reaching,
    asked: Asked,
    sides: Sides,
    isOther: boolean,
    budget: Budget,
  ): Difference | NoPoint {
    const point = findOutside(part, sides.scope, this.#universe, budget);
    return typeof point === "string" ? point : this.#putDown(point, asked, sides, isOther);
  }

  /** Confirms a difference, and puts it down to what was asked about and to whatever decides it on either side. */
  #putDown(point: Point, asked: Asked, { effect, allowedBy }: Sides, isOther: boolean): Difference {
    const witness = this.#replay.confirm(point, allowedBy);
    const deciders = new Set<Decider>([asked.decider]);
    for (const side of ["source", "target"] as const) {
      const decider =
        deciderOf(witness[side], this.#direction) ??
        (side === allowedBy ? this.#replay.lastPass(witness, side) : undefined);
      if (decider !== undefined) deciders.add(decider);
    }
    const isNew = [...deciders].some((decider) => !this.#ledger.hasWitness(decider, effect));
    if (isNew) this.#ledger.addWitness(witness);
    this.#ledger.add(deciders, effect, { kind: "witness", witness }, isOther);
    return witness;
  }

  /** Counts a question. Some of the proved answers are tried on a flow. */
  #count(region: Region, asked: Asked, { scope, allowedBy }: Sides, answer: Answer): void {
    if (!this.#ledger.countQuestion(answer) || answer.kind !== "none") return;
    const point = pointOf(region, scope, this.#universe);
    if (typeof point === "string") return;
    if (this.#universe.impossibleIn(region).some((one) => regionContains(one, point))) return;
    this.#ledger.countReplay();
    const judged = this.#replay.judge(point);
    invariant(
      !differs(judged, allowedBy) ||
        deciderOf(judged[allowedBy], this.#direction) !== asked.allowedBy,
      "a flow contradicts what a proof says of its region",
    );
  }
}

/** What of a region the allowing side may allow for the reason asked about. */
type Allowed = (part: Region, budget: Budget) => Iterable<Reaching>;

/** What a question is about. */
interface Asked {
  /** Whose answer it is. */
  readonly decider: Decider;
  /** What allows the flows asked about: a rule, or nothing, at the end. */
  readonly allowedBy: Rule | undefined;
  readonly policy: Policy;
}

/** True of flows that no rule allows, where some Pass may have handed them on to the end. */
const isHandedOn = ({ allowedBy }: Asked, { allowing }: Sides): boolean =>
  allowedBy === undefined && allowing.tiers.some(({ hasPass }) => hasPass);

/** What the denying side makes of it, and the last Pass that the allowing side handed it on by. */
function* deniedParts(
  allowed: Iterable<Reaching>,
  denying: View,
  budget: Budget,
): Generator<Part & { readonly passedBy: Rule | undefined }> {
  for (const { region, cuts, pass } of allowed) {
    for (const part of decided(denying, "deny", { region, cuts }, budget)) {
      yield { ...part, passedBy: pass };
    }
  }
}

/** What of a part nothing but `by` decides. */
function asDecided(part: Part): Reaching {
  return { ...part, cuts: [...part.cuts, ...(part.hidden?.() ?? [])] };
}

/** Among so many that may deny, a look at each is quicker than to ask which of them do. */
const FEW_DENIERS = 8;

/** So many differences are looked for where one of several policies denies them by closing the tier. */
const MOST_NAMELESS = 8;

/** Once one is found, so many parts may turn out to be of no news before no further are looked at. */
const MOST_PASSED = 1_000;

function questionText(
  { decider, policy: { origin } }: Asked,
  direction: Direction,
  { effect, scope }: Sides,
): string {
  const name = origin.namespace === undefined ? origin.name : `${origin.namespace}/${origin.name}`;
  const where = scope.name === undefined ? "any other namespace" : `namespace ${scope.name}`;
  const what = "action" in decider ? ruleName(decider.origin) : `${direction} isolation`;
  const change =
    effect === "wider"
      ? "is something allowed that the source denies?"
      : "is something denied that the source allows?";
  return `${origin.kind} ${name}, ${what}, pods of ${where}: ${change}`;
}
