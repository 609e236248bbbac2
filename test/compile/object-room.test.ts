import { describe, expect, it } from "vitest";
import { OBJECT_LIMIT } from "../../src/compile/object-room.ts";
import { runCase } from "../support/run-convert.ts";

/** So many Denies of two labels each, before one policy that allows so many peers. */
function deniesBeforeOnePolicy(denies: number, allows: number): string {
  const policy = (name: string, order: number, rules: readonly string[]): string =>
    `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: ${name}, namespace: shop}
spec:
  order: ${String(order)}
  types: [Ingress]
  ingress:
${rules.join("")}`;
  const rule = (action: string, selector: string): string =>
    `  - {action: ${action}, source: {selector: "${selector}"}}\n`;
  const at = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, i) => String(i));
  return [
    ...at(denies).map((i) =>
      policy(`deny-${i}`, 1, [rule("Deny", `a${i} == 'x' && b${i} == 'y'`)]),
    ),
    policy(
      "allow",
      2,
      at(allows).map((i) => rule("Allow", `role == 'client-${i}'`)),
    ),
  ].join("---\n");
}

function compiled(denies: number, allows: number): ReturnType<typeof runCase> {
  const text = deniesBeforeOnePolicy(denies, allows);
  return runCase({
    files: [{ name: "shop.yaml", text }],
    inventory: [],
    options: { actions: "compile" },
  });
}

describe("limits of what is written", () => {
  it.each([
    { what: "pieces", denies: 20, allows: 20 },
    { what: "an object's size", denies: 8, allows: 20 },
  ])("gives up Allows past $what, and isolates all the same", ({ denies, allows }) => {
    const { report, objects, refuted } = compiled(denies, allows);
    expect(refuted).toEqual([]);
    expect(report.diagnostics.map(({ code }) => code)).toContain("CMP-X001");
    expect(report.policies.at(-1)).toMatchObject({
      outcome: "narrowed",
      verification: { status: "proved" },
    });
    expect(objects).toHaveLength(denies + 1);
    expect(Math.max(...objects.map(({ text }) => text.length))).toBeLessThan(OBJECT_LIMIT);
  });

  it("gives nothing up where all of it fits", () => {
    const { report } = compiled(4, 5);
    expect(report.diagnostics.map(({ code }) => code)).not.toContain("CMP-X001");
    expect(new Set(report.policies.map(({ outcome }) => outcome))).toEqual(new Set(["exact"]));
  });
});
