import { describe, expect, it } from "vitest";
import {
  codesOf,
  convert,
  NAMESPACES,
  objectsOf,
  outcomeOf,
  policy,
  type Json,
} from "./support.ts";

const PORT_80 = [{ ports: [{ port: "80", protocol: "TCP" }] }];
const ALL_PORTS = [{ ports: [{ port: "0" }] }];

/** The same for the other direction. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  const swap = (name: string): string =>
    name.startsWith("ingress")
      ? name.replace("ingress", "egress")
      : name.startsWith("egress")
        ? name.replace("egress", "ingress")
        : name.replace(/^from/, "to");
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [swap(name), turned(part)]),
  );
}

/** What is absent, null and empty, field by field: what the rule allows, and whether the pods are isolated. */
describe("what is empty, for pods with app=a", () => {
  it.each<readonly [title: string, spec: Json, rules: readonly string[] | "open"]>([
    ["no rules", { egress: [{}], ingress: undefined }, "open"],
    ["rules that are null", { egress: [{}], ingress: null }, "open"],
    ["an empty list of rules", { egress: [{}], ingress: [] }, "open"],
    ["a rule without fields", { ingress: [{}] }, []],
    ["a peer without labels", { ingress: [{ fromEndpoints: [{}] }] }, ["pods * : any"]],
    ["no peer in the list", { ingress: [{ fromEndpoints: [] }] }, []],
    [
      "no peer in the list, with a port",
      { ingress: [{ fromEndpoints: [], toPorts: PORT_80 }] },
      [],
    ],
    ["no CIDR in the list, with a port", { ingress: [{ fromCIDR: [], toPorts: PORT_80 }] }, []],
    ["no entry in the CIDR set", { ingress: [{ fromCIDRSet: [], toPorts: PORT_80 }] }, []],
    ["no CIDR in the list", { ingress: [{ fromCIDR: [] }] }, []],
    ["no entry in the CIDR set, without a port", { ingress: [{ fromCIDRSet: [] }] }, []],
    ["no node in the list, without a port", { ingress: [{ fromNodes: [] }] }, []],
    [
      "an entry without ports, for no peer in particular",
      { ingress: [{ toPorts: [{ ports: [] }] }] },
      [],
    ],
    ["no entity in the list, without a port", { ingress: [{ fromEntities: [] }] }, []],
    ["no node in the list", { ingress: [{ fromNodes: [], toPorts: PORT_80 }] }, []],
    ["peers and ports that are null", { ingress: [{ fromEndpoints: null, toPorts: null }] }, []],
    [
      "an entry with L7 rules and no ports",
      { ingress: [{ fromEndpoints: [{}], toPorts: [{ rules: { http: [{}] } }] }] },
      [],
    ],
    [
      "an empty list of HTTP rules for another protocol",
      {
        ingress: [
          {
            fromEndpoints: [{}],
            toPorts: [{ ports: [{ port: "80", protocol: "UDP" }], rules: { http: [] } }],
          },
        ],
      },
      ["pods * : UDP 80"],
    ],
    ["no entity in the list", { ingress: [{ fromEntities: [], toPorts: PORT_80 }] }, []],
    [
      "an empty list beside a filled one",
      { ingress: [{ fromEndpoints: [], fromEntities: ["all"] }] },
      [],
    ],
    ["a port alone", { ingress: [{ toPorts: PORT_80 }] }, ["any : TCP 80"]],
    [
      "a port, and peers that are null",
      { ingress: [{ fromEndpoints: null, toPorts: PORT_80 }] },
      ["any : TCP 80"],
    ],
    [
      "a peer, and ports that are null",
      { ingress: [{ fromEndpoints: [{}], toPorts: null }] },
      ["pods * : any"],
    ],
    [
      "a peer, and an empty list of ports",
      { ingress: [{ fromEndpoints: [{}], toPorts: [] }] },
      ["pods * : any"],
    ],
    ["an entry without ports", { ingress: [{ fromEndpoints: [{}], toPorts: [{}] }] }, []],
    [
      "an entry with an empty list",
      { ingress: [{ fromEndpoints: [{}], toPorts: [{ ports: [] }] }] },
      [],
    ],
    [
      "an entry without ports beside one with",
      { ingress: [{ fromEndpoints: [{}], toPorts: [{ ports: [] }, ...PORT_80] }] },
      ["pods * : TCP 80"],
    ],
    [
      "port 0",
      { ingress: [{ fromEndpoints: [{}], toPorts: ALL_PORTS }] },
      ["pods * : SCTP, TCP, UDP"],
    ],
    ["an empty list of ICMP", { ingress: [{ fromEndpoints: [{}], icmps: [] }] }, ["pods * : any"]],
    ["ICMP without fields", { ingress: [{ fromEndpoints: [{}], icmps: [{}] }] }, []],
    ["ICMP with no field", { ingress: [{ fromEndpoints: [{}], icmps: [{ fields: [] }] }] }, []],
    ["nothing but the entity none", { ingress: [{ fromEntities: ["none"] }] }, []],
    [
      "an empty list of HTTP rules",
      { ingress: [{ fromEndpoints: [{}], toPorts: [{ ...PORT_80[0], rules: { http: [] } }] }] },
      ["pods * : TCP 80"],
    ],
    [
      "an HTTP rule for any request",
      { ingress: [{ fromEndpoints: [{}], toPorts: [{ ...PORT_80[0], rules: { http: [{}] } }] }] },
      ["pods * : TCP 80"],
    ],
    ["a Deny without fields", { ingressDeny: [{}] }, []],
    ["a Deny of everybody", { ingressDeny: [{ fromEntities: ["all"] }] }, []],
    [
      "a Deny of everybody beside an Allow",
      { ingressDeny: [{ fromEntities: ["all"] }], ingress: [{ fromEndpoints: [{}] }] },
      [],
    ],
  ])("%s", (_, spec, rules) => {
    const shown = rules === "open" ? undefined : rules;
    const result = convert([policy(spec)]);
    expect(["exact", "conditional"]).toContain(outcomeOf(result));
    expect(objectsOf(result)[0]?.ingress).toEqual(shown);
    const other = convert([policy(turned(spec) as Json)]);
    expect(["exact", "conditional"]).toContain(outcomeOf(other));
    expect(objectsOf(other)[0]?.egress).toEqual(shown);
  });

  /** Beside an Allow of the namespace's pods on port 80: whether that is left. */
  it.each<readonly [title: string, denies: unknown, isLeft: boolean]>([
    ["no Denies", undefined, true],
    ["Denies that are null", null, true],
    ["an empty list of Denies", [], true],
    ["a Deny without fields", [{}], true],
    ["a Deny of no peer in the list", [{ fromEndpoints: [] }], true],
    ["of no peer in the list, with a port", [{ fromEndpoints: [], toPorts: PORT_80 }], true],
    ["of no CIDR, with a port", [{ fromCIDR: [], toPorts: PORT_80 }], true],
    ["of no entry of a CIDR set, with a port", [{ fromCIDRSet: [], toPorts: PORT_80 }], true],
    ["of no entity, with a port", [{ fromEntities: [], toPorts: PORT_80 }], true],
    ["of no node, with a port", [{ fromNodes: [], toPorts: PORT_80 }], true],
    ["of the entity none", [{ fromEntities: ["none"] }], true],
    ["of a peer, for an entry without ports", [{ fromEndpoints: [{}], toPorts: [{}] }], true],
    ["for an entry with no port", [{ fromEndpoints: [{}], toPorts: [{ ports: [] }] }], true],
    ["of a peer, for ICMP without fields", [{ fromEndpoints: [{}], icmps: [{}] }], true],
    ["for ICMP with no field", [{ fromEndpoints: [{}], icmps: [{ fields: [] }] }], true],
    ["of an empty list beside a filled one", [{ fromEndpoints: [], fromEntities: ["all"] }], true],
    ["of a peer without labels", [{ fromEndpoints: [{}] }], false],
    ["of a peer, and ports that are null", [{ fromEndpoints: [{}], toPorts: null }], false],
    ["of a peer, and no entry of ports", [{ fromEndpoints: [{}], toPorts: [] }], false],
    ["of a peer, and an empty list of ICMP", [{ fromEndpoints: [{}], icmps: [] }], false],
    ["of a port alone", [{ toPorts: PORT_80 }], false],
    ["of a port, and peers that are null", [{ fromEndpoints: null, toPorts: PORT_80 }], false],
    ["of an empty list of groups, with a port", [{ fromGroups: [], toPorts: PORT_80 }], false],
    ["of everybody", [{ fromEntities: ["all"] }], false],
  ])("%s", (_, denies, isLeft) => {
    const spec = { ingress: [{ fromEndpoints: [{}], toPorts: PORT_80 }], ingressDeny: denies };
    const rules = isLeft ? ["pods * : TCP 80"] : [];
    for (const actions of ["skip", "compile"] as const) {
      const result = convert([policy(spec)], [], { actions });
      expect(objectsOf(result)[0]?.ingress).toEqual(rules);
      expect(outcomeOf(result)).toBe("exact");
      const other = convert([policy(turned(spec) as Json)], [], { actions });
      expect(objectsOf(other)[0]?.egress).toEqual(rules);
      expect(outcomeOf(other)).toBe("exact");
    }
  });

  it.each<readonly [title: string, enableDefaultDeny: unknown, isIsolated: boolean]>([
    ["absent", undefined, true],
    ["null", null, true],
    ["a mapping without fields", {}, true],
    ["null for the direction", { ingress: null }, true],
    ["true", { ingress: true }, true],
    ["false", { ingress: false }, false],
    ["false for the other direction", { egress: false }, true],
  ])("`enableDefaultDeny` is %s", (_, enableDefaultDeny, isIsolated) => {
    const result = convert([policy({ ingress: [{ fromEndpoints: [{}] }], enableDefaultDeny })]);
    expect(objectsOf(result).length).toBe(isIsolated ? 1 : 0);
    expect(outcomeOf(result)).toBe("exact");
  });

  it("a peer without labels of a cluster-wide policy is every pod of every namespace", () => {
    const rule = { ingress: [{ fromEndpoints: [{}] }] };
    const result = convert([policy(rule, "CiliumClusterwideNetworkPolicy")], NAMESPACES);
    expect(objectsOf(result).map(({ ingress }) => ingress)).toEqual(
      NAMESPACES.map(() => ["ns * : any"]),
    );
  });

  it("an empty list of DNS rules restricts nothing", () => {
    const toPorts = [{ ...PORT_80[0], rules: { dns: [] } }];
    const result = convert([policy({ egress: [{ toEndpoints: [{}], toPorts }] })]);
    expect(objectsOf(result)[0]?.egress).toEqual(["pods * : TCP 80"]);
    expect(outcomeOf(result)).toBe("exact");
  });

  it("L7 rules that name no kind void the document", () => {
    const toPorts = [{ ...PORT_80[0], rules: {} }];
    const result = convert([policy({ ingress: [{ fromEndpoints: [{}], toPorts }] })]);
    expect(result.report.summary.documents.invalid).toBe(1);
  });

  it("a Service of a Deny is everybody on its ports, whether it is there or not", () => {
    const toServices = [{ k8sService: { serviceName: "s", namespace: "x" } }];
    const result = convert([
      policy({ egressDeny: [{ toServices, toPorts: PORT_80 }], egress: [{ toPorts: PORT_80 }] }),
    ]);
    expect(objectsOf(result)[0]?.egress).toEqual([]);
    expect(outcomeOf(result)).toBe("exact");
  });

  it.each([
    ["toFQDNs", "any : TCP 80"],
    ["toGroups", "any : TCP 80"],
    ["toServices", "any : TCP 80"],
  ])("an empty list of %s is no list, and said so", (field, rule) => {
    const result = convert([policy({ egress: [{ [field]: [], toPorts: PORT_80 }] })]);
    expect(objectsOf(result)[0]?.egress).toEqual([rule]);
    expect(codesOf(result)).toContain("CIL-R114");
    expect(objectsOf(convert([policy({ egress: [{ [field]: [] }] })]))[0]?.egress).toEqual([]);
  });

  it.each([
    ["{}", {}],
    ["an empty map of labels", { matchLabels: {} }],
    ["labels that are null", { matchLabels: null }],
  ])("the subject %s is every pod of the namespace", (_, endpointSelector) => {
    const result = convert([policy({ endpointSelector, ingress: [{}] })]);
    expect(objectsOf(result)).toEqual([{ at: "ns/p", pods: "*", ingress: [] }]);
  });

  it.each([
    ["by name", { cidrGroupRef: "g" }],
    ["by labels", { cidrGroupSelector: { matchLabels: { a: "b" } } }],
  ])(
    "a group of CIDRs that is not in the input, %s, lets nobody in, and is not called exact",
    (_, entry) => {
      const result = convert([policy({ ingress: [{ fromCIDRSet: [entry] }] })]);
      expect(objectsOf(result)[0]?.ingress).toEqual([]);
      expect(outcomeOf(result)).toBe("narrowed");
      expect(codesOf(result)).toContain("CIL-N105");
    },
  );

  it("a group of CIDRs that is in the input and empty is nobody, in an Allow and a Deny", () => {
    const group = {
      apiVersion: "cilium.io/v2",
      kind: "CiliumCIDRGroup",
      metadata: { name: "g" },
      spec: { externalCIDRs: [] },
    };
    const fromCIDRSet = [{ cidrGroupRef: "g" }];
    const allowing = convert([policy({ ingress: [{ fromCIDRSet }] }), group]);
    expect(objectsOf(allowing)[0]?.ingress).toEqual([]);
    expect(codesOf(allowing)).toContain("CIL-N114");
    const denying = convert([
      policy({ ingress: [{ toPorts: PORT_80 }], ingressDeny: [{ fromCIDRSet }] }),
      group,
    ]);
    expect(objectsOf(denying)[0]?.ingress).toEqual(["any : TCP 80"]);
    for (const result of [allowing, denying]) {
      expect(["exact", "conditional"]).toContain(outcomeOf(result));
    }
  });

  it("a service that is not there is left out of an Allow, whatever Cilium makes of it", () => {
    const toServices = [{ k8sService: { serviceName: "s", namespace: "x" } }];
    const result = convert([policy({ egress: [{ toServices, toPorts: PORT_80 }] })]);
    expect(objectsOf(result)[0]?.egress).toEqual([]);
    expect(codesOf(result)).toEqual(expect.arrayContaining(["CIL-R109", "CIL-R116"]));
  });
});
