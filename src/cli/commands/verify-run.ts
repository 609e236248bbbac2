import process from "node:process";
import pc from "picocolors";
import { invariant } from "../../base/invariant.ts";
import type { VerifyOptions } from "../../pipeline-verify.ts";
import { runVerify } from "../../pipeline-verify.ts";
import type { VerificationReport } from "../../report/verification.ts";
import type { VerificationFormat } from "../../report/verification-formats.ts";
import { VERIFICATION_FORMATS } from "../../report/verification-formats.ts";
import { verificationText } from "../../report/verification-text.ts";
import { readInputFiles } from "../input-files.ts";
import { readStdin, writeError, writeOut } from "../io.ts";
import { startProgress } from "../progress.ts";
import { StagedFiles } from "../staged-files.ts";
import { terminalWidth, useColor } from "../terminal-settings.ts";
import { UsageError, asUsageError } from "../usage-error.ts";
import { toolVersion } from "../version.ts";
import { readAssumptions } from "./convert-options.ts";
import { readFactOptions, reportedFacts, reportedPaths } from "./fact-options.ts";
import { readPair } from "./pair-input.ts";
import { detailOf, reportedConfigFile } from "./shared-options.ts";
import type { Expectation } from "./expectations.ts";
import { judgeExpectations, readExpectations } from "./expectations.ts";
import type { ReportTarget } from "./report-target.ts";
import { checkStreams, readReportTarget } from "./report-target.ts";
import type { VerifyArguments } from "./verify.ts";

/** Compares two sets of policies and reports where they differ. */
export async function verify(args: VerifyArguments): Promise<number> {
  const targets = (args.report ?? []).map((text) => readReportTarget(text, VERIFICATION_FORMATS));
  checkStreams(targets, false);
  const { report, targetName } = await compute(args);
  writeFiles(report, targets);
  const stream = targets.find(({ file }) => file === "-");
  if (stream !== undefined) await writeOut(stream.format.texts(report));
  writeError(
    verificationText(report, {
      colors: pc.createColors(useColor(args.color)),
      detail: detailOf(args),
      target: targetName,
      width: terminalWidth(process.stderr),
    }),
  );
  return report.result.exitCode;
}

async function compute(
  args: VerifyArguments,
): Promise<{ readonly report: VerificationReport; readonly targetName: string }> {
  const options: VerifyOptions = {
    ...readFactOptions(args, args.from),
    enforcer: args.enforcer,
    assume: readAssumptions(args.assume ?? []),
    allowIncomplete: args["allow-incomplete"],
    failOn: args["fail-on"],
  };
  const expectations = args.expect === undefined ? undefined : await loadExpectations(args.expect);
  const progress = await startProgress(args.quiet === true);
  try {
    const pair = await readPair({
      paths: args.source,
      against: args.against,
      inventory: args.inventory,
    });
    const [source, target] = pair.sets;
    invariant(source !== undefined && target !== undefined, "two sets are read");
    const files = [...source.files, ...target.files, ...pair.inventory];
    progress.beforeWork(files.reduce((size, { text }) => size + text.length, 0));
    const report = runVerify({
      source,
      target,
      inventory: pair.inventory,
      unreadable: pair.unreadable,
      options,
      tool: { name: "netpol-migrate", version: toolVersion() },
      reportedOptions: reportedOptions(args),
      ...(expectations === undefined
        ? {}
        : {
            judgeExpectations: (sets, snapshot) => judgeExpectations(expectations, sets, snapshot),
          }),
    });
    // Nothing equals nothing, but hardly anybody means to ask that.
    for (const [side, { read }] of Object.entries(report.summary.documents)) {
      if (read > 0) continue;
      throw new UsageError(
        `${side === "source" ? "the source" : pair.targetName} holds no documents at all`,
        {
          hint: "Check the paths, and whether the command that made the input succeeded.",
        },
      );
    }
    return { report, targetName: pair.targetName };
  } finally {
    progress.stop();
  }
}

async function loadExpectations(path: string): Promise<readonly Expectation[]> {
  const { files, diagnostics } = await readInputFiles([path], { cwd: process.cwd(), readStdin });
  const [problem] = diagnostics;
  if (problem !== undefined) throw asUsageError(path, problem);
  return files.flatMap(readExpectations);
}

function writeFiles(
  report: VerificationReport,
  targets: readonly ReportTarget<VerificationFormat>[],
): void {
  const files = new StagedFiles();
  try {
    for (const { format, file } of targets) {
      if (file !== "-") files.add(file, format.texts(report));
    }
    files.commit();
  } finally {
    files.discard();
  }
}

/** The options that shaped the result, as the report shows them. */
function reportedOptions(args: VerifyArguments): Readonly<Record<string, unknown>> {
  const cwd = process.cwd();
  return {
    ...reportedConfigFile(args),
    paths: reportedPaths(args.source ?? [], cwd),
    against: reportedPaths(args.against, cwd),
    ...(args.expect === undefined ? {} : { expect: reportedPaths([args.expect], cwd)[0] }),
    enforcer: args.enforcer,
    "allow-incomplete": args["allow-incomplete"],
    "fail-on": args["fail-on"],
    ...reportedFacts(args, cwd),
    ...(args.from === undefined ? {} : { from: args.from }),
    assume: args.assume ?? [],
  };
}
