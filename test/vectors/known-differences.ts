import type { Flow } from "../../src/ir/flow.ts";
import type { PolicySet, Rule } from "../../src/ir/policy.ts";
import { predicateContains } from "../../src/sets/label-predicate.ts";
import type { CalicoTier } from "../../src/sources/calico/model.ts";
import { labelsOf } from "../../src/verify/evaluate.ts";
import type { WrongFlow } from "./replay.ts";

/** Where our readers or `evaluate` differ from an engine on purpose. An entry that no longer applies fails. */
export interface KnownDifferences {
  /** Worlds with a document that the engine takes and we refuse: what stops the run there, and why it should. */
  readonly stricter: ReadonlyMap<
    string,
    { readonly codes: readonly string[]; readonly why: string }
  >;
  /** Documents that the engine does not put in force and we read, by `world name`. */
  readonly taken: ReadonlyMap<string, string>;
  /** Flows of a world that are judged otherwise. */
  readonly flows: ReadonlyMap<
    string,
    { readonly is: (wrong: WrongFlow) => boolean; readonly why: string }
  >;
  /** Flows of any world that are judged otherwise, by what they have in common. */
  readonly everywhere: ReadonlyMap<
    string,
    { readonly is: (wrong: WrongFlow, set: PolicySet) => boolean; readonly why: string }
  >;
  /** Codes of what leaves the verdict of a flow open in the model, and why it is not known there. */
  readonly open: ReadonlyMap<string, string>;
  /** Tiers that the input of a world lacks, as a user would give them with `--tier`. */
  readonly tiers: ReadonlyMap<string, readonly CalicoTier[]>;
}

/** Calico puts a tier without a Tier object last and ends it in Deny. */
const GONE: readonly CalicoTier[] = [{ name: "gone", order: Infinity, defaultAction: "deny" }];

export const CALICO: KnownDifferences = {
  stricter: new Map([
    [
      "traps/account-selector-dropped",
      {
        codes: ["CAL-S003"],
        why: "a stored serviceAccountSelector that does not parse falls away, and the policy takes pods that it does not name: neither that nor what was meant is safe to convert",
      },
    ],
    [
      "traps/namespace-selector-dropped",
      { codes: ["CAL-S003"], why: "the same of a global policy's namespaceSelector" },
    ],
  ]),
  taken: new Map([
    [
      "traps/stored-named-port-without-protocol default.a",
      "releases after 3.31 take names of ports without a protocol; CAL-R116 keeps what they mean open",
    ],
  ]),
  flows: new Map([
    [
      "traps/trap-14-empty",
      {
        is: ({ flow, recorded, ours }) =>
          flow.direction === "ingress" && recorded === "allow" && ours.join() === "deny",
        why: "`ingress: []` beside egress rules is Egress alone when calicoctl writes it, and both directions with native v3 resources (3.32); both is the narrower reading, CAL-P006 says so",
      },
    ],
  ]),
  everywhere: new Map(),
  open: new Map([
    ["CAL-R103", "http: the recorded data plane ignores it, Calico's Envoy integration does not"],
    [
      "CAL-R109",
      "a service without a namespace: this release finds none, the API's text promises the policy's own",
    ],
    [
      "CAL-N104",
      "a rule about global sets and hosts of which the world has none: the engine finds nobody; that none is in the input does not say that there is none",
    ],
    ["CAL-R113", "an Allow by the name of a port leaves host endpoints out, and says so"],
    [
      "CAL-R115",
      "an Allow by names and numbers leaves pods out that only a network set covers, and says so",
    ],
  ]),
  tiers: new Map([
    ["cases/C30", GONE],
    ["traps/tier-missing", GONE],
  ]),
};

