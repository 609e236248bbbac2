import { YAMLException } from "js-yaml";
import type { Event } from "js-yaml";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { DocumentRef, SourceFile, SourcePlace } from "../diagnostics/source-range.ts";
import { chunksOf, contentOf } from "./chunks.ts";
import type { Chunk } from "./chunks.ts";
import { Composer, maxDepth } from "./compose.ts";
import type { ComposedDocument } from "./compose.ts";
import { manifestDiagnostics } from "./diagnostics.ts";
import { ObjectSink } from "./lists.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { ParserAllowance, parseText, tryParse } from "./parse.ts";
import { PlainYamlReader } from "./plain-yaml.ts";
import { readJson } from "./read-json.ts";
import { longList, maxDocumentLength, readLongList } from "./read-long-list.ts";
import { syntaxFinding } from "./template.ts";

/**
 * How much text is parsed at a time: a quarter of a file, within bounds. The parser's start makes a new kind of object
 * each time it is called, and after a few calls V8 gives up on making its property look-ups fast: many small groups take
 * twice the time of a few large ones. Each holds some forty times its length while it is parsed.
 */
const leastGroup = 64 * 1024;
const largestGroup = 1024 * 1024;
/** A file with more broken documents than this is not a file of manifests. */
const maxLostDocuments = 1000;

/** What became of a file. */
export interface ReadSummary {
  /** Objects in the file after lists are taken apart; empty documents do not count. */
  readonly objects: number;
  /** Those of them that could not be read, and of which nothing but their findings is known. */
  readonly lost: readonly DocumentRef[];
}

/**
 * Reads a file's objects, one at a time: what was handed out is not held here. Each means what kubectl would send.
 *
 * a. The text is cut at its `---` lines, as kubectl does.
 * b. JSON, and lists too long to be held as a whole, are read item by item.
 * c. A piece of plain YAML has a reader of its own, which leaves to the parser whatever it does not know.
 * d. Other pieces are parsed in groups: parsing each by itself would cost three times as much, all at once would hold an
 *    event for every word of a file of any size.
 * e. A group in which anything is out of the ordinary is read again piece by piece, so that an error costs one document.
 */
export function* readManifests(
  file: SourceFile,
  report: Report,
): Generator<ManifestObject, ReadSummary> {
  const reader = new FileReader(file, report);
  yield* reader.read();
  return { objects: reader.sink.objects, lost: reader.sink.lost };
}

/** Characters that YAML forbids, and the line breaks that only YAML 1.1 knows. */
const badCharacter =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/;
const oldLineBreaks = "\u0085\u2028\u2029";

class FileReader {
  readonly sink: ObjectSink;
  private readonly text: string;
  private readonly groupLength: number;
  /** True for a text that must be looked at piece by piece. */
  private readonly isOdd: boolean;
  private hasGivenUp = false;
  private readonly plain: PlainYamlReader;
  private readonly allowance = new ParserAllowance();
  /** How many pieces to come are not tried as plain YAML, and how many after the next one that was tried in vain. */
  private untried = 0;
  private patience = 0;

  constructor(file: SourceFile, report: Report) {
    this.sink = new ObjectSink(file, report);
    this.text = file.text;
    this.plain = new PlainYamlReader(file.text);
    this.groupLength = Math.min(
      largestGroup,
      Math.max(leastGroup, Math.ceil(file.text.length / 4)),
    );
    this.isOdd =
      badCharacter.test(file.text) || /\r(?!\n)/.test(file.text) || file.text.includes("\ufeff", 1);
  }

