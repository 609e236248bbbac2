import { closest } from "fastest-levenshtein";
import { isLabelKey, isLabelValue, isNamespaceName } from "../../inventory/label-syntax.ts";
import type { KnownPod, Snapshot } from "../../inventory/snapshot.ts";
import { METADATA_NAME } from "../../inventory/snapshot.ts";
import type { PodEndpoint } from "../../ir/flow.ts";
import { addressSetContains, addressText, parseAddress } from "../../sets/address-set.ts";
import { UsageError } from "../usage-error.ts";

type Labels = Readonly<Record<string, string>>;

/** One end of the flow as the user named it, with what is known of it. */
export type AskedEnd = AskedPod | AskedAddress;

export interface AskedPod {
  readonly kind: "pod";
  readonly text: string;
  readonly pod: Omit<PodEndpoint, "address" | "ports">;
  /** Undefined: its container ports are not known. */
  readonly ports: PodEndpoint["ports"] | undefined;
  /** Empty: not known. */
  readonly addresses: readonly bigint[];
  /** False where the account is the one that pods get which name none. */
  readonly namesAccount: boolean;
  readonly knowsNamespaceLabels: boolean;
  readonly notes: readonly string[];
}

export interface AskedAddress {
  readonly kind: "address";
  readonly text: string;
  readonly addresses: readonly bigint[];
  readonly notes: readonly string[];
}

const FORMS =
  "Write NAMESPACE/POD, NAMESPACE/app=web,tier=db (with sa=NAME and @ADDRESS if they matter), or an address.";

/** Reads what `--from` or `--to` names. */
export function readEnd(option: string, text: string, snapshot: Snapshot): AskedEnd {
  const address = parseAddress(text);
  if (address !== undefined) return atAddress(text, address, snapshot);
  const slash = text.indexOf("/");
  const namespace = slash < 0 ? "" : text.slice(0, slash);
  if (!isNamespaceName(namespace)) {
    throw new UsageError(`--${option} ${text}: this names neither a pod nor an address`, {
      hint: FORMS,
    });
  }
  const at = text.lastIndexOf("@");
  const what = text.slice(slash + 1, at < slash ? undefined : at);
  const given = at < slash ? undefined : readGivenAddress(option, text, text.slice(at + 1));
  return what === "" || what.includes("=")
    ? withLabels(option, text, namespace, what, given, snapshot)
    : ofInventory(option, text, namespace, what, given, snapshot);
}

function readGivenAddress(option: string, text: string, address: string): bigint {
  const found = parseAddress(address);
  if (found !== undefined) return found;
  throw new UsageError(`--${option} ${text}: \`${address}\` is not an address`, { hint: FORMS });
}

/** An address that a pod of the inventory has is that pod: policies would see it so. */
function atAddress(text: string, address: bigint, snapshot: Snapshot): AskedEnd {
  const pod = snapshot.pods.find(
    (one) =>
      one.live && !one.hostNetwork && one.off === undefined && one.addresses.includes(address),
  );
  if (pod !== undefined) {
    const name = `${pod.namespace}/${pod.name}`;
    return known(pod, name, [address], [`${text} is the pod ${name}`], snapshot);
  }
  const isPodRange =
    snapshot.podRanges !== undefined && addressSetContains(snapshot.podRanges, address);
  const notes = isPodRange
    ? [`${text} lies where pods do, but no pod of the inventory has it: taken for no pod`]
    : [];
  return { kind: "address", text: addressText(address), addresses: [address], notes };
}

