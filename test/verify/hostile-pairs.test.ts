import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/ir/outcome.ts";
import { readSets } from "../../src/pipeline-read.ts";
import { compareSets } from "../support/compare-sets.ts";
import { convertInput } from "../support/run-convert.ts";
import { runPair } from "../support/run-verify.ts";

/*
 * Pairs that look equal and are not, and pairs that look different and are equal. What `verify` says of each is held to
 * every flow of the small world of both.
 */

const kubernetes = (spec: string, name = "k"): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
const calico = (rules: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: { name: p, namespace: shop }\nspec: { selector: app == 'db', types: [Ingress], ingress: [${rules}] }\n`;
const cilium = (rules: string): string =>
  `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: { name: p, namespace: shop }\nspec: { endpointSelector: { matchLabels: { app: db } }, ${rules} }\n`;
const NONE = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n";

const from = (peers: string, ports = ""): string =>
  kubernetes(
    `{ podSelector: { matchLabels: { app: db } }, policyTypes: [Ingress], ingress: [{ from: [${peers}]${ports === "" ? "" : `, ports: [${ports}]`} }] }`,
  );
const having = (...expressions: readonly string[]): string =>
  `{ podSelector: { matchExpressions: [${expressions.map((one) => `{ key: a, operator: ${one} }`).join(", ")}] } }`;
const isolating = (selector: string, name: string): string =>
  kubernetes(`{ podSelector: ${selector}, policyTypes: [Ingress] }`, name);

const NOT_X = "NotIn, values: [x]";
const IS_X = "{ podSelector: { matchLabels: { a: x } } }";
const ANYONE = "{ podSelector: {} }";
const BLOCK = "{ ipBlock: { cidr: 203.0.112.0/23 } }";
const BUT_HALF = "{ ipBlock: { cidr: 203.0.112.0/23, except: [203.0.113.0/24] } }";
const block = (cidr: string): string => `{ ipBlock: { cidr: '${cidr}' } }`;
const DENY_X = "{ action: Deny, source: { selector: a == 'x' } }";
const ALLOW_PODS = "{ action: Allow, source: { selector: all() } }";

type Row = readonly [
  title: string,
  outcome: Outcome,
  source: readonly string[],
  target: readonly string[],
];

const ROWS: readonly Row[] = [
  [
    "one AND peer, and its halves as two peers",
    "widened",
    [
      from(
        "{ podSelector: { matchLabels: { a: x } }, namespaceSelector: { matchLabels: { e: p } } }",
      ),
    ],
    [from(`${IS_X}, { namespaceSelector: { matchLabels: { e: p } } }`)],
  ],
  [
    "NotIn, which holds without the label",
    "narrowed",
    [from(having(NOT_X))],
    [from(having(NOT_X, "Exists"))],
  ],
  [
    "NotIn, in two halves",
    "exact",
    [from(having(NOT_X))],
    [from(`${having(NOT_X, "Exists")}, ${having("DoesNotExist")}`)],
  ],
  [
    "In, value by value",
    "exact",
    [from(having("In, values: [x, z]"))],
    [from(`${having("In, values: [z]")}, ${IS_X}`)],
  ],
  [
    "a block, in two halves",
    "exact",
    [from(BLOCK)],
    [from(`${block("203.0.113.0/24")}, ${block("203.0.112.0/24")}`)],
  ],
  [
    "an exception that another peer fills",
    "exact",
    [from(BLOCK)],
    [from(`${BUT_HALF}, ${block("203.0.113.0/24")}`)],
  ],
  [
    "an exception that others fill but for one address",
    "narrowed",
    [from(BLOCK)],
    [
      from(
        [
          BUT_HALF,
          ...["0/25", "128/26", "192/27", "224/28", "240/29", "248/30", "252/31", "254/32"].map(
            (end) => block(`203.0.113.${end}`),
          ),
        ].join(", "),
      ),
    ],
  ],
  [
    "a range of ports, in two that adjoin",
    "exact",
    [from(ANYONE, "{ protocol: TCP, port: 1, endPort: 100 }")],
    [
      from(
        ANYONE,
        "{ protocol: TCP, port: 51, endPort: 100 }, { protocol: TCP, port: 1, endPort: 50 }",
      ),
    ],
  ],
  [
    "no ports, and every port of every protocol that has some",
    "narrowed",
    [from(ANYONE)],
    [from(ANYONE, "{ protocol: TCP }, { protocol: UDP }, { protocol: SCTP }")],
  ],
  [
    "a port without a protocol",
    "exact",
    [from(ANYONE, "{ port: 80 }")],
    [from(ANYONE, "{ protocol: TCP, port: 80 }")],
  ],
  [
    "the same port of another protocol",
    "widened",
    [from(ANYONE, "{ protocol: SCTP, port: 80 }")],
    [from(ANYONE, "{ protocol: UDP, port: 80 }")],
  ],
  [
    "a port by name, and its usual number",
    "widened",
    [from(ANYONE, "{ port: http }")],
    [from(ANYONE, "{ port: 80 }")],
  ],
  [
    "policyTypes that go without saying",
    "exact",
    [kubernetes("{ podSelector: {}, egress: [{}] }")],
    [kubernetes("{ podSelector: {}, policyTypes: [Ingress, Egress], egress: [{}] }")],
  ],
  [
    "a rule without fields, and no rule",
    "narrowed",
    [kubernetes("{ podSelector: {}, policyTypes: [Ingress], ingress: [{}] }")],
    [kubernetes("{ podSelector: {}, policyTypes: [Ingress], ingress: [] }")],
  ],
  [
    "a policy that allows everything, and none",
    "exact",
    [kubernetes("{ podSelector: {}, policyTypes: [Ingress], ingress: [{}] }")],
    [NONE],
  ],
  [
    "isolation of all, in two parts",
    "exact",
    [isolating("{}", "k")],
    [
      isolating("{ matchLabels: { a: x } }", "k1"),
      isolating(`{ matchExpressions: [{ key: a, operator: ${NOT_X} }] }`, "k2"),
    ],
  ],
  [
    "isolation of all, in two parts with a gap",
    "widened",
    [isolating("{}", "k")],
    [
      isolating("{ matchLabels: { a: x } }", "k1"),
      isolating(
        `{ matchExpressions: [{ key: a, operator: ${NOT_X} }, { key: a, operator: Exists }] }`,
        "k2",
      ),
    ],
  ],
  [
    "a Deny before and behind an Allow that it overlaps",
    "widened",
    [calico(`${DENY_X}, { action: Allow }`)],
    [calico(`{ action: Allow }, ${DENY_X}`)],
  ],
  [
    "a Deny before an Allow that it does not overlap",
    "exact",
    [calico(`${DENY_X}, { action: Allow, source: { selector: a == 'z' } }`)],
    [calico("{ action: Allow, source: { selector: a == 'z' } }")],
  ],
  ["a Deny, and NotIn", "exact", [calico(`${DENY_X}, ${ALLOW_PODS}`)], [from(having(NOT_X))]],
  [
    "`!=`, which holds without the label",
    "narrowed",
    [calico("{ action: Allow, source: { selector: a != 'x' } }")],
    [from(having(NOT_X, "Exists"))],
  ],
  [
    "a part of a text, and one text that has it",
    "narrowed",
    [calico("{ action: Allow, source: { selector: a contains 'x' } }")],
    [from("{ podSelector: { matchLabels: { a: axb } } }")],
  ],
  [
    "a Deny of Cilium, whatever comes first",
    "exact",
    [
      cilium(
        "ingress: [{ fromEndpoints: [{}] }], ingressDeny: [{ fromEndpoints: [{ matchLabels: { a: x } }] }]",
      ),
    ],
    [from(having(NOT_X))],
  ],
  [
    "a Deny of Cilium that isolates nobody, and nothing",
    "widened",
    [
      cilium(
        "ingressDeny: [{ fromEndpoints: [{ matchLabels: { a: x } }] }], enableDefaultDeny: { ingress: false }",
      ),
    ],
    [NONE],
  ],
  [
    "all addresses, and those of one family",
    "narrowed",
    [from(`${block("0.0.0.0/0")}, ${block("::/0")}`)],
    [from(block("0.0.0.0/0"))],
  ],
  [
    "a namespace by its name, and by a label called name",
    "widened",
    [from("{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: db } } }")],
    [from("{ namespaceSelector: { matchLabels: { name: db } } }")],
  ],
];

const fileOf = (name: string, documents: readonly string[]) => [
  { name, text: documents.join("---\n") },
];

describe("pairs that mislead", () => {
  it.each(ROWS)("%s: %s", (_, outcome, source, target) => {
    const before = fileOf("a.yaml", source);
    const after = fileOf("b.yaml", target);
    const { result, diagnostics } = runPair({ source: before, target: after });
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(result.outcome).toBe(outcome);
    expect(result.verification.witnesses.length > 0).toBe(outcome !== "exact");

    const { options } = convertInput({ files: [], inventory: [], options: {} });
    const set = { unreadable: [], ownOutput: "input", ipBlockMatchesPods: "yes" } as const;
    const { sets, snapshot } = readSets(
      [
        { ...set, engine: "as told", files: before },
        { ...set, engine: "by its policies", files: after },
      ],
      [],
      options,
      () => undefined,
    );
    const [old, fresh] = sets;
    if (old === undefined || fresh === undefined) throw new Error("two sets are read");
    const found = compareSets(old.set, fresh.set, {
      snapshot,
      assumptions: new Set(),
      limit: 200_000,
    });
    const seen =
      found.wider.length > 0 ? "widened" : found.narrower.length > 0 ? "narrowed" : "exact";
    expect(seen).toBe(outcome);
  });
});
