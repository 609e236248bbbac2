import type { KnownService, Snapshot } from "../../inventory/snapshot.ts";
import { addressSetOfEach, ANY_ADDRESS } from "../../sets/address-set.ts";
import { ANY_PEER } from "../../sets/box.ts";
import { labelSetContains } from "../../sets/label-set.ts";
import type { AddressFacts } from "./addresses.ts";
import { NAMESPACE_LABEL, setOf, type LabelReader } from "./interpret-labels.ts";
import type { PeerPart, Remarks } from "./interpret-parts.ts";
import type { LabelTerm, ServiceMatch } from "./model.ts";
import { ciliumMeaningDiagnostics } from "./interpret-diagnostics.ts";

/**
 * Gives `toServices` its meaning: the pods that a service's selector selects, or, without a selector, the addresses behind
 * it. Ports of the service say nothing. (cilium: pkg/policy/k8s/service.go)
 */
export class ServiceInterpreter {
  readonly #snapshot: Snapshot;
  readonly #labels: LabelReader;
  readonly #addresses: AddressFacts;

  constructor(snapshot: Snapshot, labels: LabelReader, addresses: AddressFacts) {
    this.#snapshot = snapshot;
    this.#labels = labels;
    this.#addresses = addresses;
  }

  peers(
    matches: readonly ServiceMatch[],
    { isDeny, hasTraffic }: { readonly isDeny: boolean; readonly hasTraffic: boolean },
    remarks: Remarks,
  ): readonly PeerPart[] {
    if (isDeny) {
      // Services of a Deny are never looked up: without peers it is for everybody on its ports, or for nobody.
      remarks.note(ciliumMeaningDiagnostics.create("CIL-R118", { at: remarks.place }));
      return hasTraffic ? [{ boxes: ANY_PEER }] : [];
    }
    const parts: PeerPart[] = [];
    for (const match of matches) {
      if (match.kind === "selector" && match.terms.some(({ source }) => source !== "any")) {
        remarks.leftOut("CIL-R119", textOf(match));
      }
      const services = this.#snapshot.services.filter((one) => fits(one, match));
      if (services.length === 0) {
        // With ports, no service at all is read as any peer: never what was meant, and a Deny of it denies all the same.
        if (hasTraffic) {
          remarks.note(ciliumMeaningDiagnostics.create("CIL-R116", { at: remarks.place }));
        }
        parts.push(...remarks.missing("CIL-R109", textOf(match), ANY_PEER));
        continue;
      }
      remarks.assume(["set-contents"]);
      for (const service of services) parts.push(this.#ofService(service, remarks));
    }
    // A Service without anything behind it is as one that is not there.
    if (hasTraffic && parts.length > 0 && parts.every(({ boxes }) => boxes.length === 0)) {
      remarks.note(ciliumMeaningDiagnostics.create("CIL-R116", { at: remarks.place }));
      return remarks.missing("CIL-R109", matches.map(textOf).join(", "), ANY_PEER);
    }
    return parts;
  }

  #ofService(service: KnownService, remarks: Remarks): PeerPart {
    const { namespace, name, selector } = service;
    const labels = Object.entries(selector);
    if (labels.length > 0) {
      const terms = [[NAMESPACE_LABEL, namespace] as const, ...labels].map(
        ([key, value]): LabelTerm => ({
          source: "k8s",
          key,
          operator: "In",
          values: [value],
          plain: true,
        }),
      );
      const found = this.#labels.pods(terms);
      return {
        boxes: found === undefined ? [] : [{ kind: "pod", labels: found, addresses: ANY_ADDRESS }],
      };
    }
    const slices = this.#snapshot.slices.filter(
      (slice) => slice.namespace === namespace && slice.service === name,
    );
    const addresses = addressSetOfEach(slices.flatMap((slice) => slice.addresses));
    const places = this.#addresses.outside(addresses, remarks.verdict);
    remarks.assume(places.assumptions);
    return { boxes: places.boxes };
  }
}

/** Without a namespace, services of every namespace. */
function fits(service: KnownService, match: ServiceMatch): boolean {
  if (match.namespace !== undefined && match.namespace !== service.namespace) return false;
  if (match.kind === "name") return match.name === service.name;
  return match.terms.every((term) => {
    const { labels } = service;
    const value = Object.hasOwn(labels, term.key) ? labels[term.key] : undefined;
    return labelSetContains(setOf(term), value);
  });
}

function textOf(match: ServiceMatch): string {
  const where = match.namespace === undefined ? "" : `${match.namespace}/`;
  return match.kind === "name"
    ? `toServices ${where}${match.name}`
    : `toServices ${where}${match.terms.map(({ key }) => key).join(", ")}`;
}
