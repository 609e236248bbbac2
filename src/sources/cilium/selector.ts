import { isLabelKey, isLabelValue } from "../../inventory/label-syntax.ts";
import type { PathStep } from "../../manifest/manifest-object.ts";
import { Interned } from "../intern.ts";
import { clip } from "../schema-check.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import type { LabelTerm } from "./model.ts";
import type { RawSelector } from "./raw.ts";
import type { DocumentReading } from "../document-reading.ts";

type Path = readonly PathStep[];

/** Of the name of a label. */
const MOST_LETTERS = 63;

/**
 * The terms of a selector, all of which must hold; none selects everything. What is wrong is added to the reading.
 * (cilium: pkg/policy/api/selector.go, pkg/labels/validation.go)
 *
 * @param known how keys are read
 */
export function readSelector(
  reading: DocumentReading,
  selector: RawSelector,
  path: Path,
  known: Interned<string, SourcedKey> = keys,
): readonly LabelTerm[] {
  const terms: LabelTerm[] = [];
  for (const [label, value] of Object.entries(selector.matchLabels ?? {})) {
    const { source, key, problem } = known.get(label);
    const text = value ?? "";
    if (problem !== undefined) wrong(reading, [...path, "matchLabels", label], problem, "key");
    if (!isLabelValue(text)) wrong(reading, [...path, "matchLabels", label], noValue(text));
    terms.push({ source, key, operator: "In", values: [text], plain: true });
  }
  for (const [index, expression] of (selector.matchExpressions ?? []).entries()) {
    const at = [...path, "matchExpressions", index];
    const { source, key, problem } = known.get(expression.key ?? "");
    if (problem !== undefined) wrong(reading, [...at, "key"], problem, "value");
    const operator = expression.operator ?? "In";
    const values = expression.values ?? [];
    for (const [position, value] of values.entries()) {
      if (!isLabelValue(value)) wrong(reading, [...at, "values", position], noValue(value));
    }
    const wantsValues = operator === "In" || operator === "NotIn";
    if (wantsValues !== values.length > 0) {
      const reason = wantsValues ? `${operator} needs values` : `${operator} takes no values`;
      wrong(reading, at, reason);
    }
    terms.push({ source, key, operator, values, plain: false });
  }
  return terms;
}

function wrong(reading: DocumentReading, path: Path, reason: string, part?: "key" | "value"): void {
  reading.add(ciliumDiagnostics.create("CIL-S001", { at: reading.place(path, part), reason }));
}

const noValue = (text: string): string =>
  `\`${clip(text)}\` is not the value of a label; Cilium has no wildcards`;

/** A key with its source. */
interface SourcedKey {
  readonly source: string;
  readonly key: string;
  /** Why Cilium does not take it. */
  readonly problem: string | undefined;
}

/** The same keys are in all selectors. */
const keys = new Interned(readKey);

/** What labels of a CiliumCIDRGroup have before them. */
const GROUP_SOURCE = "cidrgroup";

/**
 * Keys of selectors of CiliumCIDRGroups: the agent puts the source before whatever is written, and refuses the document if
 * that is no key. (cilium: pkg/policy/api/rule_validation.go `CIDRRule.sanitize`)
 */
export const groupKeys = new Interned((text: string): SourcedKey => {
  const problem = text.includes(":")
    ? `\`${clip(text)}\` has a source before it, which keys of CiliumCIDRGroups do not take`
    : problemOf(text, GROUP_SOURCE, text);
  return { source: GROUP_SOURCE, key: text, problem };
});

/** `source:key`, split at the first colon. `$host` is an old spelling of `reserved:host`. */
function readKey(text: string): SourcedKey {
  const colon = text.indexOf(":");
  const isShort = text.startsWith("$");
  const written = isShort ? "reserved" : colon <= 0 ? "any" : text.slice(0, colon);
  // (cilium: pkg/labels/labels.go `parseSelectLabel`)
  const source = written === "unspec" ? "any" : written;
  const key = isShort ? text.slice(1) : text.slice(colon + 1);
  return { source, key, problem: problemOf(text, source, key) };
}

function problemOf(text: string, source: string, key: string): string | undefined {
  if (!isLabelKey(key)) return `\`${clip(text)}\` is not the key of a label`;
  // The agent checks the key with its source before it. (cilium: pkg/policy/api/selector.go)
  return !key.includes("/") && `${source}.${key}`.length > MOST_LETTERS
    ? `\`${clip(text)}\` is too long for Cilium, which puts a source before it`
    : undefined;
}
