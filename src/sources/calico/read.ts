import type { Report } from "../../diagnostics/diagnostic.ts";
import type { ManifestObject } from "../../manifest/manifest-object.ts";
import {
  checkStructure,
  clip,
  nearest,
  type Structure,
  type StructureFindings,
  type Validator,
} from "../schema-check.ts";
import * as validators from "../validators/calico.js";
import { calicoDiagnostics } from "./diagnostics.ts";
import { readFelixConfiguration } from "./felix-configuration.ts";
import { readHostEndpoint } from "./host-endpoint.ts";
import type { CalicoInput } from "./model.ts";
import { decidesMatch, readNetworkPolicy } from "./network-policy.ts";
import { readNetworkSet } from "./network-set.ts";
import { OTHER_KINDS, soundsLikePolicy } from "./other-kinds.ts";
import { readProfile } from "./profile.ts";
import type {
  RawDocument,
  RawHostEndpointSpec,
  RawNetworkSetSpec,
  RawPolicySpec,
  RawTierSpec,
} from "./raw.ts";
import { DocumentReading } from "./reading.ts";
import { readStagedPolicy } from "./staged.ts";
import { readTier } from "./tier.ts";

/** What became of an object. "not-calico": it belongs to another reader. */
export type CalicoDisposition = "policy" | "context" | "ignored" | "invalid" | "not-calico";

export interface CalicoReadOptions {
  /** For namespaced documents that name no namespace. */
  readonly defaultNamespace: string;
}

const V3 = "projectcalico.org/v3";
const STORED = "crd.projectcalico.org/v1";

const VALIDATORS: ReadonlyMap<string, Validator> = new Map([
  ["NetworkPolicy", validators.NetworkPolicy],
  ["GlobalNetworkPolicy", validators.GlobalNetworkPolicy],
  ["StagedNetworkPolicy", validators.StagedNetworkPolicy],
  ["StagedGlobalNetworkPolicy", validators.StagedGlobalNetworkPolicy],
  ["StagedKubernetesNetworkPolicy", validators.StagedKubernetesNetworkPolicy],
  ["Tier", validators.Tier],
  ["NetworkSet", validators.NetworkSet],
  ["GlobalNetworkSet", validators.GlobalNetworkSet],
  ["HostEndpoint", validators.HostEndpoint],
]);

/** Kinds of the API of Calico 1 and 2, whose version was plain `v1`. */
const KINDS_BEFORE_V3: ReadonlySet<string> = new Set([
  "policy",
  "profile",
  "hostEndpoint",
  "workloadEndpoint",
  "ipPool",
  "bgpPeer",
  "tier",
]);

/**
 * Reads one object of Calico's into `input`. What is found goes to `report`; an object that is "invalid" has left nothing
 * in `input` and at least one error in `report`. Copies of one object are told apart when all have been read: see
 * `dropDuplicates`.
 */
export function readCalicoObject(
  object: ManifestObject,
  input: CalicoInput,
  options: CalicoReadOptions,
  report: Report,
): CalicoDisposition {
  const { value } = object;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "not-calico";
  const head = value as { readonly apiVersion?: unknown; readonly kind?: unknown };
  if (typeof head.kind !== "string") return "not-calico";
  const { kind } = head;
  const apiVersion = typeof head.apiVersion === "string" ? head.apiVersion : "";
  if (apiVersion !== V3 && apiVersion !== STORED)
    return readForeignVersion(object, apiVersion, kind, report);

  const reading = new DocumentReading(object, apiVersion === STORED, report);
  const disposition = readKind(reading, kind, input, options, report);
  reading.finish();
  return reading.failed ? "invalid" : disposition;
}

function readKind(
  reading: DocumentReading,
  kind: string,
  input: CalicoInput,
  options: CalicoReadOptions,
  report: Report,
): CalicoDisposition {
  const validate = VALIDATORS.get(kind);
  if (validate === undefined) return readOtherKind(reading, kind, input);
  const staged = kind.startsWith("Staged");
  const structure = checkStructure(
    reading.object,
    validate,
    validators.ERROR_LIMIT,
    staged ? stagedFindings(reading) : FINDINGS,
    report,
  );
  if (staged) {
    readStagedPolicy(reading, reading.object.value as RawDocument<unknown>);
    return "context";
  }
  if (!structure.valid || structure.miscased.some((path) => !decidesMatch(path))) return "invalid";
  return readKnownKind(reading, kind, structure, input, options);
}

// The schema has been held to, so the fields have the types that the raw documents say.
function readKnownKind(
  reading: DocumentReading,
  kind: string,
  structure: Structure,
  input: CalicoInput,
  options: CalicoReadOptions,
): CalicoDisposition {
  const { defaultNamespace } = options;
  const raw = reading.object.value;
  switch (kind) {
    case "NetworkPolicy":
    case "GlobalNetworkPolicy": {
      const document = raw as RawDocument<RawPolicySpec>;
      const policy = readNetworkPolicy(reading, document, structure.unknown, defaultNamespace);
      if (policy !== undefined) input.policies.push(policy);
      return "policy";
    }
    case "Tier": {
      const tier = readTier(reading, raw as RawDocument<RawTierSpec>);
      if (tier !== undefined && !reading.failed) input.tiers.push(tier);
      return "context";
    }
    case "NetworkSet":
    case "GlobalNetworkSet": {
      const set = readNetworkSet(reading, raw as RawDocument<RawNetworkSetSpec>, defaultNamespace);
      if (set !== undefined) input.groups.push(set);
      return "context";
    }
    default: {
      // HostEndpoint, the last of the kinds with a validator.
      const host = readHostEndpoint(reading, raw as RawDocument<RawHostEndpointSpec>);
      if (host !== undefined) input.groups.push(host);
      return "context";
    }
  }
}

