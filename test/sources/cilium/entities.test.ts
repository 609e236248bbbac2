import { describe, expect, it } from "vitest";
import { addressSetContains, parseAddress } from "../../../src/sets/address-set.ts";
import { parseCidr, unionAddresses, type AddressSet } from "../../../src/sets/address-set.ts";
import { ENTITIES, type Entity } from "../../../src/sources/cilium/model.ts";
import { rawObjects } from "../../support/golden.ts";
import type { RawObject } from "../../support/objects-text.ts";
import { streamOf } from "../../support/run-convert.ts";
import { convert, outcomeOf, policy, type Json } from "./support.ts";

/** One of each whom an entity may stand for. */
const SAMPLES = {
  node: "192.168.0.1",
  api: "203.0.113.250",
  public4: "198.51.100.7",
  private4: "10.0.0.5",
  public6: "2001:db8::9",
  // Where blocks match pods by their address, this would let one in.
  podAddress: "10.244.0.5",
};

const FACTS: readonly Json[] = [
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1" },
    status: { addresses: [{ type: "InternalIP", address: SAMPLES.node }] },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "kubernetes",
      namespace: "default",
      labels: { "kubernetes.io/service-name": "kubernetes" },
    },
    addressType: "IPv4",
    endpoints: [{ addresses: [SAMPLES.api] }],
  },
];

type Rules = RawObject["spec"]["ingress"];

/** Whom the rules of the only object let in: `all`, or pods and those of the samples. */
function letIn(rules: Rules): string {
  const found = new Set<string>();
  const blocks: AddressSet[] = [];
  for (const rule of rules ?? []) {
    const peers = rule.from ?? rule.to;
    if (peers === undefined) return "all";
    for (const { ipBlock, namespaceSelector } of peers) {
      if (namespaceSelector !== undefined) found.add("pods");
      const parsed = ipBlock === undefined ? undefined : parseCidr(ipBlock.cidr);
      if (parsed !== undefined) blocks.push(parsed.set);
      expect(ipBlock?.except).toBeUndefined();
    }
  }
  const addresses = blocks.length === 0 ? undefined : unionAddresses(...blocks);
  for (const [name, text] of Object.entries(SAMPLES)) {
    const address = parseAddress(text) ?? 0n;
    if (addresses !== undefined && addressSetContains(addresses, address)) found.add(name);
  }
  return [...found].join(" ");
}

type Form = readonly [who: string, outcome: string];
interface Row {
  /** With nodes, the API server and the pod ranges known; then without any of it. */
  readonly known: Form;
  readonly unknown: Form;
}

const NOBODY: Row = { known: ["", "exact"], unknown: ["", "exact"] };
const CLUSTER: Row = { known: ["pods node api", "conditional"], unknown: ["pods", "narrowed"] };

/** With pod ranges of both IP families. */
const FORMS: Readonly<Record<Entity | "world and cluster", Row>> = {
  all: { known: ["all", "exact"], unknown: ["all", "exact"] },
  world: {
    known: ["api public4 private4 public6", "conditional"],
    unknown: ["api public4 public6", "narrowed"],
  },
  "world-ipv4": { known: ["api public4 private4", "conditional"], unknown: ["", "narrowed"] },
  "world-ipv6": { known: ["public6", "conditional"], unknown: ["", "narrowed"] },
  cluster: CLUSTER,
  "cluster-mesh": CLUSTER,
  "world and cluster": { known: ["all", "conditional"], unknown: ["all", "conditional"] },
  "remote-node": { known: ["node", "conditional"], unknown: ["", "narrowed"] },
  "kube-apiserver": { known: ["api", "conditional"], unknown: ["", "narrowed"] },
  // The own node is outside of what is claimed.
  host: NOBODY,
  health: NOBODY,
  init: NOBODY,
  ingress: NOBODY,
  unmanaged: NOBODY,
  none: NOBODY,
};

const DIRECTIONS = [
  ["ingress", "fromEntities"],
  ["egress", "toEntities"],
] as const;

describe.each(DIRECTIONS)("what an entity becomes, %s", (direction, field) => {
  const formOf = (entity: string, facts: readonly Json[], ranges: readonly string[]): Form => {
    const rule = { [field]: entity.split(" and ") };
    const result = convert([policy({ [direction]: [rule] })], facts, { "pod-cidr": ranges });
    const [object] = rawObjects(streamOf(result));
    expect(object?.spec.policyTypes).toEqual([direction === "ingress" ? "Ingress" : "Egress"]);
    return [letIn(object?.spec[direction]), outcomeOf(result) ?? ""];
  };

  it("has a row for each", () => {
    expect(
      Object.keys(FORMS)
        .filter((name) => !name.includes(" "))
        .sort(),
    ).toEqual([...ENTITIES].sort());
  });

  it.each(Object.entries(FORMS))("%s", (entity, { known, unknown }) => {
    expect(formOf(entity, FACTS, ["10.244.0.0/16", "fd00:10::/64"])).toEqual(known);
    expect(formOf(entity, [], [])).toEqual(unknown);
  });

  it.each(["world-ipv4", "world-ipv6"])("%s is nobody with one IP family", (entity) => {
    expect(formOf(entity, FACTS, ["10.244.0.0/16"])).toEqual(["", "exact"]);
  });
});
