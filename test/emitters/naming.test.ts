import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { nameObjects } from "../../src/emitters/naming.ts";
import { isDnsSubdomain } from "../../src/emitters/validity.ts";
import type { AllowPolicy } from "../../src/ir/allow-policy.ts";
import { allowPolicy, origin, selector } from "./support.ts";

function names(
  policies: readonly AllowPolicy[],
  reserved: readonly string[] = [],
): readonly string[] {
  const kept = reserved.map((text) => {
    const [namespace = "", name = ""] = text.split("/");
    return { namespace, name };
  });
  return nameObjects(policies, kept).map(({ name }) => name);
}

function split(
  source = origin({ namespace: "shop" }),
  ...values: readonly string[]
): readonly AllowPolicy[] {
  return values.map((value) => allowPolicy({ source, podSelector: selector({ app: [value] }) }));
}

describe("the name of a policy's only object", () => {
  it("is the policy's own", () => {
    expect(names([allowPolicy()])).toEqual(["web"]);
  });

  it("is the same in every namespace of a cluster-wide policy", () => {
    const source = origin({ name: "baseline" });
    const given = ["a", "b", "c"].map((namespace) => allowPolicy({ source, namespace }));
    expect(names(given)).toEqual(["baseline", "baseline", "baseline"]);
  });

  it.each([57, 58, 63, 253])("has at most 57 characters where the policy's has %i", (length) => {
    const source = origin({ namespace: "shop", name: "n".repeat(length) });
    const [given] = nameObjects([allowPolicy({ source })], []);
    expect(given?.name.length).toBe(57);
    expect(given?.change).toBe(length > 57 ? "shortened" : undefined);
  });

  it("differs for two long names that begin alike", () => {
    const long = "n".repeat(80);
    const given = names([
      allowPolicy({ source: origin({ namespace: "shop", name: `${long}a` }) }),
      allowPolicy({ source: origin({ namespace: "shop", name: `${long}b` }) }),
    ]);
    expect(new Set(given).size).toBe(2);
  });

  it("ends in no dot or hyphen where a long name is cut", () => {
    const source = origin({
      namespace: "shop",
      name: `${"n".repeat(48)}.-x${"n".repeat(30)}`.replace(".-", "."),
    });
    const dotted = origin({ namespace: "shop", name: `${"n".repeat(50)}.${"n".repeat(30)}` });
    for (const name of names([allowPolicy({ source }), allowPolicy({ source: dotted })])) {
      expect(isDnsSubdomain(name)).toBe(true);
      expect(name).not.toMatch(/[.-]-/);
    }
  });

  it.each([
    "../../etc/passwd",
    "Web",
    "a b",
    "",
    "-",
    "ü",
    "a/b",
    ".",
    "x".repeat(300),
    "\u0000",
    "a_b",
  ])("is a valid one for a policy called %j", (name) => {
    const [given] = nameObjects([allowPolicy({ source: origin({ namespace: "shop", name }) })], []);
    expect(isDnsSubdomain(given?.name ?? "")).toBe(true);
    expect(given?.name.length).toBeLessThanOrEqual(57);
    expect(given?.change).toBe("respelled");
  });
});

describe("the names of a policy whose subject is split", () => {
  const source = origin({ namespace: "shop" });

  it("are its own for the first, and its own with a hash of the subject for the others", () => {
    const [first, second, third] = names(split(source, "a", "b", "c"));
    expect(first).toBe("web");
    expect(second).toMatch(/^web-[0-9a-z]{5}$/);
    expect(third).toMatch(/^web-[0-9a-z]{5}$/);
    expect(second).not.toBe(third);
  });

  it("stay when one more alternative is added (C38)", () => {
    const before = names(split(source, "a", "b", "c"));
    const after = names(split(source, "a", "x", "b", "c"));
    expect([after[0], after[2], after[3]]).toEqual(before);
  });

  it("do not depend on the policy's namespace or on the rules", () => {
    const [, here] = names(split(origin({ namespace: "shop" }), "a", "b"));
    const global = origin({ name: "web" });
    const [, there] = names(
      split(global, "a", "b").map((policy) => ({ ...policy, namespace: "other", ingress: [] })),
    );
    expect(here).toBe(there);
  });

  it("differ for two objects with the same subject", () => {
    const subject = { source, podSelector: selector({ app: ["b"] }) };
    const given = names([
      allowPolicy({ source }),
      allowPolicy({ ...subject, policyTypes: ["ingress"] }),
      allowPolicy({ ...subject, policyTypes: ["egress"] }),
      allowPolicy({ ...subject, policyTypes: ["egress"] }),
    ]);
    expect(new Set(given).size).toBe(4);
  });

  it("leave the policy's own name to an object that isolates no pods of others", () => {
    const wide = allowPolicy({ source, overIsolates: true });
    const [over, own] = names([
      wide,
      allowPolicy({ source, podSelector: selector({ app: ["a"] }) }),
    ]);
    expect(own).toBe("web");
    expect(over).toMatch(/^web-/);
  });
});

