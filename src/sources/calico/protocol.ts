import type { PathStep } from "../../manifest/manifest-object.ts";
import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import type { DocumentReading } from "./reading.ts";

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["TCP", 6],
  ["UDP", 17],
  ["ICMP", 1],
  ["ICMPv6", 58],
  ["SCTP", 132],
  ["UDPLite", 136],
]);

const BY_LOWER_CASE: ReadonlyMap<string, string> = new Map(
  [...NUMBERS.keys()].map((name) => [name.toLowerCase(), name]),
);

/** The number of a protocol; undefined when none is given or it is not one. */
export function readProtocol(
  reading: DocumentReading,
  value: number | string | null | undefined,
  rule: readonly PathStep[],
  field: string,
): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") {
    const known = NUMBERS.get(value);
    if (known !== undefined) return known;
  }
  const number = isNumeric(value) ? Number(value) : Number.NaN;
  if (number >= 1 && number <= 255) return number;
  const protocol = clip(String(value));
  const meant = BY_LOWER_CASE.get(protocol.toLowerCase());
  const at = reading.place([...rule, field]);
  if (meant === undefined) {
    const advice = "Write TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite, or a number from 1 to 255.";
    reading.add(calicoDiagnostics.create("CAL-R001", { at, protocol, advice }));
    return undefined;
  }
  reading.add(
    reading.stored
      ? calicoDiagnostics.create("CAL-R002", { at, protocol, known: meant })
      : calicoDiagnostics.create("CAL-R001", {
          at,
          protocol,
          advice: `Write \`${meant}\`: the API minds upper and lower case.`,
        }),
  );
  return NUMBERS.get(meant);
}

/** True for a protocol that is given by its number, as YAML number or as digits. */
export function isNumeric(protocol: number | string | null | undefined): boolean {
  return typeof protocol === "number" || (typeof protocol === "string" && /^\d+$/.test(protocol));
}

/** Those for which port numbers mean something to Calico. UDPLite is not among them. */
export function hasPorts(protocol: number | undefined): boolean {
  return protocol === 6 || protocol === 17 || protocol === 132;
}
