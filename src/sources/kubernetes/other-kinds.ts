import type { Report } from "../../diagnostics/diagnostic.ts";
import type { ManifestObject } from "../../manifest/manifest-object.ts";
import { kubernetesDiagnostics } from "./diagnostics.ts";
import { asMapping, asText, quoted } from "./findings.ts";

/** Kinds that allow, deny or pass traffic at layers 3 and 4, by API group, and that no reader here understands. */
const DECIDING: Readonly<Record<string, readonly string[]>> = {
  "policy.networking.k8s.io": [
    "ClusterNetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
  ],
  "networking.k8s.aws": ["ApplicationNetworkPolicy", "ClusterNetworkPolicy"],
  "crd.antrea.io": ["NetworkPolicy", "ClusterNetworkPolicy"],
  "k8s.ovn.org": ["EgressFirewall"],
  "network.openshift.io": ["EgressNetworkPolicy"],
  "networking.gke.io": ["FQDNNetworkPolicy"],
};

/** Kinds that restrict or steer traffic elsewhere, with the reason why they change nothing here. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "security.istio.io": {
    AuthorizationPolicy:
      "the mesh enforces it in its own proxies, after network policies have let a connection through",
    PeerAuthentication: "it asks for mutual TLS in the mesh and opens or closes no port",
  },
  "policy.linkerd.io": {
    AuthorizationPolicy:
      "the mesh enforces it in its own proxies, after network policies have let a connection through",
    ServerAuthorization:
      "the mesh enforces it in its own proxies, after network policies have let a connection through",
  },
  "vpcresources.k8s.aws": {
    SecurityGroupPolicy:
      "security groups restrict traffic beside network policies and stay in force",
  },
  "k8s.cni.cncf.io": {
    MultiNetworkPolicy:
      "it is about further networks of a pod, which network policies do not reach",
  },
  "cilium.io": {
    CiliumLocalRedirectPolicy: "it steers traffic and decides none",
    CiliumEgressGatewayPolicy: "it steers traffic and decides none",
  },
};

// A kind so named decides traffic in every project that has one; what it says is unknown.
const DECIDING_NAME = /(?:networkpolicy|egressfirewall|firewallpolicy)$/i;

/** Groups whose kinds have readers, which judge unknown kinds of their own. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set(["projectcalico.org", "crd.projectcalico.org"]);

/** Fields of a Kustomization because of which what is applied differs from the files beside it. */
const CHANGING_FIELDS: ReadonlySet<string> = new Set([
  ...["namespace", "namePrefix", "nameSuffix", "commonLabels", "labels", "replacements", "vars"],
  ...["patches", "patchesStrategicMerge", "patchesJson6902", "components"],
  ...["generators", "transformers", "helmCharts", "helmChartInflationGenerator"],
]);

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/**
 * For objects that no reader takes. "invalid": it decides traffic, so an error was reported that stops the run;
 * "ignored": it decides none, or elsewhere, and the latter was said.
 */
export function readOtherKind(object: ManifestObject, report: Report): "invalid" | "ignored" {
  const root = asMapping(object.value) ?? {};
  const apiVersion = asText(root["apiVersion"]) ?? "";
  const kind = asText(root["kind"]) ?? "";
  const group = groupOf(apiVersion);
  const named = {
    at: object.placeOf(["kind"]),
    kind: quoted(kind),
    apiVersion: quoted(apiVersion),
  };
  if (group === "kustomize.config.k8s.io") {
    const fields = Object.keys(root).filter((name) => CHANGING_FIELDS.has(name));
    if (fields.length > 0) {
      const folder = object.document.file.name.replace(/[^/]*$/, "");
      report(
        kubernetesDiagnostics.create("K8S-X006", {
          at: named.at,
          kind: named.kind,
          fields: fields.map((name) => `\`${name}\``).join(", "),
          folder: quoted(folder === "" ? "." : folder),
        }),
      );
    }
    return "ignored";
  }
  const reason = own(own(BESIDE, group), kind);
  if (reason !== undefined) {
    report(kubernetesDiagnostics.create("K8S-P014", { ...named, reason }));
    return "ignored";
  }
  const decides = own(DECIDING, group)?.includes(kind) ?? false;
  if (!decides && (READ_ELSEWHERE.has(group) || !DECIDING_NAME.test(kind))) return "ignored";
  report(kubernetesDiagnostics.create("K8S-P013", named));
  return "invalid";
}

/** The value of an own key: kinds and groups come from the user, and `constructor` is none of ours. */
function own<Value>(
  table: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
