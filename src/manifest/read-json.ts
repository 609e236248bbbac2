import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Chunk } from "./chunks.ts";
import { manifestDiagnostics } from "./diagnostics.ts";
import { JsonReader, JsonSyntaxError } from "./json.ts";
import { isList, itemDefaults } from "./lists.ts";
import type { ObjectSink } from "./lists.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { longList } from "./read-long-list.ts";

/**
 * Reads the JSON values of a chunk, one after the other. False, and nothing reported or handed out, where the chunk does
 * not begin with JSON: it may still be YAML.
 */
export function* readJson(
  chunk: Chunk,
  contentAt: number,
  sink: ObjectSink,
): Generator<ManifestObject, boolean> {
  const { text } = sink.file;
  let document = sink.next(contentAt);
  // Findings wait until their value is read whole, since YAML may yet have to read it again.
  let pending: Diagnostic[] = [];
  const flush = (): void => {
    for (const finding of pending) sink.report(finding);
    pending = [];
  };
  const json = new JsonReader(text, contentAt, chunk.end, {
    placeAt: (offset) => ({ document, offset, path: "" }),
    report: (finding) => pending.push(finding),
  });
  let isUntouched = true;
  try {
    while (json.skipToNext()) {
      const start = json.offset;
      document = sink.next(start);
      const isLong = chunk.end - start > longList && text[start] === "{";
      const around = isLong ? json.readAround() : undefined;
      const fields = around?.value as Readonly<Record<string, unknown>> | undefined;
      if (around?.itemsAt !== undefined && fields !== undefined && isList(fields) && !around.lost) {
        const end = json.offset;
        isUntouched = false;
        flush();
        const defaults = itemDefaults(fields);
        let hasItem = json.enterItems(around.itemsAt);
        for (let index = 0; hasItem; index++) {
          document = sink.next(json.offset);
          const item = json.read();
          flush();
          if (item.lost) sink.lose(document);
          else yield* sink.objectsInItem(item, defaults, index);
          hasItem = json.nextItem();
        }
        json.seek(end);
        continue;
      }
      if (around !== undefined) {
        pending = [];
        json.seek(start);
      }
      const located = json.read();
      const end = json.offset;
      isUntouched = false;
      flush();
      if (located.lost) sink.lose(document);
      else yield* sink.objectsIn(located, text.slice(start, end));
    }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    if (isUntouched) return false;
    document = sink.next(json.offset);
    const at = { document, offset: error.offset, path: "" };
    sink.report(manifestDiagnostics.create("YML-X001", { at, reason: error.message }));
    sink.lose(document);
  }
  return true;
}
