import { describe, expect, it } from "vitest";
import type { ConvertResult } from "../../src/pipeline.ts";
import { runCase } from "../support/run-convert.ts";
import type { CaseOptions } from "../support/run-convert.ts";

/* What is written where rules touch one another, word for word where a word too many would let somebody in. */

const CALICO = "apiVersion: projectcalico.org/v3";
const HERE = "namespaceSelector: \"kubernetes.io/metadata.name == 'shop'\"";
const TIER = (name: string, order: number, defaultAction = "Deny"): string =>
  `${CALICO}\nkind: Tier\nmetadata: { name: ${name} }\nspec: { order: ${String(order)}, defaultAction: ${defaultAction} }\n`;
const global = (name: string, spec: string): string =>
  `${CALICO}\nkind: GlobalNetworkPolicy\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
const own = (spec: string, name = "p"): string =>
  `${CALICO}\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
const ingress = (...rules: readonly string[]): string =>
  own(`{ selector: "app == 'a'", types: [Ingress], ingress: [${rules.join(", ")}] }`);
const from = (action: string, source: string): string =>
  `{ action: ${action}, source: { ${source} } }`;

const X = "selector: role == 'x'";
const Y = "selector: role == 'y'";
const RANGES = { "pod-cidr": ["10.0.0.0/8"] } as const;
const MOVED = { ...RANGES, "target-pod-cidr": ["172.16.0.0/16"] } as const;
const KNOWN = { "known-namespace": ["shop"] } as const;

function convert(documents: readonly string[], options: CaseOptions = {}): ConvertResult {
  const files = [{ name: "in.yaml", text: documents.join("---\n") }];
  return runCase({ files, inventory: [], options });
}

const written = (result: ConvertResult): string => result.objects.map(({ text }) => text).join("");

const policyOf = (result: ConvertResult, name: string) =>
  result.report.policies.find(({ source }) => source.name === name) ?? expect.unreachable();

const finding = (result: ConvertResult, code: string): string => {
  const found = result.diagnostics.filter((one) => one.code === code);
  return found.map(({ message, hint }) => `${message} (${hint ?? ""})`).join("\n");
};

const EXCEPT = "nets: [192.168.0.0/16], notNets: [192.168.1.0/24]";

describe("exceptions of blocks", () => {
  it.each<readonly [title: string, other: string, options: CaseOptions, isKept: boolean]>([
    ["stay where another rule lets in pods by their labels", X, RANGES, true],
    ["stay where another rule's block lies elsewhere", "nets: [192.0.2.0/24]", RANGES, true],
    [
      "become blocks where another rule lets some of them in",
      "nets: [192.168.1.0/25]",
      RANGES,
      false,
    ],
    ["become blocks where pods move, too", "nets: [192.168.1.0/25]", MOVED, false],
  ])("%s", (_, other, options, isKept) => {
    const result = convert([ingress(from("Allow", EXCEPT), from("Allow", other))], options);
    const text = written(result);
    expect(text.includes("except:")).toBe(isKept);
    expect(text.includes("cidr: 192.168.128.0/17")).toBe(!isKept);
    expect(result.refuted).toEqual([]);
  });

  const other = (selector: string): string =>
    own(
      `{ selector: "${selector}", types: [Ingress], ingress: [${from("Allow", "nets: [192.168.1.0/25]")}] }`,
      "q",
    );

  it.each<readonly [title: string, selector: string, options: CaseOptions, isKept: boolean]>([
    ["stay where another policy lets some of them in for other pods", "app == 'b'", RANGES, true],
    ["become blocks where it may be for the same pods", "tier == 'web'", RANGES, false],
    [
      "stay where they say no more than the API does",
      "app == 'a'",
      { ...RANGES, enforcer: "generic" },
      true,
    ],
  ])("%s", (_, selector, options, isKept) => {
    const result = convert([ingress(from("Allow", EXCEPT)), other(selector)], options);
    expect(written(result).includes("except:")).toBe(isKept);
    expect(result.refuted).toEqual([]);
  });

  it("take in what a Deny cuts out, but not for an engine to which they deny", () => {
    const taken = "{ action: Deny, source: { nets: [192.168.7.0/24] } }";
    const rules = (source: string): readonly string[] => [ingress(taken, from("Allow", source))];
    const options: CaseOptions = { ...RANGES, actions: "compile" };
    expect(written(convert(rules(EXCEPT), options))).not.toContain("except:");
    const generic = written(convert(rules(EXCEPT), { ...options, enforcer: "generic" }));
    expect(generic).toContain(
      "cidr: 192.168.0.0/16\n        except:\n        - 192.168.1.0/24\n        - 192.168.7.0/24\n",
    );
  });
});

