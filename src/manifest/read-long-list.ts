import { EVENT_ID } from "js-yaml";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Chunk } from "./chunks.ts";
import { Composer } from "./compose.ts";
import type { ComposedDocument } from "./compose.ts";
import { itemsOf, sliceList } from "./list-slices.ts";
import { isList, itemDefaults } from "./lists.ts";
import type { ObjectSink } from "./lists.ts";
import type { ManifestObject } from "./manifest-object.ts";
import type { ParserAllowance } from "./parse.ts";
import { tryParse } from "./parse.ts";
import type { PlainYamlReader } from "./plain-yaml.ts";

/** A list longer than this is read item by item, and not as a whole. */
export const longList = 512 * 1024;
/** A document longer than this is not read. The API server takes no object of half that size. */
export const maxDocumentLength = 4 * 1024 * 1024;
const sliceLength = 64 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/** What reads the pieces of a list, and what it has found in the one that it reads now. */
interface PieceReader {
  readonly sink: ObjectSink;
  readonly plain: PlainYamlReader;
  readonly allowance: ParserAllowance;
  readonly findings: Diagnostic[];
}

/** One document by itself; undefined where it has any error, or an alias, whose anchor may lie elsewhere. */
function composeAlone(
  chunk: Chunk,
  { sink, plain, allowance, findings }: PieceReader,
): ComposedDocument | undefined {
  const read = plain.read(chunk.start, chunk.end);
  if (read !== undefined) return read;
  if (chunk.end - chunk.start > maxDocumentLength) return undefined;
  if (!allowance.take(chunk.end - chunk.start)) return undefined;
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
function listFields(head: Chunk, tail: Chunk, reader: PieceReader): Fields | undefined {
  const before = fieldsOf(composeAlone(head, reader));
  if (before === undefined) return undefined;
  const isTailEmpty = reader.sink.file.text.slice(tail.start, tail.end).trim() === "";
  const behind = isTailEmpty ? {} : fieldsOf(composeAlone(tail, reader));
  if (behind === undefined || Object.keys(behind).some((key) => key in before)) return undefined;
  const fields = { ...before, ...behind };
  return isList(fields) ? fields : undefined;
}

interface Piece {
  readonly piece: Chunk;
  readonly composed: ComposedDocument | undefined;
}

/**
 * A slice in one piece, where it is plain; else in pieces that are plain and those between them that are not, so that little
 * is parsed. Where those cannot be read together they come one by one.
 */
function* piecesOf(slice: Chunk, reader: PieceReader): Generator<Piece, void> {
  const { plain } = reader;
  const { text } = reader.sink.file;
  const whole = plain.read(slice.start, slice.end);
  if (whole !== undefined) {
    yield { piece: slice, composed: whole };
    return;
  }
  let oddStart = slice.start;
  for (const item of itemsOf(text, slice)) {
    const composed = plain.read(item.start, item.end);
    if (composed === undefined) continue;
    yield* oddPieces({ start: oddStart, end: item.start }, reader);
    yield { piece: item, composed };
    oddStart = item.end;
  }
  yield* oddPieces({ start: oddStart, end: slice.end }, reader);
}

function* oddPieces(odd: Chunk, reader: PieceReader): Generator<Piece, void> {
  if (odd.start === odd.end) return;
  const composed = composeAlone(odd, reader);
  if (composed !== undefined) yield { piece: odd, composed };
  else {
    for (const piece of itemsOf(reader.sink.file.text, odd)) {
      reader.findings.length = 0;
      yield { piece, composed: composeAlone(piece, reader) };
    }
  }
}

/** Where the reading of a list by pieces ended: how many items were handed out, and where the piece begins that was not. */
export interface ListRest {
  readonly handedOut: number;
  readonly at: number;
}

/**
 * Reads a long list in block style a few items at a time. The answer is where anything out of the ordinary was met (no item
 * was handed out, if the chunk is no such list), or "all". Nothing is reported about the rest.
 */
export function* readLongList(
  chunk: Chunk,
  sink: ObjectSink,
  plain: PlainYamlReader,
  allowance: ParserAllowance,
): Generator<ManifestObject, ListRest | "all"> {
  const nothing = { handedOut: 0, at: chunk.start };
  const sliced = sliceList(sink.file.text, chunk, sliceLength);
  if (sliced === undefined) return nothing;
  const findings: Diagnostic[] = [];
  const reader: PieceReader = { sink, plain, allowance, findings };
  const fields = listFields(sliced.head, sliced.tail, reader);
  if (fields === undefined) return nothing;
  const defaults = itemDefaults(fields);
  let handedOut = 0;
  for (const slice of sliced.slices) {
    for (const { piece, composed } of piecesOf(slice, reader)) {
      const items = composed?.value;
      if (composed === undefined || !Array.isArray(items)) return { handedOut, at: piece.start };
      for (const finding of findings.splice(0)) sink.report(finding);
      const { positions } = composed;
      for (const [index, value] of (items as readonly unknown[]).entries()) {
        const at = positions?.valueAt[index] ?? piece.start;
        const item = { value, positions: positions?.inside[index], at };
        yield* sink.objectsInItem(item, defaults, handedOut + index);
      }
      handedOut += items.length;
    }
  }
  return "all";
}
