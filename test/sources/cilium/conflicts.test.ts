import { describe, expect, it } from "vitest";
import { codesOf, convert, type Json } from "./support.ts";

const HTTP = { rules: { http: [{ method: "GET" }] } };
const KAFKA = { rules: { kafka: [{ topic: "t" }] } };
const SERVER_NAMES = { serverNames: ["a.example.com"] };
const B = [{ matchLabels: { app: "b" } }];

const secret = (name: string): Json => ({ secret: { name, namespace: "x" } });
const listener = (name: string, priority?: number): Json => ({
  listener: {
    envoyConfig: { kind: "CiliumClusterwideEnvoyConfig", name },
    name: "l",
    ...(priority === undefined ? {} : { priority }),
  },
});
const ports = (extra: Json): Json => ({ ports: [{ port: "80", protocol: "TCP" }], ...extra });
const from = (extra: Json, peer: Json = { fromEndpoints: B }): Json => ({
  ...peer,
  toPorts: [ports(extra)],
});
const to = (extra: Json): Json => ({ toEndpoints: B, toPorts: [ports(extra)] });

/** A policy for the pods with app=a. */
function named(name: string, rules: Json, clusterwide = false): Json {
  return {
    apiVersion: "cilium.io/v2",
    kind: clusterwide ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy",
    metadata: clusterwide ? { name } : { name, namespace: "ns" },
    spec: { endpointSelector: { matchLabels: { app: "a" } }, ...rules },
  };
}

const pair = (one: Json, two: Json): readonly Json[] => [
  named("a", "toPorts" in one && "toEndpoints" in one ? { egress: [one] } : { ingress: [one] }),
  named("c", "toPorts" in two && "toEndpoints" in two ? { egress: [two] } : { ingress: [two] }),
];
const denied = (name: string): Json => named(name, { ingressDeny: [from({})] });

// Each was given to the engine: "conflict" where it computes no policy for the pods.
const CASES: readonly (readonly [string, readonly Json[], "conflict" | "merged"])[] = [
  ["two parsers", pair(from(HTTP), from(KAFKA)), "conflict"],
  [
    "two parsers in one rule",
    [named("a", { ingress: [{ fromEndpoints: B, toPorts: [ports(HTTP), ports(KAFKA)] }] })],
    "conflict",
  ],
  [
    "a Deny between the two",
    [named("a", { ingress: [from(HTTP)] }), denied("b"), named("c", { ingress: [from(KAFKA)] })],
    "merged",
  ],
  ["a Deny before the two", [denied("0"), ...pair(from(HTTP), from(KAFKA))], "merged"],
  ["a Deny behind the two", [...pair(from(HTTP), from(KAFKA)), denied("z")], "conflict"],
  [
    "a cluster-wide Deny, which comes before all others",
    [
      ...pair(from(HTTP), from(KAFKA)),
      named(
        "z",
        {
          ingressDeny: [
            from(
              {},
              {
                fromEndpoints: [
                  { matchLabels: { app: "b", "k8s:io.kubernetes.pod.namespace": "ns" } },
                ],
              },
            ),
          ],
        },
        true,
      ),
    ],
    "merged",
  ],
  [
    "two secrets",
    pair(to({ originatingTLS: secret("s1") }), to({ originatingTLS: secret("s2") })),
    "conflict",
  ],
  [
    "one secret",
    pair(to({ originatingTLS: secret("s1") }), to({ originatingTLS: secret("s1") })),
    "merged",
  ],
  [
    "secrets of the two sides",
    pair(to({ originatingTLS: secret("s1") }), to({ terminatingTLS: secret("s2") })),
    "merged",
  ],
  ["two listeners", pair(to(listener("e1")), to(listener("e2"))), "conflict"],
  ["two listeners of one priority", pair(to(listener("e1", 3)), to(listener("e2", 3))), "conflict"],
  ["two listeners of two priorities", pair(to(listener("e1", 1)), to(listener("e2"))), "merged"],
  ["one listener", pair(to(listener("e1")), to(listener("e1", 5))), "merged"],
  ["server names and a parser", pair(to(HTTP), to(SERVER_NAMES)), "conflict"],
  [
    "server names and a parser of what TLS hides",
    pair(to({ ...HTTP, terminatingTLS: secret("s") }), to(SERVER_NAMES)),
    "merged",
  ],
  [
    "an entity and one that it holds",
    pair(from(HTTP, { fromEntities: ["cluster"] }), from(KAFKA, { fromEntities: ["remote-node"] })),
    "conflict",
  ],
  [
    "an entity and its label",
    pair(
      from(HTTP, { fromEntities: ["host"] }),
      from(KAFKA, { fromEndpoints: [{ matchLabels: { "reserved:host": "" } }] }),
    ),
    "conflict",
  ],
  [
    "the same CIDR with other bits behind its prefix",
    pair(from(HTTP, { fromCIDR: ["10.0.0.1/8"] }), from(KAFKA, { fromCIDR: ["10.0.0.0/8"] })),
    "merged",
  ],
  [
    "the same pods in other words",
    pair(
      from(HTTP),
      from(KAFKA, {
        fromEndpoints: [{ matchExpressions: [{ key: "app", operator: "In", values: ["b"] }] }],
      }),
    ),
    "merged",
  ],
];

describe("rules for the same peers and port", () => {
  it.each(CASES)("with %s are taken as Cilium takes them", (_, documents, expected) => {
    const found = codesOf(convert(documents)).includes("CIL-R124") ? "conflict" : "merged";
    expect(found).toBe(expected);
  });
});
