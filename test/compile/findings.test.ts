import { describe, expect, it } from "vitest";
import type { ConvertResult } from "../../src/pipeline.ts";
import { runCase } from "../support/run-convert.ts";
import type { CaseOptions } from "../support/run-convert.ts";

const CALICO = "apiVersion: projectcalico.org/v3";
const HERE = "namespaceSelector: \"kubernetes.io/metadata.name == 'shop'\"";

const namespaced = (spec: string, name = "p"): string =>
  `${CALICO}\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
const global = (spec: string, name = "g"): string =>
  `${CALICO}\nkind: GlobalNetworkPolicy\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
const kubernetes = (ingress: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: k, namespace: shop }\nspec: { podSelector: {}, policyTypes: [Ingress], ingress: ${ingress} }\n`;
const namespace = (labels: string): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { ${labels} } }\n`;
const TIER = `${CALICO}\nkind: Tier\nmetadata: { name: t }\nspec: { order: 10 }\n`;

const ingress = (rules: string): string =>
  namespaced(`{ selector: "app == 'a'", types: [Ingress], ingress: ${rules} }`);

function convert(documents: readonly string[], options: CaseOptions = {}): ConvertResult {
  const files = [{ name: "in.yaml", text: documents.join("---\n") }];
  return runCase({ files, inventory: [], options });
}

/** What lowering says of the input: `CODE path message (hint)`. */
function findings(documents: readonly string[], options?: CaseOptions): readonly string[] {
  return convert(documents, options)
    .diagnostics.filter(({ code }) => code.startsWith("CMP-"))
    .map(({ code, at, message, hint }) => `${code} ${at?.path ?? ""} ${message} (${hint ?? ""})`);
}

const RANGES = { "pod-cidr": ["10.0.0.0/8"] } as const;
const IN_16 = "nets: [10.1.0.0/16]";

describe("why a rule cannot be said, and what to do about it", () => {
  const OWN_ADDRESS = "the selected pod's own address";
  const BOTH = "a pod's labels and its address at once";
  const AT = "pods at certain addresses without anything else that may lie there";
  const byBlock = global(
    `{ selector: "app == 'a'", ${HERE}, types: [Ingress], ingress: [{ action: Allow, source: { namespaceSelector: "all()", ${IN_16} } }] }`,
  );

  type Row = readonly [what: string, hint: string, document: string, options: CaseOptions];

  it.each<Row>([
    [
      "the service account that a pod runs as",
      "Give the pods of that service account a label of their own",
      ingress("[{ action: Allow, source: { serviceAccounts: { names: [x] } } }]"),
      {},
    ],
    [
      "the service account that a pod runs as",
      "Give the pods of that service account a label of their own",
      ingress("[{ action: Allow, destination: { serviceAccounts: { names: [x] } } }]"),
      {},
    ],
    [
      "a condition on the text of a label value",
      "Give an inventory: then the values seen there are listed.",
      ingress(`[{ action: Allow, source: { selector: "role contains 'x'" } }]`),
      {},
    ],
    [
      OWN_ADDRESS,
      "Say where pod addresses lie",
      ingress(`[{ action: Allow, destination: { ${IN_16} } }]`),
      {},
    ],
    [
      OWN_ADDRESS,
      "Select those pods by a label, or drop",
      ingress(`[{ action: Allow, destination: { ${IN_16} } }]`),
      RANGES,
    ],
    [
      BOTH,
      "Say where pod addresses lie",
      ingress(`[{ action: Allow, source: { selector: "a == 'x'", ${IN_16} } }]`),
      {},
    ],
    [
      BOTH,
      "Select those pods by a label.",
      ingress(`[{ action: Allow, source: { selector: "a == 'x'", ${IN_16} } }]`),
      RANGES,
    ],
    [
      "an address where pods will be after the switch",
      "Allow those pods by their labels, if they are meant.",
      ingress("[{ action: Allow, source: { nets: [172.16.0.0/12] } }]"),
      { ...RANGES, "target-pod-cidr": ["172.16.0.0/16"] },
    ],
    [
      "pods by their address (with `--enforcer generic`",
      "Allow those pods by their labels as well.",
      ingress(`[{ action: Allow, source: { ${IN_16} } }]`),
      { ...RANGES, enforcer: "generic" },
    ],
    [AT, "Say where pod addresses lie", byBlock, {}],
    [AT, "Select those pods by a label.", byBlock, RANGES],
  ])("%s: %s", (what, hint, document, options) => {
    const [text = "", ...more] = findings([document], options);
    expect(more).toEqual([]);
    expect(text).toContain(`CMP-R004 spec.ingress[0] ${what}`);
    expect(text).toContain(`(${hint}`);
  });

  it("names the whole rule where nothing of it is written, else the part", () => {
    const some = { ...RANGES, "target-pod-cidr": ["172.16.0.0/16"] };
    const part = ingress("[{ action: Allow, source: { nets: [172.16.0.0/12] } }]");
    expect(findings([part], some).join()).toContain("so that part of the rule is left out");
    const whole = ingress("[{ action: Allow, source: { serviceAccounts: { names: [x] } } }]");
    expect(findings([whole]).join()).toContain("so the rule is left out");
  });

  it("says it once for a rule of which several namespaces have the same", () => {
    const everywhere = global(
      `{ namespaceSelector: "all()", types: [Ingress], ingress: [{ action: Allow, source: { serviceAccounts: { names: [x] } } }] }`,
    );
    const options = { "known-namespace": ["one:", "two:"] };
    expect(
      findings([everywhere], options).filter((text) => text.startsWith("CMP-R004")),
    ).toHaveLength(1);
  });
});

