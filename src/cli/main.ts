import process from "node:process";
import { closest, distance } from "fastest-levenshtein";
import yargs from "yargs";
import { CONVERT_OPTIONS, convertCommand } from "./commands/convert.ts";
import { FACT_OPTIONS } from "./commands/fact-options.ts";
import { EXIT } from "./exit-code.ts";
import { runCommand } from "./run-command.ts";
import { terminalWidth } from "./terminal-settings.ts";
import { UsageError } from "./usage-error.ts";
import { toolVersion } from "./version.ts";

/** Text is set for terminals of this width where nothing is known, and never wider than the other. */
const USUAL_WIDTH = 80;
const WIDEST = 110;

/**
 * The command line.
 * @param args the words after the program's name
 * @returns the exit code; nothing here ends the process
 */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.done;
  const parser = yargs([...args])
    .scriptName("netpol-migrate")
    .usage(
      "$0 <command>\n\nConverts Calico network policies to native Kubernetes NetworkPolicies: never\n" +
        "wider than the source unless asked, and with a report of everything that could\nnot be said.",
    )
    .parserConfiguration({ "camel-case-expansion": false, "boolean-negation": true })
    // Messages are the same everywhere.
    .detectLocale(false)
    .command(
      convertCommand.command,
      convertCommand.describe,
      convertCommand.builder,
      async (parsed) => {
        exitCode = await convertCommand.run(parsed);
      },
    )
    .example("$0 convert policies/ -o out", "a folder into out/")
    .example("$0 convert --help", "all options, with more examples")
    .epilogue(EXIT_CODES)
    .demandCommand(1, "no command is given")
    .strict()
    .version(toolVersion())
    .help()
    .alias("help", "h")
    .wrap(Math.min(WIDEST, terminalWidth(process.stdout) ?? USUAL_WIDTH))
    .exitProcess(false)
    .fail((message, error) => {
      throw error instanceof Error && error.name !== "YError" ? error : usageError(message);
    });
  return runCommand(async () => {
    await parser.parseAsync();
    return exitCode;
  });
}

const EXIT_CODES =
  "Exit codes: 0 done; 1 findings reach --fail-on; 2 bad usage, unreadable input, or a stop\n" +
  "(nothing is written, and the summary says what resolves it); 4 a fault of the tool itself.";

/** What yargs has to say, as one of our errors. */
function usageError(message: string): UsageError {
  const help = "See `netpol-migrate convert --help`.";
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1]?.trim();
  if (unknown === undefined) return new UsageError(lowerFirst(message), { hint: help });
  const shown = `\`--${unknown}\``;
  const near = closest(unknown, Object.keys({ ...FACT_OPTIONS, ...CONVERT_OPTIONS }));
  const hint = distance(unknown, near) <= 3 ? `Did you mean \`--${near}\`?` : help;
  return new UsageError(`there is no option ${shown}`, { hint });
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
