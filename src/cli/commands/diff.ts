import type { Argv, Options } from "yargs";
import type { SourceEngine } from "../../sources/index.ts";
import type { FactArguments } from "./fact-options.ts";
import { engineOption, withFactOptions } from "./fact-options.ts";
import { choice, repeated, single } from "./option-kinds.ts";
import type { ConfiguredArguments } from "./shared-options.ts";
import { assumeOption, clusterConfigOption, decisions, reportOption } from "./shared-options.ts";

/** The options of `diff` as yargs gives them. */
export interface DiffArguments extends FactArguments, ConfiguredArguments {
  readonly old?: readonly string[] | undefined;
  readonly against: readonly string[];
  readonly from?: SourceEngine | undefined;
  readonly show: "both" | "text" | "semantic";
  readonly stat: boolean;
  readonly focus?: string | undefined;
  readonly direction: "ingress" | "egress" | "both";
  readonly report?: readonly string[] | undefined;
  readonly enforcer: "vpc-cni" | "generic";
  readonly assume?: readonly string[] | undefined;
  readonly "allow-incomplete": boolean;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
}

const compared = "What is compared:";
const screen = "On the screen:";

/** Every option but those that tell facts, in the order of `--help` and of the README. */
export const DIFF_OPTIONS = {
  against: {
    ...repeated,
    demandOption: true,
    group: compared,
    describe: "the new policies: of a later version, or the output of convert",
  },
  from: engineOption("from"),
  show: {
    ...choice("show", ["both", "text", "semantic"], "both"),
    group: compared,
    describe: "texts, or the connections that only one of the two allows, or both",
  },
  focus: {
    ...single("focus"),
    group: compared,
    describe: "only what concerns NS, NS/WORKLOAD of the inventory, or NS/app=web",
  },
  direction: {
    ...choice("direction", ["ingress", "egress", "both"], "both"),
    group: compared,
    describe: "which end is judged: ingress at the destination, egress at the source",
  },
  report: reportOption(compared, ["json"]),
  enforcer: {
    ...choice("enforcer", ["vpc-cni", "generic"], "vpc-cni"),
    group: decisions,
    describe: "who will enforce Kubernetes policies: whether ipBlock matches pods",
  },
  assume: assumeOption,
  "allow-incomplete": {
    type: "boolean",
    default: false,
    group: decisions,
    describe: "exit with 0 or 1 although policies could not be read",
  },
  config: clusterConfigOption,
  stat: {
    type: "boolean",
    default: false,
    group: screen,
    describe: "of the texts only how many lines changed in which policy",
  },
  quiet: { type: "boolean", group: screen, describe: "only the summary, and no warnings" },
  verbose: {
    type: "boolean",
    group: screen,
    describe: "every statement, with an example and how to explain it",
  },
  color: {
    type: "boolean",
    group: screen,
    describe: "colours (default: on a terminal, unless NO_COLOR is set)",
  },
} as const satisfies Readonly<Record<string, Options>>;

function builder(yargs: Argv): Argv<DiffArguments> {
  const described = yargs
    .usage(
      "$0 diff <old..> --against NEW\n\n" +
        "Shows how two sets of policies differ: in what they allow, and in their text.",
    )
    .positional("old", {
      type: "string",
      array: true,
      describe: "files, directories, globs, or - for standard input",
    });
  return withFactOptions(described)
    .options(DIFF_OPTIONS)
    .conflicts("quiet", "verbose")
    .example("$0 diff yesterday/ --against out", "two versions of a folder")
    .example("$0 diff policies/ --against out --show semantic", "the source and its conversion")
    .example(
      "$0 diff old/ --against new/ --focus shop/web --inventory inv.yaml",
      "what changes for one workload",
    )
    .epilogue(
      "Exit codes: 0 the same connections are allowed (with --show text: the same texts);\n" +
        "1 different; 2 bad usage or policies that could not be read; 4 a fault of the\n" +
        "tool itself.",
    ) as unknown as Argv<DiffArguments>;
}

async function run(args: DiffArguments): Promise<number> {
  // Loaded only now: `--help` needs none of it.
  const { diff } = await import("./diff-run.ts");
  return diff(args);
}

export const diffCommand = {
  command: "diff <old..>",
  describe: "show how two sets of policies differ: in what they allow, and in their text",
  builder,
  run,
};
