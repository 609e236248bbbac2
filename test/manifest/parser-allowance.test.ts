import { describe, expect, it } from "vitest";
import { readText } from "./harness.ts";

/** Eight kilobytes, so that a thousand of them are about as much as the parser may read. */
const filler = `text: ${"x".repeat(8192)}`;
const tagged = (index: number): string => `name: !!str n${String(index)}\n${filler}\n`;
const plain = (index: number): string => `name: n${String(index)}\n${filler}\n`;
const numbers = Array.from({ length: 1200 }, (_, index) => index);
const list = (items: readonly string[]): string =>
  `apiVersion: v1\nkind: List\nitems:\n${items.map((item) => `- ${item.trimEnd().replaceAll("\n", "\n  ")}\n`).join("")}`;
const names = (values: readonly unknown[]): readonly unknown[] =>
  values.map((value) => (value as { readonly name?: unknown }).name);

describe("a file that is not in plain YAML for the most part", () => {
  it.each([
    ["documents", numbers.map(tagged).join("---\n")],
    ["a list", list(numbers.map(tagged))],
  ])("is read as far as the parser may read: %s", (_, text) => {
    const { values, findings, lost } = readText(text);
    expect(values.length).toBeGreaterThan(850);
    expect(values.length).toBeLessThan(1024);
    expect(names(values)).toEqual(numbers.slice(0, values.length).map((n) => `n${String(n)}`));
    // One finding, at the first object that was left out.
    expect(findings).toHaveLength(1);
    expect(lost).toHaveLength(1);
    const [finding] = findings;
    const line = Number(/^YML-X025 (\d+):/.exec(finding ?? "")?.[1]);
    expect(
      text
        .split("\n")
        .slice(line - 1, line + 1)
        .join(" "),
    ).toContain(`n${String(values.length)} `);
  });

  it.each([
    ["documents", (items: readonly string[]) => items.join("---\n")],
    ["a list", list],
  ])("is read whole where a few objects are not plain: %s", (_, join) => {
    const text = join(numbers.map((n) => (n % 7 === 3 ? tagged(n) : plain(n))));
    const { values, findings } = readText(text);
    expect(findings).toEqual([]);
    expect(names(values)).toEqual(numbers.map((n) => `n${String(n)}`));
  });

  it("names the item for which a list too long for it would have to be read as a whole", () => {
    const items = numbers.map((n) => (n % 2 === 0 ? tagged(n) : plain(n)));
    items[901] = "name: &a b\nspec: 1\nname: c\n";
    const { findings, values } = readText(list(items));
    const line = 4 + 901 * 2;
    expect(findings).toEqual([`YML-X024 ${String(line)}:1`]);
    expect(values.length).toBe(901);
  });
});
