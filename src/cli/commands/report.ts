import type { Argv, Options } from "yargs";
import { REPORT_FORMAT_NAMES } from "../../report/format-names.ts";
import type { ScreenArguments } from "./shared-options.ts";
import { reportOption, screenOptions } from "./shared-options.ts";

/** The options of `report` as yargs gives them. */
export interface ReportArguments extends ScreenArguments {
  readonly file: string;
  readonly report?: readonly string[] | undefined;
}

export const REPORT_OPTIONS = {
  report: reportOption("What is written:", REPORT_FORMAT_NAMES),
  ...screenOptions("every finding, and every policy"),
} as const satisfies Readonly<Record<string, Options>>;

function builder(yargs: Argv): Argv<ReportArguments> {
  return yargs
    .usage(
      "$0 report <file>\n\n" +
        "Renders the JSON report of an earlier `convert` in other formats; without\n" +
        "--report as the summary that the run printed.",
    )
    .positional("file", {
      type: "string",
      demandOption: true,
      describe: "a report in JSON, or - for standard input",
    })
    .options(REPORT_OPTIONS)
    .conflicts("quiet", "verbose")
    .example("$0 report report.json", "the summary")
    .example("$0 report report.json --report report.md", "for a pull request")
    .epilogue(
      "Exit codes: 0 done; 2 bad usage, or a file that is no report; 4 a fault of the\ntool itself.",
    );
}

async function run(args: ReportArguments): Promise<number> {
  // Loaded only now: `--help` needs none of it.
  const { renderReport } = await import("./report-run.ts");
  return renderReport(args);
}

export const reportCommand = {
  command: "report <file>",
  describe: "render a stored report in another format",
  builder,
  run,
};
