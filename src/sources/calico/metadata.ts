import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import type { RawDocument } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";
import { POLICY_KINDS, storedMetadata, textsOf, type StoredMetadata } from "./stored-form.ts";

/** What names and labels an object, un-wrapped if it came in the storage form. */
export interface ObjectMetadata {
  readonly name: string;
  /** As written: undefined when the document gives none. */
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** Undefined when the object cannot be named; that is reported. Labels are checked as the API server does. */
export function readMetadata(
  reading: DocumentReading,
  raw: RawDocument<{ readonly tier?: string | null | undefined }>,
): ObjectMetadata | undefined {
  const { kind } = raw;
  const metadata = raw.metadata ?? {};
  const namespace = metadata.namespace ?? "";
  const wrapped: StoredMetadata | string = reading.stored
    ? storedMetadata(kind, metadata, raw.spec?.tier ?? "")
    : { name: metadata.name ?? "", labels: textsOf(metadata.labels) };
  if (typeof wrapped === "string") {
    reading.add(
      calicoDiagnostics.create("CAL-P016", {
        at: reading.place(["metadata", "annotations"]),
        kind,
        name: clip(metadata.name ?? ""),
        reason: wrapped,
      }),
    );
    return undefined;
  }
  if (wrapped.name === "") {
    const at = reading.place(["metadata"]);
    reading.add(calicoDiagnostics.create("CAL-X002", { at, field: "metadata.name" }));
    return undefined;
  }
  const reason = nameProblem(kind, wrapped.name);
  if (reason !== undefined) {
    reading.add(
      calicoDiagnostics.create("CAL-P001", {
        at: reading.place(["metadata", "name"]),
        name: clip(wrapped.name),
        kind,
        reason,
      }),
    );
    return undefined;
  }
  checkDots(reading, kind, wrapped.name);
  checkTier(reading, wrapped, raw.spec?.tier ?? "");
  checkLabels(reading, wrapped.labels);
  return {
    name: wrapped.name,
    labels: wrapped.labels,
    namespace: namespace === "" ? undefined : namespace,
  };
}

/** The namespace of an object of a namespaced kind. Undefined when what is given is none; that is reported. */
export function readNamespace(
  reading: DocumentReading,
  kind: string,
  metadata: ObjectMetadata,
  defaultNamespace: string,
): string | undefined {
  const { namespace, name } = metadata;
  if (namespace === undefined) {
    reading.add(
      calicoDiagnostics.create("CAL-P002", {
        at: reading.place(["metadata"], "key"),
        kind,
        name,
        namespace: defaultNamespace,
      }),
    );
    return defaultNamespace;
  }
  if (isDnsLabel(namespace)) return namespace;
  const at = reading.place(["metadata", "namespace"]);
  reading.add(calicoDiagnostics.create("CAL-P003", { at, namespace: clip(namespace) }));
  return undefined;
}

/** Cluster-wide kinds: a namespace that is given means nothing. */
export function checkNoNamespace(
  reading: DocumentReading,
  kind: string,
  metadata: ObjectMetadata,
): void {
  if (metadata.namespace === undefined) return;
  reading.add(
    calicoDiagnostics.create("CAL-P004", {
      at: reading.place(["metadata", "namespace"]),
      kind,
      namespace: clip(metadata.namespace),
    }),
  );
}

// calico: libcalico-go/lib/validator/v3/validator.go, the name patterns at its head. The length is tested first, so that
// no pattern runs on a long text.
const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const MADE_FROM_ELSEWHERE = /^(?:knp|ossg)\.default\./;

export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && DNS_LABEL.test(text);
}

export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && text.split(".").every((part) => DNS_LABEL.test(part));
}

function nameProblem(kind: string, name: string): string | undefined {
  if (kind === "Tier") {
    if (name.length > 63) return "it is longer than 63 characters";
    return DNS_LABEL.test(name) ? undefined : "it must be lower-case letters, digits and `-`";
  }
  if (name.length > 253) return "it is longer than 253 characters";
  if (!isDnsSubdomain(name))
    return "it must be lower-case letters, digits, `-` and `.`, each part between dots beginning and ending with a letter or digit";
  return undefined;
}

/** Open-source Calico takes one dot in the name of a policy, Enterprise more. */
function checkDots(reading: DocumentReading, kind: string, name: string): void {
  const copied = !kind.includes("Global") && MADE_FROM_ELSEWHERE.test(name);
  if (copied || !POLICY_KINDS.has(kind)) return;
  if (name.split(".").length <= 2) return;
  const at = reading.place(["metadata", "name"]);
  reading.add(calicoDiagnostics.create("CAL-P020", { at, name }));
}

/** Which tier a stored policy is in hangs on the release where its name says another than its spec. */
function checkTier(reading: DocumentReading, stored: StoredMetadata, given: string): void {
  const { tierInName } = stored;
  const tier = given === "" ? "default" : given;
  if (tierInName === undefined || tierInName === tier) return;
  const at = reading.place(["metadata", "name"]);
  reading.add(calicoDiagnostics.create("CAL-P023", { at, name: stored.name, tierInName, tier }));
}

function checkLabels(reading: DocumentReading, labels: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(labels)) {
    const reason = keyProblem(key) ?? valueProblem(value);
    if (reason === undefined) continue;
    reading.add(
      calicoDiagnostics.create("CAL-P017", {
        at: reading.place(["metadata", "labels", key]),
        key: clip(key),
        value: clip(value),
        reason,
      }),
    );
  }
}

const LABEL_TEXT = /^[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?$/;

function keyProblem(key: string): string | undefined {
  const slash = key.indexOf("/");
  const name = key.slice(slash + 1);
  if (slash >= 0 && !isDnsSubdomain(key.slice(0, slash)))
    return "the prefix of its key is no DNS name";
  if (name.length > 63) return "its key is longer than 63 characters";
  return LABEL_TEXT.test(name) ? undefined : "its key is not a valid name";
}

function valueProblem(value: string): string | undefined {
  if (value.length > 63) return "its value is longer than 63 characters";
  return value === "" || LABEL_TEXT.test(value)
    ? undefined
    : "its value may hold letters, digits, `-`, `_` and `.` only, and begins and ends with a letter or digit";
}
