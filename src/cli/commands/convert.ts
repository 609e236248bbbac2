import type { Argv, Options } from "yargs";
import type { FailOn } from "../../pipeline.ts";
import type { SourceEngine } from "../../sources/index.ts";
import type { FactArguments } from "./fact-options.ts";
import type { Config, OptionTable } from "../config-file.ts";
import { CONFIG_FILE } from "../config-file.ts";
import { FACT_OPTIONS, engineOption, withFactOptions } from "./fact-options.ts";
import { REPORT_FORMAT_NAMES } from "../../report/format-names.ts";
import { choice, single } from "./option-kinds.ts";
import type { ScreenArguments } from "./shared-options.ts";
import {
  assumeOption,
  decisions,
  failOnOption,
  reportOption,
  screenOptions,
} from "./shared-options.ts";

/** The options of `convert` as yargs gives them. */
export interface ConvertArguments extends FactArguments, ScreenArguments {
  readonly from?: SourceEngine | undefined;
  readonly paths?: readonly string[] | undefined;
  readonly "out-dir"?: string | undefined;
  readonly report?: readonly string[] | undefined;
  readonly actions: "skip" | "compile";
  readonly "keep-kubernetes": boolean;
  readonly inexact: "narrow" | "widen";
  readonly enforcer: "vpc-cni" | "generic";
  readonly assume?: readonly string[] | undefined;
  readonly "unsayable-subjects": "stop" | "isolate" | "leave-open";
  readonly "allow-incomplete": boolean;
  readonly verify: boolean;
  readonly "fail-on": FailOn;
  readonly baseline?: string | undefined;
  /** Options that come from a file. */
  readonly configured?: Config | undefined;
  readonly "dry-run": boolean;
  readonly kustomize: boolean;
  readonly prune: boolean;
}

const written = "What is written:";

/** Every option but those that tell facts, in the order of `--help` and of the README. */
export const CONVERT_OPTIONS = {
  "out-dir": {
    ...single("out-dir"),
    alias: "o",
    group: written,
    describe: "write DIR/<namespace>/<name>.yaml instead of one stream on standard output",
  },
  report: reportOption(written, REPORT_FORMAT_NAMES),
  "dry-run": {
    type: "boolean",
    default: false,
    group: written,
    describe: "write no NetworkPolicies, only reports and the summary",
  },
  kustomize: {
    type: "boolean",
    default: false,
    group: written,
    describe: "write a kustomization.yaml into the out-dir, which lists the files",
  },
  prune: {
    type: "boolean",
    default: false,
    group: written,
    describe: "remove files of an earlier run from the out-dir that this one does not write",
  },
  actions: {
    ...choice("actions", ["skip", "compile"], "skip"),
    group: decisions,
    describe: "an Allow of which a Deny or Pass decides a part is left out (skip) or cut (compile)",
  },
  inexact: {
    ...choice("inexact", ["narrow", "widen"], "narrow"),
    group: decisions,
    describe: "which side to take where no exact form exists",
  },
  "unsayable-subjects": {
    ...choice("unsayable-subjects", ["stop", "isolate", "leave-open"], "stop"),
    group: decisions,
    describe: "what to do with a policy whose pods no podSelector can select",
  },
  from: engineOption("from"),
  "keep-kubernetes": {
    type: "boolean",
    default: false,
    group: decisions,
    describe: "with --actions compile: keep Kubernetes policies although the source cuts them",
  },
  enforcer: {
    ...choice("enforcer", ["vpc-cni", "generic"], "vpc-cni"),
    group: decisions,
    describe:
      "who will enforce the result: whether ipBlock matches pods, and whether `except` denies",
  },
  assume: assumeOption,
  "allow-incomplete": {
    type: "boolean",
    default: false,
    group: decisions,
    describe: "write although policies are invalid, unplaced or without a namespace",
  },
  verify: {
    type: "boolean",
    default: true,
    group: decisions,
    describe: "read the output back and prove what is claimed of it; --no-verify skips that",
  },
  "fail-on": failOnOption("widened"),
  config: {
    ...single("config"),
    group: decisions,
    describe: `a file with options by these names (default: ${CONFIG_FILE}, if it is there); --no-config: none`,
  },
  baseline: {
    ...single("baseline"),
    group: decisions,
    describe: "a JSON report: fail on what is new against it alone",
  },
  ...screenOptions("every finding, and every policy in words"),
} as const satisfies Readonly<Record<string, Options>>;

/** Every option by its name: what a file of options may hold. */
export const CONFIGURABLE: OptionTable = { ...FACT_OPTIONS, ...CONVERT_OPTIONS };

function builder(yargs: Argv): Argv<ConvertArguments> {
  const described = yargs
    .usage(
      "$0 convert [paths..]\n\nReads policies, writes NetworkPolicies and reports what became of each rule.",
    )
    .positional("paths", {
      type: "string",
      array: true,
      defaultDescription: "-, if something is piped in",
      describe: "files, directories, globs, or - for standard input",
    });
  return withFactOptions(described)
    .options(CONVERT_OPTIONS)
    .conflicts("quiet", "verbose")
    .epilogue(
      `Options that take a fact, --report and --assume may be given several times.

Examples:
  netpol-migrate convert policies/ -o out --report report.json
  netpol-migrate convert policies/ -o out --inventory inventory.yaml
  netpol-migrate convert web.yaml --known-namespace shop:env=prod
  netpol-migrate convert policies/ -o out --prune --dry-run
  kubectl get globalnetworkpolicies.crd.projectcalico.org -o yaml |
    netpol-migrate convert - policies/ > networkpolicies.yaml

An inventory is made by:
  kubectl get ns,sa,pods,svc,endpointslices,nodes -A -o yaml > inventory.yaml`,
    ) as unknown as Argv<ConvertArguments>;
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
