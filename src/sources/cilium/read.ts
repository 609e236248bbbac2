import type { Report } from "../../diagnostics/diagnostic.ts";
import type { ManifestObject, PathStep } from "../../manifest/manifest-object.ts";
import { DocumentReading } from "../document-reading.ts";
import { checkStructure, clip, type StructureFindings, type Validator } from "../schema-check.ts";
import * as validators from "../validators/cilium.js";
import { readCidrGroup } from "./cidr-group.ts";
import { fateUnder } from "./interpret-parts.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import type { CiliumInput } from "./model.ts";
import { readNetworkPolicy } from "./network-policy.ts";
import type { RawDocument } from "./raw.ts";
import { isConfiguration, readConfiguration } from "./settings.ts";

/** What became of an object. "not-cilium": it belongs to another reader. */
export type CiliumDisposition = "policy" | "context" | "ignored" | "invalid" | "not-cilium";

export interface CiliumReadOptions {
  /** For namespaced documents that name no namespace. */
  readonly defaultNamespace: string;
}

const VALIDATORS: ReadonlyMap<string, Validator> = new Map([
  ["CiliumNetworkPolicy", validators.CiliumNetworkPolicy],
  ["CiliumClusterwideNetworkPolicy", validators.CiliumClusterwideNetworkPolicy],
  ["CiliumCIDRGroup", validators.CiliumCIDRGroup],
]);

const POLICY_VERSIONS: readonly string[] = ["cilium.io/v2"];
const GROUP_VERSIONS: readonly string[] = ["cilium.io/v2", "cilium.io/v2alpha1"];

/**
 * Reads one object of Cilium's into `input`. What is found goes to `report`; an object that is "invalid" has left nothing
 * in `input` and at least one error in `report`.
 */
export function readCiliumObject(
  object: ManifestObject,
  input: CiliumInput,
  options: CiliumReadOptions,
  report: Report,
): CiliumDisposition {
  const { value } = object;
  if (isConfiguration(value)) {
    readConfiguration(object, input, report);
    return "context";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "not-cilium";
  const head = value as { readonly apiVersion?: unknown; readonly kind?: unknown };
  if (typeof head.kind !== "string") return "not-cilium";
  const validate = VALIDATORS.get(head.kind);
  if (validate === undefined) return "not-cilium";
  const apiVersion = typeof head.apiVersion === "string" ? head.apiVersion : "";
  const versions = head.kind === "CiliumCIDRGroup" ? GROUP_VERSIONS : POLICY_VERSIONS;
  if (!versions.includes(apiVersion)) {
    report(
      ciliumDiagnostics.create("CIL-X006", {
        at: object.placeOf(["apiVersion"]),
        apiVersion: clip(apiVersion),
        kind: head.kind,
      }),
    );
    return "invalid";
  }
  const reading = new DocumentReading(
    object,
    (of) => ciliumDiagnostics.create("CIL-X004", of),
    report,
  );
  const disposition = readKind(reading, validate, input, options, report);
  reading.finish();
  return reading.failed ? "invalid" : disposition;
}

function readKind(
  reading: DocumentReading,
  validate: Validator,
  input: CiliumInput,
  { defaultNamespace }: CiliumReadOptions,
  report: Report,
): CiliumDisposition {
  const { object } = reading;
  const structure = checkStructure(object, validate, validators.ERROR_LIMIT, FINDINGS, report);
  if (!structure.valid) return "invalid";
  // The schema has been held to, so the fields have the types that the raw document says.
  const raw = object.value as RawDocument;
  if (raw.kind === "CiliumCIDRGroup") {
    const group = readCidrGroup(reading, raw);
    if (group !== undefined) input.groups.push(group);
    return "context";
  }
  const policy = readNetworkPolicy(reading, raw, structure.unknown, defaultNamespace);
  if (policy === undefined) return "invalid";
  if (policy.parent !== undefined) {
    input.derivatives.push(policy);
    return "context";
  }
  input.policies.push(policy);
  return "policy";
}

/** Fields inside of a rule: what is not known there may have been meant to restrict it. */
function decidesMatch(path: readonly PathStep[]): boolean {
  const inRule = path[0] === "specs" ? path.slice(2) : path.slice(1);
  return /^(?:ingress|egress)(?:Deny)?$/.test(String(inRule[0])) && typeof inRule[1] === "number";
}

/** What becomes of a rule with such a field. */
function fateOf(path: readonly PathStep[]): string {
  const list = String(path[0] === "specs" ? path[2] : path[1]);
  return fateUnder(list.endsWith("Deny") ? "deny" : "allow");
}

const FINDINGS: StructureFindings = {
  decidesMatch,
  wrongValue: (of) => ciliumDiagnostics.create("CIL-X001", of),
  missingField: (of) => ciliumDiagnostics.create("CIL-X002", of),
  unknownField: (of, path) =>
    decidesMatch(path)
      ? ciliumDiagnostics.create("CIL-R010", { ...of, fate: fateOf(path) })
      : ciliumDiagnostics.create("CIL-X003", of),
  more: (of) => ciliumDiagnostics.create("CIL-X004", of),
  tooMany: (of) => ciliumDiagnostics.create("CIL-X005", of),
};
