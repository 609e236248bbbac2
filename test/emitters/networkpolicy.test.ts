import { describe, expect, it } from "vitest";
import { CORE_SCHEMA, YAML11_SCHEMA, load } from "js-yaml";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import {
  type EmittedObject,
  type LoweredObject,
  emitNetworkPolicies,
  rulePath,
  streamText,
} from "../../src/emitters/networkpolicy.ts";
import type { AllowPolicy } from "../../src/ir/allow-policy.ts";
import type { KeptObject } from "../../src/ir/kept-object.ts";
import { allowPolicy, kept, origin, rule, selector } from "./support.ts";

function lowered(policy: AllowPolicy, given: Partial<LoweredObject> = {}): LoweredObject {
  return { policy, outcome: "exact", notes: [], ...given };
}

function emit(
  objects: readonly LoweredObject[],
  keptObjects: readonly KeptObject[] = [],
): { readonly objects: readonly EmittedObject[]; readonly found: readonly Diagnostic[] } {
  const found: Diagnostic[] = [];
  return { objects: emitNetworkPolicies(objects, keptObjects, (one) => found.push(one)), found };
}

function textOf(policy: AllowPolicy, given: Partial<LoweredObject> = {}): string {
  return emit([lowered(policy, given)]).objects[0]?.text ?? "";
}