describe("what is written of a rule that is cut", () => {
  it("says once that everybody is let in, whoever they are", () => {
    const rules = [
      "{ action: Deny, protocol: TCP, destination: { ports: [9] } }",
      "{ action: Allow }",
    ];
    const text = written(convert([ingress(...rules)], { ...RANGES, actions: "compile" }));
    expect(text).toContain("endPort: 8");
    expect(text).not.toContain("ipBlock");
    expect(text).not.toContain("from:");
  });

  it("has what is said of pods before what is said of addresses", () => {
    const rules = [
      '{ action: Deny, protocol: TCP, source: { namespaceSelector: "all()" }, destination: { ports: [9] } }',
      "{ action: Allow }",
    ];
    const text = written(convert([ingress(...rules)], { ...RANGES, actions: "compile" }));
    expect(text.indexOf("namespaceSelector")).toBeLessThan(text.indexOf("ipBlock"));
    expect(text.indexOf("endPort: 8")).toBeLessThan(text.indexOf("ipBlock"));
  });

  it("has the machines of a block, where pods move away and what is wider is asked for", () => {
    const rules = [from("Deny", "nets: [10.1.1.0/24]"), from("Allow", "nets: [10.1.0.0/16]")];
    const options = { ...MOVED, actions: "compile", inexact: "widen" } as const;
    expect(written(convert([ingress(...rules)], options))).toContain("cidr: 10.1.128.0/17");
  });

  it("keeps to the block, also where what is wider is asked for", () => {
    const rules = [from("Deny", Y), from("Allow", "nets: [10.1.0.0/16]")];
    const options = { ...RANGES, actions: "compile", inexact: "widen" } as const;
    const text = written(convert([ingress(...rules)], options));
    expect(text).toContain("cidr: 10.1.0.0/16");
    expect(text.match(/podSelector/g)).toHaveLength(1);
  });

  it("is the whole rule where the cuts are too many and what is wider is asked for", () => {
    const denies = Array.from({ length: 9 }, (_, at) =>
      from("Deny", `selector: k${String(at)} == 'x' && m${String(at)} == 'y'`),
    );
    const result = convert([ingress(...denies, from("Allow", "selector: all()"))], {
      actions: "compile",
      inexact: "widen",
    });
    expect(finding(result, "CMP-X001")).toContain("is let in, as `--inexact widen` asks");
    expect(finding(result, "CMP-R005")).toContain("leave of it takes more than 256 selectors");
    expect(result.report.result.outcome).toBe("widened");
    expect(written(result)).toContain("- from:\n    - podSelector: {}\n");
  });
});

describe("what the end of the tiers allows to pods that a Deny isolates", () => {
  const documents = [
    TIER("t", 10, "Pass"),
    global("t.g", `{ tier: t, ${HERE}, types: [Ingress], ingress: [${from("Deny", X)}] }`),
  ];
  it.each([
    ["left out where no rule is cut", {}, "narrowed", "CMP-P001"],
    ["written whole where what is wider is asked for", { inexact: "widen" }, "widened", "CMP-R005"],
  ] as const)("is %s", (_, options, outcome, code) => {
    const result = convert(documents, options);
    expect(result.report.result.outcome).toBe(outcome);
    expect(finding(result, code)).not.toBe("");
    expect(written(result).includes("- {}")).toBe(outcome === "widened");
    expect(result.refuted).toEqual([]);
  });
});

