import { describe, expect, it } from "vitest";
import { someOf } from "../support/effort.ts";
import { folderWith, runCli } from "./run-cli.ts";
import { runWithinLimits } from "./run-measured.ts";

const many = <Item>(count: number, make: (at: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, at) => make(at));
const named = (kind: string, name: string, rest: object, namespace?: string): object => ({
  apiVersion: "cilium.io/v2",
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  ...rest,
});
const cnp = (spec: object, name = "web", namespace = "shop"): object =>
  named("CiliumNetworkPolicy", name, { spec: { endpointSelector: {}, ...spec } }, namespace);
const group = (name: string, externalCIDRs: readonly string[], labels = {}): object => ({
  ...named("CiliumCIDRGroup", name, { spec: { externalCIDRs } }),
  metadata: { name, labels },
});
const app = (at: number): object => ({ matchLabels: { app: `a${String(at)}` } });
const block = (at: number, length = 24): string =>
  `${String(11 + (at >> 16))}.${String((at >> 8) & 255)}.${String(at & 255)}.0/${String(length)}`;
const tcp = (port: string, endPort?: number): object => ({ port, endPort, protocol: "TCP" });
const HTTPS = { toPorts: [{ ports: [tcp("443")] }] };

/** By title. */
const LARGE: readonly (readonly [title: string, documents: readonly object[]])[] = [
  ["20,000 peers of one rule", [cnp({ ingress: [{ fromEndpoints: many(20_000, app) }] })]],
  [
    "5,000 CIDRs, and 1,000 exceptions of a further one",
    [
      cnp({
        egress: [
          {
            toCIDRSet: [
              ...many(5_000, (at) => ({ cidr: block(at) })),
              { cidr: "0.0.0.0/0", except: many(1_000, (at) => block(4_000_000 + at)) },
            ],
          },
        ],
      }),
    ],
  ],
  [
    "170,000 CIDRs in one rule",
    [cnp({ ingress: [{ fromCIDR: many(170_000, (at) => block(at)) }] })],
  ],
  [
    "2,000 ranges of ports, of which a Deny takes 2,000",
    [
      cnp({
        ingress: [
          {
            fromEndpoints: [{}],
            toPorts: many(50, (of) => ({
              ports: many(40, (at) => tcp(String(of * 800 + at * 20 + 1), of * 800 + at * 20 + 9)),
            })),
          },
        ],
        ingressDeny: [
          {
            fromEndpoints: [app(1)],
            toPorts: many(50, (of) => ({
              ports: many(40, (at) => tcp(String(of * 800 + at * 20 + 5), of * 800 + at * 20 + 7)),
            })),
          },
        ],
      }),
    ],
  ],
  [
    "5,000 names of one rule",
    [
      cnp({
        egress: [{ toFQDNs: many(5_000, (at) => ({ matchName: `h${String(at)}.io` })), ...HTTPS }],
      }),
    ],
  ],
  [
    "5,000 rules with a name each",
    [
      cnp({
        egress: many(5_000, (at) => ({
          toFQDNs: [{ matchPattern: `*.h${String(at)}.io` }],
          ...HTTPS,
        })),
      }),
    ],
  ],
  [
    "3,000 rules of one `specs`",
    [
      named(
        "CiliumNetworkPolicy",
        "web",
        {
          specs: many(3_000, (at) => ({
            endpointSelector: app(at),
            ingress: [{ fromEndpoints: [app(at + 1)], ...HTTPS }],
          })),
        },
        "shop",
      ),
    ],
  ],
  [
    "a group of 10,000 CIDRs",
    [
      group(
        "g",
        many(10_000, (at) => block(at, 25)),
      ),
      cnp({ egress: [{ toCIDRSet: [{ cidrGroupRef: "g" }] }] }),
    ],
  ],
  [
    "50 groups of 2,000 CIDRs, with 1,000 exceptions",
    [
      ...many(50, (of) =>
        group(
          `g${String(of)}`,
          many(2_000, (at) => block(of * 65_536 + at, 25)),
          { team: "x" },
        ),
      ),
      cnp({
        egress: [
          {
            toCIDRSet: [
              {
                cidrGroupSelector: { matchLabels: { team: "x" } },
                except: many(1_000, (at) => `20.0.${String(at >> 4)}.${String((at & 15) * 16)}/28`),
              },
            ],
          },
        ],
      }),
    ],
  ],
  [
    "1,000 selectors of 2,000 groups",
    [
      ...many(2_000, (at) =>
        group(`g${String(at)}`, [block(at, 25)], { [`t${String(at % 100)}`]: "x" }),
      ),
      cnp({
        egress: [
          {
            toCIDRSet: many(1_000, (at) => ({
              cidrGroupSelector: {
                matchExpressions: [{ key: `t${String(at % 100)}`, operator: "DoesNotExist" }],
              },
            })),
          },
        ],
      }),
    ],
  ],
  [
    "5,000 services of one selector",
    [
      ...many(5_000, (at) => ({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: `s${String(at)}`, namespace: "x", labels: { team: "x" } },
        spec: { selector: { app: `a${String(at)}` } },
      })),
      cnp({
        egress: [
          { toServices: [{ k8sServiceSelector: { selector: { matchLabels: { team: "x" } } } }] },
        ],
      }),
    ],
  ],
  [
    "60 subjects that each of 60 Denies may meet",
    [
      ...many(60, (at) =>
        cnp(
          {
            endpointSelector: { matchLabels: { [`s${String(at)}`]: "x" } },
            ingress: [{ fromEndpoints: [app(at)] }],
          },
          `a${String(at)}`,
        ),
      ),
      ...many(60, (at) =>
        cnp(
          {
            endpointSelector: { matchLabels: { [`d${String(at)}`]: "x" } },
            ingressDeny: [{ fromEndpoints: [{ matchLabels: { [`e${String(at)}`]: "y" } }] }],
          },
          `d${String(at)}`,
        ),
      ),
    ],
  ],
  [
    "four kinds of one name",
    [
      cnp({ ingress: [{ fromEndpoints: [app(1)] }] }, "same"),
      cnp({ ingress: [{ fromEndpoints: [app(2)] }] }, "same", "other"),
      named("CiliumClusterwideNetworkPolicy", "same", {
        spec: { endpointSelector: {}, ingress: [{ fromEndpoints: [app(3)] }] },
      }),
      group("same", []),
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "same", namespace: "shop" },
        spec: { podSelector: {}, ingress: [] },
      },
    ],
  ],
];

