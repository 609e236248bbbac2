import { defineDiagnostics } from "../../diagnostics/define.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";

/** What Cilium's policies mean beyond what the model or Kubernetes can say. Reading has a table of its own. */
export const ciliumMeaningDiagnostics = defineDiagnostics({
  // --- P: policies -------------------------------------------------------------------------------------------------
  "CIL-P101": {
    severity: "info",
    effect: "none",
    message: "this rule has Denies alone for {direction}, and isolates its pods all the same",
    hint: "If the meaning was `all but these`, Cilium needs `enableDefaultDeny` to be false for {direction}, or an Allow of `all` beside it.",
    explanation:
      "A rule with a Deny turns default deny on for its pods, like one with an Allow: everything that no other rule allows is denied. That is what is converted.",
  },
  "CIL-P102": {
    severity: "warning",
    effect: "none",
    message:
      "`enableDefaultDeny.{direction}: true` has no effect, since the rule has nothing for that direction",
    hint: "To isolate the pods, give `{direction}` one element without fields.",
    explanation:
      "Default deny counts only in a direction in which the rule has at least one element.",
  },
  "CIL-P105": {
    severity: "error",
    effect: "unknown",
    message:
      "`policyTypes` leaves out `{type}`, and Cilium enforces the `{direction}` rules all the same: what is in force is not what the policy says",
    hint: "Delete the `{direction}` rules, or add `{type}` to `policyTypes` if they are meant; `policyTypes: [Ingress, Egress]` is what Cilium enforces today.",
    explanation:
      "By the API, rules of a direction that `policyTypes` does not name have no effect, and the pods are not isolated in it. Cilium enforces them and isolates the pods; so does the Amazon VPC CNI, but no other engine need. Kept as it is the policy may open what is closed today, so nothing is written until its author has decided.",
  },
  "CIL-P104": {
    severity: "info",
    effect: "none",
    message:
      "this rule is about nodes (`nodeSelector`) and never about pods, so it is not converted",
    hint: "Protect nodes by other means: security groups, or the firewall of the node.",
    explanation:
      "A host policy acts on nodes and on pods of the host's network. A NetworkPolicy never does, so that protection ends with Cilium. For pods nothing changes.",
  },
  // --- S: selectors ------------------------------------------------------------------------------------------------
  "CIL-S101": {
    severity: "warning",
    effect: "none",
    message:
      "Cilium does not look at the label `{key}`, so to this selector every pod is without it",
    hint: "{advice}",
    explanation:
      "Labels that change with every release of a workload, and those of some reserved prefixes, are not part of a pod's identity. A condition that asks for one never holds, one that excludes it always does. A NetworkPolicy would see the label and let other pods in, so the meaning is converted and not the words.",
  },
  "CIL-S102": {
    severity: "warning",
    effect: "none",
    message: "the policy asks for pods of another namespace than its own, so it selects none",
    hint: "Move the policy into that namespace, or use a CiliumClusterwideNetworkPolicy.",
    explanation:
      "A namespaced policy selects pods of its own namespace alone; a further condition on the namespace that disagrees leaves nothing.",
  },
  "CIL-S103": {
    severity: "warning",
    effect: "none",
    message:
      "the policy asks for pods of `{asked}`, and Cilium reads that as `{namespace}`, the policy's own namespace",
    hint: "Move the policy into the namespace that is meant.",
    explanation:
      "`k8s:io.kubernetes.pod.namespace` in the `matchLabels` of a namespaced policy's subject is replaced by the namespace of the policy, with nothing but a line in the agent's log.",
  },
  "CIL-S104": {
    severity: "warning",
    effect: "narrows",
    message:
      "{what} also matches what has no labels of pods: the outside world, nodes and the API server; whether it does here is not known",
    hint: "Add the ConfigMap `kube-system/cilium-config` to the inventory (`policy-default-local-cluster` decides it), or allow these addresses by rules of their own.",
    explanation:
      "`NotIn` and `DoesNotExist` hold where there is no such label, so without a positive condition on the namespace the selector is not about pods alone. Since 1.19 peers are held to the local cluster by default, which excludes the rest. An Allow keeps the pods alone, a Deny is taken to deny the rest too.",
  },
  "CIL-S105": {
    severity: "warning",
    effect: "narrows",
    message:
      "{what} may match addresses outside or not, depending on the IP families of the cluster",
    hint: "Use `fromEntities` and `toEntities`, which say the same and depend on nothing.",
    explanation:
      "Clusters with both IP families give the outside world other reserved labels than those with one. An Allow is left out for addresses, a Deny is taken to deny them all.",
  },
  "CIL-S106": {
    severity: "warning",
    effect: "none",
    message:
      "Cilium does not look at the label `{key}`, so for this policy every pod is without it",
    hint: "{advice}",
    explanation:
      "Labels that change with every release of a workload, and those of some reserved prefixes, are not part of a pod's identity. A policy that asks for one selects no pod at all and isolates none.",
  },
  "CIL-S108": {
    severity: "error",
    effect: "unknown",
    message:
      "this policy is for pods of the cluster `{cluster}`, and what this cluster is called is not known",
    hint: "Give the ConfigMap `cilium-config` with the policies: `kubectl -n kube-system get configmap cilium-config -o yaml`; its `cluster-name` tells. Or remove the condition.",
    explanation:
      "If this is the cluster that is meant, the policy isolates pods; if not, it is about nobody. Leaving it out in the first case would open the pods, and writing it in the second would close others, so nothing is written until the name is known.",
  },
  "CIL-S109": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: it is not known whether this cluster is called so",
    hint: "Give the ConfigMap `cilium-config` with the policies: `kubectl -n kube-system get configmap cilium-config -o yaml`; its `cluster-name` tells.",
    explanation:
      "Pods of another cluster of a mesh are no pods of this one. An Allow of pods of a cluster that may or may not be this one is left out; a Deny is taken to be about the pods here.",
  },
  "CIL-S107": {
    severity: "warning",
    effect: "unknown",
    message:
      "Cilium does not look at the label `{key}`, so today this NetworkPolicy is about other pods than it says",
    hint: "Select the pods by another label, or remove the policy: as it stands, it will be about the pods it says after the switch.",
    explanation:
      "Labels that change with every release of a workload, and those of some reserved prefixes, are not part of a pod's identity. To Cilium a Kubernetes policy that asks for one selects no pod at all, and a condition that excludes one holds of every pod. Where the policy is kept as it is, the target goes by its words: it may isolate pods that are open today, and allow to others what is denied today. What that comes to is told with the policy's outcome.",
  },
  // --- R: rules ----------------------------------------------------------------------------------------------------
  "CIL-R101": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: Kubernetes has no rules about HTTP",
    hint: "Keep it in a service mesh or gateway; without the condition the rule is about the port alone (`--inexact widen`).",
    explanation:
      "HTTP rules are enforced by Cilium's proxy. Without them an Allow would let every request in, so it is left out, unless another rule allows the same peers and port anyway.",
  },
  "CIL-R102": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: Kubernetes has no rules about protocols above TCP and UDP",
    hint: "Without the condition the rule is about the port alone (`--inexact widen`).",
    explanation:
      "Rules for Kafka and for parsers of the proxy are enforced by Cilium's proxy, and dropped by newer releases. Without them an Allow would let everything at that port in, so it is left out.",
  },
  "CIL-R103": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: Kubernetes has no rules about DNS names",
    hint: 'Allow all names (`matchPattern: "*"`) if the restriction is not needed.',
    explanation:
      "Cilium's DNS proxy refuses queries for other names. Without the condition an Allow would let all of them pass, so it is left out. A rule with the pattern `*` refuses nothing, and is converted exactly.",
  },
  "CIL-R104": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: Kubernetes has no rules about the server names of TLS",
    hint: "Without the condition the rule is about the port alone (`--inexact widen`).",
    explanation:
      "Cilium's proxy lets TLS with one of these server names pass, and asks that of every rule for the same peers and port. So all of them are left out.",
  },
  "CIL-R105": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: the traffic goes through a proxy that NetworkPolicies do not know",
    hint: "Without it the rule is about the port alone (`--inexact widen`).",
    explanation:
      "What a listener or an interception of TLS lets pass is decided in the proxy, so the flows allowed are not known from the policy. The Allow is left out.",
  },
  "CIL-R106": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: Kubernetes has no rules about authentication",
    hint: "Keep mutual authentication in a service mesh; without the condition every peer that fits is let in.",
    explanation:
      "A peer that does not authenticate itself is denied by Cilium. Without the condition an Allow would let it in, so it is left out.",
  },
  "CIL-R107": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: Kubernetes has no DNS peers",
    hint: "Allow the provider's CIDRs, or use DNS-based policies of the target platform (ApplicationNetworkPolicy on EKS Auto Mode) or an egress gateway.",
    explanation:
      "The rule allows the addresses that Cilium's DNS proxy has seen in answers for these names. Nobody knows them beforehand. The pods stay isolated.",
  },
  "CIL-R108": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: the addresses of the group are not known, so the rule {fate}",
    hint: "Write the addresses of the group as CIDRs.",
    explanation:
      "Cilium's operator asks the cloud for the members of the group. An Allow without them is left out; a Deny is taken to deny every address.",
  },
  "CIL-R109": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: no such Service is known, so it {fate}",
    hint: "Give the Services in an inventory: `kubectl get ns,sa,pods,svc,endpointslices,nodes -A -o yaml > inventory.yaml`.",
    explanation:
      "The rule means the pods that the Service selects. Without the Service nobody knows which. An Allow is left out; a Deny is taken to deny everybody.",
  },
  "CIL-R110": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{what}` cannot be resolved: no pod that may be the peer is known to have it, or they disagree",
    hint: "Give the pods in an inventory, or name the port by number.",
    explanation:
      "In egress rules Cilium turns the name of a port into the number that the peers give it, and allows nothing while they disagree. A NetworkPolicy looks it up at each peer, which may allow more. So the number is written where it is known, and the port is left out where it is not.",
  },
  "CIL-R111": {
    severity: "warning",
    effect: "narrows",
    message: "{what} means nothing to Cilium, so this rule may not say what was meant",
    hint: "Correct or remove the field.",
    explanation:
      "The API server drops the field, and the rule is enforced without it. The author meant something by it, so an Allow is left out, and a Deny is taken to match whatever it may.",
    retired: true,
  },
  "CIL-R113": {
    severity: "info",
    effect: "none",
    message: "this rule matches nothing: it isolates the pods, and that is all",
    explanation:
      "An element without peers and ports, or with an empty list of peers, matches no traffic in Cilium. In a NetworkPolicy the same words would allow everything, so nothing is written for it but the isolation.",
  },
  "CIL-R114": {
    severity: "warning",
    effect: "none",
    message:
      "an empty list of names, groups or services counts as none at all: the rule is about every peer",
    hint: "Remove the rule if it was meant to match nobody.",
    explanation:
      "For `toFQDNs`, `toGroups` and `toServices`, alone among the members, an empty list is the same as an absent one. With ports beside it the rule matches everybody on these ports, which is what is converted.",
  },
  "CIL-R115": {
    severity: "warning",
    effect: "none",
    message: "an empty list of peers matches nobody, so this rule allows and denies nothing",
    hint: "Releases before 1.15 took it for every peer; leave the list out if that is meant.",
    explanation:
      "Since 1.15 a list of peers that is there and empty selects nothing. Older releases treated it as absent, which with ports beside it let everybody in. The newer meaning is converted.",
  },
  "CIL-R116": {
    severity: "warning",
    effect: "none",
    message: "while the Service is not there, Cilium takes this rule for every peer on its ports",
    hint: "Check that the Service exists, and name it.",
    explanation:
      "A `toServices` that finds nothing leaves the rule without peers, and with ports beside it that means everybody. Nobody wants that, so an Allow is left out, and a Deny is taken to deny everybody.",
  },
  "CIL-R119": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}` names a source before a key, and so Cilium takes it for every Service",
    hint: "Write the key by itself: labels of Services have no source.",
    explanation:
      "A key such as `k8s:app` is no key of a label to the part of the agent that looks for Services, and what it cannot read asks for nothing. The rule is held to the Services that were meant.",
  },
  "CIL-R118": {
    severity: "warning",
    effect: "none",
    message:
      "Cilium looks no Service up for a Deny: it is for every peer on its ports, or without ports for none",
    hint: "Name the Service's pods with `toEndpoints`, if they were meant.",
    explanation:
      "The agent resolves `toServices` in `egress` alone. In `egressDeny` the list leaves the rule without peers, whether the Service is there or not: with ports beside it that means everybody, without them the rule denies nothing.",
  },
  "CIL-R117": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{what}` limits every rule for the same pods in releases before 1.19, and means nothing in newer ones",
    hint: "Say in each rule whom it is about, and remove the field.",
    explanation:
      "Its conditions are added to the peers of all rules that select the same pods. They are taken for a Deny of everybody else, of which one cannot know whether it is in force.",
  },
  "CIL-R120": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{what}` stands for other ports to Cilium than it may after the switch: a pod that the rule is about has it twice, or on a container that starts before the others",
    hint: "Name the port by number, or give each port of the pod a name of its own.",
    explanation:
      "Cilium keeps one port for a name, the last one of the pod's ordinary containers. Other engines may take it for all of them, and for ports of init containers that go on running, so a NetworkPolicy with the name could let more in. An Allow by that name is left out.",
  },
  "CIL-R121": {
    severity: "warning",
    effect: "unknown",
    message:
      "`{what}` has different numbers on different pods, so it stands for nothing in Cilium, and for the number of each peer after the switch",
    hint: "Name the port by number.",
    explanation:
      "In egress rules Cilium turns the name of a port into one number, and allows nothing while pods disagree about it; a NetworkPolicy looks it up at each peer. So the kept policy allows more than it does today.",
  },
  "CIL-R122": {
    severity: "warning",
    effect: "unknown",
    message:
      "`{what}` may stand for more ports after the switch than it does to Cilium: a pod that the rule is about has it twice, or on a container that starts before the others",
    hint: "Name the port by number, or give each port of the pod a name of its own.",
    explanation:
      "Cilium keeps one port for a name, the last one of the pod's ordinary containers. Other engines may take it for all of them, and for ports of init containers that go on running. The policy is kept as it is, so it may allow more than it does today.",
  },
  "CIL-R124": {
    severity: "error",
    effect: "unknown",
    message:
      "this rule cannot be put together with another one for the same peers and port ({what}), so Cilium computes no policy for the pods of both",
    hint: "Ask for one of the two: until then the pods keep whatever policy they had before.",
    explanation:
      "Rules for the same peers and port are merged into one. Two kinds of L7 rules, two modes of authentication, two secrets of TLS or two listeners of one priority cannot be, and then the agent gives up on the whole policy of the pods that both select: what is in force is what was before, and new pods do not get ready. No file says what that is, so nothing is written until the conflict is resolved.",
  },
  // --- N: addresses ------------------------------------------------------------------------------------------------
  "CIL-N101": {
    severity: "warning",
    effect: "narrows",
    message: "{what} are not known, so this part of the rule {fate}",
    hint: "Give the EndpointSlice `default/kubernetes` in an inventory: `kubectl get endpointslices -A -o yaml`.",
    explanation:
      "`kube-apiserver` stands for the addresses behind the Service `default/kubernetes`. Managed control planes change them now and then. An Allow without them is left out; a Deny is taken to deny every address.",
  },
  "CIL-N102": {
    severity: "warning",
    effect: "narrows",
    message: "{what} are not known, so this part of the rule {fate}",
    hint: "Give the nodes in an inventory: `kubectl get nodes -o yaml`.",
    explanation:
      "`remote-node`, `cluster`, `fromNodes` and `toNodes` stand for the addresses of nodes. Where not all nodes are known, with their addresses and the labels that are asked for, an Allow of the others is left out, and a Deny is taken to deny every address.",
  },
  "CIL-N103": {
    severity: "info",
    effect: "none",
    message: "`host` is the pod's own node, which a NetworkPolicy lets in anyway",
    explanation:
      "Traffic from a pod's own node, such as the probes of the kubelet, is let in by the target whatever policies say, and by Cilium as well unless it is told otherwise. It is outside of what the conversion claims.",
  },
  "CIL-N104": {
    severity: "info",
    effect: "none",
    message:
      "`{entity}` stands for something that is there only with Cilium, or for pods outside of its care, so it is left out",
    hint: "If traffic comes through Cilium's ingress today, allow the pods of the ingress controller that takes its place.",
    explanation:
      "Health endpoints, endpoints that are being set up, Cilium's own ingress and pods that it does not manage have no counterpart after the switch.",
  },
  "CIL-N105": {
    severity: "warning",
    effect: "narrows",
    message: "{what} is not in the input, so this part of the rule {fate}",
    hint: "Add the CiliumCIDRGroup to the input: `kubectl get ciliumcidrgroups -o yaml`.",
    explanation:
      "A group that is missing in the cluster matches nothing. That it is missing in the input does not say so: if it is there after all, whom it allows is cut off here.",
  },
  "CIL-N114": {
    severity: "warning",
    effect: "none",
    message: "{which} has no addresses, so the rule is about nobody by it",
    hint: "See whether the labels asked for are those of the groups, and whether the groups in the input are all there are.",
    explanation:
      "The input has CiliumCIDRGroups, and by them the rule stands for no address: the one that is named is empty, or none has the labels asked for. That is what Cilium makes of it as well.",
  },
  "CIL-N106": {
    severity: "warning",
    effect: "none",
    message:
      "{cidrs} lies where pods or nodes are, and a CIDR never matches those, so the rule has no effect",
    hint: "Select pods by labels (`fromEndpoints`, `toEndpoints`).",
    explanation:
      "To Cilium an address has one identity. A CIDR rule is about addresses that are neither a pod's nor a node's, so one about the pod network matches nothing. In a NetworkPolicy the block would match the pods.",
  },
  "CIL-N107": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{what}` means something only in a cluster with both IP families, and it is not known whether this one has them",
    hint: "Say where pod addresses lie (`--pod-cidr`, one for each family), or write `world` or a CIDR.",
    explanation:
      "Clusters with one IP family know the outside world under one name. An Allow is left out; a Deny is taken to deny every address of the family.",
  },
  "CIL-N110": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{what}` asks only for labels to be missing, and so it holds of more than groups: in some releases of pods and nodes too",
    hint: "Ask for a label that the groups have, or name them with `cidrGroupRef`.",
    explanation:
      "Cilium compares the selector with every peer, not with the groups alone, and whatever belongs to no group lacks the label. An Allow is held to the CIDRs of the groups that fit; a Deny is taken to deny everybody.",
  },
  "CIL-N108": {
    severity: "info",
    effect: "none",
    message:
      "traffic through a load balancer or node port often arrives with the address of a node, which `world` does not cover",
    hint: "Check which source addresses your load balancer shows to pods after the switch.",
    explanation:
      "What counts as the outside world today may come from a node's address tomorrow, depending on the load balancer. Blocks for `world` leave the nodes out.",
  },
  "CIL-N111": {
    severity: "info",
    effect: "none",
    message: "{what} are together everybody, so that is whom this rule is about",
    explanation:
      "`cluster` is all pods, all nodes and the API server, and `world` is all other addresses. A NetworkPolicy can say neither of them exactly, but both together: a rule without peers. Where they stand in two rules of a policy for the same traffic, each of the two is written so. Of pods of other clusters in a mesh neither speaks, hence the assumption that there are none (`single-cluster`).",
  },
  "CIL-N112": {
    severity: "warning",
    effect: "narrows",
    message: "{what} is not in the input, so this Deny is taken to deny every address",
    hint: "Add the CiliumCIDRGroup to the input: `kubectl get ciliumcidrgroups -o yaml`. If the cluster has no such group, remove the entry: it denies nothing.",
    explanation:
      "A group that is missing in the cluster has no addresses, and a Deny of it denies nothing. That it is missing in the input does not say so: if it is there after all, whom it denies would be let in. A selector of groups is taken at its word where the input has any group.",
  },
  "CIL-N113": {
    severity: "warning",
    effect: "none",
    message:
      "the pod `{namespace}/{name}` has the public address {address}, so no block of public addresses is taken to be without pods",
    hint: "Give all pod ranges with `--pod-cidr`: then blocks outside of them are written.",
    explanation:
      "A CIDR of Cilium never means a pod, and a block on the target means every pod in it. While the pod ranges are not known, public blocks are written in the trust that pods have private addresses; a pod of the input that has another one shows that it is not so here. Clusters of IPv6 on EKS give pods public addresses. Such rules are then left out.",
  },
  "CIL-N109": {
    severity: "warning",
    effect: "unknown",
    message: "`host` is the pod's own node, which no NetworkPolicy can name, so it is left out",
    hint: "If pods need something on their node (a DNS cache, say), allow its address by a rule of its own.",
    explanation:
      "Traffic between a pod and its own node is outside of what the conversion claims: engines treat it differently. In Cilium an isolated pod reaches its node only with such a rule.",
  },
});

/**
 * The finding about a label that is no part of a pod's identity. `k8s.` before a key of Cilium's own is its source with a dot
 * in place of the colon, which is the usual way to such a label.
 */
export function unseenLabel(
  code: "CIL-S101" | "CIL-S106",
  key: string,
  at: SourcePlace,
): Diagnostic {
  const meant = /^k8s\.(io\.(?:kubernetes|cilium)\..+)$/.exec(key)?.[1];
  const advice =
    meant === undefined
      ? "Select the pods by another label."
      : `Write \`k8s:${meant}\`, with a colon after \`k8s\`, if that is what is meant; or select the pods by another label.`;
  return ciliumMeaningDiagnostics.create(code, { at, key, advice });
}
