import type { Argv, Options } from "yargs";
import { repeated } from "./option-kinds.ts";

/** The options of `report` as yargs gives them. */
export interface ReportArguments {
  readonly file: string;
  readonly report?: readonly string[] | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
}

const screen = "On the screen:";

export const REPORT_OPTIONS = {
  report: {
    ...repeated,
    group: "What is written:",
    describe: "write the report to [FORMAT=]FILE; - is standard output",
  },
  quiet: { type: "boolean", group: screen, describe: "only the assessment and what is wrong" },
  verbose: { type: "boolean", group: screen, describe: "every finding, and every policy" },
  color: {
    type: "boolean",
    group: screen,
    describe: "colours (default: on a terminal, unless NO_COLOR is set)",
  },
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
