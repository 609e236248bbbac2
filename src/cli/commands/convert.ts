import type { Argv } from "yargs";
import { ASSUMPTIONS } from "../../ir/assumption.ts";
import type { FailOn } from "../../pipeline.ts";
import type { FactArguments } from "./fact-options.ts";
import { repeated, withFactOptions } from "./fact-options.ts";

/** The options of `convert` as yargs gives them. */
export interface ConvertArguments extends FactArguments {
  readonly paths?: readonly string[] | undefined;
  readonly "out-dir"?: string | undefined;
  readonly report?: readonly string[] | undefined;
  readonly actions: "skip";
  readonly inexact: "narrow" | "widen";
  readonly enforcer: "vpc-cni" | "generic";
  readonly assume?: readonly string[] | undefined;
  readonly "unsayable-subjects": "stop" | "isolate" | "leave-open";
  readonly "allow-incomplete": boolean;
  readonly "fail-on": FailOn;
  readonly "dry-run": boolean;
  readonly prune: boolean;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
}

/** What `--assume` takes. */
export const ASSUMABLE: readonly string[] = Object.entries(ASSUMPTIONS)
  .filter(([, { standing }]) => !standing)
  .map(([name]) => name);

function builder(yargs: Argv): Argv<ConvertArguments> {
  const described = yargs
    .positional("paths", {
      type: "string",
      array: true,
      describe: "files, directories, globs, or - for standard input",
    })
    .option("out-dir", {
      alias: "o",
      type: "string",
      nargs: 1,
      describe: "write DIR/<namespace>/<name>.yaml instead of one stream on standard output",
    })
    .option("report", { ...repeated, describe: "write the report to [json=]FILE; - is standard output" })
    .option("actions", {
      choices: ["skip"] as const,
      default: "skip" as const,
      describe: "what to do with an Allow that a Deny or Pass decides in part: skip leaves it out whole",
    })
    .option("inexact", {
      choices: ["narrow", "widen"] as const,
      default: "narrow" as const,
      describe: "which side to take where no exact form exists",
    });
  return withFactOptions(described)
    .option("enforcer", {
      choices: ["vpc-cni", "generic"] as const,
      default: "vpc-cni" as const,
      describe: "who will enforce the result: whether ipBlock matches pods",
    })
    .option("assume", { ...repeated, describe: `take for granted: ${ASSUMABLE.join(", ")}` })
    .option("unsayable-subjects", {
      choices: ["stop", "isolate", "leave-open"] as const,
      default: "stop" as const,
      describe: "what to do with a policy whose pods no podSelector can select",
    })
    .option("allow-incomplete", {
      type: "boolean",
      default: false,
      describe: "write although policies are invalid, unplaced or without a namespace",
    })
    .option("fail-on", {
      choices: ["none", "conditional", "narrowed", "unknown", "widened"] as const,
      default: "widened" as const,
      describe: "exit 1 at that outcome or worse",
    })
    .option("dry-run", { type: "boolean", default: false, describe: "write no objects, only the report" })
    .option("prune", {
      type: "boolean",
      default: false,
      describe: "remove files of an earlier run from the out-dir that this one does not write",
    })
    .option("quiet", { type: "boolean", describe: "only the assessment and what is wrong" })
    .option("verbose", { type: "boolean", describe: "every finding" })
    .option("color", { type: "boolean", describe: "colours in the summary (default: on a terminal, unless NO_COLOR)" })
    .conflicts("quiet", "verbose")
    .example("$0 convert policies/ -o out --report report.json", "objects into out/, the report beside them")
    .example("$0 convert policies/ --known-namespace shop:env=prod --pod-cidr 10.0.0.0/16", "facts on the command line")
    .example("cat dump.yaml | $0 convert - > networkpolicies.yaml", "from standard input to standard output");
}

/** Runs a conversion. Everything is computed before the first byte is written. */
async function run(args: ConvertArguments): Promise<number> {
  // Loaded only now: `--help` needs none of it.
  const { convert } = await import("./convert-run.ts");
  return convert(args);
}

export const convertCommand = {
  command: "convert [paths..]",
  describe: "read policies, write NetworkPolicies and report",
  builder,
  run,
};
