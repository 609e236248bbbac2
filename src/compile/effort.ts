import { Steps } from "../sets/box-remainder.ts";

/** Steps that one question may take before it is given up. */
export const STEP_LIMIT = 400_000;
/** Steps of all large questions of a namespace together; later ones get few. */
const STORE = 8_000_000;
const FEW = 2_000;
/** What counts as a large question. */
const LARGE = 20_000;

/** How much work the questions about one namespace may take, and how many were given up. */
export class Effort {
  readonly #limit: number;
  #store = STORE;
  givenUp = 0;

  /** @param limit steps a question */
  constructor(limit = STEP_LIMIT) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#store > 0 ? this.#limit : Math.min(FEW, this.#limit);
  }

  /** To be called when a question is answered. */
  close(steps: Steps): void {
    const used = steps.bound - steps.left;
    if (used > LARGE) this.#store -= used;
  }

  giveUp(): void {
    this.givenUp += 1;
  }
}

export const question = (effort: Effort): Steps => new Steps(effort.limit);

/**
 * For questions about words alone, such as whether a Deny is redundant: past so many steps the safe word is taken, and
 * nothing that is written hangs on it.
 */
export const inFewWords = (): Effort => new Effort(4_000);
