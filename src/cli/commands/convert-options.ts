import type { AssumptionCode } from "../../ir/assumption.ts";
import type { ConvertOptions } from "../../pipeline.ts";
import type { ReportFormat } from "../../report/formats.ts";
import { REPORT_FORMATS } from "../../report/formats.ts";
import { UsageError } from "../usage-error.ts";
import type { ConvertArguments } from "./convert.ts";
import { ASSUMABLE } from "./shared-options.ts";
import { readFactOptions, reportedFacts, reportedPaths } from "./fact-options.ts";
import type { ReportTarget } from "./report-target.ts";
import { checkStreams, readReportTarget } from "./report-target.ts";

/** The options, checked. Throws UsageError for what is wrong with them. */
export function readOptions(args: ConvertArguments): ConvertOptions {
  if (args.prune && args["out-dir"] === undefined) {
    throw new UsageError("--prune needs --out-dir: there are no files to remove from a stream", {
      hint: "Add `--out-dir DIR`, or leave --prune out.",
    });
  }
  if (args.kustomize && args["out-dir"] === undefined) {
    throw new UsageError("--kustomize needs --out-dir: a stream has no files to list", {
      hint: "Add `--out-dir DIR`, or leave --kustomize out.",
    });
  }
  return {
    actions: args.actions,
    keepKubernetes: args["keep-kubernetes"],
    inexact: args.inexact,
    unsayableSubjects: args["unsayable-subjects"],
    enforcer: args.enforcer,
    ...readFactOptions(args, args.from),
    assume: readAssumptions(args.assume ?? []),
    allowIncomplete: args["allow-incomplete"],
    verify: args.verify,
    failOn: args["fail-on"],
  };
}

export function readAssumptions(names: readonly string[]): ReadonlySet<AssumptionCode> {
  for (const name of names) {
    if (!ASSUMABLE.includes(name)) {
      throw new UsageError(`--assume ${name}: there is no such assumption`, {
        hint: `Name one of ${ASSUMABLE.join(", ")}.`,
      });
    }
  }
  return new Set(names as readonly AssumptionCode[]);
}

/** Where reports go. */
export function reportTargets(args: ConvertArguments): readonly ReportTarget<ReportFormat>[] {
  const targets = (args.report ?? []).map((text) => readReportTarget(text, REPORT_FORMATS));
  checkStreams(targets, args["out-dir"] === undefined && !args["dry-run"]);
  return targets;
}

/** What is read: paths of the command line stand in place of those of a file of options. */
export function pathsOf({ paths = [], configured }: ConvertArguments): readonly string[] {
  if (paths.length > 0) return paths;
  return (configured?.values["paths"] ?? []) as readonly string[];
}

/** Options by which a file decides what is safe: a warning tells of them in each run. */
const TELLING = ["inexact", "unsayable-subjects"] as const;

/** The file of options, and what it decides. What the command line says is not the file's. */
function reportedConfig(args: ConvertArguments): Readonly<Record<string, unknown>> {
  const { configured } = args;
  if (configured === undefined) return {};
  const { file, values, places } = configured;
  const decides = TELLING.filter((name) => name in values && values[name] === args[name]);
  return {
    config: file,
    ...(decides.length === 0
      ? {}
      : {
          "config-decides": decides.map(
            (name) => `${places[name] ?? file}: ${name}: ${args[name]}`,
          ),
        }),
  };
}

/** The options that shaped the result, as the report shows them. */
export function reportedOptions(
  args: ConvertArguments,
  cwd: string,
): Readonly<Record<string, unknown>> {
  const paths = pathsOf(args);
  return {
    ...reportedConfig(args),
    paths: reportedPaths(paths.length === 0 ? ["-"] : paths, cwd),
    actions: args.actions,
    inexact: args.inexact,
    enforcer: args.enforcer,
    "keep-kubernetes": args["keep-kubernetes"],
    "unsayable-subjects": args["unsayable-subjects"],
    "allow-incomplete": args["allow-incomplete"],
    verify: args.verify,
    "fail-on": args["fail-on"],
    ...(args.baseline === undefined ? {} : { baseline: reportedPaths([args.baseline], cwd)[0] }),
    ...reportedFacts(args, cwd),
    ...(args.from === undefined ? {} : { from: args.from }),
    assume: args.assume ?? [],
  };
}
