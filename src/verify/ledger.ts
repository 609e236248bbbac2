import type { Direction, Policy, Rule } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import { EQUAL, NO_FLOW, worseAnswers } from "./proof.ts";
import type { Answer, Answers, Decider, Difference, Proof } from "./proof.ts";

export type Effect = "wider" | "narrower";

/** Collects the answers of a proof. */
export class Ledger {
  readonly #answers = new Map<Decider, Answers>();
  readonly #witnesses: Difference[] = [];
  #whole: Answers = EQUAL;
  #questions = 0;
  #none = 0;
  #replayed = 0;
  #unknown = 0;

  /** An answer about what some deciders decide; `isOther` if it is about traffic without ports alone. */
  add(deciders: Iterable<Decider>, effect: Effect, answer: Answer, isOther: boolean): void {
    if (answer.kind === "none") return;
    const answers: Answers =
      effect === "wider"
        ? { wider: answer, narrower: NO_FLOW, onlyOther: false }
        : { wider: NO_FLOW, narrower: answer, onlyOther: isOther };
    this.#whole = worseAnswers(this.#whole, answers);
    for (const decider of deciders) {
      this.#answers.set(decider, worseAnswers(this.#answers.get(decider) ?? EQUAL, answers));
    }
  }

  addWitness(witness: Difference): void {
    this.#witnesses.push(witness);
  }

  hasWitness(decider: Decider, effect: Effect): boolean {
    return this.#answers.get(decider)?.[effect].kind === "witness";
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
    const answers = this.#answers;
    const of = (decider: Decider | undefined): Answers =>
      decider === undefined ? EQUAL : (answers.get(decider) ?? EQUAL);
    return {
      ...this.#whole,
      ofRule: (rule: Rule) => of(rule),
      ofIsolation: (policy: Policy, direction: Direction) => of(policy[direction]),
      ofPolicy: (policy: Policy) => {
        let worst = EQUAL;
        for (const direction of DIRECTIONS) {
          const applied = policy[direction];
          worst = worseAnswers(worst, of(applied));
          for (const rule of applied?.rules ?? []) worst = worseAnswers(worst, of(rule));
        }
        return worst;
      },
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
