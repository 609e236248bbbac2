import { defineDiagnostics } from "../../diagnostics/define.ts";

/** What reading Cilium's documents can find. Codes from 101 on belong to their interpretation. */
export const ciliumDiagnostics = defineDiagnostics({
  // --- P: policies -------------------------------------------------------------------------------------------------
  "CIL-P001": {
    severity: "error",
    effect: "unknown",
    message: "`{name}` is not a name that the API server takes for a {kind}",
    hint: "Correct `metadata.name`: lower-case letters, digits, `-` and `.`.",
    explanation:
      "Nothing of this name can be in force. Names become file names here, so a name that breaks the API's rules is never used.",
  },
  "CIL-P002": {
    severity: "info",
    effect: "none",
    message: "the {kind} `{name}` names no namespace, so it is taken to lie in `{namespace}`",
    hint: "Name the namespace in the document, or give it with `--namespace`.",
    explanation:
      "kubectl puts an object without a namespace in the one of the current context, which a file does not tell. The conversion takes the one given by `--namespace`, or `default`. It never makes the policy cluster-wide.",
  },
  "CIL-P003": {
    severity: "error",
    effect: "unknown",
    message: "`{namespace}` is not a valid name of a namespace",
    hint: "Correct `metadata.namespace`: lower-case letters, digits and `-`, at most 63 characters.",
    explanation:
      "The API server refuses such a namespace, so the policy cannot be in force. The name would also become the name of a folder.",
  },
  "CIL-P004": {
    severity: "warning",
    effect: "none",
    message: "a {kind} belongs to no namespace, so `metadata.namespace: {namespace}` means nothing",
    hint: "Remove `metadata.namespace`, or use a CiliumNetworkPolicy if it was meant for one namespace.",
    explanation:
      "The API server ignores a namespace on a cluster-wide kind. Readers of the file easily believe otherwise.",
  },
  "CIL-P005": {
    severity: "error",
    effect: "unknown",
    message: "the policy has neither `spec` nor `specs`, so Cilium refuses it",
    hint: "Write its rules below `spec`, or remove the document.",
    explanation:
      "Both may be there, and then all of their rules count, but one of them has to be. A policy without either is most likely cut off.",
  },
  "CIL-P006": {
    severity: "warning",
    effect: "none",
    message:
      "this policy has no rule in `ingress`, `ingressDeny`, `egress` or `egressDeny`: it has no effect",
    hint: "Remove it. To isolate pods, give `ingress` or `egress` one element without fields.",
    explanation:
      "An empty list is the same as none: it isolates nothing. Newer releases refuse such a policy, older ones accept it without effect, so nothing is lost either way.",
  },
  "CIL-P007": {
    severity: "error",
    effect: "unknown",
    message: "the status of the policy says that Cilium found it invalid{reason}",
    hint: "Correct the policy in the cluster, or remove it: it is not in force.",
    explanation:
      "The operator validates policies and writes the condition `Valid: False` into the status of those that no agent takes; before it did, each agent wrote into `status.nodes` whether it took the policy. Such a policy isolates nothing and allows nothing today, so converting it would change what pods may do.",
  },
  "CIL-P008": {
    severity: "warning",
    effect: "none",
    message: "the {kind} `{name}` is there more than once, with the same content",
    hint: "Leave the copies out.",
    explanation: "A cluster holds one object of a kind and name. The copies are not counted.",
  },
  "CIL-P009": {
    severity: "error",
    effect: "unknown",
    message: "the {kind} `{name}` is there more than once, and not the same",
    hint: "Keep the one that is in force: `kubectl get` shows it.",
    explanation:
      "Only one of them can be in the cluster, and nothing in the input says which. They may differ in what they deny, so nothing is written until it is known.",
  },
  "CIL-P010": {
    severity: "info",
    effect: "none",
    message:
      "`{name}` was written by Cilium itself for a policy with groups; its addresses are taken for those of the groups",
    explanation:
      "For each policy with `toGroups` or `fromGroups` the operator writes one that lists the addresses that the groups have at the moment, and the agent enforces that one alone. It comes and goes with its parent, which is what is converted.",
  },
  "CIL-P014": {
    severity: "warning",
    effect: "none",
    message:
      "`{name}` was written by Cilium itself for a policy with groups that is not in the input, so it is converted by itself",
    hint: "Add the policy that people wrote: then the output has its name, and no policy that comes and goes with a group.",
    explanation:
      "For each policy with `toGroups` or `fromGroups` the operator writes one that lists the addresses that the groups have at the moment, and the agent enforces that one alone. It is in force, so it is not passed over.",
  },
  "CIL-P011": {
    severity: "error",
    effect: "unknown",
    message: "Cilium refuses this policy: {what} need the setting `{setting}`, which is off",
    hint: "If it is on in the cluster, add its ConfigMap `kube-system/cilium-config` to the inventory.",
    explanation:
      "A feature that is switched off makes the agent refuse the whole document, not the rule alone: nothing of it is in force. Settings that the input does not have are taken to be the defaults.",
  },
  "CIL-P012": {
    severity: "error",
    effect: "unknown",
    message: "`{label}` is not a label that the API server takes",
    hint: "Correct it below `metadata.labels`, or remove it.",
    explanation: "The API server refuses the object, so it cannot be in force.",
  },
  "CIL-P013": {
    severity: "error",
    effect: "unknown",
    message:
      "this rule has none of `ingress`, `ingressDeny`, `egress` and `egressDeny`: newer releases of Cilium refuse the whole document for it",
    hint: "Remove the empty rule: then the document means the same in every release.",
    explanation:
      "Releases before 1.20 take such a rule for one without effect, and enforce the others of the document. Newer ones enforce nothing of it. Which of the two holds decides what pods may do.",
  },
  "CIL-P015": {
    severity: "warning",
    effect: "unknown",
    message:
      "the status of the policy says that {count} nodes did not take it ({nodes}){reason}: it is read as if it were in force on all",
    hint: "Look why these nodes do not enforce it: after the switch it holds for pods of every node. A status that is out of date may be removed.",
    explanation:
      "Agents before 1.16 wrote into `status.nodes` whether they took a policy. Where some did not, pods of their nodes are judged without it today, which no NetworkPolicy can say.",
  },
  // --- S: selectors ------------------------------------------------------------------------------------------------
  "CIL-S001": {
    severity: "error",
    effect: "unknown",
    message: "Cilium refuses this selector: {reason}",
    hint: "Correct it: as it is, the whole document is not in force.",
    explanation:
      "One selector that cannot be read voids the whole document, its isolation included: Cilium enforces none of its rules.",
  },
  // --- R: rules ----------------------------------------------------------------------------------------------------
  "CIL-R001": {
    severity: "error",
    effect: "unknown",
    message: "Cilium refuses this rule: {reason}",
    hint: "Correct it: as it is, the whole document is not in force.",
    explanation:
      "One rule that the API server or the agent refuses voids the whole document, its isolation included. Converting the good half would close and open what is not closed and open today.",
  },
  "CIL-R002": {
    severity: "error",
    effect: "unknown",
    message: "Cilium refuses this rule: {reason}",
    hint: "Correct the port, protocol or L7 rule: as it is, the whole document is not in force.",
    explanation:
      "The API server or the agent refuses the document because of one port, protocol, ICMP type or L7 rule, and then enforces none of its rules.",
  },
  "CIL-R010": {
    severity: "warning",
    effect: "narrows",
    message:
      "no release of Cilium knows the field `{field}`, so the rule may not say what was meant and {fate}",
    hint: "{advice}",
    explanation:
      "The API server drops unknown fields in silence, and the rule is enforced without them, often wider than meant: `ports` directly in a rule, or `toPorts` inside of a peer. Since the author meant something else, an Allow with such a field is left out, and a Deny with it is taken to deny whatever it may.",
  },
  // --- N: CIDRs ----------------------------------------------------------------------------------------------------
  "CIL-N001": {
    severity: "error",
    effect: "unknown",
    message: "Cilium refuses this rule: {reason}",
    hint: "Correct the CIDR: as it is, the whole document is not in force.",
    explanation:
      "CIDRs are written as prefixes, and each exception lies in the CIDR that it is an exception of. Anything else voids the whole document.",
  },
  "CIL-N002": {
    severity: "info",
    effect: "none",
    message: "`{cidr}` has bits behind its prefix; it means `{canonical}`",
    explanation: "Cilium ignores the bits behind the prefix, and so does the conversion.",
  },
  "CIL-N003": {
    severity: "warning",
    effect: "none",
    message: "`{cidr}` is IPv4 written as IPv6, which Cilium takes for IPv6: it stands for nobody",
    hint: "Write it as IPv4 if IPv4 is meant.",
    explanation:
      "Cilium keeps such a block in its table of IPv6 addresses, and no packet has one of these. So a rule allows or denies nobody by it, and an exception excepts nothing.",
  },
  // --- X: structure and other kinds --------------------------------------------------------------------------------
  "CIL-X001": {
    severity: "error",
    effect: "unknown",
    message: "`{field}` is {found}, but must be {expected}",
    hint: "{advice}",
    explanation:
      "The API server refuses a document with a value of the wrong type, so it cannot be in force as written.",
  },
  "CIL-X002": {
    severity: "error",
    effect: "unknown",
    message: "`{field}` is missing",
    hint: "Add it: the API refuses the object without it.",
    explanation:
      "The API server refuses a document without a required field, so it cannot be in force as written.",
  },
  "CIL-X003": {
    severity: "warning",
    effect: "none",
    message: "no release of Cilium knows the field `{field}`, so it has no effect",
    hint: "{advice}",
    explanation: "The API server drops unknown fields in silence.",
  },
  "CIL-X004": {
    severity: "info",
    effect: "none",
    message: "{count} more findings of this kind in this document are not listed",
    explanation: "Findings about one document are told one by one up to a limit, then counted.",
  },
  "CIL-X005": {
    severity: "error",
    effect: "unknown",
    message: "the document has at least {count} unknown fields, so the rest was not looked at",
    hint: "Check that the document is what its kind says.",
    explanation: "Past a limit no more findings are kept, so a wrong value may lie behind them.",
  },
  "CIL-X006": {
    severity: "error",
    effect: "unknown",
    message: "`{apiVersion}` is no version of the {kind} that is read here",
    hint: "Write `apiVersion: cilium.io/v2`.",
    explanation:
      "Policies are of `cilium.io/v2`. A document of another version cannot be in the cluster as it is written.",
  },
  "CIL-X007": {
    severity: "error",
    effect: "unknown",
    message:
      "the input has policies of Calico ({calico}) and of Cilium ({cilium}); which of the two is in force cannot be told",
    hint: "Say which engine enforces with `--from calico` or `--from cilium`: the policies of the other one are then left alone.",
    explanation:
      "A cluster has one engine that enforces policies. Files of both come from different times or clusters, or one of them is left over from an earlier migration and decides nothing.",
  },
  "CIL-X008": {
    severity: "info",
    effect: "none",
    message: "{count} policies of {engine} are left alone, as `--from` asks: {names}",
    explanation:
      "Policies of an engine that does not enforce decide nothing. They count as context and are not converted.",
  },
  "CIL-X009": {
    severity: "warning",
    effect: "none",
    message: "Cilium runs with `{setting}`: it enforces {what}, so nothing is written for them",
    hint: "Leave the ConfigMap out of the input to convert the policies as if they were enforced.",
    explanation:
      "A policy that is not enforced isolates nobody and denies nothing, whatever it says, and that is what is converted. A Kubernetes policy of the input is kept as it is all the same; it will be in force after the switch, and what that closes is told with it.",
  },
  "CIL-X012": {
    severity: "info",
    effect: "none",
    message:
      "Cilium runs with `enable-policy: always`: every pod is isolated in both directions, so a policy of that kind is written for each namespace",
    hint: "Leave the ConfigMap out of the input if pods that no policy selects are to be open after the switch.",
    explanation:
      "In this mode pods that no policy selects are isolated as well. The settings then count as a policy of their own, for all pods of all namespaces that are known.",
  },
  "CIL-X010": {
    severity: "warning",
    effect: "unknown",
    message: "Cilium runs with `{setting}: {value}`: {what}",
    hint: "The conversion takes the setting to be off; check what that changes.",
    explanation:
      "Some settings of the agent decide traffic beside the policies. The conversion follows the policies.",
  },
  "CIL-X014": {
    severity: "warning",
    effect: "narrows",
    message:
      "Cilium runs with `policy-audit-mode: true`: it only logs what policies deny, so all of that is allowed today and will be denied after the switch",
    hint: "See in the agents' log what would be denied (`cilium-dbg monitor -t policy-verdict`) and switch audit mode off before you apply the output.",
    explanation:
      "Audit mode is a trial of policies that are meant to be enforced, so they are converted as if they were; every outcome rests on that (`enforced`). NetworkPolicies have no such mode: from the moment they are applied they deny. Single endpoints can be put into audit mode as well (`cilium-dbg endpoint config`), which no object of the cluster tells.",
  },
  "CIL-X013": {
    severity: "warning",
    effect: "none",
    message:
      "the ConfigMap `cilium-config` is there more than once, and not the same: one of them is taken",
    hint: "Keep the one that is in the cluster.",
    explanation: "The settings of the agents decide how some selectors and rules are read.",
  },
});
