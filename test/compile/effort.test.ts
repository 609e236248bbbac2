import { describe, expect, it } from "vitest";
import type { Effort, StepLimits } from "../../src/compile/effort.ts";
import { RunWork, STEP_LIMITS } from "../../src/compile/effort.ts";

const LIMITS: StepLimits = {
  question: 100,
  task: 300,
  namespace: 500,
  run: 800,
  runEach: 100,
  free: 10,
};
const run = (limits: Partial<StepLimits> = {}, policies = 0): RunWork =>
  new RunWork(policies, { ...LIMITS, ...limits });
const task = (limits: Partial<StepLimits> = {}): Effort => run(limits).forNamespace().task();

/** A question that took so many steps; false if it could not be answered. */
function ask(effort: Effort, steps: number): boolean {
  const asked = effort.question();
  const answered = asked.spend(steps);
  effort.close(asked);
  return answered;
}

describe("the effort that goes into a task", () => {
  it("bounds each question, and all of them together", () => {
    const effort = task();
    expect(ask(effort, 101)).toBe(false);
    expect(ask(effort, 100)).toBe(true);
    expect(effort.isSpent).toBe(false);
    expect(ask(effort, 100)).toBe(true);
    expect(effort.isSpent).toBe(true);
    expect(effort.question().bound).toBe(0);
  });

  it("counts what is no question", () => {
    const effort = task();
    expect(effort.spend(250)).toBe(true);
    expect(effort.question().bound).toBe(50);
    expect(effort.spend(50)).toBe(false);
  });

  it("remembers why something was given up first", () => {
    const work = run().forNamespace();
    const effort = work.task();
    expect(effort.limit).toBeUndefined();
    effort.giveUp("pieces");
    effort.giveUp("steps");
    expect(effort.limit).toBe("pieces");
    expect(work.task().limit).toBeUndefined();
    expect(work.givenUp).toBe(2);
  });

  it("counts nothing given up in a trial, which has half of what is left", () => {
    const work = run().forNamespace();
    const effort = work.task();
    effort.spend(100);
    const trial = effort.trial();
    expect(ask(trial, 100)).toBe(true);
    trial.giveUp("steps");
    expect(trial.isSpent).toBe(true);
    expect(effort.limit).toBeUndefined();
    expect(effort.isSpent).toBe(false);
    expect(work.givenUp).toBe(0);
  });

  it("gives questions about words few steps, which nothing else lacks for it", () => {
    const work = new RunWork(0).forNamespace();
    const words = work.task().inFewWords();
    expect(words.question().bound).toBe(4_000);
    words.spend(40_000);
    expect(words.isSpent).toBe(true);
    words.giveUp("steps");
    expect(work.givenUp).toBe(0);
    expect(work.task().question().bound).toBe(STEP_LIMITS.question);
  });
});

describe("the work that goes into a namespace", () => {
  it("leaves little for later tasks once it is done, and never nothing", () => {
    const work = run().forNamespace();
    for (const steps of [300, 300]) work.task().spend(steps);
    for (let later = 0; later < 100; later += 1) {
      const effort = work.task();
      expect(effort.question().bound).toBe(10);
      effort.spend(10);
    }
  });

  it("draws nothing for small tasks, however many there are", () => {
    const work = run().forNamespace();
    for (let small = 0; small < 1_000; small += 1) work.task().spend(10);
    expect(work.task().question().bound).toBe(100);
  });

  it("draws what a task takes beyond that, in however many steps it does", () => {
    const work = run({ namespace: 90 }).forNamespace();
    const effort = work.task();
    for (let step = 0; step < 99; step += 1) effort.spend(1);
    expect(work.task().question().bound).toBe(100);
    effort.spend(1);
    expect(work.task().question().bound).toBe(10);
  });
});

describe("the work that goes into a run", () => {
  it("leaves little for later namespaces once it is done", () => {
    const all = run();
    all.forNamespace().task().spend(510);
    expect(all.forNamespace().task().question().bound).toBe(100);
    all.forNamespace().task().spend(310);
    expect(all.forNamespace().task().question().bound).toBe(10);
  });

  it("may be more where there are more policies", () => {
    const all = run({}, 10);
    for (const steps of [510, 510]) all.forNamespace().task().spend(steps);
    expect(all.forNamespace().task().question().bound).toBe(100);
  });
});
