import { EVENT_ID, SCALAR_STYLE } from "js-yaml";
import type { AliasEvent, Event, MappingEvent, ScalarEvent, SequenceEvent } from "js-yaml";
import type { Diagnostic, Related } from "../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import { InternalError, invariant } from "../base/invariant.ts";
import { manifestDiagnostics } from "./diagnostics.ts";
import { DocumentFindings } from "./document-findings.ts";
import { ownTag, startOfEvent, textOfEvent } from "./event-text.ts";
import { Positions } from "./positions.ts";
import { plainKey, resolvePlain, resolveTagged } from "./scalar.ts";
import { keyFinding } from "./template.ts";

/** How deep values may be nested, in the text and by aliases. Objects of the API stay under 50. */
export const maxDepth = 400;
/** How many values the aliases of a document may bring beyond the number that the document itself holds. */
export const maxAliasedValues = 100_000;

/** One document, composed. `lost` says that errors were reported and the value must not be used. */
export interface ComposedDocument {
  readonly value: unknown;
  readonly positions: Positions | undefined;
  /** Offset of the value in the file. */
  readonly at: number;
  readonly lost: boolean;
}

export interface ComposeContext {
  /** The text that the events were made from, and where in the file it begins. */
  readonly source: string;
  readonly base: number;
  /** The place of an offset in the file, for findings about the document now composed. */
  readonly placeAt: (offset: number) => SourcePlace;
  readonly report: (diagnostic: Diagnostic) => void;
}

interface Anchor {
  readonly value: unknown;
  readonly inside: Positions | undefined;
  /** How many values there are in it, aliases expanded. */
  readonly size: number;
  readonly height: number;
}

