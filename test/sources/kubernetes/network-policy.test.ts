import { describe, expect, it } from "vitest";
import { ANY_PEER } from "../../../src/sets/box.ts";
import { isNetworkPolicy } from "../../../src/sources/kubernetes/network-policy.ts";
import { findingTexts, meaningOf, read, withSpec } from "./support.ts";

const SHOP = '"namespace:kubernetes.io/metadata.name" in {"shop"}';
const ANY = "any : any traffic";

function codes(spec: string): readonly string[] {
  return read(withSpec(spec)).found.map(({ code }) => code);
}

function tableOfEmpties(): readonly (readonly [spec: string, meaning: unknown])[] {
  const all = { subject: SHOP, ingress: [], egress: undefined };
  return [
    ["podSelector: {}", all],
    ["{}", all],
    ["podSelector: null", all],
    ["podSelector: {matchLabels: {}, matchExpressions: []}", all],
    ["podSelector: {matchLabels: null, matchExpressions: null}", all],
    ["policyTypes: [Ingress]", all],
    ["policyTypes: [Ingress]\ningress: []", all],
    ["policyTypes: [Ingress]\ningress: null", all],
    ["policyTypes: []", all],
    ["policyTypes: null", all],
    ["ingress: [{}]", { ...all, ingress: [ANY] }],
    ["ingress: [{}]\npolicyTypes: [Egress]", { subject: SHOP, ingress: undefined, egress: [] }],
    ["egress: []", all],
    ["egress: [{}]", { ...all, egress: [ANY] }],
    ["egress: [{}]\npolicyTypes: [Ingress]", all],
    ["policyTypes: [Egress, Ingress]", { ...all, egress: [] }],
    ["policyTypes: [Egress, Egress]", { subject: SHOP, ingress: undefined, egress: [] }],
    ["ingress: [{from: []}]", { ...all, ingress: [ANY] }],
    ["ingress: [{from: null, ports: null}]", { ...all, ingress: [ANY] }],
    ["ingress: [{ports: []}]", { ...all, ingress: [ANY] }],
    ["ingress: [null]", { ...all, ingress: [ANY] }],
    ["ingress: [{ports: [{}]}]", { ...all, ingress: ["any : TCP"] }],
    ["ingress: [{ports: [null]}]", { ...all, ingress: ["any : TCP"] }],
    ["ingress: [{ports: [{protocol: UDP}]}]", { ...all, ingress: ["any : UDP"] }],
    [
      "ingress: [{ports: [{protocol: null, port: 80, endPort: null}]}]",
      { ...all, ingress: ["any : TCP 80"] },
    ],
    [
      "ingress: [{from: [{podSelector: {}}]}]",
      { ...all, ingress: [`pods ${SHOP} at any address : any traffic`] },
    ],
    ...[
      "ingress: [{from: [{namespaceSelector: {}}]}]",
      "ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]",
      "ingress: [{from: [{namespaceSelector: {}, podSelector: null, ipBlock: null}]}]",
    ].map(
      (spec) => [spec, { ...all, ingress: ["pods any pod at any address : any traffic"] }] as const,
    ),
    [
      "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: []}}]}]",
      { ...all, ingress: ["pods any pod at 10.0.0.0/8 | addresses 10.0.0.0/8 : any traffic"] },
    ],
  ];
}

describe("the table of empties", () => {
  const table: readonly (readonly [spec: string, meaning: unknown])[] = tableOfEmpties();
  it.each(table)("%s", (spec, meaning) => {
    expect(meaningOf(spec)).toEqual(meaning);
  });

  it("has a policy without spec isolate every pod of its namespace, with a warning", () => {
    const { policies, found } = read(
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: shop}\n",
    );
    expect(policies[0]?.policy.ingress).toEqual({ isolates: true, rules: [] });
    expect(policies[0]?.policy.egress).toBeUndefined();
    expect(found.map(({ code }) => code)).toEqual(["K8S-P010"]);
  });

  it("has ANY_PEER itself where no peer is named", () => {
    const [one] = read(withSpec("ingress: [{}]")).policies;
    expect(one?.policy.ingress?.rules[0]?.peer).toBe(ANY_PEER);
  });
});

