import {
  isLabelKey,
  isLabelValue,
  isNamespaceName,
  isObjectName,
} from "../../inventory/label-syntax.ts";
import { clip } from "../schema-check.ts";
import type { DocumentReading } from "../document-reading.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import type { RawMetadata } from "./raw.ts";

export interface ObjectMetadata {
  readonly name: string;
  /** Undefined for cluster-wide kinds. */
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What names and labels an object. Undefined when it cannot be named; that is reported. */
export function readMetadata(
  reading: DocumentReading,
  kind: string,
  metadata: RawMetadata | null | undefined,
  scope: { readonly defaultNamespace: string } | "cluster",
): ObjectMetadata | undefined {
  const name = metadata?.name ?? "";
  if (name === "") {
    const at = reading.place(["metadata"]);
    reading.add(ciliumDiagnostics.create("CIL-X002", { at, field: "metadata.name" }));
    return undefined;
  }
  if (!isObjectName(name)) {
    const at = reading.place(["metadata", "name"]);
    reading.add(ciliumDiagnostics.create("CIL-P001", { at, name: clip(name), kind }));
    return undefined;
  }
  const labels = readLabels(reading, metadata?.labels ?? {});
  const given = metadata?.namespace ?? "";
  if (scope === "cluster") {
    if (given !== "") {
      const at = reading.place(["metadata", "namespace"]);
      reading.add(ciliumDiagnostics.create("CIL-P004", { at, kind, namespace: clip(given) }));
    }
    return { name, labels };
  }
  if (given === "") {
    const namespace = scope.defaultNamespace;
    const at = reading.place(["metadata"], "key");
    reading.add(ciliumDiagnostics.create("CIL-P002", { at, kind, name, namespace }));
    return { name, namespace, labels };
  }
  if (isNamespaceName(given)) return { name, namespace: given, labels };
  const at = reading.place(["metadata", "namespace"]);
  reading.add(ciliumDiagnostics.create("CIL-P003", { at, namespace: clip(given) }));
  return undefined;
}

function readLabels(
  reading: DocumentReading,
  raw: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const labels: [string, string][] = [];
  for (const [key, given] of Object.entries(raw)) {
    const value = given ?? "";
    if (isLabelKey(key) && isLabelValue(value)) {
      labels.push([key, value]);
      continue;
    }
    const at = reading.place(["metadata", "labels", key]);
    const label = clip(`${key}: ${value}`);
    reading.add(ciliumDiagnostics.create("CIL-P012", { at, label }));
  }
  // A label may be called `__proto__`.
  return Object.fromEntries(labels);
}
