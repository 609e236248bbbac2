import type { VerificationFormatName } from "./format-names.ts";
import type { VerificationReport } from "./verification.ts";

/** One form in which the report of a comparison is written. */
export interface VerificationFormat {
  readonly name: VerificationFormatName;
  readonly endings: readonly string[];
  readonly describe: string;
  readonly texts: (report: VerificationReport) => Iterable<string>;
}

export const VERIFICATION_FORMATS: readonly VerificationFormat[] = [
  {
    name: "json",
    endings: [".json"],
    describe: "everything, for programs",
    texts: (report) => [`${JSON.stringify(report, undefined, 2)}\n`],
  },
];
