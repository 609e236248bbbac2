import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { readManifests } from "../../src/manifest/read.ts";
import {
  checkStructure,
  clip,
  nearest,
  type StructureFindings,
} from "../../src/sources/schema-check.ts";
import { ERROR_LIMIT, NetworkPolicy } from "../../src/sources/validators/calico.js";

/** Findings as plain text, without the wording of a source. */
const findings: StructureFindings = {
  wrongValue: (of) =>
    finding("wrong", `${of.field}: ${of.found}, not ${of.expected}. ${of.advice}`),
  missingField: (of) => finding("missing", of.field),
  unknownField: (of, path, miscased) =>
    finding(
      miscased ? "miscased" : "unknown",
      `${of.field} (${String(path.length)} steps). ${of.advice}`,
    ),
  more: (of) => finding("more", String(of.count)),
  tooMany: (of) => finding("too-many", String(of.count)),
};

function finding(code: string, message: string): Diagnostic {
  return { code, severity: "error", effect: "none", message };
}

function check(text: string) {
  const found: string[] = [];
  const report = ({ code, message }: Diagnostic): void => {
    found.push(`${code} ${message}`);
  };
  const [object] = [...readManifests({ name: "in.yaml", text }, report)];
  if (object === undefined) throw new Error("no object");
  const structure = checkStructure(object, NetworkPolicy, ERROR_LIMIT, findings, report);
  return { ...structure, found };
}

const HEAD = "kind: NetworkPolicy\nmetadata: {name: a}\n";

describe("the structure of an object", () => {
  it("is sound without a finding", () => {
    expect(check(`${HEAD}spec: {order: 1.5, ingress: [{action: Allow}]}\n`)).toEqual({
      valid: true,
      unknown: [],
      miscased: [],
      found: [],
    });
  });

  it.each([
    [
      "spec: {order: '10'}",
      "wrong spec.order: the string `10`, not a number. Write the value without quotes.",
    ],
    [
      "spec: {selector: yes}",
      "wrong spec.selector: the boolean `true`, not a string. Put the value in quotes: without them YAML reads it as something else than text.",
    ],
    [
      "spec: {types: [ingress]}",
      "wrong spec.types[0]: the string `ingress`, not one of `Ingress`, `Egress`. Write `Ingress` if that is what is meant.",
    ],
    [
      "spec: []",
      "wrong spec: a list, not a mapping. Correct the value: the API refuses the object as it is.",
    ],
    [
      "spec: {ingress: [null]}",
      "wrong spec.ingress[0]: null, not a mapping. Correct the value: the API refuses the object as it is.",
    ],
    ["spec: {ingress: [{}]}", "missing spec.ingress[0].action"],
    [
      "spec: {ingress: {}}",
      "wrong spec.ingress: a mapping, not a list. Correct the value: the API refuses the object as it is.",
    ],
  ])("is refused for %s", (spec, expected) => {
    const { valid, found } = check(`${HEAD}${spec}\n`);
    expect(valid).toBe(false);
    expect(found).toEqual([expected]);
  });

  it("stands a null field as one that is absent, and a null label as an empty one", () => {
    const { valid, found } = check(
      "kind: NetworkPolicy\nmetadata: {name: a, labels: {b: null}}\nspec: {selector: null, ingress: }\n",
    );
    expect({ valid, found }).toEqual({ valid: true, found: [] });
  });

  it("names the nearest known field, and gives all unknown ones to the reader", () => {
    const { valid, unknown, miscased, found } = check(
      `${HEAD}spec: {sellector: a, Order: 1, zzz: 1, __proto__: 1, ingress: [{action: Allow, constructor: 1}]}\n`,
    );
    expect(valid).toBe(true);
    expect(unknown.map((path) => path.join("/"))).toEqual([
      "spec/sellector",
      "spec/Order",
      "spec/zzz",
      "spec/__proto__",
      "spec/ingress/0/constructor",
    ]);
    expect(miscased).toEqual([["spec", "Order"]]);
    expect(found.slice(0, 3)).toEqual([
      "unknown spec.sellector (2 steps). Write `selector` if that is what is meant.",
      "miscased spec.Order (2 steps). Write `order` if that is what is meant.",
      "unknown spec.zzz (2 steps). Remove it, or move it to where it belongs.",
    ]);
  });

  it("tells twenty findings, wrong values first, and counts the rest", () => {
    const fields = Array.from({ length: 30 }, (_, index) => `f${String(index)}: 1`).join(", ");
    const { found, unknown } = check(`${HEAD}spec: {${fields}, order: x}\n`);
    expect(found).toHaveLength(21);
    expect(found[0]).toMatch(/^wrong spec\.order/);
    expect(found.at(-1)).toBe("more 11");
    expect(unknown).toHaveLength(30);
  });

  it("is not taken for sound when the validator gave up", () => {
    const fields = Array.from({ length: ERROR_LIMIT + 10 }, (_, index) => `f${String(index)}: 1`);
    const { valid, found } = check(`${HEAD}spec: {${fields.join(", ")}}\n`);
    expect(valid).toBe(false);
    expect(found.at(-1)).toBe(`too-many ${String(ERROR_LIMIT)}`);
  });
});

describe("the nearest known word", () => {
  it.each([
    ["sorce", "source"],
    ["Selector", "selector"],
    ["colour", undefined],
    ["", undefined],
    ["x".repeat(100_000), undefined],
  ])("to %s is %s", (word, expected) => {
    expect(nearest(word, ["source", "selector", "nets"])).toBe(expected);
  });
});

it("words of the user are cut and never break the line of a message", () => {
  expect(clip("a\nb\tc\rd\u001b[31m")).toBe("a b c d [31m");
  expect(clip("x".repeat(500))).toHaveLength(123);
});
