import type { Report } from "../../diagnostics/diagnostic.ts";
import type { KnownPod, Snapshot } from "../../inventory/snapshot.ts";
import type { AssumptionCode } from "../../ir/assumption.ts";
import type { Direction, DirectionRules, OpaqueCondition, Policy, Rule } from "../../ir/policy.ts";
import { DIRECTIONS } from "../../ir/policy.ts";
import { ANY_ADDRESS } from "../../sets/address-set.ts";
import { ANY_PEER, type PeerBox } from "../../sets/box.ts";
import { cube, type Cube } from "../../sets/cube.ts";
import {
  NO_TRAFFIC,
  SCTP,
  TCP,
  trafficMeets,
  protocolTraffic,
  UDP,
} from "../../sets/traffic-set.ts";
import type { AddressFacts } from "./addresses.ts";
import { ciliumMeaningDiagnostics, unseenLabel } from "./interpret-diagnostics.ts";
import { isAmong, mayBe } from "./interpret-rule.ts";
import type { LabelFilter } from "./label-filter.ts";
import type { PortNames } from "./port-names.ts";

export interface KubernetesContext {
  readonly filter: LabelFilter;
  readonly addresses: AddressFacts;
  readonly names: PortNames;
  readonly snapshot: Snapshot;
  readonly report: Report;
}

/**
 * A Kubernetes policy as Cilium enforces it: an ipBlock is a CIDR rule, so it matches neither pods nor nodes, labels that
 * are not part of an identity are absent, and names of ports are Cilium's. What its words say is kept beside that.
 * (cilium: pkg/k8s/network_policy.go)
 */
export function asCiliumReads(policy: Policy, context: KubernetesContext): Policy {
  const { ingress, egress, subject, ...rest } = policy;
  const { filter, report } = context;
  stopAtUnnamedDirections(policy, report);
  const pods = subject.pods.flatMap((one) => seen(one, filter) ?? []);
  const isOther =
    pods.length !== subject.pods.length || pods.some((one, at) => one !== subject.pods[at]);
  if (isOther) {
    const key = subject.pods.flatMap((one) => unseenKeys(one, filter)).join("`, `");
    report(ciliumMeaningDiagnostics.create("CIL-S107", { at: policy.origin.place, key }));
  }
  const own = isOther ? { ...subject, pods } : subject;
  const read = (direction: Direction): ReadRules | undefined => {
    const rules = policy[direction];
    return rules === undefined ? undefined : readRules(rules, pods, direction, context);
  };
  const inward = read("ingress");
  const outward = read("egress");
  if (!isOther && inward?.isChanged !== true && outward?.isChanged !== true) return policy;
  return {
    ...rest,
    subject: own,
    ...(ingress === undefined || inward === undefined
      ? {}
      : { ingress: { ...ingress, rules: inward.rules } }),
    ...(egress === undefined || outward === undefined
      ? {}
      : { egress: { ...egress, rules: outward.rules } }),
    asWritten: {
      subject,
      ...(inward === undefined ? {} : { ingress: inward.written }),
      ...(outward === undefined ? {} : { egress: outward.written }),
    },
  };
}

/** The rules of a direction that `policyTypes` leaves out have no effect by the API, and are in force in Cilium. */
function stopAtUnnamedDirections({ inert }: Policy, report: Report): void {
  for (const direction of DIRECTIONS) {
    const first = inert.find(({ origin }) => origin.direction === direction);
    if (first === undefined) continue;
    const type = direction === "ingress" ? "Ingress" : "Egress";
    report(
      ciliumMeaningDiagnostics.create("CIL-P105", { at: first.origin.place, direction, type }),
    );
  }
}

/** A Kubernetes policy that Cilium is told not to enforce. */
export function passedOver(policy: Policy): Policy {
  const { subject, ingress, egress } = policy;
  return {
    ...policy,
    subject: { ...subject, pods: [] },
    asWritten: {
      subject,
      ...(ingress === undefined ? {} : { ingress: ingress.rules }),
      ...(egress === undefined ? {} : { egress: egress.rules }),
    },
  };
}

interface ReadRules {
  readonly rules: readonly Rule[];
  /** What their words say, one for one. */
  readonly written: readonly Rule[];
  readonly isChanged: boolean;
}

function readRules(
  { rules }: DirectionRules,
  subject: readonly Cube[],
  direction: Direction,
  context: KubernetesContext,
): ReadRules {
  const all = rules.map((rule) => readRule(rule, subject, direction, context));
  return {
    rules: all.flatMap((one) => one.rules),
    written: all.flatMap((one) => one.written),
    isChanged: all.some((one) => one.isChanged),
  };
}

