import { defineDiagnostics } from "../../diagnostics/define.ts";

/** Findings about Kubernetes policies of the input. An error means: the API server would refuse the object. */
export const kubernetesDiagnostics = defineDiagnostics({
  "K8S-P001": {
    severity: "error",
    effect: "unknown",
    message: "`{apiVersion}` NetworkPolicy was removed from Kubernetes in version 1.16",
    hint: "Change `apiVersion` to `networking.k8s.io/v1`; the fields are the same.",
    explanation:
      "kubectl refuses the document, so whether it is in force cannot be told from it. The fields of the removed version have the same meaning in networking.k8s.io/v1.",
  },
  "K8S-P002": {
    severity: "error",
    effect: "unknown",
    message: "There is no NetworkPolicy in `{apiVersion}`",
    hint: "Write `apiVersion: networking.k8s.io/v1`.",
    explanation: "networking.k8s.io has had one version of NetworkPolicy only: v1.",
  },
  "K8S-P003": {
    severity: "error",
    effect: "unknown",
    message: "The policy has no name",
    hint: "Set `metadata.name`.",
    explanation:
      "A policy is applied by its name. One with `generateName` alone gets another name each time it is created and cannot be applied, kept or replaced.",
  },
  "K8S-P004": {
    severity: "error",
    effect: "unknown",
    message: "`{name}` is not a valid name for a NetworkPolicy",
    hint: "Use at most 253 lower-case letters, digits, hyphens and dots, with a letter or digit at either end of each part.",
    explanation:
      "Names of NetworkPolicies are DNS-1123 subdomains; the API server refuses any other.",
  },
  "K8S-P005": {
    severity: "error",
    effect: "unknown",
    message: "`{namespace}` is not a valid name for a namespace",
    hint: "Use at most 63 lower-case letters, digits and hyphens, with a letter or digit at either end.",
    explanation: "Names of namespaces are DNS-1123 labels; the API server refuses any other.",
  },
  "K8S-P006": {
    severity: "info",
    effect: "none",
    message: "NetworkPolicy `{name}` names no namespace and is taken to be in `{namespace}`",
    hint: "Set `metadata.namespace`, or give it with `--namespace`.",
    explanation:
      "kubectl applies such a document to the namespace of its `-n` option or of its current context, which the document does not say. What is written names the namespace, so that it cannot end up in another one.",
  },
  "K8S-P007": {
    severity: "error",
    effect: "unknown",
    message: "`{type}` is not a policy type",
    hint: "Write `Ingress` or `Egress`, spelled so.",
    explanation: "The API server accepts `Ingress` and `Egress` alone, and minds their case.",
  },
  "K8S-P008": {
    severity: "error",
    effect: "unknown",
    message: "`policyTypes` has {count} entries, and the API server accepts at most two",
    hint: "Name each of `Ingress` and `Egress` once.",
    explanation: "The API server counts the entries without looking for duplicates.",
  },
  "K8S-P009": {
    severity: "warning",
    effect: "unknown",
    message:
      "`policyTypes` leaves out `{type}`, so the `{direction}` rules have no effect by the API",
    hint: "Delete the `{direction}` rules, or add `{type}` to `policyTypes` if they are meant.",
    explanation:
      "Rules of a direction that `policyTypes` does not name are stored and ignored. Not every engine follows the API there: the Amazon VPC CNI and Cilium enforce them all the same. The pods may then be isolated, or more may be allowed to pods that another policy isolates.",
  },
  "K8S-P010": {
    severity: "warning",
    effect: "none",
    message:
      "The policy has no `spec`, so it isolates every pod of namespace `{namespace}` on ingress",
    hint: "Write the `spec` out if that is meant.",
    explanation:
      "An absent `spec` is an empty one: the empty `podSelector` selects every pod, and `policyTypes` defaults to `Ingress`.",
  },
  "K8S-P011": {
    severity: "info",
    effect: "none",
    message:
      "NetworkPolicy `{name}` stands in the input twice with the same meaning, and is taken once",
    explanation:
      "The same policy is often read from a repository and from a dump of the cluster. Both select the same pods and allow the same traffic, so one of them is enough.",
  },
  "K8S-P012": {
    severity: "error",
    effect: "unknown",
    message: "NetworkPolicy `{name}` stands in the input twice, and the two differ",
    hint: "Remove the one that is not in force.",
    explanation:
      "A cluster holds one policy of a name in a namespace. Which of the two is in force cannot be told from the files, so nothing may rest on either.",
  },
  "K8S-P013": {
    severity: "error",
    effect: "unknown",
    message:
      "{kind} (`{apiVersion}`) decides traffic and cannot be read yet, so what the cluster allows is not known",
    hint: "Remove it from the input if it is not in force, or use `--allow-incomplete` to convert the rest without a promise.",
    explanation:
      "The result of a conversion can be compared with the source only if everything that decides traffic is taken into account. An object that allows, denies or passes traffic by rules of its own would make every claim about the rest void, so it is never ignored.",
  },
  "K8S-P014": {
    severity: "info",
    effect: "none",
    message: "{kind} (`{apiVersion}`) is left alone: {reason}",
    explanation:
      "Such objects restrict or steer traffic beside network policies, at another layer. They stay in force as they are and are no part of what is converted or promised.",
  },
  "K8S-P015": {
    severity: "info",
    effect: "none",
    message:
      "`egress` is empty and `policyTypes` is absent, so the policy does not isolate its pods on egress",
    hint: "Add `policyTypes: [Ingress, Egress]` if egress is meant to be closed.",
    explanation:
      "Without `policyTypes` a policy applies to egress only if it has at least one egress rule. An empty list closes nothing.",
  },
  "K8S-P016": {
    severity: "error",
    effect: "unknown",
    message: "The key `{key}` of `metadata.annotations` is not valid",
    hint: "Use an optional DNS name and a slash, then at most 63 letters, digits, hyphens, underscores and dots.",
    explanation:
      "Keys of annotations follow the rules of label keys; the API server refuses the object otherwise.",
  },
  "K8S-P017": {
    severity: "error",
    effect: "unknown",
    message: "The annotations are longer than 256 KiB together",
    hint: "Remove the longest of them.",
    explanation:
      "The API server refuses objects whose annotations, keys and values counted together, exceed 256 KiB.",
  },
  "K8S-P018": {
    severity: "error",
    effect: "unknown",
    message: "The value of annotation `{key}` is {found}, not text",
    hint: 'Put the value in quotes: `"{written}"`.',
    explanation:
      "Without quotes YAML reads words such as `yes`, `on` and `null` and every number as something other than text, and the API server accepts text alone.",
  },
  "K8S-P019": {
    severity: "error",
    effect: "unknown",
    message: "`{kind}` is not a kind of Kubernetes objects",
    hint: "Write `kind: NetworkPolicy`.",
    explanation:
      "Kinds are spelled with capitals; the API server does not know the object otherwise.",
  },
  "K8S-P020": {
    severity: "error",
    effect: "unknown",
    message: "The policy has no `apiVersion`",
    hint: "Write `apiVersion: networking.k8s.io/v1`.",
    explanation:
      "Kubernetes, Calico and others have kinds of the same name, so a document without `apiVersion` does not say what it is. kubectl refuses it.",
  },
  "K8S-P021": {
    severity: "error",
    effect: "unknown",
    message: "The value of annotation `{key}` is {found}, not text",
    hint: "Write it as one text: JSON in single quotes, or a block after `|`.",
    explanation:
      "Annotations are text. What has a structure is put into them as JSON or YAML in a text.",
  },
  "K8S-S001": {
    severity: "error",
    effect: "unknown",
    message: "`{key}` is not a valid label key",
    hint: "Use an optional DNS name and a slash, then at most 63 letters, digits, hyphens, underscores and dots.",
    explanation: "The API server refuses label keys of any other form, in labels as in selectors.",
  },
  "K8S-S002": {
    severity: "error",
    effect: "unknown",
    message: "`{value}` is not a valid value for label `{key}`",
    hint: "Use at most 63 letters, digits, hyphens, underscores and dots, with a letter or digit at either end.",
    explanation:
      "The API server refuses label values of any other form, in labels as in selectors.",
  },
  "K8S-S003": {
    severity: "error",
    effect: "unknown",
    message: "The value of label `{key}` is {found}, not text, so the API server refuses it",
    hint: 'Put the value in quotes: `"{written}"`.',
    explanation:
      "kubectl reads YAML 1.1: without quotes `yes`, `no`, `on`, `off`, `y`, `n`, `true` and `false` are booleans, `0777` is the number 511 and `1e3` the number 1000. Label values are text.",
  },
  "K8S-S004": {
    severity: "error",
    effect: "unknown",
    message: "`{operator}` is not an operator of label selectors",
    hint: "Write `In`, `NotIn`, `Exists` or `DoesNotExist`, spelled so.",
    explanation: "The API server accepts these four alone, and minds their case.",
  },
  "K8S-S005": {
    severity: "error",
    effect: "unknown",
    message: "Operator `{operator}` on label `{key}` needs at least one value",
    hint: "Add `values`, or use `Exists` or `DoesNotExist`.",
    explanation: "The API server refuses `In` and `NotIn` without values.",
  },
  "K8S-S006": {
    severity: "error",
    effect: "unknown",
    message: "Operator `{operator}` on label `{key}` takes no values",
    hint: "Remove `values`, or use `In` or `NotIn`.",
    explanation: "The API server refuses `Exists` and `DoesNotExist` with values.",
  },
  "K8S-S007": {
    severity: "warning",
    effect: "none",
    message:
      "The value of label `{key}` is missing and is taken for the empty text, as the API server does",
    hint: 'Write `""` if the empty value is meant.',
    explanation:
      "A null in a map of text becomes the empty text when the API server reads the object. A template variable without a value is the usual cause.",
  },
  "K8S-S008": {
    severity: "error",
    effect: "unknown",
    message: "The value of label `{key}` is {found}, not text, so the API server refuses it",
    hint: "Give the label one value. A selector for any of several is written as one of `matchExpressions`: `key: {key}`, `operator: In`, and the `values`.",
    explanation:
      "A label has one value, which is text. In `matchLabels` a list of values is not read as alternatives.",
  },
  "K8S-R001": {
    severity: "error",
    effect: "unknown",
    message: "`{protocol}` is not a protocol that NetworkPolicies know",
    hint: "Write `TCP`, `UDP` or `SCTP`; other protocols, ICMP among them, are allowed by a rule without `ports` alone.",
    explanation: "The API server accepts `TCP`, `UDP` and `SCTP` alone, and minds their case.",
  },
  "K8S-R002": {
    severity: "error",
    effect: "unknown",
    message: "`{port}` is not a port number",
    hint: "Use a whole number from 1 to 65535.",
    explanation: "The API server refuses port 0 and everything above 65535.",
  },
  "K8S-R003": {
    severity: "error",
    effect: "unknown",
    message: "The port `{port}` is text, and text is taken for the name of a port",
    hint: "Remove the quotes: `port: {port}`.",
    explanation:
      "A port that is text names a container port, and such a name holds at least one letter.",
  },
  "K8S-R004": {
    severity: "error",
    effect: "unknown",
    message: "`{port}` is not a valid name of a port",
    hint: "Use at most 15 lower-case letters, digits and single hyphens, at least one letter among them.",
    explanation: "Names of ports are IANA service names; the API server refuses any other.",
  },
  "K8S-R005": {
    severity: "error",
    effect: "unknown",
    message: "`endPort` is given without `port`",
    hint: "Add `port`, the first port of the range.",
    explanation: "The API server refuses a range without its start.",
  },
  "K8S-R006": {
    severity: "error",
    effect: "unknown",
    message: "`endPort` is given with the named port `{port}`",
    hint: "Use the number of the port as `port`.",
    explanation: "A range starts at a number; the API server refuses `endPort` beside a name.",
  },
  "K8S-R007": {
    severity: "error",
    effect: "unknown",
    message: "`endPort` {endPort} is less than `port` {port}",
    hint: "Exchange the two.",
    explanation: "The API server refuses a range that ends before it starts.",
  },
  "K8S-R008": {
    severity: "error",
    effect: "unknown",
    message: "The peer is empty",
    hint: "Use an empty `podSelector` for all pods of the namespace, an empty `namespaceSelector` for all pods, or leave out the whole list for any peer.",
    explanation:
      "A peer must have a `podSelector`, a `namespaceSelector` or an `ipBlock`; the API server refuses `{}`.",
  },
  "K8S-R009": {
    severity: "error",
    effect: "unknown",
    message: "The peer has an `ipBlock` beside a selector",
    hint: "Make two peers of it if either may connect; pods at certain addresses cannot be written.",
    explanation:
      "The API server refuses `ipBlock` together with `podSelector` or `namespaceSelector` in one peer.",
  },
  "K8S-R010": {
    severity: "warning",
    effect: "none",
    message:
      "The API has no field `{field}` and drops it: the rule matches without it, today as after the conversion, which may be more than its author meant",
    hint: "{advice}",
    explanation:
      "The API server drops unknown fields, so what is in force is the rule without them, and that is what is kept or cut. It matches more than its author wrote down.",
  },
  "K8S-R011": {
    severity: "warning",
    effect: "none",
    message: "The {what} is null and is taken for an empty one, which {meaning}",
    hint: "Remove the item, or write it out.",
    explanation:
      "A null item of a list becomes an empty object when the API server reads it. Empty rules and ports match a great deal. A template that produced nothing is the usual cause.",
  },
  "K8S-R012": {
    severity: "warning",
    effect: "none",
    message: "`{field}` is an empty list, which allows {meaning}",
    hint: "Remove the rule if it is meant to allow nothing; remove `{field}` if everything is meant.",
    explanation:
      "An empty list of peers or ports is the same as none at all: it restricts nothing. It is often left behind when its last entry is removed.",
  },
  "K8S-R013": {
    severity: "info",
    effect: "none",
    message: "The port name `{port}` means nothing for the addresses of an `ipBlock`",
    hint: "Use the port's number for these peers.",
    explanation:
      "A named port is looked up on the destination pod. An address outside the cluster has no named ports, so this combination matches no connection to it.",
  },
  "K8S-N001": {
    severity: "error",
    effect: "unknown",
    message: "The `ipBlock` has no `cidr`",
    hint: "Set `cidr`, such as `10.0.0.0/8`.",
    explanation: "The API server requires `cidr` in every `ipBlock`.",
  },
  "K8S-N002": {
    severity: "error",
    effect: "unknown",
    message: "`{cidr}` is not a CIDR",
    hint: "Write an address and a prefix length, such as `10.0.0.0/8` or `2001:db8::/32`.",
    explanation: "The API server refuses everything that is not an address with a prefix length.",
  },
  "K8S-N003": {
    severity: "error",
    effect: "unknown",
    message: "`{cidr}` is an address without a prefix length",
    hint: "Write `{suggestion}`.",
    explanation: "The API server refuses plain addresses in an `ipBlock`.",
  },
  "K8S-N004": {
    severity: "warning",
    effect: "none",
    message: "`{cidr}` is not in canonical form and is taken for `{canonical}`",
    hint: "Write `{canonical}`.",
    explanation:
      "API servers have accepted addresses with host bits and leading zeros and enforce the network that they lie in; newer ones can be set to refuse them, and some agents take the two spellings for different networks.",
  },
  "K8S-N005": {
    severity: "error",
    effect: "unknown",
    message: "The exception `{except}` does not lie strictly inside `{cidr}`",
    hint: "Use a smaller network inside of `{cidr}`, or remove the exception.",
    explanation:
      "The base address of an exception must lie in the block and its prefix must be longer; the API server refuses the same network, a larger one, one outside, and one of the other IP family.",
  },
  "K8S-N006": {
    severity: "warning",
    effect: "unknown",
    message: "`{cidr}` writes IPv4 addresses as IPv6, and engines differ on what it matches",
    hint: "Write it as an IPv4 network.",
    explanation:
      "The API server accepts IPv4-mapped IPv6 networks. Some engines make IPv4 networks of them, others match nothing, so no claim is made about the rule; the document itself is kept as it is.",
  },
  "K8S-X001": {
    severity: "error",
    effect: "unknown",
    message: "`{field}` is {found}, but must be {expected}",
    hint: "{advice}",
    explanation: "The API server refuses an object with a value of the wrong type.",
  },
  "K8S-X002": {
    severity: "error",
    effect: "unknown",
    message: "`{field}` is missing",
    hint: "Add the field.",
    explanation: "The API server refuses an object without this field.",
  },
  "K8S-X003": {
    severity: "warning",
    effect: "none",
    message: "The API has no field `{field}` and drops it",
    hint: "{advice}",
    explanation:
      "kubectl refuses unknown fields unless it is told not to; the API server itself drops them. The object is read as if the field were not there.",
  },
  "K8S-X004": {
    severity: "warning",
    effect: "none",
    message: "{count} more findings about the structure of this object are not shown",
    explanation: "The first twenty are told one by one; the rest usually has the same cause.",
  },
  "K8S-X005": {
    severity: "error",
    effect: "unknown",
    message:
      "The object has more than {count} unknown fields and was not looked through to its end",
    hint: "Check whether the file holds what it should.",
    explanation:
      "The check of an object stops after so many findings. What stands behind them is not known, so the object counts as invalid.",
  },
  "K8S-X006": {
    severity: "warning",
    effect: "none",
    message:
      "this {kind} changes what it names ({fields}), and the files beside it are read as they are, without that",
    hint: "Convert what it builds: `kubectl kustomize {folder} | netpol-migrate convert -`.",
    explanation:
      "What is in force is what Kustomize makes of the files, with other namespaces, names, labels or patches than they have. A namespace that only the Kustomization gives is missing in the files, and the policy then counts as one of the namespace of `--namespace`.",
  },
  "K8S-X007": {
    severity: "error",
    effect: "unknown",
    message: "Written as YAML, this object is longer than {limit} MiB",
    hint: "Split it into several policies for the same pods: what any of them allows is allowed.",
    explanation:
      "The API server takes no object of half that size, so this one is in force nowhere, and what is written for it could not be applied.",
  },
});
