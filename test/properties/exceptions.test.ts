import fc from "fast-check";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import type { AddressSet } from "../../src/sets/address-set.ts";
import {
  addressSetOf,
  addressesMeet,
  parseCidr,
  subtractAddresses,
} from "../../src/sets/address-set.ts";
import { draws } from "../support/effort.ts";
import { documentsText } from "../support/random-calico.ts";
import type { CaseOptions } from "../support/run-convert.ts";
import { runCase } from "../support/run-convert.ts";

/*
 * The VPC CNI's agent takes an exception of a block for a deny of its own, over all policies of a pod and direction: it loses
 * to entries as long or longer alone. So no exception may hold an address that another block of the same pods lets in.
 */

type Json = Readonly<Record<string, unknown>>;

interface IpBlock {
  readonly cidr: string;
  readonly except?: readonly string[];
}
interface Written {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly podSelector?: {
      readonly matchLabels?: Readonly<Record<string, string>>;
      readonly matchExpressions?: readonly {
        readonly key: string;
        readonly operator: string;
        readonly values?: readonly string[];
      }[];
    };
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly { readonly from?: readonly { readonly ipBlock?: IpBlock }[] }[];
    readonly egress?: readonly { readonly to?: readonly { readonly ipBlock?: IpBlock }[] }[];
  };
}

const setOf = (cidrs: readonly string[]): AddressSet =>
  addressSetOf(cidrs.map(parseCidr).filter((one) => one !== undefined));

const ANY_BLOCK: readonly IpBlock[] = [{ cidr: "0.0.0.0/0" }, { cidr: "::/0" }];

function blocksOf({ spec }: Written, direction: "Ingress" | "Egress"): readonly IpBlock[] {
  if (!spec.policyTypes.includes(direction)) return [];
  const lists =
    direction === "Ingress"
      ? spec.ingress?.map((rule) => rule.from)
      : spec.egress?.map((rule) => rule.to);
  return (lists ?? []).flatMap((peers) =>
    peers === undefined ? ANY_BLOCK : peers.flatMap(({ ipBlock }) => ipBlock ?? []),
  );
}

function selects({ spec }: Written, labels: Readonly<Record<string, string>>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = spec.podSelector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      return (operator === "In") === (value !== undefined && values.includes(value));
    })
  );
}

const PODS = [undefined, "x", "y", "z"].flatMap((a) =>
  [undefined, "x"].map((b) => ({ ...(a && { a }), ...(b && { b }) })),
);

/** What the agent would drop of what the policies of a pod let in, and how many exceptions there are. */
function denied(policies: readonly Written[]): { found: string[]; exceptions: number } {
  const found: string[] = [];
  let exceptions = 0;
  for (const namespace of ["p", "q"]) {
    for (const direction of ["Ingress", "Egress"] as const) {
      for (const pod of PODS) {
        const blocks = policies
          .filter((one) => one.metadata.namespace === namespace && selects(one, pod))
          .flatMap((one) => blocksOf(one, direction));
        const letIn = blocks.map(({ cidr, except = [] }) =>
          subtractAddresses(setOf([cidr]), setOf(except)),
        );
        for (const one of new Set(blocks.flatMap(({ except = [] }) => except))) {
          exceptions += 1;
          const hole = setOf([one]);
          if (letIn.some((addresses) => addressesMeet(addresses, hole)))
            found.push(`${namespace} ${direction} ${JSON.stringify(pod)}: ${one}`);
        }
      }
    }
  }
  return { found, exceptions };
}

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const some = <T>(of: fc.Arbitrary<T>, most: number): fc.Arbitrary<readonly T[]> =>
  fc.array(of, { minLength: 1, maxLength: most });

const V4 = ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.1.0/24", "10.0.1.5/32", "192.0.2.0/24"];
const V6 = ["::/0", "2001:db8::/32", "2001:db8:1::/48"];

const calicoPeer = oneOf(V4, V6).chain((nets) => {
  const list = some(oneOf(...nets), 2);
  return fc.oneof(
    fc.record({ nets: list, notNets: list }),
    fc.record({ nets: list, notNets: list }),
    fc.record({ nets: list }),
    fc.record({ notNets: list }),
    oneOf<Json>({}, { selector: "a == 'x'" }),
  );
});
const calicoRules = (side: "source" | "destination"): fc.Arbitrary<readonly Json[]> =>
  some(
    fc.record({
      action: oneOf("Allow", "Allow", "Allow", "Allow", "Deny", "Pass"),
      protocol: oneOf("TCP", "UDP"),
      [side]: calicoPeer,
    }),
    3,
  );
const calicoPolicy = fc.record({
  order: oneOf(1, 2, 3),
  selector: oneOf("all()", "a == 'x'", "a != 'x'", "has(b)", "a in {'x', 'y'}"),
  types: fc.constant(["Ingress", "Egress"]),
  ingress: calicoRules("source"),
  egress: calicoRules("destination"),
});

