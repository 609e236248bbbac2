import type { Dirent } from "node:fs";
import { readFile, readdir, realpath, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import type * as Globbing from "tinyglobby";
import { compareText } from "../base/compare.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/source-range.ts";
import { decodeText } from "../manifest/decode-text.ts";
import { codeOf, reasonOf } from "./failure-reason.ts";
import { UsageError } from "./usage-error.ts";

export interface InputFiles {
  /** Sorted by name, each file once. */
  readonly files: readonly SourceFile[];
  /** Findings about files that are not text and therefore not among the files. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface InputSurroundings {
  /** Names of files are relative to this directory. */
  readonly cwd: string;
  readonly readStdin: () => Promise<Uint8Array>;
}

const manifestName = /\.(?:ya?ml|json)$/i;
const skippedDirectories = new Set(["node_modules", ".git"]);
const extensions = ".yaml, .yml or .json";

/**
 * Finds and reads the files that the paths of a command line name: files, directories with all that lies below them,
 * globs, and `-` for standard input. A path that gives nothing is an error, since the user meant something by it.
 */
export async function readInputFiles(
  paths: readonly string[],
  { cwd, readStdin }: InputSurroundings,
): Promise<InputFiles> {
  const found = new Map<string, string>();
  let wantsStdin = false;
  for (const path of paths) {
    if (path === "-") wantsStdin = true;
    else for (const file of await filesAt(path, cwd)) await add(found, file, cwd);
  }
  const names = [...found.values()].sort(compareText);
  const files: SourceFile[] = [];
  const diagnostics: Diagnostic[] = [];
  const take = (name: string, bytes: Uint8Array): void => {
    const decoded = decodeText(name, bytes);
    if ("file" in decoded) files.push(decoded.file);
    else diagnostics.push(decoded.problem);
  };
  if (wantsStdin) take("-", await readStdin());
  for (const name of names) take(name, await readBytes(resolve(cwd, name), name));
  return { files, diagnostics };
}

/** Notes a file under its real path, so that links and paths that overlap do not make one policy into two. */
async function add(found: Map<string, string>, file: string, cwd: string): Promise<void> {
  const name = nameOf(file, cwd);
  let real: string;
  try {
    real = await realpath(file);
  } catch (cause) {
    throw unreadable(name, cause);
  }
  const other = found.get(real);
  if (other === undefined || compareText(name, other) < 0) found.set(real, name);
}

function nameOf(file: string, cwd: string): string {
  const name = relative(cwd, file);
  return sep === "/" ? name : name.split(sep).join("/");
}

async function filesAt(path: string, cwd: string): Promise<readonly string[]> {
  const whole = resolve(cwd, path);
  const kind = await kindOf(whole, path);
  // A file may well have brackets in its name, so what is there is taken before any pattern.
  if (kind === "file") return [whole];
  if (kind === "directory") return filesBelow(whole, path);
  // Loaded only now: most runs name files and folders.
  const globbing = await import("tinyglobby");
  if (globbing.isDynamicPattern(path)) return filesMatching(path, cwd, globbing);
  throw new UsageError(`there is no file or directory \`${path}\``, {
    hint: "Check the path; paths are relative to the current directory.",
  });
}

type Kind = "file" | "directory" | "none";

async function kindOf(whole: string, path: string): Promise<Kind> {
  try {
    const found = await stat(whole);
    // Named pipes, such as `<(helm template .)`, are read like files.
    return found.isDirectory() ? "directory" : "file";
  } catch (cause) {
    if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return "none";
    throw unreadable(path, cause);
  }
}

async function filesBelow(directory: string, path: string): Promise<readonly string[]> {
  const files: string[] = [];
  await walk(directory, path, new Set(), files);
  if (files.length === 0) {
    throw new UsageError(`the directory \`${path}\` holds no file that ends in ${extensions}`, {
      hint: "Name the files themselves if they end in something else.",
    });
  }
  return files;
}

/** Adds the manifests below a directory. `above` holds the real paths on the way here, which end a circle of links. */
async function walk(
  directory: string,
  path: string,
  above: ReadonlySet<string>,
  files: string[],
): Promise<void> {
  let entries: readonly Dirent[];
  let real: string;
  try {
    real = await realpath(directory);
    if (above.has(real)) return;
    entries = await readdir(directory, { withFileTypes: true });
  } catch (cause) {
    throw unreadable(path, cause);
  }
  const within = new Set(above).add(real);
  for (const entry of entries) {
    const whole = join(directory, entry.name);
    const inner = `${path.replace(/[/\\]+$/, "")}/${entry.name}`;
    const kind = entry.isSymbolicLink() ? await linkKind(whole, inner) : direntKind(entry);
    if (kind === "directory" && !skippedDirectories.has(entry.name)) {
      await walk(whole, inner, within, files);
    } else if (kind === "file" && manifestName.test(entry.name)) files.push(whole);
  }
}

function direntKind(entry: Dirent): Kind {
  return entry.isDirectory() ? "directory" : entry.isFile() ? "file" : "none";
}

/** What a link leads to. One that leads nowhere, or to itself, is an error only if it looks like a manifest. */
async function linkKind(whole: string, path: string): Promise<Kind> {
  try {
    return (await stat(whole)).isDirectory() ? "directory" : "file";
  } catch (cause) {
    if (manifestName.test(path)) throw unreadable(path, cause);
    return "none";
  }
}

async function filesMatching(
  pattern: string,
  cwd: string,
  { escapePath, glob }: typeof Globbing,
): Promise<readonly string[]> {
  const forward = sep === "\\" ? pattern.replaceAll("\\", "/") : pattern;
  const matches = await glob(forward, {
    cwd,
    absolute: true,
    dot: false,
    expandDirectories: false,
    onlyFiles: true,
    ignore: [...skippedDirectories].map((name) => `**/${escapePath(name)}/**`),
  });
  if (matches.length === 0) {
    throw new UsageError(`no file matches \`${pattern}\``, {
      hint: "Check the pattern; `**` stands for any number of directories.",
    });
  }
  return matches.map((match) => resolve(match));
}

async function readBytes(whole: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(whole);
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

function unreadable(path: string, cause: unknown): UsageError {
  return new UsageError(`cannot read \`${path}\`: ${reasonOf(cause)}`, {
    hint: "Make it readable, or leave it out of the paths.",
    cause,
  });
}
