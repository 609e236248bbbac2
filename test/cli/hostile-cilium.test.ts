import { describe, expect, it } from "vitest";
import { filesBelow, folderWith, runCli } from "./run-cli.ts";
import { runWithinLimits } from "./run-measured.ts";

const cnp = (spec: unknown, name = "web", namespace = "shop"): string =>
  JSON.stringify({
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name, namespace },
    spec,
  });
const GOOD = cnp({ endpointSelector: {}, ingress: [{ fromEndpoints: [{}] }] }, "good");
const rule = (element: unknown): unknown => ({ endpointSelector: {}, ingress: [element] });
const many = <Item>(count: number, make: (at: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, at) => make(at));
const PORT = { ports: [{ port: "443", protocol: "TCP" }] };
const deep = (depth: number): string =>
  `${'{"fromEndpoints":['.repeat(depth)}${"]}".repeat(depth)}`;

/** Each costs a finding, not the run, nor more than seconds and 500 MB, and never the policy beside it. */
describe.concurrent("hostile policies of Cilium", () => {
  it.each<readonly [title: string, text: string]>([
    ["a list for a spec", cnp([])],
    ["text for rules", cnp({ endpointSelector: {}, ingress: "all" })],
    ["a number for a port", cnp(rule({ toPorts: [{ ports: [{ port: 443 }] }] }))],
    ["null for a rule", cnp({ endpointSelector: {}, ingress: [null] })],
    ["null for a spec", cnp(null)],
    ["deep nesting", cnp(rule({})).replace("{}]", `${deep(2000)}]`)],
    [
      "a value of a label that is long",
      cnp(rule({ fromEndpoints: [{ matchLabels: { a: "x".repeat(1e6) } }] })),
    ],
    [
      "a key without end",
      cnp(rule({ fromEndpoints: [{ matchLabels: { [`k8s:${"a:".repeat(1e5)}`]: "x" } }] })),
    ],
    [
      "a pattern that is slow to match",
      cnp({
        endpointSelector: {},
        egress: [{ toFQDNs: [{ matchPattern: `${"*a".repeat(50_000)}!` }] }],
      }),
    ],
    [
      "an address that is none",
      cnp(rule({ fromCIDR: ["10.0.0.0/8/8", "::/129", "0x0a.0.0.0/8"] })),
    ],
    [
      "exceptions without end",
      cnp(
        rule({
          fromCIDRSet: [
            {
              cidr: "11.0.0.0/8",
              except: many(5000, (at) => `12.${String(at >> 8)}.${String(at & 255)}.0/24`),
            },
          ],
        }),
      ),
    ],
    ["the prototype for an entity", cnp(rule({ fromEntities: ["__proto__", "constructor"] }))],
    ["a kind of another version", GOOD.replace("cilium.io/v2", "cilium.io/v1")],
    ["a name that climbs", cnp(rule({}), "../../evil", "..")],
    [
      "an alias bomb in labels",
      `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a}\nspec: {x: &a [x,x,x,x,x,x,x,x,x], y: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a], z: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b], q: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c], r: &e [*d,*d,*d,*d,*d,*d,*d,*d], ingress: [*e,*e,*e,*e,*e,*e,*e,*e,*e]}\n`,
    ],
    [
      "settings of any type",
      JSON.stringify({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "cilium-config", namespace: ["x"] },
        data: { "enable-policy": ["never"], labels: "((((((.*)*)*)*)*)*$", "cluster-name": {} },
      }),
    ],
    [
      "a group of addresses of any type",
      JSON.stringify({
        apiVersion: "cilium.io/v2",
        kind: "CiliumCIDRGroup",
        metadata: { name: "g" },
        spec: { externalCIDRs: { a: 1 } },
      }),
    ],
  ])("%s", async (_, text) => {
    const cwd = folderWith({ "bad.yaml": text, "good.yaml": GOOD });
    const { code, stdout, stderr } = await runWithinLimits(
      ["convert", ".", "--allow-incomplete", "--fail-on", "none"],
      { cwd },
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("name: good");
    expect([...filesBelow(cwd)].sort()).toEqual(["bad.yaml", "good.yaml"]);
  });

  it.each<readonly [title: string, spec: unknown]>([
    [
      "peers",
      rule({ fromEndpoints: many(10_000, (at) => ({ matchLabels: { app: `a${String(at)}` } })) }),
    ],
    [
      "terms of one selector",
      rule({
        fromEndpoints: [
          {
            matchExpressions: many(10_000, (at) => ({
              key: `k${String(at)}`,
              operator: "NotIn",
              values: ["x"],
            })),
          },
        ],
      }),
    ],
    [
      "values of one term",
      rule({
        fromEndpoints: [
          {
            matchExpressions: [
              { key: "app", operator: "In", values: many(10_000, (at) => `v${String(at)}`) },
            ],
          },
        ],
      }),
    ],
    [
      "addresses",
      rule({ fromCIDR: many(10_000, (at) => `11.${String(at >> 8)}.${String(at & 255)}.0/25`) }),
    ],
    [
      "exceptions",
      rule({
        fromCIDRSet: [
          {
            cidr: "11.0.0.0/8",
            except: many(10_000, (at) => `11.${String(at >> 8)}.${String(at & 255)}.0/25`),
          },
        ],
      }),
    ],
    [
      "rules",
      {
        endpointSelector: {},
        ingress: many(5_000, (at) => ({
          fromEndpoints: [{ matchLabels: { app: `a${String(at)}` } }],
          toPorts: [PORT],
        })),
      },
    ],
    [
      "entries of ports",
      rule({
        toPorts: many(5_000, (at) => ({ ports: [{ port: String(at + 1), protocol: "TCP" }] })),
      }),
    ],
    [
      "L7 rules for one port",
      {
        endpointSelector: {},
        ingress: many(2_000, (at) => ({
          fromEndpoints: [{ matchLabels: { app: `a${String(at)}` } }],
          toPorts: [{ ...PORT, rules: { http: [{ path: `/${String(at)}` }] } }],
        })),
      },
    ],
    [
      "rules that ask for server names",
      {
        endpointSelector: {},
        egress: many(1_000, (at) => ({
          toEndpoints: [{ matchLabels: { app: `a${String(at)}` } }],
          toPorts: [{ ...PORT, serverNames: [`n${String(at)}.io`] }],
        })),
      },
    ],
  ])("thousands of %s are converted or told", async (_, spec) => {
    const cwd = folderWith({ "p.yaml": cnp(spec) });
    const { code, stdout, stderr } = await runWithinLimits(["convert", ".", "--fail-on", "none"], {
      cwd,
    });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("name: web");
  });

  const HEAD = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: web}\n";
  const written = (spec: string): string => `${HEAD}spec:\n  endpointSelector: {}\n${spec}`;
  const latin = (text: string): Buffer => Buffer.from(text, "latin1");

  it.each<
    readonly [what: string, code: string, files: Readonly<Record<string, string | Uint8Array>>]
  >([
    [
      "anchors in a circle",
      "YML-X008",
      {
        "peers.yaml": written("  ingress: &r\n  - fromEndpoints: *r\n"),
        "subject.yaml": `${HEAD}spec:\n  endpointSelector: &s\n    matchLabels: *s\n  ingress: [{}]\n`,
        "specs.yaml": `${HEAD}specs: &l [{endpointSelector: {}, ingress: [{}]}, *l]\n`,
        "merged.yaml": `${HEAD}spec: &s\n  <<: *s\n  endpointSelector: {}\n  ingress: [{}]\n`,
        "metadata.yaml": written("  ingress: [{}]\n").replace(
          "{name: web}",
          "&m {name: web, labels: *m}",
        ),
      },
    ],
    [
      "anchors that are nested deeply",
      "YML-X010",
      {
        "open.yaml": written(
          `  ingress:\n  - fromEndpoints: ${many(2000, (at) => `&a${String(at)} [`).join("")}${"]".repeat(2000)}\n`,
        ),
        "chain.yaml": written(
          `  labels:\n  - &a0 [{}]\n${many(2000, (at) => `  - &a${String(at + 1)} [*a${String(at)}]\n`).join("")}  ingress: [{fromEndpoints: *a2000}]\n`,
        ),
      },
    ],
    [
      "keys that are there twice",
      "YML-X002",
      {
        "spec.yaml": `${written("  ingress: [{}]\n")}spec: {endpointSelector: {}, egress: [{}]}\n`,
        "denies.yaml": written(
          "  ingressDeny: [{fromEntities: [world]}]\n  ingress: [{fromEntities: [all]}]\n  ingressDeny: []\n",
        ),
        "labels.yaml": written(
          '  ingress: [{fromEndpoints: [{matchLabels: {app: a, "app": b}}]}]\n',
        ),
        "truth.yaml": written(
          '  ingress: [{fromEndpoints: [{matchLabels: {yes: a, "true": b}}]}]\n',
        ),
        "json.yaml": cnp(rule({})).replace(
          '"ingress":',
          '"ingress":[{"fromEntities":["all"]}],"ingress":',
        ),
      },
    ],
    [
      "bytes that are no UTF-8",
      "YML-X021",
      {
        "label.yaml": latin(
          written("  ingress: [{fromEndpoints: [{matchLabels: {app: caf\u00e9}}]}]\n"),
        ),
        "comment.yaml": latin(`# caf\u00e9\n${written("  ingress: [{}]\n")}`),
        // Not the shortest way to write "/", half of a pair, and a byte that begins nothing.
        "longer.yaml": latin(written("  description: \u00c0\u00af\u00ed\u00a0\u0080\u00f8\n")),
        "second.yaml": latin(`${written("  ingress: [{}]\n")}---\n\u00ff\n`),
      },
    ],
  ])("%s cost their document", async (_, expected, files) => {
    const cwd = folderWith({ ...files, "good.yaml": GOOD });
    const { code, stdout, stderr } = await runWithinLimits(
      ["convert", ".", "--allow-incomplete", "--fail-on", "none", "--verbose"],
      { cwd },
    );
    expect(code, stderr).toBe(0);
    for (const name of Object.keys(files)) {
      const findings = stderr.split("\n").filter((line) => / {2}\S+:\d+:\d+ {2}/.test(line));
      const own = findings.filter((line) => line.includes(` ${name}:`));
      expect(
        own.some((line) => line.startsWith("invalid") && line.endsWith(expected)),
        `${name}:\n${own.join("\n")}`,
      ).toBe(true);
    }
    expect(stdout.match(/^ {2}name: .*$/gm)).toEqual(["  name: good"]);
  });

  it("prototype keys are labels like others", async () => {
    const text = cnp({}).replace(
      '"spec":{}',
      '"spec":{"endpointSelector":{"matchLabels":{"__proto__":"a","constructor":"b"}},"ingress":[{"fromEndpoints":[{"matchLabels":{"toString":"c"}}]}]}',
    );
    const { code, stdout, stderr } = await runCli(["convert", "-"], { input: text });
    expect(stderr).not.toContain("internal error");
    // Kubernetes has no label key that begins with `_`.
    expect(code).toBe(2);
    const fine = text.replace('"__proto__":"a",', "");
    expect((await runCli(["convert", "-"], { input: fine })).stdout).toMatch(
      /constructor: b[^]*toString: c/,
    );
    expect(stdout).toBe("");
  });
});
