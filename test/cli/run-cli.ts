import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runHere } from "./run-here.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BIN = join(ROOT, "bin/netpol-migrate.js");

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  /** Piped into standard input; undefined: standard input is /dev/null. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments for node itself. */
  readonly node?: readonly string[];
}

/**
 * Runs the command line: in this process, or in one of its own where the test is about what only that has (standard
 * input that was not asked for by `-`, settings of node).
 */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const needsProcess =
    options.node !== undefined || (options.input !== undefined && !args.includes("-"));
  return needsProcess ? runProcess(args, options) : runHere(args, { cwd: ROOT, ...options });
}

/** Runs the built command line as users do. */
export async function runProcess(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const { cwd = ROOT, input, env = {}, node = [] } = options;
  const child = spawn(process.execPath, [...node, BIN, ...args], {
    cwd,
    // Nothing of the surroundings of the tests shows in what they compare.
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
  // A run that ends before it has read everything closes the pipe.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);
  const code = await new Promise<number | null>((done, fail) => {
    child.on("error", fail);
    child.on("close", done);
  });
  return {
    code,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  };
}

/** A folder of its own for a test, with these files in it. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "netpol-migrate-test-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** All files and links below a folder, sorted, relative to it. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

export const textOf = (...path: readonly string[]): string => readFileSync(join(...path), "utf8");

/** A Calico policy that isolates its pods and allows one peer: what converts exactly. */
export function policy(name = "web", namespace = "shop", rest = ""): string {
  return `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
    - action: Allow
      protocol: TCP
      source:
        selector: role == 'client'
      destination:
        ports: [80]
${rest}`;
}

/** A rule more, for {@link policy}, that no NetworkPolicy can say. */
export const SERVICE_ACCOUNT_RULE = `    - action: Allow
      source:
        serviceAccounts:
          names: [backup]
`;

export const INVALID = policy("broken").replace("app == 'web'", "app = 'web'");
