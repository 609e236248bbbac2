import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const folder = mkdtempSync(join(tmpdir(), "netpol-migrate-tests-"));

/** Gives all tests of a run one folder for what they write. */
export function setup(): void {
  // Where `tmpdir` looks, on any platform; the processes of the tests and of what they start inherit it.
  for (const name of ["TMPDIR", "TMP", "TEMP"]) process.env[name] = folder;
}

/** Takes it away when they are done, whatever became of them. */
export function teardown(): void {
  rmSync(folder, { recursive: true, force: true });
}
