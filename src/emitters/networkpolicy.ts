import { compareText } from "../base/compare.ts";
import { invariant, unreachable } from "../base/invariant.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type {
  AllowPeer,
  AllowPolicy,
  AllowPort,
  AllowRule,
  LabelRequirement,
  LabelSelector,
} from "../ir/allow-policy.ts";
import type { KeptObject } from "../ir/kept-object.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { Outcome } from "../ir/outcome.ts";
import type { Direction } from "../ir/policy.ts";
import {
  OUTCOME_ANNOTATION,
  OVER_ISOLATES_ANNOTATION,
  SOURCE_ANNOTATION,
} from "../ir/provenance.ts";
import { yamlScalar } from "../manifest/print.ts";
import { emitterDiagnostics } from "./diagnostics.ts";
import { type CarriedLabels, carryLabels } from "./labels.ts";
import { type GivenName, nameObjects } from "./naming.ts";
import { checkValidity, isDnsLabel, isDnsSubdomain } from "./validity.ts";

/** One object to be written, with what its header and annotations say about it. */
export interface LoweredObject {
  readonly policy: AllowPolicy;
  readonly outcome: Outcome;
  /** What of the source is not in it, by field path: one comment line each. */
  readonly notes: readonly string[];
}

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

/** How annotation and reports call a source policy. */
export function sourceText(source: PolicyOrigin): string {
  const name = source.namespace === undefined ? source.name : `${source.namespace}/${source.name}`;
  return `${source.engine} ${source.kind} ${name}`;
}

// The text is put together directly: the shape is fixed, and a general dumper takes twenty times as long. Pieces are
// pushed and joined once, since text that grows by `+=` stays a tree of its pieces for as long as it lives.

function pushSelector(text: string[], selector: LabelSelector, indent: string): void {
  if (selector.requirements.length === 0) {
    text.push(" {}\n");
    return;
  }
  text.push("\n");
  // A map holds one value a key: a second one for the same key is an expression.
  const labels: LabelRequirement[] = [];
  const expressions: LabelRequirement[] = [];
  for (const requirement of selector.requirements) {
    const { key, operator, values } = requirement;
    const single = operator === "In" && values.length === 1;
    if (single && !labels.some((other) => other.key === key)) labels.push(requirement);
    else expressions.push(requirement);
  }
  if (labels.length > 0) text.push(indent, "matchLabels:\n");
  for (const { key, values } of labels) {
    text.push(indent, "  ", yamlScalar(key), ": ", yamlScalar(values[0] ?? ""), "\n");
  }
  if (expressions.length > 0) text.push(indent, "matchExpressions:\n");
  for (const { key, operator, values } of expressions) {
    text.push(indent, "- key: ", yamlScalar(key), "\n", indent, "  operator: ", operator, "\n");
    if (values.length > 0) text.push(indent, "  values:\n");
    for (const value of values) text.push(indent, "  - ", yamlScalar(value), "\n");
  }
}

function pushPeer(text: string[], peer: AllowPeer): void {
  text.push("    - ");
  switch (peer.kind) {
    case "pods":
      if (peer.namespaces !== undefined) {
        text.push("namespaceSelector:");
        pushSelector(text, peer.namespaces, "        ");
        if (peer.pods !== undefined) text.push("      ");
      }
      if (peer.pods !== undefined) {
        text.push("podSelector:");
        pushSelector(text, peer.pods, "        ");
      }
      return;
    case "block":
      text.push("ipBlock:\n        cidr: ", yamlScalar(peer.cidr), "\n");
      if (peer.except.length > 0) text.push("        except:\n");
      for (const cidr of peer.except) text.push("        - ", yamlScalar(cidr), "\n");
      return;
    default:
      unreachable(peer, "peer");
  }
}

function pushPort(text: string[], { protocol, port, endPort }: AllowPort): void {
  text.push("    - protocol: ", protocol, "\n");
  if (port !== undefined)
    text.push("      port: ", typeof port === "string" ? yamlScalar(port) : String(port), "\n");
  if (endPort !== undefined) text.push("      endPort: ", String(endPort), "\n");
}

function pushRule(text: string[], { peers, ports }: AllowRule, peersField: "from" | "to"): void {
  text.push("  - ");
  if (peers !== undefined) {
    text.push(peersField, ":\n");
    for (const peer of peers) pushPeer(text, peer);
  }
  if (ports !== undefined) {
    text.push(peers === undefined ? "ports:\n" : "    ports:\n");
    for (const port of ports) pushPort(text, port);
  }
  if (peers === undefined && ports === undefined) text.push("{}\n");
}

/** Text of another team without characters that end a line or that a terminal or parser would act on. */
function tame(text: string): string {
  return (
    text
      // C0 and C1 controls, line and paragraph separators, byte order marks.
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, " ")
      // Halves of surrogate pairs.
      .replace(/\p{Surrogate}/gu, " ")
  );
}

/** A note as one comment line: whatever it says, it stays inside the comment. */
function commentLine(note: string): string {
  return `# ${tame(note).trim()}`.trimEnd() + "\n";
}

/** The document of one object. Says nothing that an unrelated change of the input could change: no version, no line. */
export function networkPolicyText(
  object: LoweredObject,
  name: string,
  labels: CarriedLabels["carried"],
): string {
  const { policy } = object;
  const text: string[] = object.notes.map(commentLine);
  text.push(
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ",
    yamlScalar(name),
  );
  text.push("\n  namespace: ", yamlScalar(policy.namespace), "\n");
  if (labels.length > 0) text.push("  labels:\n");
  for (const [key, value] of labels)
    text.push("    ", yamlScalar(key), ": ", yamlScalar(value), "\n");
  text.push("  annotations:\n    ", SOURCE_ANNOTATION, ": ", yamlScalar(sourceText(policy.source)));
  text.push("\n    ", OUTCOME_ANNOTATION, ": ", object.outcome, "\n");
  if (policy.overIsolates) text.push("    ", OVER_ISOLATES_ANNOTATION, ': "true"\n');
  text.push("spec:\n  podSelector:");
  pushSelector(text, policy.podSelector, "    ");
  text.push("  policyTypes:\n");
  if (policy.policyTypes.includes("ingress")) text.push("  - Ingress\n");
  if (policy.policyTypes.includes("egress")) text.push("  - Egress\n");
  if (policy.ingress.length > 0) text.push("  ingress:\n");
  for (const rule of policy.ingress) pushRule(text, rule, "from");
  if (policy.egress.length > 0) text.push("  egress:\n");
  for (const rule of policy.egress) pushRule(text, rule, "to");
  return text.join("");
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