describe("the text of an object", () => {
  it("has every part in its place", () => {
    const policy = allowPolicy({
      source: origin({ namespace: "shop", labels: [["app", "web"]] }),
      podSelector: {
        requirements: [
          { key: "app", operator: "In", values: ["web"] },
          { key: "env", operator: "NotIn", values: ["dev", "test"] },
          { key: "tier", operator: "Exists", values: [] },
        ],
      },
      policyTypes: ["ingress", "egress"],
      ingress: [
        rule(
          [
            {
              kind: "pods",
              namespaces: selector({ team: ["a"] }),
              pods: selector({ app: ["b", "c"] }),
            },
            { kind: "pods", pods: selector() },
            { kind: "block", cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] },
          ],
          [
            { protocol: "TCP", port: 80 },
            { protocol: "TCP", port: 8000, endPort: 8080 },
            { protocol: "UDP", port: "dns" },
            { protocol: "SCTP" },
          ],
        ),
        rule(),
      ],
      egress: [rule([{ kind: "block", cidr: "::/0", except: [] }])],
    });
    expect(textOf(policy, { notes: ["spec.ingress[1]: Kubernetes has no service accounts"] }))
      .toBe(`\
# spec.ingress[1]: Kubernetes has no service accounts
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  labels:
    app: web
  annotations:
    netpol-migrate.dev/source: calico NetworkPolicy shop/web
    netpol-migrate.dev/outcome: exact
spec:
  podSelector:
    matchLabels:
      app: web
    matchExpressions:
    - key: env
      operator: NotIn
      values:
      - dev
      - test
    - key: tier
      operator: Exists
  policyTypes:
  - Ingress
  - Egress
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          team: a
      podSelector:
        matchExpressions:
        - key: app
          operator: In
          values:
          - b
          - c
    - podSelector: {}
    - ipBlock:
        cidr: 10.0.0.0/8
        except:
        - 10.1.0.0/16
    ports:
    - protocol: TCP
      port: 80
    - protocol: TCP
      port: 8000
      endPort: 8080
    - protocol: UDP
      port: dns
    - protocol: SCTP
  - {}
  egress:
  - to:
    - ipBlock:
        cidr: ::/0
`);
  });

  it("isolates without allowing anything when there are no rules", () => {
    const text = textOf(allowPolicy({ policyTypes: ["egress", "ingress"] }));
    expect(load(text)).toMatchObject({
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
    expect(text).not.toMatch(/ingress:|egress:/);
  });

  it.each([
    "yes",
    "on",
    "y",
    "N",
    "0777",
    "1e3",
    "null",
    "true",
    "0.5",
    "0x1F",
    "1_000",
    "2020-01-01",
    "",
    "12.0",
  ])("keeps the label value %j as text for readers of YAML 1.1 and 1.2", (value) => {
    const policy = allowPolicy({
      source: origin({ namespace: "shop", labels: [["app", value]] }),
      podSelector: selector({ app: [value], on: ["a", value] }),
    });
    for (const schema of [CORE_SCHEMA, YAML11_SCHEMA]) {
      expect(load(textOf(policy), { schema })).toMatchObject({
        metadata: { labels: { app: value } },
        spec: {
          podSelector: {
            matchLabels: { app: value },
            matchExpressions: [{ key: "on", operator: "In", values: ["a", value] }],
          },
        },
      });
    }
  });

  it.each(["on", "y", "123", "null", "1e3", "0x1f"])("keeps the label key %j as text", (key) => {
    const policy = allowPolicy({ podSelector: selector({ [key]: ["a"] }) });
    for (const schema of [CORE_SCHEMA, YAML11_SCHEMA]) {
      expect(load(textOf(policy), { schema })).toMatchObject({
        spec: { podSelector: { matchLabels: { [key]: "a" } } },
      });
    }
  });

  it("says the same of one key asked for twice", () => {
    const podSelector = {
      requirements: [
        { key: "a", operator: "In", values: ["x"] },
        { key: "a", operator: "In", values: ["y"] },
      ],
    } as const;
    expect(load(textOf(allowPolicy({ podSelector })))).toMatchObject({
      spec: {
        podSelector: {
          matchLabels: { a: "x" },
          matchExpressions: [{ key: "a", operator: "In", values: ["y"] }],
        },
      },
    });
  });

  it("names the source policy and the outcome", () => {
    const global = allowPolicy({ source: origin({ name: "platform.egress" }) });
    expect(load(textOf(global, { outcome: "narrowed" }))).toMatchObject({
      metadata: {
        annotations: {
          "netpol-migrate.dev/source": "calico GlobalNetworkPolicy platform.egress",
          "netpol-migrate.dev/outcome": "narrowed",
        },
      },
    });
  });

  it("says so when it isolates pods of others", () => {
    expect(textOf(allowPolicy({ overIsolates: true }))).toContain(
      'netpol-migrate.dev/over-isolates: "true"\n',
    );
    expect(textOf(allowPolicy())).not.toContain("over-isolates");
  });

  it.each([
    "a\nspec: {}",
    "a\r\nb",
    "a\u2028b",
    "a\u0085b",
    "a\u0000b",
    "\n---\napiVersion: v1",
    "\ufeffa",
    "a\ud800b",
    "",
  ])("keeps the note %j inside of one comment line", (note) => {
    const text = textOf(allowPolicy(), { notes: [note] });
    const [first = "", second] = text.split(/\r\n|[\n\r\u0085\u2028\u2029]/);
    expect(first).toMatch(/^#/);
    expect(second).toBe("apiVersion: networking.k8s.io/v1");
    expect(load(text)).toEqual(load(textOf(allowPolicy())));
  });
});

describe("labels of the source", () => {
  const source = origin({
    namespace: "shop",
    labels: [
      ["app", "web"],
      ["app.kubernetes.io/name", "web"],
      ["app.kubernetes.io/managed-by", "Helm"],
      ["app.kubernetes.io/instance", "web"],
      ["helm.sh/chart", "web-1.0"],
      ["argocd.argoproj.io/instance", "web"],
      ["kustomize.toolkit.fluxcd.io/name", "web"],
      ["projectcalico.org/tier", "default"],
      ["bad value", "x"],
      ["team", "a/b"],
    ],
  });
  const { objects, found } = emit([
    lowered(allowPolicy({ source })),
    lowered(allowPolicy({ source, podSelector: selector({ app: ["a"] }) })),
  ]);

  it("are carried, but for those by which tools own objects and invalid ones (C40)", () => {
    expect(load(objects[0]?.text ?? "")).toMatchObject({
      metadata: { labels: { app: "web", "app.kubernetes.io/name": "web" } },
    });
    expect(objects[0]?.text).not.toMatch(
      /helm|argocd|flux|projectcalico|instance|managed-by|bad value|a\/b/,
    );
  });

  it("that are not carried are told once a policy", () => {
    expect(found.map(({ code }) => code)).toEqual(["EMT-X004", "EMT-X005"]);
    expect(found[0]?.message).toContain("`helm.sh/chart`");
  });
});

describe("the objects of a run", () => {
  const rules = [rule()];
  const all = [
    lowered(allowPolicy({ source: origin({ name: "deny" }), namespace: "a" })),
    lowered(allowPolicy({ source: origin({ name: "z" }), namespace: "a", ingress: rules })),
    lowered(allowPolicy({ source: origin({ name: "a" }), namespace: "b", ingress: rules })),
    lowered(
      allowPolicy({
        source: origin({ name: "a" }),
        namespace: "a",
        policyTypes: ["egress"],
        egress: rules,
      }),
    ),
  ];
  const ours = [kept("a", "m"), kept("a", "b", { hasRules: false }), kept("b", "b")];

  it("come with rules first, rule-less isolation last, kept ones among them", () => {
    const { objects } = emit(all, ours);
    expect(objects.map(({ file }) => file)).toEqual([
      "a/a.yaml",
      "a/m.yaml",
      "a/z.yaml",
      "b/a.yaml",
      "b/b.yaml",
      "a/b.yaml",
      "a/deny.yaml",
    ]);
  });

  it("are the same bytes in whatever order they are given", () => {
    const one = streamText(emit(all, ours).objects);
    expect(streamText(emit([...all].reverse(), [...ours].reverse()).objects)).toBe(one);
  });

  it("keep the text of a kept policy byte for byte", () => {
    const text = "# ours\r\nspec:   {}\r\n";
    const { objects } = emit([], [kept("a", "m", { text })]);
    expect(objects[0]?.text).toBe(text);
    expect(streamText(objects)).toBe(`---\n${text}`);
  });

  it("lie in their namespace's folder whatever a name says", () => {
    const source = origin({ namespace: "shop", name: "../../../etc/cron.d/x" });
    const { objects, found } = emit([lowered(allowPolicy({ source }))]);
    expect(objects[0]?.file).toMatch(/^shop\/[a-z0-9-]+\.yaml$/);
    expect(found.map(({ code }) => code)).toEqual(["EMT-X003"]);
    expect(() => emit([lowered(allowPolicy({ namespace: ".." }))])).toThrow(/namespace/);
    expect(() => emit([], [kept("..", "x")])).toThrow(/safe/);
    expect(() => emit([], [kept("a", "../x")])).toThrow(/safe/);
  });

  it("tell of a taken name once a namespace and of a shortened one once", () => {
    const taken = origin({ name: "m" });
    const long = origin({ name: "n".repeat(70) });
    const { found } = emit(
      [
        lowered(allowPolicy({ source: taken, namespace: "a" })),
        lowered(allowPolicy({ source: taken, namespace: "b" })),
        lowered(allowPolicy({ source: long, namespace: "a" })),
        lowered(allowPolicy({ source: long, namespace: "b" })),
      ],
      [kept("a", "m")],
    );
    expect(found.map(({ code }) => code)).toEqual(["EMT-X002", "EMT-X001"]);
    expect(found[0]?.message).toMatch(/`m` is already that of another policy in namespace `a`/);
  });

  it("have their rules at JSON pointers", () => {
    expect(rulePath("egress", 2)).toBe("/spec/egress/2");
  });
});
