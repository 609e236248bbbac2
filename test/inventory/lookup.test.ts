import { describe, expect, it } from "vitest";
import { coveredNamespaces, namespaceLabels, valuesOf } from "../../src/inventory/lookup.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME } from "../../src/sets/cube.ts";
import { take } from "./support.ts";

const { snapshot } = take(
  `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {env: prod}}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop, labels: {app: web}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: b, namespace: other}
spec: {template: {metadata: {labels: {app: db, constructor: x}}, spec: {serviceAccountName: ci}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: robot, namespace: shop, labels: {team: a}}
`,
  { policies: ["elsewhere"] },
);

describe("valuesOf", () => {
  it.each([
    ["pod:app", undefined, ["db", "web"]],
    ["pod:app", "shop", ["web"]],
    ["pod:constructor", undefined, ["x"]],
    ["pod:toString", undefined, []],
    [ACCOUNT_NAME, undefined, ["ci", "default", "robot"]],
    [ACCOUNT_NAME, "other", ["ci"]],
    ["account:team", undefined, ["a"]],
    ["namespace:env", undefined, ["prod"]],
    [NAMESPACE_NAME, undefined, ["elsewhere", "other", "shop"]],
  ] as const)("finds the values of %s in %s", (key, namespace, values) => {
    expect(valuesOf(snapshot, key, namespace)).toEqual(values);
  });
});

describe("coveredNamespaces", () => {
  it("leaves out those in which only a policy lies", () => {
    expect(coveredNamespaces(snapshot).map(({ name }) => name)).toEqual(["other", "shop"]);
  });
});

describe("namespaceLabels", () => {
  it("are undefined where they are not known", () => {
    expect(namespaceLabels(snapshot, "shop")).toMatchObject({ env: "prod" });
    expect(namespaceLabels(snapshot, "other")).toBeUndefined();
    expect(namespaceLabels(snapshot, "nowhere")).toBeUndefined();
  });
});