describe("what becomes of a Kubernetes policy", () => {
  const cutting = [
    TIER,
    global(
      `{ tier: t, ${HERE}, types: [Ingress], ingress: [{ action: Deny, source: { selector: "a == 'x'" } }, { action: Pass }] }`,
      "t.g",
    ),
    kubernetes("[{ from: [{ podSelector: {} }] }]"),
  ];

  it.each<readonly [title: string, code: string, documents: readonly string[], CaseOptions]>([
    [
      "its blocks let in pods that move there",
      "CMP-R008 spec.ingress[0] this kept NetworkPolicy allows more than it did: pods have other addresses",
      [
        kubernetes("[{ from: [{ ipBlock: { cidr: 172.16.0.0/12 } }] }]"),
        ingress("[{ action: Allow }]"),
      ],
      { "pod-cidr": ["10.0.0.0/16"], "target-pod-cidr": ["172.16.0.0/16"] },
    ],
    [
      "its blocks lose pods that move away",
      "CMP-R009 spec.ingress[0] this kept NetworkPolicy may allow less than it did: pods have other addresses",
      [
        kubernetes("[{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }]"),
        ingress("[{ action: Allow }]"),
      ],
      { "pod-cidr": ["10.0.0.0/16"], "target-pod-cidr": ["172.16.0.0/16"] },
    ],
    [
      "its blocks may not match pods",
      "CMP-R009 spec.ingress[0] this kept NetworkPolicy may allow less than it did: its blocks may or may not match",
      [
        kubernetes("[{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }]"),
        ingress("[{ action: Allow }]"),
      ],
      { "pod-cidr": ["10.0.0.0/16"], enforcer: "generic" },
    ],
    [
      "a Deny of an earlier tier is not there any more",
      "CMP-R006 spec.ingress[0] this kept NetworkPolicy allows more than it did: GlobalNetworkPolicy t.g ingress[0] decided part",
      cutting,
      {},
    ],
    [
      "it is to be kept although it is cut",
      "CMP-R006 spec.ingress[0] this kept NetworkPolicy allows more than it did: GlobalNetworkPolicy t.g ingress[0] decided part",
      cutting,
      { actions: "compile", "keep-kubernetes": true },
    ],
    ["it is cut", "CMP-P005  this NetworkPolicy is replaced", cutting, { actions: "compile" }],
  ])("where %s", (_, text, documents, options) => {
    const [first = "", ...more] = findings(documents, options);
    expect(first).toContain(text);
    expect(more).toEqual([]);
  });

  it("its blocks may not match pods, wherever those lie", () => {
    const block = kubernetes("[{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }]");
    const [first = "", ...more] = findings([block, ingress("[{ action: Allow }]")], {
      enforcer: "generic",
    });
    expect(first).toContain("CMP-R009 spec.ingress[0]");
    expect(more).toEqual([]);
  });

  it("nothing is named as its cutter that takes nothing away", () => {
    const passed = ["Pass", "Deny"].map(
      (action) => `{ action: ${action}, source: { selector: "a == 'x'" } }`,
    );
    const before = global(
      `{ tier: t, ${HERE}, types: [Ingress], ingress: [${passed.join(", ")}, { action: Pass }] }`,
      "t.g",
    );
    const allowed = kubernetes("[{ from: [{ podSelector: { matchLabels: { a: x } } }] }]");
    const { report } = convert([TIER, before, allowed]);
    const kept = report.policies.find(({ source }) => source.name === "k");
    expect(kept?.outcome).toBe("exact");
    expect(kept?.rules[0]?.because).toEqual([]);
  });

  it.each([
    ["without an earlier tier", [cutting[2] ?? "", ingress("[{ action: Allow }]")]],
    ["where nothing of it is cut", [...cutting.slice(0, 2), kubernetes("[]")]],
  ])("it is kept with compile %s", (_, documents) => {
    const result = convert(documents, { actions: "compile" });
    expect(findings(documents, { actions: "compile" })).toEqual([]);
    expect(result.report.result.outcome).toBe("exact");
    const [kept] = result.objects.filter(({ name }) => name === "k");
    expect(kept?.text).not.toContain("netpol-migrate.dev/source");
  });
});

