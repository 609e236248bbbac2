import { describe, expect, it } from "vitest";
import { RunWork } from "../../src/compile/effort.ts";
import type { Cause } from "../../src/compile/term.ts";
import { isInside, uncut } from "../../src/compile/term.ts";
import type { Box } from "../../src/sets/box.ts";
import { ANY_ADDRESS } from "../../src/sets/address-set.ts";
import { labelIn, labelNotIn } from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import { ANY_TRAFFIC } from "../../src/sets/traffic-set.ts";
import { labels, policy, policySet, tier } from "../support/ir-builder.ts";
import { PolicyIndex } from "../../src/compile/local.ts";

const pods = (given: Readonly<Record<string, LabelSet>>) =>
  ({ kind: "pod", labels: labels(given), addresses: ANY_ADDRESS }) as const;

const box = (
  subject: Readonly<Record<string, LabelSet>>,
  peer: Readonly<Record<string, LabelSet>>,
): Box => ({
  subject: pods(subject),
  peer: pods(peer),
  traffic: { numbers: ANY_TRAFFIC, named: [] },
});

const cause = (): Cause => {
  const set = policySet(tier("t", [policy("shop/p", { ingress: [] })]));
  const found = new PolicyIndex(set).localise("shop", {}).ingress.tiers[0]?.policies[0];
  if (found === undefined) throw new Error("no policy");
  return { policy: found };
};

describe("a term inside of others", () => {
  const X = labelIn(["x"]);
  const NOT_X = labelNotIn(["x"]);
  // All but pods with a=x for peers with b=x: pods that are not a=x, or peers that are not b=x.
  const term = { box: box({}, {}), cuts: [{ box: box({ a: X }, { b: X }), cause: cause() }] };
  const isWithin = (...others: readonly Box[]): boolean =>
    isInside(term, uncut(others), new RunWork(1).forNamespace().task());

  it("is so only if each of its pieces is", () => {
    expect(isWithin(box({ a: NOT_X }, {}), box({}, { b: NOT_X }))).toBe(true);
    expect(isWithin(box({ a: NOT_X }, {}))).toBe(false);
    expect(isWithin(box({}, { b: NOT_X }))).toBe(false);
    expect(isWithin()).toBe(false);
    expect(isWithin(box({}, {}))).toBe(true);
  });

  it("is so where its cuts take all of it, whatever the others are", () => {
    const nothing = { box: box({ a: X }, {}), cuts: [{ box: box({}, {}), cause: cause() }] };
    expect(isInside(nothing, [], new RunWork(1).forNamespace().task())).toBe(true);
  });
});