function withLabels(
  option: string,
  text: string,
  namespace: string,
  what: string,
  given: bigint | undefined,
  snapshot: Snapshot,
): AskedPod {
  const labels = Object.create(null) as Record<string, string>;
  let account: string | undefined;
  const complain = (why: string): UsageError =>
    new UsageError(`--${option} ${text}: ${why}`, { hint: FORMS });
  for (const pair of what === "" ? [] : what.split(",")) {
    const equals = pair.indexOf("=");
    if (equals < 0) throw complain(`\`${pair}\` is not of the form key=value`);
    const spelled = pair.slice(0, equals);
    const value = pair.slice(equals + 1);
    if (spelled === "sa") {
      if (account !== undefined) throw complain("the service account is given twice");
      if (value === "") throw complain("the name of the service account is missing");
      account = value;
      continue;
    }
    const key = spelled.startsWith("pod:") ? spelled.slice(4) : spelled;
    if (!isLabelKey(key)) throw complain(`\`${key}\` is not a valid label key`);
    if (!isLabelValue(value)) throw complain(`\`${value}\` is not a valid label value`);
    if (Object.hasOwn(labels, key)) throw complain(`the label \`${key}\` is given twice`);
    labels[key] = value;
  }
  return {
    kind: "pod",
    text: what === "" ? `${namespace}/(a pod without labels)` : text,
    pod: podOf(namespace, labels, account ?? "default", snapshot),
    ports: undefined,
    addresses: given === undefined ? [] : [given],
    namesAccount: account !== undefined,
    knowsNamespaceLabels: snapshot.namespaces.get(namespace)?.labels !== undefined,
    notes: [],
  };
}

function ofInventory(
  option: string,
  text: string,
  namespace: string,
  name: string,
  given: bigint | undefined,
  snapshot: Snapshot,
): AskedEnd {
  const inNamespace = snapshot.pods.filter((pod) => pod.namespace === namespace);
  const named = inNamespace.filter((pod) => pod.name === name);
  // A pod that was seen says more than the template of a workload of that name.
  const seen = named.filter(({ live }) => live);
  const candidates = seen.length > 0 ? seen : named;
  const [pod, ...others] = candidates;
  if (pod === undefined) {
    throw new UsageError(
      `--${option} ${text}: the input knows no pod or workload \`${name}\` in \`${namespace}\``,
      { hint: hintFor(name, inNamespace) },
    );
  }
  if (others.some((other) => likeness(other) !== likeness(pod))) {
    throw new UsageError(
      `--${option} ${text}: several workloads of that name have pods with different labels`,
      { hint: "Name the labels: NAMESPACE/app=web." },
    );
  }
  return known(pod, text, given === undefined ? pod.addresses : [given], [], snapshot);
}

function hintFor(name: string, pods: readonly KnownPod[]): string {
  if (pods.length === 0) {
    return "Give an inventory with --inventory, or name the labels: NAMESPACE/app=web.";
  }
  const near = closest(
    name,
    pods.map((pod) => pod.name),
  );
  return `Did you mean \`${near}\`? Or name the labels: NAMESPACE/app=web.`;
}

const likeness = ({ labels, account, hostNetwork, ports }: KnownPod): string =>
  JSON.stringify([Object.entries(labels).sort(), account, hostNetwork, ports]);

function known(
  pod: KnownPod,
  text: string,
  addresses: readonly bigint[],
  given: readonly string[],
  snapshot: Snapshot,
): AskedEnd {
  const notes = [...given];
  if (pod.off !== undefined) notes.push(`${text} is ${pod.off}: judged as if it ran`);
  if (pod.hostNetwork) {
    if (addresses.length === 0) {
      throw new UsageError(`${text} uses the network of its node, and its address is not known`, {
        hint: "Give the address of the node instead.",
      });
    }
    notes.push(`${text} uses the network of its node: policies see its address, not its labels`);
    return { kind: "address", text, addresses, notes };
  }
  return {
    kind: "pod",
    text,
    pod: podOf(pod.namespace, pod.labels, pod.account, snapshot),
    ports: pod.ports,
    addresses,
    namesAccount: true,
    knowsNamespaceLabels: snapshot.namespaces.get(pod.namespace)?.labels !== undefined,
    notes,
  };
}

function podOf(
  namespace: string,
  labels: Labels,
  account: string,
  snapshot: Snapshot,
): AskedPod["pod"] {
  const found = snapshot.accounts.find(
    (one) => one.namespace === namespace && one.name === account,
  );
  return {
    kind: "pod",
    namespace,
    namespaceLabels: snapshot.namespaces.get(namespace)?.labels ?? { [METADATA_NAME]: namespace },
    labels,
    account: { name: account, labels: found?.labels ?? {} },
  };
}
