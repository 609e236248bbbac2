import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownPod, Snapshot } from "../../src/inventory/snapshot.ts";
import type { Endpoint, Flow, PodEndpoint } from "../../src/ir/flow.ts";
import type { OpaqueCondition, Direction, PolicySet } from "../../src/ir/policy.ts";
import { addressSetContains } from "../../src/sets/address-set.ts";
import { TCP, trafficContains, trafficPoint } from "../../src/sets/traffic-set.ts";
import { compareSets } from "../../src/verify/comparison.ts";
import { evaluate } from "../../src/verify/evaluate.ts";
import { changesForPods } from "../../src/verify/existing-pods.ts";
import type { ConnectionChange, PodChanges } from "../../src/verify/existing-pods.ts";
import { podClasses } from "../../src/verify/pod-classes.ts";
import { address, allow, block, pods, policy, policySet, tier } from "../support/ir-builder.ts";
import type { LooseRule } from "../support/ir-builder.ts";
import { randomPolicySet } from "../support/random-policies.ts";

type Labels = Readonly<Record<string, string>>;

function known(
  namespace: string,
  name: string,
  labels: Labels,
  at: string,
  more: Partial<KnownPod> = {},
): KnownPod {
  return {
    namespace,
    name,
    labels,
    account: "default",
    hostNetwork: false,
    addresses: [address(at)],
    ports: [],
    live: true,
    ...more,
  };
}

const http = [{ name: "http", protocol: TCP, port: 8080 }];
const PODS: readonly KnownPod[] = [
  known("p", "x0", { a: "x", t: "db" }, "10.0.0.1"),
  known("p", "x1", { a: "x", t: "db", "pod-template-hash": "1" }, "10.0.0.2"),
  known("p", "y", { a: "y" }, "10.0.1.1", { ports: http }),
  known("p", "none", {}, "172.16.0.1"),
  known("q", "x", { a: "x" }, "10.0.1.2", { account: "ci" }),
  known("q", "z", { a: "z", t: "web" }, "10.9.0.1", { ports: http }),
];

