import { describe, expect, it } from "vitest";
import { lineColumn, readText } from "./harness.ts";

describe("positions", () => {
  const text = [
    "# a comment", // 1
    "apiVersion: v1", // 2
    "kind: X", // 3
    "metadata: {name: 'a', labels: {a/b: c}}", // 4
    "spec:", // 5
    "  selector: |", // 6
    "    app == 'x'", // 7
    "  empty:", // 8
    "  ingress:", // 9
    "  - action: Allow", // 10
    '    "source": &s', // 11
    "      nets: [10.0.0.0/8, 1.1.1.1/32]", // 12
    "  - source: *s", // 13
    "    <<: {port: 80}", // 14
  ].join("\n");
  const [object] = readText(text).objects;

  it.each([
    [[], "value", "2:1", ""],
    [["kind"], "value", "3:7", "kind"],
    [["kind"], "key", "3:1", "kind"],
    [["metadata", "name"], "value", "4:18", "metadata.name"],
    [["metadata", "labels", "a/b"], "key", "4:32", 'metadata.labels["a/b"]'],
    [["spec", "selector"], "value", "7:5", "spec.selector"],
    [["spec", "selector"], "key", "6:3", "spec.selector"],
    [["spec", "empty"], "value", "8:3", "spec.empty"],
    [["spec", "ingress", 0], "value", "10:5", "spec.ingress[0]"],
    [["spec", "ingress", 0, "source"], "key", "11:5", "spec.ingress[0].source"],
    [
      ["spec", "ingress", 0, "source", "nets", 1],
      "value",
      "12:26",
      "spec.ingress[0].source.nets[1]",
    ],
    [["spec", "ingress", 1, "source"], "value", "13:13", "spec.ingress[1].source"],
    [
      ["spec", "ingress", 1, "source", "nets", 0],
      "value",
      "12:14",
      "spec.ingress[1].source.nets[0]",
    ],
    [["spec", "ingress", 1, "port"], "value", "14:16", "spec.ingress[1].port"],
    [["spec", "ingress", 7, "port"], "value", "10:3", "spec.ingress[7].port"],
    [["spec", "absent", "x"], "key", "6:3", "spec.absent.x"],
    [["kind", "deeper"], "value", "3:7", "kind.deeper"],
  ] as const)("%j (%s) is at %s", (path, part, at, pathText) => {
    const place = object?.placeOf(path, part);
    expect([lineColumn(place), place?.path]).toEqual([at, pathText]);
  });

  it("a mapping of many keys finds each of them", () => {
    const many = Array.from({ length: 500 }, (_, i) => `k${String(i)}: v`).join("\n");
    const place = readText(many).objects[0]?.placeOf(["k499"], "key");
    expect(lineColumn(place)).toBe("500:1");
  });

  it("JSON has positions too, with tabs and over lines", () => {
    const [json] = readText('{\n\t"kind": "X",\n\t"spec": {"a": [1,\n2]}}').objects;
    expect(lineColumn(json?.placeOf(["kind"]))).toBe("2:10");
    expect(lineColumn(json?.placeOf(["spec"], "key"))).toBe("3:2");
    expect(lineColumn(json?.placeOf(["spec", "a", 1]))).toBe("4:1");
  });

  it("offsets hold behind CRLF, a byte order mark and other documents", () => {
    const { objects } = readText("\ufeffa: 1\r\n---\r\nb:\r\n  c: 2\r\n");
    expect(lineColumn(objects[1]?.placeOf(["b", "c"]))).toBe("4:6");
  });
});

