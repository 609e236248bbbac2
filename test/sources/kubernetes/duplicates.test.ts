import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { KubernetesPolicies } from "../../../src/sources/kubernetes/duplicates.ts";
import { read, withSpec } from "./support.ts";

function collect(...texts: readonly string[]): {
  readonly said: readonly string[];
  readonly kept: readonly string[];
  readonly found: readonly Diagnostic[];
} {
  const found: Diagnostic[] = [];
  const all = new KubernetesPolicies();
  const said = texts.flatMap((text) =>
    read(text).policies.map((policy) => all.add(policy, (one) => void found.push(one))),
  );
  return { said, kept: all.all.map(({ kept }) => kept.text), found };
}

const plain = withSpec("podSelector: {}\ningress: [{ports: [{port: 80}]}]");
const dump = plain
  .replace("name: web\n", "name: web\n  uid: x\n")
  .replace("{port: 80}", "{port: 80, protocol: TCP}")
  .replace("spec:", "spec:\n  policyTypes: [Ingress]");
const other = withSpec("podSelector: {}");

describe("a policy that stands twice in the input", () => {
  it("is taken once if the two mean the same, a person's own text before a dump", () => {
    for (const texts of [
      [plain, dump],
      [dump, plain],
    ]) {
      const { said, kept, found } = collect(...texts);
      expect(said).toEqual(["added", "duplicate"]);
      expect(kept).toEqual([plain]);
      expect(found.map(({ code, severity }) => [code, severity])).toEqual([["K8S-P011", "info"]]);
    }
  });

  it("is an error if the two differ, with both places", () => {
    const { said, found } = collect(plain, other);
    expect(said).toEqual(["added", "conflict"]);
    expect(found.map(({ code, severity, related }) => [code, severity, related?.length])).toEqual([
      ["K8S-P012", "error", 1],
    ]);
  });

  it("is two policies in two namespaces", () => {
    const { said } = collect(plain, plain.replace("shop", "shop2"));
    expect(said).toEqual(["added", "added"]);
  });
});
