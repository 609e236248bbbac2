import { extname } from "node:path";
import type { AssumptionCode } from "../../ir/assumption.ts";
import type { ConvertOptions } from "../../pipeline.ts";
import { UsageError } from "../usage-error.ts";
import type { ConvertArguments } from "./convert.ts";
import { ASSUMABLE } from "./convert.ts";
import { readFactOptions, reportedFacts, reportedPaths } from "./fact-options.ts";

/** The options, checked. Throws UsageError for what is wrong with them. */
export function readOptions(args: ConvertArguments): ConvertOptions {
  if (args.prune && args["out-dir"] === undefined) {
    throw new UsageError("--prune needs --out-dir: there are no files to remove from a stream");
  }
  return {
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

/** Where a JSON report goes, "-" being standard output: `[json=]FILE`. */
export function readReportTarget(text: string): string {
  const named = /^([a-z]+)=(.+)$/s.exec(text);
  const format = named?.[1] ?? (text === "-" ? "json" : extname(text).slice(1));
  const target = named?.[2] ?? text;
  if (format !== "json") {
    throw new UsageError(`--report ${text}: the format \`${format}\` is not known`, {
      hint: "Reports are written as JSON: name a file that ends in .json, or write json=FILE.",
    });
  }
  return target;
}

/** Where JSON reports go. */
export function reportTargets(args: ConvertArguments): readonly string[] {
  const targets = (args.report ?? []).map(readReportTarget);
  const streams = targets.filter((target) => target === "-").length;
  if (streams > 1 || (streams === 1 && args["out-dir"] === undefined && !args["dry-run"])) {
    throw new UsageError("--report -: standard output is taken already", {
      hint: "Write the objects into a folder by --out-dir, or the report to a file.",
    });
  }
  return targets;
}

/** The options that shaped the result, as the report shows them. */
export function reportedOptions(
  args: ConvertArguments,
  cwd: string,
): Readonly<Record<string, unknown>> {
  const paths = args.paths ?? [];
  return {
    paths: reportedPaths(paths.length === 0 ? ["-"] : paths, cwd),
    actions: args.actions,
    inexact: args.inexact,
    enforcer: args.enforcer,
    "unsayable-subjects": args["unsayable-subjects"],
    "allow-incomplete": args["allow-incomplete"],
    verify: args.verify,
    "fail-on": args["fail-on"],
    ...reportedFacts(args, cwd),
    ...(args.from === undefined ? {} : { from: args.from }),
    assume: args.assume ?? [],
  };
}
