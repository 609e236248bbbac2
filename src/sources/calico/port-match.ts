import type { PathStep } from "../../manifest/manifest-object.ts";
import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import { Interned } from "../intern.ts";
import type { PortMatch } from "./model.ts";
import type { DocumentReading } from "./reading.ts";

const NONE: readonly PortMatch[] = [];

/** Reads `ports` or `notPorts` of an entity. Entries that are none are reported and left out. */
export function readPorts(
  reading: DocumentReading,
  values: readonly (number | string)[] | null | undefined,
  entity: readonly PathStep[],
  field: "ports" | "notPorts",
): readonly PortMatch[] {
  if (values === null || values === undefined || values.length === 0) return NONE;
  const ports: PortMatch[] = [];
  values.forEach((value, index) => {
    const port = matches.get(value);
    if (typeof port !== "string") ports.push(port);
    else
      reading.add(
        calicoDiagnostics.create("CAL-R004", {
          at: reading.place([...entity, field, index]),
          port: clip(String(value)),
          reason: port,
        }),
      );
  });
  return ports;
}

/** What a port means, or why it is none. */
const matches = new Interned((value: number | string): PortMatch | string =>
  typeof value === "number" ? ofNumber(value) : ofText(value),
);

const OUT_OF_RANGE = "a port lies between 1 and 65535";

function ofNumber(value: number): PortMatch | string {
  return value >= 1 && value <= 65535 ? { first: value, last: value } : OUT_OF_RANGE;
}

// What is a number, what a range and what a name: calico: api/pkg/lib/numorstring/port.go. What is neither of the first
// two is the name of a port, and has to be one that a container port can have.
function ofText(text: string): PortMatch | string {
  const range = /^(\d+)(?::(\d+))?$/.exec(text);
  if (range !== null) {
    const first = Number(range[1]);
    const last = Number(range[2] ?? range[1]);
    if (last < first) return "the range ends before it begins";
    return first >= 1 && last <= 65535 ? { first, last } : OUT_OF_RANGE;
  }
  if (/^\d+-\d+$/.test(text)) return "a range is written with `:`";
  const isName =
    text.length <= 15 &&
    /^[a-z0-9-]+$/.test(text) &&
    /[a-z]/.test(text) &&
    !text.includes("--") &&
    !text.startsWith("-") &&
    !text.endsWith("-");
  return isName
    ? { name: text }
    : "the name of a container port has at most 15 lower-case letters, digits and `-`, with a letter among them";
}