const cidrSet = fc.oneof(
  oneOf(...V4, ...V6).map((cidr): IpBlock => ({ cidr })),
  some(oneOf("10.0.0.0/16", "10.0.1.0/24", "10.0.1.5/32"), 2).map((except): IpBlock => ({
    cidr: "10.0.0.0/8",
    except,
  })),
  some(oneOf("10.0.0.0/8", "10.0.1.0/24", "192.0.2.0/24"), 3).map((except): IpBlock => ({
    cidr: "0.0.0.0/0",
    except,
  })),
  some(oneOf("2001:db8::/32", "2001:db8:1::/48", "::ffff:10.0.0.0/104"), 2).map(
    (except): IpBlock => ({ cidr: "::/0", except }),
  ),
);
const ciliumRules = (side: "from" | "to"): fc.Arbitrary<readonly Json[]> =>
  some(
    fc
      .tuple(
        fc.oneof(
          { weight: 4, arbitrary: some(cidrSet, 3).map((all) => ({ [`${side}CIDRSet`]: all })) },
          { weight: 1, arbitrary: oneOf<Json>({ [`${side}Entities`]: ["world"] }, {}) },
        ),
        oneOf<Json>({}, { toPorts: [{ ports: [{ port: "80", protocol: "TCP" }] }] }),
      )
      .map(([who, what]) => ({ ...who, ...what })),
    3,
  );
const ciliumPolicy = fc.record({
  endpointSelector: oneOf<Json>(
    {},
    { matchLabels: { a: "x" } },
    { matchExpressions: [{ key: "a", operator: "NotIn", values: ["x"] }] },
    { matchExpressions: [{ key: "b", operator: "Exists" }] },
  ),
  ingress: ciliumRules("from"),
  egress: ciliumRules("to"),
});

const documentsOf = (
  specs: readonly Json[],
  apiVersion: string,
  [global, namespaced]: readonly [string, string],
): readonly Json[] =>
  specs.map((spec, at) => ({
    apiVersion,
    ...(at % 2 === 0
      ? { kind: namespaced, metadata: { name: `n${String(at)}`, namespace: at === 0 ? "p" : "q" } }
      : { kind: global, metadata: { name: `n${String(at)}` } }),
    spec,
  }));
const calico = some(calicoPolicy, 4).map((specs) =>
  documentsOf(specs, "projectcalico.org/v3", ["GlobalNetworkPolicy", "NetworkPolicy"]),
);
const cilium = some(ciliumPolicy, 4).map((specs) =>
  documentsOf(specs, "cilium.io/v2", ["CiliumClusterwideNetworkPolicy", "CiliumNetworkPolicy"]),
);

const ranges = (...values: readonly string[]): fc.Arbitrary<readonly string[]> =>
  oneOf<readonly string[]>([], ...values.map((one) => [one]));
const options: fc.Arbitrary<CaseOptions> = fc.record({
  actions: oneOf("skip" as const, "compile" as const),
  inexact: oneOf("narrow" as const, "widen" as const),
  "pod-cidr": ranges("10.0.0.0/16", "172.16.0.0/12"),
  "target-pod-cidr": ranges("192.0.2.0/24", "172.20.0.0/16"),
  "known-namespace": fc.constant(["p", "q"]),
});

describe.each([
  ["Calico", calico, 31],
  ["Cilium", cilium, 32],
] as const)("exceptions of blocks, written of policies of %s", (_, documents, seed) => {
  it("deny nothing that is let in by anything else", () => {
    const seen = { exceptions: 0 };
    fc.assert(
      fc.property(documents, options, (all, given) => {
        const files = [{ name: "policies.yaml", text: documentsText(all) }];
        const result = runCase({ files, inventory: [], options: given });
        expect(result.refuted).toEqual([]);
        const written = result.objects.map(({ text }) => load(text) as Written);
        const { found, exceptions } = denied(written);
        expect(found).toEqual([]);
        seen.exceptions += exceptions;
      }),
      { numRuns: draws(300), seed },
    );
    expect(seen.exceptions, "there are exceptions").toBeGreaterThan(40);
  }, 120_000);
});

it("a rule that cannot have its own exceptions gets no others that deny something", () => {
  const rule = (nets: readonly string[], notNets: readonly string[] = []): Json => ({
    action: "Allow",
    source: { nets, ...(notNets.length === 0 ? {} : { notNets }) },
  });
  // `16.0.0.0/5` without `23.0.0.0/8` is shorter than the three, but for what the last rule lets in.
  const whole = ["10.0.0.0/8", "16.0.0.0/6", "20.0.0.0/7", "22.0.0.0/8"];
  const ingress = [rule(whole, ["10.1.0.0/16"]), rule(["10.1.0.0/16"]), rule(["22.0.0.0/7"])];
  const spec = { types: ["Ingress"], ingress };
  const metadata = { name: "nets", namespace: "p" };
  const document = {
    apiVersion: "projectcalico.org/v3",
    kind: "NetworkPolicy",
    metadata,
    spec,
  };
  const files = [{ name: "policies.yaml", text: documentsText([document]) }];
  const { objects } = runCase({ files, inventory: [], options: { "known-namespace": ["p"] } });
  const { found, exceptions } = denied(objects.map(({ text }) => load(text) as Written));
  expect(objects).toHaveLength(1);
  expect([found, exceptions]).toEqual([[], 0]);
});
