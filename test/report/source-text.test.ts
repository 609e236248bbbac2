import { expect, it } from "vitest";
import { linesAbove, sourceText } from "../../src/report/source-text.ts";

/** The text of the document that begins at the first of these words. */
function textAt(text: string, start: string): string {
  const offset = text.indexOf(start);
  return sourceText({ file: { name: "p.yaml", text }, index: 0, offset });
}

it("a document ends with the next separator", () => {
  expect(textAt("a: 1\nb:\n  c: 2\n---\nd: 3\n", "a:")).toBe("a: 1\nb:\n  c: 2\n");
  expect(textAt("a: 1\n...\nrest", "a:")).toBe("a: 1\n");
  expect(textAt("a: 1\r\nb: 2\r\n---\r\nc: 3", "a:")).toBe("a: 1\nb: 2\n");
  expect(textAt("a: 1", "a:")).toBe("a: 1\n");
});

it("a dash within a document ends nothing", () => {
  expect(textAt("a: |\n  ---x\n  y\n----\nb: 1\n", "a:")).toBe("a: |\n  ---x\n  y\n----\nb: 1\n");
});

it("an item of a list comes without its indentation and without its neighbours", () => {
  const list =
    "items:\n  - a: 1\n    b:\n      - c\n# far left\n\n    d: 2\n  - a: 3\nkind: List\n";
  expect(textAt(list, "a: 1")).toBe("a: 1\nb:\n  - c\n# far left\n\nd: 2\n");
  expect(textAt(list, "a: 3")).toBe("a: 3\n");
});

it("an object in braces ends with its last brace, whatever its texts hold", () => {
  const json = '{"items": [\n    {"a": "}\\"{",\n     "b": {}},\n    {"c": 1}\n]}';
  expect(textAt(json, '{"a"')).toBe('{"a": "}\\"{",\n "b": {}}\n');
  expect(textAt(json, '{"c"')).toBe('{"c": 1}\n');
  expect(textAt("{a: 'it''s }', b: 1} # }\n", "{a")).toBe("{a: 'it''s }', b: 1}\n");
  expect(textAt("{a: 1", "{a")).toBe("{a: 1\n");
});

it("an apostrophe or a quote within a plain text hides nothing", () => {
  const flow = `{a: it's, b: x"y, c: [it's, d#'], e: {f: 'g}', "h":'i}'}, # it's }\n j: x:'y, k: !!str '}'}`;
  expect(textAt(`${flow}\n---\n{z: it's}\n`, "{a")).toBe(`${flow.replace("\n ", "\n ")}\n`);
});

it("comments right above a document are shown with it, and told from its lines", () => {
  const text = "# file\n\n# one\na: 1\n# its end\n---\n# two\nb: 1\n--- # not this\nc: 1\n";
  expect(textAt(text, "a:")).toBe("# file\n\n# one\na: 1\n# its end\n");
  expect(textAt(text, "b:")).toBe("# two\nb: 1\n");
  expect(textAt(text, "c:")).toBe("c: 1\n");
  expect(linesAbove(textAt(text, "a:"))).toBe(3);
  expect(linesAbove(textAt(text, "c:"))).toBe(0);
});

it("a file may begin with a blank line", () => {
  expect(textAt("\na: 1\n", "a:")).toBe("a: 1\n");
  expect(textAt("\n# one\na: 1\n", "a:")).toBe("# one\na: 1\n");
  expect(textAt("\r\n\r\na: 1\n", "a:")).toBe("a: 1\n");
});

it("comments between the items of a list are shown with the second", () => {
  const list = "items:\n  # one\n  - a: 1\n    # within\n    b: 2\n\n  # two\n  - a: 3\n  # end\n";
  expect(textAt(list, "a: 1")).toBe("# one\na: 1\n# within\nb: 2\n");
  expect(textAt(list, "a: 3")).toBe("# two\na: 3\n# end\n");
});
