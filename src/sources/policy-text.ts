import type { ManifestObject } from "../manifest/manifest-object.ts";
import { printYaml } from "../manifest/print.ts";
import { readManifests } from "../manifest/read.ts";

/** A policy as text, to be compared with another one. */
export interface PolicyText {
  /** Its author's own text, comments and all; undefined for an item of a list, for JSON and for dumps of a server. */
  readonly own: string | undefined;
  /** Printed in one form, whatever its author's; what the server put in is left out. */
  readonly printed: () => string;
  /** The same without its name: two that are equal in it are one policy under two names. */
  readonly nameless: () => string;
}

const SERVER_FIELDS = new Set([
  "creationTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);

/**
 * The texts of an object. Of the object itself nothing is kept: in a set of 100,000 policies that would be most of the memory,
 * while nearly all of them are compared by their own texts.
 */
export function policyText(object: ManifestObject): PolicyText {
  const root = asMapping(object.value);
  const isDump =
    "status" in root ||
    Object.keys(asMapping(root["metadata"])).some((key) => SERVER_FIELDS.has(key));
  const text = isDump ? undefined : object.sourceText();
  const trimmed = text?.replace(/^\ufeff?(?:[ \t]*\r?\n)+/, "").trimEnd();
  const isFlow = trimmed === undefined || /^\s*[{[]/.test(trimmed);
  if (isFlow) {
    const printed = print(root, SERVER_FIELDS);
    return { own: undefined, printed: () => printed, nameless: () => reprinted(printed, NAMELESS) };
  }
  const own = `${trimmed}\n`;
  return {
    own,
    printed: () => reprinted(own, SERVER_FIELDS),
    nameless: () => reprinted(own, NAMELESS),
  };
}

const NAMELESS: ReadonlySet<string> = new Set([...SERVER_FIELDS, "name"]);

/** What a text of one object reads as, printed. */
function reprinted(text: string, leftOut: ReadonlySet<string>): string {
  for (const { value } of readManifests({ name: "", text }, () => undefined)) {
    return print(asMapping(value), leftOut);
  }
  return text;
}

function print(root: Mapping, leftOut: ReadonlySet<string>): string {
  const metadata = Object.entries(asMapping(root["metadata"]));
  const kept = mappingOf(metadata.filter(([field]) => !leftOut.has(field)));
  return printYaml(
    mappingOf(
      Object.entries(root)
        .filter(([key]) => key !== "status")
        .map(([key, value]) => [key, key === "metadata" ? kept : value]),
    ),
  );
}

type Mapping = Readonly<Record<string, unknown>>;

function asMapping(value: unknown): Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Mapping)
    : {};
}

/** `__proto__` is a key as any other. */
function mappingOf(entries: readonly (readonly [string, unknown])[]): Mapping {
  const mapping = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) mapping[key] = value;
  return mapping;
}
