import { describe, expect, it } from "vitest";
import type { Facts, Restriction } from "../../src/compile/facts.ts";
import {
  factsFor,
  factsOf,
  resolveText,
  restrictBox,
  restrictionsOf,
  withoutPods,
} from "../../src/compile/facts.ts";
import { NO_ACCOUNTS } from "../../src/inventory/account-labels.ts";
import type { Snapshot } from "../../src/inventory/snapshot.ts";
import {
  addressSetText,
  ALL_IPV4,
  ANY_ADDRESS,
  complementAddresses,
  equalAddresses,
  NO_ADDRESS,
} from "../../src/sets/address-set.ts";
import type { Box, PeerBox } from "../../src/sets/box.ts";
import { boxText } from "../../src/sets/box.ts";
import { ANY_CUBE, cube } from "../../src/sets/cube.ts";
import { labelIn, labelSetText, labelText, withAbsent } from "../../src/sets/label-set.ts";
import { PRIVATE_RANGES } from "../../src/sets/private-ranges.ts";
import {
  ANY_TRAFFIC,
  ICMP,
  portTraffic,
  protocolTraffic,
  TCP,
} from "../../src/sets/traffic-set.ts";
import { allow, cidrs, policy } from "../support/ir-builder.ts";

const NOTHING: Facts = {
  podRanges: undefined,
  targetPodRanges: undefined,
  targetGiven: false,
  privatePods: false,
  targetDiffers: false,
  families: undefined,
  blocksMatchPods: "yes",
  exceptionsDeny: true,
  valuesSeen: undefined,
  namespaces: undefined,
  impossible: [],
  accounts: NO_ACCOUNTS,
  assumed: new Set(),
};
const PODS = cidrs("10.0.0.0/8");
const RANGES: Facts = { ...NOTHING, podRanges: PODS, targetPodRanges: PODS, families: ALL_IPV4 };
const CLUSTER = new Map([
  ["kube-system", { "kubernetes.io/metadata.name": "kube-system" }],
  ["shop", { "kubernetes.io/metadata.name": "shop", env: "prod" }],
]);

describe("the assumptions on offer", () => {
  it.each<readonly [title: string, facts: Partial<Facts>, Restriction[], Restriction[]]>([
    ["nothing is known", {}, [], []],
    ["pod ranges", RANGES, ["families", "pure-range", "pod-range"], ["families", "pod-range"]],
    ["pods with private addresses", { privatePods: true }, ["private-pods"], ["private-pods"]],
    ["values", { valuesSeen: () => [] }, ["values"], []],
    ["labels that never meet", { impossible: [ANY_CUBE] }, ["disjoint"], ["disjoint"]],
    [
      "labels that tell the pods of an account",
      { accounts: new Map([["ci", { account: ANY_CUBE, labels: ANY_CUBE, never: [] }]]) },
      ["account-labels"],
      ["account-labels"],
    ],
    ["namespaces", { namespaces: CLUSTER }, ["namespaces"], ["namespaces"]],
    ["namespaces that are surely not all", { namespaces: new Map([["shop", {}]]) }, [], []],
    [
      "namespaces that are all by the user's word",
      { namespaces: new Map([["shop", {}]]), assumed: new Set(["namespaces"]) },
      ["namespaces"],
      ["namespaces"],
    ],
    ["the word alone", { assumed: new Set(["namespaces"]) }, [], []],
    ["no other protocols", { assumed: new Set(["only-tcp-udp-sctp"]) }, ["only-tcp-udp-sctp"], []],
  ])("with %s", (_, facts, loss, gain) => {
    expect(restrictionsOf({ ...NOTHING, ...facts }, "loss")).toEqual(loss);
    const widening = restrictionsOf({ ...NOTHING, ...facts }, "gain");
    expect(widening.every((one) => loss.includes(one))).toBe(true);
    expect(widening).toEqual(gain);
  });
});

