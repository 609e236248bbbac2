import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { invariant } from "../../src/base/invariant.ts";
import type { KnownPod, Snapshot } from "../../src/inventory/snapshot.ts";
import type { Endpoint, Flow, PodEndpoint } from "../../src/ir/flow.ts";
import type { Direction, PolicySet } from "../../src/ir/policy.ts";
import { addressSetContains, addressSetText } from "../../src/sets/address-set.ts";
import { TCP, trafficContains, trafficPoint, trafficText } from "../../src/sets/traffic-set.ts";
import { evaluate } from "../../src/verify/evaluate.ts";
import { chooseGroups } from "../../src/verify/reach-groups.ts";
import { reachabilityOf } from "../../src/verify/reachability.ts";
import type { Reachability } from "../../src/verify/reachability.ts";
import {
  address,
  allow,
  block,
  deny,
  pods,
  policy,
  policySet,
  tier,
} from "../support/ir-builder.ts";
import { randomPolicySet } from "../support/random-policies.ts";

type Labels = Readonly<Record<string, string>>;

function known(namespace: string, name: string, labels: Labels, at: string): KnownPod {
  return {
    namespace,
    name,
    labels,
    account: "default",
    hostNetwork: false,
    addresses: [address(at)],
    ports: [{ name: "http", protocol: TCP, port: 8080 }],
    live: true,
  };
}

const PODS: readonly KnownPod[] = [
  known("p", "x0", { a: "x", t: "db" }, "10.0.0.1"),
  known("p", "x1", { a: "x", t: "db" }, "10.0.0.2"),
  known("p", "y", { a: "y" }, "10.0.1.1"),
  known("q", "x", { a: "x" }, "10.0.1.2"),
  known("q", "z", { a: "z", t: "web" }, "10.9.0.1"),
];

function snapshotOf(all: readonly KnownPod[]): Snapshot {
  const named = (name: string, env: string): Labels => ({
    env,
    "kubernetes.io/metadata.name": name,
  });
  return {
    namespaces: new Map([
      ["p", { name: "p", labels: named("p", "prod"), covered: true }],
      ["q", { name: "q", labels: named("q", "dev"), covered: true }],
    ]),
    pods: all,
    accounts: [],
    services: [],
    slices: [],
    nodes: [],
    podRanges: undefined,
    targetPodRanges: undefined,
  };
}

const POINTS = [
  [6, 80],
  [6, 443],
  [6, 8080],
  [6, 9],
  [17, 80],
  [1, 2048],
  [47, 0],
] as const;
const OUTSIDE = ["10.77.0.1", "192.0.2.9", "203.0.113.9"].map(address);

function matrixOf(
  source: PolicySet,
  target: PolicySet,
  snapshot: Snapshot,
  most = 40,
): Reachability {
  const both: PolicySet = { tiers: [...source.tiers, ...target.tiers] };
  const { groups } = chooseGroups(both, snapshot, () => 0, most);
  return reachabilityOf(source, [target], groups, snapshot, { mostAddresses: 1000 });
}

function endpointOf(
  { namespace, labels, addresses, ports }: KnownPod,
  snapshot: Snapshot,
): PodEndpoint {
  return {
    kind: "pod",
    namespace,
    namespaceLabels: snapshot.namespaces.get(namespace)?.labels ?? {},
    labels,
    account: { name: "default", labels: {} },
    address: addresses[0] ?? 0n,
    ports,
  };
}

/** True if each pod among the two ends lets it through, whatever the conditions are that nobody can check. */
function passes(
  set: PolicySet,
  from: Endpoint,
  to: Endpoint,
  point: readonly [number, number],
): boolean {
  const [protocol, value] = point;
  const at = (direction: Direction, subject: Endpoint, peer: Endpoint): boolean => {
    if (subject.kind === "address") return true;
    const flow: Flow = { direction, subject, peer, protocol, value };
    return [true, false].every((holds) => evaluate(set, flow, () => holds).verdict === "allow");
  };
  return at("egress", from, to) && at("ingress", to, from);
}

