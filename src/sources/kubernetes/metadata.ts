import type { PolicyOrigin } from "../../ir/origin.ts";
import { kubernetesDiagnostics } from "./diagnostics.ts";
import { type Findings, type Mapping, asMapping, asText, quoted } from "./findings.ts";
import { asWritten, describe, readLabel } from "./label-selector.ts";
import { isDnsName, isLabelKey, isNamespaceName } from "./syntax.ts";

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  /** False: the namespace is not the document's own word. */
  readonly named: boolean;
  readonly labels: PolicyOrigin["labels"];
}

const ANNOTATIONS_LIMIT = 256 * 1024;

function checkAnnotations(annotations: Mapping, findings: Findings): void {
  let length = 0;
  for (const [key, value] of Object.entries(annotations)) {
    const path = ["metadata", "annotations", key];
    // The API server folds the case of annotation keys before it looks at them.
    if (!isLabelKey(key.toLowerCase())) {
      findings.add(
        kubernetesDiagnostics.create("K8S-P016", {
          at: findings.at(path, "key"),
          key: quoted(key),
        }),
      );
    }
    if (value !== null && typeof value !== "string") {
      const about = { at: findings.at(path), key: quoted(key), found: describe(value) };
      findings.add(
        typeof value === "object"
          ? kubernetesDiagnostics.create("K8S-P021", about)
          : kubernetesDiagnostics.create("K8S-P018", { ...about, written: asWritten(about.at) }),
      );
    }
    length += key.length + (typeof value === "string" ? Buffer.byteLength(value) : 0);
  }
  if (length > ANNOTATIONS_LIMIT) {
    findings.add(
      kubernetesDiagnostics.create("K8S-P017", { at: findings.at(["metadata", "annotations"]) }),
    );
  }
}

/** Reads name, namespace and labels; undefined if the API server would refuse the name or the namespace. */
export function readMetadata(
  root: Mapping,
  defaultNamespace: string,
  findings: Findings,
): Metadata | undefined {
  const metadata = asMapping(root["metadata"]) ?? {};
  const labels: (readonly [string, string])[] = [];
  for (const [key, value] of Object.entries(asMapping(metadata["labels"]) ?? {})) {
    const text = readLabel(key, value, ["metadata", "labels", key], findings);
    if (text !== undefined) labels.push([key, text]);
  }
  checkAnnotations(asMapping(metadata["annotations"]) ?? {}, findings);

  const name = asText(metadata["name"]) ?? "";
  const given = asText(metadata["namespace"]) ?? "";
  let usable = true;
  if (name === "") {
    findings.add(kubernetesDiagnostics.create("K8S-P003", { at: findings.at(["metadata"]) }));
    usable = false;
  } else if (!isDnsName(name)) {
    const at = findings.at(["metadata", "name"]);
    findings.add(kubernetesDiagnostics.create("K8S-P004", { at, name: quoted(name) }));
    usable = false;
  }
  if (given === "" && usable) {
    const at = findings.at(["metadata"]);
    findings.add(
      kubernetesDiagnostics.create("K8S-P006", { at, name, namespace: defaultNamespace }),
    );
  } else if (given !== "" && !isNamespaceName(given)) {
    const at = findings.at(["metadata", "namespace"]);
    findings.add(kubernetesDiagnostics.create("K8S-P005", { at, namespace: quoted(given) }));
    usable = false;
  }
  if (!usable) return undefined;
  const named = given !== "";
  return { name, namespace: named ? given : defaultNamespace, named, labels };
}
