import { describe, expect, it } from "vitest";
import type { Policy } from "../../../src/ir/policy.ts";
import { ANY_CUBE } from "../../../src/sets/cube.ts";
import { ANY_PEER } from "../../../src/sets/box.ts";
import { ANY_TRAFFIC } from "../../../src/sets/traffic-set.ts";
import { machine, policy, tier, world, type PolicyParts } from "./interpret-support.ts";

const tierNames = (parts: Parameters<typeof world>[0]): readonly string[] =>
  world(parts).set.tiers.map(({ name }) => name);
const place = {
  document: { file: { name: "k.yaml", text: "" }, index: 0, offset: 0 },
  offset: 0,
  path: "",
};

function kubernetes(namespace: string, name: string): Policy {
  const origin = { direction: "ingress", index: 0, place } as const;
  return {
    origin: {
      engine: "kubernetes",
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      namespace,
      name,
      labels: [],
      place,
    },
    order: 1000,
    subject: { pods: [ANY_CUBE], hosts: false },
    ingress: {
      isolates: true,
      rules: [
        {
          action: "allow",
          origin,
          peer: ANY_PEER,
          traffic: { numbers: ANY_TRAFFIC, named: [] },
          opaque: [],
          assumptions: [],
        },
      ],
    },
    inert: [],
  };
}

describe("tiers", () => {
  it("are asked by order, those without one last, ties by name", () => {
    const tiers = [
      tier("none", Infinity),
      tier("late", 2_000_000),
      tier("b", -1.5),
      tier("a", -1.5),
    ];
    const policies = ["late.p", "none.p", "b.p", "a.p", "default.p"].map((name) =>
      policy(name, { tier: name.slice(0, -2) }),
    );
    expect(tierNames({ tiers, policies })).toEqual(["a", "b", "default", "late", "none"]);
  });

  it("always have one called default, at order 1000000, that denies", () => {
    expect(world({}).set.tiers).toMatchObject([
      { name: "default", order: 1_000_000, defaultAction: "deny" },
    ]);
  });

  it("of Calico's own making are there when a policy names them, and else not", () => {
    const policies = [policy("a", { tier: "kube-admin" }), policy("b", { tier: "kube-baseline" })];
    expect(
      world({ policies }).set.tiers.map(({ name, defaultAction }) => [name, defaultAction]),
    ).toEqual([
      ["kube-admin", "pass"],
      ["default", "deny"],
      ["kube-baseline", "pass"],
    ]);
  });

  it("that nobody knows leave their policies without a place, with a hint", () => {
    const { unplaced, diagnostics, set } = world({
      policies: [policy("sec.a", { tier: "sec" }), policy("p/b")],
    });
    expect(unplaced.map(({ origin }) => origin.name)).toEqual(["sec.a"]);
    expect(set.tiers).toHaveLength(1);
    expect(diagnostics.find(({ code }) => code === "CAL-P101")).toMatchObject({
      severity: "error",
      hint: expect.stringContaining("--tier sec=ORDER") as string,
    });
  });

  it("can be given by an option", () => {
    const policies = [policy("sec.a", { tier: "sec" })];
    expect(tierNames({ policies, optionTiers: [tier("sec", 5)] })).toEqual(["sec", "default"]);
  });

  it("of the input count more than an option that says otherwise", () => {
    const policies = [policy("sec.a", { tier: "sec", namespaceSelector: "all()" })];
    const here = world({ policies, tiers: [tier("sec", 5)], optionTiers: [tier("sec", 7)] });
    expect(here.set.tiers[0]?.order).toBe(5);
    expect(here.codes).toEqual(["CAL-P105"]);
  });

  it("given twice alike are one, given twice unlike are an error", () => {
    expect(world({ tiers: [tier("sec", 5), tier("sec", 5)] }).codes).toEqual([]);
    expect(world({ tiers: [tier("sec", 5), tier("sec", 6)] }).codes).toEqual(["CAL-P102"]);
  });

  it("called default cannot be changed", () => {
    expect(world({ tiers: [tier("default", 1_000_000)] }).codes).toEqual([]);
    expect(world({ tiers: [tier("default", Infinity)] }).codes).toEqual([]);
    const here = world({ tiers: [tier("default", 10, "pass")] });
    expect(here.codes).toEqual(["CAL-P106"]);
    expect(here.set.tiers[0]).toMatchObject({ order: 1_000_000, defaultAction: "deny" });
  });

  it("decide before later ones, and hand on what they pass", () => {
    const here = world({
      tiers: [tier("sec", 10)],
      policies: [
        policy("sec.a", {
          tier: "sec",
          ingress: [{ action: "pass", source: { namespaceSelector: "env == 'dev'" } }],
        }),
        policy("p/open", { ingress: [{}] }),
      ],
    });
    expect(here.allows("ingress", here.pod("q/x"))).toBe(true);
    expect(here.allows("ingress", here.pod("p/x"))).toBe(false);
    expect(here.allows("ingress", machine("8.8.8.8"))).toBe(false);
  });
});

