import { describe, expect, it } from "vitest";
import { predicateContains } from "../../../src/sets/label-predicate.ts";
import { policy, world, type PolicyParts, type World } from "./interpret-support.ts";

/** Which pods a policy isolates: by its end-of-tier deny. */
function selected(name: string, parts: PolicyParts): readonly string[] {
  const here = world({ policies: [policy(name, { ...parts, ingress: [] })] });
  const pods = {
    "p/x": here.pod("p/x", { labels: { a: "x" }, account: "ci", accountLabels: { t: "y" } }),
    "p/none": here.pod("p/none"),
    "q/x": here.pod("q/x", { labels: { a: "x" } }),
    "q/none": here.pod("q/none", { account: "ci" }),
  };
  return Object.entries(pods)
    .filter(([, pod]) => !here.allows("ingress", pod, {}, pod))
    .map(([key]) => key);
}

function hosts(parts: PolicyParts): boolean {
  return world({ policies: [policy("g", parts)] }).only.subject.hosts;
}

const ALL = ["p/x", "p/none", "q/x", "q/none"];

describe("the pods of a policy", () => {
  it.each<[string, string, PolicyParts, readonly string[]]>([
    ["a namespaced policy without a selector takes its namespace", "p/a", {}, ["p/x", "p/none"]],
    ["a namespaced policy with a selector", "p/a", { selector: "a == 'x'" }, ["p/x"]],
    [
      "|| in a selector does not leave the namespace",
      "p/a",
      { selector: "a == 'x' || all()" },
      ["p/x", "p/none"],
    ],
    [
      "a service account selector by labels",
      "p/a",
      { serviceAccountSelector: "t == 'y'" },
      ["p/x"],
    ],
    [
      "a service account selector by name",
      "p/a",
      { serviceAccountSelector: "projectcalico.org/name == 'ci'" },
      ["p/x"],
    ],
    [
      "a service account selector all() takes every pod",
      "p/a",
      { serviceAccountSelector: "all()" },
      ["p/x", "p/none"],
    ],
    ["a global policy takes everything", "g", {}, ALL],
    ["a global policy with a selector", "g", { selector: "a == 'x'" }, ["p/x", "q/x"]],
    [
      "a global policy with a namespaceSelector",
      "g",
      { namespaceSelector: "env == 'dev'" },
      ["q/x", "q/none"],
    ],
    [
      "a global policy with both",
      "g",
      { selector: "a == 'x'", namespaceSelector: "env == 'dev'" },
      ["q/x"],
    ],
    [
      "a global policy with an account selector",
      "g",
      { serviceAccountSelector: "projectcalico.org/name == 'ci'" },
      ["p/x", "q/none"],
    ],
    ["!all() is nothing", "g", { selector: "!all()" }, []],
    [
      "!all() is nothing for pods beside a namespaceSelector too",
      "g",
      { selector: "!all()", namespaceSelector: "all()" },
      [],
    ],
    [
      "the namespace's name is a label",
      "g",
      { selector: "projectcalico.org/namespace in {'q','r'}" },
      ["q/x", "q/none"],
    ],
    ["global() in a subject is all()", "g", { namespaceSelector: "global()" }, ALL],
  ])("%s", (_, name, parts, expected) => {
    expect(selected(name, parts)).toEqual(expected);
  });
});

