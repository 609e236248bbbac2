import type { Dirent } from "node:fs";
import { lstatSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { compareText } from "../base/compare.ts";
import { invariant } from "../base/invariant.ts";
import type { EmittedObject } from "../emitters/networkpolicy.ts";
import { SOURCE_ANNOTATION } from "../ir/provenance.ts";
import { readManifests } from "../manifest/read.ts";
import { codeOf, reasonOf } from "./failure-reason.ts";
import { KUSTOMIZATION_FILE, isOwnKustomization, kustomizationText } from "./kustomization.ts";
import type { StagedFiles } from "./staged-files.ts";
import { UsageError } from "./usage-error.ts";

/** What a run is about to do to its output directory. Paths are relative to it, with "/", sorted. */
export interface OutputPlan {
  readonly directory: string;
  readonly created: readonly OutputFile[];
  readonly changed: readonly OutputFile[];
  readonly unchanged: number;
  /** Files of an earlier run that this one does not write. */
  readonly stale: readonly string[];
  /** Manifests in it that are neither of this run nor of an earlier one: whoever applies the folder applies them, too. */
  readonly others: readonly string[];
}

export interface OutputFile {
  readonly file: string;
  readonly text: string;
}

/**
 * Looks at the output directory and decides about every file before any is touched.
 *
 * a. Nothing leads out of it: a namespace's folder that is a link is refused, wherever it points.
 * b. A file that is there is replaced only if it is ours (it carries our annotation), or if it holds the very policy
 *    that is kept from the input; one that says the same already is left alone. Anything else belongs to somebody, and
 *    the run ends before it has written anything.
 */
export function planOutput(
  directory: string,
  objects: readonly EmittedObject[],
  { kustomize }: { readonly kustomize: boolean },
): OutputPlan {
  const folders = namespaceFolders(directory);
  const created: OutputFile[] = [];
  const changed: OutputFile[] = [];
  const strangers: string[] = [];
  let unchanged = 0;
  for (const object of objects) {
    invariant(isBelow(directory, object.file), `${object.file} lies outside of the output`);
    const folder = folders.get(object.namespace);
    if (folder === "link") throw unusable(join(directory, object.namespace), LINK);
    const entry = folder?.get(`${object.name}.yaml`);
    if (entry === undefined) {
      created.push(object);
      continue;
    }
    const path = join(directory, object.file);
    const text = entry.isFile() ? readText(path) : undefined;
    if (text === object.text) unchanged += 1;
    else if (text !== undefined && mayReplace(text, object)) changed.push(object);
    else strangers.push(path);
  }
  const { stale, others } = filesBeside(directory, folders, objects);
  const old = ownKustomization(directory);
  if (kustomize) {
    const file = KUSTOMIZATION_FILE;
    const text = kustomizationText(objects.map((object) => object.file));
    if (old === "none") created.push({ file, text });
    else if (old === "stranger") strangers.push(join(directory, file));
    else if (old.text === text) unchanged += 1;
    else changed.push({ file, text });
  } else if (typeof old === "object") stale.push(KUSTOMIZATION_FILE);
  if (strangers.length > 0) throw strangersInTheWay(strangers);
  return { directory, created, changed, unchanged, stale, others };
}

/** The list of an earlier run, if there is one. */
function ownKustomization(directory: string): "none" | "stranger" | { readonly text: string } {
  const path = join(directory, KUSTOMIZATION_FILE);
  try {
    if (!lstatSync(path).isFile()) return "stranger";
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return "none";
    throw unusable(path, reasonOf(cause), cause);
  }
  const text = readText(path);
  return isOwnKustomization(text) ? { text } : "stranger";
}

/** Puts the files of a plan among those to be written. */
export function stageOutput(plan: OutputPlan, files: StagedFiles): void {
  for (const { file, text } of plan.created) files.add(join(plan.directory, file), [text]);
  for (const { file, text } of plan.changed) files.add(join(plan.directory, file), [text]);
}

export function removeStale({ directory, stale }: OutputPlan): void {
  for (const file of stale) rmSync(join(directory, file), { force: true });
}

const LINK = "it is a symbolic link, and nothing is written outside of the output folder";

function isBelow(directory: string, file: string): boolean {
  const root = resolve(directory);
  return resolve(root, file).startsWith(root.endsWith(sep) ? root : root + sep);
}

/** What is in a folder, by name. Nothing is looked for behind a link. */
type Folder = ReadonlyMap<string, Dirent> | "link";

/** The folders of an output directory. */
function namespaceFolders(directory: string): ReadonlyMap<string, Folder> {
  const folders = new Map<string, Folder>();
  let isThere: boolean;
  try {
    isThere = statSync(directory).isDirectory();
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return folders;
    throw unusable(directory, reasonOf(cause), cause);
  }
  if (!isThere) throw unusable(directory, "it is a file, not a folder");
  for (const { name } of entriesOf(directory)) {
    const path = join(directory, name);
    const found = lstatSync(path);
    if (found.isDirectory())
      folders.set(name, new Map(entriesOf(path).map((entry) => [entry.name, entry])));
    else if (found.isSymbolicLink()) folders.set(name, "link");
  }
  return folders;
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw unusable(folder, reasonOf(cause), cause);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw unusable(path, reasonOf(cause), cause);
  }
}

