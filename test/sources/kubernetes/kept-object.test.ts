import { describe, expect, it } from "vitest";
import { load } from "js-yaml";
import type { KeptObject } from "../../../src/ir/kept-object.ts";
import { meaning, read, withSpec } from "./support.ts";

function keptOf(text: string): KeptObject {
  const { policies } = read(text);
  expect(policies).toHaveLength(1);
  return policies[0]?.kept ?? expect.unreachable();
}

const PLAIN = withSpec("podSelector:   {}   # all of them\ningress:\n    - {}");

describe("a policy that is a document of its own is kept byte for byte", () => {
  it.each([
    ["as it stands", PLAIN, PLAIN],
    ["without the markers around it", `---\n${PLAIN}---\n`, PLAIN],
    ["with the comments around it", `# Team A\n\n${PLAIN}# end\n`, `# Team A\n\n${PLAIN}# end\n`],
    ["without a comment on the marker's line", `--- # first\n${PLAIN}`, PLAIN],
    ["without the mark of its end", `${PLAIN}...\n`, PLAIN],
    ["without a byte order mark", `\ufeff${PLAIN}`, PLAIN],
    ["with Windows line ends", PLAIN.replaceAll("\n", "\r\n"), PLAIN.replaceAll("\n", "\r\n")],
    ["with a line end added at the end of the file", PLAIN.trimEnd(), PLAIN],
    [
      "beside other documents",
      `apiVersion: v1\nkind: X\n---\n${PLAIN}---\napiVersion: v1\nkind: Y\n`,
      PLAIN,
    ],
  ])("%s", (_, text, expected) => {
    const objects = read(text).policies;
    const kept = objects.find(({ kept: one }) => one.name === "web")?.kept;
    expect(kept?.text).toBe(expected);
    expect(kept?.verbatim).toBe(true);
  });
});

describe("a policy that names no namespace has it put in", () => {
  const without = PLAIN.replace("  namespace: shop\n", "");
  const options = { defaultNamespace: "shop" };
  const textOf = (text: string): string | undefined => read(text, options).policies[0]?.kept.text;

  it.each([
    [
      "as one line above its name",
      without,
      without.replace("  name:", "  namespace: shop\n  name:"),
    ],
    [
      "below other fields and comments",
      without.replace("  name:", "  # ours\n  labels:\n    a: b\n\n  name:"),
      without.replace("  name:", "  # ours\n  labels:\n    a: b\n\n  namespace: shop\n  name:"),
    ],
    [
      "below a comment on the line of `metadata`",
      without.replace("metadata:", "metadata: # {"),
      without
        .replace("metadata:", "metadata: # {")
        .replace("  name:", "  namespace: shop\n  name:"),
    ],
    [
      "in the second document of a file",
      `# one\nkind: X\n--- # two\n# three\n${without}`,
      `# three\n${without.replace("  name:", "  namespace: shop\n  name:")}`,
    ],
    [
      "with Windows line ends",
      without.replaceAll("\n", "\r\n"),
      without.replace("  name:", "  namespace: shop\n  name:").replaceAll("\n", "\r\n"),
    ],
  ])("%s", (_, text, expected) => {
    expect(textOf(text)).toBe(expected);
    expect(load(expected)).toMatchObject({ metadata: { name: "web", namespace: "shop" } });
  });

  it.each([
    ["in flow style", without.replace("metadata:\n  name: web\n", "metadata: {name: web}\n")],
    [
      "in flow style over several lines",
      without.replace("metadata:\n  name: web\n", "metadata: {\n  name: web}\n"),
    ],
    ["with an anchor", without.replace("metadata:\n", "metadata: &m\n")],
    ["with an empty namespace", without.replace("  name: web\n", "  name: web\n  namespace:\n")],
    ["with a quoted key", without.replace("metadata:", '"metadata":')],
    ["indented as a whole", without.replace(/^(?=.)/gm, " ")],
    [
      "as an explicit key",
      without.replace("metadata:\n  name: web\n", "metadata:\n  ? name\n  : web\n"),
    ],
  ])("%s too", (_, text) => {
    expect(load(textOf(text) ?? "")).toEqual(load(PLAIN));
  });

  it("quoted if YAML would take it for something else", () => {
    const [one] = read(without, { defaultNamespace: "123" }).policies;
    expect(one?.kept.text).toContain('  namespace: "123"\n  name: web\n');
  });
});

