import { append } from "../base/append.ts";
import { invariant } from "../base/invariant.ts";
import { addressSetText } from "../sets/address-set.ts";
import {
  equalTraffic,
  ICMP,
  ICMPV6,
  OTHER_TRAFFIC,
  protocolTraffic,
  subtractTraffic,
  unionTraffic,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import type { ChangedEnd, ConnectionChange, PodChanges } from "../verify/existing-pods.ts";
import { trafficPhrase } from "./traffic-words.ts";

/** What changes for the pods of the inventory, as reports tell it. */
export interface ReportPods {
  readonly pods: number;
  /** False if not everything could be looked at. */
  readonly complete: boolean;
  readonly changes: readonly ReportPodChange[];
}

export interface ReportPodChange {
  readonly change: "lost" | "gained";
  /** False where it depends on conditions about which nothing is known. */
  readonly certain: boolean;
  readonly from: readonly ReportEnd[];
  readonly to: readonly ReportEnd[];
  readonly traffic: string;
}

export type ReportEnd =
  | {
      readonly kind: "pods" | "workloads";
      readonly namespace: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly names: readonly string[];
    }
  | { readonly kind: "addresses"; readonly addresses: string };

/** Changes in which the one side and the traffic are the same are told together. */
export function reportPods({ changes, pods, complete }: PodChanges): ReportPods {
  const ends = new ReportEnds();
  const byTarget = new Map<string, ReportedChange>();
  for (const { change, from, to, traffic, certain } of changes) {
    const what = `${change} ${String(certain)} ${JSON.stringify(traffic)}`;
    const sources = from.map((end) => ends.idOf(end));
    for (const target of to.map((end) => ends.idOf(end))) {
      const key = `${String(target)} ${what}`;
      const same = byTarget.get(key);
      if (same !== undefined) append(same.from, sources);
      else byTarget.set(key, { change, certain, traffic, what, from: [...sources], to: [target] });
    }
  }
  const bySource = new Map<string, ReportedChange>();
  for (const one of byTarget.values()) {
    one.from.sort((a, b) => a - b);
    const key = `${one.from.join()} ${one.what}`;
    const same = bySource.get(key);
    if (same === undefined) bySource.set(key, one);
    else append(same.to, one.to);
  }
  return {
    pods,
    complete,
    changes: [...bySource.values()].map(({ change, certain, from, to, traffic }) => ({
      change,
      certain,
      from: from.map((id) => ends.at(id)),
      to: to.sort((a, b) => a - b).map((id) => ends.at(id)),
      traffic: trafficPhrase(withForeign(traffic)),
    })),
  };
}

/**
 * Addresses of one IP family send no ICMP of the other, so it is part of no change. It would have to be named as an
 * exception where all else of its kind changes, and nobody would know why.
 */
function withForeign(traffic: TrafficSet): TrafficSet {
  const missing = subtractTraffic(OTHER_TRAFFIC, traffic);
  const isForeign = FOREIGN.some((protocol) => equalTraffic(missing, protocol));
  return isForeign ? unionTraffic(traffic, missing) : traffic;
}

const FOREIGN = [protocolTraffic(ICMP), protocolTraffic(ICMPV6)];

/** By the numbers of its ends. */
interface ReportedChange extends Pick<ConnectionChange, "change" | "certain" | "traffic"> {
  /** All but the ends. */
  readonly what: string;
  readonly from: number[];
  readonly to: number[];
}

/** The ends of changes, each once, numbered in the order in which they came. */
class ReportEnds {
  readonly #ids = new Map<ChangedEnd, number>();
  readonly #byText = new Map<string, number>();
  readonly #ends: ReportEnd[] = [];

  idOf(end: ChangedEnd): number {
    let id = this.#ids.get(end);
    if (id === undefined) {
      const reported = reportEnd(end);
      const text = JSON.stringify(reported);
      id = this.#byText.get(text) ?? this.#ends.push(reported) - 1;
      this.#byText.set(text, id);
      this.#ids.set(end, id);
    }
    return id;
  }

  at(id: number): ReportEnd {
    const end = this.#ends[id];
    invariant(end !== undefined, "an end has the number that it was given");
    return end;
  }
}

function reportEnd(end: ChangedEnd): ReportEnd {
  if (end.kind === "addresses") {
    return { kind: "addresses", addresses: addressSetText(end.addresses) };
  }
  const { namespace, labels, names, live } = end.pods;
  return { kind: live ? "pods" : "workloads", namespace, labels, names };
}
