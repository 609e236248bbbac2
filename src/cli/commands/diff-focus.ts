import { closest, distance } from "fastest-levenshtein";
import { isNamespaceName } from "../../inventory/label-syntax.ts";
import type { Snapshot } from "../../inventory/snapshot.ts";
import { ANY_CUBE, cube } from "../../sets/cube.ts";
import { labelIn } from "../../sets/label-set.ts";
import type { Focus } from "../../verify/change-focus.ts";
import { UsageError } from "../usage-error.ts";
import { readEnd } from "./explain-endpoint.ts";

/** What "anywhere" is about is about any namespace, so a wrong name would show a lot and nothing that was meant. */
function unknownNamespace(name: string, { namespaces }: Snapshot): UsageError {
  const names = [...namespaces.keys()];
  const near = names.length === 0 ? name : closest(name, names);
  return new UsageError(`--focus ${name}: the input knows no namespace of that name`, {
    hint:
      near !== name && distance(name, near) <= 3
        ? `Did you mean \`${near}\`?`
        : `If there is one all the same, say so: \`--known-namespace ${name}\`.`,
  });
}

/** Reads `--focus`: a namespace, a workload of the inventory, or labels that pods have among others. */
export function readFocus(text: string, snapshot: Snapshot): Focus {
  if (!text.includes("/")) {
    if (!isNamespaceName(text)) {
      throw new UsageError(`--focus ${text}: this is not a valid name of a namespace`, {
        hint: "Write NAMESPACE, NAMESPACE/WORKLOAD or NAMESPACE/app=web.",
      });
    }
    if (!snapshot.namespaces.has(text)) throw unknownNamespace(text, snapshot);
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