function readOtherKind(
  reading: DocumentReading,
  kind: string,
  input: CalicoInput,
): CalicoDisposition {
  const { apiVersion } = reading.object.value as { readonly apiVersion: string };
  const at = reading.place(["kind"]);
  if (kind === "FelixConfiguration") {
    const raw = reading.object.value as RawDocument<Readonly<Record<string, unknown>>>;
    readFelixConfiguration(reading, raw, input);
    return "context";
  }
  if (kind === "Profile") {
    readProfile(reading, reading.object.value as RawDocument<unknown>);
    return "context";
  }
  if (kind === "RemoteClusterConfiguration") {
    reading.add(calicoDiagnostics.create("CAL-X009", { at }));
    return "ignored";
  }
  const other = OTHER_KINDS.get(kind);
  if (other !== undefined) {
    if (other.note !== undefined)
      reading.add(calicoDiagnostics.create("CAL-X011", { at, kind, note: other.note }));
    return other.disposition;
  }
  if (soundsLikePolicy(kind)) {
    reading.add(calicoDiagnostics.create("CAL-X007", { at, kind: clip(kind), apiVersion }));
    return "invalid";
  }
  const near = nearest(kind, [
    ...VALIDATORS.keys(),
    "FelixConfiguration",
    "Profile",
    ...OTHER_KINDS.keys(),
  ]);
  reading.add(
    calicoDiagnostics.create("CAL-X008", {
      at,
      kind: clip(kind),
      apiVersion,
      advice:
        near === undefined
          ? "Check that it decides no traffic."
          : `Write \`${near}\` if that is what is meant.`,
    }),
  );
  return "ignored";
}

/** Everything that is not of the two versions that are read. */
function readForeignVersion(
  object: ManifestObject,
  apiVersion: string,
  kind: string,
  report: Report,
): CalicoDisposition {
  const at = object.placeOf(["kind"]);
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const inGroup = group === "projectcalico.org" || group.endsWith(".projectcalico.org");
  if (group === "alpha.projectcalico.org" || (apiVersion === "v1" && KINDS_BEFORE_V3.has(kind))) {
    report(calicoDiagnostics.create("CAL-X006", { at, apiVersion, kind: clip(kind) }));
    return "invalid";
  }
  if (apiVersion === "" && VALIDATORS.has(kind)) {
    report(calicoDiagnostics.create("CAL-P018", { at, kind }));
    return "invalid";
  }
  // Core Kubernetes has none of these kinds, so a bare `v1` is a slip.
  const misplaced = apiVersion === "v1" && VALIDATORS.has(kind);
  if (misplaced || (inGroup && (VALIDATORS.has(kind) || soundsLikePolicy(kind)))) {
    report(
      calicoDiagnostics.create("CAL-X012", {
        at: object.placeOf(["apiVersion"]),
        apiVersion: clip(apiVersion),
        kind: clip(kind),
      }),
    );
    return "invalid";
  }
  if (group !== "tigera.io" && !group.endsWith(".tigera.io"))
    return inGroup ? "ignored" : "not-calico";
  if (!soundsLikePolicy(kind)) return "ignored";
  report(
    calicoDiagnostics.create("CAL-X007", { at, kind: clip(kind), apiVersion: clip(apiVersion) }),
  );
  return "invalid";
}

const FINDINGS: StructureFindings = {
  decidesMatch,
  wrongValue: (of) => calicoDiagnostics.create("CAL-X001", of),
  missingField: (of) => calicoDiagnostics.create("CAL-X002", of),
  unknownField: (of, path, miscased) =>
    calicoDiagnostics.create(
      decidesMatch(path) ? "CAL-R013" : miscased ? "CAL-X013" : "CAL-X003",
      of,
    ),
  more: (of) => calicoDiagnostics.create("CAL-X004", of),
  tooMany: (of) => calicoDiagnostics.create("CAL-X005", of),
};

/** What is wrong in a staged policy stops nothing. */
function stagedFindings(reading: DocumentReading): StructureFindings {
  const head = reading.object.value as { readonly metadata?: { readonly name?: unknown } | null };
  const given = head.metadata?.name;
  const name = typeof given === "string" ? clip(given) : "";
  const refused = (at: ReturnType<DocumentReading["place"]>, reason: string) =>
    calicoDiagnostics.create("CAL-P009", { at, name, reason });
  return {
    wrongValue: (of) =>
      refused(of.at, `\`${of.field}\` is ${of.found}, but must be ${of.expected}`),
    missingField: (of) => refused(of.at, `\`${of.field}\` is missing`),
    unknownField: (of) => calicoDiagnostics.create("CAL-X003", of),
    more: (of) => calicoDiagnostics.create("CAL-X004", of),
    tooMany: (of) => refused(of.at, `it has at least ${String(of.count)} unknown fields`),
  };
}