describe("policies whose place or pods are not known", () => {
  const maybe = (rule: string): string =>
    global(`{ namespaceSelector: "env == 'prod'", types: [Ingress], ingress: [${rule}] }`);
  const fromOutside = "{ action: Allow, source: { nets: [203.0.113.0/24] } }";

  it("a namespace without labels may be selected: isolated, its rules left out", () => {
    const [text, ...more] = findings([maybe(fromOutside)], { "known-namespace": ["shop"] });
    expect(text).toContain("CMP-P003  the labels of namespace `shop` are not known");
    expect(more).toEqual([]);
  });

  it("and is taken not to be where what is wider is asked for", () => {
    const texts = findings([maybe(fromOutside)], { "known-namespace": ["shop"], inexact: "widen" });
    expect(texts.map((text) => text.slice(0, 8))).toEqual(["CMP-P004", "CMP-S005"]);
  });

  it("a condition on the labels of its own namespace is named with the namespace", () => {
    const own = global(
      `{ ${HERE}, types: [Ingress], ingress: [{ action: Allow, source: { selector: "role == 'x'" }, destination: { namespaceSelector: "env == 'prod'" } }] }`,
    );
    const [text, ...more] = findings([own], { "known-namespace": ["shop"] });
    expect(text).toContain("CMP-R010 spec.ingress[0] the labels of namespace `shop` are not known");
    expect(more).toEqual([]);
    expect(findings([own, namespace("env: prod")])).toEqual([]);
    const [wide = ""] = findings([own], { "known-namespace": ["shop"], inexact: "widen" });
    expect(wide).toContain(
      "CMP-R005 spec.ingress[0] written wider than the source, as `--inexact widen` asks: the labels of namespace `shop` are not known",
    );
  });

  it("is said of a rule only where the subject is not the reason already", () => {
    const both = `[{ action: Allow, source: { selector: "role == 'x'", nets: [10.0.0.0/8] } }]`;
    const wider = (subject: string): readonly string[] =>
      findings([namespaced(`{ ${subject}, types: [Ingress], ingress: ${both} }`)], {
        inexact: "widen",
        "unsayable-subjects": "isolate",
      }).filter((text) => text.startsWith("CMP-R005"));
    expect(wider("selector: \"app == 'a'\"").join()).toContain(
      "asks: a pod's labels and its address at once",
    );
    const [text = ""] = wider("serviceAccountSelector: \"team == 'x'\"");
    expect(text).toContain("written wider than the source, as `--inexact widen` asks (");
  });

  it("a policy that selects no pod of a known namespace is told to be without effect", () => {
    const [text, ...more] = findings([maybe(fromOutside), namespace("env: dev")]);
    expect(text).toContain("CMP-S004  it selects no pod of a namespace that is known");
    expect(more).toEqual([]);
  });

  it("a global policy without any known namespace is a stop", () => {
    const result = convert([maybe(fromOutside)]);
    expect(result.stops.map(({ code }) => code)).toEqual(["CMP-P002"]);
    expect(result.report.result.exitCode).toBe(2);
  });

  it("is a stop as well where one part of it selects no pod at all", () => {
    const parts = (first: string): string =>
      `apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: { name: c }\nspecs: [${first}, { endpointSelector: {}, ingress: [{}] }]\n`;
    const nobody = "{ key: a, operator: DoesNotExist }, { key: a, operator: Exists }";
    const none = `{ endpointSelector: { matchExpressions: [${nobody}] }, ingress: [{}] }`;
    const stops = convert([parts(none)]).stops.map(({ code }) => code);
    expect(stops).toContain("CMP-P002");
  });

  it("a global policy without effect is none, whatever its namespaces", () => {
    const inert =
      "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: { name: c }\nspec: { endpointSelector: {} }\n";
    const { report } = convert([inert], { "allow-incomplete": true });
    expect(report.policies[0]).toMatchObject({ disposition: "redundant", outcome: "exact" });
  });

  it("pods that are isolated by account are told once, and no rule of theirs by its peers", () => {
    const pass = namespaced(
      "{ serviceAccountSelector: pci == 'x', types: [Egress], egress: [{ action: Pass, destination: { selector: role == 'x' } }, { action: Deny }] }",
    );
    const texts = findings([pass], { actions: "compile", "unsayable-subjects": "isolate" });
    expect(texts.map((text) => text.slice(0, 8))).toEqual(["CMP-S002"]);
  });

  it("peers by account are told as well where the pods of the policy cannot be said either", () => {
    const both = namespaced(
      "{ serviceAccountSelector: pci == 'x', types: [Ingress], ingress: [{ action: Allow, source: { serviceAccounts: { names: [s] } } }] }",
    );
    for (const actions of ["skip", "compile"] as const) {
      const texts = findings([both], { actions, "unsayable-subjects": "isolate" });
      expect(texts.map((text) => text.slice(0, 8))).toEqual(["CMP-S002", "CMP-R004"]);
    }
  });

  it.each([
    ["serviceAccountSelector: \"x == 'y'\"", "they are selected by their service account"],
    ["selector: \"a contains 'y'\"", "they are selected by the text of a label value"],
  ])("pods by %s are a stop, or as is asked for", (selector, why) => {
    const document = namespaced(`{ ${selector}, types: [Ingress] }`);
    const under = (mode: NonNullable<CaseOptions["unsayable-subjects"]>): readonly string[] =>
      findings([document], { "unsayable-subjects": mode });
    expect(under("stop")[0]).toContain(`CMP-S001  no podSelector can select the pods`);
    expect(under("isolate")[0]).toContain("CMP-S002  isolates more pods than the source");
    expect(under("leave-open")[0]).toContain("CMP-S003  its pods are left open");
    for (const mode of ["stop", "isolate", "leave-open"] as const)
      expect(under(mode)[0]).toContain(why);
  });
});