function snapshotOf(all: readonly KnownPod[]): Snapshot {
  const labels = (name: string, env: string): Labels => ({
    env,
    "kubernetes.io/metadata.name": name,
  });
  return {
    namespaces: new Map([
      ["p", { name: "p", labels: labels("p", "prod"), covered: true }],
      ["q", { name: "q", labels: labels("q", "dev"), covered: true }],
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

const snapshot = snapshotOf(PODS);

const POINTS = [
  [6, 80],
  [6, 443],
  [6, 8080],
  [6, 9],
  [17, 80],
  [1, 2048],
  [47, 0],
] as const;
const OUTSIDE = ["10.0.0.9", "10.0.1.9", "10.77.0.1", "192.0.2.9", "203.0.113.9"].map(address);

function endpoint(pod: KnownPod): PodEndpoint {
  return {
    kind: "pod",
    namespace: pod.namespace,
    namespaceLabels: snapshot.namespaces.get(pod.namespace)?.labels ?? {},
    labels: pod.labels,
    account: { name: pod.account, labels: {} },
    address: pod.addresses[0] ?? 0n,
    ports: pod.ports,
  };
}

/** "allow", "deny", or undefined where it depends on a condition that nobody can check. */
function verdict(
  set: PolicySet,
  from: Endpoint,
  to: Endpoint,
  [protocol, value]: readonly [number, number],
  holds: boolean,
): boolean {
  const ends: readonly [Direction, Endpoint, Endpoint][] = [
    ["egress", from, to],
    ["ingress", to, from],
  ];
  return ends.every(([direction, subject, peer]) => {
    if (subject.kind !== "pod") return true;
    const flow: Flow = { direction, subject, peer, protocol, value };
    return evaluate(set, flow, () => holds).verdict === "allow";
  });
}

/** Every change between two pods, or a pod and an address, found one by one. */
function bruteForce(source: PolicySet, target: PolicySet): ReadonlySet<string> {
  const found = new Set<string>();
  const ends: readonly (readonly [string, Endpoint])[] = [
    ...PODS.map((pod): [string, Endpoint] => [`${pod.namespace}/${pod.name}`, endpoint(pod)]),
    ...OUTSIDE.map((at): [string, Endpoint] => [String(at), { kind: "address", address: at }]),
  ];
  for (const [fromName, from] of ends) {
    for (const [toName, to] of ends) {
      if (fromName === toName || (from.kind === "address" && to.kind === "address")) continue;
      for (const point of POINTS) {
        const changes = [false, true].map((holds) => {
          const before = verdict(source, from, to, point, holds);
          const after = verdict(target, from, to, point, holds);
          return before === after ? "same" : after ? "gained" : "lost";
        });
        for (const change of new Set(changes)) {
          if (change === "same") continue;
          const certain = new Set(changes).size === 1;
          found.add(`${change} ${String(certain)} ${fromName} ${toName} ${String(point)}`);
        }
      }
    }
  }
  return found;
}

/** The same changes as the classes tell them. */
function expanded({ changes }: PodChanges): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { change, certain, from, to, traffic } of changes) {
    for (const fromName of namesOf(from)) {
      for (const toName of namesOf(to)) {
        if (fromName === toName) continue;
        for (const [protocol, value] of POINTS) {
          if (!trafficContains(traffic, trafficPoint(protocol, value))) continue;
          found.add(
            `${change} ${String(certain)} ${fromName} ${toName} ${String([protocol, value])}`,
          );
        }
      }
    }
  }
  return found;
}

function namesOf(ends: ConnectionChange["from"]): readonly string[] {
  return ends.flatMap((end) =>
    end.kind === "pods"
      ? end.pods.names.map((name) => `${end.pods.namespace}/${name}`)
      : OUTSIDE.filter((at) => addressSetContains(end.addresses, at)).map(String),
  );
}

const sorted = (set: ReadonlySet<string>): readonly string[] => [...set].sort();

describe("what changes for the pods that exist", () => {
  it.each([29, 31, 37, 41, 43, 47])(
    "is what a look at each pair of random sets finds, and nothing is lost by looking where sets may differ alone (seed %i)",
    (seed) => {
      let differing = 0;
      fc.assert(
        fc.property(randomPolicySet, randomPolicySet, (source, target) => {
          const sets = { source, target, narrowTarget: target };
          const brute = sorted(bruteForce(source, target));
          differing += Number(brute.length > 0);
          const everywhere = changesForPods(sets, snapshot, () => true);
          expect(everywhere.complete).toBe(true);
          expect(sorted(expanded(everywhere))).toEqual(brute);
          const comparison = compareSets(sets, snapshot, { assume: new Set(), targetGiven: false });
          const there = changesForPods(sets, snapshot, (one) => comparison.mayDiffer(one));
          expect(sorted(expanded(there))).toEqual(brute);
        }),
        { numRuns: 10, seed },
      );
      expect(differing).toBeGreaterThan(3);
    },
    120_000,
  );

  it("may change where two sets ask for different things that nobody can check", () => {
    const asking = (what: string): PolicySet => {
      const http: OpaqueCondition = { kind: "unknown", code: "X", what, same: what };
      const rule = allow({ peer: pods({ a: "y" }), opaque: [http] });
      return policySet(tier("t", [policy("p/x", { subject: { a: "x" }, ingress: [rule] })]));
    };
    const changes = (source: PolicySet, target: PolicySet): readonly unknown[] =>
      changesForPods({ source, target, narrowTarget: target }, snapshot, () => true).changes.map(
        ({ change, certain, from, to }) => [change, certain, namesOf(from), namesOf(to)],
      );
    expect(changes(asking("GET"), asking("GET"))).toEqual([]);
    expect(changes(asking("GET"), asking("POST"))).toEqual([
      ["lost", false, ["p/y"], ["p/x0", "p/x1"]],
      ["gained", false, ["p/y"], ["p/x0", "p/x1"]],
    ]);
  });

  it("leaves out the port that a rule excludes by its name, number by number", () => {
    const named = known("p", "named", { a: "x" }, "10.0.0.20", {
      ports: [{ name: "http", protocol: 6, port: 8080 }],
    });
    const peer = known("p", "peer", { a: "y" }, "10.0.0.21");
    const condition: OpaqueCondition = {
      kind: "excluded-named-port",
      names: ["http"],
      code: "X",
      what: "notPorts http",
    };
    const of = (...rules: readonly LooseRule[]): PolicySet =>
      policySet(tier("t", [policy("p/x", { subject: { a: "x" }, ingress: rules })]));
    const source = of(allow({ peer: pods({ a: "y" }), opaque: [condition] }));
    const target = of();
    const { changes } = changesForPods(
      { source, target, narrowTarget: target },
      snapshotOf([named, peer]),
      () => true,
    );
    expect(changes.map(({ change, certain }) => [change, certain])).toEqual([["lost", true]]);
    const lost = (port: number): boolean =>
      changes.some(({ traffic }) => trafficContains(traffic, trafficPoint(6, port)));
    expect([8079, 8080, 8081].map(lost)).toEqual([true, false, true]);
  });

  it.each([
    [false, { lost: [], perhaps: [6, 17, 132] }],
    [true, { lost: [0, 1, 47, 255], perhaps: [6, 17, 132] }],
  ])(
    "knows of traffic without ports whether it has the source port (asked for as not: %s)",
    (negated, changed) => {
      const condition: OpaqueCondition = {
        kind: "source-port",
        ports: [{ first: 1024, last: 65535 }],
        names: [],
        negated,
        code: "X",
        what: "source ports",
      };
      const of = (...rules: readonly LooseRule[]): PolicySet =>
        policySet(tier("t", [policy("p/x", { subject: { a: "x" }, ingress: rules })]));
      const source = of(allow({ peer: pods({ a: "y" }), opaque: [condition] }));
      const sets = { source, target: of(), narrowTarget: of() };
      const { changes } = changesForPods(sets, snapshot, () => true);
      const protocols = (certain: boolean): readonly number[] =>
        [0, 1, 6, 17, 47, 132, 255].filter((protocol) =>
          changes.some(
            (one) =>
              one.certain === certain && trafficContains(one.traffic, trafficPoint(protocol, 7)),
          ),
        );
      expect({ lost: protocols(true), perhaps: protocols(false) }).toEqual(changed);
    },
  );

  it("groups pods that no policy tells apart", () => {
    const set = policySet(tier("t", [policy("p/x", { subject: { a: "x" }, ingress: [] })]));
    const classes = podClasses(snapshot, [set]);
    expect(classes.map(({ namespace, labels, names }) => [namespace, labels, names])).toEqual([
      ["p", { a: "x" }, ["x0", "x1"]],
      ["p", { a: "y" }, ["y"]],
      ["p", {}, ["none"]],
      ["q", { a: "x" }, ["x"]],
      ["q", { a: "z" }, ["z"]],
    ]);
  });

  it("tells pods apart by each address at which a block of some rule begins or ends", () => {
    const blocks = ["10.0.3.0/24", "10.0.1.0/24"].map((net) => allow({ peer: block(net) }));
    const set = policySet(tier("t", [policy("p/x", { ingress: blocks })]));
    const at = (text: string): KnownPod => known("p", text, {}, text);
    const some = [
      ...["10.0.0.9", "10.0.0.255", "10.0.1.0", "10.0.1.255", "10.0.2.0"].map(at),
      ...["10.0.2.7", "10.0.3.0", "10.0.3.255", "10.0.4.0"].map(at),
    ];
    expect(podClasses(snapshotOf(some), [set]).map(({ names }) => names)).toEqual([
      ["10.0.0.255", "10.0.0.9"],
      ["10.0.1.0", "10.0.1.255"],
      ["10.0.2.0", "10.0.2.7"],
      ["10.0.3.0", "10.0.3.255"],
      ["10.0.4.0"],
    ]);
  });

  it("does not count what the other end denies before and after", () => {
    const closed = policy("q/closed", { egress: [] });
    const source = policySet(
      tier("t", [closed, policy("p/x", { subject: { a: "x" }, ingress: [allow()] })]),
    );
    const target = policySet(
      tier("t", [
        closed,
        policy("p/x", { subject: { a: "x" }, ingress: [allow({ peer: pods({ b: "none" }) })] }),
      ]),
    );
    const { changes } = changesForPods(
      { source, target, narrowTarget: target },
      snapshot,
      () => true,
    );
    const from = changes.flatMap((one) => namesOf(one.from));
    expect(from).not.toContain("q/x");
    expect(from).toContain("p/y");
  });

  it("tells a connection once that changes at both of its ends", () => {
    const ends = (rules: readonly LooseRule[]): PolicySet =>
      policySet(
        tier("t", [
          policy("p/out", { subject: { a: "y" }, egress: rules }),
          policy("q/in", { subject: { a: "z" }, ingress: rules }),
        ]),
      );
    const [source, target] = [ends([allow()]), ends([])];
    const { changes } = changesForPods(
      { source, target, narrowTarget: target },
      snapshot,
      () => true,
    );
    const between = changes.filter(
      ({ from, to }) => namesOf(from).includes("p/y") && namesOf(to).includes("q/z"),
    );
    expect(between).toHaveLength(1);
  });

  it("looks at what workloads will make where no pod was seen, and never at pods that policies do not select", () => {
    const template = known("p", "web", { a: "x" }, "10.0.0.1", { live: false, addresses: [] });
    const set = policySet(
      tier("t", [policy("p/x", { ingress: [allow({ peer: block("10.0.0.0/8") })] })]),
    );
    const classesOf = (...some: readonly KnownPod[]): readonly (readonly string[])[] =>
      podClasses(snapshotOf(some), [set]).map(({ names }) => names);
    expect(classesOf(template)).toEqual([["web"]]);
    const seen = known("p", "web-0", { a: "x" }, "10.0.0.1");
    expect(classesOf(template, seen)).toEqual([["web-0"]]);
    const host = known("p", "host", {}, "10.0.0.3", { hostNetwork: true });
    const ended = known("p", "job", {}, "10.0.0.4", { off: "finished" });
    expect(classesOf(host, ended, seen)).toEqual([["web-0"]]);
  });
});
