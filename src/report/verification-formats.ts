import type { VerificationFormatName } from "./format-names.ts";
import { verificationJunitTexts } from "./verification-junit.ts";
import { annotationTexts } from "./github.ts";
import { codeQualityTexts } from "./gitlab.ts";
import { verificationIssues } from "./verification-issues.ts";
import { verificationMarkdownTexts } from "./verification-markdown.ts";
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
  {
    name: "md",
    endings: [".md", ".markdown"],
    describe: "Markdown, for a pull request or a job summary",
    texts: verificationMarkdownTexts,
  },
  {
    name: "junit",
    endings: [".xml"],
    describe: "JUnit XML: a case for each expectation and each policy",
    texts: verificationJunitTexts,
  },
  {
    name: "github",
    endings: [],
    describe: "annotations by GitHub's workflow commands, for the log of a step",
    texts: (report) =>
      annotationTexts(verificationIssues(report), `the result is ${report.result.outcome}`),
  },
  {
    name: "gitlab",
    endings: [],
    describe: "GitLab's code quality report",
    texts: (report) => codeQualityTexts(verificationIssues(report), report.inputs),
  },
];
