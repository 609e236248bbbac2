import type { DocumentRef, SourcePlace } from "../diagnostics/source-range.ts";

export type PathStep = string | number;

/**
 * One object of the input: a YAML or JSON document, or one item of a `List`, a typed `*List` or a top-level sequence.
 * Values are what kubectl would send: mappings are objects without a prototype, scalars string, number, boolean or null.
 * The object is meant to be read and let go: it holds the offsets of all its nodes.
 */
export interface ManifestObject {
  readonly document: DocumentRef;
  readonly value: unknown;
  /**
   * Where a field is: its value, or with "key" its key. A path that does not exist gives the nearest ancestor that does
   * (the path text of the answer is still the one asked for). `[]` is the object itself.
   */
  placeOf(path: readonly PathStep[], part?: "key" | "value"): SourcePlace;
  /** The object's own text, byte for byte, when it is a whole YAML document of its own and not an item of a list. */
  sourceText(): string | undefined;
}
