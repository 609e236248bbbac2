import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import process from "node:process";
import { codeOf, reasonOf } from "./failure-reason.ts";
import { inPieces } from "./io.ts";
import { UsageError } from "./usage-error.ts";

interface Staged {
  readonly temporary: string;
  readonly target: string;
}

/**
 * Files on their way to the disk. Each is first written whole under a temporary name beside its place; only when all of
 * them lie there does {@link commit} move them, so a full disk or a forbidden folder leaves everything as it was.
 */
export class StagedFiles {
  readonly #staged: Staged[] = [];
  /** What is no file, such as a named pipe or /dev/stderr: written into when the others are moved. */
  readonly #direct: { readonly target: string; readonly texts: Iterable<string> }[] = [];
  readonly #places = new Set<string>();
  /** Folders made on the way, outermost first. */
  readonly #made: string[] = [];

  add(path: string, texts: Iterable<string>): void {
    const target = finalPlace(path);
    const place = resolve(target ?? path);
    if (this.#places.has(place)) {
      throw new UsageError(`two things would be written to \`${path}\``, {
        hint: "Name another place for one of them; nothing was changed.",
      });
    }
    this.#places.add(place);
    if (target === undefined) {
      this.#direct.push({ target: path, texts });
      return;
    }
    // The process id keeps two runs apart.
    const temporary = join(dirname(target), `.${basename(target)}.${String(process.pid)}.tmp`);
    try {
      this.#makeFolder(dirname(target));
      this.#staged.push({ temporary, target });
      writeTexts(temporary, texts);
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }

  /** Moves everything to its place. */
  commit(): void {
    for (let next = this.#staged.shift(); next !== undefined; next = this.#staged.shift()) {
      try {
        renameSync(next.temporary, next.target);
      } catch (cause) {
        this.#staged.unshift(next);
        throw unwritable(next.target, cause);
      }
    }
    this.#made.length = 0;
    for (const { target, texts } of this.#direct) {
      try {
        writeTexts(target, texts);
      } catch (cause) {
        if (codeOf(cause) !== "EPIPE") throw unwritable(target, cause);
      }
    }
  }

  /** Takes back what has not been moved. Does nothing after a commit. */
  discard(): void {
    for (const { temporary } of this.#staged) rmSync(temporary, { force: true });
    this.#staged.length = 0;
    for (const folder of this.#made.reverse()) {
      try {
        rmdirSync(folder);
      } catch {
        // Somebody else put something there meanwhile.
      }
    }
    this.#made.length = 0;
  }

  #makeFolder(folder: string): void {
    const missing: string[] = [];
    for (let at = folder; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
    for (const path of missing.reverse()) {
      mkdirSync(path);
      this.#made.push(path);
    }
  }
}

/** Where a file of this path really lies, links followed; undefined for what is no file and cannot be replaced. */
function finalPlace(path: string): string | undefined {
  try {
    if (lstatSync(path).isSymbolicLink()) return finalPlace(realpathSync(path));
    const found = statSync(path);
    if (found.isDirectory()) throw unwritable(path, { code: "EISDIR" });
    return found.isFile() ? path : undefined;
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return path;
    throw cause instanceof UsageError ? cause : unwritable(path, cause);
  }
}

function writeTexts(path: string, texts: Iterable<string>): void {
  const file = openSync(path, "w");
  try {
    for (const piece of inPieces(texts)) {
      const bytes = Buffer.from(piece);
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    }
  } finally {
    closeSync(file);
  }
}

function unwritable(path: string, cause: unknown): UsageError {
  return new UsageError(`cannot write \`${path}\`: ${reasonOf(cause)}`, {
    hint: "Name another place, or make this one writable; nothing was changed.",
    cause,
  });
}
