import type { Report } from "../diagnostics/diagnostic.ts";
import { pathText } from "../diagnostics/source-range.ts";
import type { DocumentRef, SourcePlace } from "../diagnostics/source-range.ts";
import type { ManifestObject, PathStep } from "../manifest/manifest-object.ts";
import { inventoryDiagnostics } from "./diagnostics.ts";
import { isLabelKey, isLabelValue } from "./label-syntax.ts";

export type Mapping = Readonly<Record<string, unknown>>;
export type Labels = Readonly<Record<string, string>>;
type Path = readonly PathStep[];

export function asMapping(value: unknown): Mapping | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Mapping)
    : undefined;
}

const NO_LABELS: Labels = {};

/**
 * One object while it is read for facts. Nothing about it has been checked: each field is asked for with the type that it
 * must have. A field that is not there or null gives undefined; one of another type too, and that is reported and
 * remembered in `sound`.
 */
export class FactReading {
  readonly kind: string;
  readonly #object: ManifestObject;
  readonly #report: Report;
  #name = "";
  #sound = true;
  readonly #wrongFields = new Set<string>();

  constructor(object: ManifestObject, kind: string, report: Report) {
    this.#object = object;
    this.kind = kind;
    this.#report = report;
  }

  get document(): DocumentRef {
    return this.#object.document;
  }

  get name(): string {
    return this.#name;
  }

  setName(name: string): void {
    this.#name = name;
  }

  /** False once a field was found that the API server would have refused. */
  get sound(): boolean {
    return this.#sound;
  }

  place(path: Path, part?: "key" | "value"): SourcePlace {
    return this.#object.placeOf(path, part);
  }

  /** A finding after which the object counts like every other. */
  add: Report = (diagnostic) => {
    this.#report(diagnostic);
  };

  #wrong(path: Path, expected: string): void {
    this.#sound = false;
    const field = pathText(path);
    // Several fields may be looked for in one thing that should have been a mapping.
    if (this.#wrongFields.has(field)) return;
    this.#wrongFields.add(field);
    this.add(
      inventoryDiagnostics.create("INV-X001", {
        at: this.place(path),
        field,
        kind: this.kind,
        name: this.#name,
        expected,
      }),
    );
  }

  /** The value at a path; undefined as soon as a step leads nowhere. A step into something of another type is reported. */
  #at(path: Path): unknown {
    let value: unknown = this.#object.value;
    for (const [depth, step] of path.entries()) {
      if (value === undefined || value === null) return undefined;
      if (typeof step === "number") {
        value = Array.isArray(value) ? (value as readonly unknown[])[step] : undefined;
        continue;
      }
      const mapping = asMapping(value);
      if (mapping === undefined) {
        this.#wrong(path.slice(0, depth), "a mapping");
        return undefined;
      }
      value = Object.hasOwn(mapping, step) ? mapping[step] : undefined;
    }
    return value ?? undefined;
  }

  #read<Value>(
    path: Path,
    expected: string,
    convert: (value: unknown) => Value | undefined,
  ): Value | undefined {
    const value = this.#at(path);
    if (value === undefined) return undefined;
    const converted = convert(value);
    if (converted === undefined) this.#wrong(path, expected);
    return converted;
  }

  mapping(path: Path): Mapping | undefined {
    return this.#read(path, "a mapping", asMapping);
  }

  list(path: Path): readonly unknown[] {
    return this.#read(path, "a list", asList) ?? [];
  }

  text(path: Path): string | undefined {
    return this.#read(path, "text", (value) => (typeof value === "string" ? value : undefined));
  }

  flag(path: Path): boolean {
    const asFlag = (value: unknown): boolean | undefined =>
      typeof value === "boolean" ? value : undefined;
    return this.#read(path, "`true` or `false`", asFlag) ?? false;
  }

  /** A port number. */
  port(path: Path): number | undefined {
    return this.#read(path, "a port number", asPort);
  }

  /** A port number or the name of a port. All digits is neither: as text it is no port's name. */
  portOrName(path: Path): number | string | undefined {
    const value = this.#at(path);
    // The API server takes these for nothing, too. (kubernetes: pkg/apis/core/v1/defaults.go `SetDefaults_Service`)
    if (value === 0 || value === "") return undefined;
    return this.#read(path, "a port number or name", (given) =>
      typeof given === "string" && /[a-z]/.test(given) ? given : asPort(given),
    );
  }

  /** The number of a protocol with ports; TCP where none is named, as the API server fills it in. */
  protocol(path: Path): number | undefined {
    const value = this.#at(path);
    if (value === undefined || value === "") return PROTOCOLS.get("TCP");
    return this.#read(path, "`TCP`, `UDP` or `SCTP`", (given) =>
      typeof given === "string" ? PROTOCOLS.get(given) : undefined,
    );
  }

  /** Labels, or a selector that is a map of them; a label that is none is reported, left out, and makes this unsound. */
  labels(path: Path): Labels {
    const mapping = this.mapping(path);
    if (mapping === undefined) return NO_LABELS;
    const labels: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [key, value] of Object.entries(mapping)) {
      if (typeof value !== "string") {
        this.#badLabel("INV-S001", [...path, key], key, "");
      } else if (!isLabelKey(key) || !isLabelValue(value)) {
        this.#badLabel("INV-S002", [...path, key], key, value);
      } else {
        labels[key] = value;
      }
    }
    return labels;
  }

  #badLabel(code: "INV-S001" | "INV-S002", path: Path, key: string, value: string): void {
    this.#sound = false;
    this.add(
      inventoryDiagnostics.create(code, {
        at: this.place(path),
        key: clipped(key),
        value: clipped(value),
        kind: this.kind,
        name: this.#name,
      }),
    );
  }
}

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["TCP", 6],
  ["UDP", 17],
  ["SCTP", 132],
]);

/** Programs that trim dumps leave `{}` for an empty list; nothing is lost in taking it for one. */
function asList(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as readonly unknown[];
  const mapping = asMapping(value);
  return mapping !== undefined && Object.keys(mapping).length === 0 ? [] : undefined;
}

function asPort(value: unknown): number | undefined {
  const isPort =
    typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65535;
  return isPort ? value : undefined;
}

/** Short enough for a message. */
export function clipped(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