function groupOf({ groups }: Reachability, end: KnownPod | bigint): number {
  return groups.findIndex((group) => {
    if (typeof end === "bigint")
      return group.kind === "addresses" && addressSetContains(group.addresses, end);
    return (
      group.kind !== "addresses" &&
      group.namespace === end.namespace &&
      group.names.includes(end.name)
    );
  });
}

describe("who reaches whom", () => {
  it("is what evaluate says of every pair of pods and of addresses outside, before and after", () => {
    const snapshot = snapshotOf(PODS);
    let cells = 0;
    fc.assert(
      fc.property(randomPolicySet, randomPolicySet, (source, target) => {
        const matrix = matrixOf(source, target, snapshot);
        const byPair = new Map(
          matrix.cells.map((cell) => [`${String(cell.from)} ${String(cell.to)}`, cell]),
        );
        const ends: readonly (KnownPod | bigint)[] = [...PODS, ...OUTSIDE];
        for (const a of ends) {
          for (const b of ends) {
            if (a === b || (typeof a === "bigint" && typeof b === "bigint")) continue;
            const cell = byPair.get(`${String(groupOf(matrix, a))} ${String(groupOf(matrix, b))}`);
            expect(cell).toBeDefined();
            if (cell === undefined) continue;
            cells += 1;
            const [from, to] = [a, b].map((end): Endpoint =>
              typeof end === "bigint"
                ? { kind: "address", address: end }
                : endpointOf(end, snapshot),
            ) as [Endpoint, Endpoint];
            for (const point of POINTS) {
              const at = trafficPoint(point[0], point[1]);
              expect(trafficContains(cell.before, at)).toBe(passes(source, from, to, point));
              expect(trafficContains(cell.after, at)).toBe(passes(target, from, to, point));
            }
          }
        }
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(cells).toBeGreaterThan(2000);
  });

  const web = policy("p/web", {
    subject: { a: "x" },
    ingress: [allow({ peer: [pods({ a: "y" })] })],
  });
  const source = policySet(tier("default", [web]));
  const target = policySet(
    tier("kubernetes", [policy("p/web", { subject: { a: "x" }, ingress: [deny()] })]),
  );

  it("names what is lost, with the rules that decide at each end", () => {
    const snapshot = snapshotOf(PODS);
    const matrix = matrixOf(source, target, snapshot);
    const [x, , y] = PODS;
    const cell = matrix.cells.find(
      ({ from, to }) => from === groupOf(matrix, y ?? 0n) && to === groupOf(matrix, x ?? 0n),
    );
    invariant(cell, "each pair of pods has a cell");
    expect(trafficText(cell.gained)).toBe("no traffic");
    expect(cell.lost).toEqual(cell.before);
    expect(cell.lost.ranges.length).toBeGreaterThan(0);
    expect(
      cell.ingress?.map(({ before, after }) => [before.verdict, after.verdict]),
    ).toContainEqual(["allow", "deny"]);
    expect(cell.ingress?.[0]?.before.by[0]?.by.kind).toBe("rule");
    expect(cell.egress?.every(({ before }) => before.by[0]?.by.kind === "no-policy")).toBe(true);
  });

  it("takes an example for each subject and peer where there are no pods", () => {
    const { groups, basis, leftOut } = chooseGroups(source, snapshotOf([]), () => 0, 40);
    expect(basis).toBe("sample");
    expect(leftOut).toBe(0);
    expect(groups.map(({ namespace, labels }) => [namespace, labels])).toEqual([
      ["p", { a: "x" }],
      ["p", { a: "y" }],
    ]);
  });

  it("keeps the pods of the most urgent policies when there is no room for all, and counts the others", () => {
    const many = Array.from({ length: 50 }, (_, at) =>
      known("q", `n${String(at)}`, { a: `v${String(at)}` }, `10.1.0.${String(at + 1)}`),
    );
    const asking = Array.from({ length: 50 }, (_, at) =>
      policy(`q/n${String(at)}`, { subject: { a: `v${String(at)}` }, ingress: [allow()] }),
    );
    const set = policySet(tier("default", [...asking, web]));
    const { groups, leftOut } = chooseGroups(
      set,
      snapshotOf([...many, ...PODS]),
      ({ origin }) => (origin.name === "web" ? -1 : 0),
      10,
    );
    expect(groups).toHaveLength(10);
    expect(groups[0]).toMatchObject({ namespace: "p", labels: { a: "x" } });
    expect(leftOut).toBe(44);
  });

  it("keeps those of the most urgent policies wherever they are, and the first ones of others", () => {
    const of = (name: string): PolicySet["tiers"][number]["policies"][number] =>
      policy(name, { subject: { a: name.slice(2) }, ingress: [] });
    const set = policySet(tier("default", [of("p/x"), of("p/y"), of("q/z"), of("q/x")]));
    const chosen = (most: number): readonly string[] => {
      const urgency = ({ origin }: (typeof set.tiers)[number]["policies"][number]): number =>
        origin.name === "z" ? -1 : 0;
      const { groups } = chooseGroups(set, snapshotOf(PODS), urgency, most);
      return groups.map(({ namespace, labels }) => `${namespace}/${labels["a"] ?? ""}`);
    };
    expect(chosen(1)).toEqual(["q/z"]);
    expect(chosen(2)).toEqual(["p/x", "q/z"]);
    expect(chosen(3)).toEqual(["p/x", "p/y", "q/z"]);
  });

  it("counts the subjects alone that it has no room to show an example of", () => {
    const of = (a: string, ...peers: readonly string[]): PolicySet["tiers"][number] =>
      tier(a, [
        policy(`p/${a}`, {
          subject: { a },
          ingress: peers.map((b) => allow({ peer: pods({ b }) })),
        }),
      ]);
    const set = policySet(of("x", "1", "2"), of("y", "3"), of("x", "4"), of("z", "5"));
    const chosen = (most: number): readonly unknown[] => {
      const { groups, leftOut } = chooseGroups(set, snapshotOf([]), () => 0, most);
      return [groups.map(({ labels }) => labels["a"] ?? labels["b"]), leftOut];
    };
    expect(chosen(1)).toEqual([["x"], 2]);
    expect(chosen(2)).toEqual([["x", "1"], 2]);
    expect(chosen(4)).toEqual([["x", "y", "1", "2"], 1]);
    expect(chosen(40)).toEqual([["x", "y", "z", "1", "2", "3", "4", "5"], 0]);
  });

  it("shows examples by their labels, of which the name of the account is one", () => {
    const subjects = [{ t: "b", "account:@name": "ci" }, { t: "a" }, { a: "x", t: "c" }];
    const policies = subjects.map((subject, at) =>
      policy(`p/${String(at)}`, { subject, ingress: [] }),
    );
    const set = policySet(tier("default", policies));
    const { groups } = chooseGroups(set, snapshotOf([]), () => 0, 40);
    expect(groups.map(({ labels }) => labels)).toEqual([
      { a: "x", t: "c" },
      { "service account": "ci", t: "b" },
      { t: "a" },
    ]);
  });

  it("tells addresses apart as rules do, and says how many it left out", () => {
    const blocks = Array.from({ length: 20 }, (_, at) =>
      allow({ peer: block(`192.0.2.${String(at * 8)}/32`) }),
    );
    const set = policySet(
      tier("default", [policy("p/web", { subject: { a: "x" }, egress: blocks })]),
    );
    const { groups } = chooseGroups(set, snapshotOf(PODS), () => 0, 40);
    const matrix = reachabilityOf(set, [set], groups, snapshotOf(PODS), { mostAddresses: 4 });
    // Rules with the same verdict tell their addresses apart all the same: another rule decides.
    expect(matrix.addressesLeftOut).toBe(17);
    const shown = matrix.groups.flatMap((group) =>
      group.kind === "addresses" ? [addressSetText(group.addresses)] : [],
    );
    expect(shown.slice(0, 3)).toEqual(["192.0.2.0/32", "192.0.2.8/32", "192.0.2.16/32"]);
    expect(shown).toHaveLength(4);
  });
});