describe("a condition on the text of a value", () => {
  const some = labelText("contains", "eb");

  it("is surely met by the values seen that meet it, and may be met by any", () => {
    expect(labelSetText(resolveText(some, ["web", "db", "ebb"], "under"))).toBe(
      labelSetText(labelIn(["ebb", "web"])),
    );
    const over = resolveText(some, ["web"], "over");
    expect(over.atoms).toEqual([]);
    expect(over.complement).toBe(true);
  });

  it("keeps to the absent label if that meets it", () => {
    expect(resolveText(withAbsent(some, true), ["web"], "under").absent).toBe(true);
    expect(resolveText(some, ["web"], "under").absent).toBe(false);
  });

  it("leaves sets without any alone", () => {
    const plain = labelIn(["a"]);
    expect(resolveText(plain, [], "under")).toBe(plain);
  });
});

describe("flows that can occur under assumptions", () => {
  const pod = (addresses = ANY_ADDRESS): PeerBox => ({ kind: "pod", labels: ANY_CUBE, addresses });
  const box = (peer: PeerBox, numbers = ANY_TRAFFIC): Box => ({
    subject: { kind: "pod", labels: ANY_CUBE, addresses: ANY_ADDRESS },
    peer,
    traffic: { numbers, named: [] },
  });
  const peerUnder = (peer: PeerBox, facts: Facts, ...by: readonly Restriction[]): string => {
    const left = restrictBox(box(peer), facts, new Set(by));
    return left === undefined ? "none" : addressSetText(left.peer.addresses);
  };

  it("are all of them without an assumption", () => {
    const whole = box(pod());
    expect(restrictBox(whole, RANGES, new Set())).toBe(whole);
  });

  it("have pods in the pod ranges, and nothing else there", () => {
    expect(peerUnder(pod(), RANGES, "pod-range")).toBe("10.0.0.0/8");
    expect(peerUnder(pod(cidrs("192.0.2.0/24")), RANGES, "pod-range")).toBe("none");
    const machines: PeerBox = { kind: "address", addresses: cidrs("10.1.0.0/16", "192.0.2.0/24") };
    expect(peerUnder(machines, RANGES, "pure-range")).toBe("192.0.2.0/24");
    expect(peerUnder(machines, RANGES, "pod-range")).toBe("10.1.0.0/16, 192.0.2.0/24");
    expect(peerUnder(pod(), RANGES, "pure-range")).toBe(addressSetText(ANY_ADDRESS));
    const inside: PeerBox = { kind: "address", addresses: cidrs("10.1.0.0/16") };
    expect(peerUnder(inside, RANGES, "pure-range")).toBe("none");
  });

  it("have the families of the cluster", () => {
    const both: PeerBox = { kind: "address", addresses: cidrs("192.0.2.0/24", "2001:db8::/32") };
    expect(peerUnder(both, RANGES, "families")).toBe("192.0.2.0/24");
    expect(peerUnder(both, NOTHING, "families")).toBe(addressSetText(both.addresses));
  });

  it("have pods, and them alone, at private addresses", () => {
    const facts = { ...NOTHING, privatePods: true };
    expect(peerUnder(pod(cidrs("203.0.113.0/24")), facts, "private-pods")).toBe("none");
    const machines: PeerBox = { kind: "address", addresses: cidrs("203.0.113.0/24") };
    expect(peerUnder(machines, facts, "private-pods")).toBe("203.0.113.0/24");
  });

  it("have the namespaces there are, by their names", () => {
    const env = cube([{ key: "namespace:env", set: labelIn(["prod"]) }]) ?? expect.unreachable();
    const facts = { ...NOTHING, namespaces: CLUSTER };
    const under = (labels: typeof env): string | undefined => {
      const left = restrictBox(
        box({ kind: "pod", labels, addresses: ANY_ADDRESS }),
        facts,
        new Set<Restriction>(["namespaces"]),
      );
      return left && boxText(left);
    };
    expect(under(env)).toContain("shop");
    expect(under(env)).not.toContain("prod");
    const proto =
      cube([{ key: "namespace:constructor", set: labelIn(["x"]) }]) ?? expect.unreachable();
    expect(under(proto)).toBeUndefined();
    const missing =
      cube([{ key: "namespace:constructor", set: withAbsent(labelIn([]), true) }]) ??
      expect.unreachable();
    expect(under(missing)).toContain("kube-system");
    expect(
      restrictBox(
        box({ kind: "pod", labels: env, addresses: ANY_ADDRESS }),
        NOTHING,
        new Set<Restriction>(["namespaces"]),
      )?.peer,
    ).toMatchObject({ labels: env });
  });

  it("have no other protocols", () => {
    const only = new Set<Restriction>(["only-tcp-udp-sctp"]);
    expect(restrictBox(box(pod(), protocolTraffic(ICMP)), NOTHING, only)).toBeUndefined();
    const tcp = portTraffic(TCP, [{ first: 80, last: 80 }]);
    expect(restrictBox(box(pod(), tcp), NOTHING, only)?.traffic.numbers).toEqual(tcp);
  });
});

