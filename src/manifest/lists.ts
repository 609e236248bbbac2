import type { Report } from "../diagnostics/diagnostic.ts";
import { pathText } from "../diagnostics/source-range.ts";
import type { DocumentRef, SourceFile, SourcePlace } from "../diagnostics/source-range.ts";
import { newMapping } from "./compose.ts";
import { manifestDiagnostics } from "./diagnostics.ts";
import type { ManifestObject, PathStep } from "./manifest-object.ts";
import { offsetOf } from "./positions.ts";
import type { Positions } from "./positions.ts";

const maxListDepth = 8;

/** A value with its places, before it is known what object or objects it holds. */
export interface LocatedValue {
  readonly value: unknown;
  readonly positions: Positions | undefined;
  readonly at: number;
}

/** What a list says of its items that leave it out themselves. */
export interface ItemDefaults {
  readonly apiVersion?: unknown;
  readonly kind?: string;
}

class ReadObject implements ManifestObject {
  readonly document: DocumentRef;
  readonly value: unknown;
  private readonly positions: Positions | undefined;
  private readonly text: string | undefined;

  constructor(
    document: DocumentRef,
    value: unknown,
    positions: Positions | undefined,
    text: string | undefined,
  ) {
    this.document = document;
    this.value = value;
    this.positions = positions;
    this.text = text;
  }

  placeOf(path: readonly PathStep[], part: "key" | "value" = "value"): SourcePlace {
    const offset = offsetOf(this.positions, this.document.offset, path, part);
    return { document: this.document, offset, path: pathText(path) };
  }

  sourceText(): string | undefined {
    return this.text;
  }
}

/** Hands out the objects of one file: gives them their numbers, and keeps account of those that are lost. */
export class ObjectSink {
  readonly file: SourceFile;
  readonly report: Report;
  readonly lost: DocumentRef[] = [];
  private count = 0;

  constructor(file: SourceFile, report: Report) {
    this.file = file;
    this.report = report;
  }

  /** How many objects the file has so far, lost ones among them. */
  get objects(): number {
    return this.count;
  }

  /** The reference that the next object will have. */
  next(offset: number): DocumentRef {
    return { file: this.file, index: this.count, offset };
  }

  lose(document: DocumentRef): void {
    this.count++;
    this.lost.push(document);
  }

  /**
   * The objects in a document's value: itself, or the items of the list that it is, less the first few if those were
   * handed out before.
   */
  *objectsIn(
    located: LocatedValue,
    text: string | undefined,
    skipItems = 0,
  ): Generator<ManifestObject, void> {
    // An empty document is no object and is not counted.
    if (located.value !== null) yield* this.unpack(located, {}, 0, [], text, skipItems);
  }

  /** The objects in one item of a list that was not read as a whole. */
  *objectsInItem(
    item: LocatedValue,
    defaults: ItemDefaults,
    index: number,
  ): Generator<ManifestObject, void> {
    yield* this.unpack(item, defaults, 1, ["items", index]);
  }

  private *unpack(
    located: LocatedValue,
    defaults: ItemDefaults,
    depth: number,
    path: readonly PathStep[],
    text?: string,
    skipItems = 0,
  ): Generator<ManifestObject, void> {
    const { value, positions, at } = located;
    const document = this.next(at);
    const place = { document, offset: at, path: pathText(path) };
    if (Array.isArray(value)) {
      if (depth === 0) yield* this.elements(located, {}, 1, []);
      else this.notAnObject(place, "a sequence");
      return;
    }
    if (typeof value !== "object" || value === null) {
      this.notAnObject(place, kindOf(value));
      return;
    }
    const fields = value as Readonly<Record<string, unknown>>;
    if (!isList(fields)) {
      this.count++;
      yield new ReadObject(document, withDefaults(fields, defaults), positions, text);
      return;
    }
    const items = fields["items"];
    const itemsPath = [...path, "items"];
    const itemsIndex = positions?.find("items") ?? -1;
    const itemsAt = positions?.valueAt[itemsIndex] ?? at;
    const itemsPlace = { document, offset: itemsAt, path: pathText(itemsPath) };
    if (items === undefined || items === null) return;
    if (!Array.isArray(items)) {
      const what = kindOf(items);
      this.report(
        manifestDiagnostics.create("YML-X018", {
          at: itemsPlace,
          kind: String(fields["kind"]),
          what,
        }),
      );
      this.lose(document);
    } else if (depth >= maxListDepth) {
      this.report(manifestDiagnostics.create("YML-X019", { at: itemsPlace, limit: maxListDepth }));
      this.lose(document);
    } else {
      const inside = positions?.inside[itemsIndex];
      const list = { value: items, positions: inside, at: itemsAt };
      yield* this.elements(list, itemDefaults(fields), depth + 1, itemsPath, skipItems);
    }
  }

  private *elements(
    { value, positions, at }: LocatedValue,
    defaults: ItemDefaults,
    depth: number,
    path: readonly PathStep[],
    skip = 0,
  ): Generator<ManifestObject, void> {
    for (const [index, item] of (value as readonly unknown[]).entries()) {
      if (index < skip) continue;
      const itemAt = positions?.valueAt[index] ?? at;
      const located = { value: item, positions: positions?.inside[index], at: itemAt };
      yield* this.unpack(located, defaults, depth, [...path, index]);
    }
  }

  private notAnObject(at: SourcePlace, what: string): void {
    this.report(manifestDiagnostics.create("YML-X017", { at, what }));
    this.lose(at.document);
  }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a sequence";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "a number";
  return typeof value === "boolean" ? `\`${String(value)}\`` : "a mapping";
}

/** True for a list of objects, as opposed to an object whose kind happens to end in List. */
export function isList(fields: Readonly<Record<string, unknown>>): boolean {
  const kind = fields["kind"];
  if (typeof kind !== "string" || !kind.endsWith("List")) return false;
  // A custom kind may well be called AllowList; without items it is an object like any other.
  return kind === "List" || "items" in fields;
}

/** Items of a typed list, as the API server sends them, may leave out what the list's own kind says. */
export function itemDefaults(list: Readonly<Record<string, unknown>>): ItemDefaults {
  const kind = list["kind"];
  if (typeof kind !== "string" || kind === "List" || !kind.endsWith("List")) return {};
  return { apiVersion: list["apiVersion"], kind: kind.slice(0, -"List".length) };
}

function withDefaults(
  fields: Readonly<Record<string, unknown>>,
  { apiVersion, kind }: ItemDefaults,
): unknown {
  const lacksVersion = apiVersion !== undefined && (fields["apiVersion"] ?? null) === null;
  const lacksKind = kind !== undefined && (fields["kind"] ?? null) === null;
  if (!lacksVersion && !lacksKind) return fields;
  // An alias may have brought the item, so the value itself must stay as it is.
  const whole = newMapping();
  if (lacksVersion) whole["apiVersion"] = apiVersion;
  if (lacksKind) whole["kind"] = kind;
  for (const [key, value] of Object.entries(fields)) whole[key] ??= value;
  return whole;
}
