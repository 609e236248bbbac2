import { describe, expect, it } from "vitest";
import { read, summary } from "./harness.ts";

function policy(
  spec: string,
  metadata = "{name: web, namespace: shop}",
  kind = "NetworkPolicy",
): string {
  return `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n`;
}

function stored(
  spec: string,
  metadata = "{name: web, namespace: shop}",
  kind = "NetworkPolicy",
): string {
  return policy(spec, metadata, kind).replace("projectcalico.org/v3", "crd.projectcalico.org/v1");
}

describe("a policy as its author wrote it", () => {
  it("keeps everything that was said", () => {
    const { input, findings } = read(`apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: sec.web
  labels: {b: "1", a: "2"}
spec:
  tier: sec
  order: -1.5
  selector: app == 'web'
  namespaceSelector: env == 'prod'
  serviceAccountSelector: has(x)
  applyOnForward: true
  types: [Egress, Ingress]
  ingress:
    - action: Log
    - action: Pass
      ipVersion: 4
      protocol: TCP
      notProtocol: 17
      source:
        nets: [10.0.0.0/8]
        notNets: [10.1.0.0/16]
        selector: a == 'x'
        notSelector: b == 'y'
        namespaceSelector: global()
        serviceAccounts: {names: [ci], selector: has(y)}
        ports: [80, "90:100", http]
      destination:
        notPorts: ["22"]
      http: {methods: [GET], paths: [{exact: /a}, {prefix: /b}]}
      metadata: {annotations: {a: b}}
  egress:
    - action: Deny
      protocol: ICMP
      icmp: {type: 8, code: 0}
      notICMP: {type: 3}
      destination:
        domains: [example.com]
`);
    // HTTP belongs to Allow rules; the finding does not keep the rest from being read.
    expect(summary(findings)).toEqual(["CAL-R012 30:7 spec.ingress[1].http"]);
    expect(input.policies).toEqual([]);
  });

  it("gives the parts of rules their meaning", () => {
    const { input, findings } = read(
      policy(`
  order: 5
  selector: app == 'web'
  ingress:
    - action: Allow
      protocol: TCP
      source: {nets: [10.0.0.0/8], selector: a == 'x', ports: [80, "90:100", http]}
      destination: {notPorts: ["22"]}
      http: {methods: [GET], paths: [{exact: /a}, {prefix: /b}]}
    - action: Deny
      protocol: ICMP
      icmp: {type: 8, code: 0}
      notICMP: {type: 3}`),
    );
    expect(findings).toEqual([]);
    expect(input.policies).toMatchObject([
      {
        kind: "NetworkPolicy",
        origin: { engine: "calico", namespace: "shop", name: "web", tier: "default" },
        order: 5,
        selector: { text: "app == 'web'" },
        types: ["ingress"],
        hostsOnly: false,
        ingress: [
          {
            action: "allow",
            protocol: 6,
            source: {
              selector: { text: "a == 'x'" },
              ports: [{ first: 80, last: 80 }, { first: 90, last: 100 }, { name: "http" }],
            },
            destination: { notPorts: [{ first: 22, last: 22 }] },
            http: { words: "http methods GET; paths /a, /b*" },
          },
          { action: "deny", protocol: 1, icmp: { type: 8, code: 0 }, notIcmp: { type: 3 } },
        ],
        egress: [],
      },
    ]);
  });

  it("gives each rule the place of its own", () => {
    const { input } = read(policy("\n  ingress:\n    - action: Allow\n    - {action: Deny}"));
    const places = input.policies[0]?.ingress.map(({ origin }) => origin.place.path);
    expect(places).toEqual(["spec.ingress[0]", "spec.ingress[1]"]);
  });

  it.each([
    "nets: []",
    "ports: []",
    "selector: ''",
    "serviceAccounts: {}",
    "nets: null",
    "selector:",
  ])("takes `%s` for nothing said", (entity) => {
    const { input, findings } = read(
      policy(`\n  ingress:\n    - action: Allow\n      source:\n        ${entity}`),
    );
    expect(findings).toEqual([]);
    const source = { ...input.policies[0]?.ingress[0]?.source, place: undefined };
    expect(source).toEqual({
      place: undefined,
      nets: [],
      notNets: [],
      ports: [],
      notPorts: [],
      domains: [],
    });
  });

  it("takes icmp without a type for no condition", () => {
    const { input } = read(policy("{ingress: [{action: Allow, protocol: ICMP, icmp: {}}]}"));
    expect(input.policies[0]?.ingress[0]).not.toHaveProperty("icmp");
  });

  it.each([
    ["{doNotTrack: true, applyOnForward: true}", true],
    ["{preDNAT: true, applyOnForward: true}", true],
    ["{applyOnForward: true}", false],
  ])("%s acts on hosts alone: %s", (spec, hostsOnly) => {
    const { input } = read(policy(spec, "{name: web}", "GlobalNetworkPolicy"));
    expect(input.policies).toMatchObject([{ hostsOnly, applyOnForward: true }]);
  });

  it.each([
    ["{preDNAT: true, doNotTrack: true, applyOnForward: true}", ["CAL-P007 4:8 spec.preDNAT"]],
    ["{preDNAT: true}", ["CAL-P007 4:8 spec.preDNAT"]],
    [
      "{preDNAT: true, applyOnForward: true, egress: [{action: Deny}], types: [Egress]}",
      ["CAL-P007 4:45 spec.egress", "CAL-P007 4:71 spec.types"],
    ],
    ["{types: [Ingress, Ingress]}", ["CAL-P007 4:15 spec.types"]],
  ])("refuses %s", (spec, expected) => {
    const { dispositions, findings } = read(policy(spec, "{name: web}", "GlobalNetworkPolicy"));
    expect(dispositions).toEqual(["invalid"]);
    expect(summary(findings)).toEqual(expected);
  });
});