describe("documents", () => {
  it("are counted without the empty ones", () => {
    const { objects, count } = readText(
      "---\n# nothing\n---\na: 1\n---\nnull\n---\n---\nb: 2\n---\n",
    );
    expect(objects.map((object) => object.document.index)).toEqual([0, 1]);
    expect(count).toBe(2);
  });

  it.each(["", "\n\n", "# only a comment\n", "---\n---\n", "\ufeff", "   "])(
    "%j holds none",
    (text) => {
      expect(readText(text)).toMatchObject({ values: [], findings: [], count: 0 });
    },
  );

  it.each([
    ["a literal", "a: |\n  x\n  ---\n  y\n---\nb: 1\n", [{ a: "x\n---\ny\n" }, { b: 1 }]],
    ["a literal cut off at column 0", "a: |\n  x\n---\nb: 1\n", [{ a: "x\n" }, { b: 1 }]],
    ["an indented text", "a: 1\n ---\nb: 2\n", [{ a: "1 ---", b: 2 }]],
    ["dashes in a key", "a: 1\n---b: 2\n", [{ a: 1, "---b": 2 }]],
    ["a comment", "a: 1\n# ---\nb: 2\n", [{ a: 1, b: 2 }]],
  ])("are not cut at the dashes of %s", (_, text, values) => {
    const read = readText(text);
    expect(read.values).toEqual(values);
    expect(read.findings).toEqual([]);
  });

  it("quoted text that runs into a separator loses its own document alone", () => {
    const read = readText('a: 1\n---\nb: "x\n---\ny"\n---\nc: 3\n');
    expect(read.values).toEqual([{ a: 1 }, { c: 3 }]);
    expect(read.findings).toEqual(["YML-X001 4:1", "YML-X017 5:1"]);
  });

  it("a syntax error loses one document of three, and says where", () => {
    const read = readText("a: 1\n---\nb: [\n---\nc: 3\n");
    expect(read.values).toEqual([{ a: 1 }, { c: 3 }]);
    expect(read.objects.map((object) => object.document.index)).toEqual([0, 2]);
    expect(read.findings).toEqual(["YML-X001 4:1"]);
    expect(read.count).toBe(3);
    expect(read.lost).toHaveLength(1);
  });

  it("give their own text byte for byte", () => {
    const { objects } = readText('# one\r\na: 1 # x\r\n---  \r\nb:   2\r\n--- # note\n{"c":1}\n');
    expect(objects.map((object) => object.sourceText())).toEqual([
      "# one\r\na: 1 # x\r\n",
      "b:   2\r\n",
      '{"c":1}',
    ]);
  });

  it("give no text of their own where they are items of a list", () => {
    const [item] = readText("kind: List\nitems: [{a: 1}]\n").objects;
    expect(item?.sourceText()).toBeUndefined();
  });

  it("are the same in whatever company they are read", () => {
    const one = "kind: A\nspec: {a: [1, yes], b: |\n    x\n  }\n";
    const good = "kind: A\nlabels: {a: y}\ntext: >-\n  x\n  y\n";
    const many = Array.from({ length: 300 }, () => good).join("---\n");
    const expected = readText(good).values[0];
    expect(
      readText(many).values.every((value) => JSON.stringify(value) === JSON.stringify(expected)),
    ).toBe(true);
    const withError = readText(`${many}---\n${one}---\n${many}`);
    expect(withError.values).toHaveLength(600);
    expect(withError.lost).toHaveLength(1);
  });
});

describe("lists are taken apart", () => {
  it.each([
    ["a List", "apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: B\n"],
    ["a List in JSON", '{"kind":"List","items":[{"kind":"A"},{"kind":"B"}]}'],
    ["a sequence", "- kind: A\n- kind: B\n"],
    ["a JSON array", '[{"kind":"A"},{"kind":"B"}]'],
    ["JSON objects in a row", '{"kind":"A"}{"kind":"B"}\n'],
    ["a list in a list", "kind: List\nitems:\n- kind: List\n  items: [{kind: A}, {kind: B}]\n"],
    ["lists in a sequence", "- kind: List\n  items: [{kind: A}]\n- kind: B\n"],
    ["a list and a document", "kind: List\nitems: [{kind: A}]\n---\nkind: B\n"],
  ])("%s", (_, text) => {
    const read = readText(text);
    expect(read.values).toEqual([{ kind: "A" }, { kind: "B" }]);
    expect(read.objects.map((object) => object.document.index)).toEqual([0, 1]);
    expect(read.findings).toEqual([]);
  });

  it("items of a typed list get the kind and the version that they leave out", () => {
    const text =
      "apiVersion: g/v1\nkind: NetworkPolicyList\nitems:\n- spec: {}\n- kind: Own\n  apiVersion: o/v1\n";
    expect(readText(text).values).toEqual([
      { apiVersion: "g/v1", kind: "NetworkPolicy", spec: {} },
      { kind: "Own", apiVersion: "o/v1" },
    ]);
  });

  it("items of a plain List get nothing", () => {
    expect(readText("apiVersion: v1\nkind: List\nitems:\n- spec: {}\n").values).toEqual([
      { spec: {} },
    ]);
  });

  it.each(["kind: List\nitems: []\n", "kind: List\n", "kind: PodList\nitems:\n", "[]\n"])(
    "%j holds nothing",
    (text) => {
      expect(readText(text)).toMatchObject({ values: [], findings: [], count: 0 });
    },
  );

  it("an object whose kind ends in List but which has no items is an object", () => {
    expect(readText("kind: AllowList\nspec: {}\n").values).toEqual([
      { kind: "AllowList", spec: {} },
    ]);
  });

  it("an item's places lie in the list, and its paths begin at the item", () => {
    const [, second] = readText("kind: List\nitems:\n- a: 1\n- b:\n    c: 2\n").objects;
    expect(lineColumn(second?.placeOf([]))).toBe("4:3");
    expect(lineColumn(second?.placeOf(["b", "c"]))).toBe("5:8");
    expect(second?.placeOf(["b", "c"]).path).toBe("b.c");
  });

  it("what is no object among the items is an error of its own", () => {
    const read = readText("kind: List\nitems:\n- a: 1\n- text\n-\n- [b]\n");
    expect(read.values).toEqual([{ a: 1 }]);
    expect(read.findings).toEqual(["YML-X017 4:3", "YML-X017 3:1", "YML-X017 6:3"]);
    expect(read.diagnostics.map((finding) => finding.at?.path)).toEqual([
      "items[1]",
      "items[2]",
      "items[3]",
    ]);
  });

  it("items that are no sequence are an error", () => {
    expect(readText("kind: PodList\nitems: {a: 1}\n").findings).toEqual(["YML-X018 2:8"]);
  });

  it("lists nested too deeply are an error", () => {
    const depth = 20;
    const read = readText(`${'{"kind":"List","items":['.repeat(depth)}${"]}".repeat(depth)}`);
    expect(read.findings).toEqual(["YML-X019 1:216"]);
  });
});

