import type { ReportExpectation, ReportExpected } from "./verification.ts";

/** How an expectation turned out, in a few words. */
export function expectationText({ before, after }: ReportExpectation): string {
  const words = (when: string, { expected, verdict }: ReportExpected): string => {
    const found = verdict === "depends" ? "depends on what is not known" : VERDICTS[verdict];
    return expected === null
      ? `${when} ${found}`
      : `${when} ${found}${expected === verdict ? " as expected" : `, though ${VERDICTS[expected]} is expected`}`;
  };
  return `${words("before:", before)}; ${words("after:", after)}`;
}

const VERDICTS = { allow: "allowed", deny: "denied" } as const;