describe("the directions of a policy without types", () => {
  const ingress = "ingress: [{action: Allow}]";
  const egress = "egress: [{action: Allow}]";
  it.each([
    ["{}", ["ingress"]],
    [`{${ingress}}`, ["ingress"]],
    [`{${egress}}`, ["egress"]],
    [`{ingress: null, ${egress}}`, ["egress"]],
    [`{${ingress}, ${egress}}`, ["ingress", "egress"]],
    [`{${ingress}, egress: []}`, ["ingress"]],
    [`{types: [], ${egress}}`, ["egress"]],
  ])("through the API: %s applies to %s", (spec, types) => {
    const { input, findings } = read(policy(spec));
    expect(findings).toEqual([]);
    expect(input.policies[0]?.types).toEqual(types);
  });

  it("takes an empty ingress list beside egress rules for the narrower reading, and says so", () => {
    const { input, findings } = read(policy(`{ingress: [], ${egress}}`));
    expect(input.policies[0]?.types).toEqual(["ingress", "egress"]);
    expect(summary(findings)).toEqual(["CAL-P006 4:8 spec.ingress"]);
  });

  it.each([
    ["{}", ["CAL-P005 4:1 spec"]],
    [`{${ingress}}`, ["CAL-P005 4:1 spec"]],
    [`{${egress}}`, ["CAL-P005 4:1 spec"]],
    [`{${ingress}, ${egress}}`, []],
  ])("in storage: %s applies to both", (spec, expected) => {
    const { input, findings } = read(stored(spec));
    expect(input.policies[0]?.types).toEqual(["ingress", "egress"]);
    expect(summary(findings)).toEqual(expected);
  });
});

