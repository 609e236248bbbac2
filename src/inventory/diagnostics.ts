import { defineDiagnostics } from "../diagnostics/define.ts";

/** What reading facts about the cluster can find. None of it changes a policy: what is unknown narrows, or stops. */
export const inventoryDiagnostics = defineDiagnostics({
  // --- E: namespaces, pods and other objects -----------------------------------------------------------------------
  "INV-E001": {
    severity: "warning",
    effect: "none",
    message: "this {kind} has no valid {field}, so nothing is learnt from it",
    hint: "Correct `metadata.{field}`, or leave the object out.",
    explanation:
      "Facts are taken only from objects that a cluster could hold. An object whose name or namespace the API server would refuse is none, so it tells nothing about the cluster.",
  },
  "INV-E002": {
    severity: "info",
    effect: "none",
    message: "the {kind} `{name}` names no namespace, so it is taken to lie in `{namespace}`",
    hint: "Name the namespace in the document, or give it with `--namespace`.",
    explanation:
      "kubectl puts an object without a namespace in the one of the current context, which a file does not tell. The conversion takes the one given by `--namespace`, or `default`.",
  },
  "INV-E003": {
    severity: "warning",
    effect: "none",
    message:
      "the Namespace `{name}` is given more than once, with different labels, so its labels count as unknown",
    hint: "Keep the one that is in the cluster, or leave both out and use `--known-namespace {name}:key=value,..`.",
    explanation:
      "Selectors over namespaces are resolved with the labels of the namespaces that are known. Taking the wrong one of two could let in a namespace that the source keeps out, so neither is taken: every label of it but its name may or may not be there.",
  },
  "INV-E004": {
    severity: "warning",
    effect: "none",
    message:
      "the {kind} `{namespace}/{name}` is given more than once, and not the same, so none of them is used",
    hint: "Keep the one that is in the cluster.",
    explanation:
      "Two descriptions of one object, from an old and a new dump, say, cannot both be right. Whatever needs the object is then decided as if nothing were known of it.",
  },
  "INV-E005": {
    severity: "warning",
    effect: "none",
    message:
      "`--known-namespace` gives `{name}` other labels than its Namespace in the input, so its labels count as unknown",
    hint: "Leave the labels out of the option, or correct one of the two.",
    explanation:
      "The option and the Namespace object both claim to hold all labels of the namespace. Since one of them is wrong, neither is taken.",
  },
  // --- S: labels ---------------------------------------------------------------------------------------------------
  "INV-S001": {
    severity: "warning",
    effect: "none",
    message: "the label `{key}` of the {kind} `{name}` is not text",
    hint: "Put its value in quotes: YAML takes it for a number, a truth value or nothing.",
    explanation:
      "Values of labels are text. Without quotes YAML reads `true`, `yes`, `on`, `1e3` or `0777` as something else, and the API server refuses the object. A Namespace, ServiceAccount or Service with such a label is not relied on; of a pod the label is left out.",
  },
  "INV-S002": {
    severity: "warning",
    effect: "none",
    message: "`{key}: {value}` of the {kind} `{name}` is not a valid label",
    hint: "Correct it: letters, digits, `-`, `_` and `.`, at most 63 of them, a letter or digit at either end.",
    explanation:
      "The API server refuses the object, so the cluster cannot hold it as it is written here. A Namespace, ServiceAccount or Service with such a label is not relied on; of a pod the label is left out.",
  },
  "INV-S003": {
    severity: "warning",
    effect: "none",
    message:
      "`--disjoint {text}` is not so: the pod `{namespace}/{name}` has two of these labels, so it is not taken for granted",
    hint: "Correct the option, or the pod.",
    explanation:
      "The option says that no pod has two of the labels. A pod of the input that does, or the template of a workload, shows that it is not so; rules are then cut as if the option had not been given.",
  },
  // --- N: addresses ------------------------------------------------------------------------------------------------
  "INV-N001": {
    severity: "warning",
    effect: "none",
    message:
      "`{text}` is not an IP address, so the {kind} `{namespace}/{name}` is not relied on for its addresses",
    hint: "Take the inventory from the cluster again.",
    explanation:
      "An address that cannot be read means that the addresses of the pod or service are not all known, and a rule that rests on them would be judged by a part of them.",
  },
  "INV-N002": {
    severity: "warning",
    effect: "none",
    message:
      "the `cidr` of the IPPool `{name}` cannot be read, so the addresses of pods count as unknown",
    hint: "Correct `spec.cidr`, or give all pod ranges with `--pod-cidr`.",
    explanation:
      "The pools together are where pod addresses lie. With one of them unknown, an address outside the others could be a pod's all the same.",
  },
  "INV-N003": {
    severity: "warning",
    effect: "none",
    message:
      "the pod `{namespace}/{name}` has the address {address}, outside of the pod ranges {ranges}{more}, so these are not relied on",
    hint: "Give all ranges of pods before the switch with `--pod-cidr`, those after it with `--target-pod-cidr`, or take the inventory from the cluster again.",
    explanation:
      "A block of addresses on the target lets in the pods that have them, so blocks are written only where no pod is. Where one pod lies outside of the ranges that were given, or that objects of the input tell, others may as well: the ranges then count as unknown, and less can be said of addresses.",
  },
  "INV-N004": {
    severity: "warning",
    effect: "none",
    message:
      "pods have addresses of IPv6, of which the pod ranges {ranges} hold none, so these are not relied on",
    hint: "Give the pod ranges of both families with `--pod-cidr`, those after the switch with `--target-pod-cidr`.",
    explanation:
      "The settings of the engine in the input say that it gives pods addresses of IPv6. Ranges of IPv4 alone are then not all of them; they count as unknown, and less can be said of addresses.",
  },
  // --- X: structure ------------------------------------------------------------------------------------------------
  "INV-X001": {
    severity: "warning",
    effect: "none",
    message: "`{field}` of the {kind} `{name}` should be {expected}, so it is not relied on",
    hint: "Correct the field, or take the inventory from the cluster again.",
    explanation:
      "The API server refuses an object whose field has another type, so the cluster cannot hold it as it is written here. What the field would have told counts as unknown.",
  },
});
