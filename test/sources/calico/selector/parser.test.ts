import { describe, expect, it } from "vitest";
import type { Selector, SelectorError } from "../../../../src/sources/calico/selector/ast.ts";
import { isSelectorError, parseSelector } from "../../../../src/sources/calico/selector/parser.ts";
import { selectorText } from "../../../../src/sources/calico/selector/print.ts";

function parsed(text: string): Selector {
  const result = parseSelector(text);
  if (isSelectorError(result)) throw new Error(`${text} ${result.message}`);
  return result;
}

function refused(text: string): SelectorError {
  const result = parseSelector(text);
  if (!isSelectorError(result)) throw new Error(`${text} was accepted`);
  return result;
}

describe("reading a selector", () => {
  it.each([
    ["", "all()"],
    [" \t", "all()"],
    ["all( )", "all()"],
    ["a=='x'", 'a == "x"'],
    ['a\t==\t"x"', 'a == "x"'],
    ['a in {"x",}', 'a in {"x"}'],
    ["a not  in{'y','x','y'}", 'a not in {"x", "y"}'],
    ["a notin {}", "a not in {}"],
    ["a startswith 'x'", 'a starts with "x"'],
    ["a ends with'x'", 'a ends with "x"'],
    ['a contains"it\'s"', 'a contains "it\'s"'],
    ["a == 'say \"x\"'", "a == 'say \"x\"'"],
    ["!!has(a)", "has(a)"],
    ["!!!has( a )", "!has(a)"],
    ["!a == 'x' && b == 'y'", '(!a == "x" && b == "y")'],
    ["a=='x' || b=='y' && c=='z'", '(a == "x" || (b == "y" && c == "z"))'],
    ["(((a=='x')))", 'a == "x"'],
    ["(a=='x' || b=='y') && c=='z'", '((a == "x" || b == "y") && c == "z")'],
    ["in in {'in'}", 'in in {"in"}'],
    ["contains contains 'x'", 'contains contains "x"'],
    ["has == 'x' && all != 'y'", '(has == "x" && all != "y")'],
    ["app.kubernetes.io/name == 'x'", 'app.kubernetes.io/name == "x"'],
    ["1 == '1'", '1 == "1"'],
    ["global( )", "global()"],
    ["a == 'x\ny'", 'a == "x\ny"'],
  ])("reads %j as %j", (text, canonical) => {
    expect(selectorText(parsed(text))).toBe(canonical);
  });

  it("gives the same object for the same text, so that its meaning can be kept", () => {
    expect(parseSelector("kept == 'x'")).toBe(parseSelector("kept == 'x'"));
  });
});

