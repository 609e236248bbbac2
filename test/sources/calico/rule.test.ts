import { describe, expect, it } from "vitest";
import { read, summary } from "./harness.ts";

function withRule(
  rule: string,
  direction = "ingress",
  kind = "NetworkPolicy",
  version = "projectcalico.org/v3",
): string {
  const namespace = kind === "NetworkPolicy" ? ", namespace: p" : "";
  return `apiVersion: ${version}\nkind: ${kind}\nmetadata: {name: web${namespace}}\nspec:\n  types: [Ingress, Egress]\n  ${direction}:\n  - ${rule}\n`;
}

/** Codes and paths, without `spec.ingress[0].`. */
function findingsOf(text: string): string[] {
  return summary(read(text).findings).map((line) =>
    line.replace(/ \d+:\d+ spec\.(?:in|e)gress\[0\]\.?/, " ").trimEnd(),
  );
}

describe("what the API refuses in a rule", () => {
  it.each([
    ["{action: allow}", ["CAL-X001 action"]],
    ["{}", ["CAL-X002"]],
    ["{action: null}", ["CAL-X002"]],
    ["{action: Allow, ipVersion: 5}", ["CAL-X001 ipVersion"]],
    ["{action: Allow, protocol: tcp}", ["CAL-R001 protocol"]],
    ["{action: Allow, protocol: HTTP}", ["CAL-R001 protocol"]],
    ["{action: Allow, protocol: 0}", ["CAL-R001 protocol"]],
    ["{action: Allow, protocol: 256}", ["CAL-R001 protocol"]],
    ["{action: Allow, protocol: '256'}", ["CAL-R001 protocol"]],
    ["{action: Allow, protocol: '006'}", []],
    ["{action: Allow, protocol: true}", ["CAL-X001 protocol"]],
    ["{action: Allow, icmp: {type: 8}}", ["CAL-R005 icmp"]],
    ["{action: Allow, protocol: TCP, icmp: {type: 8}}", ["CAL-R005 icmp"]],
    ["{action: Allow, protocol: ICMP, icmp: {code: 8}}", ["CAL-R005 icmp"]],
    ["{action: Allow, protocol: ICMP, icmp: {type: 255}}", ["CAL-X001 icmp.type"]],
    ["{action: Allow, notICMP: {type: 8}}", ["CAL-R005 notICMP"]],
    ["{action: Allow, ipVersion: 6, protocol: ICMP}", ["CAL-R006 ipVersion"]],
    ["{action: Allow, ipVersion: 4, notProtocol: ICMPv6}", ["CAL-R006 ipVersion"]],
    ["{action: Allow, ipVersion: 6, source: {nets: [10.0.0.0/8]}}", ["CAL-R006 ipVersion"]],
    [
      "{action: Allow, source: {nets: [10.0.0.0/8]}, destination: {notNets: ['fd00::/8']}}",
      ["CAL-R007"],
    ],
    ["{action: Allow, source: {notNets: [0.0.0.0/0]}}", ["CAL-R009 source.notNets[0]"]],
    ["{action: Allow, source: {nets: [0.0.0.0/0]}}", []],
    ["{action: Allow, source: {nets: [10.0.0.0/8x]}}", ["CAL-N001 source.nets[0]"]],
    ["{action: Allow, source: {nets: [10.1.0.0/8]}}", ["CAL-N002 source.nets[0]"]],
    ["{action: Allow, source: {nets: [10.1.0.0]}}", ["CAL-N003 source.nets[0]"]],
    ["{action: Allow, destination: {ports: [80]}}", ["CAL-R003 destination.ports"]],
    ["{action: Allow, destination: {ports: [http]}}", []],
    [
      "{action: Allow, protocol: UDPLite, destination: {ports: [http]}}",
      ["CAL-R003 destination.ports"],
    ],
    ["{action: Allow, protocol: ICMP, source: {notPorts: [80]}}", ["CAL-R003 source.notPorts"]],
    ["{action: Allow, protocol: 132, source: {notPorts: [80]}}", []],
    [
      "{action: Allow, protocol: TCP, destination: {ports: [0]}}",
      ["CAL-R004 destination.ports[0]"],
    ],
    [
      "{action: Allow, protocol: TCP, destination: {ports: [65536]}}",
      ["CAL-R004 destination.ports[0]"],
    ],
    ["{action: Allow, protocol: TCP, destination: {ports: ['080']}}", []],
    [
      "{action: Allow, protocol: TCP, destination: {ports: ['80-90']}}",
      ["CAL-R004 destination.ports[0]"],
    ],
    [
      "{action: Allow, protocol: TCP, destination: {ports: ['90:80']}}",
      ["CAL-R004 destination.ports[0]"],
    ],
    [
      "{action: Allow, protocol: TCP, destination: {ports: ['0:80']}}",
      ["CAL-R004 destination.ports[0]"],
    ],
    [
      "{action: Allow, protocol: TCP, destination: {ports: [HTTP]}}",
      ["CAL-R004 destination.ports[0]"],
    ],
    [
      "{action: Allow, protocol: TCP, destination: {ports: [a--b]}}",
      ["CAL-R004 destination.ports[0]"],
    ],
    [
      "{action: Allow, protocol: TCP, destination: {ports: [80.5]}}",
      ["CAL-X001 destination.ports[0]"],
    ],
    [
      "{action: Allow, protocol: TCP, destination: {ports: [null]}}",
      ["CAL-X001 destination.ports[0]"],
    ],
    ["{action: Allow, source: {services: {}}}", ["CAL-R011 source.services"]],
    [
      "{action: Allow, source: {services: {name: db}, selector: a == 'x'}}",
      ["CAL-R011 source.services"],
    ],
    [
      "{action: Allow, source: {services: {name: db}, serviceAccounts: {}}}",
      ["CAL-R011 source.services"],
    ],
    ["{action: Allow, source: {services: {name: db}}}", []],
    ["{action: Allow, destination: {services: {name: db}}}", ["CAL-R011 destination.services"]],
    ["{action: Deny, http: {methods: [GET]}}", ["CAL-R012 http"]],
    ["{action: Allow, protocol: UDP, http: {methods: [GET]}}", ["CAL-R012 http"]],
    ["{action: Allow, http: {methods: [GET, GET]}}", ["CAL-R012 http"]],
    ["{action: Allow, http: {paths: [{exact: a}]}}", ["CAL-R012 http"]],
    ["{action: Allow, http: {paths: [{exact: /a, prefix: /b}]}}", ["CAL-R012 http"]],
  ])("%s", (rule, expected) => {
    expect(findingsOf(withRule(rule))).toEqual(expected);
  });

  it.each([
    ["{action: Allow, source: {services: {name: db, namespace: p}}}", ["CAL-R011 source.services"]],
    ["{action: Allow, destination: {services: {name: db, namespace: p}}}", []],
    ["{action: Allow, destination: {services: {name: db}}}", ["CAL-R011 destination.services"]],
    [
      "{action: Allow, protocol: TCP, destination: {services: {name: db, namespace: p}, ports: [80]}}",
      ["CAL-R011 destination.services"],
    ],
    ["{action: Allow, http: {methods: [GET]}}", ["CAL-R012 http"]],
  ])("in an egress rule of a global policy: %s", (rule, expected) => {
    expect(findingsOf(withRule(rule, "egress", "GlobalNetworkPolicy"))).toEqual(expected);
  });
});