export function newMapping(): Record<string, unknown> {
  // Without a prototype `__proto__` and `constructor` are keys like any other.
  return Object.create(null) as Record<string, unknown>;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Makes values from the parser's events, with the offsets of all keys and values. Differs from the parser's own
 * construction in the meaning of scalars and merge keys (kubectl's), in going on after an error, and in its bounds.
 */
export class Composer {
  private readonly events: readonly Event[];
  private readonly context: ComposeContext;
  private readonly source: string;
  private readonly base: number;
  private next = 0;

  private anchors = new Map<string, Anchor | "open">();
  private findings: DocumentFindings;
  /** Values of this document so far, aliases expanded; and those of them that aliases brought. */
  private size = 0;
  private aliased = 0;
  private aliasLimit = maxAliasedValues;
  private depth = 0;

  // What `node` has just read, beside its value: offset, positions inside, height.
  private nodeAt = 0;
  private nodeInside: Positions | undefined = undefined;
  private nodeHeight = 0;

  constructor(events: readonly Event[], context: ComposeContext) {
    this.events = events;
    this.context = context;
    this.source = context.source;
    this.base = context.base;
    this.findings = new DocumentFindings(context.report);
  }

  /** True while there is a document left. */
  more(): boolean {
    return this.next < this.events.length;
  }

  /** The offset in the file where the next document's value begins. */
  startOfNext(): number {
    const event = this.events[this.next + 1];
    return event === undefined ? this.base : this.startOf(event, this.base);
  }

  document(): ComposedDocument {
    const opening = this.events[this.next++];
    invariant(opening?.type === EVENT_ID.DOCUMENT, "a document event comes first");
    this.anchors = new Map();
    this.findings = new DocumentFindings(this.context.report);
    this.size = 0;
    this.aliased = 0;
    this.aliasLimit = Math.max(maxAliasedValues, this.events.length);
    this.depth = 0;
    const value = this.node(this.base);
    const at = this.nodeAt;
    const positions = this.nodeInside;
    const closing = this.events[this.next++];
    invariant(closing?.type === EVENT_ID.POP, "a document has one value");
    return { value, positions, at, lost: this.findings.lost };
  }

  /** Reads one value. `emptyAt` is the place of a value that has no text, which is that of its key. */
  private node(emptyAt: number): unknown {
    const event = this.events[this.next++];
    if (event?.type === EVENT_ID.SCALAR) return this.scalar(event, emptyAt);
    if (event?.type === EVENT_ID.ALIAS) return this.alias(event);
    if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) {
      return this.collection(event, emptyAt);
    }
    throw new InternalError("a value was expected");
  }

  private scalar(event: ScalarEvent, emptyAt: number): unknown {
    this.size++;
    this.nodeInside = undefined;
    this.nodeHeight = 0;
    const value = this.scalarValue(event, emptyAt);
    this.nodeAt = this.startOf(event, emptyAt);
    this.remember(event, value);
    return value;
  }

  private remember(event: ScalarEvent, value: unknown): void {
    if (event.anchorStart < 0) return;
    const name = this.source.slice(event.anchorStart, event.anchorEnd);
    this.anchors.set(name, { value, inside: undefined, size: 1, height: 0 });
  }

  private scalarValue(event: ScalarEvent, emptyAt: number): unknown {
    const text = textOfEvent(event, this.source);
    if (event.tagStart >= 0) return this.taggedValue(event, text, emptyAt);
    if (event.style !== SCALAR_STYLE.PLAIN) return text;
    const value = resolvePlain(text);
    if (typeof value === "number" && !Number.isFinite(value)) {
      this.findings.fail(() =>
        manifestDiagnostics.create("YML-X011", {
          at: this.context.placeAt(this.startOf(event, emptyAt)),
          text,
        }),
      );
    }
    return value;
  }

  private taggedValue(event: ScalarEvent, text: string, emptyAt: number): unknown {
    const raw = this.source.slice(event.tagStart, event.tagEnd);
    const tag = ownTag(raw);
    const at = this.context.placeAt(this.startOf(event, emptyAt));
    if (tag === undefined) {
      // A lone `!` says "this is text"; any other tag of the user's own means nothing to kubectl.
      if (raw !== "!")
        this.findings.note(() => manifestDiagnostics.create("YML-X013", { at, tag: raw, text }));
      return text;
    }
    const value = resolveTagged(tag, text);
    if (value === undefined) {
      this.findings.fail(() => manifestDiagnostics.create("YML-X012", { at, text, tag: raw }));
    } else if (typeof value === "number" && !Number.isFinite(value)) {
      this.findings.fail(() => manifestDiagnostics.create("YML-X011", { at, text }));
    }
    return value;
  }

  private collection(event: MappingEvent | SequenceEvent, emptyAt: number): unknown {
    const at = this.startOf(event, emptyAt);
    const name =
      event.anchorStart >= 0 ? this.source.slice(event.anchorStart, event.anchorEnd) : undefined;
    if (name !== undefined) this.anchors.set(name, "open");
    const before = this.size++;
    this.depth++;
    const isMap = event.type === EVENT_ID.MAPPING;
    const inside = new Positions(isMap ? [] : undefined);
    const value = isMap ? this.mapping(inside, at) : this.sequence(inside, at);
    const height = this.nodeHeight + 1;
    this.next++;
    this.depth--;
    if (name !== undefined) {
      const size = this.size - before;
      this.anchors.set(name, { value, inside, size, height });
    }
    this.nodeAt = at;
    this.nodeInside = inside;
    this.nodeHeight = height;
    return value;
  }

  private sequence(positions: Positions, at: number): unknown[] {
    const items: unknown[] = [];
    let height = 0;
    while (!this.atEnd()) {
      items.push(this.node(at));
      positions.valueAt.push(this.nodeAt);
      positions.inside.push(this.nodeInside);
      if (this.nodeHeight > height) height = this.nodeHeight;
    }
    this.nodeHeight = height;
    return items;
  }

  private mapping(positions: Positions, at: number): Record<string, unknown> {
    const fields = newMapping();
    /** Keys that came by `<<` and that an own key may still replace. */
    let merged: Set<string> | undefined;
    let height = 0;
    while (!this.atEnd()) {
      const keyEvent = this.events[this.next];
      const keyAt = keyEvent === undefined ? at : this.startOf(keyEvent, at);
      if (keyEvent?.type === EVENT_ID.SCALAR && this.isMergeKey(keyEvent)) {
        this.next++;
        merged ??= new Set();
        this.merge(fields, positions, merged, keyAt);
      } else {
        const key = this.key(keyAt);
        const value = this.node(keyAt);
        if (key !== undefined) {
          if (key in fields && merged?.delete(key) !== true) {
            this.findings.fail(() =>
              manifestDiagnostics.create("YML-X002", this.repeated(positions, key, keyAt)),
            );
          }
          fields[key] = value;
          this.place(positions, key, keyAt, this.nodeAt, this.nodeInside);
        }
      }
      if (this.nodeHeight > height) height = this.nodeHeight;
    }
    this.nodeHeight = height;
    return fields;
  }

  /** What to say of a key that its mapping has already. The mapping is not complete, so its index is not yet asked. */
  private repeated(
    positions: Positions,
    key: string,
    keyAt: number,
  ): { readonly at: SourcePlace; readonly key: string; readonly related: readonly Related[] } {
    const first = positions.keyAt[positions.names?.indexOf(key) ?? -1] ?? keyAt;
    const related = [{ message: "given here before", at: this.context.placeAt(first) }];
    return { at: this.context.placeAt(keyAt), key, related };
  }

  private place(
    positions: Positions,
    key: string,
    keyAt: number,
    valueAt: number,
    inside: Positions | undefined,
  ): void {
    positions.names?.push(key);
    positions.keyAt.push(keyAt);
    positions.valueAt.push(valueAt);
    positions.inside.push(inside);
  }

  /** Reads a key, which becomes text; undefined (and reported) where it cannot. */
  private key(keyAt: number): string | undefined {
    const event = this.events[this.next];
    if (event?.type !== EVENT_ID.SCALAR || event.tagStart >= 0) return this.unusualKey(keyAt);
    this.next++;
    this.size++;
    const text = textOfEvent(event, this.source);
    const value = event.style === SCALAR_STYLE.PLAIN ? resolvePlain(text) : text;
    this.remember(event, value);
    if (typeof value === "string") return value;
    const read = plainKey(text);
    const at = this.context.placeAt(keyAt);
    if (read === undefined) {
      const what = value === null ? "null" : "an integer beyond 64 bits";
      this.findings.fail(() => manifestDiagnostics.create("YML-X003", { at, what }));
    } else if (read !== text) {
      this.findings.note(() => manifestDiagnostics.create("YML-X004", { at, written: text, read }));
    }
    return read;
  }

  private unusualKey(keyAt: number): string | undefined {
    const value = this.node(keyAt);
    if (typeof value === "string") return value;
    if (typeof value === "boolean" || typeof value === "number") return plainKey(String(value));
    // An undefined value is one that was reported already.
    if (value === undefined) return undefined;
    const what = value === null ? "null" : Array.isArray(value) ? "a sequence" : "a mapping";
    this.findings.fail(() => keyFinding(this.context.placeAt(keyAt), what));
    return undefined;
  }

  private isMergeKey(event: ScalarEvent): boolean {
    const { valueStart, valueEnd } = event;
    if (valueEnd - valueStart !== 2 || event.style !== SCALAR_STYLE.PLAIN) return false;
    if (
      this.source.charCodeAt(valueStart) !== 60 ||
      this.source.charCodeAt(valueStart + 1) !== 60
    ) {
      return false;
    }
    return (
      event.tagStart < 0 || ownTag(this.source.slice(event.tagStart, event.tagEnd)) === "merge"
    );
  }

  /** `<<` takes a mapping, an alias of one, or a sequence of those, the first of which wins. An alias of a sequence is refused. */
  private merge(
    fields: Record<string, unknown>,
    positions: Positions,
    merged: Set<string>,
    keyAt: number,
  ): void {
    const event = this.events[this.next];
    const value = this.node(keyAt);
    const inside = this.nodeInside;
    const sources: [unknown, Positions | undefined][] =
      event?.type === EVENT_ID.SEQUENCE && Array.isArray(value)
        ? value.map((item: unknown, index) => [item, inside?.inside[index]])
        : [[value, inside]];
    const mine = new Set<string>();
    for (const [source, from] of sources) {
      if (!isMapping(source) || from?.names === undefined) {
        const at = this.context.placeAt(keyAt);
        if (source !== undefined)
          this.findings.fail(() => manifestDiagnostics.create("YML-X005", { at }));
        return;
      }
      for (const key of Object.keys(source)) {
        if (mine.has(key)) continue;
        mine.add(key);
        const index = from.find(key);
        if (key in fields) {
          this.findings.fail(() =>
            manifestDiagnostics.create("YML-X006", this.repeated(positions, key, keyAt)),
          );
        }
        fields[key] = source[key];
        merged.add(key);
        const valueAt = from.valueAt[index] ?? keyAt;
        this.place(positions, key, from.keyAt[index] ?? keyAt, valueAt, from.inside[index]);
      }
    }
  }

  private alias(event: AliasEvent): unknown {
    const name = this.source.slice(event.anchorStart, event.anchorEnd);
    const at = this.base + event.anchorStart - 1;
    this.nodeAt = at;
    this.nodeInside = undefined;
    this.nodeHeight = 0;
    const anchor = this.anchors.get(name);
    if (anchor === undefined || anchor === "open") {
      const code = anchor === undefined ? "YML-X007" : "YML-X008";
      this.findings.fail(() =>
        manifestDiagnostics.create(code, { at: this.context.placeAt(at), name: `*${name}` }),
      );
      return undefined;
    }
    this.size += anchor.size;
    this.aliased += anchor.size;
    if (this.aliased > this.aliasLimit) {
      // What comes after the first alias too many is not even looked at, and not reported again.
      if (this.aliased - anchor.size <= this.aliasLimit) {
        const limit = this.aliasLimit;
        const place = this.context.placeAt(at);
        this.findings.fail(() => manifestDiagnostics.create("YML-X009", { at: place, limit }));
      }
      return undefined;
    }
    if (this.depth + anchor.height > maxDepth) {
      const place = this.context.placeAt(at);
      this.findings.fail(() =>
        manifestDiagnostics.create("YML-X010", { at: place, limit: maxDepth }),
      );
    }
    this.nodeInside = anchor.inside;
    this.nodeHeight = anchor.height;
    return anchor.value;
  }

  private atEnd(): boolean {
    return this.events[this.next]?.type === EVENT_ID.POP;
  }

  private startOf(event: Event, emptyAt: number): number {
    const start = startOfEvent(event, this.source);
    return start < 0 ? emptyAt : this.base + start;
  }
}
