import { parseAddress } from "../sets/address-set.ts";
import type { SnapshotBuilder } from "./build.ts";
import type { FactReading, Labels } from "./fact-reading.ts";
import { isLabelKey, isLabelValue, isNamespaceName } from "./label-syntax.ts";
import type { KnownPod } from "./snapshot.ts";

const ACCOUNT = "io.cilium.k8s.policy.serviceaccount";

/** Labels of an identity that no pod has itself. (cilium: pkg/k8s/labels.go, pkg/labelsfilter/filter.go) */
const isDerived = (key: string): boolean =>
  key === "io.kubernetes.pod.namespace" || key.startsWith("io.cilium.k8s.");

/**
 * A CiliumEndpoint: a pod that was seen, without the labels that Cilium does not look at. A Pod of the same name tells more,
 * and counts in its place. (cilium: pkg/k8s/apis/cilium.io/v2/types.go `EndpointStatus`)
 */
export function readEndpoint(
  reading: FactReading,
  namespace: string,
  builder: SnapshotBuilder,
): void {
  builder.coverNamespace(namespace);
  const identity = identityLabels(reading, ["status", "identity", "labels"]);
  if (identity === undefined) return;
  const { [ACCOUNT]: account = "default" } = identity;
  const labels = Object.fromEntries(Object.entries(identity).filter(([key]) => !isDerived(key)));
  builder.addEndpoint({
    namespace,
    name: reading.name,
    labels,
    account,
    hostNetwork: false,
    addresses: addressesOf(reading),
    ports: namedPorts(reading),
    live: true,
  });
}

/** The labels of Kubernetes of an identity; undefined if it is none of a pod. */
function identityLabels(reading: FactReading, path: readonly string[]): Labels | undefined {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  let isPod = false;
  for (const index of reading.list(path).keys()) {
    const text = reading.text([...path, index]) ?? "";
    const equals = text.indexOf("=");
    if (!text.startsWith("k8s:") || equals < 0) continue;
    const key = text.slice("k8s:".length, equals);
    const value = text.slice(equals + 1);
    if (!isLabelValue(value)) continue;
    if (key === "io.kubernetes.pod.namespace") isPod = true;
    if (isDerived(key) || isLabelKey(key)) found[key] = value;
  }
  return isPod ? found : undefined;
}

function addressesOf(reading: FactReading): readonly bigint[] {
  const path = ["status", "networking", "addressing"];
  return [...reading.list(path).keys()].flatMap((index) =>
    ["ipv4", "ipv6"].flatMap((family) => {
      const address = parseAddress(reading.text([...path, index, family]) ?? "");
      return address === undefined ? [] : [address];
    }),
  );
}

function namedPorts(reading: FactReading): KnownPod["ports"] {
  const path = ["status", "named-ports"];
  return [...reading.list(path).keys()].flatMap((index) => {
    const name = reading.text([...path, index, "name"]) ?? "";
    const port = reading.port([...path, index, "port"]);
    const protocol = reading.protocol([...path, index, "protocol"]);
    return name === "" || port === undefined || protocol === undefined
      ? []
      : [{ name, protocol, port }];
  });
}

/** Endpoints by the batch: pods of one namespace, whose labels stand in their identities. */
export function readEndpointsOfCilium(
  reading: FactReading,
  _: string,
  builder: SnapshotBuilder,
): void {
  const namespace = reading.text(["namespace"]) ?? "";
  if (isNamespaceName(namespace)) builder.coverNamespace(namespace);
}

/** A set of labels that some pods have: it tells that their namespace exists. */
export function readIdentity(reading: FactReading, _: string, builder: SnapshotBuilder): void {
  const namespace = reading.text(["security-labels", "k8s:io.kubernetes.pod.namespace"]) ?? "";
  if (isNamespaceName(namespace)) builder.coverNamespace(namespace);
}
