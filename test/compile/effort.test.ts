import { describe, expect, it } from "vitest";
import { Effort, inFewWords, question, STEP_LIMIT } from "../../src/compile/effort.ts";

/** A question that took so many steps. */
function ask(effort: Effort, steps: number): void {
  const asked = question(effort);
  expect(asked.spend(steps)).toBe(true);
  effort.close(asked);
}

describe("the effort that goes into a namespace", () => {
  it("bounds each question", () => {
    const steps = question(new Effort(10));
    expect(steps.spend(10)).toBe(true);
    expect(steps.spend(1)).toBe(false);
    expect(question(new Effort()).bound).toBe(STEP_LIMIT);
    expect(inFewWords().limit).toBe(4_000);
  });

  it("leaves little for later questions once large ones have used up the store", () => {
    const effort = new Effort();
    for (let asked = 0; asked < 20; asked += 1) {
      expect(effort.limit).toBe(STEP_LIMIT);
      ask(effort, STEP_LIMIT);
    }
    expect(effort.limit).toBe(2_000);
  });

  it("draws nothing from the store for small questions, however many there are", () => {
    const effort = new Effort();
    for (let asked = 0; asked < 1_000; asked += 1) ask(effort, 20_000);
    expect(effort.limit).toBe(STEP_LIMIT);
  });

  it("never gives a question more than its own limit", () => {
    const effort = new Effort(1_500);
    expect(effort.limit).toBe(1_500);
    const used = new Effort(STEP_LIMIT);
    for (let asked = 0; asked < 20; asked += 1) ask(used, STEP_LIMIT);
    expect(question(used).bound).toBe(2_000);
  });

  it("counts what was given up", () => {
    const effort = new Effort();
    expect(effort.givenUp).toBe(0);
    effort.giveUp();
    effort.giveUp();
    expect(effort.givenUp).toBe(2);
  });
});
