import { invariant } from "../base/invariant.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { Direction, Policy, PolicySet, Rule, UnsaidMatch } from "../ir/policy.ts";
import { ALL_PORTS, intersectTraffic, OTHER_TRAFFIC } from "../sets/traffic-set.ts";
import { Allowance } from "./budget.ts";
import { DifferenceSearch } from "./difference-search.ts";
import { Variables } from "./facts.ts";
import { findOutside } from "./inclusion.ts";
import { Ledger } from "./ledger.ts";
import { pointOf, regionContains } from "./point.ts";
import { NO_FLOW } from "./proof.ts";
import type { Answer, Decider, Proof } from "./proof.ts";
import { deniedParts, isHandedOn, spent } from "./question.ts";
import type { Means, Question, Sides } from "./question.ts";
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
import { reaching, remaining, surelyAllows, surelyCloses } from "./walk.ts";

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
 * its cuts; which differences there are, and who answers for them, is found by a search (difference-search.ts). Nothing here knows how policies are lowered. A policy mostly meets itself alone on the other side: then (a) is
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
    const means = { direction, universe, replay, ledger, allowance };
    const proof = new DirectionProof(means, asks);
    const after = addressesMove(known);
    const sources = new Views(source, { direction, variables, after: false });
    const targets = new Views(target, { direction, variables, after });
    for (const scope of scopes) proof.compare(sources.viewOf(scope), targets.viewOf(scope), scope);
  }
  return ledger.proof();
}

class DirectionProof {
  readonly #direction: Direction;
  readonly #universe: Universe;
  readonly #replay: Replay;
  readonly #ledger: Ledger;
  readonly #allowance: Allowance;
  readonly #asks: Asks;
  readonly #search: DifferenceSearch;

  constructor(means: Means, asks: Asks) {
    this.#asks = asks;
    this.#allowance = means.allowance;
    this.#direction = means.direction;
    this.#universe = means.universe;
    this.#replay = means.replay;
    this.#ledger = means.ledger;
    this.#search = new DifferenceSearch(means);
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
    const allowed: Question["allowed"] = function* (part, budget) {
      const reaches = reaching(allowing, item.tier, { region: part, cuts: [] }, budget);
      for (const from of reaches) yield remaining(allowing, item, from);
    };
    const question: Question = { sides, decider: rule, policy, allowedBy: rule, allowed };
    if (surelyAllows(denying, region)) this.#count(region, question, NO_FLOW);
    else this.#askBoth(region, question);
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
    const allowed: Question["allowed"] = (part, budget) =>
      reaching(allowing, end, { region: part, cuts: [] }, budget);
    const ask = (whole: Region, decider: Decider, policy: Policy): void => {
      const region = this.#universe.restrict(whole);
      if (region === undefined) return;
      const question: Question = { sides, decider, policy, allowedBy: undefined, allowed };
      if (surelyCloses(allowing, region)) this.#count(region, question, NO_FLOW);
      else this.#askBoth(region, question);
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
  #askBoth(region: Region, question: Question): void {
    const { decider, allowedBy, sides } = question;
    const { effect } = sides;
    const parts = [ALL_PORTS, OTHER_TRAFFIC].flatMap((kind) => {
      const traffic = intersectTraffic(region.traffic, kind);
      if (traffic.ranges.length === 0) return [];
      const part = traffic === region.traffic ? region : { ...region, traffic };
      return [{ part, isOther: kind === OTHER_TRAFFIC }];
    });
    const known = this.#universe.known(region);
    if (known === undefined) {
      for (const { part } of parts) this.#count(part, question, NO_FLOW);
      return;
    }
    const shown = this.#ledger.shown(decider, effect, allowedBy === undefined);
    if (shown !== undefined && this.#isTold(known, question)) {
      for (const { part } of parts) this.#count(part, question, shown);
      return;
    }
    const both = parts.length > 1 ? this.#same(known, question) : undefined;
    if (both?.kind === "none") {
      for (const { part } of parts) this.#count(part, question, NO_FLOW);
      return;
    }
    for (const { part, isOther } of parts) {
      const asked = { ...known, traffic: part.traffic };
      const answer = both ?? this.#search.answer(asked, question, isOther);
      if (answer.kind === "unknown") this.#ledger.add([decider], effect, answer, isOther);
      if (allowedBy === undefined && answer.kind !== "none") {
        this.#ledger.addAtEnd(decider, effect, answer, isOther);
      }
      this.#count(part, question, answer);
    }
  }

  /**
   * True only if a difference here would be nobody's first: one that has ports has been put down already to what is asked
   * about and to whatever may deny. So a rule of thousands of peers of which none is left costs a look at each of them.
   */
  #isTold(region: Region, question: Question): boolean {
    const { denying, effect } = question.sides;
    // At the end of the tiers a Pass is to answer for the flow too, and which one only the flow tells.
    if (isHandedOn(question)) return false;
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
    for (const { by } of deniedParts(question.allowed(region, budget), denying, budget)) {
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
  #same(region: Region, question: Question): Answer | undefined {
    const { denying, scope } = question.sides;
    const budget = this.#allowance.question();
    let isSame = true;
    for (const part of deniedParts(question.allowed(region, budget), denying, budget)) {
      isSame = findOutside(part, scope, this.#universe, budget) === "empty";
      if (!isSame) break;
    }
    budget.close();
    if (budget.isSpent()) return spent(question, this.#direction, budget);
    return isSame ? NO_FLOW : undefined;
  }

  /** Counts a question. Some of the proved answers are tried on a flow. */
  #count(region: Region, { sides, allowedBy: rule }: Question, answer: Answer): void {
    const { scope, allowedBy } = sides;
    if (!this.#ledger.countQuestion(answer) || answer.kind !== "none") return;
    const point = pointOf(region, scope, this.#universe);
    if (typeof point === "string") return;
    if (this.#universe.impossibleIn(region).some((one) => regionContains(one, point))) return;
    this.#ledger.countReplay();
    const judged = this.#replay.judge(point);
    invariant(
      !differs(judged, allowedBy) || deciderOf(judged[allowedBy], this.#direction) !== rule,
      "a flow contradicts what a proof says of its region",
    );
  }
}

/** Among so many that may deny, a look at each is quicker than to ask which of them do. */
const FEW_DENIERS = 8;