describe("what an earlier tier does to a rule", () => {
  const certainly = (name: string, order: number, ...rules: readonly string[]): string =>
    global(
      name,
      `{ tier: t, order: ${String(order)}, ${HERE}, types: [Ingress], ingress: [${rules.join(", ")}] }`,
    );
  const perhaps = (...rules: readonly string[]): string =>
    global(
      "t.m",
      `{ tier: t, order: 2, namespaceSelector: "env == 'prod'", types: [Ingress], ingress: [${rules.join(", ")}] }`,
    );
  const becauseOf = (result: ConvertResult, name: string) =>
    policyOf(result, name).rules.map(({ because }) => because.map(({ policy }) => policy));

  it("is told where its end denies what nobody hands on, even if a rule of it allows the same", () => {
    const result = convert([
      TIER("t", 10),
      certainly("t.g", 1, from("Allow", X)),
      ingress(from("Allow", X)),
    ]);
    expect(result.report.result.outcome).toBe("exact");
    expect(policyOf(result, "p").rules[0]?.disposition).toBe("redundant");
    expect(becauseOf(result, "p")).toEqual([["t.g"]]);
  });

  it("may be more than it did, if it is not known whether its policy applies", () => {
    const result = convert(
      [TIER("t", 10), perhaps("{ action: Pass }"), ingress(from("Allow", X))],
      KNOWN,
    );
    expect(policyOf(result, "t.m").isolation.ingress).toBe("more");
    expect(policyOf(result, "t.m").outcome).toBe("narrowed");
    expect(policyOf(result, "p").isolation.ingress).toBe("same");
    // What a Pass hands on is lost to a tier that comes later.
    expect(finding(result, "CMP-R007")).toContain("the end of the tier of NetworkPolicy shop/p");
    expect(becauseOf(result, "t.m")).toEqual([["shop/p"]]);
    expect(becauseOf(result, "p")).toEqual([["t.m"]]);
  });

  it("is written for the first Deny that is reached", () => {
    const result = convert(
      [
        TIER("t", 10, "Pass"),
        certainly("t.a", 1, from("Deny", X)),
        certainly("t.b", 2, from("Deny", X), from("Deny", Y)),
      ],
      { actions: "compile" },
    );
    const told = policyOf(result, "t.b").rules.map(({ disposition }) => disposition);
    expect(told).toEqual(["redundant", "emitted"]);
    expect(written(result).match(/operator: NotIn/g)).toHaveLength(1);
  });

  it("is left away where it may not be there and what is wider is asked for", () => {
    const result = convert(
      [TIER("t", 10, "Pass"), certainly("t.a", 1, from("Deny", X)), perhaps(from("Deny", Y))],
      { ...KNOWN, actions: "compile", inexact: "widen" },
    );
    expect(result.report.result.outcome).toBe("widened");
    expect(written(result)).toContain("- x\n");
    expect(written(result)).not.toContain('- "y"');
  });
});

describe("what is told of what is left out", () => {
  it("a policy of which nothing is written is skipped", () => {
    const result = convert([own("{ serviceAccountSelector: \"x == 'y'\", types: [Ingress] }")], {
      "unsayable-subjects": "leave-open",
    });
    expect(result.objects).toEqual([]);
    expect(policyOf(result, "p")).toMatchObject({
      disposition: "skipped",
      outcome: "widened",
      isolation: { ingress: "less" },
    });
  });

  it("a policy for host endpoints alone needs no namespace", () => {
    const result = convert([
      global(
        "g",
        "{ types: [Ingress], preDNAT: true, applyOnForward: true, ingress: [{ action: Allow }] }",
      ),
    ]);
    expect(policyOf(result, "g")).toMatchObject({ disposition: "redundant", outcome: "exact" });
    expect(policyOf(result, "g").rules[0]?.outcome).toBe("exact");
  });

  it("an Allow behind a Deny, with advice that fits what is known", () => {
    const rules = ingress(from("Deny", X), "{ action: Allow }");
    const [known, unknown] = [convert([rules], RANGES), convert([rules])];
    expect(finding(unknown, "CMP-R001")).toContain("say where pod addresses lie: `--pod-cidr`");
    expect(finding(known, "CMP-R001")).not.toContain("--pod-cidr");
    expect(finding(known, "CMP-R001")).toContain("this Allow is left out: NetworkPolicy shop/p");
  });

  it("an Allow of ICMP behind a Deny is left out for the Deny, not for the protocol", () => {
    const result = convert([ingress(from("Deny", X), "{ action: Allow, protocol: ICMP }")]);
    expect(finding(result, "CMP-R001")).toContain("NetworkPolicy shop/p ingress[0] may decide");
    expect(finding(result, "CMP-R003")).toBe("");
    const compiled = convert([ingress(from("Deny", X), "{ action: Allow, protocol: ICMP }")], {
      actions: "compile",
    });
    expect(finding(compiled, "CMP-R003")).toContain("(ICMP)");
  });

  it("a rule that is cut, as far as it is left out", () => {
    const account = "serviceAccounts: { names: [s] }";
    const cut = (...rules: readonly string[]): string =>
      finding(convert([ingress(...rules)], { actions: "compile" }), "CMP-R011");
    expect(cut(from("Deny", account), "{ action: Allow }")).toContain(
      "can say all that is left: a part of the rule is left out",
    );
    expect(cut(from("Deny", account), from("Allow", X))).toContain(
      "can say all that is left: the rule is left out",
    );
  });

  it("what of the cutters has no form, and what to do about it", () => {
    const cut = (cutter: string): string =>
      finding(convert([ingress(cutter, "{ action: Allow }")], { actions: "compile" }), "CMP-R011");
    expect(cut(from("Deny", "serviceAccounts: { names: [s] }"))).toContain(
      "(Give the pods that NetworkPolicy shop/p ingress[0] selects by their service account",
    );
    expect(cut(from("Deny", "selector: role contains 'x'"))).toContain(
      "(Let NetworkPolicy shop/p ingress[0] select by whole label values",
    );
    expect(cut("{ action: Deny, protocol: TCP, destination: { ports: [web] } }")).toContain(
      "(Let NetworkPolicy shop/p ingress[0] name its ports by number.",
    );
    expect(cut(from("Deny", X))).toContain("(Allow what you need by a rule of its own");
  });

  it("nothing of cutters for a rule that nobody can say, cut or not", () => {
    const names = own(
      "{ types: [Egress], egress: [{ action: Deny, destination: { selector: role == 'x' } }, { action: Allow, destination: { domains: [example.com] } }] }",
    );
    for (const actions of ["skip", "compile"] as const) {
      const codes = convert([names], { actions }).diagnostics.map(({ code }) => code);
      expect(codes).toContain("CAL-R104");
      expect(codes).not.toContain(actions === "skip" ? "CMP-R001" : "CMP-R011");
    }
  });

  it("the account by which a Pass is restricted, where no rule cuts what it hands on", () => {
    const pass = own(
      "{ types: [Ingress], ingress: [{ action: Pass, source: { serviceAccounts: { names: [s] } } }] }",
    );
    const result = convert([pass], { actions: "compile" });
    expect(finding(result, "CMP-R004")).toContain("the service account that a pod runs as");
    expect(finding(result, "CMP-R011")).toBe("");
  });
});

