import pc from "picocolors";
import { describe, expect, it } from "vitest";
import type { TerminalOptions } from "../../src/report/terminal.ts";
import { terminalText } from "../../src/report/terminal.ts";
import { visible, wrap } from "../../src/report/screen.ts";
import type { CaseOptions } from "../support/run-convert.ts";
import { runCase } from "../support/run-convert.ts";

const calico = (kind: string, metadata: string, spec: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: { ${metadata} }\nspec: ${spec}\n`;

const rule = (source: string): string => `{ action: Allow, protocol: TCP, source: ${source} }`;

const PLAIN = calico(
  "NetworkPolicy",
  "name: web, namespace: shop",
  "{ selector: app == 'web', types: [Ingress], ingress: [{ action: Allow }] }",
);
const NARROWED = calico(
  "NetworkPolicy",
  "name: accounts, namespace: shop",
  `{ selector: app == 'db', types: [Ingress], ingress: [${rule("{ serviceAccounts: { names: [a] } }")}] }`,
);

function summary(
  texts: readonly string[],
  options: CaseOptions = {},
  terminal: Partial<TerminalOptions> = {},
): string {
  const result = runCase({
    files: [{ name: "p.yaml", text: texts.join("---\n") }],
    inventory: [],
    options,
  });
  return terminalText(result.report, {
    colors: pc.createColors(false),
    detail: "normal",
    destination: "in out",
    width: undefined,
    objects: result.objects,
    ...terminal,
  });
}

describe("the summary", () => {
  it("assesses a run in its first line, worst first", () => {
    const [first] = summary([PLAIN, NARROWED]).split("\n");
    expect(first).toBe(
      "2 policies read from 1 file: 1 narrowed, 1 exact -> 2 NetworkPolicies in out",
    );
  });

  it("says a loss of ICMP alone apart from real narrowing", () => {
    const icmp = calico(
      "NetworkPolicy",
      "name: icmp, namespace: shop",
      "{ types: [Ingress], ingress: [{ action: Allow, protocol: ICMP }] }",
    );
    expect(summary([icmp])).toContain("1 narrowed (only by ICMP and the like)");
    expect(summary([icmp, NARROWED])).toContain("2 narrowed (1 of them only by ICMP and the like)");
  });

  it("gives place, policy, field, message, code, flow and what to do", () => {
    const text = summary([NARROWED]);
    expect(text).toMatch(
      /^narrowed {4}p\.yaml:4:\d+ {2}NetworkPolicy shop\/accounts spec\.ingress\[0\]: .+ {2}CMP-R004$/m,
    );
    expect(text).toMatch(/^ {12}from now on denied: .+ -> .+$/m);
    expect(text).toMatch(/^ {12}do: .+/m);
  });

  it("names in its first lines the assumptions that widen if they are false", () => {
    const text = summary(
      [
        calico(
          "GlobalNetworkPolicy",
          "name: g",
          "{ namespaceSelector: team == 'a', types: [Ingress] }",
        ),
      ],
      {
        "known-namespace": ["shop:team=a"],
      },
    );
    const lines = text.split("\n");
    expect(lines[1]).toMatch(
      /^assumes +the covered namespaces are all there are.+wider if that is false, for 1 policy {2}ASM-E001$/,
    );
    expect(lines[2]).toMatch(/^always +it is taken for granted that/);
  });

  it("says why nothing was written and what resolves it", () => {
    const text = summary([
      PLAIN,
      calico("NetworkPolicy", "name: t.x, namespace: shop", "{ tier: t, types: [Ingress] }"),
    ]);
    expect(text).toContain("-> nothing written");
    expect(text).toMatch(
      /^stopped +resolve what is marked stop or invalid below, or take the risk with --allow-incomplete/m,
    );
    expect(text).toMatch(/^stop +p\.yaml.+CAL-P101$/m);
    expect(text).toContain("--tier t=ORDER");
  });

  it("does not offer --allow-incomplete where it would not help", () => {
    const text = summary([
      calico(
        "NetworkPolicy",
        "name: x, namespace: shop",
        "{ selector: a contains 'b', types: [Ingress] }",
      ),
    ]);
    expect(text).toMatch(/^stopped .+--unsayable-subjects/m);
    expect(text).not.toContain("--allow-incomplete");
  });

  it("marks a document that is invalid, and counts it", () => {
    const text = summary([
      PLAIN,
      "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: [\n",
    ]);
    expect(text).toMatch(/^1 policy read from 1 file: 1 document invalid, 1 exact/);
    expect(text).toMatch(/^invalid +p\.yaml:\d+:\d+ /m);
  });

  it("names pods that are isolated on purpose before all else that is lost", () => {
    const text = summary(
      [
        NARROWED,
        calico(
          "NetworkPolicy",
          "name: x, namespace: shop",
          "{ selector: a contains 'b', types: [Ingress] }",
        ),
      ],
      { "unsayable-subjects": "isolate" },
    );
    const levels = text.match(/^(?:isolates|narrowed)\b/gm);
    expect(levels?.[0]).toBe("isolates");
  });

  it("is never empty without a reason", () => {
    expect(summary(["apiVersion: v1\nkind: ConfigMap\n"])).toMatch(
      /^empty +the one document is no policy/m,
    );
    const host = calico(
      "GlobalNetworkPolicy",
      "name: h",
      "{ selector: role == 'x', preDNAT: true, applyOnForward: true, types: [Ingress], ingress: [{ action: Deny }] }",
    );
    expect(summary([host])).toMatch(/^empty +no policy restricts a pod/m);
  });

  it("says why the exit code is 1", () => {
    const text = summary([NARROWED], { inexact: "widen" });
    expect(text).toMatch(/^failed +the whole set is widened.+exit code 1$/m);
    expect(text).toMatch(/^ {12}from now on allowed: /m);
  });

  it("shows the flow under the finding that causes it, of several about one rule", () => {
    const policy = `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: p, namespace: ns }
