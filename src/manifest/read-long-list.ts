import { EVENT_ID } from "js-yaml";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Chunk } from "./chunks.ts";
import { Composer } from "./compose.ts";
import type { ComposedDocument } from "./compose.ts";
import { sliceList } from "./list-slices.ts";
import { isList, itemDefaults } from "./lists.ts";
import type { ObjectSink } from "./lists.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { tryParse } from "./parse.ts";
import type { PlainYamlReader } from "./plain-yaml.ts";

/** A list longer than this is read item by item, and not as a whole. */
export const longList = 512 * 1024;
/** A document longer than this is not read. The API server takes no object of half that size. */
export const maxDocumentLength = 4 * 1024 * 1024;
const sliceLength = 64 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/** One document by itself; undefined where it has any error, or an alias, whose anchor may lie elsewhere. */
function composeAlone(
  chunk: Chunk,
  sink: ObjectSink,
  plain: PlainYamlReader,
  findings: Diagnostic[],
): ComposedDocument | undefined {
  const read = plain.read(chunk.start, chunk.end);
  if (read !== undefined) return read;
  if (chunk.end - chunk.start > maxDocumentLength) return undefined;
  const source = sink.file.text.slice(chunk.start, chunk.end);
  const events = tryParse(source);
  if (events === undefined || events.length === 0) return undefined;
  if (events.some((event) => event.type === EVENT_ID.ALIAS)) return undefined;
  const document = sink.next(chunk.start);
  const composer = new Composer(events, {
    source,
    base: chunk.start,
    placeAt: (offset) => ({ document, offset, path: "" }),
    report: (finding) => findings.push(finding),
  });
  const composed = composer.document();
  return composed.lost || composer.more() ? undefined : composed;
}

function fieldsOf(composed: ComposedDocument | undefined): Fields | undefined {
  const value = composed?.value;
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

/** The list's own fields, which lie before and behind its items; undefined where it is none. */
function listFields(
  head: Chunk,
  tail: Chunk,
  sink: ObjectSink,
  plain: PlainYamlReader,
  findings: Diagnostic[],
): Fields | undefined {
  const before = fieldsOf(composeAlone(head, sink, plain, findings));
  if (before === undefined) return undefined;
  const isTailEmpty = sink.file.text.slice(tail.start, tail.end).trim() === "";
  const behind = isTailEmpty ? {} : fieldsOf(composeAlone(tail, sink, plain, findings));
  if (behind === undefined || Object.keys(behind).some((key) => key in before)) return undefined;
  const fields = { ...before, ...behind };
  return isList(fields) ? fields : undefined;
}

/**
 * Reads a long list in block style a few items at a time. The answer is how many items were handed out before anything
 * out of the ordinary was met (none, if the chunk is no such list), or "all". Nothing is reported about the rest.
 */
export function* readLongList(
  chunk: Chunk,
  sink: ObjectSink,
  plain: PlainYamlReader,
): Generator<ManifestObject, number | "all"> {
  const sliced = sliceList(sink.file.text, chunk, sliceLength);
  if (sliced === undefined) return 0;
  const findings: Diagnostic[] = [];
  const fields = listFields(sliced.head, sliced.tail, sink, plain, findings);
  if (fields === undefined) return 0;
  const defaults = itemDefaults(fields);
  let handedOut = 0;
  for (const slice of sliced.slices) {
    const composed = composeAlone(slice, sink, plain, findings);
    const items = composed?.value;
    if (composed === undefined || !Array.isArray(items)) return handedOut;
    for (const finding of findings.splice(0)) sink.report(finding);
    const { positions } = composed;
    for (const [index, value] of (items as readonly unknown[]).entries()) {
      const at = positions?.valueAt[index] ?? slice.start;
      const item = { value, positions: positions?.inside[index], at };
      yield* sink.objectsInItem(item, defaults, handedOut + index);
    }
    handedOut += items.length;
  }
  return "all";
}
