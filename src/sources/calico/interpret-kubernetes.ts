import type { Report } from "../../diagnostics/diagnostic.ts";
import type { DirectionRules, Policy, Rule } from "../../ir/policy.ts";
import { ANY_PEER, type PeerBox } from "../../sets/box.ts";
import {
  ANY_CUBE,
  cube,
  intersectCubes,
  NAMESPACE_NAME,
  type Cube,
  type LabelKey,
} from "../../sets/cube.ts";
import { labelSetContains } from "../../sets/label-set.ts";
import { calicoMeaningDiagnostics } from "./interpret-diagnostics.ts";
import { PORT_NAMES } from "./interpret-rule.ts";
import { readOnPod, type Reading } from "./selector/predicate.ts";
import { NAME_LABEL } from "./selector/scope.ts";

/**
 * A Kubernetes policy of Calico's cluster: its selectors see the labels that Calico gives to pods and namespaces, whatever
 * these have themselves, and names of ports are looked up by Calico. What its words say is kept beside that.
 * (calico: libcalico-go/lib/backend/k8s/conversion/conversion.go)
 */
export function asCalicoReads(policy: Policy, report: Report): Policy {
  const keys = new Set<string>();
  const pods = policy.subject.pods.flatMap((one) => asLabelled(one, keys) ?? []);
  const ingress = readRules(policy.ingress, keys);
  const egress = readRules(policy.egress, keys);
  const read: Policy = {
    ...policy,
    ...(ingress === undefined ? {} : { ingress }),
    ...(egress === undefined ? {} : { egress }),
  };
  if (keys.size === 0)
    return ingress === policy.ingress && egress === policy.egress ? policy : read;
  const key = [...keys].sort().join("`, `");
  report(calicoMeaningDiagnostics.create("CAL-S105", { at: policy.origin.place, key }));
  return {
    ...read,
    subject: { ...policy.subject, pods },
    asWritten: {
      subject: policy.subject,
      ...(policy.ingress === undefined ? {} : { ingress: policy.ingress.rules }),
      ...(policy.egress === undefined ? {} : { egress: policy.egress.rules }),
    },
  };
}

/**
 * Tells of a Kubernetes policy that asks for labels of Calico's where nothing says that Calico enforces it: to any other
 * engine they are nobody's.
 */
export function reportCalicosLabels(
  { origin, subject, ingress, egress }: Policy,
  report: Report,
): void {
  const keys = new Set<string>();
  for (const one of subject.pods) asLabelled(one, keys);
  for (const rules of [ingress, egress]) readRules(rules, keys);
  if (keys.size === 0) return;
  const key = [...keys].sort().join("`, `");
  report(calicoMeaningDiagnostics.create("CAL-S106", { at: origin.place, key }));
}

/** The same object where nothing is read otherwise. Labels of Calico's that are asked for are added to `keys`. */
function readRules(
  given: DirectionRules | undefined,
  keys: Set<string>,
): DirectionRules | undefined {
  if (given === undefined) return undefined;
  const rules = given.rules.map((rule): Rule => {
    const peer = readPeers(rule.peer, keys);
    const hasNames = rule.traffic.named.length > 0;
    if (peer === rule.peer && !hasNames) return rule;
    return {
      ...rule,
      peer,
      assumptions: hasNames ? [...rule.assumptions, ...PORT_NAMES] : rule.assumptions,
    };
  });
  return rules.every((rule, at) => rule === given.rules[at]) ? given : { ...given, rules };
}

function readPeers(peer: readonly PeerBox[], keys: Set<string>): readonly PeerBox[] {
  if (peer === ANY_PEER) return peer;
  const read = peer.flatMap((box): readonly PeerBox[] => {
    if (box.kind !== "pod") return [box];
    const labels = asLabelled(box.labels, keys);
    if (labels === box.labels) return [box];
    return labels === undefined ? [] : [{ ...box, labels }];
  });
  return read.length === peer.length && read.every((box, at) => box === peer[at]) ? peer : read;
}

/** The cube over the labels that Calico sees, the same object if it asks for none of Calico's; undefined if it is empty. */
function asLabelled(of: Cube, keys: Set<string>): Cube | undefined {
  const readings = of.constraints.map(({ key, set }) => ({ key, set, reading: readingOf(key) }));
  const isPlain = ({ key, reading }: (typeof readings)[number]): boolean =>
    "key" in reading && reading.key === key;
  if (readings.every(isPlain)) return of;
  let left = cube(readings.filter(isPlain));
  for (const one of readings) {
    if (isPlain(one)) continue;
    const { key, set, reading } = one;
    keys.add(key.slice(key.indexOf(":") + 1));
    const asked =
      "key" in reading
        ? cube([{ key: reading.key, set }])
        : labelSetContains(set, reading.constant)
          ? ANY_CUBE
          : undefined;
    left = left === undefined || asked === undefined ? undefined : intersectCubes(left, asked);
  }
  return left;
}

function readingOf(key: LabelKey): Reading {
  if (key.startsWith("pod:")) return readOnPod(key.slice("pod:".length));
  return { key: key === `namespace:${NAME_LABEL}` ? NAMESPACE_NAME : key };
}
