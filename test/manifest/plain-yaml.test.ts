import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunksOf, contentOf } from "../../src/manifest/chunks.ts";
import { Composer } from "../../src/manifest/compose.ts";
import type { ComposedDocument } from "../../src/manifest/compose.ts";
import { tryParse } from "../../src/manifest/parse.ts";
import { PlainYamlReader } from "../../src/manifest/plain-yaml.ts";
import { draws, someOf } from "../support/effort.ts";
import { ROOT } from "../cli/run-cli.ts";

/** What the parser makes of one document, and what is said of it; undefined where it is no YAML. */
function parsed(text: string): { document: ComposedDocument; findings: number } | undefined {
  const events = tryParse(text);
  if (events === undefined || events.length === 0) return undefined;
  let findings = 0;
  const composer = new Composer(events, {
    source: text,
    base: 0,
    placeAt: (offset) => ({
      document: { file: { name: "", text }, index: 0, offset },
      offset,
      path: "",
    }),
    report: () => findings++,
  });
  const document = composer.document();
  return composer.more() ? undefined : { document, findings };
}

type Answer = "read" | "stepped back";

/** Whatever the plain reader reads, the parser reads the same: values, order of keys, and all places. */
function check(text: string): Answer {
  const plain = new PlainYamlReader(text).read(0, text.length);
  if (plain === undefined) return "stepped back";
  const whole = parsed(text);
  expect(whole, text).toBeDefined();
  expect(whole?.findings, text).toBe(0);
  expect(plain, text).toEqual(whole?.document);
  expect(JSON.stringify(plain.value), text).toBe(JSON.stringify(whole?.document.value));
  return "read";
}

function filesBelow(folder: string, ending: RegExp): readonly string[] {
  if (!existsSync(folder)) return [];
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => ending.test(name))
    .map((name) => join(folder, name));
}

/** The documents of a file, each as a text of its own. */
function documentsOf(file: string): readonly string[] {
  const text = readFileSync(file, "utf8");
  return [...chunksOf(text)]
    .filter((chunk) => contentOf(text, chunk) >= 0)
    .map(({ start, end }) => text.slice(start, end));
}

describe("the reader of plain YAML reads as the parser does", () => {
  it.each([
    ["the test data", join(ROOT, "testdata"), 0.9],
    // The collection of real policies lies beside the checkout, where there is one.
    ["the corpus", join(ROOT, "../shared/corpus"), 0.8],
  ])("%s, and steps back from little of it", (_, folder, least) => {
    const answers = filesBelow(folder, /\.ya?ml$/)
      .flatMap(documentsOf)
      .map(check);
    if (answers.length === 0) return;
    const read = answers.filter((answer) => answer === "read").length;
    expect(read / answers.length).toBeGreaterThan(least);
  });

  it("everything whose meaning to kubectl was recorded", () => {
    const path = join(ROOT, "testdata/vectors/yaml/cases.json");
    const { cases } = JSON.parse(readFileSync(path, "utf8")) as {
      readonly cases: readonly { readonly input?: string }[];
    };
    const inputs = cases.flatMap(({ input }) => input ?? []);
    expect(inputs.length).toBeGreaterThan(500);
    for (const input of inputs) check(input);
  });
});

