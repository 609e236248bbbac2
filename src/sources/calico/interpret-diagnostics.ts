import { defineDiagnostics } from "../../diagnostics/define.ts";

/** What Calico's policies mean beyond what the model or Kubernetes can say. Reading has a table of its own. */
export const calicoMeaningDiagnostics = defineDiagnostics({
  "CAL-P101": {
    severity: "error",
    effect: "unknown",
    message:
      "the tier `{tier}` of `{policy}` is not in the input, so nobody knows when the policy is asked",
    hint: "Add the Tier object to the input, or say its order with `--tier {tier}=ORDER` (`--tier {tier}=ORDER:Pass` if its default action is Pass).",
    explanation:
      "Tiers are asked by their order, and a Deny in an early tier overrules every Allow of a later one. Calico itself puts a tier without a Tier object last, but in an export a missing Tier nearly always means an incomplete export. Without the order the policy cannot be placed, so nothing is written until it is known.",
  },
  "CAL-P102": {
    severity: "error",
    effect: "unknown",
    message: "the tier `{tier}` is defined twice, with different orders or default actions",
    hint: "Remove the one that is not in force: `kubectl get tiers -o yaml` shows what is.",
    explanation:
      "A cluster has one Tier of a name. Two of them in the input come from different times or clusters, and which of them holds decides verdicts.",
  },
  "CAL-P103": {
    severity: "warning",
    effect: "none",
    message:
      "{policies} have the same order in tier `{tier}` and disagree about some flows; {asked}",
    hint: "Give them different orders in Calico before the switch, so that the outcome does not depend on names and on the release.",
    explanation:
      "Policies of one order are asked by name. The newest Calico compares `name/namespace/kind`; releases before 3.32 compared `namespace/name` for namespaced policies and the bare name for global ones, so the same policies can give different verdicts after an upgrade. The conversion follows the newest rule.",
  },
  "CAL-P104": {
    severity: "info",
    effect: "none",
    message:
      "`{policy}` is untracked or pre-DNAT, so it acts on host endpoints only and never on pods",
    explanation:
      "Untracked and pre-DNAT policies are kept in lists of their own that Calico applies to host endpoints alone. For a pod such a policy does not exist: it neither decides a flow nor isolates.",
  },
  "CAL-P105": {
    severity: "warning",
    effect: "none",
    message: "the tier `{tier}` is in the input, so `--tier {tier}=...` is not used",
    hint: "Leave the option out.",
    explanation:
      "An option stands for a fact that the input lacks. Where the input has the Tier object, that object counts.",
  },
  "CAL-P106": {
    severity: "warning",
    effect: "none",
    message:
      "the tier `default` always has order 1000000 and default action Deny; what is written here is not used",
    hint: "Remove what differs, so that nobody relies on it.",
    explanation:
      "Calico keeps the tier `default` as it is and refuses other values, so a Tier object of that name that says otherwise was never in force.",
  },
  "CAL-P107": {
    severity: "info",
    effect: "none",
    message:
      "tier `{tier}` has more policies of one order that may disagree; after {count} pairs no more were looked at",
    hint: "Give the policies of this tier different orders.",
    explanation:
      "Pairs of policies of one order are compared to warn of verdicts that depend on names. The number of comparisons and of warnings is bounded.",
  },
  "CAL-S101": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}` stands for more than 4096 alternatives, too many to work with",
    hint: "Say it with `in` and a set of values, or split the rule.",
    explanation:
      "A selector is turned into a list of alternatives, each a plain list of label conditions. Negated groups of many alternatives over many labels grow beyond any bound. Such a condition is taken for `never` in an Allow and for `always` in a Deny or Pass, so nothing comes out wider.",
  },
  "CAL-S102": {
    severity: "error",
    effect: "unknown",
    message:
      "the selectors of `{policy}` stand for more than 4096 alternatives, too many to work with",
    hint: "Say them with `in` and a set of values, or split the policy.",
    explanation:
      "Which pods a policy selects decides which pods it isolates. A selector that grows beyond any bound cannot be converted, and leaving the policy out would open its pods, so nothing is written.",
  },
  "CAL-S103": {
    severity: "warning",
    effect: "none",
    message: "`{value}` can be no value of a label, so the comparison with `{label}` never holds",
    hint: "Values have at most 63 letters, digits, `-`, `_` and `.`, and begin and end with a letter or digit.",
    explanation:
      "Calico compares any text, but the API server refuses such a label value on a pod, namespace or service account, so no endpoint can have it. The comparison is converted as what it is: `==` never holds, `!=` always does.",
  },
  "CAL-S104": {
    severity: "info",
    effect: "none",
    message: "`{policy}` can select host endpoints too; hosts are not covered",
    hint: "Protect nodes by other means: Kubernetes network policies select pods only.",
    explanation:
      "A global policy without a namespace selector selects host endpoints with fitting labels as well. A NetworkPolicy never acts on a node, so that part ends with Calico. For pods nothing changes.",
  },
  "CAL-S105": {
    severity: "warning",
    effect: "none",
    message:
      "the selectors ask for `{key}`, which Calico gives to pods and namespaces itself; after the switch only labels count that they have",
    hint: "Ask for labels that the objects have, such as `kubernetes.io/metadata.name` of a namespace, before the switch.",
    explanation:
      "Under Calico the selectors of a Kubernetes policy see the labels that Calico adds: `projectcalico.org/name` on every namespace, `projectcalico.org/namespace`, `projectcalico.org/serviceaccount` and `projectcalico.org/orchestrator` on every pod, and the labels of namespaces and service accounts under `pcns.` and `pcsa.`. They go away with Calico, and the policy then selects others. What that closes and opens is told; with `--actions compile` a narrower policy is written where it would open something.",
  },
  "CAL-S106": {
    severity: "warning",
    effect: "none",
    message:
      "the selectors ask for `{key}`, a label that Calico gives; nothing in the input says that Calico enforces this policy, so it is taken to be nobody's",
    hint: "If Calico enforces it today, say so with `--from calico`.",
    explanation:
      "Labels such as `projectcalico.org/name` of a namespace exist under Calico alone. There the policy means something else than its words say to any other engine, and it would change its meaning with the switch. Without a policy or another object of Calico's in the input it is read as its words say.",
  },
  "CAL-R101": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: Kubernetes knows no source ports",
    hint: "Drop the condition if the rule should hold for every source port.",
    explanation:
      "A rule about the port that a packet comes from has no counterpart in Kubernetes. An Allow with it is left out; a Deny or Pass with it may match, so what it may match is not allowed.",
  },
  "CAL-R102": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: that a port does not have a name cannot be said in Kubernetes",
    hint: "Name the ports by number.",
    explanation:
      "`notPorts` with a name excludes whatever number the destination pod gives that name. Kubernetes can ask for a named port, not for all but it.",
  },
  "CAL-R103": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: Kubernetes has no rules about HTTP",
    hint: "Keep it in a service mesh or gateway; without the condition the rule is about the port alone.",
    explanation:
      "HTTP conditions are enforced by Calico's Envoy or Istio integration; its other data planes ignore them. Without the condition an Allow would let every request in, so it is left out.",
  },
  "CAL-R104": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: Kubernetes has no DNS peers",
    hint: "Allow the provider's address ranges, or keep the rule as an ApplicationNetworkPolicy on EKS Auto Mode.",
    explanation:
      "The addresses behind a domain name are learnt while the cluster runs, so no list of address blocks stands for it. The rule is left out.",
  },
  "CAL-R105": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{what}` is a field that no release knows, so what the rule was meant to match is not known",
    hint: "Correct the field's name or remove it.",
    explanation:
      "The API server drops unknown fields, and the rule then matches more than its author wrote. Whether the cluster ever had the field is not to be seen in the file. An Allow with such a field is left out.",
    retired: true,
  },
  "CAL-R106": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: ports by number need the protocol TCP, UDP or SCTP in the rule",
    hint: "Add `protocol: TCP`, UDP or SCTP.",
    explanation:
      "Calico's validation refuses port numbers without one of these protocols. A stored rule without it cannot be programmed, so nobody knows what it matched.",
  },
  "CAL-R107": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: ICMP conditions need the protocol ICMP or ICMPv6 in the rule",
    hint: "Add `protocol: ICMP` or `protocol: ICMPv6`.",
    explanation:
      "Calico's validation refuses `icmp` without an ICMP protocol, and its data planes cannot program `notICMP` without one.",
  },
  "CAL-R108": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: nothing is known about this service, so its endpoints are not known",
    hint: "Give an inventory: `kubectl get ns,sa,pods,svc,endpointslices,nodes -A -o yaml > inventory.yaml` and `--inventory inventory.yaml`.",
    explanation:
      "Calico replaces a service by the addresses and ports of its EndpointSlices. Kubernetes has no service peers: the service's selector, or its addresses if it has none, is written instead. That takes the Service, and EndpointSlices for a service without a selector.",
  },
  "CAL-R109": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{what}`: without a namespace Calico finds no such service and the rule matches nothing",
    hint: "Add the service's namespace to the rule.",
    explanation:
      "The API's text promises the policy's own namespace, but Calico's look-up uses the empty one, which no EndpointSlice has. An Allow is left out, as in Calico today; a Deny or Pass is taken as if the policy's namespace were meant.",
  },
  "CAL-R110": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: the service's endpoints do not all have the same ports",
    hint: "Write one rule for each group of endpoints.",
    explanation:
      "One rule is one set of peers with one set of ports. Endpoints that listen on different ports would each get the ports of the others.",
  },
  "CAL-R111": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{what}`: a service can only be the source of an ingress rule or the destination of an egress rule",
    hint: "Select the pods with a selector.",
    explanation:
      "Calico's validation refuses a service at the policy's own side. What a stored rule of that kind matches is not known.",
  },
  "CAL-R112": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}`: a port asked for by name can be one of the numbers excluded",
    hint: "Name the ports by number.",
    explanation:
      "A port's name stands for whatever number the destination pod gives it. The name without certain numbers cannot be said.",
  },
  "CAL-R113": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{what}`: a host endpoint of the input calls a port so too, and Kubernetes names the ports of pods alone",
    hint: "Name the ports by number.",
    explanation:
      "Named ports of host endpoints take part in Calico's rules as those of pods do. An Allow is converted without the host endpoints; a Deny or Pass that can meet one is taken to match every port of its protocol.",
  },
  "CAL-R114": {
    severity: "info",
    effect: "none",
    message:
      "the {direction} rules of `{policy}` are never used, since its `types` leave {direction} out",
    hint: "Add the direction to `types` if the rules should count, or remove the rules.",
    explanation:
      "Calico ignores the rules of a direction that `types` does not name, and so does the conversion.",
  },
  "CAL-R115": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{what}`: named ports hold for pods alone, the numbers for the addresses of network sets too",
    hint: "Write two rules, one for the names and one for the numbers.",
    explanation:
      "A port name never matches an address that only a network set covers, even if a pod has that address. One rule with both cannot be said exactly where a set matches.",
  },
  "CAL-R116": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}` without a protocol: releases of Calico disagree about what it matches",
    hint: "Add `protocol: TCP`, UDP or SCTP, a rule for each.",
    explanation:
      "Up to 3.31 Calico refuses ports without a protocol, and its agent ignores a stored policy with them. Later releases take names alone; that these stand for ports of TCP is certain, that they stand for those of UDP and SCTP is not. An Allow is converted for TCP; a Deny or Pass may match all three.",
  },
  "CAL-N101": {
    severity: "warning",
    effect: "narrows",
    message:
      "the domains of `{set}` ({domains}) are left out of this rule: Kubernetes has no DNS peers",
    hint: "Allow the provider's address ranges, or keep the rule as an ApplicationNetworkPolicy on EKS Auto Mode.",
    explanation:
      "The `allowedEgressDomains` of a network set count in Allow rules for egress. The set's addresses are converted, its domains are not.",
  },
  "CAL-N102": {
    severity: "warning",
    effect: "narrows",
    message:
      "whether the rule's selectors match `{set}` depends on labels of its namespace, which are not known",
    hint: "Give the Namespace object, or `--known-namespace {namespace}:key=value`.",
    explanation:
      "A network set inherits the labels of its namespace. Without them an Allow is taken not to match the set, a Deny or Pass to match it.",
  },
  "CAL-N103": {
    severity: "warning",
    effect: "narrows",
    message: "`{what}` excludes a network set with domains, whose addresses are not known",
    hint: "Exclude the provider's address ranges instead.",
    explanation:
      "What is left after taking away the addresses behind a domain name cannot be said with address blocks.",
  },
  "CAL-N104": {
    severity: "warning",
    effect: "narrows",
    message:
      "the {what} ask for global network sets or host endpoints alone, and the input has none of them",
    hint: "Add them to the input: `kubectl get globalnetworksets.crd.projectcalico.org,hostendpoints.crd.projectcalico.org -o yaml`. If there are none, remove the rule.",
    explanation:
      "`global()` and selectors like it match what is in no namespace: global network sets and host endpoints. A policy with one tells that the cluster has, or had, such objects, so an input without any is more likely incomplete than right. An Allow of them is left out, and a Deny or Pass is taken to match every address.",
  },
  "CAL-N105": {
    severity: "warning",
    effect: "narrows",
    message:
      "whether the rule's selectors match `{set}` depends on labels that it inherits from a profile, which is not read",
    hint: "Give the host endpoint those labels itself, and leave the profile out.",
    explanation:
      "A host endpoint inherits the labels that its profiles apply. Where Kubernetes is Calico's datastore there are no profiles but those that Calico makes; with etcd there may be. An Allow is taken not to match the host by such labels, a Deny or Pass to match it.",
  },
});
