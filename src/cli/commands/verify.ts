import type { Argv, Options } from "yargs";
import type { FailOn } from "../../pipeline.ts";
import type { SourceEngine } from "../../sources/index.ts";
import type { FactArguments } from "./fact-options.ts";
import { engineOption, withFactOptions } from "./fact-options.ts";
import { VERIFICATION_FORMAT_NAMES } from "../../report/format-names.ts";
import { choice, repeated, single } from "./option-kinds.ts";
import type { ConfiguredArguments, ScreenArguments } from "./shared-options.ts";
import {
  assumeOption,
  clusterConfigOption,
  decisions,
  failOnOption,
  reportOption,
  screenOptions,
} from "./shared-options.ts";

/** The options of `verify` as yargs gives them. */
export interface VerifyArguments extends FactArguments, ScreenArguments, ConfiguredArguments {
  readonly from?: SourceEngine | undefined;
  readonly source?: readonly string[] | undefined;
  readonly against: readonly string[];
  readonly expect?: string | undefined;
  readonly report?: readonly string[] | undefined;
  readonly enforcer: "vpc-cni" | "generic";
  readonly assume?: readonly string[] | undefined;
  readonly "allow-incomplete": boolean;
  readonly "fail-on": FailOn;
}

const compared = "What is compared:";

/** Every option but those that tell facts, in the order of `--help` and of the README. */
export const VERIFY_OPTIONS = {
  against: {
    ...repeated,
    demandOption: true,
    group: compared,
    describe: "the other policies: the output of convert, or any set for the same cluster",
  },
  expect: {
    ...single("expect"),
    group: compared,
    describe: "a file of flows that must be allowed or denied, before and after",
  },
  report: reportOption(compared, VERIFICATION_FORMAT_NAMES),
  from: engineOption("from"),
  enforcer: {
    ...choice("enforcer", ["vpc-cni", "generic"], "vpc-cni"),
    group: decisions,
    describe: "who will enforce Kubernetes policies in --against: whether ipBlock matches pods",
  },
  assume: assumeOption,
  "allow-incomplete": {
    type: "boolean",
    default: false,
    group: decisions,
    describe: "compare although policies could not be read; the result is unknown at best",
  },
  "fail-on": failOnOption("narrowed"),
  config: clusterConfigOption,
  ...screenOptions("every difference, and every finding"),
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
    .example("$0 verify policies/ --against out --expect flows.yaml --report junit.xml", "in CI")
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