describe("addresses without pods after the switch", () => {
  const same = (facts: Partial<Facts>, expected: typeof PODS): void => {
    expect(equalAddresses(withoutPods({ ...NOTHING, ...facts }), expected)).toBe(true);
  };

  it("are those outside of the target's ranges, or public ones by assumption, or none", () => {
    same({ targetPodRanges: PODS }, complementAddresses(PODS));
    same({ targetPodRanges: PODS, privatePods: true }, complementAddresses(PODS));
    same({ privatePods: true }, complementAddresses(PRIVATE_RANGES));
    same({}, NO_ADDRESS);
  });

  it("are public ones for a rule that rests on that, as long as no ranges are known", () => {
    const { ingress } = policy("p", { ingress: [allow()] });
    const [rule] = ingress?.rules ?? [];
    if (rule === undefined) throw new Error("no rule");
    const resting = { ...rule, assumptions: ["private-pods"] as const };
    expect(factsFor(resting, NOTHING).privatePods).toBe(true);
    expect(factsFor(rule, NOTHING).privatePods).toBe(false);
    expect(factsFor(resting, RANGES).privatePods).toBe(false);
  });
});

describe("what a snapshot says", () => {
  const facts = (podRanges: Snapshot["podRanges"], targetPodRanges: Snapshot["podRanges"]): Facts =>
    factsOf(
      {
        namespaces: new Map(),
        pods: [],
        accounts: [],
        services: [],
        slices: [],
        nodes: [],
        podRanges,
        targetPodRanges,
      },
      { blocksMatchPods: "yes", exceptionsDeny: true, assumed: new Set(), targetGiven: false },
    );

  it("pods move if the ranges are others, or known at one end alone", () => {
    expect(facts(PODS, cidrs("10.0.0.0/9", "10.128.0.0/9")).targetDiffers).toBe(false);
    expect(facts(undefined, undefined).targetDiffers).toBe(false);
    expect(facts(PODS, cidrs("172.16.0.0/16")).targetDiffers).toBe(true);
    expect(facts(PODS, undefined).targetDiffers).toBe(true);
    expect(facts(undefined, PODS).targetDiffers).toBe(true);
  });

  it("flows have the families of the pods", () => {
    const families = (...ranges: readonly string[]): string =>
      addressSetText(facts(cidrs(...ranges), undefined).families ?? NO_ADDRESS);
    expect(families("10.0.0.0/8")).toBe(addressSetText(ALL_IPV4));
    expect(families("10.0.0.0/8", "fd00::/64")).toBe(addressSetText(ANY_ADDRESS));
    expect(facts(undefined, undefined).families).toBeUndefined();
  });
});
