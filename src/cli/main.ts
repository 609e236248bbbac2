import process from "node:process";
import yargs from "yargs";
import { convertCommand } from "./commands/convert.ts";
import { EXIT } from "./exit-code.ts";
import { runCommand } from "./run-command.ts";
import { UsageError } from "./usage-error.ts";
import { toolVersion } from "./version.ts";

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
      "$0 <command>\n\nConverts Calico network policies to native Kubernetes NetworkPolicies: never wider than the\nsource unless asked, and with a report of everything that could not be said.",
    )
    .parserConfiguration({
      "camel-case-expansion": false,
      "duplicate-arguments-array": false,
      "boolean-negation": true,
    })
    .command(
      convertCommand.command,
      convertCommand.describe,
      convertCommand.builder,
      async (parsed) => {
        exitCode = await runCommand(() => convertCommand.run(parsed));
      },
    )
    .example("$0 convert policies/ --inventory inventory.yaml -o out", "convert a folder into out/")
    .example(
      "kubectl get networkpolicies.crd.projectcalico.org -A -o yaml | $0 convert -",
      "convert a dump",
    )
    .demandCommand(1, "name a command, such as convert")
    .strict()
    .version(toolVersion())
    .help()
    .alias("help", "h")
    .wrap(Math.min(110, process.stdout.columns > 0 ? process.stdout.columns : 100))
    .exitProcess(false)
    .fail((message, error) => {
      throw error instanceof Error && !(error.name === "YError")
        ? error
        : new UsageError(message, { hint: "See `netpol-migrate --help`." });
    });
  const parsed = await runCommand(async () => {
    await parser.parseAsync();
    return EXIT.done;
  });
  return parsed === EXIT.done ? exitCode : parsed;
}