describe("what the storage form takes beyond that, as the agent does", () => {
  const stored = (rule: string): string[] =>
    findingsOf(withRule(rule, "ingress", "NetworkPolicy", "crd.projectcalico.org/v1"));

  it.each([
    ["{action: Allow, protocol: tcp, destination: {ports: [80]}}", ["CAL-R002 protocol"]],
    ["{action: Allow, protocol: http}", ["CAL-R001 protocol"]],
    ["{action: Allow, source: {nets: [10.0.0.0/8, 'fd00::/8']}}", ["CAL-R008"]],
    ["{action: Allow, source: {notNets: ['::/0']}}", ["CAL-R010 source.notNets[0]"]],
    ["{action: Allow, protocol: 1, icmp: {type: 8}}", []],
    ["{action: Allow, destination: {ports: [80]}}", ["CAL-R003 destination.ports"]],
    ["{action: aLLow}", ["CAL-R014 action"]],
    ["{action: Forbid}", ["CAL-X001 action"]],
    ["{action: Allow, protocol: ICMP, icmp: {code: 1}}", ["CAL-R015 icmp"]],
    ["{action: Allow, protocol: TCP, icmp: {code: 1}}", ["CAL-R005 icmp"]],
    ["{action: Allow, ipVersion: 6, protocol: ICMP}", ["CAL-R016 ipVersion"]],
    ["{action: Deny, http: {methods: [GET]}}", ["CAL-R017 http"]],
    ["{action: Deny, http: {paths: [{exact: x}]}}", ["CAL-R012 http"]],
  ])("%s", (rule, expected) => {
    expect(stored(rule)).toEqual(expected);
  });
});

describe("limits of newer releases", () => {
  it.each([
    [
      "ports",
      `{action: Allow, protocol: TCP, destination: {ports: [${Array.from({ length: 51 }, (_, i) => String(i + 1)).join(", ")}]}}`,
    ],
    [
      "nets",
      `{action: Allow, source: {nets: [${Array.from({ length: 257 }, (_, i) => `10.0.${String(i >> 8)}.${String(i % 256)}/32`).join(", ")}]}}`,
    ],
  ])("are warned of, not held to: %s", (_, rule) => {
    const { dispositions, findings } = read(withRule(rule));
    expect(dispositions).toEqual(["policy"]);
    expect(findings.map(({ code }) => code)).toEqual(["CAL-P015"]);
  });
});

describe("a document with very many findings", () => {
  it("tells twenty of a kind and counts the rest, and never hides an error behind warnings", () => {
    const nets = Array.from({ length: 200 }, (_, i) => `10.0.0.${String(i)}`).join(", ");
    const { dispositions, findings } = read(
      withRule(`{action: Allow, protocol: X, source: {nets: [${nets}]}}`),
    );
    expect(dispositions).toEqual(["invalid"]);
    const counts = new Map<string, number>();
    for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
    expect([...counts]).toEqual([
      ["CAL-N003", 20],
      ["CAL-R001", 1],
      ["CAL-X004", 1],
    ]);
  });
});

describe("a selector of blanks alone", () => {
  it.each(["selector", "notSelector"])("is refused as a rule's %s", (field) => {
    expect(findingsOf(withRule(`{action: Allow, source: {${field}: ' '}}`))).toEqual([
      `CAL-S006 source.${field}`,
    ]);
  });

  it("selects everything where Calico writes it anew", () => {
    const rule =
      "{action: Allow, source: {namespaceSelector: ' ', serviceAccounts: {selector: ' '}}}";
    expect(findingsOf(withRule(rule))).toEqual([]);
  });
});