/**
 * What is hostile by its size goes through all commands: what `convert` writes of it is read back and proved by `verify`,
 * and `explain` answers for one flow. None of them may take more than `LIMITS`, and the output may be nowhere wider.
 */
describe("large policies of Cilium, converted, verified and asked about", () => {
  it.each(someOf(LARGE, 7))(
    "%s",
    async (_, items) => {
      const list = { apiVersion: "v1", kind: "List", items };
      const cwd = folderWith({ "in/p.json": JSON.stringify(list) });
      const converted = await runWithinLimits(["convert", "in", "-o", "out", "--fail-on", "none"], {
        cwd,
      });
      expect(converted.code, converted.stderr).toBe(0);
      expect(converted.stderr).toMatch(/^proved /m);
      const verified = await runWithinLimits(["verify", "in", "--against", "out"], { cwd });
      expect([0, 1], verified.stderr).toContain(verified.code);
      expect(verified.stderr).not.toMatch(/^(?:wider|unknown)/m);
      const ends = ["--from", "shop/app=a1", "--to", "shop/app=b", "--port", "443/TCP"];
      const explained = await runWithinLimits(["explain", "in", ...ends, "--against", "out"], {
        cwd,
      });
      expect(explained.stdout, explained.stderr).toMatch(
        /^(?:both (?:allow|deny)|they differ: allowed by the source|whether they agree depends)/,
      );
    },
    240_000,
  );
});