describe("names", () => {
  it.each([
    ["{name: ../../etc/passwd, namespace: a}", ["CAL-P001 3:18 metadata.name"]],
    ["{name: Web, namespace: a}", ["CAL-P001 3:18 metadata.name"]],
    ["{name: a_b, namespace: a}", ["CAL-P001 3:18 metadata.name"]],
    [`{name: ${"n".repeat(254)}, namespace: a}`, ["CAL-P001 3:18 metadata.name"]],
    ["{name: '', namespace: a}", ["CAL-X002 3:11 metadata"]],
    ["{namespace: a}", ["CAL-X002 3:11 metadata"]],
    ["{name: a, namespace: ../b}", ["CAL-P003 3:32 metadata.namespace"]],
    ["{name: ossg.default.x, namespace: a}", ["CAL-P011 3:18 metadata.name"]],
  ])("refuses %s", (metadata, expected) => {
    const { dispositions, findings, input } = read(policy("{}", metadata));
    expect(dispositions).toEqual(["invalid"]);
    expect(summary(findings)).toEqual(expected);
    expect(input.policies).toEqual([]);
  });

  it.each([
    ["{name: a.b.c, namespace: a}", ["CAL-P020"]],
    ["{name: knp.default.a.b, namespace: a}", ["CAL-P010"]],
    ["{name: a}", ["CAL-P002"]],
    ["{name: a, namespace: tigera-prometheus}", ["CAL-P021"]],
  ])("warns of %s", (metadata, expected) => {
    const { dispositions, findings } = read(policy("{}", metadata));
    expect(dispositions).toEqual(["policy"]);
    expect(findings.map(({ code }) => code)).toEqual(expected);
  });

  it.each([
    ["a: yes", ["CAL-X001 3:27 metadata.labels.a"]],
    ["a: 1e3", ["CAL-X001 3:27 metadata.labels.a"]],
    ["a: 'b c'", ["CAL-P017 3:27 metadata.labels.a"]],
    ["a/b/c: d", ['CAL-P017 3:31 metadata.labels["a/b/c"]']],
    ["__proto__: d", ["CAL-P017 3:35 metadata.labels.__proto__"]],
  ])("refuses the label %s as the API server does", (label, expected) => {
    const { findings } = read(policy("{}", `{labels: {${label}}, name: a, namespace: b}`));
    expect(summary(findings).map((text) => text.replace(/ \d+:\d+ /, " "))).toEqual(
      expected.map((text) => text.replace(/ \d+:\d+ /, " ")),
    );
  });

  it("takes a label that is null for an empty one", () => {
    const { input } = read(policy("{}", "{labels: {a: }, name: a, namespace: b}"));
    expect(input.policies[0]?.origin.labels).toEqual([["a", ""]]);
  });
});

describe("the storage form", () => {
  it.each([
    ["{name: default.web, namespace: p}", "{}", "web"],
    ["{name: default.web, namespace: p}", "{tier: default}", "web"],
    ["{name: default.default.web, namespace: p}", "{}", "default.web"],
    ["{name: default.web, namespace: p}", "{tier: sec}", "default.web"],
    ["{name: sec.web, namespace: p}", "{tier: sec}", "sec.web"],
    [
      `{name: default.web, namespace: p, annotations: {projectcalico.org/metadata: '{"name":"other"}'}}`,
      "{}",
      "other",
    ],
    [
      `{name: default.web, namespace: p, annotations: {projectcalico.org/metadata: '{"labels":{"a":"b"}}'}}`,
      "{}",
      "web",
    ],
  ])("%s %s is called %s", (metadata, spec, name) => {
    const { input } = read(stored(spec, metadata));
    expect(input.policies[0]?.origin.name).toBe(name);
  });

  it("merges the labels of the annotation over those of the object", () => {
    const annotation = `projectcalico.org/metadata: '{"labels":{"a":"inner","__proto__":"x"}}'`;
    const { input } = read(
      stored(
        "{}",
        `{name: web, namespace: p, labels: {a: outer, b: c}, annotations: {${annotation}}}`,
      ),
    );
    // `__proto__` is a key like others, and no label name.
    expect(input.policies).toEqual([]);
    const fine = read(
      stored(
        "{}",
        `{name: web, namespace: p, labels: {a: outer, b: c}, annotations: {${annotation.replace(',"__proto__":"x"', "")}}}`,
      ),
    );
    expect(fine.input.policies[0]?.origin.labels).toEqual([
      ["a", "inner"],
      ["b", "c"],
    ]);
  });

  it.each(["'{'", "'[1]'", `'{"labels":{"a":1}}'`])("refuses the annotation %s", (text) => {
    const { dispositions, findings } = read(
      stored(
        "{types: [Ingress]}",
        `{name: web, namespace: p, annotations: {projectcalico.org/metadata: ${text}}}`,
      ),
    );
    expect(dispositions).toEqual(["invalid"]);
    expect(findings.map(({ code }) => code)).toEqual(["CAL-P016"]);
  });
});

