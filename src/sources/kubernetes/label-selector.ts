import type { SourcePlace } from "../../diagnostics/source-range.ts";
import type { LabelConstraint, LabelKey } from "../../sets/cube.ts";
import {
  LABEL_ABSENT,
  LABEL_EXISTS,
  type LabelSet,
  labelIn,
  labelNotIn,
} from "../../sets/label-set.ts";
import { kubernetesDiagnostics } from "./diagnostics.ts";
import { type Findings, type Path, asList, asMapping, asText, quoted } from "./findings.ts";
import { isLabelKey, isLabelValue } from "./syntax.ts";

/** Checks one label, of an object or a selector, as the API server does; its value, or undefined if it is refused. */
export function readLabel(
  key: string,
  value: unknown,
  path: Path,
  findings: Findings,
): string | undefined {
  if (!isLabelKey(key)) {
    findings.add(
      kubernetesDiagnostics.create("K8S-S001", { at: findings.at(path, "key"), key: quoted(key) }),
    );
    return undefined;
  }
  return readLabelValue(key, value, path, findings);
}

function readLabelValue(
  key: string,
  value: unknown,
  path: Path,
  findings: Findings,
): string | undefined {
  if (value === null) {
    findings.add(kubernetesDiagnostics.create("K8S-S007", { at: findings.at(path), key }));
    return "";
  }
  if (typeof value !== "string") {
    const at = findings.at(path);
    const found = describe(value);
    findings.add(
      typeof value === "object"
        ? kubernetesDiagnostics.create("K8S-S008", { at, key, found })
        : kubernetesDiagnostics.create("K8S-S003", { at, key, found, written: asWritten(at) }),
    );
    return undefined;
  }
  if (!isLabelValue(value)) {
    findings.add(
      kubernetesDiagnostics.create("K8S-S002", {
        at: findings.at(path),
        key,
        value: quoted(value),
      }),
    );
    return undefined;
  }
  return value;
}

/** A scalar without quotes as it stands in the file: `0777`, not the 511 that it means. */
export function asWritten({ document, offset }: SourcePlace): string {
  return /^[^\s,#{}[\]]{0,63}/.exec(document.file.text.slice(offset, offset + 64))?.[0] ?? "";
}

/** What YAML made of a value that should be text. */
export function describe(value: unknown): string {
  if (typeof value === "boolean") return `the boolean ${String(value)}`;
  if (typeof value === "number") return `the number ${String(value)}`;
  return Array.isArray(value) ? "a list" : "an object";
}

function setOf(operator: string, values: readonly string[]): LabelSet | undefined {
  switch (operator) {
    case "In":
      return labelIn(values);
    case "NotIn":
      // Matches where the label is absent, too.
      return labelNotIn(values);
    case "Exists":
      return LABEL_EXISTS;
    case "DoesNotExist":
      return LABEL_ABSENT;
    default:
      return undefined;
  }
}

function readRequirement(
  value: unknown,
  scope: "pod" | "namespace",
  path: Path,
  findings: Findings,
): LabelConstraint | undefined {
  const requirement = asMapping(value) ?? {};
  const key = asText(requirement["key"]) ?? "";
  const operator = asText(requirement["operator"]) ?? "";
  if (!isLabelKey(key)) {
    findings.add(
      kubernetesDiagnostics.create("K8S-S001", {
        at: findings.at([...path, "key"]),
        key: quoted(key),
      }),
    );
  }
  const given = asList(requirement["values"]) ?? [];
  const values: string[] = [];
  for (const [index, item] of given.entries()) {
    const text = readLabelValue(key, item, [...path, "values", index], findings);
    if (text !== undefined) values.push(text);
  }
  const set = setOf(operator, values);
  if (set === undefined) {
    const at = findings.at([...path, "operator"]);
    findings.add(kubernetesDiagnostics.create("K8S-S004", { at, operator: quoted(operator) }));
    return undefined;
  }
  const needsValues = operator === "In" || operator === "NotIn";
  if (needsValues && given.length === 0) {
    findings.add(
      kubernetesDiagnostics.create("K8S-S005", { at: findings.at(path), operator, key }),
    );
  } else if (!needsValues && given.length > 0) {
    findings.add(
      kubernetesDiagnostics.create("K8S-S006", {
        at: findings.at([...path, "values"]),
        operator,
        key,
      }),
    );
  }
  return { key: `${scope}:${key}`, set };
}

/**
 * Reads a LabelSelector into constraints that must all hold; none selects everything, as an empty or absent selector
 * does. What the API server would refuse becomes a finding; the answer is then of no use.
 */
export function readLabelSelector(
  value: unknown,
  scope: "pod" | "namespace",
  path: Path,
  findings: Findings,
): readonly LabelConstraint[] {
  const selector = asMapping(value);
  if (selector === undefined) return [];
  const constraints: LabelConstraint[] = [];
  const labels = asMapping(selector["matchLabels"]);
  if (labels !== undefined) {
    for (const [key, item] of Object.entries(labels)) {
      const text = readLabel(key, item, [...path, "matchLabels", key], findings);
      const labelKey: LabelKey = `${scope}:${key}`;
      if (text !== undefined) constraints.push({ key: labelKey, set: labelIn([text]) });
    }
  }
  const expressions = asList(selector["matchExpressions"]);
  if (expressions !== undefined) {
    for (const [index, item] of expressions.entries()) {
      const constraint = readRequirement(
        item,
        scope,
        [...path, "matchExpressions", index],
        findings,
      );
      if (constraint !== undefined) constraints.push(constraint);
    }
  }
  return constraints;
}
