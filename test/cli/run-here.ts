import { Readable } from "node:stream";
import process from "node:process";
import { main } from "../../src/cli/main.ts";
import type { CliOptions, CliResult } from "./run-cli.ts";

/** What a process has once: its folder, environment and streams. So one run waits for the other. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the command line in this process, which costs milliseconds where a process of its own costs a third of a second.
 * The streams are stand-ins: whoever is after the real ones, or after standard input that nobody asked for, calls
 * `runProcess`.
 */
export function runHere(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return commandHere(() => main(args), options);
}

/** Runs what gives an exit code, with the streams and the folder of a command. */
export function commandHere(
  command: () => Promise<number>,
  options: CliOptions,
): Promise<CliResult> {
  const run = last.then(() => runAlone(command, options));
  last = run.catch(() => undefined);
  return run;
}

async function runAlone(
  command: () => Promise<number>,
  { cwd, input, env }: CliOptions,
): Promise<CliResult> {
  const before = { cwd: process.cwd(), env: process.env };
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  const stdin = Object.getOwnPropertyDescriptor(process, "stdin") ?? {};
  Object.defineProperty(process, "stdin", {
    value: Readable.from(input === undefined ? [] : [Buffer.from(input)]),
    configurable: true,
  });
  process.env = { PATH: before.env["PATH"], ...env };
  try {
    if (cwd !== undefined) process.chdir(cwd);
    const code = await command();
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.restore();
    stderr.restore();
    Object.defineProperty(process, "stdin", stdin);
    process.env = before.env;
    process.chdir(before.cwd);
  }
}

/** Keeps what is written to a stream, until it is restored. */
function capture(stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  const chunks: Buffer[] = [];
  const write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | (() => void),
    done?: () => void,
  ): boolean => {
    chunks.push(Buffer.from(chunk as string));
    const callback = typeof encoding === "function" ? encoding : done;
    if (callback !== undefined) process.nextTick(callback);
    return true;
  };
  // An own property hides the method of the prototype, also from the console.
  Object.defineProperty(stream, "write", { value: write, configurable: true });
  return {
    text: () => Buffer.concat(chunks).toString(),
    restore: () => {
      Reflect.deleteProperty(stream, "write");
    },
  };
}
