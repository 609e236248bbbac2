import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { VerificationReport } from "../../src/report/verification.ts";
import { BY_HAND, FILES, SHOP } from "./policy-files.ts";
import { folderWith, INVALID, policy, ROOT, runCli, textOf } from "./run-cli.ts";
import type { CliResult } from "./run-cli.ts";

/** The summary without the columns that it is set in. */
const flat = (text: string): string => text.replace(/ +/g, " ").replace(/^ /gm, "");

interface Verified extends CliResult {
  readonly report: VerificationReport;
}

const schema = JSON.parse(
  readFileSync(`${ROOT}/schemas/verification.schema.json`, "utf8"),
) as object;
const isValid = new Ajv2020({ allErrors: true, strict: true }).compile(schema);

/** Compares two sets; their report is checked against its schema. */
async function verify(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Verified> {
  const folder = folderWith(files);
  const result = await runCli(["verify", ...args, "--report", "report.json"], { cwd: folder });
  const report = JSON.parse(textOf(folder, "report.json")) as VerificationReport;
  expect(isValid(report), JSON.stringify(isValid.errors, undefined, 2)).toBe(true);
  expect(report.result.exitCode).toBe(result.code);
  return { ...result, stderr: flat(result.stderr), report };
}

const K8S = (name: string, spec: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
`;

const OPEN_TO = (app: string): string =>
  `{ podSelector: { matchLabels: { app: db } }, policyTypes: [Ingress], ingress: [ { from: [ { podSelector: { matchLabels: { app: ${app} } } } ] } ] }`;

describe("verify", () => {
  it("proves a set equal to itself in other words, with exit code 0", async () => {
    const { code, stderr, report } = await verify(
      {
        "a.yaml": K8S("db", OPEN_TO("web")),
        "b.yaml": K8S(
          "data",
          "{ podSelector: { matchExpressions: [ { key: app, operator: In, values: [db] } ] }, policyTypes: [Ingress], ingress: [ { from: [ { podSelector: { matchLabels: { app: web, tier: x } } } ] }, { from: [ { podSelector: { matchLabels: { app: web } } } ] } ] }",
        ),
      },
      "a.yaml",
      "--against",
      "b.yaml",
    );
    expect(code).toBe(0);
    expect(stderr).toContain("the same: 1 policy against 1 in b.yaml allow the same flows");
    expect(stderr).toContain(
      "proved: both sets allow the same, under what is always taken for granted",
    );
    expect(report.result.verification.status).toBe("proved");
    expect(report.summary.policies.source).toEqual({
      exact: 1,
      conditional: 0,
      narrowed: 0,
      unknown: 0,
      widened: 0,
    });
  });

  it("shows a flow that only the other set lets in, and who decides it on either side", async () => {
    const { code, stderr, report } = await verify(
      { "a.yaml": K8S("db", OPEN_TO("web")), "b.yaml": K8S("db", OPEN_TO("api")) },
      "a.yaml",
      "--against",
      "b.yaml",
    );
    expect(code).toBe(1);
    expect(stderr.split("\n")[0]).toBe(
      "wider: 1 policy against 1 in b.yaml: 1 widened (1 in b.yaml differs)",
    );
    expect(stderr).toContain(`widened b.yaml:1:1 NetworkPolicy shop/db
from now on allowed (ingress): pod with app=api in shop -> pod with app=db in shop, TCP 443
source: deny, NetworkPolicy shop/db isolates the pod (a.yaml:1)
b.yaml: allow, NetworkPolicy shop/db ingress[0] (b.yaml:4)
from now on denied (ingress): pod with app=web in shop -> pod with app=db in shop, TCP 443
source: allow, NetworkPolicy shop/db ingress[0] (a.yaml:4)
b.yaml: deny, NetworkPolicy shop/db isolates the pod (b.yaml:1)
`);
    expect(report.result.verification.status).toBe("refuted");
    expect(report.policies.map(({ side, outcome }) => [side, outcome])).toEqual([
      ["source", "widened"],
      ["against", "widened"],
    ]);
    const words = report.policies[0]?.verification.witnesses[0]?.explain ?? "";
    expect(words).toBe(
      "--from shop/app=api@10.0.0.8 --to shop/app=db@10.0.0.7 --port 443/TCP --direction ingress",
    );
    const folder = folderWith({
      "a.yaml": K8S("db", OPEN_TO("web")),
      "b.yaml": K8S("db", OPEN_TO("api")),
    });
    const explained = await runCli(
      ["explain", "a.yaml", "--against", "b.yaml", ...words.split(" ")],
      { cwd: folder },
    );
    expect(explained.stdout).toContain("they differ: denied by the source, allowed from now on");
    expect(explained.code).toBe(1);
  });

  it("compares Calico with Calico, tiers and all", async () => {
    const shop = SHOP.replace(
      / {4}- action: Allow\n {6}protocol: TCP\n {6}source: { selector: app == 'report'[^]*/,
      "",
    );
    const tiers = FILES["policies/platform.yaml"] + "---\n" + shop;
    const { code } = await verify(
      { "a.yaml": tiers, "b.yaml": tiers, "c.yaml": CLUSTER_NAMESPACE },
      "a.yaml",
      "--against",
      "b.yaml",
      "--inventory",
      "c.yaml",
    );
    expect(code).toBe(0);
    const without = await verify(
      { "a.yaml": tiers, "b.yaml": shop, "c.yaml": CLUSTER_NAMESPACE },
      "a.yaml",
      "--against",
      "b.yaml",
      "--inventory",
      "c.yaml",
    );
    expect(without.report.result.outcome).toBe("widened");
    expect(without.stderr).toContain(
      "pod with app=web, quarantine=yes in shop -> pod with app=db in shop",
    );
  });

  it("takes its own output in --against for input, and proves it never wider", async () => {
    const folder = folderWith(FILES);
    const facts = ["--inventory", "cluster.yaml"];
    await runCli(["convert", "policies", ...facts, "-o", "out"], { cwd: folder });
    const { code, stderr } = await runCli(["verify", "policies", "--against", "out", ...facts], {
      cwd: folder,
    });
    expect(stderr).toMatch(/^narrower: 2 policies against \d in out/);
    expect(stderr).toContain("proved: nothing is let in that the source denies, under ASM-");
    expect(code).toBe(1);
    const lenient = await runCli(
      ["verify", "policies", "--against", "out", ...facts, "--fail-on", "widened", "--quiet"],
      { cwd: folder },
    );
    expect(lenient.code).toBe(0);
    expect(lenient.stderr).not.toContain("from now on denied");
  });

  it("groups what changes for the pods that exist by their labels", async () => {
    const { stderr, report } = await verify(
      {
        "a.yaml": BY_HAND,
        "b.yaml": BY_HAND.replace("app: web }", "app: front }"),
        "c.yaml": FILES["cluster.yaml"],
      },
      "a.yaml",
      "--against",
      "b.yaml",
      "--inventory",
      "c.yaml",
    );
    expect(stderr).toContain(`What changes for 3 pods of the inventory:
lost pods with app=web in shop (2: web-0, web-1) can no longer reach pods with app=db in shop (1: db-0): TCP 5432, 9187
`);
    expect(report.pods).toEqual({
      pods: 3,
      complete: true,
      changes: [
        {
          change: "lost",
          certain: true,
          from: [
            { kind: "pods", namespace: "shop", labels: { app: "web" }, names: ["web-0", "web-1"] },
          ],
          to: [{ kind: "pods", namespace: "shop", labels: { app: "db" }, names: ["db-0"] }],
          traffic: "TCP 5432, 9187",
        },
      ],
    });
  });

  it("says so when policies differ but nothing changes for the pods that exist", async () => {
    const { code, stderr } = await verify(
      {
        "a.yaml": BY_HAND,
        "b.yaml": BY_HAND.replace("app: report }", "app: cron }"),
        "c.yaml": FILES["cluster.yaml"],
      },
      "a.yaml",
      "--against",
      "b.yaml",
      "--inventory",
      "c.yaml",
    );
    expect(code).toBe(1);
    expect(stderr).toContain("nothing changes for 3 pods of the inventory");
  });
});

const CLUSTER_NAMESPACE = FILES["cluster.yaml"].split("---\n")[0] ?? "";

describe("assumptions of verify", () => {
  const GLOBAL = `apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: closed }
spec: { namespaceSelector: all(), types: [Ingress] }
`;
  const NAMESPACED = `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: closed, namespace: shop }