describe("a policy is printed again", () => {
  const again = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  ingress:
  - {}
`;
  it.each([
    [
      "from a list",
      `apiVersion: v1\nkind: List\nitems:\n- ${PLAIN.trimEnd().replaceAll("\n", "\n  ")}\n`,
    ],
    [
      "from a typed list whose items do not say what they are",
      `apiVersion: networking.k8s.io/v1
kind: NetworkPolicyList
items:
- metadata: {name: web, namespace: shop}
  spec: {podSelector: {}, ingress: [{}]}
`,
    ],
    [
      "from JSON",
      '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"web","namespace":"shop"},"spec":{"podSelector":{},"ingress":[{}]}}',
    ],
    [
      "from flow style on the marker's line",
      "--- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}, ingress: [{}]}}",
    ],
    ["with a status, without it", `${PLAIN}status: {}\n`],
    [
      "from a dump, without what the server set",
      `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"networking.k8s.io/v1"}
  creationTimestamp: "2024-01-01T00:00:00Z"
  deletionTimestamp: "2024-01-01T00:00:00Z"
  finalizers: [networking.k8s.aws/resources]
  generation: 2
  managedFields: [{manager: kubectl}]
  name: web
  namespace: shop
  resourceVersion: "12"
  selfLink: /apis/x
  uid: 6c6c
spec:
  podSelector: {}
  ingress: [{}]
status: {}
`,
    ],
  ])("%s", (_, text) => {
    const kept = keptOf(text);
    expect(kept.text).toBe(again);
    expect(kept.verbatim).toBe(false);
  });

  it("with its own annotations and everything else of a dump", () => {
    const kept = keptOf(`apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}", team: "yes"}
  name: web
  namespace: shop
  labels: {a: "on"}
  ownerReferences: [{kind: X}]
  uid: x
spec: {podSelector: {matchLabels: {a: "0777"}}}
`);
    expect(load(kept.text)).toEqual({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: {
        annotations: { team: "yes" },
        name: "web",
        namespace: "shop",
        labels: { a: "on" },
        ownerReferences: [{ kind: "X" }],
      },
      spec: { podSelector: { matchLabels: { a: "0777" } } },
    });
  });

  it("so that it means the same", () => {
    const text =
      withSpec(`podSelector: {matchExpressions: [{key: a, operator: NotIn, values: ["no", "1"]}]}
policyTypes: [Egress]
egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 80, endPort: 90}]}]`);
    const dumped = text.replace("  name: web\n", "  name: web\n  uid: x\n");
    const kept = keptOf(dumped);
    expect(kept.verbatim).toBe(false);
    expect(meaning(read(kept.text).policies[0]?.policy)).toEqual(
      meaning(read(text).policies[0]?.policy),
    );
  });
});

describe("a kept policy", () => {
  it.each([
    ["podSelector: {}", false],
    ["ingress: []", false],
    ["policyTypes: [Egress]\ningress: [{}]", false],
    ["ingress: [{}]", true],
    ["policyTypes: [Ingress, Egress]\negress: [{}]", true],
  ])("with `%s` is %s to have rules", (spec, hasRules) => {
    expect(keptOf(withSpec(spec)).hasRules).toBe(hasRules);
  });
});

it.each([
  ["blank lines above it", "\n".repeat(200_000) + PLAIN],
  [
    "comments inside of it",
    PLAIN.replace("metadata:\n", `metadata:\n${"  #\r\n".repeat(100_000)}`).replace(
      "  namespace: shop\n",
      "",
    ),
  ],
])("a policy with many %s is kept in time", (_, text) => {
  const started = performance.now();
  expect(read(text).policies).toHaveLength(1);
  expect(performance.now() - started).toBeLessThan(3000);
});
