import type { OpaqueCondition, TrafficPredicate } from "../ir/policy.ts";
import { addressSetText, addressText } from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube, LabelKey } from "../sets/cube.ts";
import type { LabelSet, TextAtom } from "../sets/label-set.ts";
import { trafficText } from "../sets/traffic-set.ts";
import type { Failure, Mismatch } from "../verify/walkthrough.ts";

/* What rules ask for, and what a flow lacks of it, in a few words for people. */

/** More values or alternatives than this are counted, not listed. */
const LISTED = 5;

/** Whose label it is, unless it is the pod's own. */
export function keyText(key: LabelKey): string {
  if (key === NAMESPACE_NAME) return "namespace";
  if (key === ACCOUNT_NAME) return "service account";
  const colon = key.indexOf(":");
  const name = key.slice(colon + 1);
  switch (key.slice(0, colon)) {
    case "namespace":
      return `namespace label ${name}`;
    case "account":
      return `service account label ${name}`;
    default:
      return name;
  }
}

const ATOM_WORDS: Readonly<Record<TextAtom["operator"], readonly [string, string]>> = {
  contains: ["contains", "does not contain"],
  startsWith: ["starts with", "does not start with"],
  endsWith: ["ends with", "does not end with"],
};

/** A condition on one label, such as `app in (api, web)`. */
export function constraintText(key: LabelKey, set: LabelSet): string {
  const name = keyText(key);
  const parts = set.atoms.map(
    ({ operator, operand, negated }) =>
      `${name} ${ATOM_WORDS[operator][negated ? 1 : 0]} "${operand}"`,
  );
  const { values } = set;
  if (!set.complement) {
    if (values.length === 0) return `no ${name}`;
    const [only] = values;
    parts.push(values.length === 1 ? `${name}=${only ?? ""}` : `${name} in (${listed(values)})`);
  } else if (values.length > 0) {
    const [only] = values;
    parts.push(
      values.length === 1
        ? `${name} not ${quotedIfEmpty(only)}`
        : `${name} not in (${listed(values)})`,
    );
    if (!set.absent) parts.unshift(`some ${name}`);
  } else if (parts.length === 0) parts.push(set.absent ? `any ${name}` : `some ${name}`);
  const text = parts.join(" and ");
  // "not in" holds of a pod without the label anyway; everything else has to say so.
  return set.absent && !(set.complement && set.atoms.length === 0) ? `${text} or no ${name}` : text;
}

const quotedIfEmpty = (value: string | undefined): string =>
  value === undefined || value === "" ? '""' : value;

function listed(values: readonly string[]): string {
  const shown = values.slice(0, LISTED).map(quotedIfEmpty).join(", ");
  return values.length > LISTED ? `${shown} and ${String(values.length - LISTED)} more` : shown;
}

function cubeWords({ constraints }: Cube): string {
  return constraints.length === 0
    ? "pods"
    : `pods with ${constraints.map(({ key, set }) => constraintText(key, set)).join(" and ")}`;
}

function addressesWords(set: AddressSet): string {
  const text = addressSetText(set);
  const parts = text.split(", ");
  return parts.length > LISTED
    ? `${parts.slice(0, LISTED).join(", ")} and ${String(parts.length - LISTED)} ranges more`
    : text;
}

/** What a rule says of the traffic, such as `TCP 80, UDP 53` or `TCP port named http`. */
export function trafficWords({ numbers, named }: TrafficPredicate): string {
  const parts = numbers.ranges.length > 0 ? [trafficText(numbers)] : [];
  for (const { name, protocols } of named) parts.push(`${trafficText(protocols)} named ${name}`);
  return parts.length === 0 ? "no traffic" : parts.join(", ");
}

export function conditionText(condition: OpaqueCondition): string {
  return condition.what;
}

/** Such as `asks for app=web, has app=api`. */
function mismatchText(mismatch: Mismatch): string {
  switch (mismatch.kind) {
    case "label": {
      const { key, wanted, has } = mismatch;
      const name = keyText(key);
      const none = `has no ${key.startsWith("pod:") ? "label " : ""}${name}`;
      const is = has === undefined ? none : `has ${name}=${quotedIfEmpty(has)}`;
      return `asks for ${constraintText(key, wanted)}, ${is}`;
    }
    case "address":
      return `asks for an address in ${addressesWords(mismatch.wanted)}, has ${addressText(mismatch.has)}`;
    case "needs-pod":
      return `asks for ${cubeWords(mismatch.labels)}, is no pod`;
    case "needs-no-pod":
      return `asks for addresses that are no pod's (${addressesWords(mismatch.wanted)}), is a pod`;
    case "traffic":
      return `asks for ${trafficWords(mismatch.wanted)}`;
    case "condition":
      return mismatch.because === "flow"
        ? `${conditionText(mismatch.condition)} does not hold`
        : `supposing that ${conditionText(mismatch.condition)} does not hold`;
    case "nothing":
      return "nothing can match it";
    default:
      return mismatch satisfies never;
  }
}

/** Why none of the alternatives holds: each with the first thing that fails, equal ones once. */
export function failuresText(failures: readonly Failure[]): string {
  const texts = new Set(
    failures.map(([first]) => (first === undefined ? "" : mismatchText(first))),
  );
  const [only] = texts;
  if (only !== undefined && texts.size === 1) return only;
  const shown = [...texts].slice(0, LISTED);
  const more = texts.size > shown.length ? `; and ${String(texts.size - shown.length)} more` : "";
  return `none of ${String(texts.size)} alternatives holds: ${shown.join("; ")}${more}`;
}