describe("a Pass that hands on less than it did", () => {
  const passing = (...rules: readonly string[]): readonly string[] => [
    TIER,
    global(`{ tier: t, ${HERE}, types: [Egress], egress: [${rules.join(", ")}] }`, "t.g"),
  ];
  const DENY = "{ action: Deny, destination: { nets: [203.0.113.0/24] } }";

  it("is told with the Deny that takes a part of it", () => {
    const texts = findings(passing(DENY, "{ action: Pass }"));
    expect(texts[0]).toContain("CMP-R002 spec.egress[0] this Deny is not written");
    expect(texts[1]).toContain("CMP-R007 spec.egress[1] what this Pass hands on");
    expect(texts[1]).toContain("GlobalNetworkPolicy t.g egress[0] may decide part of it");
  });

  it("is written whole with skip, where what is wider is asked for", () => {
    const result = convert(passing(DENY, "{ action: Pass }"), { inexact: "widen" });
    const pass = result.report.policies[0]?.rules[1];
    expect(pass).toMatchObject({ disposition: "emitted", outcome: "widened" });
    expect(result.objects.map(({ text }) => text).join("")).toContain("egress:\n  - {}\n");
  });

  it("is cut exactly with compile", () => {
    const documents = passing(DENY, "{ action: Pass }");
    expect(findings(documents, { actions: "compile" })).toEqual([]);
    expect(convert(documents, { actions: "compile" }).report.result.outcome).toBe("exact");
  });

  it("is told with what cannot be said where nothing is before it", () => {
    const documents = passing("{ action: Pass, destination: { serviceAccounts: { names: [x] } } }");
    expect(findings(documents)[0]).toContain(
      "CMP-R004 spec.egress[0] the service account that a pod runs as",
    );
  });
});

describe("questions that would take too long", () => {
  /** Each Deny cuts in two what the ones before have left: 2 to the power of their number parts in the end. */
  const halving = (denies: number): readonly string[] => {
    const rules = Array.from({ length: denies }, (_, at) => {
      const selector = `k${String(at)} == 'x' && m${String(at)} == 'y'`;
      return `{ action: Deny, source: { selector: "${selector}" } }`;
    });
    return [
      ingress(`[${[...rules, "{ action: Allow, source: { selector: all() } }"].join(", ")}]`),
    ];
  };
  const given = (result: ConvertResult): number =>
    result.diagnostics.filter(({ code }) => code === "CMP-X001").length;

  it("are given up with a code, and the result is never wider", () => {
    const result = convert(halving(9), { actions: "compile" });
    expect(given(result)).toBe(1);
    expect(result.refuted).toEqual([]);
    expect(result.report.result.outcome).toBe("narrowed");
    expect(result.report.policies[0]?.verification.witnesses).not.toEqual([]);
  });

  it("are answered as long as they are few", () => {
    const result = convert(halving(6), { actions: "compile" });
    expect(given(result)).toBe(0);
    expect(result.report.result.outcome).not.toBe("widened");
  });
});
