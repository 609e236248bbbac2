import { isNamespaceName } from "../../inventory/label-syntax.ts";
import type { Snapshot } from "../../inventory/snapshot.ts";
import { ANY_CUBE, cube } from "../../sets/cube.ts";
import { labelIn } from "../../sets/label-set.ts";
import type { Focus } from "../../verify/change-focus.ts";
import { UsageError } from "../usage-error.ts";
import { readEnd } from "./explain-endpoint.ts";

/** Reads `--focus`: a namespace, a workload of the inventory, or labels that pods have among others. */
export function readFocus(text: string, snapshot: Snapshot): Focus {
  if (!text.includes("/")) {
    if (!isNamespaceName(text)) {
      throw new UsageError(`--focus ${text}: this is not a valid name of a namespace`, {
        hint: "Write NAMESPACE, NAMESPACE/WORKLOAD or NAMESPACE/app=web.",
      });
    }
    return { kind: "pods", namespace: text, labels: ANY_CUBE };
  }
  const end = readEnd("focus", text, snapshot);
  if (end.kind === "address") {
    throw new UsageError(`--focus ${text}: this is no pod that policies select`, {
      hint: "Write NAMESPACE, NAMESPACE/WORKLOAD or NAMESPACE/app=web.",
    });
  }
  const { pod } = end;
  if (end.ports !== undefined) {
    const [address = 0n] = end.addresses;
    return { kind: "workload", pod: { ...pod, address, ports: end.ports } };
  }
  const labels = Object.entries(pod.labels).map(
    ([key, value]) => ({ key: `pod:${key}`, set: labelIn([value]) }) as const,
  );
  return { kind: "pods", namespace: pod.namespace, labels: cube(labels) ?? ANY_CUBE };
}
