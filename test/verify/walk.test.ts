import { describe, expect, it } from "vitest";
import type { Policy, PolicySet } from "../../src/ir/policy.ts";
import { Variables } from "../../src/verify/facts.ts";
import { subjectRegion } from "../../src/verify/region.ts";
import { Views } from "../../src/verify/view.ts";
import { surelyAllows } from "../../src/verify/walk.ts";
import { allow, deny, labels, pass, pods, policy, policySet, tier } from "../support/ir-builder.ts";

/** Whether a look tells that a set allows all that pods of p called web get from those that are red. */
function allowsAtOnce(set: PolicySet): boolean {
  const reading = { direction: "ingress", variables: new Variables(), after: false } as const;
  const scope = { name: "p", labels: {}, others: { constraints: [] } };
  const web = subjectRegion(labels({ app: "web" }), "pod");
  return surelyAllows(new Views(set, reading).viewOf(scope), {
    ...web,
    peer: labels({ color: "red" }),
  });
}

describe("that a set allows all of a region", () => {
  const web = (...ingress: Parameters<typeof policy>[1]["ingress"] & object): Policy =>
    policy("p/web", { subject: { app: "web" }, ingress });
  const elsewhere = policy("p/db", { subject: { app: "db" }, ingress: [] });
  const red = allow({ peer: pods({ color: "red" }) });
  const in1 = (...policies: readonly Policy[]): PolicySet["tiers"][number] => tier("one", policies);

  it("is seen where a rule does and nothing before it meets the region", () => {
    expect(allowsAtOnce(policySet(in1(web(red, deny()))))).toBe(true);
    expect(
      allowsAtOnce(policySet(in1(web(allow({ peer: pods({ color: ["red", "blue"] }) }))))),
    ).toBe(true);
    expect(allowsAtOnce(policySet(in1(web(deny({ peer: pods({ size: "s" }) }), red))))).toBe(false);
    expect(allowsAtOnce(policySet(in1(web(pass(), red))))).toBe(false);
  });

  it("is seen where no tier is closed for the pods, or one allows it before any is", () => {
    expect(allowsAtOnce(policySet())).toBe(true);
    expect(allowsAtOnce(policySet(in1(elsewhere)))).toBe(true);
    expect(allowsAtOnce(policySet(in1(elsewhere), tier("two", [web(red)])))).toBe(true);
    expect(allowsAtOnce(policySet(in1(web()), tier("two", [web(red)])))).toBe(false);
    expect(allowsAtOnce(policySet(in1(policy("p/all", { ingress: [] }))))).toBe(false);
  });
});
