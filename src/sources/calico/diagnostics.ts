import { defineDiagnostics } from "../../diagnostics/define.ts";
import { ruleDefinitions } from "./rule-diagnostics.ts";

/** What reading Calico's documents can find. Codes from 101 on belong to their interpretation. */
export const calicoDiagnostics = defineDiagnostics({
  // --- P: policies and tiers ---------------------------------------------------------------------------------------
  "CAL-P001": {
    severity: "error",
    effect: "unknown",
    message: "the name `{name}` is not one that Calico takes for a {kind}: {reason}",
    hint: "Correct `metadata.name`; nothing of this name can be in force.",
    explanation:
      "Calico takes names of lower-case letters, digits and `-`. Dots separate such parts; a tier's name has none and at most 63 characters. Names become file names here, so a name that breaks these rules is never used.",
  },
  "CAL-P002": {
    severity: "info",
    effect: "none",
    message: "the {kind} `{name}` names no namespace, so it is taken to lie in `{namespace}`",
    hint: "Name the namespace in the document, or give it with `--namespace`.",
    explanation:
      "kubectl puts an object without a namespace in the one of the current context, which a file does not tell. The conversion takes the one given by `--namespace`, or `default`.",
  },
  "CAL-P003": {
    severity: "error",
    effect: "unknown",
    message: "`{namespace}` is not a valid name of a namespace",
    hint: "Correct `metadata.namespace`: lower-case letters, digits and `-`, at most 63 characters.",
    explanation:
      "The API server refuses such a namespace, so the policy cannot be in force. The name would also become the name of a folder.",
  },
  "CAL-P004": {
    severity: "warning",
    effect: "none",
    message: "a {kind} belongs to no namespace, so `metadata.namespace: {namespace}` means nothing",
    hint: "Remove `metadata.namespace`, or use the namespaced kind if the policy was meant for one namespace.",
    explanation:
      "The API server ignores a namespace on a cluster-wide kind. Readers of the file easily believe otherwise.",
  },
  "CAL-P005": {
    severity: "warning",
    effect: "none",
    message:
      "the stored {kind} `{name}` has no `types`, so Calico applies it to ingress and egress: {closed} is denied although it has no rule for it",
    hint: "Set `spec.types` if that is not what is meant.",
    explanation:
      "Written through calicoctl or Calico's API server, a policy without `types` gets them from the rules that it has. A document applied to the storage kind `crd.projectcalico.org/v1` is not defaulted, and Calico's agent reads missing types as both directions.",
  },
  "CAL-P006": {
    severity: "warning",
    effect: "none",
    message:
      "the {kind} `{name}` has an empty `ingress` list and no `types`: whether it closes ingress depends on how it was written to the cluster; it is taken to close it, the narrower reading",
    hint: "Set `spec.types`: `[Ingress, Egress]` if ingress is closed today, `[Egress]` if it is not.",
    explanation:
      "calicoctl takes an empty list for no list and sets the types to egress alone; a cluster with native v3 resources goes by the presence of the field and sets both. What is stored has the types, so an export of the cluster says it.",
  },
  "CAL-P007": {
    severity: "error",
    effect: "unknown",
    message: "the policy `{name}` is not valid: {reason}",
    hint: "Correct the policy: Calico refuses it, so it is not in force as written.",
    explanation:
      "Calico's validation refuses some combinations: `doNotTrack` with `preDNAT`, either of them without `applyOnForward: true`, `preDNAT` with egress, a direction given twice in `types`.",
  },
  "CAL-P008": {
    severity: "info",
    effect: "none",
    message: "the {kind} `{name}` is staged: Calico never enforces it, so it is not converted",
    hint: "Enforce it in Calico first if it is to be part of the conversion.",
    explanation:
      "Staged policies are proposals. Calico reports what they would do and lets traffic pass as if they were not there.",
  },
  "CAL-P009": {
    severity: "warning",
    effect: "none",
    message: "the staged policy `{name}` would be refused by Calico: {reason}",
    hint: "It is never enforced, so the conversion goes on without it.",
    explanation:
      "A staged policy decides no traffic. What is wrong in it is told, but it stops nothing.",
  },
  "CAL-P010": {
    severity: "warning",
    effect: "none",
    message:
      "`{name}` is Calico's copy of the Kubernetes NetworkPolicy `{original}`, not a policy of its own",
    hint: "Leave such copies out of the input and pass the Kubernetes NetworkPolicy itself.",
    explanation:
      "Calico lists the cluster's Kubernetes policies among its own, under names that begin with `knp.default.`. The original stays in the cluster; converting its copy makes a second one.",
  },
  "CAL-P011": {
    severity: "error",
    effect: "unknown",
    message: "the policy `{name}` is made by OpenStack and selects virtual machines, not pods",
    hint: "Leave policies whose names begin with `ossg.default.` out of the input.",
    explanation:
      "Calico for OpenStack turns security groups into policies. Their subjects are virtual machines, for which Kubernetes has no policy.",
  },
  "CAL-P012": {
    severity: "error",
    effect: "unknown",
    message: "the tier `{name}` is not valid: {reason}",
    hint: "Correct the Tier: Calico refuses it as it is.",
    explanation:
      "The tier `default` always has order 1000000 and ends in Deny; Calico keeps the orders of its own tiers for the Kubernetes admin policies fixed, too.",
  },
  "CAL-P013": {
    severity: "info",
    effect: "none",
    message:
      "the {kind} `{name}` is in the input twice with the same content: one of the two is left out",
    hint: "Keep one of the two files.",
    explanation:
      "A dump of a cluster holds each policy in the form of the API and in the form of its storage, and folders often hold copies. Same kind, namespace, name, tier and content: one object.",
  },
  "CAL-P014": {
    severity: "error",
    effect: "unknown",
    message: "the {kind} `{name}` is in the input twice with different content",
    hint: "Keep the one that is in force.",
    explanation:
      "Only one of two objects of the same kind, namespace and name can be in force, and nothing in the files tells which.",
  },
  "CAL-P015": {
    severity: "warning",
    effect: "none",
    message: "`{field}` has {count} entries, more than the {limit} that the newest Calico takes",
    hint: "Split the policy before you write it to a newer Calico; the conversion goes on.",
    explanation:
      "New releases limit the rules of a direction to 1024, the nets of an entity to 256 and its ports to 50. Older ones enforce longer lists, so they are converted.",
  },
  "CAL-P016": {
    severity: "error",
    effect: "unknown",
    message:
      "the annotation `projectcalico.org/metadata` of the stored {kind} `{name}` cannot be read: {reason}",
    hint: "Export the policy again, best through `calicoctl get -o yaml`.",
    explanation:
      "In its storage form Calico keeps labels, annotations and the name of an object as JSON in this annotation. Calico itself cannot read the object without it.",
  },
  "CAL-P017": {
    severity: "error",
    effect: "unknown",
    message: "the label `{key}: {value}` is refused by the API server: {reason}",
    hint: "Correct the label.",
    explanation:
      "Keys of labels are names of at most 63 characters with an optional DNS prefix, values have at most 63 characters; both hold letters, digits, `-`, `_` and `.` and begin and end with a letter or digit.",
  },
  "CAL-P018": {
    severity: "error",
    effect: "unknown",
    message: "a {kind} without `apiVersion` belongs to no API",
    hint: "Write `apiVersion: projectcalico.org/v3` if it is Calico's.",
    explanation:
      "`NetworkPolicy` is a kind of Kubernetes and of Calico; the API group alone tells which is meant.",
  },
  "CAL-P019": {
    severity: "error",
    effect: "unknown",
    message: "the name of the tier, `{tier}`, is not one that a Tier can have",
    hint: "Correct `spec.tier`.",
    explanation: "No Tier of this name can exist, so where the policy is evaluated cannot be told.",
  },
  "CAL-P020": {
    severity: "warning",
    effect: "none",
    message: "open-source Calico takes one dot at most in the name of a policy; `{name}` has more",
    hint: "Nothing to do if the policy is from Calico Enterprise or Cloud.",
    explanation:
      "In open source the one dot stands after the name of the tier. Enterprise takes further ones.",
  },
  "CAL-P021": {
    severity: "info",
    effect: "none",
    message:
      "`{name}` in `{namespace}` guards a part of Calico itself, which goes away with Calico",
    hint: "Leave it out of the input if Calico is removed after the switch.",
    explanation:
      "The operator writes policies for the pods of Calico in namespaces that begin with `calico-` or `tigera-`. They are converted like all others.",
  },
  "CAL-P023": {
    severity: "warning",
    effect: "unknown",
    message:
      "the stored policy `{name}` is in tier `{tier}` by its spec and in tier `{tierInName}` by its name; up to 3.31 Calico goes by the name",
    hint: "Make the two agree: a policy of the tier `sec` is called `sec.something`, and only one of the default tier has no dot.",
    explanation:
      "Releases up to 3.31 take the tier of a policy from its name, and their API refuses one that does not agree with `spec.tier`. What was stored past the API is in another tier there than with newer releases, which go by `spec.tier`, as the conversion does.",
  },
  "CAL-P022": {
    severity: "warning",
    effect: "none",
    message:
      "the tier `{name}` has no order; it is taken to have {order}, as in every release that enforces it",
    hint: "Nothing to do if this is the tier that Calico made.",
    explanation:
      "Older releases stored their own tiers without an order. Newer ones refuse that and keep the order fixed.",
  },

  // --- S: selectors ------------------------------------------------------------------------------------------------
  "CAL-S001": {
    severity: "error",
    effect: "unknown",
    message:
      "the selector `{selector}` {problem}; Calico refuses a policy with it, so it is not in force",
    hint: "{advice}",
    explanation:
      "Calico's validation parses each selector of a document. A policy with a selector that does not parse cannot have been written through calicoctl or Calico's API server.",
  },
  "CAL-S002": {
    severity: "error",
    effect: "unknown",
    message: "the selector `{selector}` uses `global()`, which Calico takes {where} only",
    hint: "Use `namespaceSelector: global()` in a rule's source or destination.",
    explanation:
      "`global()` stands for endpoints outside of any namespace. It has this meaning in the namespaceSelector of a rule alone, and only if that says nothing else.",
  },
  "CAL-S003": {
    severity: "error",
    effect: "unknown",
    message:
      "the selector `{selector}` {problem}; Calico drops it from this policy, which today applies to more pods than it says",
    hint: "{advice}",
    explanation:
      "A stored policy whose `namespaceSelector` or `serviceAccountSelector` does not parse is enforced without it. Neither that nor what was meant is a safe thing to convert.",
  },
  "CAL-S004": {
    severity: "error",
    effect: "unknown",
    message:
      "the selector `{selector}` {problem}; Calico ignores this policy, so it is not in force today",
    hint: "{advice}",
    explanation:
      "A stored policy with a selector that does not parse is skipped by Calico's agent as if it did not exist. Converting what its author may have meant would change what is allowed.",
  },
  "CAL-S005": {
    severity: "warning",
    effect: "none",
    message: "the selector in `{field}` is {length} characters long; the newest Calico takes 1024",
    hint: "Shorten it before you write the policy to a newer Calico; the conversion goes on.",
    explanation: "New releases cap selectors at 1024 characters. Older ones enforce longer ones.",
  },
  "CAL-S006": {
    severity: "error",
    effect: "unknown",
    message:
      "`{field}` holds nothing but blanks: Calico's API takes it, but its agent ignores the policy or fails on it",
    hint: "Write `all()`, or remove the field.",
    explanation:
      "By itself a blank selector selects everything. The agent puts it in parentheses beside the other conditions, where it does not parse: a policy with it is skipped as if it did not exist, and a blank `notSelector` beside another selector even stops the agent (Calico 3.31). Nothing that could be converted is in force.",
  },

  // --- R, N: rules, nets and network sets ---------------------------------------------------------------------------
  ...ruleDefinitions,

  // --- E: endpoints ------------------------------------------------------------------------------------------------
  "CAL-E001": {
    severity: "error",
    effect: "unknown",
    message: "the host endpoint `{name}` is not valid: {reason}",
    hint: "Correct the HostEndpoint: Calico refuses it as it is.",
    explanation:
      "A host endpoint names its node, and an interface or the addresses that are expected on it. The addresses are plain ones, without a prefix length.",
  },
  "CAL-E002": {
    severity: "warning",
    effect: "none",
    message:
      "the host endpoint `{name}` inherits labels from the profile `{profile}`, which is not read, so whether it has a label that is not its own counts as unknown",
    hint: "Give the host endpoint those labels itself, and leave the profile out.",
    explanation:
      "The labels that a profile applies count as labels of the endpoint. Profiles are not read. A selector that hangs on such labels is taken not to match the addresses of this host in an Allow, and to match them in a Deny or Pass.",
  },
  "CAL-E003": {
    severity: "warning",
    effect: "none",
    message: "the profile `{name}` has no effect on Kubernetes",
    hint: "Remove it from the input, or check that it is not from a cluster with an etcd datastore.",
    explanation:
      "With the Kubernetes datastore Calico makes the profiles of pods from namespaces and service accounts; profiles written by users are read with etcd alone.",
  },

  // --- X: everything else ------------------------------------------------------------------------------------------
  "CAL-X001": {
    severity: "error",
    effect: "unknown",
    message: "`{field}` is {found}, but must be {expected}",
    hint: "{advice}",
    explanation:
      "The API refuses an object in which a field has a value of another type than its schema says, so the object cannot be in force as written.",
  },
  "CAL-X002": {
    severity: "error",
    effect: "unknown",
    message: "`{field}` is missing",
    hint: "Add the field: the API refuses the object without it.",
    explanation: "The API refuses an object without its required fields.",
  },
  "CAL-X003": {
    severity: "warning",
    effect: "unknown",
    message: "`{field}` is a field that the API does not know; it has no effect in the cluster",
    hint: "{advice}",
    explanation:
      "The API server drops a field that it does not know. The document is read without it, as the cluster does; its author may have meant it to count.",
  },
  "CAL-X004": {
    severity: "warning",
    effect: "none",
    message: "{count} more findings of this kind in this document are not listed",
    explanation: "After twenty findings in one document the rest is counted only.",
  },
  "CAL-X005": {
    severity: "error",
    effect: "unknown",
    message:
      "the document has at least {count} fields that the API does not know, so the rest of it was not checked",
    hint: "Check that this is the kind of document that it says it is.",
    explanation: "Beyond some thousand findings the check of a document is given up.",
  },
  "CAL-X006": {
    severity: "error",
    effect: "unknown",
    message: "`{apiVersion}` `{kind}` is a document of Calico before 3.0",
    hint: "Convert it with `calicoctl convert -f FILE` of a 3.x release first.",
    explanation:
      "The API of Calico 1 and 2 names and evaluates things differently. calicoctl converts it to `projectcalico.org/v3`.",
  },
  "CAL-X007": {
    severity: "error",
    effect: "unknown",
    message: "`{kind}` of `{apiVersion}` seems to decide traffic, and it cannot be read",
    hint: "Express it as a NetworkPolicy or GlobalNetworkPolicy of `projectcalico.org/v3`, or convert the rest with `--allow-incomplete`, without any promise about the result.",
    explanation:
      "A policy that is not read could deny what the conversion allows. So a kind of Calico's API that calls itself a network policy is never ignored.",
  },
  "CAL-X008": {
    severity: "warning",
    effect: "unknown",
    message: "`{kind}` is not a known kind of `{apiVersion}`; it is ignored",
    hint: "{advice}",
    explanation:
      "No release known to this tool has the kind, so whether it decides traffic cannot be told. It does not call itself a policy, so the conversion goes on.",
  },
  "CAL-X009": {
    severity: "warning",
    effect: "unknown",
    message:
      "a RemoteClusterConfiguration brings pods of other clusters into selectors; they are not taken into account",
    hint: "Check the rules whose selectors are meant for pods of the other cluster.",
    explanation:
      "With federation a selector matches endpoints of the remote clusters too. Kubernetes selectors match pods of the own cluster alone.",
  },
  "CAL-X010": {
    severity: "warning",
    effect: "unknown",
    message: "the Felix setting `{setting}: {value}` changes verdicts: {what}",
    hint: "Decide whether that behaviour is to be kept; a NetworkPolicy cannot express it.",
    explanation:
      "Some settings of Calico's agent decide traffic beside the policies. The conversion takes the default settings for granted.",
  },
  "CAL-X014": {
    severity: "warning",
    effect: "none",
    message:
      "Felix runs with `dropActionOverride: {value}`: what policies deny is let through today, and will be denied after the switch",
    hint: "See in the flow logs what would be denied, and set `dropActionOverride` to `Drop` before you apply the output.",
    explanation:
      "The setting is a trial of policies that are meant to be enforced, so they are converted as if they were; every outcome rests on that (`enforced`). NetworkPolicies have no such mode: from the moment they are applied they deny.",
  },
  "CAL-X011": {
    severity: "info",
    effect: "none",
    message: "a {kind} decides no verdict itself: {note}",
    explanation:
      "Kinds of Calico Enterprise that touch traffic without deciding it are named, then ignored.",
  },
  "CAL-X013": {
    severity: "error",
    effect: "unknown",
    message:
      "`{field}` differs from a field of the API in upper and lower case: calicoctl reads it, the API server drops it",
    hint: "{advice}",
    explanation:
      "calicoctl does not mind the case of a field's name, the API server does. So which of two policies is in force depends on how the document was applied, and no reading is safe.",
  },
  "CAL-X012": {
    severity: "error",
    effect: "unknown",
    message: "`{apiVersion}` is not a version of Calico's API that can be read",
    hint: "Export the {kind} as `projectcalico.org/v3`.",
    explanation:
      "Known are `projectcalico.org/v3` and the storage form `crd.projectcalico.org/v1`.",
  },
});
