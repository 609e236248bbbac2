import { addressSetText } from "../sets/address-set.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import type { TextAtom } from "../sets/label-set.ts";
import { trafficText } from "../sets/traffic-set.ts";
import type { Region } from "../verify/region.ts";
import type { Ends } from "../verify/region-cover.ts";

/* The sets of a statement as values, for programs that read reports. */

/** A condition on one label: its value is one of `values`, or with `complement` none of them; or it is absent. */
export interface LabelValues {
  readonly of: "pod" | "namespace" | "account";
  /** The label; null for the name of the namespace or of the service account itself. */
  readonly key: string | null;
  readonly complement: boolean;
  readonly values: readonly string[];
  /** True if the label may be absent. */
  readonly absent: boolean;
  /** Further conditions on the text of a value, all of which must hold. */
  readonly texts: readonly TextAtom[];
}

/** The other ends of connections: all that is in one of the sets. */
export interface EndValues {
  readonly kind: "pods" | "others";
  /** All must hold; empty for others. */
  readonly labels: readonly LabelValues[];
  /** `any address`, or canonical CIDRs. */
  readonly addresses: string;
  /** Such as `TCP 80-90, UDP 53`. */
  readonly traffic: string;
}

/** What is taken out of a statement. */
export interface ExceptValues extends EndValues {
  /** What must hold of the pods of the statement for it to count; empty for all of them. */
  readonly subject: readonly LabelValues[];
}

export function labelValues({ constraints }: Cube): readonly LabelValues[] {
  return constraints.map(({ key, set }) => {
    const colon = key.indexOf(":");
    const { complement, values, absent, atoms } = set;
    return {
      of: key.slice(0, colon) as LabelValues["of"],
      key: key === NAMESPACE_NAME || key === ACCOUNT_NAME ? null : key.slice(colon + 1),
      complement,
      values,
      absent,
      texts: atoms,
    };
  });
}

export function endValues(ends: Ends): readonly EndValues[] {
  return ends.map(valuesOf);
}

export function exceptValues(ends: Ends): readonly ExceptValues[] {
  return ends.map((region) => ({ ...valuesOf(region), subject: labelValues(region.subject) }));
}

function valuesOf({ peer, peerAt, traffic }: Region): EndValues {
  return {
    kind: peer === undefined ? "others" : "pods",
    labels: peer === undefined ? [] : labelValues(peer),
    addresses: addressSetText(peerAt),
    traffic: trafficText(traffic),
  };
}
