import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { ConvertResult } from "../../src/pipeline.ts";
import { judge } from "../support/judge.ts";
import { checkReport } from "../support/report-invariants.ts";
import { runCase } from "../support/run-convert.ts";
import type { CaseOptions } from "../support/run-convert.ts";

/*
 * Small sets, each about one thing that keeps a rule from coming out as it is. Every way to convert them is held to every
 * flow of their small world; what each rule comes to stands in
 * outcomes.json (`UPDATE_GOLDEN=1` writes it anew).
 */

const CALICO = "apiVersion: projectcalico.org/v3";
const HERE = "namespaceSelector: \"kubernetes.io/metadata.name == 'shop'\"";

const namespaced = (spec: string, name = "p"): string =>
  `${CALICO}\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
const global = (spec: string, name: string): string =>
  `${CALICO}\nkind: GlobalNetworkPolicy\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
const tier = (defaultAction: "Deny" | "Pass"): string =>
  `${CALICO}\nkind: Tier\nmetadata: { name: t }\nspec: { order: 10, defaultAction: ${defaultAction} }\n`;
const ingress = (...rules: readonly string[]): string =>
  namespaced(`{ selector: "app == 'a'", types: [Ingress], ingress: [${rules.join(", ")}] }`);
const egress = (...rules: readonly string[]): string =>
  namespaced(`{ selector: "app == 'a'", types: [Egress], egress: [${rules.join(", ")}] }`);
const first = (direction: "Ingress" | "Egress", ...rules: readonly string[]): string =>
  global(
    `{ tier: t, ${HERE}, types: [${direction}], ${direction.toLowerCase()}: [${rules.join(", ")}] }`,
    "t.g",
  );
const maybe = (...rules: readonly string[]): string =>
  global(
    `{ tier: t, namespaceSelector: "env == 'prod'", types: [Ingress], ingress: [${rules.join(", ")}] }`,
    "t.m",
  );

const from = (action: string, source: string, rest = ""): string =>
  `{ action: ${action}, source: { ${source} }${rest} }`;
const X = "selector: role == 'x'";
const ACCOUNT = "serviceAccounts: { names: [s] }";
const TEXT = "selector: role contains 'x'";
const BLOCK = "nets: [203.0.113.0/24]";
const IN_PODS = "nets: [10.1.0.0/16]";
const ANYONE = "{ action: Allow }";
const RANGES = { "pod-cidr": ["10.0.0.0/8"] } as const;
const MOVED = { ...RANGES, "target-pod-cidr": ["172.16.0.0/16"] } as const;
const KNOWN = { "known-namespace": ["shop"] } as const;

type Row = readonly [title: string, documents: readonly string[], facts: CaseOptions];