describe("a name that two policies want", () => {
  const namespaced = allowPolicy({ source: origin({ namespace: "shop" }) });
  const global = allowPolicy({ source: origin() });

  it("stays with the Kubernetes policy of the input (C37)", () => {
    const [given] = nameObjects([namespaced], [{ namespace: "shop", name: "web" }]);
    expect(given?.name).toMatch(/^web-[0-9a-z]{5}$/);
    expect(given?.change).toBe("taken");
  });

  it("is free in another namespace", () => {
    expect(names([namespaced], ["other/web"])).toEqual(["web"]);
  });

  it("goes to the Kubernetes policy that an object replaces", () => {
    const replaced = allowPolicy({ source: origin({ engine: "kubernetes", namespace: "shop" }) });
    const [first, second] = names([namespaced, replaced]);
    expect(second).toBe("web");
    expect(first).toMatch(/^web-/);
  });

  it("goes to the namespaced policy before the cluster-wide one, in whatever order they come", () => {
    const [one, two] = names([namespaced, global]);
    expect(one).toBe("web");
    expect(names([global, namespaced])).toEqual([two, one]);
  });

  it("changes no name of the winner's further objects", () => {
    const parts = split(origin({ namespace: "shop" }), "a", "b", "c");
    expect(names([...parts, global]).slice(0, 3)).toEqual(names(parts));
  });

  it("is not taken away by the hash of another policy", () => {
    const parts = split(origin({ namespace: "shop" }), "a", "b");
    const hashed = names(parts)[1] ?? "";
    const author = allowPolicy({ source: origin({ namespace: "shop", name: hashed }) });
    const given = names([...parts, author]);
    expect(given[2]).toBe(hashed);
    expect(new Set(given).size).toBe(3);
  });
});

describe("names", () => {
  const policies = fc.array(
    fc.record({
      kind: fc.constantFrom("NetworkPolicy", "GlobalNetworkPolicy"),
      name: fc.constantFrom("web", "db", "WEB", "n".repeat(60), "n".repeat(61), "web-aaaaa"),
      cubes: fc.integer({ min: 1, max: 3 }),
      spaces: fc.subarray(["a", "b"], { minLength: 1 }),
    }),
    { maxLength: 6 },
  );

  it("are unique, valid, and do not depend on the order of the policies", () => {
    fc.assert(
      fc.property(
        policies,
        fc.array(fc.constantFrom("a/web", "b/db")),
        fc.integer(),
        (given, reserved, turn) => {
          const seen = new Set<string>();
          const sources = given.filter(
            ({ kind, name }) => !seen.has(kind + name) && seen.add(kind + name),
          );
          const groups = sources.map(({ kind, name, cubes, spaces }) => {
            const global = kind === "GlobalNetworkPolicy";
            const source = origin(global ? { name } : { name, namespace: "a" });
            return (global ? spaces : ["a"]).flatMap((namespace) =>
              Array.from({ length: cubes }, (_, i) =>
                allowPolicy({ source, namespace, podSelector: selector({ app: [String(i)] }) }),
              ),
            );
          });
          const at = groups.length === 0 ? 0 : Math.abs(turn) % groups.length;
          const turned = [...groups.slice(at), ...groups.slice(0, at)].flat();
          const all = groups.flat();
          const one = names(all, reserved);
          const nameOf = new Map(
            names(turned, reserved).map((name, index) => [turned[index], name]),
          );
          expect(all.map((policy) => nameOf.get(policy))).toEqual(one);
          const places = all.map((policy, index) => `${policy.namespace}/${one[index] ?? ""}`);
          expect(new Set([...places, ...reserved]).size).toBe(
            places.length + new Set(reserved).size,
          );
          for (const name of one) expect(isDnsSubdomain(name) && name.length <= 57).toBe(true);
        },
      ),
    );
  });
});
