import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { prove } from "../../src/verify/prove.ts";
import { proofContext } from "../../src/verify/universe.ts";
import { goldenCases } from "../support/golden.ts";
import { runCase, readBack, streamOf } from "../support/run-convert.ts";
import { compareSets, differencesText, differenceText } from "../support/compare-sets.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";

describe("goldens", () => {
  for (const golden of goldenCases("calico")) {
    it(golden.name, () => {
      const result = runCase(golden.input);
      if (result.report.result.stops.length > 0) return;
      const assumptions = new Set<AssumptionCode>(result.report.assumptions.filter(({ standing }) => !standing).map(({ name }) => name as AssumptionCode));
      const target = readBack(streamOf(result));
      const proof = prove(result.source, target, proofContext(result.snapshot, assumptions));
      const cmp = compareSets(result.source, target, { snapshot: result.snapshot, assumptions });
      const w = (a: any) => a.kind === "witness" ? `${a.kind}: ${differenceText(a.witness)}` : a.kind === "none" ? "none" : JSON.stringify(a);
      const line = `${golden.name} [${[...assumptions]}] ${result.report.result.outcome}\n  wider ${w(proof.wider)} vs ${cmp.wider.length}\n  narrower ${w(proof.narrower)} onlyOther ${proof.onlyOther} vs ${cmp.narrower.length} ${cmp.onlyOther} ${JSON.stringify(proof.counts)}`;
      const agree = (proof.wider.kind === "none") === (cmp.wider.length === 0) && (proof.narrower.kind === "none") === (cmp.narrower.length === 0);
      console.log((agree ? "" : "DISAGREE " + differencesText(cmp.wider) + differencesText(cmp.narrower)) + line);
      if (!agree) expect(line).toBe("");
    });
  }
});