describe("refusing a selector", () => {
  it.each([
    ["app = 'web'", 4, "has `=` where `==` is meant"],
    ["a=b,c!=d", 1, "has `=` where `==` is meant"],
    ["a =~ 'x'", 2, "has `=~`, which Calico does not know"],
    ["a == x", 5, "has the value `x` without quotes"],
    ["a in {x}", 6, "has the value `x` without quotes"],
    ["a in {'x', y}", 11, "has the value `y` without quotes"],
    ["a in ('x')", 5, "has `(` where `{` is meant"],
    ["a in 'x'", 5, "has no set after `in`"],
    ["a in {'x' 'y'}", 10, "has no `,` between two values of a set"],
    ["a in {'x'", 9, "has a set without its `}`"],
    ["a in {,}", 6, "has a set without its `}`"],
    ["a", 0, "has the label `a` without an operator"],
    ["a && b", 0, "has the label `a` without an operator"],
    ["has('a')", 4, "has quotes around the label name in `has()`"],
    ["has()", 4, "has no label name in `has()`"],
    ["has(a", 5, "has no closing `)` after `has(`"],
    ["has (a)", 0, "has a space between `has` and `(`"],
    ["all ()", 0, "has a space between `all` and `(`"],
    ["any()", 0, "calls `any()`, which Calico does not know"],
    ["not has(a)", 4, "has `not` where `!` is meant"],
    ["not (has(a))", 0, "has `not` where `!` is meant"],
    ["a == 'x' and b == 'y'", 9, "has `and` where `&&` is meant"],
    ["a == 'x' OR b == 'y'", 9, "has `OR` where `||` is meant"],
    ["a == 'x', b == 'y'", 8, "has `,` where `&&` is meant"],
    ["a == 'x' & b == 'y'", 9, "has `&` where `&&` is meant"],
    ["a == 'x' | b == 'y'", 9, "has `|` where `||` is meant"],
    ["a IN {'x'}", 2, "has `IN` where `in` is meant"],
    ["a startsWith 'x'", 2, "has `startsWith` where `starts with` is meant"],
    ["a matches 'x'", 2, "has `matches` after the label `a`, where an operator is expected"],
    [
      "a == 'x' &&\nb == 'y'",
      11,
      "has a line break outside quotes, where Calico takes spaces and tabs only",
    ],
    ["a == 'x'\n", 8, "has a line break outside quotes, where Calico takes spaces and tabs only"],
    ["a == \u201cx\u201d", 5, "has the quotation mark `\u201c`"],
    ["a:b == 'x'", 1, 'has the unexpected character ":"'],
    ['a == "x\\"y"', 7, "has a `\\` before a quote, where it escapes nothing"],
    ['a == "x', 5, 'has a text without its closing `"`'],
    ["'a' == 'x'", 0, "has a quoted text where a label name is expected"],
    ["(a == 'x'", 0, "has a `(` without its `)`"],
    ["a == 'x')", 8, "has a `)` without its `(`"],
    ["()", 1, "has `)` where a condition is expected"],
    ["!", 1, "ends where a condition is expected"],
    ["a == 'x' &&", 11, "ends where a condition is expected"],
    ["a == 'x' 'y'", 9, "goes on with `'y'` after a complete condition"],
    [`${"a".repeat(513)} == 'x'`, 0, "has a label name of 513 characters, more than 512"],
  ])("says of %j at offset %i that it %s", (text, offset, message) => {
    expect(refused(text)).toMatchObject({ offset, message });
  });

  it("points a line break at the YAML block scalars", () => {
    expect(refused("a == 'x'\n").hint).toContain(">-");
  });

  it("rewrites the Kubernetes form in its hint", () => {
    expect(refused("app=web").hint).toContain('== "web"');
  });
});

describe("selectors made to hurt", () => {
  it("reads ten thousand terms", () => {
    const text = Array.from({ length: 10_000 }, (_, i) => `a${String(i)} == "x"`).join(" || ");
    expect(parsed(text).root).toMatchObject({ kind: "or" });
  });

  it.each([
    ["parentheses", `${"(".repeat(10_000)}a == "x"${")".repeat(10_000)}`],
    ["exclamation marks", `${"!".repeat(10_000)}has(a)`],
    ["negated parentheses", `${"!(".repeat(10_000)}has(a)${")".repeat(10_000)}`],
  ])("reads ten thousand %s, which say no more than one condition", (_, text) => {
    expect(["has", "equals"]).toContain(parsed(text).root.kind);
  });

  it("refuses ten thousand levels of alternating operators with a message, not with a crash", () => {
    const text = `${"(a == 'x' || b == 'y' && ".repeat(10_000)}has(c)${")".repeat(10_000)}`;
    expect(refused(text).message).toBe("nests conditions more than 1000 deep");
  });

  it("reads a selector nested as deep as the limit allows", () => {
    const text = `${"(a == 'x' || b == 'y' && ".repeat(400)}has(c)${")".repeat(400)}`;
    expect(selectorText(parsed(text))).toContain("has(c)");
  });

  it.each([
    ["open", "(".repeat(100_000)],
    ["closed", ")".repeat(100_000)],
    ["quotes", "'".repeat(99_999)],
  ])("refuses a long run of %s characters at once", (_, text) => {
    expect(refused(text).message).not.toBe("");
  });
});
