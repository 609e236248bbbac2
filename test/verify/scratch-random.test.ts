import { expect, it } from "vitest";
import fc from "fast-check";
import { prove } from "../../src/verify/prove.ts";
import { proofContext } from "../../src/verify/universe.ts";
import { compareSets, differencesText, differenceText } from "../support/compare-sets.ts";
import { cidrs } from "../support/ir-builder.ts";
import { randomPolicySet } from "../support/random-policies.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";

const namespace = (name: string, labels: any): any => [name, { name, labels: labels && { ...labels, "kubernetes.io/metadata.name": name }, covered: true }];
const worlds: any[] = [
  { labels: true, range: undefined, target: undefined, assumptions: [] },
  { labels: true, range: "10.0.0.0/16", target: "10.0.0.0/16", assumptions: ["pod-range", "pure-range", "namespaces", "families"] },
  { labels: true, range: "10.0.0.0/16", target: "172.16.0.0/16", assumptions: ["pod-range", "only-tcp-udp-sctp"] },
  { labels: false, range: undefined, target: undefined, assumptions: [] },
];
for (const [i, w] of worlds.entries()) it("agrees " + i, () => {
  const snapshot: any = {
    namespaces: new Map(w.labels ? [namespace("p", { env: "prod" }), namespace("q", { env: "dev" })] : [namespace("p", undefined), namespace("q", { env: "dev" })]),
    pods: [], accounts: [], services: [], slices: [], podRanges: w.range && cidrs(w.range), targetPodRanges: w.target && cidrs(w.target) };
  const assumptions = new Set<AssumptionCode>(w.assumptions);
  let complete = 0, n = 0, unknown = 0, maxQ = 0; const stats: any = {};
  fc.assert(fc.property(randomPolicySet, randomPolicySet, (a, b) => {
    const t0 = performance.now();
    const proof = prove(a, b, proofContext(snapshot, assumptions));
    maxQ = Math.max(maxQ, performance.now() - t0);
    const cmp = compareSets(a, b, { snapshot, assumptions, limit: 3000 });
    n++; if (cmp.complete) complete++;
    for (const e of ["wider", "narrower"] as const) {
      const k = proof[e].kind + " " + (cmp[e].length > 0); stats[k] = (stats[k] ?? 0) + 1;
      if (proof[e].kind === "none") expect(differencesText(cmp[e])).toBe("");
      if (proof[e].kind === "unknown") unknown++;
      if (proof[e].kind === "witness" && cmp.complete && cmp[e].length === 0) expect(differenceText((proof[e] as any).witness)).toBe("");
    }
    if (cmp.narrower.length > 0 && cmp.complete) expect(proof.onlyOther).toBe(cmp.onlyOther);
  }), { numRuns: Number(process.env.RUNS ?? 150), seed: 5 });
  console.log(n, complete, unknown, maxQ, stats);
}, 300000);
