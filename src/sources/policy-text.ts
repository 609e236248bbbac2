import type { ManifestObject } from "../manifest/manifest-object.ts";
import { printYaml } from "../manifest/print.ts";

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

export function policyText(object: ManifestObject): PolicyText {
  const root = asMapping(object.value);
  const metadata = asMapping(root["metadata"]);
  const isDump = "status" in root || Object.keys(metadata).some((key) => SERVER_FIELDS.has(key));
  const text = isDump ? undefined : object.sourceText();
  const trimmed = text?.replace(/^\ufeff?(?:[ \t]*\r?\n)+/, "").trimEnd();
  const isFlow = trimmed === undefined || /^\s*[{[]/.test(trimmed);
  const print = (leftOut: ReadonlySet<string>): string =>
    printYaml(
      mappingOf(
        Object.entries(root)
          .filter(([key]) => key !== "status")
          .map(([key, value]) => [
            key,
            key === "metadata"
              ? mappingOf(Object.entries(metadata).filter(([field]) => !leftOut.has(field)))
              : value,
          ]),
      ),
    );
  return {
    own: isFlow ? undefined : `${trimmed}\n`,
    printed: () => print(SERVER_FIELDS),
    nameless: () => print(new Set([...SERVER_FIELDS, "name"])),
  };
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
