import fc from "fast-check";
import { CORE_SCHEMA, YAML11_SCHEMA, load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { printDocument, printYaml, yamlScalar } from "../../src/manifest/print.ts";
import { readText } from "./harness.ts";

/** YAML's readers give objects with prototypes, ours without: compared as text, where order counts too. */
const asText = (value: unknown): string => JSON.stringify(value);

function readBack(text: string): readonly string[] {
  const { values, findings } = readText(text);
  return [
    ...(findings.length === 0 ? [] : findings),
    asText(values[0]),
    asText(load(text, { schema: CORE_SCHEMA })),
    asText(load(text, { schema: YAML11_SCHEMA })),
  ];
}

describe("a text is in quotes", () => {
  it.each([
    ...[
      "yes",
      "Yes",
      "no",
      "on",
      "off",
      "y",
      "N",
      "true",
      "FALSE",
      "null",
      "Null",
      "~",
      "",
      "=",
      "<<",
    ],
    ...[
      "0",
      "0777",
      "0o17",
      "0x1F",
      "0b11",
      "1e3",
      "1E+3",
      ".5",
      "5.",
      "-1",
      "+1",
      "1_000",
      "08",
      "1,000",
    ],
    ...[
      "12:30:45",
      "1:1",
      "2020-01-01",
      "2020-1-1",
      "2020-01-01T00:00:00Z",
      ".inf",
      "-.inf",
      ".nan",
      ".NaN",
    ],
    ...[
      " a",
      "a ",
      "a: b",
      "a:",
      "a #b",
      "#a",
      "- a",
      "-",
      "? a",
      "!a",
      "&a",
      "*a",
      "|",
      ">",
      "%a",
      "@a",
      "`a",
    ],
    ...[
      "[a",
      "]",
      "{a",
      "}",
      ",a",
      "'a",
      '"a',
      "a\nb",
      "a\tb",
      "\u0007",
      "\u0085",
      "\u00a0",
      "\u2028",
      "\ufeff",
    ],
    ...["---", "--- a", "...", "\u007f", "\ufffe", "\r", "a\u2029b", ": a", "\\u0041\u0000"],
  ])("%j", (text) => {
    expect(yamlScalar(text)).toMatch(/^["']/);
    const expected = asText({ v: text });
    expect(readBack(`v: ${yamlScalar(text)}\n`)).toEqual([expected, expected, expected]);
  });
});

describe("a text is bare", () => {
  it.each([
    ...[
      "web",
      "a-b",
      "a.b/c",
      "10.0.0.0/8",
      "fd00::/8",
      "2001:db8::/32",
      "::/0",
      "app==x",
      "v1",
      "1.2.3.4/32",
    ],
    ...[
      "yEs",
      "tRue",
      "a#b",
      "a:b",
      "é",
      "日本",
      "😀",
      "a, b",
      "it's",
      "x_1",
      "networking.k8s.io/v1",
      "v3.29.1",
    ],
    ...["app == 'web' && tier in {'a', 'b'}", "80/TCP", "team-1", "_x", "/metrics", "t", "1a"],
  ])("%j", (text) => {
    expect(yamlScalar(text)).toBe(text);
    const expected = asText({ v: text });
    expect(readBack(`v: ${text}\n`)).toEqual([expected, expected, expected]);
  });
});

describe("printing", () => {
  it("looks as kubectl's does", () => {
    const value = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "a", labels: { on: "yes", "a/b": "1" }, annotations: {} },
      spec: {
        podSelector: {},
        ingress: [
          {
            from: [
              { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } },
              { podSelector: {} },
            ],
          },
          {},
        ],
        policyTypes: ["Ingress"],
        egress: [],
        matrix: [["a", "b"], [], [["c"]]],
        none: null,
        port: 80,
        absent: undefined,
        alsoAbsent: { inner: undefined },
      },
    };
    expect(printYaml(value)).toBe(
      [
        "apiVersion: networking.k8s.io/v1",
        "kind: NetworkPolicy",
        "metadata:",
        "  name: a",
        "  labels:",
        '    "on": "yes"',
        '    a/b: "1"',
        "  annotations: {}",
        "spec:",
        "  podSelector: {}",
        "  ingress:",
        "  - from:",
        "    - ipBlock:",
        "        cidr: 10.0.0.0/8",
        "        except:",
        "        - 10.1.0.0/16",
        "    - podSelector: {}",
        "  - {}",
        "  policyTypes:",
        "  - Ingress",
        "  egress: []",
        "  matrix:",
        "  - - a",
        "    - b",
        "  - []",
        "  - - - c",
        "  none: null",
        "  port: 80",
        "  alsoAbsent: {}",
        "",
      ].join("\n"),
    );
  });

  it.each([
    ["text", "a\n"],
    [[], "[]\n"],
    [{}, "{}\n"],
    [null, "null\n"],
    [1e21, "1.0e+21\n"],
    [1.5e-7, "1.5e-7\n"],
    [-0, "-0.0\n"],
  ])("%j is a document", (value, text) => {
    expect(printYaml(value === "text" ? "a" : value)).toBe(text);
  });

  it("a header stays a comment whatever is in it", () => {
    const text = printDocument({ a: 1 }, ["one", "", "two\nb: 2\r\u2028c: 3", "\u0007"]);
    expect(text).toBe("# one\n#\n# two\n# b: 2\n#\n# c: 3\n# \\x07\na: 1\n");
    expect(readText(text).values).toEqual([{ a: 1 }]);
  });

  it("a key too long for a simple key is still read by all", () => {
    const value = { a: { [`k${"x".repeat(3000)}`]: { b: [1] }, c: 2 } };
    const expected = asText(value);
    expect(readBack(printYaml(value))).toEqual([expected, expected, expected]);
  });
});

describe("read after print is the same", () => {
  const character = fc.constantFrom(
    ...Array.from(
      ":-?#&*!|>'\"%@`,[]{}=<~ \n\t\r\\/.+_0123456789abceEfilnostuxyYNOT\u0000\u001b\u0085\u00a0\u2028\ufeffé😀",
    ),
  );
  const text = fc.oneof(
    fc.string({ unit: character, maxLength: 12 }),
    fc.string({ unit: "binary" }),
  );
  const number = fc.oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  );
  const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));
  const key = text.filter((name) => name !== "__proto__");
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(key, tie("value"), { maxKeys: 4 }),
    ),
  }));
  const object = fc.dictionary(key, value, { maxKeys: 5 });

  it("here, under YAML 1.2 and under YAML 1.1", () => {
    fc.assert(
      fc.property(object, (drawn) => {
        const printed = printYaml(drawn);
        const expected = asText(drawn);
        expect(readBack(printed)).toEqual([expected, expected, expected]);
      }),
      { numRuns: 1500 },
    );
  });

  it("and prints the same again", () => {
    fc.assert(
      fc.property(object, (drawn) => {
        const printed = printYaml(drawn);
        expect(printYaml(readText(printed).values[0])).toBe(printed);
      }),
      { numRuns: 300 },
    );
  });

  it("for a single text in every position", () => {
    fc.assert(
      fc.property(text, (drawn) => {
        const expected = asText({ a: [drawn, [drawn]], b: drawn });
        const printed = printYaml({ a: [drawn, [drawn]], b: drawn });
        expect(readBack(printed)).toEqual([expected, expected, expected]);
      }),
      { numRuns: 2000 },
    );
  });
});
