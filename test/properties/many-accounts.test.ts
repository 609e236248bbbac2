import { describe, expect, it } from "vitest";
import { coverOf, gainOf, lossOf } from "../../src/compile/claim.ts";
import type { Difference } from "../../src/compile/claim.ts";
import type { Effort } from "../../src/compile/effort.ts";
import { RunWork, STEP_LIMITS } from "../../src/compile/effort.ts";
import type { Facts } from "../../src/compile/facts.ts";
import { factsOf } from "../../src/compile/facts.ts";
import { uncut } from "../../src/compile/term.ts";
import { accountLabels } from "../../src/inventory/account-labels.ts";
import type { PolicySet } from "../../src/ir/policy.ts";
import type { Box } from "../../src/sets/box.ts";
import { ANY_TRAFFIC_BOX } from "../../src/sets/box.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME } from "../../src/sets/cube.ts";
import { prove } from "../../src/verify/prove.ts";
import type { Proof } from "../../src/verify/proof.ts";
import { proofContext } from "../../src/verify/universe.ts";
import { allow, pods, policy, policySet, tier } from "../support/ir-builder.ts";
import { snapshotOf } from "../support/snapshot-of-pods.ts";
import type { Pod } from "../support/snapshot-of-pods.ts";

/*
 * What is asked about the peers of one account takes as much work in a namespace of hundreds of accounts as in one of ten.
 * Work is counted in steps, so that these hold on every machine.
 */

const FEW = 10;
const MANY = 400;
/** What a proof may take for each policy: `Allowance` gives all questions twice its bound, and each a little. */
const WORK_EACH = 20;

const accountOf = (at: number) => ({ [ACCOUNT_NAME]: `s${String(at)}`, [NAMESPACE_NAME]: "p" });

/** What labels the pods of an account have, by how many there are of each. */
interface Shape {
  readonly title: string;
  readonly labelsOf: (at: number) => Readonly<Record<string, string>>;
}

const SHAPES: readonly Shape[] = [
  { title: "a value of one label each", labelsOf: (at) => ({ app: `a${String(at)}` }) },
  {
    title: "values of two labels that many share",
    labelsOf: (at) => ({ app: `a${String(at % 5)}`, tier: `t${String(Math.floor(at / 5))}` }),
  },
  { title: "a label of their own each", labelsOf: (at) => ({ [`own-${String(at)}`]: "x" }) },
];

const snapshotWith = (count: number, { labelsOf }: Shape) =>
  snapshotOf(Array.from({ length: count }, (_, at): Pod => [`s${String(at)}`, labelsOf(at)]));

/** A policy for each peer. */
const setOf = (peers: readonly Parameters<typeof pods>[0][]): PolicySet =>
  policySet(
    tier(
      "default",
      peers.map((peer, at) =>
        policy(`p/to-${String(at)}`, {
          subject: { own: `d${String(at)}` },
          ingress: [allow({ peer: pods(peer) })],
        }),
      ),
    ),
  );

const bySource = (count: number): PolicySet =>
  setOf(Array.from({ length: count }, (_, at) => accountOf(at)));
const byLabels = (count: number, { labelsOf }: Shape): PolicySet =>
  setOf(Array.from({ length: count }, (_, at) => ({ [NAMESPACE_NAME]: "p", ...labelsOf(at) })));

const boxOf = (peer: Parameters<typeof pods>[0]): Box => ({
  subject: pods({ own: "d" }),
  peer: pods(peer),
  traffic: ANY_TRAFFIC_BOX,
});

type Ask = (facts: Facts, effort: Effort, shape: Shape) => Difference;

const source = boxOf(accountOf(3));
const written = ({ labelsOf }: Shape): Box => boxOf({ [NAMESPACE_NAME]: "p", ...labelsOf(3) });

const QUESTIONS: readonly (readonly [title: string, ask: Ask])[] = [
  [
    "what of it is not written",
    (facts, effort, shape) => lossOf(uncut([source]), coverOf([written(shape)]), facts, effort),
  ],
  [
    "what is written beyond it",
    (facts, effort, shape) => gainOf([written(shape)], uncut([source]), facts, effort),
  ],
];

const LIMITS = { ...STEP_LIMITS, question: STEP_LIMITS.task };

/** What a question comes to, and the steps that it takes. */
function asked(count: number, shape: Shape, ask: Ask): { of: Difference; steps: number } {
  const snapshot = snapshotWith(count, shape);
  const accounts = accountLabels([bySource(count)], snapshot);
  expect(accounts.size).toBe(count);
  const options = {
    blocksMatchPods: "yes",
    exceptionsDeny: true,
    assumed: new Set<never>(),
    targetGiven: false,
  } as const;
  const effort = new RunWork(0, LIMITS).forNamespace().task();
  const of = ask({ ...factsOf(snapshot, options), accounts }, effort, shape);
  expect(effort.limit).toBeUndefined();
  return { of, steps: LIMITS.task - effort.question().bound };
}

describe.each(SHAPES)("a peer by account, of accounts whose pods have $title", (shape) => {
  it.each(QUESTIONS)("is told as fast of many as of few: %s", (_, ask) => {
    const few = asked(FEW, shape, ask);
    const many = asked(MANY, shape, ask);
    for (const { of } of [few, many]) {
      expect(of.outside).toBeDefined();
      expect(of.left).toBeUndefined();
      expect(of.needed).toEqual(["account-labels"]);
    }
    expect(many.steps).toBeLessThanOrEqual(few.steps);
  });

  it("is told apart from what is written of another", () => {
    const other: Ask = (facts, effort) =>
      lossOf(uncut([boxOf(accountOf(4))]), coverOf([written(shape)]), facts, effort);
    const { of } = asked(MANY, shape, other);
    expect(of.left).toBeDefined();
  });

  it("is proved in work that grows as the policies do", () => {
    const proved = (count: number, target: PolicySet): Proof => {
      const context = proofContext(snapshotWith(count, shape), new Set(["account-labels"]));
      return prove(bySource(count), target, { ...context, bound: WORK_EACH * count });
    };
    for (const count of [FEW, MANY]) {
      const { narrower, wider, counts } = proved(count, byLabels(count, shape));
      expect([narrower.kind, wider.kind]).toEqual(["none", "none"]);
      expect(counts.unknown).toBe(0);
    }
    // What is proved is not that nothing can be: one label of another account is found.
    const wrong = byLabels(FEW, { ...shape, labelsOf: (at) => shape.labelsOf(at === 3 ? 4 : at) });
    const { narrower, wider } = proved(FEW, wrong);
    expect([narrower.kind, wider.kind]).toEqual(["witness", "witness"]);
  });
});
