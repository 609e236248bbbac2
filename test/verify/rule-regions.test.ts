import { describe, expect, it } from "vitest";
import type { OpaqueCondition, Rule } from "../../src/ir/policy.ts";
import { NO_ADDRESS } from "../../src/sets/address-set.ts";
import type { PeerBox } from "../../src/sets/box.ts";
import { ALL_PORTS, OTHER_TRAFFIC, TCP } from "../../src/sets/traffic-set.ts";
import { Variables } from "../../src/verify/facts.ts";
import { ruleMatch } from "../../src/verify/rule-regions.ts";
import type { RuleMatch } from "../../src/verify/rule-regions.ts";
import { allow, block, cidrs, pods, policy, ports } from "../support/ir-builder.ts";
import type { LooseRule } from "../support/ir-builder.ts";

function match(loose: LooseRule, direction: "ingress" | "egress", after = false): RuleMatch {
  const [rule] = policy("p/a", { [direction]: [loose] })[direction]?.rules ?? [];
  if (rule === undefined) throw new Error("no rule");
  return matchOf(rule, direction, after);
}

const matchOf = (rule: Rule, direction: "ingress" | "egress", after = false): RuleMatch =>
  ruleMatch(rule, { direction, variables: new Variables(), after });

const machines: PeerBox = { kind: "address", addresses: cidrs("192.0.2.0/24") };
const BOTH: readonly PeerBox[] = [machines, pods({ a: "x" })];
const nowhere: PeerBox = { kind: "address", addresses: NO_ADDRESS };

describe("what a rule matches", () => {
  it("is nothing where an end has no address to be at", () => {
    expect(match(allow({ peer: [nowhere] }), "ingress")).toEqual([]);
    expect(match(allow({ peer: pods({}, NO_ADDRESS) }), "ingress")).toEqual([]);
    expect(match(allow({ peer: BOTH, own: [pods({}, NO_ADDRESS)] }), "egress")).toEqual([]);
    expect(match(allow({ peer: [nowhere, machines] }), "ingress")).toHaveLength(1);
  });

  it("is nothing at addresses without a pod, where it asks for the name of a port at that end", () => {
    const named = allow({ peer: [pods({ a: "x" }), machines], named: ["http"] });
    const outward = match(named, "egress");
    expect(outward.map(({ peer }) => peer !== undefined)).toEqual([true]);
    expect(outward[0]?.traffic).toEqual(ALL_PORTS);
    // The name is one of the subject's, which is a pod.
    expect(match(named, "ingress").map(({ peer }) => peer !== undefined)).toEqual([true, false]);
  });

  it("is nothing where its traffic and a condition leave none", () => {
    const sourcePort: OpaqueCondition = {
      kind: "source-port",
      ports: [{ first: 1, last: 9 }],
      names: [],
      negated: false,
      code: "X",
      what: "",
    };
    expect(match(allow({ traffic: OTHER_TRAFFIC, opaque: [sourcePort] }), "ingress")).toEqual([]);
    const some = match(allow({ traffic: ports(TCP, 80), opaque: [sourcePort] }), "ingress");
    expect(some.map(({ traffic }) => traffic)).toEqual([ports(TCP, 80), ports(TCP, 80)]);
    // Called so, and not called so.
    const excluded: OpaqueCondition = {
      kind: "excluded-named-port",
      names: ["http"],
      code: "X",
      what: "",
    };
    expect(match(allow({ named: ["http"], opaque: [excluded] }), "ingress")).toEqual([]);
  });

  it("of lists of addresses is one region a kind of peer", () => {
    const nets = ["10.0.0.0/8", "11.0.0.0/8", "192.0.2.0/24"];
    const list = nets.flatMap((net) => [
      pods({}, cidrs(net)),
      ...block(net).filter(({ kind }) => kind === "address"),
    ]);
    const regions = match(allow({ peer: list }), "ingress");
    expect(regions.map(({ peer }) => peer !== undefined)).toEqual([true, false]);
    for (const { peerAt } of regions) expect(peerAt).toEqual(cidrs(...nets));
  });

  it("asks for addresses of after the switch in a set of then", () => {
    const [now] = match(allow({ peer: pods({}, cidrs("10.0.0.0/8")) }), "ingress");
    const [then] = match(allow({ peer: pods({}, cidrs("10.0.0.0/8")) }), "ingress", true);
    expect(now?.peerAt).toEqual(cidrs("10.0.0.0/8"));
    expect(then?.peerAfter).toEqual(now?.peerAt);
    expect(then?.peerAt).toEqual(now?.peerAfter);
    // Machines stay where they are.
    const [machine] = match(allow({ peer: [machines] }), "ingress", true);
    expect(machine?.peerAt).toEqual(machines.addresses);
  });
});
