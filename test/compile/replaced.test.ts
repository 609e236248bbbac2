import { describe, expect, it } from "vitest";
import { ofNobody } from "../../src/compile/replaced.ts";
import { allow, policy } from "../support/ir-builder.ts";

describe("what is written in the place of a policy that selects nobody", () => {
  it.each([
    ["ingress", { ingress: [allow()] }, ["ingress"]],
    ["egress", { egress: [allow()] }, ["egress"]],
    ["both", { ingress: [], egress: [allow()] }, ["ingress", "egress"]],
  ])("has the types of the policy, and no rule: %s", (_, parts, policyTypes) => {
    const written = ofNobody(policy("shop/p", parts));
    expect(written).toMatchObject({ namespace: "shop", policyTypes, ingress: [], egress: [] });
  });

  it("selects no pod: one label is there and is not", () => {
    const { requirements } = ofNobody(policy("shop/p", { ingress: [] })).podSelector;
    expect(requirements.map(({ operator }) => operator)).toEqual(["DoesNotExist", "Exists"]);
    expect(new Set(requirements.map(({ key }) => key)).size).toBe(1);
  });
});
