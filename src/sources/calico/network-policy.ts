import type { PolicyOrigin } from "../../ir/origin.ts";
import type { Direction } from "../../ir/policy.ts";
import { pathText } from "../../diagnostics/source-range.ts";
import type { PathStep } from "../../manifest/manifest-object.ts";
import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import { internText } from "../intern.ts";
import {
  checkNoNamespace,
  isDnsSubdomain,
  readMetadata,
  readNamespace,
  type ObjectMetadata,
} from "./metadata.ts";
import type { CalicoPolicy, CalicoRule } from "./model.ts";
import type { RawDocument, RawPolicySpec } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";
import { readRule } from "./rule.ts";
import { readSelector } from "./selector-field.ts";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const INGRESS: readonly Direction[] = ["ingress"];
const EGRESS: readonly Direction[] = ["egress"];
const BOTH: readonly Direction[] = ["ingress", "egress"];
const RULES_LIMIT = 1024;
const NO_RULES: readonly CalicoRule[] = [];

/**
 * Reads a NetworkPolicy or GlobalNetworkPolicy whose structure has been checked. `unknown` are the fields that the schema
 * does not know. Undefined when the policy is invalid; the reading then holds the reason.
 */
export function readNetworkPolicy(
  reading: DocumentReading,
  raw: RawDocument<RawPolicySpec>,
  unknown: readonly (readonly PathStep[])[],
  defaultNamespace: string,
): CalicoPolicy | undefined {
  const kind = raw.kind === "NetworkPolicy" ? "NetworkPolicy" : "GlobalNetworkPolicy";
  const spec = raw.spec ?? {};
  const metadata = readMetadata(reading, raw);
  const tier =
    spec.tier === null || spec.tier === undefined || spec.tier === "" ? "default" : spec.tier;
  if (!isDnsSubdomain(tier)) {
    const at = reading.place(["spec", "tier"]);
    reading.add(calicoDiagnostics.create("CAL-P019", { at, tier: clip(tier) }));
  }
  const origin =
    metadata === undefined
      ? undefined
      : readOrigin(reading, raw, kind, metadata, tier, defaultNamespace);

  const inRules = unknown.length === 0 ? undefined : fieldsByRule(unknown);
  const rulesOf = (direction: Direction): readonly CalicoRule[] =>
    readRules(reading, spec, kind, direction, inRules);
  const types = readTypes(reading, spec, kind, metadata?.name ?? "");
  const ingress = rulesOf("ingress");
  const egress = rulesOf("egress");
  const owner = ["spec"];
  const selector = readSelector(reading, spec.selector, "subject", owner, "selector");
  // The schema of a NetworkPolicy does not know the field, so it may hold anything.
  const namespaces =
    kind === "GlobalNetworkPolicy"
      ? readSelector(reading, spec.namespaceSelector, "subject-scope", owner, "namespaceSelector")
      : undefined;
  const accounts = readSelector(
    reading,
    spec.serviceAccountSelector,
    "subject-scope",
    owner,
    "serviceAccountSelector",
  );
  checkHostFields(reading, spec, metadata?.name ?? "");
  if (reading.failed || origin === undefined) return undefined;

  // Built in one piece: spreading would give each of a hundred thousand policies a shape of its own.
  const policy: Writable<CalicoPolicy> = {
    kind,
    origin,
    order: spec.order ?? Number.POSITIVE_INFINITY,
    types,
    ingress,
    egress,
    hostsOnly: spec.doNotTrack === true || spec.preDNAT === true,
    applyOnForward: spec.applyOnForward === true,
  };
  if (selector !== undefined) policy.selector = selector;
  if (namespaces !== undefined) policy.namespaceSelector = namespaces;
  if (accounts !== undefined) policy.serviceAccountSelector = accounts;
  return policy;
}

function readOrigin(
  reading: DocumentReading,
  raw: RawDocument<RawPolicySpec>,
  kind: CalicoPolicy["kind"],
  metadata: ObjectMetadata,
  tier: string,
  defaultNamespace: string,
): PolicyOrigin | undefined {
  const { name } = metadata;
  if (kind === "NetworkPolicy") checkForeignName(reading, name);
  const labels = Object.entries(metadata.labels).map(
    ([key, value]) => [internText(key), internText(value)] as const,
  );
  const origin: Writable<PolicyOrigin> = {
    engine: "calico",
    apiVersion: internText(raw.apiVersion),
    kind,
    name,
    tier: internText(tier),
    labels,
    place: reading.place([]),
  };
  if (kind === "GlobalNetworkPolicy") {
    checkNoNamespace(reading, kind, metadata);
    return origin;
  }
  const namespace = readNamespace(reading, kind, metadata, defaultNamespace);
  if (namespace === undefined) return undefined;
  origin.namespace = internText(namespace);
  if (/^(?:calico|tigera)-/.test(namespace)) {
    const at = reading.place(["metadata", "namespace"]);
    reading.add(calicoDiagnostics.create("CAL-P021", { at, name, namespace }));
  }
  return origin;
}

