import process from "node:process";
import { closest, distance } from "fastest-levenshtein";
import yargs from "yargs";
import { CONFIGURABLE, CONVERT_OPTIONS, convertCommand } from "./commands/convert.ts";
import { DIFF_OPTIONS, diffCommand } from "./commands/diff.ts";
import { EXPLAIN_OPTIONS, explainCommand } from "./commands/explain.ts";
import { FACT_OPTIONS } from "./commands/fact-options.ts";
import { REPORT_OPTIONS, reportCommand } from "./commands/report.ts";
import { VERIFY_OPTIONS, verifyCommand } from "./commands/verify.ts";
import type { Config, OptionTable } from "./config-file.ts";
import { aboutCluster, findConfig } from "./config-file.ts";
import { EXIT } from "./exit-code.ts";
import { writeError } from "./io.ts";
import { runCommand } from "./run-command.ts";
import { terminalWidth } from "./terminal-settings.ts";
import { UsageError } from "./usage-error.ts";
import { toolVersion } from "./version.ts";

export { tuneEngine } from "./tune-engine.ts";

/** Text is set for terminals of this width where nothing is known, and never wider than the other. */
const USUAL_WIDTH = 80;
const WIDEST = 110;

/**
 * The command line.
 * @param args the words after the program's name
 * @param called how it was called; kubectl calls its plugins by two words
 * @returns the exit code; nothing here ends the process
 */
export async function main(args: readonly string[], called = "netpol-migrate"): Promise<number> {
  let config: Config | undefined;
  const wantsHelp = args.includes("--help") || args.includes("-h");
  // Of commands that only judge policies the file of options gives what it says of the cluster.
  const clusterOptions = (own: OptionTable): Record<string, unknown> => {
    config = wantsHelp ? undefined : aboutCluster(findConfig(args, CONFIGURABLE));
    const known = { ...FACT_OPTIONS, ...own };
    const values = Object.entries(config?.values ?? {}).map(
      ([name, value]) => [name === "from" && "engine" in own ? "engine" : name, value] as const,
    );
    return Object.fromEntries(values.filter(([name]) => Object.hasOwn(known, name)));
  };
  const withClusterOptions = <Parsed extends { readonly quiet?: boolean | undefined }>(
    parsed: Parsed,
  ): Parsed & { readonly configured: Config | undefined } => {
    if (config !== undefined && parsed.quiet !== true) {
      writeError(`with ${Object.keys(config.values).join(", ")} of ${config.file}\n`);
    }
    return { ...parsed, configured: config };
  };
  const parser = yargs(withStandardStreams(args))
    .scriptName(called)
    .usage(
      `$0 <command>

Converts Calico and Cilium network policies to native Kubernetes
NetworkPolicies: never wider than the source unless asked, and with a report of
all that could not be said.`,
    )
    .parserConfiguration({ "camel-case-expansion": false, "boolean-negation": true })
    // Messages are the same everywhere.
    .detectLocale(false)
    .command(
      convertCommand.command,
      convertCommand.describe,
      (words) => {
        config = wantsHelp ? undefined : findConfig(args, CONFIGURABLE);
        // Paths stand apart: the parser would add those of the file to those of the command line.
        const values = Object.entries(config?.values ?? {}).filter(([name]) => name !== "paths");
        return convertCommand.builder(words.config(Object.fromEntries(values)));
      },
      chosen((parsed) => convertCommand.run({ ...parsed, configured: config })),
    )
    .command(
      explainCommand.command,
      explainCommand.describe,
      (words) => explainCommand.builder(words.config(clusterOptions(EXPLAIN_OPTIONS))),
      chosen((parsed) => explainCommand.run(withClusterOptions(parsed))),
    )
    .command(
      verifyCommand.command,
      verifyCommand.describe,
      (words) => verifyCommand.builder(words.config(clusterOptions(VERIFY_OPTIONS))),
      chosen((parsed) => verifyCommand.run(withClusterOptions(parsed))),
    )
    .command(
      reportCommand.command,
      reportCommand.describe,
      reportCommand.builder,
      chosen(reportCommand.run),
    )
    .command(
      diffCommand.command,
      diffCommand.describe,
      (words) => diffCommand.builder(words.config(clusterOptions(DIFF_OPTIONS))),
      chosen((parsed) => diffCommand.run(withClusterOptions(parsed))),
    )
    .completion("completion", "print a script by which bash and zsh complete what is typed")
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
      throw error instanceof Error && error.name !== "YError" ? error : usageError(message, args);
    });
  if (args.includes("--get-yargs-completions")) {
    // Whoever presses the tab key is not through yet, so nothing that is wrong is worth a word.
    try {
      await parser.parseAsync();
    } catch {
      return EXIT.done;
    }
    return EXIT.done;
  }
  return runCommand(async () => {
    if (args.length === 0) {
      writeError(`${await parser.getHelp()}\n`);
      return EXIT.usage;
    }
    const [first = ""] = args;
    if (!first.startsWith("-") && !COMMANDS.includes(first)) throw unknownCommand(first);
    try {
      await parser.parseAsync();
    } catch (thrown) {
      if (thrown instanceof Chosen) return await thrown.run();
      throw thrown;
    }
    return EXIT.done;
  });
}

