import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { folderWith, runProcess, textOf } from "./run-cli.ts";
import type { CliOptions, CliResult } from "./run-cli.ts";

/** What hostile input may cost, whatever it is: time of the processor (a busy machine does not count), and memory. */
export const LIMITS = { seconds: 5, megabytes: 500 };

export interface MeasuredResult extends CliResult {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Runs the command line in a process of its own, and has it say what it cost when it ends. */
export async function runMeasured(
  args: readonly string[],
  options: CliOptions = {},
): Promise<MeasuredResult> {
  const folder = folderWith();
  const hook = join(folder, "usage.cjs");
  const usage = join(folder, "usage.json");
  writeFileSync(
    hook,
    `process.on("exit", () => require("fs").writeFileSync(${JSON.stringify(usage)}, JSON.stringify(process.resourceUsage())));`,
  );
  const result = await runProcess(args, { ...options, node: ["--require", hook] });
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(textOf(usage)) as NodeJS.ResourceUsage;
  return {
    ...result,
    seconds: (userCPUTime + systemCPUTime) / 1e6,
    megabytes: maxRSS / 1024,
  };
}

/** The same, and it must have stayed within the limits, and not have failed in a way of its own. */
export async function runWithinLimits(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const { seconds, megabytes, ...result } = await runMeasured(args, options);
  expect(result.stderr).not.toMatch(/internal error|^\s+at /m);
  expect(seconds, "seconds of the processor").toBeLessThan(LIMITS.seconds);
  expect(megabytes, "megabytes").toBeLessThan(LIMITS.megabytes);
  return result;
}
