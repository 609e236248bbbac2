import type { KeptObject } from "../../ir/kept-object.ts";
import type { Policy } from "../../ir/policy.ts";
import type { ManifestObject } from "../../manifest/manifest-object.ts";
import { printYaml } from "../../manifest/print.ts";
import { type Mapping, asMapping } from "./findings.ts";

// What the API server or a controller wrote into a dump. Sent back with the object it would conflict with the cluster's
// own state at best; a controller's finalizer, say, would make the object impossible to delete.
const SERVER_METADATA: ReadonlySet<string> = new Set([
  "uid",
  "resourceVersion",
  "generation",
  "selfLink",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "finalizers",
  "managedFields",
  "clusterName",
]);
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

function isDump(root: Mapping, metadata: Mapping): boolean {
  return (
    "status" in root ||
    Object.keys(metadata).some((key) => SERVER_METADATA.has(key)) ||
    LAST_APPLIED in (asMapping(metadata["annotations"]) ?? {})
  );
}

/** The object without what the server set, in the order of the source, and with its namespace. */
function withoutServerFields(root: Mapping, metadata: Mapping, namespace: string): unknown {
  const keptMetadata: [string, unknown][] = [];
  const named = typeof metadata["namespace"] === "string" && metadata["namespace"] !== "";
  for (const [key, value] of Object.entries(metadata)) {
    if (SERVER_METADATA.has(key) || (key === "namespace" && !named)) continue;
    if (key !== "annotations") {
      keptMetadata.push([key, value]);
      if (key === "name" && !named) keptMetadata.push(["namespace", namespace]);
      continue;
    }
    const annotations = Object.entries(asMapping(value) ?? {}).filter(
      ([name]) => name !== LAST_APPLIED,
    );
    if (annotations.length > 0) keptMetadata.push([key, mappingOf(annotations)]);
  }
  const kept: [string, unknown][] = [
    // Items of a typed list need not say what they are.
    ["apiVersion", "networking.k8s.io/v1"],
    ["kind", "NetworkPolicy"],
  ];
  for (const [key, value] of Object.entries(root)) {
    if (key === "status" || key === "apiVersion" || key === "kind") continue;
    kept.push([key, key === "metadata" ? mappingOf(keptMetadata) : value]);
  }
  return mappingOf(kept);
}

/** `__proto__` is a key as any other. */
function mappingOf(entries: readonly (readonly [string, unknown])[]): Mapping {
  const mapping = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) mapping[key] = value;
  return mapping;
}

/**
 * The text as one document among others: comments above and below stay, a `...` at its end goes, since another `---`
 * comes after it. Undefined under directives such as `%TAG`, which need a `---` of their own.
 */
function documentText(text: string): string | undefined {
  if (/^(?:%|---\s)/m.test(text)) return undefined;
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  const end = /\n\.\.\.[ \t]*\r?\n?$/.exec(plain);
  const body = end === null ? plain : plain.slice(0, end.index + 1);
  return body.endsWith("\n") ? body : `${body}\n`;
}

/** JSON as a whole, also below comments: fine to read, but a file called `.yaml` should hold YAML. */
function isFlow(text: string): boolean {
  return /^(?:\s*(?:#[^\n]*)?\n)*\s*\{/.test(text);
}

/**
 * What is written for a policy that stays as it is: its own text, byte for byte, where it is a document of its own that
 * a person wrote; otherwise (items of lists, JSON, dumps with fields that the server set, documents that name no
 * namespace) printed again, with those fields taken out, the namespace put in and nothing else changed.
 */
export function keepObject(
  object: ManifestObject,
  policy: Policy,
  namesNamespace: boolean,
): KeptObject {
  const { origin } = policy;
  const root = asMapping(object.value) ?? {};
  const metadata = asMapping(root["metadata"]) ?? {};
  const own = namesNamespace && !isDump(root, metadata) ? object.sourceText() : undefined;
  const text = own === undefined || isFlow(own) ? undefined : documentText(own);
  const namespace = origin.namespace ?? "";
  return {
    source: origin,
    namespace,
    name: origin.name,
    text: text ?? printYaml(withoutServerFields(root, metadata, namespace)),
    verbatim: text !== undefined,
    hasRules: [policy.ingress, policy.egress].some(
      (direction) => (direction?.rules.length ?? 0) > 0,
    ),
  };
}
