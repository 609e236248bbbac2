import { describe, expect, it } from "vitest";
import type {
  KnownEndpointSlice,
  KnownPod,
  KnownService,
  Snapshot,
} from "../../../src/inventory/snapshot.ts";
import { TCP, trafficText, UDP } from "../../../src/sets/traffic-set.ts";
import {
  address,
  machine,
  policy,
  world,
  type RuleParts,
  type World,
} from "./interpret-support.ts";

const document = { file: { name: "inventory.yaml", text: "" }, index: 0, offset: 0 };

function service(
  selector: Readonly<Record<string, string>>,
  targetPort: number | string = 8080,
): KnownService {
  return {
    namespace: "q",
    name: "db",
    labels: {},
    selector,
    ports: [{ protocol: TCP, port: 80, targetPort }],
    document,
  };
}

function slice(
  addresses: readonly string[],
  ...ports: readonly (number | undefined)[]
): KnownEndpointSlice {
  return {
    namespace: "q",
    service: "db",
    addresses: addresses.map(address),
    ports: ports.map((port) => ({ protocol: TCP, port })),
  };
}

function make(
  snapshot: Partial<Snapshot>,
  rule: RuleParts = {},
  name = "p/a",
  action: RuleParts["action"] = "allow",
): World {
  const destination = { services: { name: "db", namespace: "q" } };
  return world({
    snapshot,
    policies: [policy(name, { egress: [{ action, destination, ...rule }] })],
  });
}