spec:
  endpointSelector: {}
  egress:
  - toEntities: [kube-apiserver, cluster]
    toPorts:
    - ports: [{ port: "80", protocol: TCP }]
      rules: { http: [{ method: GET }] }
`;
    const entries = summary([policy]).split(/^(?=narrowed)/m);
    expect(entries.flatMap((entry) => /CIL-\S+/.exec(entry) ?? [])).toEqual([
      "CIL-N101",
      "CIL-N102",
      "CIL-R101",
    ]);
    expect(entries.filter((entry) => entry.includes("from now on denied"))).toEqual([
      expect.stringMatching(/CIL-R101[^]*any pod in ns -> any pod in ns, TCP 80/),
    ]);
  });

  it("mentions notes by number, and shows them with verbose", () => {
    const labelled = PLAIN.replace("name: web,", "name: web, labels: { helm.sh/chart: x },");
    expect(summary([labelled])).toContain("1 note more with --verbose");
    expect(summary([labelled], {}, { detail: "verbose" })).toMatch(/^note .+EMT-X004$/m);
  });

  it("shows every policy in words with verbose", () => {
    const text = summary([PLAIN, NARROWED], {}, { detail: "verbose" });
    expect(text).toMatch(/^exact +p\.yaml:1:1 {2}NetworkPolicy shop\/web -> shop\/web\.yaml$/m);
    expect(text).toContain("allows ingress from anywhere");
    expect(text).toContain("not written: spec.ingress[0] (allow)");
  });

  it("colours nothing but what stands out", () => {
    const text = summary([NARROWED], {}, { colors: pc.createColors(true) });
    expect(text).toContain("\u001b[33mnarrowed");
  });

  it.each([40, 80, 120, 200])("fits %i columns", (width) => {
    const text = summary([PLAIN, NARROWED], {}, { width, detail: "verbose" });
    const limit = Math.min(width, 160);
    expect(
      text.split("\n").filter((line) => line.length > limit && line.trim().includes(" ")),
    ).toEqual([]);
  });
});

describe("lines", () => {
  it.each([
    ["a b c", 3, ["a b", "c"]],
    ["abcdef gh", 3, ["abcdef", "gh"]],
    ["a  b", 10, ["a  b"]],
    ["a  b", 2, ["a", "b"]],
    ["", 5, [""]],
  ] as const)("%j at %i", (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });

  it("lose controls, escapes and changes of direction", () => {
    expect(visible("a\u001b[31mb\nc\u0085d\u202ee\u200bf\u2028g")).toBe("a [31mb c def g");
  });
});