describe("policies of one tier", () => {
  it("are asked by order, those without one last", () => {
    const policies = [
      policy("c"),
      policy("b", { order: 2 }),
      policy("a", { order: 2.5 }),
      policy("d", { order: -1 }),
    ];
    expect(world({ policies }).names("default")).toEqual(["d", "b", "a", "c"]);
  });

  it("of one order are asked by name, then namespace, then kind", () => {
    const policies = [policy("zz"), policy("p/aa"), policy("a/zz"), policy("aa")];
    const origins = world({ policies }).set.tiers[0]?.policies.map(
      ({ origin }) => `${origin.namespace ?? ""}/${origin.name}`,
    );
    expect(origins).toEqual(["/aa", "p/aa", "/zz", "a/zz"]);
  });

  it("have those of Kubernetes among them at order 1000", () => {
    const policies = [
      policy("p/after", { order: 1000.5 }),
      policy("p/before", { order: 999 }),
      policy("p/k8s", { order: 1000 }),
    ];
    const here = world({ policies, kubernetes: [kubernetes("p", "k8s"), kubernetes("p", "a")] });
    const order = here.set.tiers[0]?.policies.map(
      ({ origin }) => `${origin.engine} ${origin.name}`,
    );
    // `k8s/p/KubernetesNetworkPolicy` comes before `k8s/p/NetworkPolicy`.
    expect(order).toEqual([
      "calico before",
      "kubernetes a",
      "kubernetes k8s",
      "calico k8s",
      "calico after",
    ]);
  });
});

describe("policies that tie", () => {
  const codes = (
    a: PolicyParts,
    b: PolicyParts,
    names: readonly [string, string] = ["p/a", "p/b"],
  ): readonly string[] => world({ policies: [policy(names[0], a), policy(names[1], b)] }).codes;
  const deny: PolicyParts = { ingress: [{ action: "deny", source: { selector: "r == 'w'" } }] };
  const allow: PolicyParts = { ingress: [{}] };

  it("and disagree are named, the one asked first first", () => {
    const { diagnostics } = world({ policies: [policy("p/b", allow), policy("p/a", deny)] });
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      [
        "CAL-P103",
        "`NetworkPolicy p/a` and `NetworkPolicy p/b` have the same order in tier `default` and disagree about some flows; `NetworkPolicy p/a` is asked first because of its name",
      ],
    ]);
  });

  it.each<[string, PolicyParts, PolicyParts, ...(readonly [string, string])[]]>([
    ["have different orders", { ...deny, order: 1 }, { ...allow, order: 2 }],
    ["only allow", allow, allow],
    ["only deny", deny, deny],
    ["disagree in different directions", deny, { egress: [{}] }],
    [
      "select different pods",
      { ...deny, selector: "a == 'x'" },
      { ...allow, selector: "a == 'y'" },
    ],
    ["lie in different namespaces", deny, allow, ["p/a", "q/b"]],
    [
      "speak of different ports",
      { ingress: [{ action: "deny", protocol: 6, destination: { ports: [80] } }] },
      { ingress: [{ protocol: 6, destination: { ports: [81] } }] },
    ],
    ["speak of different peers", deny, { ingress: [{ source: { selector: "r == 'v'" } }] }],
    ["have nothing but Log between them", { ingress: [{ action: "log" }] }, allow],
  ])("are not named if they %s", (_, a, b, names) => {
    expect(codes(a, b, names)).toEqual([]);
  });

  it("are not named if they are one policy, given twice", () => {
    expect(codes(deny, allow, ["p/a", "p/a"])).toEqual([]);
  });

  it("are compared across kinds", () => {
    expect(codes({ ...deny, namespaceSelector: "all()" }, allow, ["g", "p/b"])).toEqual([
      "CAL-P103",
    ]);
  });

  it("are told in one finding if they hang together, all by name, with the places of the others", () => {
    const { diagnostics } = world({
      policies: [
        policy("p/c", allow),
        policy("p/a", deny),
        policy("p/b", allow),
        policy("q/a", allow),
        policy("p/x", { ...allow, order: 7 }),
      ],
    });
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      [
        "CAL-P103",
        "`NetworkPolicy p/a`, `NetworkPolicy p/b` and `NetworkPolicy p/c` have the same order in tier `default` and disagree about some flows; they are asked in this order because of their names",
      ],
    ]);
    expect(diagnostics[0]?.related?.map(({ message }) => message)).toEqual([
      "asked first",
      "asked later",
    ]);
  });

  it("are told apart if they do not hang together", () => {
    const names = ["p/a", "p/b", "q/a", "q/b"];
    const { codes } = world({
      policies: names.map((name) => policy(name, name.endsWith("a") ? deny : allow)),
    });
    expect(codes).toEqual(["CAL-P103", "CAL-P103"]);
  });

  it("are compared to a bound, and the rest is said in one sentence", () => {
    const many = Array.from({ length: 60 }, (_, i) => [
      policy(`n${String(i)}/a`, deny),
      policy(`n${String(i)}/b`, allow),
    ]).flat();
    const found = world({ policies: many }).codes;
    expect(found.filter((code) => code === "CAL-P103")).toHaveLength(50);
    expect(found.filter((code) => code === "CAL-P107")).toHaveLength(1);
  });
});