/** Policies that Calico makes from those of another API carry that in their names. */
function checkForeignName(reading: DocumentReading, name: string): void {
  const at = (): ReturnType<DocumentReading["place"]> => reading.place(["metadata", "name"]);
  if (name.startsWith("knp.default."))
    reading.add(
      calicoDiagnostics.create("CAL-P010", {
        at: at(),
        name,
        original: name.slice("knp.default.".length),
      }),
    );
  else if (name.startsWith("ossg.default."))
    reading.add(calicoDiagnostics.create("CAL-P011", { at: at(), name }));
}

/**
 * The directions that a policy applies to. Without `types`, what writes through Calico's API sets them from the rules
 * that are there; in the storage form nothing does, and the agent reads none as both.
 * (calico: api/pkg/defaults/networkpolicy.go, felix/calc/policy_sorter.go)
 */
function readTypes(
  reading: DocumentReading,
  spec: RawPolicySpec,
  kind: CalicoPolicy["kind"],
  name: string,
): readonly Direction[] {
  const given = spec.types ?? [];
  if (given.length > 0) {
    const ingress = given.includes("Ingress");
    const egress = given.includes("Egress");
    if (given.length > Number(ingress) + Number(egress))
      reading.add(
        calicoDiagnostics.create("CAL-P007", {
          at: reading.place(["spec", "types"]),
          name,
          reason: "`types` gives a direction twice",
        }),
      );
    return ingress && egress ? BOTH : ingress ? INGRESS : EGRESS;
  }
  const ingress = (spec.ingress ?? []).length > 0;
  const egress = (spec.egress ?? []).length > 0;
  if (reading.stored) {
    if (!(ingress && egress))
      reading.add(
        calicoDiagnostics.create("CAL-P005", {
          at: reading.place(["spec"], "key"),
          kind,
          name,
          closed: ingress ? "all egress" : egress ? "all ingress" : "everything",
        }),
      );
    return BOTH;
  }
  if (!egress) return INGRESS;
  if (ingress) return BOTH;
  if (spec.ingress === null || spec.ingress === undefined) return EGRESS;
  const at = reading.place(["spec", "ingress"], "key");
  reading.add(calicoDiagnostics.create("CAL-P006", { at, kind, name }));
  return BOTH;
}

function readRules(
  reading: DocumentReading,
  spec: RawPolicySpec,
  kind: CalicoPolicy["kind"],
  direction: Direction,
  unknown: ReadonlyMap<string, readonly string[]> | undefined,
): readonly CalicoRule[] {
  const raw = spec[direction] ?? [];
  if (raw.length === 0) return NO_RULES;
  if (raw.length > RULES_LIMIT)
    reading.add(
      calicoDiagnostics.create("CAL-P015", {
        at: reading.place(["spec", direction], "key"),
        field: `spec.${direction}`,
        count: raw.length,
        limit: RULES_LIMIT,
      }),
    );
  return raw.map((rule, index) =>
    readRule(reading, rule, kind, direction, index, unknown?.get(ruleKey(direction, index))),
  );
}

function ruleKey(direction: PathStep, index: PathStep): string {
  return `${String(direction)} ${String(index)}`;
}

/** The paths of unknown fields, by the rule that they stand in. */
function fieldsByRule(unknown: readonly (readonly PathStep[])[]): ReadonlyMap<string, string[]> {
  const byRule = new Map<string, string[]>();
  for (const path of unknown) {
    if (!decidesMatch(path)) continue;
    const key = ruleKey(path[1] ?? "", path[2] ?? "");
    const fields = byRule.get(key);
    if (fields === undefined) byRule.set(key, [pathText(path)]);
    else fields.push(pathText(path));
  }
  return byRule;
}

/** True for a field inside a rule, where it could be a condition. Its `metadata` is a comment. */
export function decidesMatch(path: readonly PathStep[]): boolean {
  return (
    path[0] === "spec" &&
    (path[1] === "ingress" || path[1] === "egress") &&
    path.length > 3 &&
    path[3] !== "metadata"
  );
}

// calico: libcalico-go/lib/validator/v3/validator.go, validateGlobalNetworkPolicySpec
function checkHostFields(reading: DocumentReading, spec: RawPolicySpec, name: string): void {
  if (spec.doNotTrack !== true && spec.preDNAT !== true) return;
  const refuse = (field: string, reason: string): void => {
    const at = reading.place(["spec", field], "key");
    reading.add(calicoDiagnostics.create("CAL-P007", { at, name, reason }));
  };
  if (spec.doNotTrack === true && spec.preDNAT === true)
    refuse("preDNAT", "`doNotTrack` and `preDNAT` exclude each other");
  if (spec.applyOnForward !== true) {
    const field = spec.doNotTrack === true ? "doNotTrack" : "preDNAT";
    refuse(field, `\`${field}\` needs \`applyOnForward: true\``);
  }
  if (spec.preDNAT === true && (spec.egress ?? []).length > 0)
    refuse("egress", "`preDNAT` has no egress rules");
  if (spec.preDNAT === true && (spec.types ?? []).includes("Egress"))
    refuse("types", "`preDNAT` does not apply to egress");
}
