import type { KeptObject } from "../../ir/kept-object.ts";
import type { Policy } from "../../ir/policy.ts";
import type { ManifestObject } from "../../manifest/manifest-object.ts";
import { contentOf } from "../../manifest/chunks.ts";
import { printYaml, yamlScalar } from "../../manifest/print.ts";
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
 * comes after it, and blank lines above go, which belong to the file. Undefined under directives such as `%TAG`, which
 * need a `---` of their own.
 */
function documentText(text: string): string | undefined {
  if (/^(?:%|---\s)/m.test(text)) return undefined;
  const plain = (text.startsWith("\ufeff") ? text.slice(1) : text).replace(/^(?:[ \t]*\r?\n)+/, "");
  const end = /\n\.\.\.[ \t]*\r?\n?$/.exec(plain);
  const body = end === null ? plain : plain.slice(0, end.index + 1);
  return body.endsWith("\n") ? body : `${body}\n`;
}

/** JSON as a whole, also below comments: fine to read, but a file called `.yaml` should hold YAML. */
function isFlow(text: string): boolean {
  return text.charAt(contentOf(text, { start: 0, end: text.length })) === "{";
}

/** Between a block mapping's key and its first field there is nothing but line ends, blanks and comments. */
const BLOCK_HEAD = /^metadata:[ \t]*(?:#[^\r\n]*)?\r?\n(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*[ ]+$/;

/**
 * The text with `namespace` put in above the name, the rest byte for byte. Undefined unless `metadata` is a block mapping
 * in the first column that begins a line with its name: there a line above the name is sure to be a field beside it.
 */
function withNamespace(
  object: ManifestObject,
  own: string,
  metadata: Mapping,
  namespace: string,
): string | undefined {
  // An empty one stands there already.
  if ("namespace" in metadata) return undefined;
  const [firstKey] = Object.keys(metadata);
  if (firstKey === undefined) return undefined;
  const file = object.document.file.text;
  const start = object.document.offset - contentOf(own, { start: 0, end: own.length });
  if (file.slice(start, start + own.length) !== own) return undefined;
  const head = object.placeOf(["metadata"], "key").offset;
  const first = object.placeOf(["metadata", firstKey], "key").offset;
  const name = object.placeOf(["metadata", "name"], "key").offset;
  const line = file.lastIndexOf("\n", name - 1) + 1;
  const indent = file.slice(line, name);
  const isBlock =
    (head === start || file[head - 1] === "\n") &&
    BLOCK_HEAD.test(file.slice(head, first)) &&
    /^ +$/.test(indent);
  if (!isBlock) return undefined;
  const lineEnd = file[line - 2] === "\r" ? "\r\n" : "\n";
  const added = `namespace: ${yamlScalar(namespace)}${lineEnd}${indent}`;
  return file.slice(start, name) + added + file.slice(name, start + own.length);
}

/**
 * What is written for a policy that stays as it is: its own text, byte for byte, where it is a document of its own that
 * a person wrote, with its namespace put in if it names none; otherwise (items of lists, JSON, dumps with fields that the
 * server set) printed again, with those fields taken out and nothing else changed.
 */
export function keepObject(
  object: ManifestObject,
  policy: Policy,
  namesNamespace: boolean,
): KeptObject {
  const { origin } = policy;
  const root = asMapping(object.value) ?? {};
  const metadata = asMapping(root["metadata"]) ?? {};
  const namespace = origin.namespace ?? "";
  const own = isDump(root, metadata) ? undefined : object.sourceText();
  const complete =
    own === undefined || isFlow(own)
      ? undefined
      : namesNamespace
        ? own
        : withNamespace(object, own, metadata, namespace);
  const text = complete === undefined ? undefined : documentText(complete);
  return {
    source: origin,
    namespace,
    name: origin.name,
    text: text ?? printYaml(withoutServerFields(root, metadata, namespace)),
    verbatim: text !== undefined && namesNamespace,
    hasRules: [policy.ingress, policy.egress].some(
      (direction) => (direction?.rules.length ?? 0) > 0,
    ),
  };
}
