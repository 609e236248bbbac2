/** Something taken for granted: see docs/GLOSSARY.md. The kebab name is what `--assume` takes. */
export interface AssumptionDefinition {
  readonly code: string;
  readonly sentence: string;
  /** What happens to the flows allowed if it does not hold. */
  readonly ifFalse: "narrows" | "widens";
  /** Holds for a whole run, is named once, and changes no outcome. */
  readonly standing: boolean;
}

export const ASSUMPTIONS = {
  "input-complete": {
    code: "ASM-X001",
    sentence:
      "the paths hold every policy in force, and every object that policies refer to or are ordered by",
    ifFalse: "widens",
    standing: true,
  },
  settings: {
    code: "ASM-X002",
    sentence: "the source engine runs with its default settings, unless the input says otherwise",
    ifFalse: "widens",
    standing: true,
  },
  "engine-version": {
    code: "ASM-X003",
    sentence: "the source engine evaluates as its newest release does, where releases differ",
    ifFalse: "widens",
    standing: true,
  },
  namespaces: {
    code: "ASM-E001",
    sentence: "the covered namespaces are all there are, with the labels given",
    ifFalse: "widens",
    standing: false,
  },
  "pod-range": {
    code: "ASM-N001",
    sentence: "every pod address lies in the pod ranges given",
    ifFalse: "widens",
    standing: false,
  },
  "pure-range": {
    code: "ASM-N002",
    sentence: "nothing but pods has an address in the pod ranges",
    ifFalse: "narrows",
    standing: false,
  },
  "addresses-kept": {
    code: "ASM-N003",
    sentence: "pods keep to the same address ranges after the switch",
    ifFalse: "widens",
    standing: false,
  },
  "set-contents": {
    code: "ASM-N004",
    sentence: "the network sets, services and node lists that rules name do not change",
    ifFalse: "widens",
    standing: false,
  },
  values: {
    code: "ASM-S001",
    sentence: "no pod has a label value but those seen in the inventory",
    ifFalse: "narrows",
    standing: false,
  },
  "subject-values": {
    code: "ASM-S002",
    sentence:
      "no pod that a policy should isolate has a label value but those seen in the inventory",
    ifFalse: "widens",
    standing: false,
  },
  disjoint: {
    code: "ASM-S003",
    sentence: "no pod has two labels of those that `--disjoint` says never meet",
    ifFalse: "widens",
    standing: false,
  },
  "account-labels": {
    code: "ASM-S004",
    sentence:
      "pods with the labels by which the inventory tells the pods of a service account from others run as that account, and no others do",
    ifFalse: "widens",
    standing: false,
  },
  families: {
    code: "ASM-N005",
    sentence: "the cluster uses no IP families but those of the pod ranges given",
    ifFalse: "widens",
    standing: false,
  },
  "private-pods": {
    code: "ASM-N006",
    sentence: "pods have addresses of private ranges",
    ifFalse: "widens",
    standing: false,
  },
  "nodes-elsewhere": {
    code: "ASM-N007",
    sentence: "no node has an address that a rule about CIDRs or the outside world covers",
    ifFalse: "widens",
    standing: false,
  },
  "denied-nodes": {
    code: "ASM-N008",
    sentence: "no node has an address that a Deny about CIDRs or the outside world covers",
    ifFalse: "narrows",
    standing: false,
  },
  "single-cluster": {
    code: "ASM-E002",
    sentence: "the cluster is not part of a mesh of clusters",
    ifFalse: "widens",
    standing: false,
  },
  "port-names": {
    code: "ASM-R002",
    sentence: "a pod gives a port name to one port alone, and not to one of an init container",
    ifFalse: "widens",
    standing: false,
  },
  "port-numbers": {
    code: "ASM-R003",
    sentence: "pods that give a port the same name give it the same number",
    ifFalse: "widens",
    standing: false,
  },
  "port-names-found": {
    code: "ASM-R004",
    sentence:
      "whoever enforces after the switch finds all ports that a pod gives a name, those of a second container and of an init container too",
    ifFalse: "narrows",
    standing: false,
  },
  enforced: {
    code: "ASM-X004",
    sentence:
      "what the policies deny is denied: the source engine is in audit mode and, as long as it is, denies nothing",
    ifFalse: "narrows",
    standing: false,
  },
  "only-tcp-udp-sctp": {
    code: "ASM-R001",
    sentence: "no traffic but TCP, UDP and SCTP matters",
    ifFalse: "narrows",
    standing: false,
  },
} as const satisfies Readonly<Record<string, AssumptionDefinition>>;

export type AssumptionCode = keyof typeof ASSUMPTIONS;