/**
 * A command with its options read. It is thrown by the parser's handlers and run when the parser is left: a handler that
 * returns makes yargs set the text of the command's help, which takes longer than a small conversion.
 */
class Chosen extends Error {
  readonly run: () => Promise<number>;

  constructor(run: () => Promise<number>) {
    super("a command was chosen");
    this.run = run;
  }
}

function chosen<Args extends object>(run: (args: Args) => Promise<number>): (args: Args) => never {
  return (parsed) => {
    throw new Chosen(() => run(withDashes(parsed)));
  };
}

const EXIT_CODES = `Exit codes:
  0  done
  1  findings reach --fail-on
  2  bad usage, unreadable input, or a stop: nothing is written, and the
     summary says what resolves it
  4  a fault of the tool itself`;

/**
 * `--report -` as `--report=-`: the parser takes no lone `-` for the value of an option that may be repeated. Among paths it
 * drops one in silence, so there another word stands for it.
 */
function withStandardStreams(args: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    if (arg === "-" && before !== undefined && TAKES_A_STREAM.includes(before)) {
      joined[joined.length - 1] = `${before}=-`;
    } else joined.push(arg === "-" ? LONE_DASH : arg);
  }
  return joined;
}

/** No argument of a process holds a NUL. */
const LONE_DASH = "\u0000-";

/** What was parsed, with `-` where it was given. */
function withDashes<Parsed extends object>(parsed: Parsed): Parsed {
  const restored = (one: unknown): unknown => (one === LONE_DASH ? "-" : one);
  const entries = Object.entries(parsed).map(([name, value]: [string, unknown]) => [
    name,
    Array.isArray(value) ? value.map(restored) : restored(value),
  ]);
  return Object.fromEntries(entries) as Parsed;
}

const TAKES_A_STREAM: readonly string[] = ["--report", "--inventory", "--against"];

const COMMANDS: readonly string[] = [
  "convert",
  "verify",
  "explain",
  "diff",
  "report",
  "completion",
];

function unknownCommand(name: string): UsageError {
  const near = closest(name, COMMANDS);
  const hint =
    distance(name, near) <= 3 ? `Did you mean \`${near}\`?` : "See `netpol-migrate --help`.";
  return new UsageError(`there is no command \`${name}\``, { hint });
}

/** What yargs has to say, as one of our errors. */
function usageError(message: string, args: readonly string[]): UsageError {
  const [command = ""] = args;
  const hint = `See \`netpol-migrate ${COMMANDS.includes(command) ? `${command} ` : ""}--help\`.`;
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1]?.trim();
  if (unknown !== undefined) {
    const near = meantOption(unknown, command);
    const dashes = unknown.length === 1 && !args.includes(`--${unknown}`) ? "-" : "--";
    return new UsageError(`there is no option \`${dashes}${unknown}\``, {
      hint: near === undefined ? hint : `Did you mean \`--${near}\`?`,
    });
  }
  const choice = /Argument: (\S+), Given: "(.*)", Choices: (.+)$/s.exec(message);
  if (choice !== null) {
    const [, option = "", given = "", choices = ""] = choice;
    return new UsageError(`--${option} ${given}: there is no such choice`, {
      hint: `Choose one of ${choices.replaceAll('"', "")}.`,
    });
  }
  if (/^Missing required argument: against$/.test(message)) {
    return new UsageError("--against is missing: with what is it to be compared?", {
      hint: `Name the other set of policies, such as the output: \`netpol-migrate ${command} policies --against out\`.`,
    });
  }
  if (command === "report" && message.startsWith("Not enough non-option arguments")) {
    return new UsageError("no report: name the JSON report of a run, or - for standard input", {
      hint: "Make one with `netpol-migrate convert ... --report report.json`.",
    });
  }
  const missing = /^Not enough arguments following: (\S+)/.exec(message)?.[1];
  if (missing !== undefined) return new UsageError(`--${missing} needs a value`, { hint });
  return new UsageError(lowerFirst(message), { hint });
}

/** Which options a command has. */
const OPTIONS_OF: ReadonlyMap<string, OptionTable> = new Map<string, OptionTable>([
  ["convert", { ...FACT_OPTIONS, ...CONVERT_OPTIONS }],
  ["verify", { ...FACT_OPTIONS, ...VERIFY_OPTIONS }],
  ["explain", { ...FACT_OPTIONS, ...EXPLAIN_OPTIONS }],
  ["diff", { ...FACT_OPTIONS, ...DIFF_OPTIONS }],
  ["report", REPORT_OPTIONS],
]);

/** The option of the command that an unknown one comes near to: the only one that begins so, or one with few letters changed. */
function meantOption(unknown: string, command: string): string | undefined {
  const names = Object.keys(OPTIONS_OF.get(command) ?? {});
  const [longer, ...others] = names.filter((name) => name.startsWith(unknown));
  if (longer !== undefined && others.length === 0) return longer;
  if (unknown.length <= 2 || names.length === 0) return undefined;
  const near = closest(unknown, names);
  return distance(unknown, near) <= Math.min(3, unknown.length - 2) ? near : undefined;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
