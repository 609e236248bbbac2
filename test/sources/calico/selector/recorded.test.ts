import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { evaluateSelector } from "../../../../src/sources/calico/selector/evaluate.ts";
import { isSelectorError, parseSelector } from "../../../../src/sources/calico/selector/parser.ts";
import { selectorText } from "../../../../src/sources/calico/selector/print.ts";

interface Recording {
  readonly labels: readonly Readonly<Record<string, string>>[];
  readonly cases: readonly {
    readonly selector: string;
    readonly accepted: boolean;
    readonly canonical?: string;
    readonly error?: string;
    readonly matches?: string;
  }[];
}

const file = new URL(
  "../../../../testdata/vectors/validation/calico-selectors.json",
  import.meta.url,
);
const recording = JSON.parse(readFileSync(file, "utf8")) as Recording;

/** Texts that Calico takes and we refuse on purpose, each with its reason. */
const STRICTER: ReadonlyMap<string, string> = new Map();

function name(selector: string): string {
  const text = JSON.stringify(selector);
  return text.length > 90
    ? `${text.slice(0, 80)}... (${String(selector.length)} characters)`
    : text;
}

describe("Calico's own parser and evaluator, as recorded", () => {
  it("recorded more than three hundred selectors", () => {
    expect(recording.cases.length).toBeGreaterThan(300);
  });

  for (const { selector, accepted, canonical, matches } of recording.cases) {
    it(`${name(selector)} is ${accepted ? "accepted and matches what Calico matches" : "refused"}`, () => {
      const result = parseSelector(selector);
      if (STRICTER.has(selector)) {
        expect(isSelectorError(result)).toBe(true);
        return;
      }
      expect(isSelectorError(result)).toBe(!accepted);
      if (isSelectorError(result)) {
        expect(result.offset).toBeLessThanOrEqual(selector.length);
        return;
      }
      const found = recording.labels.map((labels) =>
        evaluateSelector(result.root, (label) =>
          Object.hasOwn(labels, label) ? labels[label] : undefined,
        ),
      );
      expect(found.map((match) => (match === true ? "1" : "0")).join("")).toBe(matches);
      const printed = parseSelector(selectorText(result));
      if (isSelectorError(printed)) throw new Error(printed.message);
      expect(selectorText(printed)).toBe(selectorText(result));
      // A pair of `!` on two sides of a parenthesis cancels here; Calico keeps both.
      if (canonical !== undefined && !canonical.includes("!!"))
        expect(selectorText(result)).toBe(canonical);
    });
  }
});