describe("what is easily meant otherwise is said", () => {
  it.each([
    ["ingress: [{from: []}]", "K8S-R012"],
    ["ingress: [{ports: []}]", "K8S-R012"],
    ["ingress: [null]", "K8S-R011"],
    ["ingress: [{ports: [null]}]", "K8S-R011"],
    ["egress: []", "K8S-P015"],
    ["policyTypes: [Egress]\ningress: [{}]", "K8S-P009"],
    ["podSelector: {matchLabels: {a: }}", "K8S-S007"],
    ["egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: http}]}]", "K8S-R013"],
    ["ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8}}]}]", "K8S-N004"],
    ["ingress: [{from: [{ipBlock: {cidr: 010.0.0.0/08}}]}]", "K8S-N004"],
  ])("%s", (spec, code) => {
    const { found, policies } = read(withSpec(spec));
    expect(found.map((one) => one.code)).toEqual([code]);
    expect(policies).toHaveLength(1);
  });

  it.each([
    "podSelector: {}",
    "policyTypes: [Ingress, Egress]\negress: []",
    "egress: [{to: [{podSelector: {}}], ports: [{port: http}]}]",
    "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: http}]}]",
  ])("and not where all is plain: %s", (spec) => {
    expect(codes(spec)).toEqual([]);
  });
});

describe("selectors", () => {
  const subjectOf = (selector: string): unknown =>
    (meaningOf(`podSelector: ${selector}`) as { readonly subject: string }).subject;

  it.each([
    ["{matchLabels: {a: x}}", `${SHOP} && "pod:a" in {"x"}`],
    ["{matchLabels: {a: ''}}", `${SHOP} && "pod:a" in {""}`],
    [
      "{matchExpressions: [{key: a, operator: In, values: [z, x]}]}",
      `${SHOP} && "pod:a" in {"x", "z"}`,
    ],
    [
      "{matchExpressions: [{key: a, operator: NotIn, values: [x]}]}",
      `${SHOP} && "pod:a" present and not in {"x"} or absent`,
    ],
    ["{matchExpressions: [{key: a, operator: Exists}]}", `${SHOP} && "pod:a" present`],
    [
      "{matchExpressions: [{key: a, operator: DoesNotExist, values: []}]}",
      `${SHOP} && "pod:a" absent`,
    ],
    [
      "{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: NotIn, values: [x]}]}",
      `${SHOP} && "pod:a" present and not in {"x"}`,
    ],
    [
      "{matchLabels: {a: x}, matchExpressions: [{key: b, operator: Exists}]}",
      `${SHOP} && "pod:a" in {"x"} && "pod:b" present`,
    ],
  ])("%s", (selector, subject) => {
    expect(subjectOf(selector)).toBe(subject);
  });

  it("that contradict themselves select nothing", () => {
    const contradiction =
      "{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}";
    const [subject] = read(withSpec(`podSelector: ${contradiction}`)).policies;
    expect(subject?.policy.subject.pods).toEqual([]);
    const [peer] = read(withSpec(`ingress: [{from: [{podSelector: ${contradiction}}]}]`)).policies;
    expect(peer?.policy.ingress?.rules[0]?.peer).toEqual([]);
  });

  it("of namespaces know the label that the API server keeps", () => {
    const spec =
      "ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: db}}}]}]";
    expect(meaningOf(spec)).toMatchObject({
      ingress: [
        'pods "namespace:kubernetes.io/metadata.name" in {"db"} at any address : any traffic',
      ],
    });
  });

  it("treat prototype keys as any other", () => {
    const spec = "podSelector: {matchLabels: {constructor: x, toString: z}}";
    expect(meaningOf(spec)).toMatchObject({
      subject: `${SHOP} && "pod:constructor" in {"x"} && "pod:toString" in {"z"}`,
    });
    expect(codes("podSelector: {matchLabels: {__proto__: x}}")).toEqual(["K8S-S001"]);
  });
});