describe("a cut that takes away only what another one does, or what is allowed all the same", () => {
  const zones = (shop: string): readonly string[] => [
    TIER("t", 1),
    global(
      "t.accounts",
      `{ tier: t, order: 1, serviceAccountSelector: pci == 'true', ${HERE}, types: [Egress], egress: [{ action: Pass, destination: { nets: [192.0.2.0/24] } }, { action: Deny, destination: { nets: [192.0.2.128/25] } }, { action: Deny, destination: { nets: [198.51.100.0/24] } }] }`,
    ),
    global("t.rest", `{ tier: t, order: 2, ${HERE}, types: [Egress], egress: [{ action: Pass }] }`),
    own(shop),
  ];
  const options = { ...KNOWN, actions: "compile", "unsayable-subjects": "isolate" } as const;

  it("is not made: the account's pods may go there, and the zone's pods are closed anyway", () => {
    const text = written(
      convert(zones("{ selector: zone == 'dmz', types: [Egress] }"), {
        ...RANGES,
        ...options,
      }),
    );
    // Pods outside of the zone may go to all of 192.0.2.0/24, whatever their account, so no block ends there.
    expect(text).toContain("cidr: 198.51.101.0/24");
    expect(text).not.toContain("cidr: 192.0.2");
  });
});

describe("a Deny before one that says more", () => {
  it("is redundant, also where the tier hands on what nobody decides", () => {
    const rules = [from("Deny", X), "{ action: Deny }"];
    const spec = `{ tier: t, ${HERE}, types: [Ingress], ingress: [${rules.join(", ")}] }`;
    const result = convert([TIER("t", 1, "Pass"), global("t.g", spec)], { actions: "compile" });
    const told = policyOf(result, "t.g").rules.map(({ disposition }) => disposition);
    expect(told).toEqual(["redundant", "emitted"]);
  });
});

describe("the notes of an object", () => {
  it("name the first twenty rules that it lacks, and count the others", () => {
    const rules = Array.from({ length: 25 }, (_, at) =>
      from("Allow", `selector: a == '${String(at)}'`),
    );
    const text = written(convert([ingress(from("Deny", X), ...rules, from("Allow", Y))]));
    const notes = text.split("\n").filter((line) => line.startsWith("#"));
    expect(notes[0]).toBe("# left out: spec.ingress[0] (deny)");
    expect(notes[19]).toBe("# left out: spec.ingress[19] (allow)");
    expect(notes[20]).toBe("# and 6 more rules of the policy: see the report");
    expect(notes).toHaveLength(21);
  });
});
