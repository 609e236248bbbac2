import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/inventory/snapshot.ts";
import { addressSetContains } from "../../src/sets/address-set.ts";
import { compareSets } from "../../src/verify/comparison.ts";
import type { Comparison } from "../../src/verify/comparison.ts";
import { withLikelyFlows } from "../../src/verify/likely-flows.ts";
import { EQUAL } from "../../src/verify/proof.ts";
import type { Answers, Difference, Proof } from "../../src/verify/proof.ts";
import {
  allow,
  block,
  cidrs,
  ingressFlow,
  machine,
  pod,
  policy,
  policySet,
  tier,
} from "../support/ir-builder.ts";
import { snapshotOf } from "../support/snapshot-of-pods.ts";

const setOf = (...blocks: readonly string[]) =>
  policySet(
    tier("default", [
      policy("p/web", { ingress: [allow({ peer: blocks.flatMap((one) => block(one)) })] }),
    ]),
  );

const snapshotWith = (podRange: string | undefined): Snapshot => {
  const podRanges = podRange === undefined ? undefined : cidrs(podRange);
  return { ...snapshotOf([]), podRanges, targetPodRanges: podRanges };
};

function compare(source: readonly string[], target: readonly string[], podRange?: string) {
  const now = setOf(...target);
  const sets = { source: setOf(...source), target: now, narrowTarget: now };
  return compareSets(sets, snapshotWith(podRange), { assume: new Set(), targetGiven: false });
}

const kindsOf = ({ lost, gained }: Comparison): readonly string[] =>
  [...lost, ...gained].map(({ flow }) => flow.peer.kind);

describe("the flows that a comparison shows", () => {
  const blocks = ["10.0.0.0/8", "192.168.0.0/16"];

  it("are of pods where pods are, although nothing rests on where that is", () => {
    const here = compare(blocks, ["10.0.0.0/8"], "10.244.0.0/16");
    expect(here.outcome).toBe("narrowed");
    expect(here.assumptions).toEqual([]);
    expect(kindsOf(here)).toEqual(["address"]);
    const there = compare(["10.0.0.0/8"], blocks, "192.168.128.0/17");
    expect(there.outcome).toBe("widened");
    for (const { flow } of there.gained) {
      if (flow.peer.kind !== "pod") continue;
      expect(addressSetContains(cidrs("192.168.128.0/17"), flow.peer.address)).toBe(true);
    }
  });

  it("are those without any knowledge where there is none", () => {
    expect(kindsOf(compare(blocks, ["10.0.0.0/8"]))).toContain("pod");
  });
});

describe("a proof with the flows of another", () => {
  const closed = policy("p/web", { ingress: [] });
  const denied = (port: number): Difference => {
    const flow = ingressFlow(pod("p", {}), machine("192.0.2.1"), { value: port });
    const end = tier("default", [closed]);
    return {
      flow,
      flowAfter: flow,
      source: { verdict: "allow", by: { kind: "no-policy" } },
      target: { verdict: "deny", by: { kind: "end-of-tier", tier: end, policy: closed } },
      holding: new Set(),
    };
  };
  const [told, likely] = [denied(1), denied(2)];

  const proofOf = (answers: Answers, ...witnesses: readonly Difference[]): Proof => ({
    ...answers,
    ofRule: () => answers,
    ofIsolation: () => answers,
    ofPolicy: () => answers,
    ofOpenness: () => answers,
    witnesses,
    counts: { questions: 1, none: 0, witness: 1, unknown: 0, replayed: 0 },
  });
  const lost = (witness: Difference, onlyOther = false): Answers => ({
    ...EQUAL,
    narrower: { kind: "witness", witness },
    onlyOther,
  });

  it("says what it says itself, and shows what the other shows of the same kind", () => {
    const proof = withLikelyFlows(proofOf(lost(told), told), proofOf(lost(likely), likely));
    expect(proof.narrower).toEqual({ kind: "witness", witness: likely });
    expect(proof.wider.kind).toBe("none");
    expect(proof.witnesses).toEqual([likely]);
  });

  it.each([
    ["the other has none", proofOf(EQUAL)],
    ["the other's are of other protocols alone", proofOf(lost(likely, true))],
  ])("keeps its own where %s", (_, other) => {
    const proof = withLikelyFlows(proofOf(lost(told), told), other);
    expect(proof.narrower).toEqual({ kind: "witness", witness: told });
    expect(proof.onlyOther).toBe(false);
    expect(proof.witnesses).toContain(told);
  });

  it("finds nothing that only the other finds", () => {
    const proof = withLikelyFlows(proofOf(EQUAL), proofOf(lost(likely), likely));
    expect(proof.narrower.kind).toBe("none");
  });
});
