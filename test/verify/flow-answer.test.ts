import { describe, expect, it } from "vitest";
import { ANY_ADDRESS } from "../../src/sets/address-set.ts";
import { answerFlow } from "../../src/verify/flow-answer.ts";
import {
  address,
  allow,
  cidrs,
  deny,
  ingressFlow,
  pod,
  pods,
  policy,
  policySet,
  tier,
} from "../support/ir-builder.ts";

describe("an address that is not known", () => {
  const ten = cidrs("10.9.0.0/16");
  const flow = ingressFlow(pod("p"), pod("p", {}, { address: "10.0.0.2" }));
  const setOf = (rule: Parameters<typeof deny>[0]) =>
    policySet(tier("t", [policy("p/web", { ingress: [deny(rule), allow()] })]));

  it("is tried where a rule asks for it, at either end", () => {
    const own = answerFlow(setOf({ own: [pods({}, ten)] }), { flow, freeSubject: ANY_ADDRESS });
    expect(own.verdict).toBe("depends");
    expect(own.cases.map(({ elsewhere }) => elsewhere)).toEqual([
      undefined,
      { end: "subject", address: address("10.9.0.0") },
    ]);
    const other = answerFlow(setOf({ peer: pods({}, ten) }), { flow, freePeer: ANY_ADDRESS });
    expect(other.cases[1]?.elsewhere).toEqual({ end: "peer", address: address("10.9.0.0") });
  });

  it("is not, where it is known, and where no rule of the pod asks", () => {
    expect(answerFlow(setOf({ own: [pods({}, ten)] }), { flow }).verdict).toBe("allow");
    const asked = { flow, freePeer: ANY_ADDRESS };
    const { verdict, complete } = answerFlow(setOf({ own: [pods({}, ten)] }), asked);
    expect([verdict, complete]).toEqual(["allow", true]);
  });

  it("is not tried without end, and the answer says so", () => {
    const peers = Array.from({ length: 400 }, (_, at) =>
      pods({ a: "never" }, cidrs(`10.${String(at >> 8)}.${String(at & 255)}.0/32`)),
    );
    const set = policySet(
      tier("t", [policy("p/web", { ingress: [deny({ peer: peers }), allow()] })]),
    );
    const { verdict, complete } = answerFlow(set, { flow, freePeer: ANY_ADDRESS });
    expect([verdict, complete]).toEqual(["allow", false]);
  });
});
