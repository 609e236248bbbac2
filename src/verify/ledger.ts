import type { Direction, Policy, Rule } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import { EQUAL, NO_FLOW, worseAnswers } from "./proof.ts";
import type { Answer, Answers, Decider, Difference, Proof } from "./proof.ts";

export type Effect = "wider" | "narrower";

/** Collects the answers of a proof. */
export class Ledger {
  readonly #answers = new Map<Decider, Answers>();
  /** Of these the part about flows that no rule of the allowing set decides. */
  readonly #atEnd = new Map<Decider, Answers>();
  readonly #witnesses: Difference[] = [];
  #whole: Answers = EQUAL;
  #questions = 0;
  #none = 0;
  #replayed = 0;
  #unknown = 0;

  /** An answer about what some deciders decide; `isOther` if it is about traffic without ports alone. */
  add(deciders: Iterable<Decider>, effect: Effect, answer: Answer, isOther: boolean): void {
    if (answer.kind === "none") return;
    const answers = answersOf(effect, answer, isOther);
    this.#whole = worseAnswers(this.#whole, answers);
    for (const decider of deciders) {
      this.#answers.set(decider, worseAnswers(this.#answers.get(decider) ?? EQUAL, answers));
    }
  }

  /** An answer about flows that the one set denies because of `decider`, and that reach the end of the other. */
  addAtEnd(decider: Decider, effect: Effect, answer: Answer, isOther: boolean): void {
    const answers = answersOf(effect, answer, isOther);
    this.#atEnd.set(decider, worseAnswers(this.#atEnd.get(decider) ?? EQUAL, answers));
  }

  addWitness(witness: Difference): void {
    this.#witnesses.push(witness);
  }

  hasWitness(decider: Decider, effect: Effect): boolean {
    return this.#answers.get(decider)?.[effect].kind === "witness";
  }

  /**
   * The difference that nothing worse can be found than: one with ports. Of those of a decider, or of the part of them that
   * reach the end of the other set.
   */
  shown(decider: Decider, effect: Effect, atEnd: boolean): Answer | undefined {
    const answers = (atEnd ? this.#atEnd : this.#answers).get(decider);
    const isShown = answers?.[effect].kind === "witness";
    return isShown && !(effect === "narrower" && answers.onlyOther) ? answers[effect] : undefined;
  }

  /** True if a difference that has ports, or none, would be no news of the decider. */
  isTold(decider: Decider, effect: Effect, isOther: boolean): boolean {
    if (isOther) return this.hasWitness(decider, effect);
    return this.shown(decider, effect, false) !== undefined;
  }

  /** Counts a question; true if its answer, should it be "none", is one of those to try. */
  countQuestion(answer: Answer): boolean {
    this.#questions += 1;
    if (answer.kind === "none") this.#none += 1;
    if (answer.kind === "unknown") this.#unknown += 1;
    return this.#questions <= FIRST_REPLAYS || this.#questions % REPLAY_EACH === 0;
  }

  countReplay(): void {
    this.#replayed += 1;
  }

  proof(): Proof {
    const lookUp =
      (answers: ReadonlyMap<Decider, Answers>) =>
      (decider: Decider | undefined): Answers =>
        decider === undefined ? EQUAL : (answers.get(decider) ?? EQUAL);
    const of = lookUp(this.#answers);
    const atEnd = lookUp(this.#atEnd);
    const ofAll = (policy: Policy, answer: (decider: Decider | undefined) => Answers): Answers => {
      let worst = EQUAL;
      for (const direction of DIRECTIONS) {
        const applied = policy[direction];
        worst = worseAnswers(worst, answer(applied));
        for (const rule of applied?.rules ?? []) worst = worseAnswers(worst, answer(rule));
      }
      return worst;
    };
    return {
      ...this.#whole,
      ofRule: (rule: Rule) => of(rule),
      ofIsolation: (policy: Policy, direction: Direction) => of(policy[direction]),
      ofPolicy: (policy: Policy) => ofAll(policy, of),
      ofOpenness: (policy: Policy) => ofAll(policy, atEnd),
      witnesses: this.#witnesses,
      counts: {
        questions: this.#questions,
        none: this.#none,
        witness: this.#witnesses.length,
        unknown: this.#unknown,
        replayed: this.#replayed,
      },
    };
  }
}

/** Of the proved answers the first few are tried on `evaluate`, and a few of all. */
const FIRST_REPLAYS = 64;
const REPLAY_EACH = 499;

function answersOf(effect: Effect, answer: Answer, isOther: boolean): Answers {
  return effect === "wider"
    ? { wider: answer, narrower: NO_FLOW, onlyOther: false }
    : { wider: NO_FLOW, narrower: answer, onlyOther: isOther };
}
