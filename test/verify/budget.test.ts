import { describe, expect, it } from "vitest";
import { Allowance } from "../../src/verify/budget.ts";

const BOUND = 4_000_000;

/** What so many questions took that each took all it might. */
function takenBy(
  count: number,
  ask: (allowance: Allowance) => { spend(work: number): void; bound: number; close(): void },
) {
  const allowance = new Allowance(BOUND);
  return Array.from({ length: count }, () => {
    const budget = ask(allowance);
    budget.spend(budget.bound);
    budget.close();
    return budget.bound;
  });
}

describe("the work of a proof", () => {
  it("lets two questions take all that one may, and every later one what a small one takes", () => {
    const taken = takenBy(10_000, (allowance) => allowance.question());
    expect(taken.slice(0, 2)).toEqual([BOUND, BOUND]);
    expect(Math.max(...taken.slice(4))).toBeLessThanOrEqual(1_000);
    expect(Math.min(...taken)).toBe(1_000);
    expect(taken.reduce((sum, one) => sum + one, 0)).toBeLessThan(2.01 * BOUND + 10_000 * 1_000);
  });

  it("lets a short cut take no more than a small question", () => {
    expect(takenBy(3, (allowance) => allowance.shortcut())).toEqual([1_000, 1_000, 1_000]);
  });

  it("counts what a question took, not what it might have taken", () => {
    const allowance = new Allowance(BOUND);
    for (let at = 0; at < 1_000; at += 1) {
      const budget = allowance.question();
      budget.spend(900);
      budget.close();
    }
    expect(allowance.question().bound).toBe(BOUND);
  });

  it("is spent only past its bound", () => {
    const budget = new Allowance(8).question();
    budget.spend(8);
    expect(budget.isSpent()).toBe(false);
    budget.spend(1);
    expect(budget.isSpent()).toBe(true);
  });
});