/** Manifests that this run does not write: those of an earlier one, and those of others. */
function filesBeside(
  directory: string,
  folders: ReadonlyMap<string, Folder>,
  objects: readonly EmittedObject[],
): { readonly stale: string[]; readonly others: readonly string[] } {
  const written = new Set(objects.map(({ file }) => file));
  const stale: string[] = [];
  const others: string[] = [];
  for (const [namespace, entries] of folders) {
    if (entries === "link") continue;
    for (const [name, entry] of entries) {
      const file = `${namespace}/${name}`;
      if (!entry.isFile() || !name.endsWith(".yaml") || written.has(file)) continue;
      if (isOurs(readText(join(directory, file)))) stale.push(file);
      else others.push(file);
    }
  }
  return { stale: stale.sort(compareText), others: others.sort(compareText) };
}

interface Head {
  readonly kind: unknown;
  readonly namespace: unknown;
  readonly name: unknown;
  readonly isAnnotated: boolean;
}

/** Kind and name of each object of a text; undefined if any of it cannot be read. */
function headsOf(text: string): readonly Head[] | undefined {
  const heads: Head[] = [];
  const errors: string[] = [];
  const objects = readManifests({ name: "output", text }, ({ severity, code }) => {
    if (severity === "error") errors.push(code);
  });
  for (const { value } of objects) {
    const { kind, metadata } = asRecord(value) as { kind?: unknown; metadata?: unknown };
    const { namespace, name, annotations } = asRecord(metadata) as Readonly<
      Partial<Record<"namespace" | "name" | "annotations", unknown>>
    >;
    const isAnnotated = Object.hasOwn(asRecord(annotations), SOURCE_ANNOTATION);
    heads.push({ kind, namespace, name, isAnnotated });
  }
  return errors.length === 0 ? heads : undefined;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

/** True if everything in the text was written by an earlier run. */
function isOurs(text: string): boolean {
  if (!text.includes(SOURCE_ANNOTATION)) return false;
  const heads = headsOf(text);
  return heads !== undefined && heads.length > 0 && heads.every(({ isAnnotated }) => isAnnotated);
}

function mayReplace(text: string, { object, namespace, name }: EmittedObject): boolean {
  if (isOurs(text)) return true;
  // A policy that is kept carries no annotation of ours, so an older copy of it is known by what it is.
  if (!("verbatim" in object)) return false;
  const [head, ...more] = headsOf(text) ?? [];
  return (
    head !== undefined &&
    more.length === 0 &&
    head.kind === "NetworkPolicy" &&
    head.name === name &&
    (head.namespace === undefined || head.namespace === namespace)
  );
}

function strangersInTheWay(paths: readonly string[]): UsageError {
  const shown = paths.slice(0, 3).map((path) => `\`${path}\``);
  const more =
    paths.length > shown.length ? ` and ${String(paths.length - shown.length)} more` : "";
  const verb = paths.length === 1 ? "is there already and was" : "are there already and were";
  return new UsageError(`${shown.join(", ")}${more} ${verb} not written by netpol-migrate`, {
    hint: "Choose another folder by --out-dir, or move them away; nothing was changed.",
  });
}

function unusable(path: string, reason: string, cause?: unknown): UsageError {
  return new UsageError(`cannot write to \`${path}\`: ${reason}`, {
    hint: "Choose another folder by --out-dir; nothing was changed.",
    ...(cause === undefined ? {} : { cause }),
  });
}