spec: { types: [Ingress] }
`;
  const CLOSED = K8S("closed", "{ podSelector: {}, policyTypes: [Ingress] }");
  const files = { "a.yaml": GLOBAL, "b.yaml": CLOSED, "c.yaml": CLUSTER_NAMESPACE };

  it("are used only where facts or the user back them, and are named", async () => {
    // For a switch of engines the namespaces that are named are taken for all, as a conversion does.
    const bare = await verify(files, "a.yaml", "--against", "b.yaml");
    expect(bare.report.result.outcome).toBe("conditional");
    const global = { "a.yaml": GLOBAL, "b.yaml": NAMESPACED, "c.yaml": CLUSTER_NAMESPACE };
    const alike = await verify(global, "a.yaml", "--against", "b.yaml");
    expect(alike.report.result.outcome).toBe("widened");
    const known = await verify(global, "a.yaml", "--against", "b.yaml", "--inventory", "c.yaml");
    expect(known.report.result.outcome).toBe("conditional");
    const backed = await verify(files, "a.yaml", "--against", "b.yaml", "--inventory", "c.yaml");
    expect(backed.code).toBe(0);
    expect(backed.report.result.outcome).toBe("conditional");
    expect(backed.report.result.verification.assumptions).toEqual(["ASM-E001"]);
    expect(backed.stderr).toContain("the same, under assumptions: 1 policy against 1 in b.yaml");
    expect(backed.stderr).toContain("assumes the covered namespaces are all there are");
    const told = await verify(files, "a.yaml", "--against", "b.yaml", "--assume", "namespaces");
    expect(told.report.result.outcome).toBe("conditional");
  });

  it("fail a run that asks for none", async () => {
    const { code } = await verify(
      files,
      "a.yaml",
      "--against",
      "b.yaml",
      "--inventory",
      "c.yaml",
      "--fail-on",
      "conditional",
    );
    expect(code).toBe(1);
  });

  it("are not used where the sets are equal without them", async () => {
    const { report } = await verify(
      { "a.yaml": policy(), "b.yaml": policy(), "c.yaml": CLUSTER_NAMESPACE },
      "a.yaml",
      "--against",
      "b.yaml",
      "--inventory",
      "c.yaml",
      "--pod-cidr",
      "10.0.0.0/16",
    );
    expect(report.result.outcome).toBe("exact");
    expect(report.assumptions.filter(({ standing }) => !standing)).toEqual([]);
  });

  it("about ICMP turn what is narrower by it alone into equal", async () => {
    const all = policy()
      .replace("      protocol: TCP\n", "")
      .replace(/ {6}destination:[^]*/, "");
    const ports = K8S(
      "web",
      "{ podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress], ingress: [ { from: [ { podSelector: { matchLabels: { role: client } } } ], ports: [ { protocol: TCP }, { protocol: UDP }, { protocol: SCTP } ] } ] }",
    );
    const two = { "a.yaml": all, "b.yaml": ports };
    const plain = await verify(two, "a.yaml", "--against", "b.yaml");
    expect(plain.report.result.outcome).toBe("narrowed");
    expect(plain.report.summary.losingOnlyOther).toBe(1);
    expect(plain.stderr).toContain("NetworkPolicy shop/web: only in ICMP and the like");
    const told = await verify(
      two,
      "a.yaml",
      "--against",
      "b.yaml",
      "--assume",
      "only-tcp-udp-sctp",
    );
    expect(told.report.result.outcome).toBe("conditional");
    expect(told.report.result.verification.assumptions).toEqual(["ASM-R001"]);
  });

  it("of an unknown enforcer: ipBlocks may or may not match pods, so a set that rests on it is neither", async () => {
    const any = policy()
      .replace(/ {6}source:[^]*/, "")
      .replace("      protocol: TCP\n", "");
    const block = K8S(
      "web",
      "{ podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress], ingress: [ { from: [ { ipBlock: { cidr: 0.0.0.0/0 } }, { ipBlock: { cidr: '::/0' } } ] } ] }",
    );
    const two = { "a.yaml": any, "b.yaml": block };
    const cni = await verify(two, "a.yaml", "--against", "b.yaml");
    expect(cni.report.result.outcome).toBe("exact");
    const generic = await verify(two, "a.yaml", "--against", "b.yaml", "--enforcer", "generic");
    expect(generic.report.result.outcome).toBe("narrowed");
    const same = await verify(
      { "b.yaml": block, "a.yaml": block },
      "a.yaml",
      "--against",
      "b.yaml",
      "--enforcer",
      "generic",
    );
    expect(same.report.result.outcome).toBe("exact");
  });
});

describe("the first line of verify", () => {
  const NONE = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: shop }\n";

  it.each([
    [
      "a policy that could not be read",
      INVALID,
      INVALID,
      "not known: 0 policies against 0 in b.yaml: 2 invalid",
    ],
    [
      "no policy before",
      NONE,
      K8S("db", OPEN_TO("web")),
      "narrower: 0 policies against 1 in b.yaml (1 in b.yaml differs)",
    ],
    [
      "no policy after",
      K8S("db", OPEN_TO("web")),
      NONE,
      "wider: 1 policy against 0 in b.yaml: 1 widened",
    ],
    [
      "no policies at all",
      NONE,
      NONE,
      "the same: 0 policies against 0 in b.yaml allow the same flows",
    ],
  ])("is a whole sentence for %s", async (_, before, after, line) => {
    const files = { "a.yaml": before, "b.yaml": after };
    const { stderr } = await verify(files, "a.yaml", "--against", "b.yaml");
    expect(stderr.split("\n")[0]).toBe(line);
  });
});

describe("--fail-on of verify", () => {
  const wide = K8S("db", OPEN_TO("web"));
  const narrow = wide.replace("app: web }", "app: web, tier: x }");
  const files = { "wide.yaml": wide, "narrow.yaml": narrow };

  it.each([
    ["narrowed is the default: what is narrower fails", [], "wide.yaml", "narrow.yaml", 1],
    ["narrowed is the default: what is equal does not fail", [], "wide.yaml", "wide.yaml", 0],
    ["widened lets what is narrower pass", ["--fail-on", "widened"], "wide.yaml", "narrow.yaml", 0],
    ["unknown lets what is narrower pass", ["--fail-on", "unknown"], "wide.yaml", "narrow.yaml", 0],
    ["widened fails what is wider", ["--fail-on", "widened"], "narrow.yaml", "wide.yaml", 1],
    ["none lets what is wider pass", ["--fail-on", "none"], "narrow.yaml", "wide.yaml", 0],
  ])("%s", async (_, options, before, after, expected) => {
    const { code, report } = await verify(files, before, "--against", after, ...options);
    expect(code).toBe(expected);
    expect(report.options["fail-on"]).toBe(options[1] ?? "narrowed");
  });

  it("lets pass by default what is equal under assumptions alone, and fails it with `conditional`", async () => {
    const global = `apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: closed }