export const CILIUM: KnownDifferences = {
  stricter: new Map([
    [
      "cidrs/c-except-wider",
      {
        codes: ["CIL-N001"],
        why: "an except that is wider than its block but begins in it takes everything out in 1.19, and is refused by 1.20",
      },
    ],
    [
      "open/o-l7-conflict",
      {
        codes: ["CIL-R124"],
        why: "the policy of the pods does not compile; what is in force for them then is not known",
      },
    ],
    [
      "open/o-leading-zero",
      {
        codes: ["CIL-R002"],
        why: "`0120` is octal in one place of the engine and decimal in others",
      },
    ],
  ]),
  taken: new Map([
    [
      "empties/all-empty p",
      "a rule without any element is without effect, refused or not; releases before 1.18 take it",
    ],
    [
      "entities/e-world-ipv4 p",
      "not in the list of the schema, which is stored by the releases that have it there",
    ],
    ["entities/e-world-ipv4 q", "the same of `world-ipv6`"],
    ["open/o-requires p", "releases before 1.19 take it; CIL-R117 keeps what it means open"],
    ["traps/trap-08 p", "an empty protocol is ANY to the agent; only the schema refuses it"],
  ]),
  flows: new Map([
    [
      "open/o-groups",
      {
        is: ({ flow }) => ["a", "b"].includes(flow.subject.labels["app"] ?? ""),
        why: "the agent takes the operator's derivative in place of a policy with groups; that one, which a cluster has and this world has not, holds the rules without groups too",
      },
    ],
  ]),
  everywhere: new Map([
    [
      "own node",
      {
        is: ({ peer }) => /^(?:own-node|node1-)/.test(peer),
        why: "the engine tells the node that a pod runs on from the other ones: it is let in unless a deny covers it, and only the entity `host` lets a pod out to it. A flow does not say which node is its own, and no target rule can name it",
      },
    ],
    [
      "Cilium's own endpoints",
      {
        is: ({ peer }) => peer === "health" || peer === "ingress",
        why: "the addresses of cilium-health and of Cilium's ingress have identities of their own; they are gone when Cilium is",
      },
    ],
    [
      "pods behind an ipBlock",
      {
        is: ({ flow, recorded, ours }, set) =>
          flow.direction === "ingress" &&
          recorded === "allow" &&
          ours.join() === "deny" &&
          flow.peer.kind === "pod" &&
          flow.peer.namespace === flow.subject.namespace &&
          kubernetesRules(set, flow).some(({ peer }) =>
            peer.some(({ kind }) => kind === "address"),
          ),
        why: "with `policy-default-local-cluster`, 1.19 reads an ipBlock in `from` as all pods of the policy's namespace besides: a mistake that 1.20 does not make (pkg/k8s/network_policy.go)",
      },
    ],
    [
      "names of ports in Kubernetes policies",
      {
        is: ({ flow }, set) =>
          flow.direction === "egress" &&
          kubernetesRules(set, flow).some(({ traffic }) => traffic.named.length > 0),
        why: "a name in an egress rule is one number for the whole cluster to the engine, and the number of each peer in Kubernetes; the policy is kept as it is, and says the latter on the target",
      },
    ],
  ]),
  open: new Map([
    ["CIL-R101", "http: the proxy decides about requests"],
    ["CIL-R102", "kafka, l7proto: likewise"],
    ["CIL-R103", "dns with names: the DNS proxy decides about names"],
    ["CIL-R104", "serverNames: the proxy decides about names in TLS"],
    ["CIL-R105", "TLS contexts and listeners: the proxy ends the connection"],
    ["CIL-R106", "authentication required: peers that pass it are let in"],
    ["CIL-R107", "toFQDNs: what a name stood for in some answer is not known"],
    [
      "CIL-R109",
      "an Allow by a Service that is not there means any peer on its ports; it is left out, and says so",
    ],
    [
      "CIL-R119",
      "a selector of Services with sources takes all of them; it is held to those that were meant, and says so",
    ],
    [
      "CIL-R110",
      "an Allow by the name of a port that pods disagree about is left out, and says so",
    ],
    [
      "CIL-R120",
      "an Allow by the name of a port that a pod has twice, or on a container that starts before the others, is left out, and says so",
    ],
    [
      "CIL-R121",
      "a Kubernetes policy by the name of a port that pods disagree about: today it is nothing, on the target the number of each peer",
    ],
    ["CIL-R122", "the same as CIL-R120 in a Kubernetes policy"],
    [
      "CIL-R010",
      "a field that Cilium does not know is dropped by the API server; which other release knew it is not known",
    ],
    [
      "CIL-N105",
      "an Allow of such a group is left out, and says so: of flows that are let in for another reason than a rule it might be the reason",
    ],
    [
      "CIL-N112",
      "a Deny of a group that is not there: the engine denies nothing; that a group is not in the input does not say that there is none",
    ],
    [
      "CIL-N110",
      "a selector of groups that asks for labels to be missing holds of more than groups; how much, differs between releases",
    ],
    ["CIL-S105", "selectors of reserved labels that only some addresses have"],
  ]),
  tiers: new Map(),
};

/** Rules of Kubernetes policies for the subject of a flow. */
function kubernetesRules({ tiers }: PolicySet, { direction, subject }: Flow): readonly Rule[] {
  return tiers
    .flatMap(({ policies }) => policies)
    .filter(({ origin, subject: { pods } }) => {
      return origin.kind === "NetworkPolicy" && predicateContains(pods, labelsOf(subject));
    })
    .flatMap((policy) => policy[direction]?.rules ?? []);
}

export const KUBERNETES: KnownDifferences = {
  stricter: new Map(),
  taken: new Map(),
  flows: new Map(),
  everywhere: new Map(),
  open: new Map(),
  tiers: new Map(),
};
