import { InternalError } from "../base/invariant.ts";
import type {
  AllowPeer,
  AllowPolicy,
  AllowPort,
  AllowRule,
  LabelSelector,
} from "../ir/allow-policy.ts";
import { isAddressSubset, parseCidr } from "../sets/address-set.ts";

// What the API server refuses (kubernetes: pkg/apis/networking/validation, apimachinery util/validation). The reader of
// Kubernetes policies checks the same rules with code of its own: this file judges our objects before they are text, so
// a violation here is never the user's fault.

/** Longer names break the VPC CNI's network policy controller. */
export const LONGEST_NAME = 57;

const dnsLabel = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const qualifiedPart = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const portName = /^[a-z0-9](?:[-a-z0-9]{0,13}[a-z0-9])?$/;

/** A DNS-1123 label: what a namespace is called. */
export function isDnsLabel(text: string): boolean {
  return dnsLabel.test(text);
}

/** A DNS-1123 subdomain: what most objects are called. Its parts may be longer than a label's 63 characters. */
export function isDnsSubdomain(text: string): boolean {
  return (
    dnsLabel.test(text) ||
    (text.length <= 253 &&
      /^[-a-z0-9.]+$/.test(text) &&
      text.split(".").every((part) => part !== "" && !part.startsWith("-") && !part.endsWith("-")))
  );
}

export function isLabelValue(text: string): boolean {
  return text === "" || qualifiedPart.test(text);
}

/** A qualified name: `name` or `dns.prefix/name`. */
export function isLabelKey(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash < 0) return qualifiedPart.test(text);
  return isDnsSubdomain(text.slice(0, slash)) && qualifiedPart.test(text.slice(slash + 1));
}

// Each of these says what the API server would object to, or nothing.
type Problem = string | undefined;

function selectorProblem({ requirements }: LabelSelector): Problem {
  for (const { key, operator, values } of requirements) {
    if (!isLabelKey(key)) return `label key ${JSON.stringify(key)} is not valid`;
    const wantsValues = operator === "In" || operator === "NotIn";
    if (values.length > 0 !== wantsValues) return `${operator} has ${String(values.length)} values`;
    const wrong = values.find((value) => !isLabelValue(value));
    if (wrong !== undefined) return `label value ${JSON.stringify(wrong)} is not valid`;
  }
  return undefined;
}

function blockProblem(cidr: string, excepts: readonly string[]): Problem {
  const block = parseCidr(cidr);
  if (block === undefined || block.bare || block.text !== cidr)
    return `${JSON.stringify(cidr)} is no canonical CIDR`;
  for (const text of excepts) {
    const except = parseCidr(text);
    if (except === undefined || except.bare || except.text !== text) {
      return `${JSON.stringify(text)} is no canonical CIDR`;
    }
    if (text === cidr || !isAddressSubset(except.set, block.set)) {
      return `the exception ${text} does not lie strictly inside ${cidr}`;
    }
  }
  return undefined;
}

function peerProblem(peer: AllowPeer): Problem {
  if (peer.kind === "block") return blockProblem(peer.cidr, peer.except);
  const { namespaces, pods } = peer;
  if (namespaces === undefined && pods === undefined) return "a peer has no selector";
  return (
    (namespaces === undefined ? undefined : selectorProblem(namespaces)) ??
    (pods === undefined ? undefined : selectorProblem(pods))
  );
}

function isPortNumber(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

function portProblem({ port, endPort }: AllowPort): Problem {
  if (typeof port === "string") {
    if (!portName.test(port) || !/[a-z]/.test(port) || port.includes("--")) {
      return `${JSON.stringify(port)} is no port name`;
    }
  } else if (port !== undefined && !isPortNumber(port)) return `${String(port)} is no port number`;
  if (
    endPort === undefined ||
    (typeof port === "number" && isPortNumber(endPort) && endPort >= port)
  )
    return undefined;
  return `endPort ${String(endPort)} does not fit port ${String(port)}`;
}

function firstProblem<Item>(items: readonly Item[], problemOf: (item: Item) => Problem): Problem {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function ruleProblem({ peers, ports }: AllowRule): Problem {
  // An empty list would allow everything: the widening that must never happen by accident.
  if (peers?.length === 0) return "a list of peers is empty";
  if (ports?.length === 0) return "a list of ports is empty";
  return firstProblem(peers ?? [], peerProblem) ?? firstProblem(ports ?? [], portProblem);
}

function problemOf(policy: AllowPolicy, name: string): Problem {
  if (!isDnsLabel(policy.namespace)) return "the namespace is not valid";
  if (!isDnsSubdomain(name)) return "the name is not valid";
  const [first, second, third] = policy.policyTypes;
  if (first === undefined || first === second || third !== undefined) {
    return `policyTypes are ${policy.policyTypes.join(", ")}`;
  }
  for (const direction of ["ingress", "egress"] as const) {
    if (policy[direction].length > 0 && !policy.policyTypes.includes(direction)) {
      return `${direction} rules have no effect`;
    }
  }
  return (
    selectorProblem(policy.podSelector) ??
    firstProblem(policy.ingress, ruleProblem) ??
    firstProblem(policy.egress, ruleProblem)
  );
}

/** Throws InternalError unless the API server would accept the object under this name. */
export function checkValidity(policy: AllowPolicy, name: string): void {
  const problem = problemOf(policy, name);
  if (problem === undefined) return;
  const called = JSON.stringify(`${policy.namespace}/${name}`);
  throw new InternalError(`the NetworkPolicy ${called} would be refused: ${problem}`);
}
