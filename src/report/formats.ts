import { htmlTexts } from "./html/page.ts";
import { jsonTexts } from "./json.ts";
import type { RunReport } from "./report.ts";

/** One form in which the report of a conversion is written. A new one is a row in {@link REPORT_FORMATS}. */
export interface ReportFormat {
  /** What `--report` calls it. */
  readonly name: string;
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
    name: "html",
    endings: [".html", ".htm"],
    describe: "one page for people: sources beside output, who reaches whom, a filter",
    texts: htmlTexts,
  },
];