describe("rules", () => {
  it("match any of their peers and any of their ports", () => {
    const spec = `ingress:
- from:
  - namespaceSelector: {matchLabels: {env: prod}}
    podSelector: {matchLabels: {app: a}}
  - podSelector: {matchLabels: {app: b}}
  ports: [{port: 80, endPort: 82}, {port: 83}, {protocol: UDP, port: 53}, {port: web}, {protocol: UDP, port: web}]`;
    expect(meaningOf(spec)).toMatchObject({
      ingress: [
        `pods "namespace:env" in {"prod"} && "pod:app" in {"a"} at any address | pods ${SHOP} && "pod:app" in {"b"} at any address : TCP 80-83, UDP 53 + web/TCP, UDP`,
      ],
    });
  });

  it("with an ipBlock match pods by address only if the engine does", () => {
    const spec = "egress: [{to: [{ipBlock: {cidr: 10.0.0.0/30, except: [10.0.0.0/31]}}]}]";
    expect(meaningOf(spec)).toMatchObject({
      egress: ["pods any pod at 10.0.0.2/31 | addresses 10.0.0.2/31 : any traffic"],
    });
    expect(meaningOf(spec, { ipBlockMatchesPods: "no" })).toMatchObject({
      egress: ["addresses 10.0.0.2/31 : any traffic"],
    });
  });

  it("whose block is all excepted match nothing", () => {
    const spec =
      "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/31, except: [10.0.0.0/32, 10.0.0.1/32]}}]}]";
    expect(read(withSpec(spec)).policies[0]?.policy.ingress?.rules[0]?.peer).toEqual([]);
  });

  it("with an unknown field match as if it were not there, as they do in the cluster", () => {
    const spec =
      "ingress:\n- {}\n- from:\n  - podSelector: {}\n    serviceAccounts: {}\n- form: []";
    const { policies, found } = read(withSpec(spec));
    const without = read(withSpec("ingress:\n- {}\n- from:\n  - podSelector: {}\n- {}"));
    const meaning = ({ policies: [one] }: typeof without): unknown =>
      one?.policy.ingress?.rules.map(({ peer, traffic, opaque }) => ({ peer, traffic, opaque }));
    expect(meaning({ policies, found })).toEqual(meaning(without));
    expect(findingTexts(found)).toEqual([
      "K8S-R010 11:7 spec.ingress[1].from[0].serviceAccounts",
      "K8S-R010 12:5 spec.ingress[2].form",
    ]);
    expect(found[1]?.hint).toContain("`from`");
  });

  it("with IPv4 written as IPv6 match nobody knows what", () => {
    const { policies, found } = read(
      withSpec('ingress: [{from: [{ipBlock: {cidr: "::ffff:10.0.0.0/104"}}]}]'),
    );
    expect(policies[0]?.policy.ingress?.rules[0]?.opaque).toMatchObject([{ code: "K8S-N006" }]);
    expect(found.map(({ code }) => code)).toEqual(["K8S-N006"]);
  });

  it("of a direction that policyTypes leaves out decide nothing", () => {
    const [one] = read(withSpec("policyTypes: [Ingress]\negress: [{}, {}]")).policies;
    expect(one?.policy.egress).toBeUndefined();
    expect(one?.policy.inert.map(({ origin, action }) => [origin.place.path, action])).toEqual([
      ["spec.egress[0]", "allow"],
      ["spec.egress[1]", "allow"],
    ]);
  });

  it("know their place", () => {
    const [one] = read(withSpec("ingress:\n- {}\n- ports: [{}]")).policies;
    expect(
      one?.policy.ingress?.rules.map(({ origin }) => [origin.index, origin.place.path]),
    ).toEqual([
      [0, "spec.ingress[0]"],
      [1, "spec.ingress[1]"],
    ]);
  });
});

