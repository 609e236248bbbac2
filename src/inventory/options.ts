import { parseCidr } from "../sets/address-set.ts";
import type { ParsedCidr } from "../sets/address-set.ts";
import type { DisjointLabels } from "./disjoint-labels.ts";
import { readDisjointLabels } from "./disjoint-labels.ts";
import { clipped } from "./fact-reading.ts";
import { isLabelKey, isLabelValue, isNamespaceName } from "./label-syntax.ts";
import { sameLabels } from "./lookup.ts";
import { METADATA_NAME } from "./snapshot.ts";

type Labels = Readonly<Record<string, string>>;

/** The texts of the options by which a user states facts. */
export interface InventoryOptionTexts {
  /** `NAME`, `NAME:` or `NAME:key=value,...` */
  readonly knownNamespaces: readonly string[];
  readonly podCidrs: readonly string[];
  readonly targetPodCidrs: readonly string[];
  /** `key=value|key=value|...`: labels of which no pod has two. */
  readonly disjoint?: readonly string[];
}

export interface InventoryOptions {
  /** All labels by name, its own name included; undefined where the user does not say. */
  readonly knownNamespaces: ReadonlyMap<string, Labels | undefined>;
  readonly podCidrs: readonly ParsedCidr[];
  readonly targetPodCidrs: readonly ParsedCidr[];
  readonly disjoint?: readonly DisjointLabels[];
}

/** Reads the options. `errors` are sentences for the command line; with any of them the options must not be used. */
export function readInventoryOptions(texts: InventoryOptionTexts): {
  readonly options: InventoryOptions;
  readonly errors: readonly string[];
} {
  const errors: string[] = [];
  const knownNamespaces = new Map<string, Labels | undefined>();
  for (const text of texts.knownNamespaces) {
    const known = readKnownNamespace(text);
    const complain = (what: string): void => {
      errors.push(`--known-namespace ${clipped(text)}: ${what}`);
    };
    if (typeof known === "string") complain(known);
    else if (!knownNamespaces.has(known.name)) knownNamespaces.set(known.name, known.labels);
    else if (!sameLabels(knownNamespaces.get(known.name), known.labels)) {
      complain(`\`${known.name}\` is given before with other labels`);
    }
  }
  const ranges = (option: string, given: readonly string[]): readonly ParsedCidr[] =>
    given.flatMap((text) => {
      const cidr = readRange(text);
      if (typeof cidr !== "string") return [cidr];
      errors.push(`${option} ${clipped(text)}: ${cidr}`);
      return [];
    });
  const podCidrs = ranges("--pod-cidr", texts.podCidrs);
  const targetPodCidrs = ranges("--target-pod-cidr", texts.targetPodCidrs);
  const disjoint = (texts.disjoint ?? []).flatMap((text) => {
    const labels = readDisjointLabels(text);
    if (typeof labels !== "string") return [labels];
    errors.push(`--disjoint ${clipped(text)}: ${labels}`);
    return [];
  });
  return { options: { knownNamespaces, podCidrs, targetPodCidrs, disjoint }, errors };
}

function readKnownNamespace(
  text: string,
): { readonly name: string; readonly labels: Labels | undefined } | string {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  if (!isNamespaceName(name)) return `\`${clipped(name)}\` is not a valid name of a namespace`;
  if (colon < 0) return { name, labels: undefined };
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  const pairs = text.slice(colon + 1);
  for (const pair of pairs === "" ? [] : pairs.split(",")) {
    const equals = pair.indexOf("=");
    if (equals < 0) return `\`${clipped(pair)}\` is not of the form \`key=value\``;
    const key = pair.slice(0, equals);
    const value = pair.slice(equals + 1);
    if (!isLabelKey(key)) return `\`${clipped(key)}\` is not a valid label key`;
    if (!isLabelValue(value)) return `\`${clipped(value)}\` is not a valid label value`;
    if (Object.hasOwn(labels, key)) return `the label \`${key}\` is given twice`;
    if (key === METADATA_NAME && value !== name) {
      return `the label \`${key}\` is always the name of the namespace, \`${name}\``;
    }
    labels[key] = value;
  }
  labels[METADATA_NAME] = name;
  return { name, labels };
}

function readRange(text: string): ParsedCidr | string {
  const cidr = parseCidr(text);
  if (cidr === undefined) return "this is not a CIDR such as `10.0.0.0/16` or `2001:db8::/48`";
  if (cidr.bare) return `the prefix length is missing; one address alone is \`${cidr.text}\``;
  if (cidr.hostBits) return `bits are set behind the prefix; the range is \`${cidr.text}\``;
  return cidr;
}