/** Pieces of YAML, plain and not, of which texts are put together line by line. */
const words = fc.constantFrom(
  ...["a", "b", "key", "x-y", "y", "~", "null", "0777", "1e3", "1:2", "10.0.0.0/8", "::1", "<<"],
  ...[
    "",
    " ",
    "  ",
    "a b",
    "a  b ",
    "-",
    "--",
    "---",
    "...",
    "-a",
    "- ",
    "- -",
    "?",
    "? a",
    ":",
    "a:",
  ],
  ...[
    "a: b",
    "a:b",
    "a : b",
    "a #b",
    "a# b",
    "#",
    "# c",
    "a'b",
    'a"b',
    "'a'",
    "'a''b'",
    "''",
    "'",
    '"',
  ],
  ...[
    '"a"',
    '"a\\nb"',
    '"a: b"',
    "'a' 'b'",
    '"a" #c',
    '"a"#c',
    "|",
    "|-",
    "|+",
    "|2",
    "| #c",
    ">",
    ">-",
  ],
  ...[
    "[]",
    "[a]",
    "[a, b]",
    "[a,b]",
    "[ a , b ]",
    "[a",
    "a]",
    "[a: b]",
    "[[a], {}]",
    "[a,]",
    "[,]",
  ],
  ...[
    "{}",
    "{a: b}",
    "{ a: b, c: [d] }",
    "{a:b}",
    "{a}",
    "{a: }",
    '{"a": b}',
    '{"a":b}',
    "{a: b, a: c}",
  ],
  ...[
    "&x",
    "&x a",
    "*x",
    "!t a",
    "!!str 1",
    "%",
    "@",
    "`",
    "=",
    "\t",
    "a\tb",
    "\u00a0",
    "\u00e9",
    "\u2028",
  ],
  ...[
    "\u{1f600}",
    ".inf",
    "08",
    "0x1f",
    "2020-01-01",
    "true",
    "[a#b]",
    "[a #b]",
    "[-a, -]",
    "{-: a}",
  ],
  // Beginnings, middles and ends of what goes on in a further line.
  ...[
    "a'",
    'b"',
    "'a",
    '"a',
    '"a ',
    "'a\t",
    "a  '",
    "b\\",
    '\\n"',
    '"\\',
    '"\\x41\\u00e9"',
    '"\\ud83d"',
  ],
  ...[
    "[a,",
    "[ # c",
    "{ a: b,",
    "{a:",
    "]",
    "}",
    "a]",
    ", b]",
    "c: d }",
    "],",
    "b,",
    "'b', #c",
    "|+",
    ">+",
  ],
  ...[
    "goes on",
    "goes  on # c",
    "goes: on",
    "\tgoes on",
    " deeper",
    '"a: b" c',
    "? b",
    "- b",
    "&b",
    "a\r",
  ],
);
const line = fc
  .tuple(
    fc.nat(4),
    fc.constantFrom("", "", "- ", "-  ", "- - ", "-"),
    fc.oneof(
      words,
      fc
        .tuple(words, fc.constantFrom(":", ": ", ":  ", " : "), words)
        .map((parts) => parts.join("")),
      fc
        .tuple(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom(": ", ":"), words)
        .map((parts) => parts.join("")),
    ),
  )
  .map(([indent, dash, rest]) => `${" ".repeat(indent)}${dash}${rest}`);

describe("the reader of plain YAML, on texts made at random", () => {
  it("reads as the parser does, or steps back", () => {
    let read = 0;
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 6 }),
        fc.constantFrom("\n", "\n", "\n", "", "\n\n", "\n \n", "\n#", "\n\t"),
        fc.constantFrom("\n", "\n", "\r\n"),
        (lines, end, lineEnd) => {
          const text = `${lines.join("\n")}${end}`.replaceAll(/\r?\n/g, lineEnd);
          // Other reading has parted documents before.
          if (/^---|^\.\.\.|\n---|\n\.\.\./.test(text)) return;
          if (check(text) === "read") read += 1;
        },
      ),
      { numRuns: draws(40_000), seed: 5 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it("reads any change of one character in a policy as the parser does, or steps back", () => {
    const policy = `apiVersion: projectcalico.org/v3
kind: NetworkPolicy # what else
metadata:
  name: web
  annotations: {a: "b", c/d: 'e''f'}
  labels:
    text: |
      two
        lines

spec:
  types: [Ingress, Egress]
  selector: app == 'web'
  ingress:
  - action: Allow
    protocol: 6
    source:
      nets:
        - 10.0.0.0/8
        -
        - "::/0"
    destination:
      ports: [80,
        443, # and
        "8\\u0030-90", ]
  -
    metadata: {annotations: {
      a: b }}
    name: goes
      on

      and on
    text: 'goes
        on'
    more: "with\ta tab
      and \\"quotes\\""
    folded: >
      a
      b

      c
    kept: |+
      a

    action: Deny
  egress:
`;
    expect(check(policy)).toBe("read");
    const characters = [...Array.from(" \n\t-:#'\"[]{},|>&\\a"), "\r\n", ""];
    let read = 0;
    for (let at = 0; at < policy.length; at += 1) {
      // Each character at every third place, in turn.
      for (const character of someOf([...characters, ""].slice(at % 3), 3)) {
        const put = policy.slice(0, at) + character + policy.slice(at);
        const replaced = policy.slice(0, at) + character + policy.slice(at + 1);
        for (const text of [put, replaced]) {
          if (/^---|^\.\.\.|\n---|\n\.\.\./.test(text)) continue;
          if (check(text) === "read") read += 1;
        }
      }
    }
    expect(read).toBeGreaterThan(3000);
  });
});
