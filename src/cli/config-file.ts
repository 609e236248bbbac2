import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Options } from "yargs";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import { lineAndColumn } from "../diagnostics/source-range.ts";
import { decodeText } from "../manifest/decode-text.ts";
import type { ManifestObject } from "../manifest/manifest-object.ts";
import { readManifests } from "../manifest/read.ts";
import { nearest } from "../sources/schema-check.ts";
import { reasonOf } from "./failure-reason.ts";
import { UsageError, asUsageError } from "./usage-error.ts";

export const CONFIG_FILE = "netpol-migrate.config.yaml";

/** Options of `convert` as a file gives them. */
export interface Config {
  /** As it was named. */
  readonly file: string;
  /** By the names of the options, with `paths` beside them; paths are relative to the current directory. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where each stands, for those who have to be told. */
  readonly places: Readonly<Record<string, string>>;
}

export type OptionTable = Readonly<Record<string, Options>>;

/** Options that a file may not hold: it does not name itself, and what is seen is for each run to say. */
export const NOT_IN_CONFIG: ReadonlySet<string> = new Set(["config", "quiet", "verbose", "color"]);

/** Options whose values are paths; those of `report` may have a format before them. */
const PATHS: ReadonlySet<string> = new Set(["paths", "out-dir", "report", "inventory", "baseline"]);

/**
 * The file that `--config` names among the words of a command line, or the one of that name in the current directory.
 * @returns undefined if there is none, or none is wanted (`--no-config`)
 */
export function findConfig(args: readonly string[], options: OptionTable): Config | undefined {
  if (args.includes("--no-config")) return undefined;
  const at = args.findIndex((arg) => arg === "--config" || arg.startsWith("--config="));
  const word = args[at];
  const named = word === "--config" ? args[at + 1] : word?.slice("--config=".length);
  if (named !== undefined && named !== "") return readConfig(named, options);
  return existsSync(CONFIG_FILE) ? readConfig(CONFIG_FILE, options) : undefined;
}

/** What a file says of the cluster: the options that hold for every command that judges policies, not for `convert` alone. */
const OF_THE_CLUSTER: ReadonlySet<string> = new Set([
  ...["inventory", "known-namespace", "namespace", "pod-cidr", "target-pod-cidr", "tier"],
  ...["from", "enforcer", "assume"],
]);

/** The file without the options that are for `convert` alone; undefined where nothing is left. */
export function aboutCluster(config: Config | undefined): Config | undefined {
  if (config === undefined) return undefined;
  const values = Object.fromEntries(
    Object.entries(config.values).filter(([name]) => OF_THE_CLUSTER.has(name)),
  );
  return Object.keys(values).length === 0 ? undefined : { ...config, values };
}

function readConfig(file: string, options: OptionTable): Config {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new UsageError(`cannot read \`${file}\`: ${reasonOf(cause)}`, {
      hint: "Name another file by --config, or none by --no-config.",
      cause,
    });
  }
  const object = onlyObject(file, bytes);
  if (object === undefined) return { file, values: {}, places: {} };
  const { value } = object;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(
      object.placeOf([]),
      "the file has to be a mapping of options",
      "For example `fail-on: narrowed`.",
    );
  }
  const values: Record<string, unknown> = {};
  const places: Record<string, string> = {};
  for (const [name, given] of Object.entries(value)) {
    const option = name === "paths" ? LIST : configurable(name, options);
    if (option === undefined) throw unknownKey(object, name, options);
    const checked = checkedValue(object, name, given, option);
    values[name] = PATHS.has(name) ? fromHere(checked, file) : checked;
    places[name] = placeText(object.placeOf([name], "key"));
  }
  return { file, values, places };
}

function configurable(name: string, options: OptionTable): Options | undefined {
  return NOT_IN_CONFIG.has(name) || !Object.hasOwn(options, name) ? undefined : options[name];
}

const LIST: Options = { type: "string", array: true };

function onlyObject(file: string, bytes: Uint8Array): ManifestObject | undefined {
  const decoded = decodeText(file, bytes);
  if ("problem" in decoded) throw asUsageError(file, decoded.problem);
  const objects: ManifestObject[] = [];
  for (const object of readManifests(decoded.file, (finding) => {
    if (finding.severity !== "error" || finding.at === undefined) return;
    throw wrong(finding.at, finding.message, finding.hint);
  })) {
    objects.push(object);
  }
  const [first, second] = objects;
  if (second !== undefined)
    throw wrong(second.placeOf([]), "the file holds more than one document");
  return first;
}

function unknownKey(object: ManifestObject, name: string, options: OptionTable): UsageError {
  const known = ["paths", ...Object.keys(options)].filter((one) => !NOT_IN_CONFIG.has(one));
  const near = nearest(name, known);
  return wrong(
    object.placeOf([name], "key"),
    NOT_IN_CONFIG.has(name)
      ? `\`${name}\` is for the command line alone`
      : `there is no option \`${name}\``,
    near === undefined
      ? `Known are ${known.join(", ")}.`
      : `Write \`${near}\` if that is what is meant.`,
  );
}

function checkedValue(
  object: ManifestObject,
  name: string,
  given: unknown,
  { type, choices, array }: Options,
): unknown {
  const complain = (expected: string): UsageError =>
    wrong(object.placeOf([name]), `\`${name}\` has to be ${expected}`);
  if (array === true) {
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    if (list.every((one) => typeof one === "string" && one !== "")) return list;
    throw complain("a list of texts");
  }
  if (type === "boolean") {
    if (typeof given === "boolean") return given;
    throw complain("`true` or `false`");
  }
  if (choices !== undefined) {
    if (choices.includes(given as string)) return given;
    throw complain(`one of ${choices.map((one) => `\`${String(one)}\``).join(", ")}`);
  }
  if (typeof given === "string" && given !== "") return given;
  throw complain("a text that is not empty");
}

/** Paths in the file are meant from where it lies. */
function fromHere(value: unknown, file: string): unknown {
  const folder = dirname(file);
  const one = (path: unknown): unknown => {
    if (typeof path !== "string" || folder === ".") return path;
    const [, format = "", target = path] = /^([a-z]+=)(.+)$/s.exec(path) ?? [];
    if (target === "-" || target.startsWith("/")) return path;
    return `${format}${relative("", join(folder, target)) || "."}`;
  };
  return Array.isArray(value) ? value.map(one) : one(value);
}

function placeText(place: SourcePlace): string {
  const { file } = place.document;
  const { line, column } = lineAndColumn(file, place.offset);
  return `${file.name}:${String(line)}:${String(column)}`;
}

function wrong(place: SourcePlace, message: string, hint?: string): UsageError {
  return new UsageError(`${placeText(place)}: ${message}`, hint === undefined ? {} : { hint });
}