/** One rule, in as many parts as it has conditions. */
function readRule(
  written: Rule,
  subject: readonly Cube[],
  direction: Direction,
  context: KubernetesContext,
): ReadRules {
  const { peer, assumptions, isChanged } = readPeers(written, context);
  const { numbers, named } = written.traffic;
  const rule = { ...written, peer, assumptions };
  if (named.length === 0)
    return { rules: [isChanged ? rule : written], written: [written], isChanged };
  const isDestination = (pod: KnownPod): boolean =>
    direction === "ingress"
      ? isAmong(pod, subject, context.snapshot)
      : mayBe(pod, peer, context.snapshot);
  const parts: { readonly traffic: Rule["traffic"]; readonly condition?: OpaqueCondition }[] = [];
  const assumed = new Set(assumptions);
  const sure = named.filter(({ name, protocols }) => {
    const asked = [TCP, UDP, SCTP].filter((one) => trafficMeets(protocolTraffic(one), protocols));
    const numbersDiffer =
      direction === "egress" &&
      asked.some((one) => context.names.numbers(name, one, () => true).size > 1);
    if (!numbersDiffer && context.names.areKnown(name, asked, isDestination)) return true;
    const what = `the port named ${name}`;
    const code = numbersDiffer ? "CIL-R121" : "CIL-R122";
    context.report(ciliumMeaningDiagnostics.create(code, { at: written.origin.place, what }));
    parts.push({
      traffic: { numbers: NO_TRAFFIC, named: [{ name, protocols }] },
      // What the name stands for hangs on the name and the pod alone.
      condition: { kind: "unknown", code, what, same: what },
    });
    return false;
  });
  if (sure.length > 0) {
    assumed.add("port-names");
    if (direction === "egress") assumed.add("port-numbers");
  }
  if (numbers.ranges.length + sure.length > 0) parts.unshift({ traffic: { numbers, named: sure } });
  return {
    rules: parts.map(({ traffic, condition }) => ({
      ...rule,
      traffic,
      opaque: condition === undefined ? rule.opaque : [...rule.opaque, condition],
      assumptions: [...assumed],
    })),
    written: parts.map(({ traffic }) => ({ ...written, traffic })),
    isChanged: true,
  };
}

function readPeers(
  { peer, assumptions, origin }: Rule,
  { filter, addresses, report }: KubernetesContext,
): Pick<Rule, "peer" | "assumptions"> & { readonly isChanged: boolean } {
  if (peer === ANY_PEER) return { peer, assumptions, isChanged: false };
  const read: PeerBox[] = [];
  const assumed = new Set<AssumptionCode>(assumptions);
  let isChanged = false;
  const unseen = new Set<string>();
  for (const box of peer) {
    if (box.addresses !== ANY_ADDRESS) {
      isChanged = true;
      // Pods at the addresses of a block: the reader has them for engines whose blocks match pods.
      if (box.kind === "pod") continue;
      const places = addresses.outside(box.addresses, "allow");
      for (const one of places.assumptions) assumed.add(one);
      read.push(...places.boxes);
      continue;
    }
    const labels = box.kind === "pod" ? seen(box.labels, filter) : undefined;
    if (box.kind !== "pod" || labels === box.labels) {
      read.push(box);
      continue;
    }
    isChanged = true;
    for (const key of unseenKeys(box.labels, filter)) unseen.add(key);
    if (labels !== undefined) read.push({ ...box, labels });
  }
  for (const key of unseen) {
    report(unseenLabel("CIL-S101", key, origin.place));
  }
  return { peer: read, assumptions: [...assumed], isChanged };
}

function unseenKeys({ constraints }: Cube, filter: LabelFilter): readonly string[] {
  return constraints.flatMap(({ key }) =>
    key.startsWith("pod:") && !filter.keeps(key.slice(4)) ? [key.slice(4)] : [],
  );
}

/** The cube as identities have it; undefined if none can be in it. */
function seen(of: Cube, filter: LabelFilter): Cube | undefined {
  const isSeen = (key: string): boolean => !key.startsWith("pod:") || filter.keeps(key.slice(4));
  if (of.constraints.every(({ key }) => isSeen(key))) return of;
  const unseen = of.constraints.filter(({ key }) => !isSeen(key));
  if (unseen.some(({ set }) => !set.absent)) return undefined;
  return cube(of.constraints.filter(({ key }) => isSeen(key)));
}
