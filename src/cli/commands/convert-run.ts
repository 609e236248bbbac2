import process from "node:process";
import pc from "picocolors";
import { streamText } from "../../emitters/networkpolicy.ts";
import type { ConvertResult, ConvertStages } from "../../pipeline.ts";
import { runConvert, STAGES } from "../../pipeline.ts";
import type { ReportFormat } from "../../report/formats.ts";
import { terminalText } from "../../report/terminal.ts";
import { readInputFiles } from "../input-files.ts";
import { hasPipedStdin, readStdin, writeError, writeOut } from "../io.ts";
import type { OutputPlan } from "../output-directory.ts";
import { planOutput, removeStale, stageOutput } from "../output-directory.ts";
import { startProgress } from "../progress.ts";
import { StagedFiles } from "../staged-files.ts";
import { terminalWidth, useColor } from "../terminal-settings.ts";
import { UsageError } from "../usage-error.ts";
import { letHeapGrow } from "../tune-engine.ts";
import { toolVersion } from "../version.ts";
import { pathsOf, readOptions, reportedOptions, reportTargets } from "./convert-options.ts";
import type { ConvertArguments } from "./convert.ts";
import { loadReport } from "./report-run.ts";
import { throwIfRefuted } from "./refuted.ts";
import { detailOf } from "./shared-options.ts";
import type { ReportTarget } from "./report-target.ts";
import { keepInputs, stageReports } from "./report-target.ts";

/**
 * One conversion with its reading and writing. Nothing is written before everything has been computed.
 * @param stages passed on to the pipeline
 */
export async function convert(
  args: ConvertArguments,
  stages: ConvertStages = STAGES,
): Promise<number> {
  const targets = reportTargets(args);
  const result = await compute(args, stages);
  throwIfRefuted(result);
  const plan =
    args["out-dir"] === undefined || result.stops.length > 0
      ? undefined
      : planOutput(args["out-dir"], result.objects, args);
  keepInputs(result.report.inputs, targets);
  writeFiles(result, plan, targets, args);
  const stream = targets.find(({ file }) => file === "-");
  if (stream !== undefined) await writeOut(stream.format.texts(result.report));
  else if (args["out-dir"] === undefined && !args["dry-run"]) {
    await writeOut(streamTexts(result));
  }
  writeError(
    terminalText(result.report, {
      colors: pc.createColors(useColor(args.color)),
      detail: detailOf(args),
      destination: destination(args),
      width: terminalWidth(process.stderr),
      objects: result.objects,
    }),
  );
  if (plan !== undefined && args.quiet !== true) writeError(planText(plan, args));
  return result.report.result.exitCode;
}

async function compute(args: ConvertArguments, stages: ConvertStages): Promise<ConvertResult> {
  const options = readOptions(args);
  const paths = pathsOf(args);
  if (paths.length === 0 && !hasPipedStdin()) {
    throw new UsageError("no input: name files or folders, or pipe a dump in", {
      hint: "For example `netpol-migrate convert policies/`; see `netpol-migrate convert --help`.",
    });
  }
  if (args.inventory?.includes("-") === true && (paths.length === 0 || paths.includes("-"))) {
    throw new UsageError("standard input cannot be both the policies and the inventory", {
      hint: "Put one of the two into a file.",
    });
  }
  const progress = await startProgress(args.quiet === true);
  try {
    const cwd = process.cwd();
    const input = await readInputFiles(paths.length === 0 ? ["-"] : paths, { cwd, readStdin });
    const inventory = await readInputFiles(args.inventory ?? [], { cwd, readStdin });
    const files = [...input.files, ...inventory.files];
    progress.beforeWork(files.reduce((size, { text }) => size + text.length, 0));
    const request = {
      files: input.files,
      inventory: inventory.files,
      unreadable: [...input.diagnostics, ...inventory.diagnostics],
      options,
      tool: { name: "netpol-migrate", version: toolVersion() },
      reportedOptions: reportedOptions(args, cwd),
      reportTexts: true,
      ...(args.baseline === undefined ? {} : { baseline: await loadReport(args.baseline) }),
      reportReachability: true,
    };
    const result = runConvert(request, {
      ...stages,
      lower: (...given) => {
        letHeapGrow();
        return stages.lower(...given);
      },
    });
    // An empty dump is a command that failed before the pipe far more often than a cluster without policies.
    if (result.report.summary.documents.read === 0) {
      throw new UsageError("the input holds no documents at all", {
        hint: "Check the paths, and whether the command that made the input succeeded.",
      });
    }
    return result;
  } finally {
    progress.stop();
  }
}

/** Reports and objects reach the disk together or not at all. */
function writeFiles(
  { report }: ConvertResult,
  plan: OutputPlan | undefined,
  targets: readonly ReportTarget<ReportFormat>[],
  args: ConvertArguments,
): void {
  const files = new StagedFiles();
  try {
    if (plan !== undefined && !args["dry-run"]) stageOutput(plan, files);
    stageReports(report, targets, files);
    files.commit();
  } finally {
    files.discard();
  }
  if (plan !== undefined && args.prune && !args["dry-run"]) removeStale(plan);
}

function* streamTexts({ objects }: ConvertResult): Generator<string> {
  for (const object of objects) yield streamText([object]);
}

function destination(args: ConvertArguments): string {
  const where = args["out-dir"] === undefined ? "on standard output" : `in ${args["out-dir"]}`;
  return args["dry-run"] ? `${where} (--dry-run: none is written)` : where;
}

/** What happened in the output directory, or would happen. */
function planText(
  { directory, created, changed, unchanged, stale, others }: OutputPlan,
  args: ConvertArguments,
): string {
  const counts = [
    `${String(created.length)} new`,
    `${String(changed.length)} changed`,
    `${String(unchanged)} as before`,
    ...(args.prune ? [`${String(stale.length)} removed`] : []),
  ];
  const where = args["dry-run"] ? `${directory}, if written` : directory;
  let text = `files in ${where}: ${counts.join(", ")}\n`;
  if (stale.length > 0) {
    text += args.prune
      ? `removed: ${firstOf(stale)}\n`
      : `left from an earlier run (${String(stale.length)}): ${firstOf(stale)}\n  do: remove them with --prune\n`;
  }
  if (others.length > 0) {
    text += `not of this tool, or kept by an earlier run (${String(others.length)}): ${firstOf(others)}\n  do: remove what is not to be applied with the rest; --prune leaves such files\n`;
  }
  return text;
}

const firstOf = (files: readonly string[]): string =>
  `${files.slice(0, 10).join(", ")}${files.length > 10 ? ", ..." : ""}`;
