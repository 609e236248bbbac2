import { describe, expect, it } from "vitest";
import { FILES } from "./policy-files.ts";
import { folderWith, INVALID, runCli } from "./run-cli.ts";
import type { CliOptions, CliResult } from "./run-cli.ts";

const folder = folderWith(FILES);

const explain = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  runCli(["explain", "policies", ...args], { cwd: folder, ...options });

/** The flow of the pods of the inventory, unless said otherwise. */
const asked = (
  from: string,
  to: string,
  port: string,
  ...rest: readonly string[]
): Promise<CliResult> =>
  explain(["--inventory", "cluster.yaml", "--from", from, "--to", to, "--port", port, ...rest]);

const PASSED =
  "tier platform: pass by GlobalNetworkPolicy platform.quarantine ingress[1] (policies/platform.yaml:16)";

describe("explain", () => {
  it("gives the verdict and the chain of tiers in one line an end", async () => {
    const { code, stdout, stderr } = await asked("shop/web-0", "shop/db-0", "5432/TCP");
    expect(stdout).toBe(`allow: shop/web-0 -> shop/db-0, TCP 5432

  egress of shop/web-0: allow  no policy isolates the pod
  ingress of shop/db-0: allow  ${PASSED} -> tier default: allow by NetworkPolicy shop/db ingress[0] (policies/shop.yaml:8)
`);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("denies, with exit code 0, and says which policy isolates the pod", async () => {
    const { code, stdout } = await asked("203.0.113.7", "shop/db-0", "5432/TCP");
    expect(stdout).toBe(`deny: 203.0.113.7 -> shop/db-0, TCP 5432

  ingress of shop/db-0: deny  ${PASSED} -> tier default: deny at its end, no rule matches; NetworkPolicy shop/db (policies/shop.yaml:1) isolates the pod
`);
    expect(code).toBe(0);
  });

  it("shows both readings of a condition that nobody can check", async () => {
    const { stdout } = await asked(
      "shop/app=report",
      "shop/db-0",
      "5432/TCP",
      "--direction",
      "ingress",
    );
    const rule = "NetworkPolicy shop/db ingress[1] (policies/shop.yaml:12)";
    expect(stdout).toBe(`depends: shop/app=report -> shop/db-0, TCP 5432

  ingress of shop/db-0: depends
    allow if \`http methods GET\` of ${rule} holds: ${PASSED} -> tier default: allow by ${rule}
    deny if \`http methods GET\` of ${rule} does not hold: ${PASSED} -> tier default: deny at its end, no rule matches; NetworkPolicy shop/db (policies/shop.yaml:1) isolates the pod
`);
  });

  it("tells with --verbose why each policy and rule does not match", async () => {
    const { stdout } = await asked(
      "shop/web-0",
      "shop/db-0",
      "80/TCP",
      "--verbose",
      "--direction",
      "ingress",
    );
    expect(stdout).toContain(`
    tier platform (order 100, default action deny)
      GlobalNetworkPolicy platform.quarantine (policies/platform.yaml:6) selects the pod
        ingress[0] deny (policies/platform.yaml:14) does not match, by the other end: asks for quarantine=yes, has no label quarantine
        ingress[1] pass (policies/platform.yaml:16) matches: any traffic
    tier default (order 1000000, default action deny)
      NetworkPolicy shop/db (policies/shop.yaml:1) selects the pod
        ingress[0] allow (policies/shop.yaml:8) does not match, by the traffic: asks for TCP 5432, TCP named metrics
        ingress[1] allow (policies/shop.yaml:12) does not match, by the other end: asks for app=report, has app=web
`);
    const other = await asked(
      "shop/db-0",
      "shop/web-0",
      "80/TCP",
      "--verbose",
      "--direction",
      "ingress",
    );
    expect(other.stdout).toContain(
      "NetworkPolicy shop/db (policies/shop.yaml:1) does not select the pod: asks for app=db, has app=web",
    );
  });

  it.each([
    ["metrics/TCP", "allow: shop/web-0 -> shop/db-0, TCP 9187 (metrics)"],
    ["9187", "allow: shop/web-0 -> shop/db-0, TCP 9187"],
    ["5432/udp", "deny: shop/web-0 -> shop/db-0, UDP 5432"],
    ["icmp", "deny: shop/web-0 -> shop/db-0, ICMP type 8 code 0"],
    ["icmp/3/1", "deny: shop/web-0 -> shop/db-0, ICMP type 3 code 1"],
    ["proto/47", "deny: shop/web-0 -> shop/db-0, protocol 47"],
  ])("understands --port %s", async (port, line) => {
    const { code, stdout } = await asked("shop/web-0", "shop/db-0", port);
    expect(stdout.split("\n")[0]).toBe(line);
    expect(code).toBe(0);
  });

  it.each([
    ["shop/app=db,sa=backup@10.9.9.9", "shop/app=db,sa=backup@10.9.9.9"],
    ["shop/", "shop/(a pod without labels)"],
    ["shop/pod:sa=x", "shop/pod:sa=x"],
    ["2001:db8::7", "2001:db8::7"],
  ])("understands the end %s", async (from, shown) => {
    const { stdout } = await explain(["--from", from, "--to", "shop/app=web", "--port", "80"]);
    expect(stdout.split("\n")[0]).toBe(`allow: ${shown} -> shop/app=web, TCP 80`);
  });

  it("knows pods by their address, and sees a pod on the network of its node as that address", async () => {
    const { stdout } = await asked("10.0.0.1", "shop/db-0", "5432");
    expect(stdout).toContain(
      "allow: shop/web-0 -> shop/db-0, TCP 5432\n  given: 10.0.0.1 is the pod shop/web-0\n",
    );
    const host = await asked("shop/agent", "shop/db-0", "5432");
    expect(host.stdout).toContain("given: shop/agent uses the network of its node");
    expect(host.stdout).toContain("deny: shop/agent");
  });

  it("says what it takes for granted where a policy asks for it", async () => {
    const { stdout } = await explain([
      "--from",
      "shop/app=web",
      "--to",
      "shop/app=db",
      "--port",
      "9187",
    ]);
    expect(stdout).toContain("given: the labels of namespace shop are not known");
    expect(stdout).toContain("given: the container ports of shop/app=db are not known");
    const named = await explain([
      "--from",
      "shop/app=web",
      "--to",
      "shop/app=db",
      "--port",
      "metrics=9187/TCP",
      "--known-namespace",
      "shop:env=prod",
    ]);
    expect(named.stdout).not.toContain("given:");
    expect(named.stdout).toContain("allow: shop/app=web -> shop/app=db, TCP 9187 (metrics)");
  });

  it("depends on the address of a pod of which none is known, if some rule tells addresses apart", async () => {
    const own = folderWith({
      "p.yaml": `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [ { to: [ { ipBlock: { cidr: 10.1.0.0/16 } } ] } ]
`,
    });
    const ask = (to: string, ...rest: readonly string[]): Promise<CliResult> =>
      runCli(["explain", "p.yaml", "--from", "shop/a=b", "--to", to, "--port", "80", ...rest], {
        cwd: own,
      });
    const free = await ask("other/a=b");
    expect(free.stdout).toContain("depends: shop/a=b -> other/a=b, TCP 80");
    expect(free.stdout).toMatch(/allow if the destination has an address such as 10\.1\.0\.0/);
    expect((await ask("other/a=b@10.1.2.3")).stdout).toContain("allow: ");
    expect((await ask("other/a=b", "--pod-cidr", "10.1.0.0/20")).stdout).toContain("allow: ");
    expect((await ask("other/a=b", "--pod-cidr", "10.2.0.0/16")).stdout).toContain("deny: ");
  });
});

describe("explain --against", () => {
  it("exits with 0 where both sets give the same verdict", async () => {
    const { code, stdout } = await asked("shop/web-0", "shop/db-0", "5432", "--against", "byhand");
    expect(stdout.split("\n")[0]).toBe("both allow: shop/web-0 -> shop/db-0, TCP 5432");
    expect(stdout).toContain(
      "byhand: allow\n  egress of shop/web-0: allow  no policy isolates the pod\n" +
        "  ingress of shop/db-0: allow  allow by NetworkPolicy shop/db ingress[0] (byhand/db.yaml:8)",
    );
    expect(code).toBe(0);
  });

  it("exits with 1 where they differ, and says which way", async () => {
    const from = "shop/app=web,quarantine=yes";
    const { code, stdout } = await asked(from, "shop/db-0", "5432", "--against", "byhand");
    expect(stdout).toContain(
      "they differ: denied by the source, allowed from now on: shop/app=web",
    );
    expect(code).toBe(1);
  });

  it("exits with 1 where it cannot be told", async () => {
    const { code, stdout } = await asked(
      "shop/app=report",
      "shop/db-0",
      "5432",
      "--against",
      "byhand",
    );
    expect(stdout).toContain("whether they agree depends on what is not known: shop/app=report");
    expect(code).toBe(1);
  });

  it("takes output of a conversion for what is in force, beside policies that were kept", async () => {
    const out = folderWith(FILES);
    const written = await runCli(
      [
        "convert",
        "policies/shop.yaml",
        "byhand",
        "--inventory",
        "cluster.yaml",
        "-o",
        "out",
        "-n",
        "shop",
      ],
      { cwd: out },
    );
    expect(written.code, written.stderr).not.toBe(4);
    const { stdout } = await runCli(
      ["explain", "out", "--from", "shop/app=web", "--to", "shop/app=db", "--port", "1"],
      { cwd: out },
    );
    expect(stdout).toContain("deny: shop/app=web -> shop/app=db, TCP 1");
  });
});

describe("explain --output json", () => {
  it("tells everything that the text does", async () => {
    const { stdout } = await asked(
      "shop/web-0",
      "shop/db-0",
      "5432",
      "--output",
      "json",
      "--against",
      "byhand",
    );
    const value = JSON.parse(stdout) as {
      readonly agreement: string;
      readonly sets: readonly {
        readonly name: string;
        readonly verdict: string;
        readonly ends: readonly {
          readonly direction: string;
          readonly cases: readonly {
            readonly decidedBy: unknown;
            readonly tiers: readonly unknown[];
          }[];
        }[];
      }[];
    };
    expect(value.agreement).toBe("agree");
    expect(value.sets.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["source", "allow"],
      ["byhand", "allow"],
    ]);
    const ingress = value.sets[0]?.ends.find(({ direction }) => direction === "ingress");
    expect(ingress?.cases[0]?.decidedBy).toEqual({
      kind: "rule",
      tier: "default",
      policy: {
        engine: "calico",
        kind: "NetworkPolicy",
        namespace: "shop",
        name: "db",
        file: "policies/shop.yaml",
        line: 1,
        column: 1,
      },
      rule: {
        direction: "ingress",
        index: 0,
        action: "allow",
        path: "spec.ingress[0]",
        file: "policies/shop.yaml",
        line: 8,
        column: 7,
      },
    });
    expect(ingress?.cases[0]?.tiers).toHaveLength(2);
  });
});

describe("explain refuses, with exit code 2 and a way out,", () => {
  it.each([
    [["--from", "shop/web-0", "--to", "shop/db-0"], "--port is missing", "Write 443/TCP"],
    [["--to", "shop/db-0", "--port", "80"], "nothing to explain", "--policy shop/web"],
    [
      ["--from", "shop/web-0", "--to", "shop/db-0", "--port", "http/TCP"],
      "--port http/TCP: shop/db-0 names no such port",
      "It names metrics/TCP",
    ],
    [
      ["--from", "1.2.3.4", "--to", "5.6.7.8", "--port", "80"],
      "neither end is a pod",
      "Name a pod",
    ],
    [
      ["--from", "shop/wep-0", "--to", "1.2.3.4", "--port", "80"],
      "knows no pod or workload `wep-0` in `shop`",
      "Did you mean `web-0`?",
    ],
    [
      ["--from", "web", "--to", "1.2.3.4", "--port", "80"],
      "--from web: this names neither",
      "NAMESPACE/POD",
    ],
    [
      ["--from", "shop/a=b=c", "--to", "1.2.3.4", "--port", "80"],
      "not a valid label value",
      "NAMESPACE/POD",
    ],
    [
      ["--from", "shop/web-0", "--to", "2001:db8::1", "--port", "80"],
      "no IP family in common",
      "one family",
    ],
    [
      ["--from", "shop/web-0", "--to", "1.2.3.4", "--port", "80", "--direction", "ingress"],
      "--direction ingress: 1.2.3.4 is no pod",
      undefined,
    ],
    [["--from", "shop/web-0", "--to", "1.2.3.4", "--port", "proto/6"], "TCP has ports", "443/TCP"],
    [
      ["--from", "shop/web-0", "--to", "1.2.3.4", "--port", "70000/TCP"],
      "neither a port nor a protocol",
      "443/TCP",
    ],
    [
      ["--form", "shop/web-0", "--from", "a/", "--to", "1.2.3.4"],
      "no option `--form`",
      "Did you mean `--from`?",
    ],
  ])("%j", async (args, message, hint) => {
    const { code, stdout, stderr } = await explain(["--inventory", "cluster.yaml", ...args]);
    expect(stderr).toContain(message);
    if (hint !== undefined) expect(stderr).toContain(hint);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it("to answer for sure while policies cannot be read, unless told so", async () => {
    const own = folderWith({ "a.yaml": INVALID });
    const args = ["explain", "a.yaml", "--from", "shop/a=b", "--to", "shop/c=d", "--port", "80"];
    const { code, stdout, stderr } = await runCli(args, { cwd: own });
    expect(stderr).toContain("incomplete: not all policies could be read");
    expect(stderr).toContain("a.yaml:7:");
    expect(stdout).toContain("given: not all policies could be read, so the answer may be wrong");
    expect(code).toBe(2);
    const again = await runCli([...args, "--allow-incomplete"], { cwd: own });
    expect(again.code).toBe(0);
  });

  it("tells how one policy is lowered, from its rules to the rules that are written", async () => {
    const folder = "testdata/golden/calico/compile-own-side";
    const args = [`${folder}/input.yaml`, "--known-namespace", "p:"];
    const { code, stdout } = await runCli(["explain", ...args, "--policy", "p/deny"]);
    expect(code).toBe(0);
    expect(stdout).toContain("spec.ingress[0] (deny): exact, honoured: cut into the rules below");
    expect(stdout).toMatch(
      /cut into p\/allow spec\.ingress\[0\] \(allow\) -> .*p\/allow\.yaml \/spec\/ingress\/0/,
    );
    const unknown = await runCli(["explain", ...args, "--policy", "nobody"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("--policy nobody");
    const typo = await runCli(["explain", ...args, "--policy", "p/dney"]);
    expect(typo.stderr).toContain("do: Did you mean `p/deny`?");
  });
});

describe("a flow that hangs on several conditions", () => {
  const rule = (method: string): string => `    - action: Allow
      protocol: TCP
      http: { methods: [${method}] }
      source: { selector: role == 'x' }
      destination: { ports: [80] }
`;
  const text = `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: p, namespace: shop }
spec:
  selector: app == 'a'
  types: [Ingress]
  ingress:
${rule("GET")}${rule("PUT")}`;

  it("is told with every way to either verdict", async () => {
    const folder = folderWith({ "p.yaml": text });
    const args = ["--from", "shop/role=x", "--to", "shop/app=a", "--port", "80/TCP"];
    const { stdout } = await runCli(["explain", "p.yaml", ...args], { cwd: folder });
    const at = (index: number, line: number): string =>
      `of NetworkPolicy shop/p ingress[${String(index)}] (p.yaml:${String(line)})`;
    const get = `\`http methods GET\` ${at(0, 8)}`;
    const put = `\`http methods PUT\` ${at(1, 13)}`;
    expect(stdout).toContain(`ingress of shop/app=a: depends
    allow if ${get} holds: tier default: allow by NetworkPolicy shop/p ingress[0] (p.yaml:8)
    allow if ${get} does not hold and ${put} holds: tier default: allow by NetworkPolicy shop/p ingress[1] (p.yaml:13)
    deny if ${get} does not hold and ${put} does not hold: tier default: deny`);
    const json = await runCli(["explain", "p.yaml", ...args, "--output", "json"], { cwd: folder });
    const { sets } = JSON.parse(json.stdout) as {
      readonly sets: readonly {
        readonly ends: readonly { readonly cases: readonly { readonly verdict: string }[] }[];
      }[];
    };
    expect(sets[0]?.ends[1]?.cases.map(({ verdict }) => verdict)).toEqual([
      "allow",
      "allow",
      "deny",
    ]);
  });
});
