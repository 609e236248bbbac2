import process from "node:process";
import pc from "picocolors";
import { invariant } from "../../base/invariant.ts";
import { DIRECTIONS } from "../../ir/policy.ts";
import type { DiffOptions } from "../../pipeline-diff.ts";
import { runDiff } from "../../pipeline-diff.ts";
import type { DiffReport } from "../../report/diff-report.ts";
import { diffText } from "../../report/diff-text.ts";
import { writeError, writeOut } from "../io.ts";
import { startProgress } from "../progress.ts";
import { StagedFiles } from "../staged-files.ts";
import { terminalWidth, useColor } from "../terminal-settings.ts";
import { UsageError } from "../usage-error.ts";
import { toolVersion } from "../version.ts";
import { readAssumptions } from "./convert-options.ts";
import { readFocus } from "./diff-focus.ts";
import type { DiffArguments } from "./diff.ts";
import { reportedConfigFile } from "./shared-options.ts";
import { readFactOptions, reportedFacts, reportedPaths } from "./fact-options.ts";
import { warnOfIncomplete } from "./incomplete.ts";
import { readPair } from "./pair-input.ts";
import { checkStreams, readReportTarget } from "./report-target.ts";

const FORMATS = [{ name: "json", endings: [".json"] }] as const;

/** Compares two sets of policies and shows the difference on standard output. */
export async function diff(args: DiffArguments): Promise<number> {
  const targets = (args.report ?? []).map((text) => readReportTarget(text, FORMATS));
  checkStreams(targets, false);
  const files = targets.map(({ file }) => file);
  const report = await compute(args);
  // Of a large difference it is a large text, so it is made only for those who want it.
  const json = files.length === 0 ? "" : `${JSON.stringify(report, undefined, 2)}\n`;
  writeFiles(
    files.filter((file) => file !== "-"),
    json,
  );
  const isPiped = files.includes("-");
  // The report takes the place of the text, which then is what people see beside it.
  const stream = isPiped ? process.stderr : process.stdout;
  const text = diffText(report, {
    colors: pc.createColors(useColor(args.color, stream)),
    detail: args.quiet === true ? "quiet" : args.verbose === true ? "verbose" : "normal",
    stat: args.stat,
    width: terminalWidth(stream),
  });
  if (args.quiet !== true) warnOfIncomplete(report.diagnostics, "what is shown");
  if (isPiped) {
    await writeOut(json);
    writeError(text);
  } else await writeOut(text);
  return report.result.exitCode;
}

async function compute(args: DiffArguments): Promise<DiffReport> {
  const options: DiffOptions = {
    ...readFactOptions(args, args.from),
    enforcer: args.enforcer,
    assume: readAssumptions(args.assume ?? []),
    allowIncomplete: args["allow-incomplete"],
    show: args.show,
    directions: DIRECTIONS.filter((one) => args.direction === "both" || args.direction === one),
    focus: (snapshot) => (args.focus === undefined ? undefined : readFocus(args.focus, snapshot)),
  };
  const progress = await startProgress(args.quiet === true);
  try {
    const pair = await readPair({
      paths: args.old,
      against: args.against,
      inventory: args.inventory,
    });
    const [old, now] = pair.sets;
    invariant(old !== undefined && now !== undefined, "two sets are read");
    const files = [...old.files, ...now.files, ...pair.inventory];
    progress.beforeWork(files.reduce((size, { text }) => size + text.length, 0));
    const report = runDiff({
      old,
      new: now,
      inventory: pair.inventory,
      unreadable: pair.unreadable,
      options,
      tool: { name: "netpol-migrate", version: toolVersion() },
      reportedOptions: reportedOptions(args),
    });
    const { documents } = report.summary;
    if (documents.old.read + documents.new.read === 0) {
      throw new UsageError("neither the old nor the new paths hold any document", {
        hint: "Check the paths, and whether the command that made the input succeeded.",
      });
    }
    return report;
  } finally {
    progress.stop();
  }
}

function writeFiles(targets: readonly string[], text: string): void {
  const files = new StagedFiles();
  try {
    for (const target of targets) files.add(target, [text]);
    files.commit();
  } finally {
    files.discard();
  }
}

/** The options that shaped the result, as the report shows them. */
function reportedOptions(args: DiffArguments): Readonly<Record<string, unknown>> {
  const cwd = process.cwd();
  return {
    ...reportedConfigFile(args),
    paths: reportedPaths(args.old ?? [], cwd),
    against: reportedPaths(args.against, cwd),
    show: args.show,
    focus: args.focus ?? null,
    direction: args.direction,
    enforcer: args.enforcer,
    "allow-incomplete": args["allow-incomplete"],
    ...reportedFacts(args, cwd),
    assume: args.assume ?? [],
  };
}
