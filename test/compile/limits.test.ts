import { describe, expect, it } from "vitest";
import type { Effort } from "../../src/compile/effort.ts";
import { RunWork, STEP_LIMITS } from "../../src/compile/effort.ts";
import { isolatedSubjects, outsideIsolated } from "../../src/compile/isolation.ts";
import type { LocalPolicy, LocalSet, LocalTier } from "../../src/compile/local.ts";
import { PolicyIndex } from "../../src/compile/local.ts";
import { allowedFrom, mayBeAllowed, through } from "../../src/compile/reach.ts";
import { NO_CUTS, uncut } from "../../src/compile/term.ts";
import type { Tier } from "../../src/ir/policy.ts";
import type { Box } from "../../src/sets/box.ts";
import { ANY_ADDRESS } from "../../src/sets/address-set.ts";
import { ANY_CUBE, cubeText } from "../../src/sets/cube.ts";
import { labelNotIn } from "../../src/sets/label-set.ts";
import { ANY_TRAFFIC } from "../../src/sets/traffic-set.ts";
import { allow, labels, pass, pods, policy, policySet, tier } from "../support/ir-builder.ts";

/* What is said where a question needs more work than it may take: never more than is sure, never less than may be. */

const workWith = (steps = STEP_LIMITS.question) =>
  new RunWork(0, { ...STEP_LIMITS, question: steps }).forNamespace();
const effortOf = (steps?: number): Effort => workWith(steps).task();

const local = (...tiers: readonly Tier[]): LocalSet =>
  new PolicyIndex(policySet(...tiers)).localise("shop", {}).ingress;

const ANY: Box = {
  subject: { kind: "pod", labels: ANY_CUBE, addresses: ANY_ADDRESS },
  peer: { kind: "pod", labels: ANY_CUBE, addresses: ANY_ADDRESS },
  traffic: { numbers: ANY_TRAFFIC, named: [] },
};

function firstOf(set: LocalSet): { readonly at: LocalTier; readonly policy: LocalPolicy } {
  const [at] = set.tiers;
  const [own] = at?.policies ?? [];
  if (at === undefined || own === undefined) throw new Error("no policy");
  return { at, policy: own };
}

describe("flows that part in too many ways", () => {
  const passes = (count: number): LocalSet =>
    local(
      tier("t", [
        policy("shop/p", {
          ingress: Array.from({ length: count }, (_, at) =>
            pass({ peer: pods({ app: `a${String(at)}` }) }),
          ),
        }),
      ]),
    );

  it("surely get nowhere, and may get anywhere", () => {
    const { tiers } = passes(1_001);
    for (const [side, found] of [
      ["under", []],
      ["over", [{ box: ANY, cuts: NO_CUTS }]],
    ] as const) {
      const effort = effortOf();
      expect(through(tiers, uncut([ANY]), side, effort)).toEqual(found);
      expect(effort.limit).toBe("ways");
    }
  });

  it("are followed while they are few enough", () => {
    const { tiers } = passes(1_000);
    const effort = effortOf();
    expect(through(tiers, uncut([ANY]), "under", effort)).toHaveLength(1_000);
    expect(effort.limit).toBeUndefined();
  });

  it("may be allowed", () => {
    const closed = tier("u", [policy("shop/q", { ingress: [] })]);
    const many = local(...[1_001].flatMap((count) => tierOf(passes(count))), closed);
    expect(mayBeAllowed(many, { tier: 0, rule: 0 }, uncut([ANY]), effortOf())).toBe(true);
    const few = local(...tierOf(passes(3)), closed);
    expect(mayBeAllowed(few, { tier: 0, rule: 0 }, uncut([ANY]), effortOf())).toBe(false);
  });

  const tierOf = (set: LocalSet): readonly Tier[] => set.tiers.map((one) => one.tier);
});

describe("where a flow stands", () => {
  it("only the rules from there on count", () => {
    const set = local(
      tier("t", [policy("shop/p", { ingress: [allow(), allow({ peer: pods({ app: "a" }) })] })]),
    );
    const after = (rule: number): boolean =>
      mayBeAllowed(set, { tier: 0, rule }, uncut([ANY]), effortOf());
    expect([after(0), after(1), after(2)]).toEqual([true, true, false]);
    const left = allowedFrom(set, { tier: 0, rule: 1 }, uncut([ANY]), "over", effortOf());
    expect(left.map(({ box }) => box.peer)).toEqual([pods({ app: "a" })]);
  });
});

describe("whom a policy isolates, if that takes too long to say", () => {
  const notBoth = (at: number) => [pods({ [`k${String(at)}`]: "x", [`m${String(at)}`]: "y" })];
  const set = local(
    tier("t", [
      policy("shop/p", {
        ingress: Array.from({ length: 10 }, (_, at) => pass({ own: notBoth(at) })),
      }),
    ]),
  );
  const { at, policy: own } = firstOf(set);

  it("may be all of its pods", () => {
    const effort = effortOf(20);
    const subjects = isolatedSubjects(set, 0, at, own, "over", effort);
    expect(subjects.map(cubeText)).toEqual([cubeText(ANY_CUBE)]);
    expect(effort.limit).toBe("steps");
  });

  it("are surely those that were found by then, and none that a Pass hands on", () => {
    const effort = effortOf(20);
    const subjects = isolatedSubjects(set, 0, at, own, "under", effort);
    expect(effort.limit).toBe("steps");
    expect(subjects.map(cubeText)).not.toContain(cubeText(ANY_CUBE));
  });

  it("are all of those left where nobody surely isolates them", () => {
    const cut = labels({ app: "a" });
    const rest = labels({ app: labelNotIn(["a"]) });
    expect(outsideIsolated([ANY_CUBE], [cut], effortOf()).map(cubeText)).toEqual([cubeText(rest)]);
    expect(outsideIsolated([ANY_CUBE], [cut], effortOf(0)).map(cubeText)).toEqual([
      cubeText(ANY_CUBE),
    ]);
  });
});