describe("a service as the destination of an egress rule", () => {
  it("is its selector's pods in its namespace, at the target port", () => {
    const here = make({ services: [service({ app: "db" })] });
    const db = { labels: { app: "db" } };
    expect(here.allows("egress", here.pod("q/db", db), { value: 8080 })).toBe(true);
    expect(here.allows("egress", here.pod("q/db", db), { value: 80 })).toBe(false);
    expect(here.allows("egress", here.pod("q/db", db), { protocol: UDP, value: 8080 })).toBe(false);
    expect(here.allows("egress", here.pod("p/db", db), { value: 8080 })).toBe(false);
    expect(here.allows("egress", here.pod("q/web"), { value: 8080 })).toBe(false);
    expect(here.rule.assumptions).toEqual(["set-contents"]);
  });

  it("keeps a target port's name", () => {
    const here = make({ services: [service({ app: "db" }, "sql")] });
    const db = here.pod("q/db", {
      labels: { app: "db" },
      ports: [{ name: "sql", protocol: TCP, port: 5432 }],
    });
    expect(here.allows("egress", db, { value: 5432 })).toBe(true);
    expect(here.rule.traffic.named.map(({ name }) => name)).toEqual(["sql"]);
  });

  it("has the rule's protocol beside its own", () => {
    const here = make({ services: [service({ app: "db" })] }, { protocol: UDP });
    expect(here.rule.traffic.numbers.ranges).toEqual([]);
  });

  it("without a selector is the addresses of its slices", () => {
    const here = make({ services: [service({})], slices: [slice(["192.0.2.7"], 5432, undefined)] });
    expect(here.allows("egress", machine("192.0.2.7"), { value: 5432 })).toBe(true);
    expect(here.allows("egress", machine("192.0.2.7"), { value: 80 })).toBe(false);
    expect(here.allows("egress", machine("192.0.2.8"), { value: 5432 })).toBe(false);
    expect(here.rule.opaque).toEqual([]);
  });

  it("with different ports in its slices cannot be said in one rule", () => {
    const slices = [slice(["192.0.2.7"], 1), slice(["192.0.2.8"], 2)];
    const here = make({ services: [service({})], slices });
    expect(here.codes).toEqual(["CAL-R110"]);
    expect(trafficText(here.rule.traffic.numbers)).toContain("TCP 1-2");
  });

  const pod = (hostNetwork: boolean, ip: string): KnownPod => ({
    namespace: "q",
    name: "db-0",
    labels: { app: "db" },
    account: "default",
    hostNetwork,
    addresses: [address(ip)],
    ports: [],
    live: true,
  });

  it("reaches pods on the host's network by their address", () => {
    const here = make({
      services: [service({ app: "db" })],
      pods: [pod(true, "203.0.113.5")],
    });
    expect(here.allows("egress", machine("203.0.113.5"), { value: 8080 })).toBe(true);
  });

  it("reaches addresses of its slices that are no pod's, where the pods are known", () => {
    const here = make({
      services: [service({ app: "db" })],
      slices: [slice(["203.0.113.5", "10.0.0.7"], 8080)],
      pods: [pod(false, "10.0.0.7")],
    });
    expect(here.allows("egress", machine("203.0.113.5"), { value: 8080 })).toBe(true);
    expect(here.allows("egress", machine("10.0.0.7"), { value: 8080 })).toBe(false);
  });

  it("takes no address of a slice for an Allow where the pods are not known, and every one for a Deny", () => {
    const known = { services: [service({ app: "db" })], slices: [slice(["10.0.0.7"], 8080)] };
    expect(make(known).rule.peer.map(({ kind }) => kind)).toEqual(["pod"]);
    expect(make(known, {}, "p/a", "deny").rule.peer.map(({ kind }) => kind)).toEqual([
      "pod",
      "address",
    ]);
  });

  it("has the ports of both in a Deny and those that both have in an Allow, where its slices list others", () => {
    const known = {
      services: [service({ app: "db" })],
      slices: [slice(["10.0.0.7"], 9090)],
      pods: [pod(false, "10.0.0.7")],
    };
    const allow = make(known);
    expect(allow.rule.traffic.numbers.ranges).toEqual([]);
    expect(allow.codes).toEqual(["CAL-R110"]);
    const deny = make(known, {}, "p/a", "deny");
    expect(trafficText(deny.rule.traffic.numbers)).toBe("TCP 8080, TCP 9090");
    expect(deny.rule.opaque.map(({ code }) => code)).toEqual(["CAL-R110"]);
  });

  it("has the pods that its slices alone list in a Deny, not in an Allow", () => {
    const other = { ...pod(false, "10.0.0.8"), name: "web-0", labels: { app: "web" } };
    const known = {
      services: [service({ app: "db" })],
      slices: [slice(["10.0.0.7", "10.0.0.8"], 8080)],
      pods: [pod(false, "10.0.0.7"), other],
    };
    expect(make(known).rule.peer).toHaveLength(1);
    const { opaque, peer } = make(known, {}, "p/a", "deny").rule;
    expect(opaque.map(({ code }) => code)).toEqual(["CAL-R110"]);
    const [, listed] = peer;
    expect(listed).toMatchObject({ kind: "pod", labels: { constraints: [] } });
    expect(listed?.addresses.ranges).toEqual([
      { first: address("10.0.0.8"), last: address("10.0.0.8") },
    ]);
  });

  it("leaves endpoints without named ports out of an Allow by name, and says so", () => {
    const known = { services: [service({ app: "db" }, "sql")], pods: [pod(true, "203.0.113.5")] };
    const here = make(known);
    expect(here.rule.peer).toHaveLength(1);
    expect(here.rule.unsaid?.map(({ code }) => code)).toEqual(["CAL-R110"]);
    expect(make(known, {}, "p/a", "deny").rule.opaque.map(({ code }) => code)).toEqual([
      "CAL-R110",
    ]);
  });

  it("that nobody knows is a condition that nobody knows", () => {
    expect(make({}).codes).toEqual(["CAL-R108"]);
    expect(make({ services: [service({})] }).codes).toEqual(["CAL-R108"]);
    // Addresses of pods, perhaps, which others will have tomorrow.
    expect(make({ slices: [slice(["10.0.0.7"], 8080)] }).codes).toEqual(["CAL-R108"]);
  });

  it.each(["allow", "deny"] as const)(
    "without a namespace is not exactly known, in an %s",
    (action) => {
      const here = make(
        { services: [service({ app: "db" })] },
        { destination: { services: { name: "db" } } },
        "q/a",
        action,
      );
      expect(here.codes).toEqual(["CAL-R109"]);
      expect(here.rule.peer).toHaveLength(1);
    },
  );
});

describe("a service as the source of an ingress rule", () => {
  it("is its endpoints whatever they listen on, with the rule's own ports", () => {
    const here = world({
      snapshot: {
        services: [service({})],
        slices: [slice(["192.0.2.7"], 1), slice(["192.0.2.8"], 2)],
      },
      policies: [
        policy("p/a", {
          ingress: [
            {
              protocol: TCP,
              source: { services: { name: "db", namespace: "q" } },
              destination: { ports: [443] },
            },
          ],
        }),
      ],
    });
    expect(here.rule.opaque).toEqual([]);
    expect(here.allows("ingress", machine("192.0.2.8"), { value: 443 })).toBe(true);
    expect(here.allows("ingress", machine("192.0.2.8"), { value: 2 })).toBe(false);
  });
});

describe("a service at the policy's own side", () => {
  it("is refused by Calico, so nobody knows what it matches", () => {
    const here = world({
      policies: [
        policy("p/a", { ingress: [{ destination: { services: { name: "db", namespace: "q" } } }] }),
      ],
    });
    expect(here.codes).toEqual(["CAL-R111"]);
  });
});
