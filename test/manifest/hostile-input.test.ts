import { describe, expect, it } from "vitest";
import { decodeText } from "../../src/manifest/decode-text.ts";
import { lineColumn, readText } from "./harness.ts";

const indented = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => " ".repeat(i) + line(i)).join("");

function bomb(levels: number): string {
  const nine = (name: string): string => Array.from({ length: 9 }, () => name).join(",");
  let text = `l0: &l0 [${nine("x")}]\n`;
  for (let i = 1; i <= levels; i++)
    text += `l${String(i)}: &l${String(i)} [${nine(`*l${String(i - 1)}`)}]\n`;
  return text;
}

const wideMerge = `a: &a\n${Array.from({ length: 2000 }, (_, i) => `  k${String(i)}: 1\n`).join("")}${Array.from(
  { length: 2000 },
  (_, i) => `b${String(i)}:\n  <<: *a\n`,
).join("")}`;

/** The budget of each is five seconds; they take a tenth of that or less on an idle machine. */
describe("hostile text costs its own document and nothing else", () => {
  it.each<[string, () => string, readonly string[]]>([
    ["a bomb of aliases", () => bomb(30), ["YML-X009"]],
    ["a bomb of nine levels", () => bomb(9), ["YML-X009"]],
    ["a wide mapping merged two thousand times", () => wideMerge, ["YML-X009"]],
    ["a sequence that contains itself", () => "a: &a [*a]\n", ["YML-X008"]],
    ["a mapping that contains itself by merging", () => "a: &a\n  <<: *a\n", ["YML-X008"]],
    ["a million brackets", () => "[".repeat(1e6), ["YML-X010"]],
    ["a million braces", () => "{a: ".repeat(8e5), ["YML-X010"]],
    ["a million dashes", () => `${"- ".repeat(1e6)}a`, ["YML-X010"]],
    ["a hundred thousand explicit keys", () => `${"? ".repeat(1e5)}a`, ["YML-X010"]],
    ["two thousand levels of indentation", () => indented(2000, () => "a:\n"), ["YML-X010"]],
    ["JSON as deep", () => '{"a":'.repeat(5e5), ["YML-X010"]],
    [
      "values nested by aliases",
      () =>
        Array.from(
          { length: 1000 },
          (_, i) => `a${String(i)}: &a${String(i)} [${i === 0 ? "1" : `*a${String(i - 1)}`}]\n`,
        ).join(""),
      ["YML-X010", "YML-X023"],
    ],
    ["quotes without an end", () => `a: "${'\\"'.repeat(1e6)}`, ["YML-X001"]],
    ["JSON quotes without an end", () => `{"${'\\"'.repeat(1e6)}`, ["YML-X001"]],
    ["forty megabytes of one sequence", () => `a: [${"1,".repeat(2e7)}1]`, ["YML-X024"]],
    ["the same in JSON", () => `[${"1,".repeat(2e7)}1]`, ["YML-X024"]],
    ["two hundred thousand equal keys", () => "a: 1\n".repeat(2e5), ["YML-X002", "YML-X023"]],
    [
      "three hundred thousand unknown aliases",
      () => `a: [${"*x,".repeat(3e5)}]`,
      ["YML-X007", "YML-X023"],
    ],
    [
      "brackets closed too far left, many times",
      () => `a: [\n${"b,\n".repeat(20_000)}]\n`,
      ["YML-X001"],
    ],
  ])("%s", (_, make, codes) => {
    const started = performance.now();
    const { diagnostics, values, lost } = readText(`good: 1\n---\n${make()}\n---\nalso: 2\n`);
    expect([...new Set(diagnostics.map((finding) => finding.code))].sort()).toEqual(codes);
    expect(diagnostics.every((finding) => finding.at !== undefined)).toBe(true);
    expect(values).toEqual([{ good: 1 }, { also: 2 }]);
    expect(lost).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it.each<[string, () => string, number]>([
    [
      "three hundred nested anchors",
      () => `${indented(300, (i) => `k: &a${String(i)}\n`)}${" ".repeat(300)}x: 1\n`,
      1,
    ],
    [
      "properties on keys and values",
      () => `${indented(300, (i) => `&a${String(i)} k: !!map\n`)}${" ".repeat(300)}x: 1\n`,
      1,
    ],
    ["five million separators", () => "---\n".repeat(5e6), 0],
    ["a million comments", () => `${"# c\n".repeat(1e6)}a: 1\n`, 1],
    ["twenty million blank lines", () => "\n".repeat(2e7), 0],
    ["a text of three million escapes", () => `a: "${"x\\n".repeat(1e6)}"\n`, 1],
    ["a plain text of a million lines", () => `a: ${"x\n ".repeat(1e6)}\n`, 1],
    [
      "a hundred thousand keys",
      () => Array.from({ length: 1e5 }, (_, i) => `k${String(i)}: v\n`).join(""),
      1,
    ],
    ["a hundred thousand JSON objects in a row", () => '{"a":1}'.repeat(1e5), 1e5],
  ])("%s is read", (_, make, count) => {
    const started = performance.now();
    const read = readText(make());
    expect(read.findings).toEqual([]);
    expect(read.count).toBe(count);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("a file that is broken all over is given up", () => {
    const { diagnostics, lost } = readText("a: [\n---\n".repeat(20_000));
    expect(diagnostics.at(-1)?.code).toBe("YML-X020");
    expect(diagnostics.filter((finding) => finding.code === "YML-X020")).toHaveLength(1);
    expect(lost.length).toBeLessThan(1100);
  });
});

describe("a file that is not UTF-8", () => {
  const decode = (...bytes: number[]): string => {
    const decoded = decodeText("x.yaml", Uint8Array.from(bytes));
    if ("file" in decoded) return decoded.file.text;
    return `${decoded.problem.code} ${lineColumn(decoded.problem.at)} ${decoded.problem.message}`;
  };

  it.each([
    [
      "Latin-1",
      [97, 10, 98, 0xe9, 10],
      "YML-X021 2:2 the file is not UTF-8 text: the byte 0xe9 does not belong here",
    ],
    [
      "a byte that begins nothing",
      [97, 10, 0xff],
      "YML-X021 2:1 the file is not UTF-8 text: the byte 0xff does not belong here",
    ],
    [
      "a character cut off",
      [97, 0xe2, 0x82],
      "YML-X021 1:2 the file is not UTF-8 text: the byte 0xe2 does not belong here",
    ],
    [
      "UTF-16, little end first",
      [0xff, 0xfe, 97, 0],
      "YML-X022 1:1 the file is UTF-16 text, not UTF-8",
    ],
    [
      "UTF-16, big end first",
      [0xfe, 0xff, 0, 97],
      "YML-X022 1:1 the file is UTF-16 text, not UTF-8",
    ],
    [
      "UTF-16 without a mark, little end first",
      [97, 0, 98, 0],
      "YML-X022 1:1 the file is UTF-16 text, not UTF-8",
    ],
    [
      "UTF-16 without a mark, big end first",
      [0, 97, 0, 98],
      "YML-X022 1:1 the file is UTF-16 text, not UTF-8",
    ],
    ["UTF-32", [0xff, 0xfe, 0, 0], "YML-X022 1:1 the file is UTF-32 text, not UTF-8"],
  ])("is refused with the place: %s", (_, bytes, message) => {
    expect(decode(...bytes)).toBe(message);
  });

  it("a byte order mark is no part of the text", () => {
    expect(decode(0xef, 0xbb, 0xbf, 97)).toBe("a");
  });
});
