/**
 * How much work a proof may take. Each question has a bound of its own, and all of them draw on one store, into which each
 * pays what a small one takes: a hostile set must not take hours, bound by bound, nor by many questions of middling size.
 */
export class Allowance {
  readonly #bound: number;
  readonly #each: number;
  #store: number;

  constructor(bound: number) {
    this.#bound = bound;
    this.#each = Math.ceil(bound / 4_000);
    this.#store = bound * LARGE_QUESTIONS;
  }

  question(): Budget {
    this.#store += this.#each;
    return this.#budget(Math.min(this.#bound, Math.max(this.#store, this.#each)));
  }

  /** For what may turn out to save a question: no more than what a small one takes. */
  shortcut(): Budget {
    return this.#budget(this.#each);
  }

  #budget(bound: number): Budget {
    return new Budget(bound, (work) => {
      this.#store -= work;
    });
  }
}

/** So many questions may use up their bound, and what others leave. */
const LARGE_QUESTIONS = 2;

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
