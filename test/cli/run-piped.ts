import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "./run-cli.ts";

/** Runs a command whose reader takes one piece of its output and goes away. */
export async function runPiped(
  args: readonly string[],
  cwd: string,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [join(ROOT, "bin/netpol-migrate.js"), ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stderr: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdout.once("data", () => child.stdout.destroy());
  const code = await new Promise<number | null>((done, fail) => {
    child.on("error", fail);
    child.on("exit", done);
  });
  return { code, stderr: Buffer.concat(stderr).toString() };
}