spec: { namespaceSelector: all(), types: [Ingress] }
`;
    const sets = {
      "a.yaml": global,
      "b.yaml": K8S("closed", "{ podSelector: {}, policyTypes: [Ingress] }"),
    };
    const args = ["a.yaml", "--against", "b.yaml", "--known-namespace", "shop"] as const;
    const usual = await verify(sets, ...args);
    expect(usual.report.result.outcome).toBe("conditional");
    expect(usual.code).toBe(0);
    expect((await verify(sets, ...args, "--fail-on", "conditional")).code).toBe(1);
  });
});

describe("verify ends with exit code 2", () => {
  it("if policies of either set cannot be read, and says which; with --allow-incomplete nothing is known", async () => {
    const files = { "a.yaml": policy(), "b.yaml": policy() + "---\n" + INVALID };
    const { code, stderr, report } = await verify(files, "a.yaml", "--against", "b.yaml");
    expect(code).toBe(2);
    expect(stderr).toContain("stopped not all policies could be read, so nothing is proved");
    expect(stderr).toContain("invalid b.yaml:");
    expect(report.result.outcome).toBe("unknown");
    expect(report.result.verification.status).toBe("unknown");
    expect(stderr.split("\n")[0]).toBe(
      "not known: 1 policy against 1 in b.yaml: 1 equal, 1 invalid",
    );
    const anyway = await verify(files, "a.yaml", "--against", "b.yaml", "--allow-incomplete");
    expect(anyway.code).toBe(1);
    expect(anyway.report.result.outcome).toBe("unknown");
  });

  it.each([
    [["a.yaml"], "--against is missing"],
    [["--against", "a.yaml"], "not enough"],
    [["a.yaml", "--against", "nowhere"], "there is no file or directory `nowhere`"],
    [["a.yaml", "--against", "empty.yaml"], "empty.yaml holds no documents at all"],
    [["-", "--against", "-"], "standard input is named twice"],
    [
      ["a.yaml", "--against", "a.yaml", "--assume", "luck"],
      "--assume luck: there is no such assumption",
    ],
    [["a.yaml", "--against", "a.yaml", "--report", "r.html"], "stands for no format"],
    [
      ["a.yaml", "--against", "a.yaml", "--fail-on", "never"],
      "--fail-on never: there is no such choice",
    ],
  ])("for %j", async (args, message) => {
    const folder = folderWith({ "a.yaml": policy(), "empty.yaml": "# nothing\n" });
    const { code, stderr, stdout } = await runCli(["verify", ...args], { cwd: folder, input: "" });
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("what verify reads", () => {
  it("may come from standard input, and the report may go to standard output", async () => {
    const folder = folderWith({ "a.yaml": policy() });
    const { code, stdout } = await runCli(["verify", "-", "--against", "a.yaml", "--report", "-"], {
      cwd: folder,
      input: policy(),
    });
    expect(code).toBe(0);
    expect(isValid(JSON.parse(stdout))).toBe(true);
  });

  it("may come from standard input and files together", async () => {
    const folder = folderWith({
      "a.yaml": policy("other"),
      "b.yaml": `${policy()}---\n${policy("other")}`,
    });
    const { code, stderr } = await runCli(["verify", "a.yaml", "-", "--against", "b.yaml"], {
      cwd: folder,
      input: policy(),
    });
    expect(stderr).toContain("the same: 2 policies against 2 in b.yaml");
    expect(code).toBe(0);
  });

  it("gives the same report again", async () => {
    const files = { "a.yaml": SHOP, "b.yaml": BY_HAND, "c.yaml": FILES["cluster.yaml"] };
    const args = ["a.yaml", "--against", "b.yaml", "--inventory", "c.yaml"] as const;
    expect((await verify(files, ...args)).report).toEqual((await verify(files, ...args)).report);
  });
});

describe("what changes for pods under policies of Cilium", () => {
  const POD = (name: string, labels: string, address: string): string => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ns, labels: { ${labels} } }
spec: { nodeName: n1, containers: [{ name: c, image: i }] }
status: { phase: Running, podIP: ${address} }
`;
  const CILIUM = {
    "in/policy.yaml": `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: p, namespace: ns }
spec:
  endpointSelector: { matchLabels: { app: a } }
  ingress:
  - fromEndpoints: [{}]
    toPorts: [{ ports: [{ port: "80", protocol: TCP }] }]
  ingressDeny:
  - fromEndpoints: [{ matchLabels: { app: evil } }]
`,
    "cluster.yaml": `apiVersion: v1
kind: Namespace
metadata: { name: ns }
${POD("a", "app: a", "10.1.0.1")}${POD("b", "app: b", "10.1.0.2")}${POD("evil", "app: evil", "10.1.0.3")}${POD("c", "app: b", "10.1.0.4")}`,
  };

  it.each<readonly [actions: string, changes: string]>([
    ["compile", "the same: 1 policy against 1 in out allow the same flows"],
    [
      "skip",
      `What changes for 4 pods of the inventory:
lost pods with app=b in ns (2: b, c) can no longer reach pods with app=a in ns (1: a): TCP 80
`,
    ],
  ])("is told of what convert writes with --actions %s", async (actions, changes) => {
    const cwd = folderWith(CILIUM);
    await runCli(["convert", "in", "-o", "out", "--actions", actions], { cwd });
    const { code, stderr } = await runCli(
      ["verify", "in", "--against", "out", "--inventory", "cluster.yaml"],
      { cwd },
    );
    expect(flat(stderr)).toContain(changes);
    expect(code).toBe(actions === "skip" ? 1 : 0);
    expect(stderr).not.toMatch(/^wider/m);
  });

  it("is told of pods that are let in, by the labels that Cilium sees", async () => {
    const open = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p, namespace: ns }
spec:
  podSelector: { matchLabels: { app: a } }
  ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }]
`;
    const cwd = folderWith({ ...CILIUM, "out.yaml": open });
    const { code, stderr } = await runCli(
      ["verify", "in", "--against", "out.yaml", "--inventory", "cluster.yaml"],
      { cwd },
    );
    expect(code).toBe(1);
    expect(flat(stderr)).toContain(
      "gained pods with app=evil in ns (1: evil) can now reach pods with app=a in ns (1: a): TCP 80",
    );
  });
});
