import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { read } from "./harness.ts";

const CORPUS = join(import.meta.dirname, "../../../../shared/corpus/calico");

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return filesIn(path);
      return /\.(?:ya?ml|json)$/.test(name) ? [path] : [];
    });
}

describe.skipIf(!existsSync(CORPUS))(
  "real policies (skipped where the corpus is not beside the checkout)",
  () => {
    it("are refused only where Calico would refuse them", () => {
      const refused: Record<string, string[]> = {};
      for (const path of filesIn(CORPUS)) {
        const name = relative(CORPUS, path).split(sep).join("/");
        const { findings } = read(readFileSync(path, "utf8"), name);
        const codes = findings
          .filter(({ severity }) => severity === "error")
          .map(({ code }) => code);
        if (codes.length > 0) refused[name] = [...new Set(codes)].sort();
      }
      expect(refused).toEqual(REFUSED);
    });

    it("give a disposition to every object and a path to every finding", () => {
      for (const path of filesIn(CORPUS)) {
        const { dispositions, findings, input } = read(readFileSync(path, "utf8"), path);
        const policies = dispositions.filter((disposition) => disposition === "policy");
        expect(policies).toHaveLength(input.policies.length);
        if (dispositions.includes("invalid"))
          expect(findings.some(({ severity }) => severity === "error")).toBe(true);
      }
    });
  },
);

/**
 * By file: the codes of its errors, each of which was looked at. Most are names in upper case or with `_`, which no API
 * server takes (P001), placeholders and typing slips of documentation, and documents of Calico before 3.0.
 */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "calico-kubernetes-demo/namespaced-policies.yaml": ["YML-X002"],
  "gary-rr-youtube/cal-allow-ingress-from-svc.yaml": ["CAL-X002", "CAL-X013"],
  "gary-rr-youtube/cal-deny-ingress-from-ui.yaml": ["CAL-X002", "CAL-X013"],
  "ibm-kube-samples/generic-privatehostendpoint.yaml": ["CAL-P001"],
  "np-guard-dev/testcase1-for-disjointness.yaml": ["CAL-P001"],
  "np-guard-dev/testcase10-global-networkpolicies.yaml": ["CAL-P001"],
  "np-guard-dev/testcase10-local-networkpolicies.yaml": ["CAL-P001"],
  "np-guard-dev/testcase11-allowFirstDefaultDeny.yaml": ["CAL-P001"],
  "np-guard-dev/testcase11-denyFirstAlsoEgressDefaultAllow.yaml": ["CAL-P001"],
  "np-guard-dev/testcase12-kube-system-policies.yaml": ["CAL-P001"],
  "np-guard-dev/testcase13-also-with-deny.yaml": ["CAL-P001"],
  "np-guard-dev/testcase14-default-icmp-no-type.yaml": ["CAL-P001"],
  "np-guard-dev/testcase14-kube-system-match-notICMP.yaml": ["CAL-P001"],
  "np-guard-dev/testcase15-equiv-games1.yaml": ["CAL-P001"],
  "np-guard-dev/testcase15-named-ports.yaml": ["CAL-P001", "CAL-R004"],
  "np-guard-dev/testcase16-containment-games.yaml": ["CAL-P001", "CAL-R007"],
  "np-guard-dev/testcase18-pods-based-policies.yaml": ["CAL-P001"],
  "np-guard-dev/testcase24-a.yaml": ["CAL-S002"],
  "np-guard-dev/testcase24-b.yaml": ["CAL-S002"],
  "np-guard-dev/testcase7-globalNetworkpolicy.yaml": ["CAL-P001"],
  "projectcalico/convert-in-v1-policy.yaml": ["CAL-X006"],
  "projectcalico/system-network-policy-override.yaml": ["CAL-X006"],
  "tigera-docs/calico-cloud-host-forwarded-traffic-7.yaml": ["CAL-S001"],
  "tigera-docs/calico-cloud-icmp-ping-1.yaml": ["CAL-X001"],
  "tigera-docs/calico-cloud-icmp-ping-2.yaml": ["CAL-X001"],
  "tigera-docs/calico-cloud-services-cluster-ips-2.yaml": ["CAL-X001"],
  "tigera-docs/calico-enterprise-calico-labels-5.yaml": ["CAL-R003"],
  "tigera-docs/calico-enterprise-protect-hosts-0.yaml": ["CAL-N001"],
  "tigera-docs/calico-log-rules-3.yaml": ["CAL-P001"],
  "tigera-docs/calico-log-rules-4.yaml": ["CAL-P003"],
  "tigera-kaas-demo/frontend-nodeport-deny.yaml": ["CAL-N001"],
  "tigera-kaas-demo/older-dev-stack-policies.yaml": ["CAL-X002"],
  "tigera-kaas-demo/older-frontend-nodeport-access.yaml": ["CAL-N001"],
  "utopios-kubernetes/globalnetworkpolicy.yaml": ["CAL-R003", "CAL-X001"],
};
