import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import process from "node:process";
import { SOURCE_ANNOTATION } from "../ir/provenance.ts";
import { UsageError } from "./usage-error.ts";

/** Writes text to standard output and waits until it is out. A reader that went away is no fault of ours. */
export async function writeOut(text: string): Promise<void> {
  await new Promise<void>((done, fail) => {
    process.stdout.write(text, (error) => {
      if (
        error === null ||
        error === undefined ||
        (error as NodeJS.ErrnoException).code === "EPIPE"
      )
        done();
      else fail(error);
    });
  });
}

/** All of standard input. */
export async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Writes text to standard error. */
export function writeError(text: string): void {
  process.stderr.write(text);
}

/** Writes a file so that nobody ever sees half of it: beside it first, then into its place. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new UsageError(`cannot write ${path}: ${reason(cause)}`, {
      hint: "Check that the folder may be written to.",
      cause,
    });
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A file below a directory; throws if the name would lead out of it. */
export function below(directory: string, file: string): string {
  const root = resolve(directory);
  const path = resolve(root, file);
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw new UsageError(`${file} would lie outside of ${directory}`, {});
  }
  return join(directory, file);
}

/**
 * Files of an earlier run in an output directory that this run does not write: those two levels deep that carry our
 * annotation. Sorted, relative to the directory, with "/".
 */
export async function staleFiles(
  directory: string,
  written: ReadonlySet<string>,
): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const namespace of await entries(directory, "directory")) {
    for (const name of await entries(join(directory, namespace), "file")) {
      const file = `${namespace}/${name}`;
      if (!name.endsWith(".yaml") || written.has(file)) continue;
      const text = await readFile(join(directory, file), "utf8");
      if (text.includes(`${SOURCE_ANNOTATION}:`)) stale.push(file);
    }
  }
  return stale.sort();
}

async function entries(directory: string, kind: "directory" | "file"): Promise<readonly string[]> {
  try {
    const found = await readdir(directory, { withFileTypes: true });
    return found
      .filter((entry) => (kind === "directory" ? entry.isDirectory() : entry.isFile()))
      .map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new UsageError(`cannot read ${directory}: ${reason(error)}`, { cause: error });
  }
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
