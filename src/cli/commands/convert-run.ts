import process from "node:process";
import ora from "ora";
import pc from "picocolors";
import type { EmittedObject } from "../../emitters/networkpolicy.ts";
import { streamText } from "../../emitters/networkpolicy.ts";
import type { ConvertResult } from "../../pipeline.ts";
import { runConvert } from "../../pipeline.ts";
import { jsonText } from "../../report/json.ts";
import { terminalText } from "../../report/terminal.ts";
import { readInputFiles } from "../input-files.ts";
import { below, readStdin, removeFile, staleFiles, writeError, writeFileAtomically, writeOut } from "../io.ts";
import { UsageError } from "../usage-error.ts";
import { toolVersion } from "../version.ts";
import { readOptions, reportedOptions, reportTargets } from "./convert-options.ts";
import type { ConvertArguments } from "./convert.ts";

/** How long a run may take before a spinner is worth its flicker, in milliseconds. */
const SPINNER_AFTER = 500;

/** One conversion with its reading and writing. Nothing is written before everything has been computed. */
export async function convert(args: ConvertArguments): Promise<number> {
  const options = readOptions(args);
  const targets = reportTargets(args);
  const paths = args.paths ?? [];
  if (paths.length === 0 && process.stdin.isTTY) {
    throw new UsageError("no input: name files or folders, or pipe a dump in", {
      hint: "For example `netpol-migrate convert policies/`.",
    });
  }
  const spinner = startSpinner(args);
  let result: ConvertResult;
  try {
    const surroundings = { cwd: process.cwd(), readStdin };
    const input = await readInputFiles(paths.length === 0 ? ["-"] : paths, surroundings);
    const inventory = await readInputFiles(args.inventory ?? [], surroundings);
    result = runConvert({
      files: input.files,
      inventory: inventory.files,
      unreadable: [...input.diagnostics, ...inventory.diagnostics],
      options,
      tool: { name: "netpol-migrate", version: toolVersion() },
      reportedOptions: reportedOptions(args),
    });
  } finally {
    spinner.stop();
  }
  const stale = await write(result, args);
  for (const target of targets) {
    const text = jsonText(result.report);
    if (target === "-") await writeOut(text);
    else await writeFileAtomically(target, text);
  }
  writeError(
    terminalText(result.report, {
      colors: pc.createColors(useColor(args)),
      detail: args.quiet === true ? "quiet" : args.verbose === true ? "verbose" : "normal",
      destination: destination(args),
    }),
  );
  if (stale.length > 0 && args.quiet !== true) writeError(staleText(stale, args));
  return result.report.result.exitCode;
}

function destination(args: ConvertArguments): string {
  if (args["dry-run"]) return "not written (--dry-run)";
  return args["out-dir"] === undefined ? "on standard output" : `in ${args["out-dir"]}`;
}

/** Colour as the flag says, else NO_COLOR, else by the terminal. */
function useColor({ color }: ConvertArguments): boolean {
  if (color !== undefined) return color;
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  return process.stderr.isTTY || (FORCE_COLOR !== undefined && FORCE_COLOR !== "0");
}

function startSpinner(args: ConvertArguments): { stop(): void } {
  if (!process.stderr.isTTY || args.quiet === true || process.env["CI"] !== undefined) return { stop: () => undefined };
  const spinner = ora({ text: "converting", stream: process.stderr });
  const timer = setTimeout(() => spinner.start(), SPINNER_AFTER);
  return {
    stop: () => {
      clearTimeout(timer);
      spinner.stop();
    },
  };
}

/** Writes the objects; returns the files of an earlier run that lie in the way of nothing any more. */
async function write({ objects, stops }: ConvertResult, args: ConvertArguments): Promise<readonly string[]> {
  const directory = args["out-dir"];
  if (directory === undefined) {
    if (!args["dry-run"] && objects.length > 0) await writeOut(streamText(objects));
    return [];
  }
  const stale = await staleFiles(directory, new Set(objects.map(({ file }) => file)));
  if (args["dry-run"] || stops.length > 0) return stops.length > 0 ? [] : stale;
  // Every path is checked before any is written.
  const files = objects.map((object: EmittedObject) => [below(directory, object.file), object.text] as const);
  for (const [path, text] of files) await writeFileAtomically(path, text);
  if (args.prune) for (const file of stale) await removeFile(below(directory, file));
  return stale;
}

function staleText(stale: readonly string[], args: ConvertArguments): string {
  const what = `${String(stale.length)} of an earlier run: ${stale.slice(0, 10).join(", ")}${stale.length > 10 ? ", ..." : ""}`;
  if (args.prune && !args["dry-run"]) return `removed ${what}\n`;
  return `not written any more, still in ${args["out-dir"] ?? ""}: ${what}\n          do: remove them with --prune\n`;
}
