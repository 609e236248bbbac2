import { defineDiagnostics } from "../../diagnostics/define.ts";

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
    effect: "narrows",
    message:
      "the {kind} `{name}` has an empty `ingress` list and no `types`: whether it closes ingress depends on how it was written to the cluster; it is taken to",
    hint: "Set `spec.types` to say it.",
    explanation:
      "calicoctl takes an empty list for no list and sets the types to egress alone; a cluster with native v3 resources goes by the presence of the field and sets both. Both is the narrower reading.",
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

  // --- R: rules ----------------------------------------------------------------------------------------------------
  "CAL-R001": {
    severity: "error",
    effect: "unknown",
    message: "`{protocol}` is not a protocol that Calico knows",
    hint: "{advice}",
    explanation:
      "A protocol is TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from 1 to 255. Calico's API takes the names as written here, upper and lower case included.",
  },
  "CAL-R002": {
    severity: "warning",
    effect: "none",
    message:
      "the protocol `{protocol}` is not written as the API wants it; Calico's agent reads it as `{known}`",
    hint: "Write `{known}`.",
    explanation:
      "Validation is case-sensitive, but a document in the storage form passes none, and Calico's agent does not mind the case.",
  },
  "CAL-R003": {
    severity: "error",
    effect: "unknown",
    message: "`{field}` needs a protocol with ports, but `protocol` is {protocol}",
    hint: "Set `protocol` to TCP, UDP or SCTP.",
    explanation:
      "Port numbers mean something for TCP, UDP and SCTP alone. A rule with ports and without such a protocol is refused by Calico; in releases after 3.31 names of ports may stand without a protocol.",
  },
  "CAL-R004": {
    severity: "error",
    effect: "unknown",
    message: "`{port}` is not a port: {reason}",
    hint: "Write a number from 1 to 65535, a range such as `80:90`, or the name of a container port.",
    explanation:
      "Calico writes ranges with `:`. Everything that is neither a number nor a range is taken for the name of a port, and those have at most 15 lower-case letters, digits and `-`, one letter at least.",
  },
  "CAL-R005": {
    severity: "error",
    effect: "unknown",
    message: "the ICMP part of the rule is not valid: {reason}",
    hint: "Set `protocol` to ICMP or ICMPv6, and give a `type` with each `code`.",
    explanation:
      "Types and codes belong to ICMP and ICMPv6. Calico refuses `icmp` under another protocol, and its agent cannot program `notICMP` under another one.",
  },
  "CAL-R006": {
    severity: "error",
    effect: "unknown",
    message: "`ipVersion: {version}` contradicts {what}",
    hint: "Correct `ipVersion`, or remove it.",
    explanation:
      "A rule for one IP version cannot have nets of the other, ICMP belongs to IPv4 and ICMPv6 to IPv6. Calico refuses such a rule.",
  },
  "CAL-R007": {
    severity: "error",
    effect: "unknown",
    message: "the rule has IPv4 and IPv6 nets, which Calico refuses",
    hint: "Write a rule for each IP version.",
    explanation:
      "All nets of one rule, source and destination, must be of one IP version in a document of the v3 API.",
  },
  "CAL-R008": {
    severity: "warning",
    effect: "none",
    message:
      "the nets of the rule and its IP version do not go together; Calico's agent keeps those of each version apart",
    hint: "Write a rule for each IP version.",
    explanation:
      "The v3 API refuses such a rule. One that was stored past it is programmed once for each IP version, with the nets of that version; where a list is left empty by that, the rule does not apply to that version.",
  },
  "CAL-R009": {
    severity: "error",
    effect: "unknown",
    message:
      "`{net}` in `notNets` excludes every address, so the rule would match nothing; Calico refuses it",
    hint: "Remove the entry or the rule.",
    explanation: "A catch-all among the excluded nets contradicts every match.",
  },
  "CAL-R010": {
    severity: "warning",
    effect: "none",
    message:
      "`{net}` in `notNets` excludes every address of its IP version, so the rule matches nothing there",
    hint: "Remove the entry or the rule.",
    explanation:
      "The newest v3 API refuses such a rule. One that was stored past it never matches.",
  },
  "CAL-R011": {
    severity: "error",
    effect: "unknown",
    message: "the `services` match is not valid: {reason}",
    hint: "Correct the rule: Calico refuses it as it is.",
    explanation:
      "`services` names where the addresses are from, so it stands alone: without selectors, nets or service accounts beside it, as the destination of egress rules (then without ports) or the source of ingress rules. A global policy must name the namespace.",
  },
  "CAL-R012": {
    severity: "error",
    effect: "unknown",
    message: "the `http` match is not valid: {reason}",
    hint: "Correct the rule: Calico refuses it as it is.",
    explanation:
      "HTTP matches belong to Allow rules of ingress for TCP. A path is exact or a prefix, begins with `/` and holds no `?`, `#` or space.",
  },
  "CAL-R013": {
    severity: "warning",
    effect: "unknown",
    message:
      "`{field}` is a field that no release of the API knows; what the rule was meant to match is not known",
    hint: "{advice}",
    explanation:
      "The API server drops a field that it does not know, so the rule in force matches without it. Its author meant something by it, most often a further condition. The rule counts as one that may or may not match: an Allow is left out, a Deny taken in full.",
  },
  "CAL-R014": {
    severity: "warning",
    effect: "none",
    message:
      "the action `{action}` is not written as the API wants it; Calico's agent reads it as `{known}`",
    hint: "Write `{known}`.",
    explanation:
      "Validation is case-sensitive, but a document in the storage form passes none, and Calico's agent does not mind the case: the rule is in force.",
  },
  "CAL-R015": {
    severity: "warning",
    effect: "none",
    message:
      "`{field}` has the code {code} and no type; Calico's agent does not look at it, so the rule is about every type",
    hint: "Give the type too, or remove `{field}`.",
    explanation:
      "The v3 API refuses a code without a type. In the storage form nothing does, and the agent takes no notice of the code: the rule matches all of its protocol. It is converted as what it does.",
  },
  "CAL-R016": {
    severity: "warning",
    effect: "none",
    message:
      "`ipVersion: {version}` does not go with {what}; Calico's agent programs the rule for that IP version all the same",
    hint: "Correct `ipVersion`, or remove it.",
    explanation:
      "ICMP belongs to IPv4 and ICMPv6 to IPv6, and the v3 API refuses other combinations. One that was stored past it is programmed as written: it matches the protocol's number in packets of that IP version, which hardly ever occur.",
  },
  "CAL-R017": {
    severity: "warning",
    effect: "unknown",
    message: "the `http` match stands where Calico's API refuses it: {reason}",
    hint: "Remove the `http` match, or the rule.",
    explanation:
      "The rule can only have been stored past validation. Calico's data planes ignore the match, so the rule is about all traffic there, while its Envoy integration may not. It counts as a rule that may or may not match.",
  },

  // --- N: nets and network sets ------------------------------------------------------------------------------------
  "CAL-N001": {
    severity: "error",
    effect: "unknown",
    message: "`{net}` is neither a CIDR nor an IP address",
    hint: "Write it as `10.0.0.0/8`, `192.0.2.7` or `2001:db8::/32`.",
    explanation:
      "Nets are CIDRs. Numbers with leading zeros and prefix lengths beyond the address are no part of them.",
  },
  "CAL-N002": {
    severity: "warning",
    effect: "none",
    message: "`{net}` has bits set behind its prefix; it is read as `{canonical}`",
    hint: "Write `{canonical}`, or the address alone if that was meant.",
    explanation:
      "The v3 API refuses nets that are not masked. Calico's agent masks those that were stored past it.",
  },
  "CAL-N003": {
    severity: "warning",
    effect: "none",
    message: "`{net}` has no prefix length; it is read as `{canonical}`",
    hint: "Write `{canonical}`.",
    explanation:
      "The v3 API refuses plain addresses in a rule. Calico's agent reads those that were stored past it as networks of one address.",
  },
  "CAL-N004": {
    severity: "error",
    effect: "unknown",
    message: "a {kind} may not have the label `projectcalico.org/namespace`",
    hint: "Remove the label: Calico sets it itself.",
    explanation:
      "Calico adds this label to what lies in a namespace. It refuses a set that brings its own.",
  },

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
    effect: "unknown",
    message:
      "the host endpoint `{name}` inherits labels from the profile `{profile}`; they are not taken into account when selectors are matched with it",
    hint: "Give the host endpoint those labels itself, or check the rules whose selectors could match them.",
    explanation:
      "The labels that a profile applies count as labels of the endpoint. Profiles are not read, so a selector on them is taken not to match the addresses of this host.",
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
    hint: "Express it as a NetworkPolicy or GlobalNetworkPolicy of `projectcalico.org/v3`.",
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
