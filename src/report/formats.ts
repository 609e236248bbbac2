import type { ReportFormatName } from "./format-names.ts";
import { githubTexts } from "./github.ts";
import { gitlabTexts } from "./gitlab.ts";
import { htmlTexts } from "./html/page.ts";
import { jsonTexts } from "./json.ts";
import { junitTexts } from "./junit.ts";
import { markdownTexts } from "./markdown.ts";
import type { RunReport } from "./report.ts";
import { sarifTexts } from "./sarif.ts";

/** One form in which the report of a conversion is written. A new one is a row in {@link REPORT_FORMATS}. */
export interface ReportFormat {
  /** What `--report` calls it. */
  readonly name: ReportFormatName;
  /** Endings of file names by which it is meant where no format is named; none: it has to be named. */
  readonly endings: readonly string[];
  readonly describe: string;
  /** The whole text in pieces, ending in a newline: of 100,000 policies it would be more than one string may hold. */
  readonly texts: (report: RunReport) => Iterable<string>;
}

export const REPORT_FORMATS: readonly ReportFormat[] = [
  {
    name: "json",
    endings: [".json"],
    describe: "everything, for programs; what `report` reads",
    texts: jsonTexts,
  },
  {
    name: "md",
    endings: [".md", ".markdown"],
    describe: "Markdown, for a pull request or a job summary",
    texts: markdownTexts,
  },
  {
    name: "sarif",
    endings: [".sarif", ".sarif.json"],
    describe: "SARIF 2.1.0, for code scanning",
    texts: sarifTexts,
  },
  {
    name: "junit",
    endings: [".xml"],
    describe: "JUnit XML: a case for each policy",
    texts: junitTexts,
  },
  {
    name: "github",
    endings: [],
    describe: "annotations by GitHub's workflow commands, for the log of a step",
    texts: githubTexts,
  },
  {
    name: "gitlab",
    endings: [],
    describe: "GitLab's code quality report",
    texts: gitlabTexts,
  },
  {
    name: "html",
    endings: [".html", ".htm"],
    describe: "one page for people: sources beside output, who reaches whom, a filter",
    texts: htmlTexts,
  },
];