describe("a long list is read item by item, with the same result", () => {
  const item = (dash: string, i: number): string =>
    `${dash}- apiVersion: v1\n${dash}  kind: Pod\n${dash}  metadata:\n${dash}    name: p${String(i)}\n${dash}    text: |\n${dash}      - a\n\n${dash}      b\n${dash}    # - comment\n`;
  const count = 12_000;
  const items = (dash: string): string =>
    Array.from({ length: count }, (_, i) => item(dash, i)).join("");
  const expected = (i: number): unknown => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `p${String(i)}`, text: "- a\n\nb\n" },
  });

  it.each([
    [
      "kubectl's form",
      `apiVersion: v1\nitems:\n${items("")}kind: List\nmetadata:\n  resourceVersion: ""\n`,
    ],
    ["indented items", `apiVersion: v1\nkind: List\nitems:\n${items("  ")}`],
    ["CRLF", `kind: List\nitems:\n${items("")}`.replaceAll("\n", "\r\n")],
  ])("%s", (_, text) => {
    const read = readText(text);
    expect(read.findings).toEqual([]);
    expect(read.values).toHaveLength(count);
    expect(read.values[count - 1]).toEqual(expected(count - 1));
    expect(read.objects[5000]?.placeOf(["metadata", "name"]).offset).toBe(text.indexOf("p5000"));
  });

  it("JSON", () => {
    const objects = Array.from({ length: count }, (_, i) => expected(i));
    const text = JSON.stringify({ apiVersion: "v1", items: objects, kind: "List" });
    const read = readText(text);
    expect(read.values).toEqual(objects);
    expect(read.objects[5000]?.placeOf(["metadata", "name"]).offset).toBe(text.indexOf('"p5000"'));
  });

  it("an alias of another item is followed, and no item comes twice", () => {
    const text = `kind: List\nitems:\n- kind: First\n  spec: &s {a: 1}\n${items("")}- kind: Last\n  spec: *s\n`;
    const read = readText(text);
    expect(read.values).toHaveLength(count + 2);
    expect(read.values.at(-1)).toEqual({ kind: "Last", spec: { a: 1 } });
    expect(read.objects.map((object) => object.document.index)).toEqual(
      read.objects.map((_, i) => i),
    );
  });

  it("an error in the middle of it is reported once, with its line", () => {
    const read = readText(`kind: List\nitems:\n${items("")}- a: 1\n  a: 2\n${items("")}`);
    expect(read.findings).toEqual([`YML-X002 ${String(2 + count * 9 + 2)}:3`]);
    expect(read.lost).toHaveLength(1);
  });

  it("kind behind the items counts, so that a typed list gives its kind", () => {
    const text = `apiVersion: v1\nitems:\n${items("").replaceAll("  kind: Pod\n", "")}kind: PodList\n`;
    expect(readText(text).values[7]).toMatchObject({ kind: "Pod", metadata: { name: "p7" } });
  });
});