describe("a policy that the API server refuses is invalid, at its place:", () => {
  it.each([
    ["podSelector: {matchLabels: {a: yes}}", "K8S-S003 7:34 spec.podSelector.matchLabels.a"],
    ["podSelector: {matchLabels: {a: 0777}}", "K8S-S003 7:34 spec.podSelector.matchLabels.a"],
    ["podSelector: {matchLabels: {a: [x, y]}}", "K8S-S008 7:34 spec.podSelector.matchLabels.a"],
    ["podSelector: {matchLabels: {a: {b: c}}}", "K8S-S008 7:34 spec.podSelector.matchLabels.a"],
    [
      "podSelector: {matchExpressions: [{key: a, operator: In, values: [[x]]}]}",
      "K8S-S008 7:68 spec.podSelector.matchExpressions[0].values[0]",
    ],
    ["podSelector: {matchLabels: {a: team/a}}", "K8S-S002 7:34 spec.podSelector.matchLabels.a"],
    [
      "podSelector: {matchLabels: {a/b/c: x}}",
      'K8S-S001 7:31 spec.podSelector.matchLabels["a/b/c"]',
    ],
    [
      "podSelector: {matchExpressions: [{key: a, operator: in, values: [x]}]}",
      "K8S-S004 7:55 spec.podSelector.matchExpressions[0].operator",
    ],
    [
      "podSelector: {matchExpressions: [{key: a, operator: In}]}",
      "K8S-S005 7:36 spec.podSelector.matchExpressions[0]",
    ],
    [
      "podSelector: {matchExpressions: [{key: a, operator: Exists, values: [x]}]}",
      "K8S-S006 7:71 spec.podSelector.matchExpressions[0].values",
    ],
    [
      "podSelector: {matchExpressions: [{key: a, operator: In, values: [1]}]}",
      "K8S-S003 7:68 spec.podSelector.matchExpressions[0].values[0]",
    ],
    ["policyTypes: [ingress]", "K8S-P007 7:17 spec.policyTypes[0]"],
    ["policyTypes: [Ingress, Egress, Ingress]", "K8S-P008 7:16 spec.policyTypes"],
    ["ingress: [{ports: [{protocol: ICMP}]}]", "K8S-R001 7:33 spec.ingress[0].ports[0].protocol"],
    ["ingress: [{ports: [{protocol: tcp}]}]", "K8S-R001 7:33 spec.ingress[0].ports[0].protocol"],
    ["ingress: [{ports: [{protocol: ''}]}]", "K8S-R001 7:33 spec.ingress[0].ports[0].protocol"],
    ["ingress: [{ports: [{protocol: 6}]}]", "K8S-R001 7:33 spec.ingress[0].ports[0].protocol"],
    ["ingress: [{ports: [{port: 0}]}]", "K8S-R002 7:29 spec.ingress[0].ports[0].port"],
    ["ingress: [{ports: [{port: 65536}]}]", "K8S-R002 7:29 spec.ingress[0].ports[0].port"],
    ["ingress: [{ports: [{port: yes}]}]", "K8S-R002 7:29 spec.ingress[0].ports[0].port"],
    ['ingress: [{ports: [{port: "80"}]}]', "K8S-R003 7:29 spec.ingress[0].ports[0].port"],
    ["ingress: [{ports: [{port: HTTP}]}]", "K8S-R004 7:29 spec.ingress[0].ports[0].port"],
    ["ingress: [{ports: [{port: a--b}]}]", "K8S-R004 7:29 spec.ingress[0].ports[0].port"],
    ["ingress: [{ports: [{port: 80-90}]}]", "K8S-R004 7:29 spec.ingress[0].ports[0].port"],
    ["ingress: [{ports: [{endPort: 90}]}]", "K8S-R005 7:32 spec.ingress[0].ports[0].endPort"],
    [
      "ingress: [{ports: [{port: http, endPort: 90}]}]",
      "K8S-R006 7:44 spec.ingress[0].ports[0].endPort",
    ],
    [
      "ingress: [{ports: [{port: 90, endPort: 80}]}]",
      "K8S-R007 7:42 spec.ingress[0].ports[0].endPort",
    ],
    ["ingress: [{from: [{}]}]", "K8S-R008 7:21 spec.ingress[0].from[0]"],
    ["ingress: [{from: [null]}]", "K8S-R008 7:21 spec.ingress[0].from[0]"],
    [
      "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]",
      "K8S-R009 7:21 spec.ingress[0].from[0]",
    ],
    ["ingress: [{from: [{ipBlock: {}}]}]", "K8S-N001 7:31 spec.ingress[0].from[0].ipBlock"],
    [
      "ingress: [{from: [{ipBlock: {cidr: ten}}]}]",
      "K8S-N002 7:38 spec.ingress[0].from[0].ipBlock.cidr",
    ],
    [
      "ingress: [{from: [{ipBlock: {cidr: 10.0.0.1}}]}]",
      "K8S-N003 7:38 spec.ingress[0].from[0].ipBlock.cidr",
    ],
    [
      "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]",
      "K8S-N005 7:59 spec.ingress[0].from[0].ipBlock.except[0]",
    ],
    [
      "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [192.168.0.0/16]}}]}]",
      "K8S-N005 7:59 spec.ingress[0].from[0].ipBlock.except[0]",
    ],
    [
      "ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: ['::/1']}}]}]",
      "K8S-N005 7:58 spec.ingress[0].from[0].ipBlock.except[0]",
    ],
    ["ingress: {}", "K8S-X001 7:12 spec.ingress"],
    ["podSelector: a", "K8S-X001 7:16 spec.podSelector"],
    ["ingress: [{from: [{podSelector: []}]}]", "K8S-X001 7:35 spec.ingress[0].from[0].podSelector"],
  ])("%s", (spec, finding) => {
    const { policies, found } = read(withSpec(spec));
    expect(policies).toEqual([]);
    expect(findingTexts(found)).toEqual([finding]);
    expect(found[0]?.severity).toBe("error");
  });

  it("a label that YAML made a number names what to write", () => {
    const [found] = read(withSpec("podSelector: {matchLabels: {a: 0777}}")).found;
    expect(found?.message).toContain("the number 511");
    expect(found?.hint).toContain('`"0777"`');
  });

  it("a label with several values names the way to say that", () => {
    const [found] = read(withSpec("podSelector: {matchLabels: {a: [x, y]}}")).found;
    expect(found?.message).toContain("is a list, not text");
    expect(found?.hint).toContain("`key: a`, `operator: In`");
  });

  it.each([
    ["metadata: {namespace: shop}", "K8S-P003"],
    ["metadata: {name: Web, namespace: shop}", "K8S-P004"],
    ["metadata: {name: ../../x, namespace: shop}", "K8S-P004"],
    ["metadata: {name: web, namespace: ../x}", "K8S-P005"],
    ["metadata: {name: web, namespace: a.b}", "K8S-P005"],
    ["metadata: {name: web, namespace: shop, labels: {a: yes}}", "K8S-S003"],
    ["metadata: {name: web, namespace: shop, annotations: {a: 1}}", "K8S-P018"],
    ["metadata: {name: web, namespace: shop, labels: {a: [x]}}", "K8S-S008"],
    ["metadata: {name: web, namespace: shop, annotations: {a: [x]}}", "K8S-P021"],
    ["metadata: {name: web, namespace: shop, annotations: {a: {b: c}}}", "K8S-P021"],
    ["metadata: {name: web, namespace: shop, annotations: {'a b': x}}", "K8S-P016"],
    ["metadata: []", "K8S-X001"],
  ])("%s", (metadata, code) => {
    const { policies, found } = read(
      `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n${metadata}\nspec: {}\n`,
    );
    expect(policies).toEqual([]);
    expect(found.map((one) => one.code)).toEqual([code]);
  });

  it.each([
    ["apiVersion: extensions/v1beta1\nkind: NetworkPolicy", "K8S-P001"],
    ["apiVersion: networking.k8s.io/v1beta1\nkind: NetworkPolicy", "K8S-P002"],
    ["apiVersion: v1\nkind: NetworkPolicy", "K8S-P002"],
    ["apiVersion: networking.k8s.io/v1\nkind: networkpolicy", "K8S-P019"],
    ["kind: NetworkPolicy", "K8S-P020"],
  ])("%s", (head, code) => {
    const { policies, found } = read(`${head}\nmetadata: {name: web, namespace: shop}\nspec: {}\n`);
    expect(policies).toEqual([]);
    expect(found.map((one) => one.code)).toEqual([code]);
  });
});

describe("the namespace", () => {
  const text =
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\nspec: {}\n";
  it("of a document that names none is the one given, which is said", () => {
    const { policies, found } = read(text, { defaultNamespace: "shop" });
    expect(policies[0]?.policy.origin.namespace).toBe("shop");
    expect(found.map(({ code }) => code)).toEqual(["K8S-P006"]);
  });
});

describe("a document is meant for this reader", () => {
  it.each([
    ["networking.k8s.io/v1", "NetworkPolicy", true],
    ["extensions/v1beta1", "NetworkPolicy", true],
    ["", "NetworkPolicy", true],
    ["networking.k8s.io/v1", "networkpolicy", true],
    ["projectcalico.org/v3", "NetworkPolicy", false],
    ["crd.projectcalico.org/v1", "NetworkPolicy", false],
    ["networking.k8s.io/v1", "Ingress", false],
    ["networking.k8s.io.evil/v1", "NetworkPolicy", false],
  ])("%s %s: %s", (apiVersion, kind, meant) => {
    expect(isNetworkPolicy(apiVersion, kind)).toBe(meant);
  });
});
