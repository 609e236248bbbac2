/**
 * How much work a proof may take. Each question has a bound of its own; questions that come near it draw on a common
 * store, and once that is empty they get little: a hostile set must not take hours, bound by bound.
 */
export class Allowance {
  readonly #bound: number;
  #store: number;

  constructor(bound: number) {
    this.#bound = bound;
    this.#store = bound * LARGE_QUESTIONS;
  }

  question(): Budget {
    const least = Math.ceil(this.#bound / LARGE_QUESTIONS);
    const bound = this.#store > 0 ? this.#bound : least;
    return new Budget(bound, (work) => {
      if (work > least) this.#store -= work;
    });
  }
}

/** So many questions may use up their bound. */
const LARGE_QUESTIONS = 32;

/** How much work one question may still take. */
export class Budget {
  readonly bound: number;
  readonly #close: (work: number) => void;
  #left: number;

  constructor(bound: number, close: (work: number) => void) {
    this.bound = bound;
    this.#left = bound;
    this.#close = close;
  }

  spend(work: number): void {
    this.#left -= work;
  }

  isSpent(): boolean {
    return this.#left < 0;
  }

  /** To be called once, when the question is answered. */
  close(): void {
    this.#close(this.bound - this.#left);
  }
}
