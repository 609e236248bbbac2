import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { dropDuplicates } from "../../../src/sources/calico/duplicates.ts";
import { read } from "./harness.ts";

function document(apiVersion: string, name: string, spec: string, kind = "NetworkPolicy"): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: p}\nspec: ${spec}\n`;
}

const V3 = "projectcalico.org/v3";
const STORED = "crd.projectcalico.org/v1";

function settle(...documents: readonly string[]) {
  const { input } = read(documents.join("---\n"));
  const findings: Diagnostic[] = [];
  const { repeated, conflicting } = dropDuplicates(input, (finding) => {
    findings.push(finding);
  });
  return {
    codes: findings.map(({ code, severity }) => `${code} ${severity}`),
    left: input.policies.map(({ origin }) => `${origin.apiVersion} ${origin.name}`),
    repeated: repeated.map(({ document: { index } }) => index),
    conflicting: conflicting.map(({ document: { index } }) => index),
    input,
  };
}

describe("one object read twice", () => {
  const rules = "{types: [Ingress], ingress: [{action: Allow, source: {nets: [10.0.0.0/8]}}]}";

  it("counts once when both forms say the same: the API's form is kept", () => {
    const result = settle(document(STORED, "default.web", rules), document(V3, "web", rules));
    expect(result).toMatchObject({
      codes: ["CAL-P013 info"],
      left: [`${V3} web`],
      repeated: [0],
      conflicting: [],
    });
  });

  it("is an error at both places when they differ, and neither counts", () => {
    const result = settle(
      document(V3, "web", rules),
      document(STORED, "default.web", "{types: [Ingress]}"),
    );
    expect(result).toMatchObject({
      codes: ["CAL-P014 error", "CAL-P014 error"],
      left: [],
      conflicting: [0, 1],
    });
  });

  it("is told from another one in another tier or namespace, or of another kind", () => {
    const other = document(V3, "web", rules).replace("namespace: p", "namespace: q");
    const tier = document(V3, "web", "{tier: sec}");
    const global = document(V3, "web", rules, "GlobalNetworkPolicy");
    expect(settle(document(V3, "web", rules), other, tier, global).codes).toEqual([]);
  });

  it("is not seen in two policies of the API that differ in the prefix of their names", () => {
    expect(settle(document(V3, "web", rules), document(V3, "default.web", "{}")).left).toHaveLength(
      2,
    );
  });

  it("is seen in the two forms of an older release, which gives both the prefix", () => {
    const result = settle(
      document(STORED, "default.web", rules),
      document(V3, "default.web", rules),
    );
    expect(result).toMatchObject({ codes: ["CAL-P013 info"], left: [`${V3} default.web`] });
  });

  it("is seen in each of several that differ in the prefix", () => {
    const [web, prefixed] = [document(V3, "web", rules), document(V3, "default.web", "{}")];
    const result = settle(web, prefixed, web, prefixed);
    expect(result).toMatchObject({ codes: ["CAL-P013 info", "CAL-P013 info"], repeated: [2, 3] });
    expect(result.left).toHaveLength(2);
  });

  it("concerns tiers and sets too", () => {
    const tier = (order: number): string =>
      document(V3, "sec", `{order: ${String(order)}}`, "Tier");
    expect(settle(tier(1), tier(1)).codes).toEqual(["CAL-P013 info"]);
    const { codes, input } = settle(tier(1), tier(2));
    expect(codes).toEqual(["CAL-P014 error", "CAL-P014 error"]);
    expect(input.tiers).toEqual([]);
    const set = (nets: string): string => document(V3, "s", `{nets: [${nets}]}`, "NetworkSet");
    expect(settle(set("10.0.0.0/8"), set("10.0.0.0/8")).input.groups).toHaveLength(1);
    expect(settle(set("10.0.0.0/8"), set("10.0.0.0/9")).input.groups).toHaveLength(0);
  });

  it("does not depend on the order of the documents", () => {
    const one = document(V3, "web", rules);
    const other = document(STORED, "default.web", rules);
    expect(settle(one, other).left).toEqual(settle(other, one).left);
  });
});
