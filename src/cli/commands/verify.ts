import type { Argv, Options } from "yargs";
import type { FailOn } from "../../pipeline.ts";
import { ASSUMABLE } from "./convert.ts";
import type { SourceEngine } from "../../sources/index.ts";
import type { FactArguments } from "./fact-options.ts";
import { engineOption, withFactOptions } from "./fact-options.ts";
import { choice, repeated } from "./option-kinds.ts";

/** The options of `verify` as yargs gives them. */
export interface VerifyArguments extends FactArguments {
  readonly from?: SourceEngine | undefined;
  readonly source?: readonly string[] | undefined;
  readonly against: readonly string[];
  readonly report?: readonly string[] | undefined;
  readonly enforcer: "vpc-cni" | "generic";
  readonly assume?: readonly string[] | undefined;
  readonly "allow-incomplete": boolean;
  readonly "fail-on": FailOn;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
}

const compared = "What is compared:";
const decisions = "Decisions:";
const screen = "On the screen:";

/** Every option but those that tell facts, in the order of `--help` and of the README. */
export const VERIFY_OPTIONS = {
  against: {
    ...repeated,
    demandOption: true,
    group: compared,
    describe: "the other policies: the output of convert, or any set for the same cluster",
  },
  report: {
    ...repeated,
    group: compared,
    describe: "write the report to [json=]FILE; - is standard output",
  },
  from: engineOption("from"),
  enforcer: {
    ...choice("enforcer", ["vpc-cni", "generic"], "vpc-cni"),
    group: decisions,
    describe: "who will enforce Kubernetes policies in --against: whether ipBlock matches pods",
  },
  assume: {
    ...repeated,
    group: decisions,
    describe: `take for granted: ${ASSUMABLE.join(", ")}`,
  },
  "allow-incomplete": {
    type: "boolean",
    default: false,
    group: decisions,
    describe: "compare although policies could not be read; the result is unknown at best",
  },
  "fail-on": {
    ...choice("fail-on", ["none", "conditional", "narrowed", "unknown", "widened"], "narrowed"),
    group: decisions,
    describe: "exit with 1 at that outcome or a worse one",
  },
  quiet: { type: "boolean", group: screen, describe: "only the assessment and what is wrong" },
  verbose: { type: "boolean", group: screen, describe: "every difference, and every finding" },
  color: {
    type: "boolean",
    group: screen,
    describe: "colours (default: on a terminal, unless NO_COLOR is set)",
  },
} as const satisfies Readonly<Record<string, Options>>;

function builder(yargs: Argv): Argv<VerifyArguments> {
  const described = yargs
    .usage(
      "$0 verify <source..> --against OUT\n\n" +
        "Proves that two sets of policies allow the same flows, or shows flows that differ.",
    )
    .positional("source", {
      type: "string",
      array: true,
      describe: "files, directories, globs, or - for standard input",
    });
  return withFactOptions(described)
    .options(VERIFY_OPTIONS)
    .conflicts("quiet", "verbose")
    .example("$0 verify policies/ --against out", "what convert wrote")
    .example("$0 verify old/ --against new/ --fail-on widened", "may only get narrower")
    .epilogue(
      "Exit codes: 0 equal, or better than --fail-on; 1 different; 2 bad usage or\n" +
        "policies that could not be read; 4 a fault of the tool itself.",
    ) as unknown as Argv<VerifyArguments>;
}

async function run(args: VerifyArguments): Promise<number> {
  // Loaded only now: `--help` needs none of it.
  const { verify } = await import("./verify-run.ts");
  return verify(args);
}

export const verifyCommand = {
  command: "verify <source..>",
  describe: "prove that two sets of policies allow the same flows, or show where they differ",
  builder,
  run,
};
