import { describe, expect, it } from "vitest";
import { read, summary } from "./harness.ts";

const HEAD = "apiVersion: projectcalico.org/v3";

/** A document in one line of head, so that places are easy to count. */
function document(kind: string, spec: string, metadata = "{name: web, namespace: shop}"): string {
  return `${HEAD}\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n`;
}

describe("which documents are Calico's and what becomes of them", () => {
  it.each([
    ["NetworkPolicy", "{}", "policy", []],
    ["GlobalNetworkPolicy", "{}", "policy", ["CAL-P004"]],
    ["Tier", "{order: 10}", "context", ["CAL-P004"]],
    ["NetworkSet", "{nets: [10.0.0.0/8]}", "context", []],
    ["HostEndpoint", "{node: n1, interfaceName: eth0}", "context", ["CAL-P004"]],
    ["Profile", "{anything: 1}", "context", ["CAL-E003"]],
    ["StagedNetworkPolicy", "{}", "context", ["CAL-P008"]],
    ["StagedGlobalNetworkPolicy", "{}", "context", ["CAL-P008"]],
    ["StagedKubernetesNetworkPolicy", "{podSelector: {}}", "context", ["CAL-P008"]],
    ["IPPool", "{cidr: 10.0.0.0/16}", "context", []],
    ["FelixConfiguration", "{}", "context", []],
    ["BGPPeer", "{}", "ignored", []],
    ["GlobalThreatFeed", "{}", "ignored", ["CAL-X011"]],
    ["RemoteClusterConfiguration", "{}", "ignored", ["CAL-X009"]],
    ["NetwrokSet", "{}", "ignored", ["CAL-X008"]],
    ["ZoneNetworkPolicy", "{}", "invalid", ["CAL-X007"]],
  ])("%s is %s: %s", (kind, spec, disposition, codes) => {
    const { dispositions, findings } = read(document(kind, spec));
    expect(dispositions).toEqual([disposition]);
    expect(findings.map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ["networking.k8s.io/v1", "NetworkPolicy", "not-calico", []],
    ["cilium.io/v2", "CiliumNetworkPolicy", "not-calico", []],
    ["v1", "Node", "not-calico", []],
    ["operator.tigera.io/v1", "Installation", "ignored", []],
    ["projectcalico.org/v1", "BGPPeer", "ignored", []],
    ["v1", "policy", "invalid", ["CAL-X006 2:7 kind"]],
    ["alpha.projectcalico.org/v1", "SystemNetworkPolicy", "invalid", ["CAL-X006 2:7 kind"]],
    ["projectcalico.org/v1", "NetworkPolicy", "invalid", ["CAL-X012 1:13 apiVersion"]],
    ["v1", "NetworkPolicy", "invalid", ["CAL-X012 1:13 apiVersion"]],
    ["security.tigera.io/v1", "FirewallPolicy", "invalid", ["CAL-X007 2:7 kind"]],
  ])("%s %s is %s", (apiVersion, kind, disposition, findings) => {
    const result = read(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\n`);
    expect(result.dispositions).toEqual([disposition]);
    expect(summary(result.findings)).toEqual(findings);
  });

  it("takes a NetworkPolicy without apiVersion for nobody's", () => {
    const { dispositions, findings } = read("kind: NetworkPolicy\nmetadata: {name: a}\n");
    expect(dispositions).toEqual(["invalid"]);
    expect(summary(findings)).toEqual(["CAL-P018 1:7 kind"]);
  });

  it("reads on after an invalid document", () => {
    const bad = document("NetworkPolicy", "{selector: \"a = 'x'\"}");
    const { dispositions, input } = read(`${bad}---\n${document("NetworkPolicy", "{}")}`);
    expect(dispositions).toEqual(["invalid", "policy"]);
    expect(input.policies).toHaveLength(1);
  });

  it("holds nothing of a staged policy against the run, whatever is in it", () => {
    const { dispositions, findings } = read(
      `${HEAD}\nkind: StagedNetworkPolicy\nmetadata: [1]\nspec: {selector: 5}\n`,
    );
    expect(dispositions).toEqual(["context"]);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("context", () => {
  it("reads a tier", () => {
    const { input } = read(document("Tier", "{order: 10.5, defaultAction: Pass}", "{name: sec}"));
    expect(input.tiers).toMatchObject([{ name: "sec", order: 10.5, defaultAction: "pass" }]);
  });

  it("gives a tier without order what the API stores for it, and ends it in Deny", () => {
    const { input } = read(document("Tier", "{}", "{name: sec}"));
    expect(input.tiers).toMatchObject([{ order: 1_000_000, defaultAction: "deny" }]);
  });

  it("puts a tier that is stored without order last", () => {
    const { input } = read(
      document("Tier", "{}", "{name: sec}").replace(HEAD, "apiVersion: crd.projectcalico.org/v1"),
    );
    expect(input.tiers).toMatchObject([{ order: Infinity, defaultAction: "deny" }]);
  });

  it("gives Calico's own tiers their fixed order where an old dump has none", () => {
    const { input, findings } = read(document("Tier", "{}", "{name: default}"));
    expect(input.tiers).toMatchObject([{ name: "default", order: 1_000_000 }]);
    expect(findings.map(({ code }) => code)).toEqual(["CAL-P022"]);
  });

  it.each([
    ["{order: 5}", "{name: default}", ["CAL-P012 4:15 spec.order"]],
    [
      "{order: 1000000, defaultAction: Pass}",
      "{name: default}",
      ["CAL-P012 4:39 spec.defaultAction"],
    ],
    ["{order: 1000}", "{name: a.b}", ["CAL-P001 3:18 metadata.name"]],
    ["{order: .inf}", "{name: a}", undefined],
  ])("refuses the tier %s %s", (spec, metadata, expected) => {
    const { dispositions, findings, input } = read(document("Tier", spec, metadata));
    if (expected !== undefined) expect(summary(findings)).toEqual(expected);
    expect(dispositions.every((disposition) => disposition === "invalid")).toBe(true);
    expect(input.tiers).toEqual([]);
  });

  it("takes the nets of a set with host bits and without prefix, and reports one that is none", () => {
    const good = read(
      document("GlobalNetworkSet", "{nets: [10.1.2.3/8, 192.0.2.1, '::/0']}", "{name: s}"),
    );
    expect(good.findings).toEqual([]);
    expect(good.input.groups[0]?.nets.map(({ text }) => text)).toEqual([
      "10.0.0.0/8",
      "192.0.2.1/32",
      "::/0",
    ]);
    const bad = read(
      document("GlobalNetworkSet", "{nets: [10.0.0.0/8, 10.0.0.0/33]}", "{name: s}"),
    );
    expect(bad.dispositions).toEqual(["invalid"]);
    expect(summary(bad.findings)).toEqual(["CAL-N001 4:27 spec.nets[1]"]);
  });

  it("keeps labels and domains of a set, and puts it in the default namespace if it names none", () => {
    const { input, findings } = read(
      document("NetworkSet", "{allowedEgressDomains: ['*.x.y']}", "{name: s, labels: {a: b}}"),
    );
    expect(findings.map(({ code }) => code)).toEqual(["CAL-P002"]);
    expect(input.groups).toMatchObject([
      { kind: "NetworkSet", namespace: "default", labels: { a: "b" }, domains: ["*.x.y"] },
    ]);
  });

  it("refuses a set that brings the label of its namespace", () => {
    const { findings } = read(
      document(
        "NetworkSet",
        "{}",
        "{name: s, namespace: p, labels: {projectcalico.org/namespace: x}}",
      ),
    );
    expect(findings.map(({ code }) => code)).toEqual(["CAL-N004"]);
  });

  it("reads the addresses of a host, and says that labels of its profiles are not", () => {
    const { input, findings } = read(
      document(
        "HostEndpoint",
        "{node: n1, expectedIPs: [192.0.2.1, 'fd00::1'], profiles: [projectcalico-default-allow, p1]}",
        "{name: h, labels: {role: db}}",
      ),
    );
    expect(input.groups).toMatchObject([
      { kind: "HostEndpoint", name: "h", labels: { role: "db" } },
    ]);
    expect(input.groups[0]?.nets.map(({ text }) => text)).toEqual(["192.0.2.1/32", "fd00::1/128"]);
    expect(findings.map(({ code }) => code)).toEqual(["CAL-E002"]);
  });

  it.each([
    ["{interfaceName: eth0}", ["CAL-E001 4:7 spec"]],
    ["{node: n1}", ["CAL-E001 4:7 spec"]],
    ["{node: n1, expectedIPs: [10.0.0.0/8]}", ["CAL-E001 4:32 spec.expectedIPs[0]"]],
  ])("refuses the host endpoint %s", (spec, expected) => {
    const { dispositions, findings } = read(document("HostEndpoint", spec, "{name: h}"));
    expect(dispositions).toEqual(["invalid"]);
    expect(summary(findings)).toEqual(expected);
  });

  it.each([
    ["sec.web", "{}", ["CAL-P023"]],
    ["sec.web", "{tier: sec}", []],
    ["default.web", "{tier: sec}", ["CAL-P023"]],
    ["web", "{tier: sec}", ["CAL-P023"]],
    ["web", "{}", []],
    ["default.web", "{tier: default}", []],
  ])("tells of a stored policy %s of %s whose name says another tier", (name, spec, codes) => {
    const stored = document("GlobalNetworkPolicy", spec, `{name: ${name}}`).replace(
      HEAD,
      "apiVersion: crd.projectcalico.org/v1",
    );
    expect(read(stored).findings.map(({ code }) => code)).toEqual([...codes, "CAL-P005"]);
    const ofNewer = stored.replace(
      `{name: ${name}}`,
      `{name: x, annotations: {projectcalico.org/metadata: '{"name": "${name}"}'}}`,
    );
    expect(read(ofNewer).findings.map(({ code }) => code)).toEqual(["CAL-P005"]);
  });

  it("says which settings of the agent change verdicts, and no others", () => {
    const { findings } = read(
      document(
        "FelixConfiguration",
        "{bpfEnabled: true, chainInsertMode: Insert, dropActionOverride: Accept, allowIPIPPacketsFromWorkloads: false}",
        "{name: default}",
      ),
    );
    expect(summary(findings)).toEqual(["CAL-X014 4:71 spec.dropActionOverride"]);
  });

  it.each(["kns.shop", "ksa.shop.web", "projectcalico-default-allow"])(
    "says nothing of the profile %s, which Calico makes itself",
    (name) => {
      expect(read(document("Profile", "{}", `{name: ${name}}`)).findings).toEqual([]);
    },
  );
});
