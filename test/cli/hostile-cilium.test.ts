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
