import { unreachable } from "../base/invariant.ts";
import type {
  AllowPeer,
  AllowPolicy,
  AllowPort,
  AllowRule,
  LabelRequirement,
  LabelSelector,
} from "../ir/allow-policy.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { Outcome } from "../ir/outcome.ts";
import {
  OUTCOME_ANNOTATION,
  OVER_ISOLATES_ANNOTATION,
  SOURCE_ANNOTATION,
} from "../ir/provenance.ts";
import { yamlScalar } from "../manifest/print.ts";
import type { CarriedLabels } from "./labels.ts";
import { tame } from "./tame.ts";

/** One object to be written, with what its header and annotations say about it. */
export interface LoweredObject {
  readonly policy: AllowPolicy;
  readonly outcome: Outcome;
  /** What of the source is not in it, by field path: one comment line each. */
  readonly notes: readonly string[];
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
