import { compareText } from "../base/compare.ts";
import type { AssumptionCode } from "../ir/assumption.ts";
import { ASSUMPTIONS } from "../ir/assumption.ts";
import type { ReportAssumption } from "./report.ts";

/**
 * What is taken for granted, as reports tell it, sorted by code.
 * @param usedBy how many policies rest on one
 */
export function toldAssumptions(
  names: Iterable<AssumptionCode>,
  usedBy: (name: AssumptionCode) => number,
): readonly ReportAssumption[] {
  return [...new Set(names)]
    .map((name): ReportAssumption => {
      const { code, sentence, ifFalse, standing } = ASSUMPTIONS[name];
      return { code, name, message: sentence, ifFalse, standing, usedBy: usedBy(name) };
    })
    .sort((a, b) => compareText(a.code, b.code));
}

/** Those of every run. */
export const STANDING = (Object.keys(ASSUMPTIONS) as AssumptionCode[]).filter(
  (name) => ASSUMPTIONS[name].standing,
);