describe("broken selectors", () => {
  it.each([
    ["v3", policy("{selector: \"a = 'x'\", types: [Ingress]}"), ["CAL-S001 4:21 spec.selector"]],
    [
      "stored",
      stored("{selector: \"a = 'x'\", types: [Ingress]}"),
      ["CAL-S004 4:21 spec.selector"],
    ],
    [
      "stored subject scope",
      stored(
        "{namespaceSelector: \"a = 'x'\", types: [Ingress]}",
        "{name: web}",
        "GlobalNetworkPolicy",
      ),
      ["CAL-S003 4:30 spec.namespaceSelector"],
    ],
    [
      "stored rule",
      stored("{types: [Ingress], ingress: [{action: Allow, source: {selector: a}}]}"),
      undefined,
    ],
  ])("are invalid, with the place of the character: %s", (_, text, expected) => {
    const { dispositions, findings } = read(text);
    expect(dispositions).toEqual(["invalid"]);
    if (expected !== undefined) expect(summary(findings)).toEqual(expected);
    else expect(findings.map(({ code }) => code)).toEqual(["CAL-S004"]);
  });

  it("are placed at the value where the file does not hold their text as it is", () => {
    const { findings } = read(policy("\n  selector: >-\n    a ==\n    b"));
    expect(summary(findings)).toEqual(["CAL-S001 6:5 spec.selector"]);
  });

  it("are told in the words that say what Calico does with them", () => {
    const v3 = read(policy("{selector: \"a = 'x'\"}")).findings[0]?.message;
    const crd = read(stored("{selector: \"a = 'x'\", types: [Ingress]}")).findings[0]?.message;
    expect(v3).toContain("refuses a policy with it");
    expect(crd).toContain("ignores this policy, so it is not in force today");
  });

  it("cut a long selector short in the message", () => {
    const { findings } = read(policy(`{selector: "${"a".repeat(5000)} ="}`));
    expect(findings[0]?.message.length).toBeLessThan(400);
  });

  it.each([
    ["{selector: global()}", ["CAL-S002"]],
    ["{ingress: [{action: Allow, source: {selector: global()}}]}", ["CAL-S002"]],
    [
      "{ingress: [{action: Allow, source: {namespaceSelector: \"global() && a == 'x'\"}}]}",
      ["CAL-S002"],
    ],
    ["{ingress: [{action: Allow, source: {namespaceSelector: (global())}}]}", ["CAL-S002"]],
    ["{ingress: [{action: Allow, source: {namespaceSelector: ' global( ) '}}]}", []],
    ["{ingress: [{action: Allow, source: {namespaceSelector: \"global == 'x'\"}}]}", []],
  ])("or selectors with global() out of its place: %s", (spec, expected) => {
    expect(read(policy(spec)).findings.map(({ code }) => code)).toEqual(expected);
  });

  it("but a long one is only warned of", () => {
    const selector = Array.from({ length: 100 }, (_, index) => `a == 'x${String(index)}'`).join(
      " || ",
    );
    const { dispositions, findings } = read(policy(`{selector: "${selector}"}`));
    expect(dispositions).toEqual(["policy"]);
    expect(findings.map(({ code }) => code)).toEqual(["CAL-S005"]);
  });
});

describe("fields that the API does not know", () => {
  it("make the rule that holds them inexact, not invalid", () => {
    const { input, findings } = read(
      policy(
        "\n  ingress:\n    - action: Allow\n      sorce: {selector: a == 'x'}\n      destination: {port: 80}\n    - action: Deny",
      ),
    );
    expect(summary(findings)).toEqual([
      "CAL-R013 7:7 spec.ingress[0].sorce",
      "CAL-R013 8:21 spec.ingress[0].destination.port",
    ]);
    expect(findings.map(({ hint }) => hint)).toEqual([
      "Write `source` if that is what is meant.",
      "Write `ports` if that is what is meant.",
    ]);
    expect(input.policies[0]?.ingress.map(({ unknownFields }) => unknownFields)).toEqual([
      ["spec.ingress[0].sorce", "spec.ingress[0].destination.port"],
      [],
    ]);
  });

  it("elsewhere are a warning", () => {
    const { input, findings } = read(
      policy("{podSelector: {}, ingress: [{action: Allow, metadata: {name: x}}]}"),
    );
    expect(findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      "CAL-X003 warning",
      "CAL-X003 warning",
    ]);
    expect(input.policies[0]?.ingress[0]?.unknownFields).toEqual([]);
  });

  it("stop the run when calicoctl would read them and the API server would not", () => {
    const { dispositions, findings } = read(policy("{Selector: a == 'x'}"));
    expect(dispositions).toEqual(["invalid"]);
    expect(summary(findings)).toEqual(["CAL-X013 4:8 spec.Selector"]);
  });
});
