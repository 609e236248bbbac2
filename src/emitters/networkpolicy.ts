import { compareText } from "../base/compare.ts";
import { invariant, unreachable } from "../base/invariant.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { AllowPolicy } from "../ir/allow-policy.ts";
import type { KeptObject } from "../ir/kept-object.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { Direction } from "../ir/policy.ts";
import { emitterDiagnostics } from "./diagnostics.ts";
import { type CarriedLabels, carryLabels } from "./labels.ts";
import { type GivenName, nameObjects } from "./naming.ts";
import { type LoweredObject, networkPolicyText } from "./networkpolicy-text.ts";
import { tame } from "./tame.ts";
import { checkValidity, isDnsLabel, isDnsSubdomain } from "./validity.ts";

export type { LoweredObject } from "./networkpolicy-text.ts";

export interface EmittedObject {
  readonly namespace: string;
  readonly name: string;
  /** Relative to the output directory, such as `shop/web.yaml`. */
  readonly file: string;
  /** One YAML document without a `---` line; ends in a newline. */
  readonly text: string;
  readonly object: AllowPolicy | KeptObject;
}

/** Where a rule of an emitted object is in it, as a JSON pointer. */
export function rulePath(direction: Direction, index: number): string {
  return `/spec/${direction}/${String(index)}`;
}

/** The object's file under the output directory. Never outside of it, whatever a name says. */
function fileOf(namespace: string, name: string): string {
  invariant(
    isDnsLabel(namespace) && isDnsSubdomain(name),
    `${namespace}/${name} is no safe file name`,
  );
  return `${namespace}/${name}.yaml`;
}

function reportName(
  { name, place: at }: PolicyOrigin,
  namespace: string,
  given: GivenName,
  report: Report,
): void {
  switch (given.change) {
    case undefined:
      return;
    case "shortened":
      report(emitterDiagnostics.create("EMT-X001", { at, name, given: given.name }));
      return;
    case "taken":
      report(emitterDiagnostics.create("EMT-X002", { at, name, given: given.name, namespace }));
      return;
    case "respelled":
      report(emitterDiagnostics.create("EMT-X003", { at, name, given: given.name }));
      return;
    default:
      unreachable(given.change, "change of name");
  }
}

function reportLabels(
  { place: at }: PolicyOrigin,
  { owned, invalid }: CarriedLabels,
  report: Report,
): void {
  const quoted = (keys: readonly string[]): string =>
    keys.map((key) => `\`${tame(key.slice(0, 100))}\``).join(", ");
  if (owned.length > 0)
    report(emitterDiagnostics.create("EMT-X004", { at, labels: quoted(owned) }));
  if (invalid.length > 0)
    report(emitterDiagnostics.create("EMT-X005", { at, labels: quoted(invalid) }));
}

/** What is said of a policy is said once, however many objects it has; a taken name, once a namespace. */
function reporterOf(report: Report): (policy: AllowPolicy, given: GivenName) => CarriedLabels {
  const labelsOf = new Map<PolicyOrigin, CarriedLabels>();
  const named = new Map<PolicyOrigin, Set<string>>();
  return ({ source, namespace }, given) => {
    if (given.change !== undefined) {
      const where = given.change === "taken" ? namespace : "";
      let told = named.get(source);
      if (told === undefined) named.set(source, (told = new Set<string>()));
      if (!told.has(where)) {
        told.add(where);
        reportName(source, namespace, given, report);
      }
    }
    let labels = labelsOf.get(source);
    if (labels === undefined) {
      labels = carryLabels(source);
      labelsOf.set(source, labels);
      reportLabels(source, labels, report);
    }
    return labels;
  };
}

function byPlace(a: EmittedObject, b: EmittedObject): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}

/**
 * The NetworkPolicies of a run, kept ones among them, in the order in which they should be applied. The same objects give
 * the same bytes in whatever order they come.
 */
export function emitNetworkPolicies(
  lowered: readonly LoweredObject[],
  kept: readonly KeptObject[],
  report: Report,
): readonly EmittedObject[] {
  // What isolates without allowing anything comes last: applying in order then closes nothing before its allows are there.
  const allowing: EmittedObject[] = [];
  const isolating: EmittedObject[] = [];
  for (const object of kept) {
    const { namespace, name, text } = object;
    const list = object.hasRules ? allowing : isolating;
    list.push({ namespace, name, file: fileOf(namespace, name), text, object });
  }
  const names = nameObjects(
    lowered.map(({ policy }) => policy),
    kept,
  );
  const tell = reporterOf(report);
  for (const [index, object] of lowered.entries()) {
    const { policy } = object;
    const given = names[index];
    invariant(given !== undefined, "an object has no name");
    const { carried } = tell(policy, given);
    checkValidity(policy, given.name);
    const list = policy.ingress.length + policy.egress.length > 0 ? allowing : isolating;
    list.push({
      namespace: policy.namespace,
      name: given.name,
      file: fileOf(policy.namespace, given.name),
      text: networkPolicyText(object, given.name, carried),
      object: policy,
    });
  }
  return [...allowing.sort(byPlace), ...isolating.sort(byPlace)];
}

/** All objects as one stream. */
export function streamText(objects: readonly EmittedObject[]): string {
  return objects.map(({ text }) => `---\n${text}`).join("");
}
