import type { Budget } from "./budget.ts";
import { findOutside } from "./inclusion.ts";
import type { NoPoint } from "./inclusion.ts";
import type { Point } from "./point.ts";
import type { Answer, Decider, Difference } from "./proof.ts";
import { NO_FLOW } from "./proof.ts";
import { deniedParts, questionText, spent } from "./question.ts";
import type { Means, Question } from "./question.ts";
import type { Region } from "./region.ts";
import { deciderOf } from "./replay.ts";
import type { Part, Reaching } from "./walk.ts";

/**
 * Finds the differences of a question and who answers for them: what was asked about, every rule or closed tier that
 * denies some of it, and every Pass that handed it on. Each gets a flow of its own, confirmed by the evaluator.
 */
export class DifferenceSearch {
  readonly #means: Means;

  constructor(means: Means) {
    this.#means = means;
  }

  /** Looks for differences in a region and puts each down. */
  answer(region: Region, question: Question, isOther: boolean): Answer {
    const budget = this.#means.allowance.question();
    const answer = this.#within(region, question, isOther, budget);
    budget.close();
    return answer;
  }

  #within(region: Region, question: Question, isOther: boolean, budget: Budget): Answer {
    const { denying, effect } = question.sides;
    let witness: Difference | undefined;
    let isUnclear = false;
    let nameless = 0;
    let passed = 0;
    const isTold = (decider: Decider | undefined): boolean =>
      decider !== undefined && this.#means.ledger.isTold(decider, effect, isOther);
    for (const part of deniedParts(question.allowed(region, budget), denying, budget)) {
      // At the end of the tiers each Pass that hands on what is denied is to answer for it, not the first of them alone.
      const isPassNamed =
        question.allowedBy !== undefined ||
        part.passedBy === undefined ||
        this.#means.ledger.hasWitness(part.passedBy, effect);
      // Whatever denies some of it is to answer for that, however many have answered.
      const isNamed = part.by === undefined ? nameless >= MOST_NAMELESS : isTold(part.by);
      if (passed === MOST_PASSED) break;
      if (witness !== undefined && isPassNamed && isNamed) {
        passed += 1;
        continue;
      }
      const isAny = witness === undefined || !isPassNamed || part.by === undefined;
      const seen = isAny ? this.#look(part, question, isOther, budget) : undefined;
      if (seen === "unclear") isUnclear = true;
      if (typeof seen === "object") witness = seen;
      if (part.by === undefined) nameless += typeof seen === "object" ? 1 : 0;
      else if (typeof seen !== "string" && !isTold(part.by)) {
        const own = this.#look(asDecided(part), question, isOther, budget);
        if (typeof own === "string") passed += 1;
      }
      if (budget.isSpent()) break;
    }
    if (witness !== undefined) {
      if (passed === MOST_PASSED || budget.isSpent()) this.#leaveOpen(question, budget, isTold);
      return { kind: "witness", witness };
    }
    if (budget.isSpent()) return spent(question, this.#means.direction, budget);
    if (!isUnclear) return NO_FLOW;
    return {
      kind: "unknown",
      question: questionText(question, this.#means.direction),
      reason: { kind: "text" },
    };
  }

  /** Of whatever may deny and was not come to it is not known whether it denies some of it. */
  #leaveOpen(question: Question, budget: Budget, isTold: (decider: Decider) => boolean): void {
    const { denying, effect } = question.sides;
    const deniers: Decider[] = denying.tiers.flatMap(({ closed, blocks }) => [
      ...closed.items.map(({ applied }) => applied),
      ...blocks.items.map(({ rule }) => rule),
    ]);
    const untold = deniers.filter((denier) => !isTold(denier));
    this.#means.ledger.add(untold, effect, spent(question, this.#means.direction, budget), false);
  }

  /** Looks for a difference in a part of a question, and puts it down. */
  #look(
    part: Reaching,
    question: Question,
    isOther: boolean,
    budget: Budget,
  ): Difference | NoPoint {
    const point = findOutside(part, question.sides.scope, this.#means.universe, budget);
    return typeof point === "string" ? point : this.#putDown(point, question, isOther);
  }

  /** Confirms a difference, and puts it down to what was asked about and to whatever decides it on either side. */
  #putDown(point: Point, { decider, sides }: Question, isOther: boolean): Difference {
    const { effect, allowedBy } = sides;
    const witness = this.#means.replay.confirm(point, allowedBy);
    const deciders = new Set<Decider>([decider]);
    for (const side of ["source", "target"] as const) {
      const found =
        deciderOf(witness[side], this.#means.direction) ??
        (side === allowedBy ? this.#means.replay.lastPass(witness, side) : undefined);
      if (found !== undefined) deciders.add(found);
    }
    const isNew = [...deciders].some((one) => !this.#means.ledger.hasWitness(one, effect));
    if (isNew) this.#means.ledger.addWitness(witness);
    this.#means.ledger.add(deciders, effect, { kind: "witness", witness }, isOther);
    return witness;
  }
}

/** What of a part nothing but `by` decides. */
function asDecided(part: Part): Reaching {
  return { ...part, cuts: [...part.cuts, ...(part.hidden?.() ?? [])] };
}

/** So many differences are looked for where one of several policies denies them by closing the tier. */
const MOST_NAMELESS = 8;

/** Once one is found, so many parts may turn out to be of no news before no further are looked at. */
const MOST_PASSED = 1_000;