const ROWS: readonly Row[] = [
  ["an account before an Allow", [ingress(from("Deny", ACCOUNT), ANYONE)], {}],
  [
    "an account allowed, then denied",
    [ingress(from("Allow", ACCOUNT), from("Deny", X), ANYONE)],
    {},
  ],
  ["the text of a label denied", [ingress(from("Deny", TEXT), ANYONE)], {}],
  ["the text of a label allowed", [ingress(from("Deny", X), from("Allow", TEXT))], {}],
  [
    "labels and addresses at once, ranges unknown",
    [ingress(from("Allow", `${X}, ${IN_PODS}`))],
    {},
  ],
  ["labels and addresses at once", [ingress(from("Deny", `${X}, ${IN_PODS}`), ANYONE)], RANGES],
  [
    "labels and addresses at once, allowed",
    [ingress(from("Deny", BLOCK), from("Allow", `${X}, ${IN_PODS}`))],
    RANGES,
  ],
  [
    "labels at all addresses",
    [ingress(from("Deny", BLOCK), from("Allow", `${X}, nets: [10.0.0.0/7]`))],
    RANGES,
  ],
  ["a block denied among pods", [ingress(from("Deny", IN_PODS), ANYONE)], RANGES],
  [
    "a block denied outside",
    [ingress(from("Deny", BLOCK), from("Allow", "nets: [203.0.112.0/20]"))],
    RANGES,
  ],
  ["a block denied, ranges unknown", [ingress(from("Deny", BLOCK), ANYONE)], {}],
  [
    "a block allowed over all pods",
    [ingress(from("Deny", X), from("Allow", "nets: [10.0.0.0/7]"))],
    RANGES,
  ],
  ["pods that move", [ingress(from("Deny", BLOCK), from("Allow", "nets: [172.16.0.0/12]"))], MOVED],
  ["pods that move, by labels", [ingress(from("Deny", BLOCK), from("Allow", X))], MOVED],
  [
    "the pod's own address",
    [ingress("{ action: Deny, destination: { nets: [10.1.0.0/16] } }", from("Allow", X))],
    RANGES,
  ],
  [
    "the pod's own account",
    [ingress(`{ action: Deny, destination: { ${ACCOUNT} } }`, from("Allow", X))],
    {},
  ],
  [
    "a named port denied",
    [ingress("{ action: Deny, protocol: TCP, destination: { ports: [web] } }", from("Allow", X))],
    {},
  ],
  [
    "a named port allowed after a Deny",
    [
      ingress(
        from("Deny", X),
        "{ action: Allow, protocol: TCP, destination: { ports: [web, 80] } }",
      ),
    ],
    {},
  ],
  [
    "a named port towards blocks",
    [
      egress(
        "{ action: Allow, protocol: TCP, destination: { nets: [203.0.113.0/24], ports: [web] } }",
      ),
    ],
    RANGES,
  ],
  [
    "a named port towards blocks and pods",
    [
      egress(
        "{ action: Deny, protocol: TCP, destination: { ports: [9] } }",
        "{ action: Allow, protocol: TCP, destination: { ports: [web, 9, 10] } }",
      ),
    ],
    RANGES,
  ],
  ["ICMP denied", [ingress("{ action: Deny, protocol: ICMP }", ANYONE)], {}],
  [
    "ports denied",
    [
      ingress(
        "{ action: Deny, protocol: TCP, destination: { ports: ['1:79'] } }",
        from("Allow", X),
      ),
    ],
    {},
  ],
  [
    "a Deny behind one that takes all",
    [tier("Pass"), first("Ingress", from("Deny", X), "{ action: Deny }"), ingress(ANYONE)],
    {},
  ],
  [
    "a Deny before an Allow of a tier that passes",
    [tier("Pass"), first("Ingress", from("Deny", X)), ingress(ANYONE)],
    {},
  ],
  ["a Deny alone in a tier that passes", [tier("Pass"), first("Ingress", from("Deny", X))], {}],
  [
    "Denies alone, cut by one another",
    [tier("Pass"), first("Ingress", from("Deny", BLOCK), from("Deny", X))],
    RANGES,
  ],
  [
    "a Pass of a part",
    [
      tier("Deny"),
      first("Ingress", from("Pass", X)),
      ingress(from("Allow", "selector: team == 'y'")),
    ],
    {},
  ],
  [
    "a Pass of an account",
    [tier("Deny"), first("Ingress", from("Pass", ACCOUNT)), ingress(ANYONE)],
    {},
  ],
  [
    "an Allow beside a Pass",
    [tier("Deny"), first("Ingress", from("Allow", BLOCK), from("Pass", X)), ingress(ANYONE)],
    RANGES,
  ],
  [
    "two Passes of the same",
    [
      tier("Deny"),
      first("Ingress", from("Deny", BLOCK), from("Pass", X), from("Pass", X)),
      namespaced("{ selector: \"app == 'b'\", types: [Egress] }"),
    ],
    RANGES,
  ],
  ["a Pass to the end", [tier("Deny"), first("Ingress", from("Deny", X), "{ action: Pass }")], {}],
  [
    "a closed tier that may select the namespace",
    [tier("Deny"), maybe(), ingress(from("Allow", X))],
    KNOWN,
  ],
  [
    "a Pass of a policy that may select the namespace",
    [tier("Deny"), maybe("{ action: Pass }"), ingress(from("Allow", X))],
    KNOWN,
  ],
  [
    "a Deny of a policy that may select the namespace",
    [
      tier("Pass"),
      maybe(from("Deny", X)),
      ingress(from("Allow", X), from("Allow", "selector: role == 'y'")),
    ],
    KNOWN,
  ],
  [
    "an HTTP rule before others",
    [ingress(from("Deny", X, ", protocol: TCP, http: { methods: [GET] }"), from("Allow", X))],
    {},
  ],
  [
    "a rule that another one repeats",
    [ingress(from("Deny", BLOCK), from("Allow", X), from("Allow", X))],
    RANGES,
  ],
  ["a Log before others", [ingress("{ action: Log }", from("Allow", X))], {}],
];

const WAYS: readonly CaseOptions[] = (["skip", "compile"] as const).flatMap((actions) =>
  (["vpc-cni", "generic"] as const).flatMap((enforcer) =>
    (["narrow", "widen"] as const).map((inexact) => ({ actions, enforcer, inexact })),
  ),
);

function convert(documents: readonly string[], options: CaseOptions): ConvertResult {
  const files = [{ name: "in.yaml", text: documents.join("---\n") }];
  return runCase({ files, inventory: [], options });
}

/** What became of each rule, such as `t.g 0 deny: emitted, exact`. */
const told = ({ report }: ConvertResult): readonly string[] =>
  report.policies.flatMap(({ source, rules }) =>
    rules.map(
      ({ index, action, disposition, outcome }) =>
        `${source.name} ${String(index)} ${action}: ${disposition}, ${outcome}`,
    ),
  );

const FILE = fileURLToPath(new URL("outcomes.json", import.meta.url));
const isUpdate = process.env["UPDATE_GOLDEN"] === "1";
const expected = (existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : {}) as Readonly<
  Record<string, readonly string[]>
>;
const actual: Record<string, readonly string[]> = {};
afterAll(() => {
  if (isUpdate) writeFileSync(FILE, `${JSON.stringify(actual, undefined, 2)}\n`);
});

describe("what becomes of rules", () => {
  it.each(ROWS)("%s: every flow bears out what is claimed", (_, documents, facts) => {
    for (const way of WAYS) {
      const result = convert(documents, { ...facts, ...way });
      expect(result.refuted, JSON.stringify(way)).toEqual([]);
      checkReport(result);
      judge(result, {
        limit: 4_000,
        asked: new Set(way.inexact === "widen" ? (["widened"] as const) : []),
      });
    }
  });

  it.each(ROWS)("%s: comes out as it did", (title, documents, facts) => {
    const texts = WAYS.map((way) => {
      const result = convert(documents, { ...facts, ...way });
      const words = [way.actions, way.enforcer, way.inexact, result.report.result.outcome];
      return `${words.join(" ")}: ${told(result).join("; ")}`;
    });
    actual[title] = texts;
    if (!isUpdate) expect(texts).toEqual(expected[title]);
  });
});