  *read(): Generator<ManifestObject, void> {
    let group: Chunk[] = [];
    let length = 0;
    for (const chunk of chunksOf(this.text)) {
      if (this.isHopeless()) return;
      const contentAt = contentOf(this.text, chunk);
      if (contentAt < 0) continue;
      const code = this.text[contentAt];
      const isJson = code === "{" || code === "[";
      if (isJson || chunk.end - contentAt > longList) {
        yield* this.readGroup(group);
        group = [];
        length = 0;
        if (isJson) {
          if (!(yield* readJson(chunk, contentAt, this.sink))) yield* this.readChunk(chunk);
        } else yield* this.readLong(chunk);
        continue;
      }
      const plain = this.tryPlain(chunk);
      if (plain !== undefined) {
        yield* this.readGroup(group);
        group = [];
        length = 0;
        yield* this.sink.objectsIn(plain, this.text.slice(chunk.start, chunk.end));
        continue;
      }
      group.push(chunk);
      length += chunk.end - chunk.start;
      if (length < this.groupLength) continue;
      yield* this.readGroup(group);
      group = [];
      length = 0;
    }
    yield* this.readGroup(group);
  }

  /**
   * The document of a piece of plain YAML. Where most pieces are something else they are hardly tried: groups that are cut
   * short by a plain piece now and then cost more than it saves.
   */
  private tryPlain(chunk: Chunk): ComposedDocument | undefined {
    if (this.untried > 0) {
      this.untried--;
      return undefined;
    }
    const document = this.plain.read(chunk.start, chunk.end);
    if (document === undefined) {
      this.untried = this.patience;
      this.patience = Math.min(1000, 2 * this.patience + 1);
    } else this.patience >>= 1;
    return document;
  }

  /** Reports and stops where a file is broken all over: a million findings would help nobody. */
  private isHopeless(): boolean {
    if (this.hasGivenUp) return true;
    const last = this.sink.lost[maxLostDocuments];
    if (last === undefined) return false;
    this.hasGivenUp = true;
    const at = { document: last, offset: last.offset, path: "" };
    this.sink.report(manifestDiagnostics.create("YML-X020", { at, limit: maxLostDocuments }));
    return true;
  }

  /** Whether the parser may read on; where it may not, the file is given up at the place given, and that is reported. */
  private mayParse(length: number, offset: number): boolean {
    if (this.allowance.take(length)) return true;
    this.giveUpAt(offset);
    return false;
  }

  private giveUpAt(offset: number): void {
    this.hasGivenUp = true;
    const document = this.sink.next(offset);
    const at = { document, offset, path: "" };
    const limit = ParserAllowance.megabytes;
    this.sink.report(manifestDiagnostics.create("YML-X025", { at, limit }));
    this.sink.lose(document);
  }

