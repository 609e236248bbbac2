import { describe, expect, it } from "vitest";
import { readManifests } from "../../src/manifest/read.ts";
import { policyText } from "../../src/sources/policy-text.ts";
import type { PolicyText } from "../../src/sources/policy-text.ts";

const POLICY = `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  # Only the shop.
  endpointSelector: {}
`;

function textsOf(text: string): PolicyText {
  for (const object of readManifests({ name: "in.yaml", text }, () => undefined)) {
    return policyText(object);
  }
  throw new Error("no object");
}

describe("the text of a policy", () => {
  it("is its author's, where its author wrote it", () => {
    expect(textsOf(`\n${POLICY}\n\n`).own).toBe(POLICY);
  });

  it.each([
    ["a status", `${POLICY}status: { conditions: [] }\n`],
    ["what a server set", POLICY.replace("{ name", "{ uid: a-b-c, resourceVersion: '7', name")],
  ])("of a dump is printed without %s", (_, dump) => {
    const { own, printed, nameless } = textsOf(dump);
    expect(own).toBeUndefined();
    expect(printed()).toBe(textsOf(POLICY).printed());
    expect(nameless()).toBe(textsOf(POLICY).nameless());
  });

  it("is the same for two names, without them", () => {
    const [web, other] = [POLICY, POLICY.replace("name: web", "name: other")].map(textsOf);
    expect(web?.nameless()).toBe(other?.nameless());
    expect(web?.nameless()).toContain("endpointSelector");
    expect(web?.printed()).not.toBe(other?.printed());
    const wider = textsOf(POLICY.replace("{}\n", "{ matchLabels: { a: b } }\n"));
    expect(wider.nameless()).not.toBe(web?.nameless());
  });
});
