import { describe, expect, it } from "vitest";
import fc from "fast-check";
import type { ManifestObject } from "../../../src/manifest/manifest-object.ts";
import { dropDuplicates } from "../../../src/sources/calico/duplicates.ts";
import type { CalicoInput } from "../../../src/sources/calico/model.ts";
import { readCalicoObject } from "../../../src/sources/calico/read.ts";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { read } from "./harness.ts";

const KINDS = [
  "NetworkPolicy",
  "GlobalNetworkPolicy",
  "StagedNetworkPolicy",
  "Tier",
  "NetworkSet",
  "GlobalNetworkSet",
  "HostEndpoint",
  "Profile",
  "FelixConfiguration",
];

const scalar = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    80,
    1.5,
    -1,
    "",
    "Allow",
    "TCP",
    "a == 'x'",
    "10.0.0.0/8",
    "80:90",
  ),
  fc.string(),
);
const key = fc.oneof(
  fc.constantFrom(
    "action",
    "source",
    "destination",
    "nets",
    "ports",
    "selector",
    "ingress",
    "egress",
    "types",
    "order",
    "name",
    "labels",
    "annotations",
    "protocol",
    "icmp",
    "http",
    "services",
    "serviceAccounts",
    "__proto__",
    "expectedIPs",
    "profiles",
  ),
  fc.string(),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 5, noNullPrototype: false }),
  ),
}));

function objectOf(value: unknown): ManifestObject {
  const document = { file: { name: "x", text: "" }, index: 0, offset: 0 };
  return {
    document,
    value,
    placeOf: (path) => ({ document, offset: 0, path: path.join(".") }),
    sourceText: () => undefined,
  };
}

describe("input of any shape", () => {
  it("never throws, and is invalid if and only if an error says why", () => {
    const versions = ["projectcalico.org/v3", "crd.projectcalico.org/v1"];
    const documents = fc.record({
      apiVersion: fc.constantFrom(...versions),
      kind: fc.constantFrom(...KINDS),
      metadata: fc.oneof(fc.constant({ name: "a", namespace: "b" }), tree),
      spec: tree,
    });
    fc.assert(
      fc.property(documents, (value) => {
        const input: CalicoInput = { policies: [], tiers: [], groups: [] };
        const findings: Diagnostic[] = [];
        const report = (finding: Diagnostic): void => {
          findings.push(finding);
        };
        const disposition = readCalicoObject(
          objectOf(value),
          input,
          { defaultNamespace: "d" },
          report,
        );
        dropDuplicates(input, report);
        const errors = findings.some(({ severity }) => severity === "error");
        expect(disposition === "invalid").toBe(errors);
        if (errors) expect(input).toEqual({ policies: [], tiers: [], groups: [] });
        if (disposition === "policy") expect(input.policies).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  it("reads a policy of ten thousand rules with a wrong one among them, without telling them all", () => {
    const rules = Array.from(
      { length: 10_000 },
      (_, index) => `  - {action: Allow, protocol: ${index === 9_000 ? "nope" : "tcp"}}`,
    );
    const { dispositions, findings } = read(
      `apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\nspec:\n  ingress:\n${rules.join("\n")}\n`,
    );
    expect(dispositions).toEqual(["invalid"]);
    expect(findings.length).toBeLessThan(50);
  });

  it.each(["constructor", "toString", "__proto__", "hasOwnProperty"])(
    "takes %s for a word like others",
    (word) => {
      const { dispositions, findings } = read(
        `apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: ${word.toLowerCase().replaceAll("_", "")}}\nspec: {order: 1}\n---\napiVersion: projectcalico.org/v3\nkind: ${word}\nmetadata: {name: a}\n`,
      );
      expect(dispositions).toEqual(["context", "ignored"]);
      expect(findings.map(({ code }) => code)).toEqual(["CAL-X008"]);
    },
  );
});