describe("findings", () => {
  it.each([
    ["a duplicate key", "a:\n  b: 1\n  b: 2\n", ["YML-X002 3:3"]],
    ["a duplicate by meaning", "yes: 1\ntrue: 2\n", ["YML-X004 1:1", "YML-X002 2:1"]],
    ["two duplicates", "a: 1\na: 2\nb: 1\nb: 2\n", ["YML-X002 2:1", "YML-X002 4:1"]],
    ["a null key", "? ~\n: 1\n", ["YML-X003 1:3"]],
    ["a mapping as a key", "{a: b}: c\n", ["YML-X003 1:1"]],
    ["a key that is read otherwise", "on: 1\n", ["YML-X004 1:1"]],
    ["a merge of text", "a:\n  <<: b\n", ["YML-X005 2:3"]],
    ["a merge over an own key", "b: &b {x: 1}\nv:\n  x: 9\n  <<: *b\n", ["YML-X006 4:3"]],
    ["an unknown alias", "a: *b\n", ["YML-X007 1:4"]],
    ["an alias over a separator", "a: &b 1\n---\nc: *b\n", ["YML-X007 3:4"]],
    ["an alias inside itself", "a: &x [1, *x]\n", ["YML-X008 1:11"]],
    ["infinity", "a: .inf\n", ["YML-X011 1:4"]],
    ["a tag that does not fit", "a: !!int x\n", ["YML-X012 1:10"]],
    ["a selector that is a tag", "selector: !has(a)\n", ["YML-X013 1:1"]],
    ["a NUL", "a: 1\nb: \0\n", ["YML-X014 2:4"]],
    ["a bell", "a: 1\n---\nb: \u0007\n", ["YML-X014 3:4"]],
    ["an old line break", "a: x\u2028b: y\n", ["YML-X014 1:5"]],
    ["a document behind an end mark", "a: 1\n...\nb: 2\n", ["YML-X015 3:1"]],
    ["a directive", "%YAML 1.1\n---\na: 1\n", ["YML-X016 1:1"]],
    ["a document of text", "hello\n", ["YML-X017 1:1"]],
    ["a tab as indentation", "a:\n\tb: 1\n", ["YML-X001 2:1"]],
    ["half a JSON file", '{"a":1}\n{"b":', ["YML-X001 2:6"]],
  ])("%s", (_, text, findings) => {
    expect(readText(text).findings).toEqual(findings);
  });

  it("a duplicate names both places", () => {
    const [finding] = readText("a: 1\nb: 2\na: 3\n").diagnostics;
    expect(finding?.message).toBe("the key `a` is given twice in the same mapping");
    expect(finding?.related?.map((related) => lineColumn(related.at))).toEqual(["1:1"]);
  });

  it("a document of a hundred errors is cut short", () => {
    const { findings } = readText(`${"a: 1\n".repeat(100)}---\n{a: 1}\n`);
    expect(findings).toHaveLength(21);
    expect(findings[20]).toBe("YML-X023 22:1");
  });

  it("prototype keys are keys like any other", () => {
    const [value] = readText("__proto__: {a: 1}\nconstructor: 2\n").values;
    expect(Object.entries(value ?? {})).toEqual([
      ["__proto__", expect.objectContaining({ a: 1 })],
      ["constructor", 2],
    ]);
    expect((value as { readonly a?: unknown }).a).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBeNull();
  });

  it("brackets may close further left than YAML 1.2 allows, but text is never changed by that", () => {
    expect(readText("a: {\n  b: [\n    1\n  ]\n}\n").values).toEqual([{ a: { b: [1] } }]);
    expect(readText('a: ["x,\ny"\n]\n').findings).toEqual(["YML-X001 2:1"]);
  });
});

describe("a template", () => {
  it.each([
    ["a line of its own", "{{- if .Values.on }}\na: b\n{{- end }}\n", "YML-X026 1:3"],
    ["a value", "a: {{ .Values.a }}\n", "YML-X026 1:5"],
    ["a block of labels", 'labels:\n  {{- include "x" . | nindent 4 }}\n', "YML-X026 2:5"],
  ])("is called one, and not bad YAML: %s", (_, text, finding) => {
    const { findings, objects } = readText(text);
    expect({ first: findings[0], objects }).toEqual({ first: finding, objects: [] });
  });

  it("may be quoted in a manifest that is none itself", () => {
    expect(readText('a: "{{ $labels.pod }}"\n').findings).toEqual([]);
  });
});
