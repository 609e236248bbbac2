import type { RawMetadata } from "./raw.ts";

/** Where Calico keeps the metadata of an object in its storage form. */
const METADATA_ANNOTATION = "projectcalico.org/metadata";

export const POLICY_KINDS: ReadonlySet<string> = new Set([
  "NetworkPolicy",
  "GlobalNetworkPolicy",
  "StagedNetworkPolicy",
  "StagedGlobalNetworkPolicy",
]);

const NO_LABELS: Readonly<Record<string, string>> = {};

export interface StoredMetadata {
  readonly name: string;
  /** A policy's tier as releases up to 3.31 take it, from the name. Undefined where a newer release wrote the policy. */
  readonly tierInName?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Undoes what Calico does to the metadata of an object of `crd.projectcalico.org/v1`: labels wait in an annotation, and
 * so does the name of a policy in newer releases; older ones put `default.` before names in the default tier. A text is
 * the reason why it cannot be undone. (calico: libcalico-go/lib/backend/k8s/resources/resources.go)
 */
export function storedMetadata(
  kind: string,
  metadata: RawMetadata,
  tier: string,
): StoredMetadata | string {
  const own = metadata.name ?? "";
  const labels = textsOf(metadata.labels);
  const text = metadata.annotations?.[METADATA_ANNOTATION] ?? "";
  const inner = text === "" ? {} : parse(text);
  if (typeof inner === "string") return inner;

  const isPolicy = POLICY_KINDS.has(kind);
  const wrapped = typeof inner["name"] === "string" ? inner["name"] : "";
  let name = own;
  if (isPolicy && wrapped !== "") name = wrapped;
  else if (isPolicy && (tier === "" || tier === "default") && own.startsWith("default."))
    name = own.slice("default.".length);

  const named = isPolicy && wrapped === "" ? { tierInName: tierInName(own) } : {};
  const more = inner["labels"];
  if (more === undefined || more === null) return { name, labels, ...named };
  if (!isStringMap(more)) return "its labels are no texts";
  // Without a prototype, as all mappings of the input are.
  const merged: Record<string, string> = Object.assign(
    Object.create(null) as Record<string, string>,
    labels,
    more,
  );
  return { name, labels: merged, ...named };
}

/** (calico: libcalico-go/lib/names/policy.go, TierFromPolicyName) */
function tierInName(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 || /^(?:knp\.default|ossg)\./.test(name) ? "default" : name.slice(0, dot);
}

/** Labels as the API server keeps them: a null is an empty text. */
export function textsOf(labels: RawMetadata["labels"]): Readonly<Record<string, string>> {
  if (labels === null || labels === undefined) return NO_LABELS;
  const texts = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(labels)) texts[key] = value ?? "";
  return texts;
}

function parse(text: string): Readonly<Record<string, unknown>> | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch {
    return "it is not JSON";
  }
  return "it is not a JSON object";
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === "string")
  );
}