  private *readGroup(group: readonly Chunk[]): Generator<ManifestObject, void> {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) return;
    const source = this.text.slice(first.start, last.end);
    const isSingle = this.isOdd || isUnusual(source);
    if (!isSingle && !this.mayParse(source.length, contentOf(this.text, first))) return;
    const events = isSingle ? undefined : tryParse(source);
    if (events === undefined) {
      for (const chunk of group) {
        if (this.isHopeless()) return;
        yield* this.readChunk(chunk);
      }
      return;
    }
    yield* this.objectsOf(events, source, first.start, group);
  }

  /** The objects of parsed text whose chunks are given. */
  private *objectsOf(
    events: readonly Event[],
    source: string,
    base: number,
    chunks: readonly Chunk[],
    skipItems = 0,
  ): Generator<ManifestObject, void> {
    let document = this.sink.next(base);
    const composer = new Composer(events, {
      source,
      base,
      placeAt: (offset) => ({ document, offset, path: "" }),
      report: this.sink.report,
    });
    let chunkIndex = 0;
    while (composer.more()) {
      if (this.isHopeless()) return;
      document = this.sink.next(composer.startOfNext());
      const composed = composer.document();
      while ((chunks[chunkIndex]?.end ?? Infinity) <= composed.at) chunkIndex++;
      const chunk = chunks[chunkIndex];
      if (composed.lost) this.sink.lose(document);
      else {
        const isWhole = chunk !== undefined && !(chunks.length === 1 && composer.more());
        const text = isWhole ? this.text.slice(chunk.start, chunk.end) : undefined;
        yield* this.sink.objectsIn(composed, text, skipItems);
      }
      if (chunks.length === 1 && composer.more()) {
        this.reportUnseparated(composer.startOfNext());
        return;
      }
    }
  }

  private *readLong(chunk: Chunk): Generator<ManifestObject, void> {
    const rest = this.isOdd
      ? { handedOut: 0, at: chunk.start }
      : yield* readLongList(chunk, this.sink, this.plain, this.allowance);
    if (rest === "all") return;
    if (this.allowance.isSpent) this.giveUpAt(contentOf(this.text, { ...chunk, start: rest.at }));
    else
      yield* this.readChunk(
        chunk,
        rest.handedOut,
        contentOf(this.text, { ...chunk, start: rest.at }),
      );
  }

  /**
   * A piece by itself, which holds one document if all is well; of a list, what comes after the first `skipItems`, and where
   * the first item stands for which it must be read as a whole.
   */
  private *readChunk(
    chunk: Chunk,
    skipItems = 0,
    oddAt = contentOf(this.text, chunk),
  ): Generator<ManifestObject, void> {
    const source = this.text.slice(chunk.start, chunk.end);
    const place = (offset: number): SourcePlace => ({
      document: this.sink.next(contentOf(this.text, chunk)),
      offset: chunk.start + offset,
      path: "",
    });
    const bad = badCharacter.exec(source);
    if (bad !== null) {
      const at = place(bad.index);
      const character = `U+${bad[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
      const problem = oldLineBreaks.includes(bad[0])
        ? "some readers of YAML take for a line break"
        : "is not allowed in YAML";
      this.sink.report(manifestDiagnostics.create("YML-X014", { at, character, problem }));
      this.sink.lose(at.document);
      return;
    }
    if (source.includes("%") && isOnlyDirectives(source)) {
      this.sink.report(manifestDiagnostics.create("YML-X016", { at: place(source.indexOf("%")) }));
      return;
    }
    if (source.length > maxDocumentLength) {
      const at = { ...place(0), offset: oddAt };
      const limit = maxDocumentLength / 1024 / 1024;
      this.sink.report(manifestDiagnostics.create("YML-X024", { at, limit }));
      this.sink.lose(at.document);
      return;
    }
    if (!this.mayParse(source.length, contentOf(this.text, chunk))) return;
    let events: readonly Event[];
    try {
      events = parseText(source);
    } catch (error) {
      this.reportSyntax(error, place);
      return;
    }
    yield* this.objectsOf(events, source, chunk.start, [chunk], skipItems);
  }

  private reportSyntax(error: unknown, place: (offset: number) => SourcePlace): void {
    const isYaml = error instanceof YAMLException;
    if (!isYaml && !(error instanceof RangeError)) throw error;
    const at = place(isYaml ? (error.mark?.position ?? 0) : 0);
    this.sink.report(
      isYaml && !error.reason.startsWith("nesting exceeded")
        ? syntaxFinding(at, error.reason)
        : manifestDiagnostics.create("YML-X010", { at, limit: maxDepth }),
    );
    this.sink.lose(at.document);
  }

  private reportUnseparated(offset: number): void {
    const document = this.sink.next(offset);
    this.sink.report(
      manifestDiagnostics.create("YML-X015", { at: { document, offset, path: "" } }),
    );
    this.sink.lose(document);
  }
}

/** True for a piece with `%YAML` or `%TAG` directives and nothing that they are about. */
function isOnlyDirectives(source: string): boolean {
  let found = false;
  for (const line of source.split("\n")) {
    if (/^%(?:YAML|TAG)\b/.test(line)) found = true;
    else if (!/^[ \t\r]*(?:#|$)/.test(line)) return false;
  }
  return found;
}

/** True for text in which `---` is not the only thing that parts documents. */
function isUnusual(source: string): boolean {
  return (
    source.includes("\n...") ||
    source.startsWith("...") ||
    source.includes("\n%") ||
    source.startsWith("%")
  );
}
