import type {
  AllowPeer,
  AllowPort,
  AllowRule,
  LabelRequirement,
  LabelSelector,
} from "../ir/allow-policy.ts";

/*
 * How long what is written is as JSON without white space, which is how the API server gets it. Nothing in it needs more than
 * a byte a character, or an escape: labels, addresses and port names are plain ASCII.
 */

/**
 * Rules of one object take no more than this. `kubectl apply` keeps the whole object in an annotation, and all annotations
 * of an object may take 256 KiB together; what is left is for names, labels and other annotations. etcd takes 1.5 MiB.
 */
export const OBJECT_SIZE = 240 * 1024;

/** What no object can hold, however it is applied: etcd's limit, with room for what is not rules. */
export const ETCD_SIZE = 1.25 * 1024 * 1024;

export function ruleLength(rule: AllowRule): number {
  let length = headLength(rule);
  for (const peer of rule.peers ?? []) length += peerLength(peer);
  return length;
}

/** A rule without its peers: `{"ports":[],"from":[]},`. */
export function headLength({ ports = [] }: AllowRule): number {
  let length = 23;
  for (const port of ports) length += portLength(port);
  return length;
}

/** `{"ipBlock":{"cidr":"","except":[]}},` or `{"namespaceSelector":,"podSelector":},`. */
export function peerLength(peer: AllowPeer): number {
  if (peer.kind === "block") {
    let length = 24 + peer.cidr.length;
    if (peer.except.length > 0) length += 11;
    for (const cidr of peer.except) length += 3 + cidr.length;
    return length;
  }
  let length = 3;
  if (peer.namespaces !== undefined) length += 21 + selectorLength(peer.namespaces);
  if (peer.pods !== undefined) length += 15 + selectorLength(peer.pods);
  return length;
}

/** `{"matchLabels":{},"matchExpressions":[]}`, as far as there are such. */
export function selectorLength({ requirements }: LabelSelector): number {
  let length = 2;
  if (requirements.some(isLabel)) length += 17;
  if (requirements.some((one) => !isLabel(one))) length += 22;
  for (const requirement of requirements) length += requirementLength(requirement);
  return length;
}

const isLabel = ({ operator, values }: LabelRequirement): boolean =>
  operator === "In" && values.length === 1;

/** `"key":"value",` or `{"key":"","operator":"","values":[]},`. */
function requirementLength(requirement: LabelRequirement): number {
  const { key, operator, values } = requirement;
  if (isLabel(requirement)) return 6 + key.length + (values[0] ?? "").length;
  let length = 38 + key.length + operator.length;
  for (const one of values) length += 3 + one.length;
  return length;
}

/** `{"protocol":"SCTP","port":"","endPort":65535},` */
const portLength = ({ port }: AllowPort): number => 46 + String(port ?? "").length;