const HOSTILE_NAMES = [
  "\u001b[2Jx",
  "a|b",
  "`x`",
  "<img src=x onerror=alert(1)>",
  "../../etc",
  "a\nb",
  "x".repeat(300),
  "__proto__",
  "a: b",
  "- a",
  "\u202eevil",
  "",
  " ",
  "..",
  "a/b",
];
const HOSTILE_KEYS = [
  ...["k8s:", "a:b:c", "reserved:", "any:any:x", "k8s:\u001b[31mred", "k8s:a\u0000b", "a b"],
  ...["k8s:io.kubernetes.pod.namespace ", "io.cilium.k8s.namespace.labels.", "-a", "\u202ea"],
];
/** Strange, but labels all the same. */
const ODD_KEYS = [
  ...[":app", "K8S:app", "node:x", "unspec:y", "fqdn:a.b", "constructor", "k8s:constructor"],
  ...["cidr:10.0.0.0", "reserved:host", "io.cilium.k8s.policy.cluster"],
];
const HOSTILE_VALUES = [
  ...["\u001b]8;;http://evil\u0007x", "a\nb", "`|<script>", "---", "#x", " x", "x "],
  ...["~", "=", "\u00e9", "x".repeat(64), "*"],
];
const HOSTILE_PORTS = [
  ...["-1", "65536", "99999999999999999999", "+80", "80 ", " 80", "\uff18\uff10", "", "00", "1.5"],
];
const peer = (key: string, value: string): object => ({
  ingress: [{ fromEndpoints: [{ matchLabels: { [key]: value } }] }],
});

describe("what no engine takes, document by document", () => {
  it.each<readonly [title: string, documents: readonly object[], taken: number]>([
    ["names", HOSTILE_NAMES.map((name) => cnp({ ingress: [{}] }, name)), 0],
    [
      "namespaces",
      // An empty one is as if there were none.
      HOSTILE_NAMES.filter((name) => name !== "").map((name, at) =>
        cnp({ ingress: [{}] }, `n${String(at)}`, name),
      ),
      0,
    ],
    ["keys of labels", HOSTILE_KEYS.map((key, at) => cnp(peer(key, "x"), `k${String(at)}`)), 0],
    ["odd keys", ODD_KEYS.map((key, at) => cnp(peer(key, "x"), `k${String(at)}`)), ODD_KEYS.length],
    ["values", HOSTILE_VALUES.map((one, at) => cnp(peer("app", one), `v${String(at)}`)), 0],
    [
      "ports",
      HOSTILE_PORTS.map((one, at) =>
        cnp({ ingress: [{ toPorts: [{ ports: [tcp(one)] }] }] }, `p${String(at)}`),
      ),
      0,
    ],
    [
      "last ports",
      [-1, 65_536, 1e20, 1.5, "90", {}].map((endPort, at) =>
        cnp(
          { ingress: [{ toPorts: [{ ports: [{ port: "80", endPort, protocol: "TCP" }] }] }] },
          `e${String(at)}`,
        ),
      ),
      0,
    ],
  ])("hostile %s cost their documents, and what is printed is safe", async (_, items, taken) => {
    const good = cnp({ ingress: [{ fromEndpoints: [{}] }] }, "good");
    const list = { apiVersion: "v1", kind: "List", items: [...items, good] };
    const cwd = folderWith({ "in/p.json": JSON.stringify(list) });
    const { code, stderr } = await runCli(
      [
        ...["convert", "in", "-o", "out", "--allow-incomplete", "--fail-on", "none", "--verbose"],
        ...["--report", "r.json", "--report", "md=-"],
      ],
      { cwd },
    ).then((result) => {
      // No control character reaches the terminal, and no mark-up the page.
      // eslint-disable-next-line no-control-regex
      expect(result.stderr + result.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
      // Within a code span it is text.
      expect(result.stdout.replaceAll(/`[^`\n]*`/g, "")).not.toMatch(/<(?:img|script)/);
      return result;
    });
    expect(code, stderr).toBe(0);
    const invalid = items.length - taken;
    if (invalid > 0) expect(stderr).toContain(`${String(invalid)} document`);
    expect(stderr).toMatch(new RegExp(`^${String(taken + 1)} polic`));
    const explained = await runCli(
      ["explain", "in", "--from", "shop/app=x", "--to", "shop/app=y", "--port", "80/TCP"],
      { cwd },
    );
    expect(explained.code).toBe(taken === items.length ? 0 : 2);
    expect(explained.stdout).toMatch(/^(?:allow|deny|depends)/);
  });
});
