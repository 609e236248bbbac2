import { compareText } from "./compare.ts";

/** JSON with sorted keys: equal values have equal texts, in whatever order they were written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return String(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    const entries = Object.entries(part).sort(([a], [b]) => compareText(a, b));
    return Object.fromEntries(entries);
  });
}
