import { readFileSync } from "node:fs";
import process from "node:process";
import pc from "picocolors";
import type { RunReport } from "../../report/report.ts";
import { REPORT_FORMATS } from "../../report/formats.ts";
import { readStoredReport } from "../../report/stored.ts";
import { terminalText } from "../../report/terminal.ts";
import { EXIT } from "../exit-code.ts";
import { reasonOf } from "../failure-reason.ts";
import { readStdin, writeOut } from "../io.ts";
import { StagedFiles } from "../staged-files.ts";
import { terminalWidth, useColor } from "../terminal-settings.ts";
import { UsageError } from "../usage-error.ts";
import { checkStreams, keepInputs, readReportTarget, stageReports } from "./report-target.ts";
import type { ReportArguments } from "./report.ts";
import { detailOf } from "./shared-options.ts";

/** Renders a stored report. */
export async function renderReport(args: ReportArguments): Promise<number> {
  const targets = (args.report ?? []).map((text) => readReportTarget(text, REPORT_FORMATS));
  checkStreams(targets, false);
  keepInputs([{ file: args.file }], targets);
  const report = await loadReport(args.file);
  const files = new StagedFiles();
  try {
    stageReports(report, targets, files);
    files.commit();
  } finally {
    files.discard();
  }
  const stream = targets.find(({ file }) => file === "-");
  if (stream !== undefined) await writeOut(stream.format.texts(report));
  if (targets.length === 0) await writeOut([summaryOf(report, args)]);
  return EXIT.done;
}

/** Reads a stored report. @param file a path, or "-" for standard input */
export async function loadReport(file: string): Promise<RunReport> {
  let text: string;
  try {
    text = file === "-" ? new TextDecoder().decode(await readStdin()) : readFileSync(file, "utf8");
  } catch (cause) {
    throw new UsageError(`cannot read \`${file}\`: ${reasonOf(cause)}`, {
      hint: "Name a file that `netpol-migrate convert ... --report FILE.json` wrote, or - for standard input.",
      cause,
    });
  }
  const read = readStoredReport(text);
  if ("report" in read) return read.report;
  throw new UsageError(`\`${file}\` is no report of a conversion: ${read.problem}`, {
    hint: "Name a file that this version wrote by `netpol-migrate convert ... --report FILE.json`.",
  });
}

function summaryOf(report: RunReport, args: ReportArguments): string {
  return terminalText(report, {
    colors: pc.createColors(useColor(args.color ?? (process.stdout.isTTY ? undefined : false))),
    detail: detailOf(args),
    destination: "altogether",
    width: terminalWidth(process.stdout),
    objects: [],
  });
}
