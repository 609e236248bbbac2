import { describe, expect, it } from "vitest";
import { goldenCases } from "../support/golden.ts";
import { runPair } from "../support/run-verify.ts";

/** A copy of another name, so that nothing can be told from files being the same. */
const copyOf = <File extends { readonly name: string }>(file: File): File => ({
  ...file,
  name: `copy-of-${file.name}`,
});

/** Kubernetes policies alone are read as Calico's for the source; what is compared with it is read as it will be. */
const ALONE = "kubernetes-alone-under-calico";

const cases = goldenCases("calico").filter(
  ({ name, input }) => input.options["allow-incomplete"] !== true && name !== ALONE,
);

describe("a set against a copy of itself", () => {
  it.each(cases)("is the same, whatever is unknown about it: $name", ({ input, expectation }) => {
    const { files, inventory } = input;
    // Pods that move are judged by other addresses after the switch, so that a set may well differ from itself.
    const options = { ...input.options, "target-pod-cidr": [] };
    const { result, diagnostics } = runPair({
      source: files,
      target: files.map(copyOf),
      inventory,
      options,
    });
    if (diagnostics.some(({ severity }) => severity === "error")) {
      expect(expectation.exitCode, "what cannot be read stops a conversion, too").toBe(2);
      return;
    }
    expect(result.outcome).toBe("exact");
    expect(result.verification.status).toBe("proved");
  });
});

const EGRESS = (rule: string, name = "out"): string => `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec:
  selector: app == 'web'
  types: [Egress]
  egress:
  - ${rule}
`;

const SET = (domains: string): string => `---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: { name: out, labels: { net: out } }
spec: { nets: [192.0.2.0/24], allowedEgressDomains: [${domains}] }
`;

const POD =
  "apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: shop, labels: { app: web } }\n";

const outcomeOf = (source: string, target: string): string => {
  const { result, diagnostics } = runPair({
    source: [{ name: "a.yaml", text: source }],
    target: [{ name: "b.yaml", text: target }],
    inventory: [{ name: "pods.yaml", text: POD }],
  });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return result.outcome;
};

describe("what nobody can look up", () => {
  const domains = (...names: readonly string[]): string =>
    EGRESS(`{ action: Allow, destination: { domains: [${names.join(", ")}] } }`);
  const selected =
    "{ action: Allow, destination: { selector: net == 'out', namespaceSelector: global() } }";
  const service = (name: string): string =>
    EGRESS(`{ action: Allow, destination: { services: { name: ${name}, namespace: shop } } }`);
  const field = (value: string): string => EGRESS(`{ action: Allow, wanted: ${value} }`);

  it.each([
    ["domains", domains("a.example", "b.example"), domains("b.example", "a.example")],
    ["domains of a set", EGRESS(selected) + SET("a.example"), EGRESS(selected) + SET("a.example")],
    ["a service that is not known", service("db"), service("db")],
    ["an unknown field", field("{ a: 1, b: 2 }"), field("{ b: 2, a: 1 }")],
  ])("is the same on both sides where it is said in the same words: %s", (_, source, target) => {
    expect(outcomeOf(source, target)).toBe("exact");
    expect(outcomeOf(source, target.replace("name: out,", "name: again,"))).toBe("exact");
  });

  it.each([
    ["domains", domains("a.example"), domains("b.example"), "widened"],
    ["more domains", domains("a.example"), domains("a.example", "b.example"), "widened"],
    [
      "domains past the fifth",
      domains("a", "b", "c", "d", "e", "f"),
      domains("a", "b", "c", "d", "e", "g"),
      "widened",
    ],
    [
      "domains of a set",
      EGRESS(selected) + SET("a.example"),
      EGRESS(selected) + SET("b.example"),
      "unknown",
    ],
    [
      "a set's domains left out",
      EGRESS(selected) + SET("a.example"),
      EGRESS(selected) + SET(""),
      "narrowed",
    ],
    ["a service that is not known", service("db"), service("cache"), "widened"],
    ["an unknown field", field("1"), field("2"), "widened"],
  ])("is not the same in other words: %s", (_, source, target, outcome) => {
    expect(outcomeOf(source, target)).toBe(outcome);
  });

  it("counts where nothing else of a rule matches", () => {
    const only = (names: string): string =>
      EGRESS(selected) + SET(names).replace("192.0.2.0/24", "");
    expect(outcomeOf(only("a.example"), only(""))).toBe("narrowed");
    expect(outcomeOf(only(""), only("a.example"))).toBe("unknown");
    const deny = EGRESS("{ action: Deny }\n  - " + selected);
    expect(outcomeOf(deny + SET("a.example"), deny + SET(""))).toBe("exact");
  });
});
