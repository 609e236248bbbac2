import { parseAddress, parseCidr } from "../sets/address-set.ts";
import type { SnapshotBuilder } from "./build.ts";
import type { FactReading } from "./fact-reading.ts";

/**
 * A Node: its labels and addresses. Never its `podCIDR`: it is not where pods get their addresses under the engines that
 * we know.
 */
export function readNode(reading: FactReading, _: string, builder: SnapshotBuilder): void {
  const labels = reading.labels(["metadata", "labels"]);
  const addresses = addressesAt(reading, ["status", "addresses"], "address");
  builder.addNode({ name: reading.name, labels: reading.sound ? labels : undefined, addresses });
}

/** A CiliumNode: all addresses of the node, its own inside of the pod network too, and where its pods lie. */
export function readCiliumNode(reading: FactReading, _: string, builder: SnapshotBuilder): void {
  const addresses = addressesAt(reading, ["spec", "addresses"], "ip");
  builder.addNode({ name: reading.name, labels: undefined, addresses });
  const ranges = reading.list(["spec", "ipam", "podCIDRs"]);
  // In other modes (ENI, Azure) pods get addresses of the surrounding network, and no object says which.
  if (ranges.length === 0) builder.spoilPools();
  for (const index of ranges.keys()) {
    const cidr = parseCidr(reading.text(["spec", "ipam", "podCIDRs", index]) ?? "");
    if (cidr === undefined) builder.spoilPools();
    else builder.addPool(cidr);
  }
}

/** Names of hosts among them are no addresses. */
function addressesAt(
  reading: FactReading,
  path: readonly string[],
  field: string,
): readonly bigint[] {
  return [...reading.list(path).keys()].flatMap((index) => {
    const address = parseAddress(reading.text([...path, index, field]) ?? "");
    return address === undefined ? [] : [address];
  });
}
