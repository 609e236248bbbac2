import { describe, expect, it } from "vitest";
import { take } from "./support.ts";

const namespace = (name: string, labels: string): string => `
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: ${labels}}
---`;

describe("a snapshot's namespaces", () => {
  it("are covered where an object or an option names them, not where only a policy lies in them", () => {
    const { snapshot } = take(
      `${namespace("object", "{}")}
apiVersion: v1
kind: ServiceAccount
metadata: {name: ci, namespace: account}
`,
      { policies: ["policy", "object"], knownNamespaces: ["option", "both:env=prod"] },
    );
    expect([...snapshot.namespaces.values()].map(({ name, covered }) => [name, covered])).toEqual([
      ["account", true],
      ["both", true],
      ["object", true],
      ["option", true],
      ["policy", false],
    ]);
    expect(snapshot.namespaces.get("policy")?.labels).toBeUndefined();
    expect(snapshot.namespaces.get("option")?.labels).toBeUndefined();
    expect(snapshot.namespaces.get("both")?.labels).toEqual({
      env: "prod",
      "kubernetes.io/metadata.name": "both",
    });
  });

  it("have unknown labels when two objects differ, and known ones when they agree", () => {
    const { snapshot, found, diagnostics } = take(
      namespace("a", "{env: prod}") +
        namespace("a", "{env: dev}") +
        namespace("b", "{env: prod}") +
        namespace("b", "{env: prod, kubernetes.io/metadata.name: b}"),
    );
    expect(snapshot.namespaces.get("a")?.labels).toBeUndefined();
    expect(snapshot.namespaces.get("b")?.labels).toMatchObject({ env: "prod" });
    expect(found).toEqual(["INV-E003 6"]);
    expect(diagnostics[0]?.related).toHaveLength(1);
  });

  it("have unknown labels when object and option differ", () => {
    const { snapshot, found } = take(namespace("a", "{env: prod}"), {
      knownNamespaces: ["a:env=dev"],
    });
    expect(snapshot.namespaces.get("a")?.labels).toBeUndefined();
    expect(found).toEqual(["INV-E005 2"]);
  });

  it("keep the labels of their object when the option gives the name alone", () => {
    const { snapshot, found } = take(namespace("a", "{env: prod}"), { knownNamespaces: ["a"] });
    expect(snapshot.namespaces.get("a")?.labels).toMatchObject({ env: "prod" });
    expect(found).toEqual([]);
  });
});

describe("a snapshot's objects", () => {
  const account = (labels: string): string => `
apiVersion: v1
kind: ServiceAccount
metadata: {name: ci, namespace: shop, labels: ${labels}}
---`;
  const service = (selector: string): string => `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: ${selector}, ports: [{port: 80}]}
---`;

  it("are not used when they are given twice and differ", () => {
    const { snapshot, found } = take(
      account("{a: b}") + account("{a: c}") + service("{app: one}") + service("{app: two}"),
    );
    expect(snapshot.accounts).toEqual([]);
    expect(snapshot.services).toEqual([]);
    expect(found).toEqual(["INV-E004 6", "INV-E004 15"]);
  });

  it("count once when they are given twice and agree", () => {
    const { snapshot, found } = take(
      account("{a: b, c: d}") + account("{c: d, a: b}") + service("{app: x}") + service("{app: x}"),
    );
    expect(snapshot.accounts).toHaveLength(1);
    expect(snapshot.services).toHaveLength(1);
    expect(found).toEqual([]);
  });

  it("come in the same order whatever the order of the input", () => {
    const texts = ["b", "a", "c"].map(
      (name) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ns-${name}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ${name}, namespace: ns-${name}}
---`,
    );
    const forth = take(texts.join("")).snapshot;
    const back = take([...texts].reverse().join("")).snapshot;
    expect(back).toEqual(forth);
    expect([...back.namespaces.keys()]).toEqual([...forth.namespaces.keys()]);
  });
});
