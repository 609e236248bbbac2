import { Steps } from "../sets/box-remainder.ts";

/**
 * How much work cutting may take. It is counted in steps, each a look at one thing that is cut out of another, and never by a
 * clock: the same input gives the same output on every machine.
 */
export interface StepLimits {
  /** Steps of one question. */
  readonly question: number;
  /** Steps of one task: all that is asked about one rule, or about the pods of one policy. */
  readonly task: number;
  /** Steps of all tasks of a namespace, as far as each takes more than `free`. */
  readonly namespace: number;
  /** The same of all namespaces of a run. */
  readonly run: number;
  /** And so many more for each policy. */
  readonly runEach: number;
  /** What any task may take, even where nothing is left for the namespace: rules that hardly meet others come out whole. */
  readonly free: number;
}

/** For questions on which it hangs what is written, and what is claimed of it. */
export const STEP_LIMITS: StepLimits = {
  question: 400_000,
  task: 2_000_000,
  namespace: 8_000_000,
  run: 16_000_000,
  runEach: 10_000,
  free: 1_000,
};

/**
 * For questions about words alone, such as whether a Deny is redundant: past so many steps the safe word is taken, and
 * nothing that is written lets in more for it.
 */
const WORD_LIMITS: StepLimits = {
  question: 4_000,
  task: 40_000,
  namespace: 4_000_000,
  run: 8_000_000,
  runEach: 5_000,
  free: 200,
};

/** What a task was given up for; each is told in its own words (diagnose.ts). */
export type Limit = "steps" | "ways" | "pieces" | "object" | "objects" | "text";

/** The steps of a run that are left for the namespaces to come. */
class RunStore {
  readonly limits: StepLimits;
  left: number;

  constructor(limits: StepLimits, policies: number) {
    this.limits = limits;
    this.left = limits.run + limits.runEach * policies;
  }
}

/** Those that are left for one namespace. */
class Store {
  readonly limits: StepLimits;
  readonly #run: RunStore;
  #left: number;

  constructor(run: RunStore) {
    this.limits = run.limits;
    this.#run = run;
    this.#left = run.limits.namespace;
  }

  get forTask(): number {
    const { task, free } = this.limits;
    return this.#left > 0 && this.#run.left > 0 ? task : Math.min(free, task);
  }

  draw(steps: number): void {
    this.#left -= steps;
    this.#run.left -= steps;
  }
}

/** The work that goes into a run: namespace after namespace, by name. */
export class RunWork {
  readonly #store: RunStore;
  readonly #words: RunStore;

  /** @param policies how many there are: what comes with more input may take more work */
  constructor(policies: number, limits = STEP_LIMITS) {
    this.#store = new RunStore(limits, policies);
    this.#words = new RunStore(WORD_LIMITS, policies);
  }

  forNamespace(): Work {
    return new Work(new Store(this.#store), new Store(this.#words));
  }
}

/** The work that goes into one namespace. Tasks are done in evaluation order, so it is no matter how the input is sorted. */
export class Work {
  readonly #store: Store;
  readonly #words: Store;
  /** How many questions were given up. */
  givenUp = 0;

  constructor(store: Store, words: Store) {
    this.#store = store;
    this.#words = words;
  }

  /** For all that is asked about one rule, or about the pods of one policy. */
  task(): Effort {
    return new Effort(this.#store, this.#words, () => (this.givenUp += 1));
  }
}

/** What one task may take. Past it every question has the safe answer at once. */
export class Effort {
  readonly #store: Store;
  readonly #words: Store;
  readonly #count: () => void;
  readonly #given: number;
  readonly #whole: Effort | undefined;
  #left: number;
  #limit: Limit | undefined;

  constructor(
    store: Store,
    words: Store,
    count: () => void,
    given = store.forTask,
    whole?: Effort,
  ) {
    this.#store = store;
    this.#words = words;
    this.#count = count;
    this.#given = given;
    this.#whole = whole;
    this.#left = given;
  }

  /** Why something was given up first; undefined if nothing was, so that all answers are exact. */
  get limit(): Limit | undefined {
    return this.#limit;
  }

  /** True when nothing more can be asked. */
  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** To be closed when it is answered. */
  question(): Steps {
    return new Steps(Math.max(0, Math.min(this.#store.limits.question, this.#left)));
  }

  close(steps: Steps): void {
    this.spend(steps.used);
  }

  /** Counts work that is no question. False when there is none left. */
  spend(steps: number): boolean {
    const { free } = this.#store.limits;
    const before = this.#given - this.#left;
    this.#left -= steps;
    if (this.#whole !== undefined) return this.#whole.spend(steps) && this.#left > 0;
    const drawn = Math.max(0, before + steps - free) - Math.max(0, before - free);
    if (drawn > 0) this.#store.draw(drawn);
    return this.#left > 0;
  }

  giveUp(limit: Limit): void {
    this.#limit ??= limit;
    this.#count();
  }

  /** For what may be tried without harm: half of what is left, and giving it up counts for nothing. */
  trial(): Effort {
    const half = Math.max(0, Math.ceil(this.#left / 2));
    return new Effort(
      this.#store,
      this.#words,
      () => undefined,
      Math.min(half, this.#store.forTask),
    );
  }

  /** For one of many questions that none of the others should want for: so many steps of those that are left. */
  part(most: number): Effort {
    const given = Math.max(0, Math.min(most, this.#left));
    return new Effort(this.#store, this.#words, this.#count, given, this);
  }

  /** For questions about words alone. */
  inFewWords(): Effort {
    return new Effort(this.#words, this.#words, () => undefined);
  }
}
