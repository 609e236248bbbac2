import fc from "fast-check";
import type { PolicySet } from "../../src/ir/policy.ts";
import { LABEL_ABSENT, LABEL_EXISTS, labelNotIn } from "../../src/sets/label-set.ts";
import {
  ALL_PORTS,
  ICMP,
  protocolTraffic,
  TCP,
  UDP,
  unionTraffic,
} from "../../src/sets/traffic-set.ts";
import type { TrafficSet } from "../../src/sets/traffic-set.ts";
import { ANY_PEER } from "../../src/sets/box.ts";
import type { PeerBox, PodBox } from "../../src/sets/box.ts";
import type { OpaqueCondition } from "../../src/ir/policy.ts";
import { block, cidrs, pods, policy, policySet, ports, tier } from "./ir-builder.ts";
import type { LooseRule } from "./ir-builder.ts";

/* Random sets of policies in the model itself: no dialect, so that lowering can be tried by itself. */

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const peer: fc.Arbitrary<readonly PeerBox[]> = oneOf<readonly PeerBox[]>(
  ANY_PEER,
  ANY_PEER,
  ANY_PEER,
  ANY_PEER,
  [pods({ a: "x" })],
  [pods({ a: ["x", "y"] })],
  [pods({ a: labelNotIn(["x"]) })],
  [pods({ a: LABEL_EXISTS })],
  [pods({ a: LABEL_ABSENT })],
  [pods({ a: "x", "namespace:kubernetes.io/metadata.name": "p" })],
  [pods({ "namespace:kubernetes.io/metadata.name": "q" })],
  [pods({ "namespace:env": "dev" })],
  [pods({ "namespace:env": labelNotIn(["dev"]) })],
  [pods({})],
  [pods({ "account:@name": "ci" })],
  [pods({ a: "x" }), pods({ "namespace:env": "dev" })],
  block("10.0.0.0/8"),
  block("10.0.1.0/24"),
  block("0.0.0.0/0"),
  block("192.0.2.0/24"),
  [pods({ a: "x" }, cidrs("10.0.0.0/8"))],
  [pods({ a: "x" }), ...block("192.0.2.0/24")],
  [],
);

const traffic: fc.Arbitrary<{ traffic?: TrafficSet; named?: readonly string[] }> = oneOf<{
  traffic?: TrafficSet;
  named?: readonly string[];
}>(
  {},
  {},
  {},
  { traffic: ports(TCP, 80) },
  { traffic: ports(TCP, 80, 443) },
  { traffic: ports(TCP, 443) },
  { traffic: protocolTraffic(TCP) },
  { traffic: protocolTraffic(UDP) },
  { traffic: protocolTraffic(ICMP) },
  { traffic: ALL_PORTS },
  { traffic: unionTraffic(ports(TCP, 80), protocolTraffic(ICMP)) },
  { named: ["http"] },
  { traffic: ports(TCP, 80), named: ["http"] },
);

const own: fc.Arbitrary<{ own?: readonly PodBox[] }> = oneOf<{ own?: readonly PodBox[] }>(
  {},
  {},
  {},
  {},
  {},
  { own: [pods({ t: "db" })] },
  { own: [pods({ t: labelNotIn(["db"]) })] },
  { own: [pods({ t: "db", "namespace:kubernetes.io/metadata.name": "p" })] },
  { own: [pods({ "namespace:env": "dev" })] },
  { own: [pods({}, cidrs("10.0.0.0/8"))] },
);

const opaque: fc.Arbitrary<{ opaque?: readonly OpaqueCondition[] }> = fc.oneof(
  { weight: 14, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constant({ opaque: [{ kind: "unknown", code: "X", what: "http" }] as const }),
  },
);

const action = oneOf<LooseRule["action"]>("allow", "allow", "allow", "deny", "deny", "pass", "log");

const rule: fc.Arbitrary<LooseRule> = fc
  .record({ action, peer, traffic, own, opaque })
  .map((parts) => ({
    action: parts.action,
    peer: parts.peer,
    ...parts.traffic,
    ...parts.own,
    ...parts.opaque,
  }));

const onePolicy = (index: number): fc.Arbitrary<ReturnType<typeof policy>> =>
  fc
    .record({
      at: oneOf("p/", "p/", ""),
      subject: oneOf<Parameters<typeof policy>[1]["subject"] & object>(
        {},
        {},
        { t: "db" },
        { t: labelNotIn(["db"]) },
        { "namespace:env": "prod" },
        { t: LABEL_EXISTS },
      ),
      directions: oneOf<readonly ("ingress" | "egress")[]>(
        ["ingress"],
        ["ingress"],
        ["ingress", "egress"],
        ["egress"],
      ),
      rules: fc.array(rule, { maxLength: 4 }),
    })
    .map(({ at, subject, directions, rules }) =>
      policy(`${at}n${String(index)}`, {
        subject,
        order: index,
        ...(directions.includes("ingress") ? { ingress: rules } : {}),
        ...(directions.includes("egress") ? { egress: rules.slice(0, 2) } : {}),
      }),
    );

const oneTier = (index: number): fc.Arbitrary<ReturnType<typeof tier>> =>
  fc
    .record({
      policies: fc
        .integer({ min: 0, max: 2 })
        .chain((count) =>
          fc.tuple(...Array.from({ length: count }, (_, at) => onePolicy(index * 10 + at))),
        ),
      defaultAction: oneOf<"deny" | "pass">("deny", "deny", "pass"),
    })
    .map(({ policies, defaultAction }) => tier(`t${String(index)}`, policies, defaultAction));

/** One to three tiers of up to two policies, over namespaces p (env=prod) and q (env=dev). */
export const randomPolicySet: fc.Arbitrary<PolicySet> = fc
  .integer({ min: 1, max: 3 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => oneTier(index))))
  .map((tiers) => policySet(...tiers));