describe("host endpoints among the subjects", () => {
  it.each<[string, PolicyParts, boolean]>([
    ["are in a global policy without selectors", {}, true],
    ["are in one with a selector", { selector: "a == 'x'" }, true],
    ["are not in one with namespaceSelector all()", { namespaceSelector: "all()" }, false],
    [
      "are not in one with selector all() and a namespaceSelector",
      { selector: "all()", namespaceSelector: "env != 'x'" },
      false,
    ],
    [
      "are in one with `all( )`, which Calico's replacement misses",
      { selector: "all( )", namespaceSelector: "env != 'x'" },
      true,
    ],
    [
      "are in one with !all() and a namespaceSelector, which the replacement turns around",
      { selector: "!all()", namespaceSelector: "env != 'x'" },
      true,
    ],
    ["are in one with a negative namespaceSelector", { namespaceSelector: "env != 'x'" }, true],
    ["are not in one with a positive namespaceSelector", { namespaceSelector: "has(env)" }, false],
    [
      "are not in one with service account selector all()",
      { serviceAccountSelector: "all()" },
      false,
    ],
    [
      "are not in one that asks for the orchestrator",
      { selector: "projectcalico.org/orchestrator == 'k8s'" },
      false,
    ],
  ])("%s", (_, parts, expected) => {
    expect(hosts(parts)).toBe(expected);
  });

  it("are told to the user once a policy", () => {
    const here = world({ policies: [policy("g", { ingress: [{}, {}] })] });
    expect(here.codes).toEqual(["CAL-S104"]);
  });

  it("are never in a namespaced policy", () => {
    expect(world({ policies: [policy("p/a")] }).only.subject.hosts).toBe(false);
  });
});

describe("policies for host endpoints alone", () => {
  it("apply to no pod in no direction, and all their rules are inert", () => {
    const { only, codes } = world({
      policies: [policy("g", { hostsOnly: true, ingress: [{ action: "deny" }], egress: [{}] })],
    });
    expect(only.ingress).toBeUndefined();
    expect(only.egress).toBeUndefined();
    expect(only.inert.map(({ action }) => action)).toEqual(["deny", "allow"]);
    expect(codes).toEqual(["CAL-P104"]);
  });
});

describe("directions", () => {
  it("that types leaves out make rules inert and isolate nothing", () => {
    const { only, codes } = world({
      policies: [
        policy("p/a", { types: ["ingress"], ingress: [{}], egress: [{ action: "deny" }, {}] }),
      ],
    });
    expect(only.ingress).toMatchObject({ isolates: true });
    expect(only.egress).toBeUndefined();
    expect(only.inert.map(({ origin }) => origin.place.path)).toEqual([
      "spec.egress[0]",
      "spec.egress[1]",
    ]);
    expect(codes).toEqual(["CAL-R114"]);
  });

  it("without rules isolate all the same", () => {
    const { only } = world({ policies: [policy("p/a", { types: ["ingress", "egress"] })] });
    expect(only.egress).toEqual({ isolates: true, rules: [] });
  });
});

describe("selectors that stand for too much", () => {
  const pairs = Array.from(
    { length: 20 },
    (_, i) => `(a${String(i)} == 'x' || b${String(i)} == 'y')`,
  ).join(" && ");
  const make = (parts: PolicyParts): World => world({ policies: [policy("p/a", parts)] });

  it("leave a policy without a place, as an error", () => {
    const { unplaced, diagnostics } = make({ selector: pairs });
    expect(unplaced).toHaveLength(1);
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
      ["CAL-S102", "error"],
    ]);
  });

  it("make a rule's match unknown, over all peers", () => {
    const { rule } = make({ ingress: [{ source: { selector: pairs } }] });
    expect(rule.opaque.map(({ code }) => code)).toEqual(["CAL-S101"]);
    expect(rule.peer).toHaveLength(2);
  });
});

describe("values that no label can have", () => {
  it("are told where they stand", () => {
    const here = world({
      policies: [
        policy("p/a", {
          selector: "a == 'Web Server'",
          ingress: [{ source: { notSelector: "b in {'x', '-'}" } }],
        }),
      ],
    });
    expect(here.diagnostics.map(({ code, message }) => [code, message])).toEqual([
      [
        "CAL-S103",
        "`Web Server` can be no value of a label, so the comparison with `a` never holds",
      ],
      ["CAL-S103", "`-` can be no value of a label, so the comparison with `b` never holds"],
    ]);
    expect(predicateContains(here.only.subject.pods, () => "Web Server")).toBe(false);
  });
});
