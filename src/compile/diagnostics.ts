import { defineDiagnostics } from "../diagnostics/define.ts";

/** Findings of lowering: what of the source the target does not get, and why. */
export const compileDiagnostics = defineDiagnostics({
  "CMP-R001": {
    severity: "warning",
    effect: "narrows",
    message:
      "this Allow is left out{where}: {causes} may decide part of what it allows, and with `--actions skip` no rule is cut",
    hint: "Convert with `--actions compile`, which cuts it; or rewrite them so that they do not overlap.{advice}",
    explanation:
      "Kubernetes policies have no Deny and no order. A rule of which a Deny, a Pass or the end of a tier decides a part would have to be cut to say the same; `--actions skip` never cuts a rule, so it leaves the whole rule out, which can only deny more.",
  },
  "CMP-R002": {
    severity: "info",
    effect: "none",
    message:
      "this {action} is not written: the Allow rules that it could override are left out instead",
    explanation:
      "With `--actions skip` a Deny or Pass that matters is left out together with every Allow that it could override. What it denied stays denied; what is lost is reported at those rules.",
  },
  "CMP-R003": {
    severity: "warning",
    effect: "narrows",
    message:
      "protocols other than TCP, UDP and SCTP are not allowed any more by this rule ({lost})",
    hint: "Check that nothing here relies on ICMP, or say `--assume only-tcp-udp-sctp`.",
    explanation:
      "A `ports` list of Kubernetes speaks of TCP, UDP and SCTP alone; only a rule without `ports` allows the rest, and it allows everything. So the part with other protocols is left out. Such losses are counted apart, so that real narrowing is not lost among them.",
  },
  "CMP-R004": {
    severity: "warning",
    effect: "narrows",
    message: "{what} cannot be said by a NetworkPolicy, so {extent} is left out",
    hint: "{hint}",
    explanation:
      "NetworkPolicies select pods by their labels or name address blocks. Service accounts whose pods no labels of an inventory tell from others, text conditions on label values, the address of a pod together with its labels, and a pod's own address have no form there. The nearest narrower form is taken.",
  },
  "CMP-R005": {
    severity: "warning",
    effect: "widens",
    message: "written wider than the source, as `--inexact widen` asks{reason}",
    hint: "Review the flow shown, or convert with `--inexact narrow`.",
    explanation:
      "With `--inexact widen` a rule that has no exact form takes the nearest wider one. The report shows a flow that the source denied and the output allows.",
  },
  "CMP-R006": {
    severity: "error",
    effect: "widens",
    message: "this kept NetworkPolicy allows more than it did: {causes} decided part of it",
    hint: "Narrow the policy by hand before the switch: on the target no other policy takes anything away from it.",
    explanation:
      "Calico asks earlier tiers, and policies of the default tier with an order below 1000, before it asks Kubernetes policies; in Cilium any Deny wins over them. The native policy engine does neither. A Kubernetes policy of the input is kept as it is, so what was cut off from it before is allowed from now on.",
  },
  "CMP-R007": {
    severity: "warning",
    effect: "narrows",
    message:
      "what this Pass hands on to the end of the tiers, where it was allowed, is left out{because}",
    hint: "Allow what those pods need by rules of their own.",
    explanation:
      "What a Pass hands on and no later tier decides is allowed at the end. It is written as a rule of its own, unless another rule decides part of it: with `--actions skip` no rule is cut, so it is then left out, which can only deny more.",
  },
  "CMP-R008": {
    severity: "error",
    effect: "widens",
    message: "this kept NetworkPolicy allows more than it did: {what}",
    hint: "Write its blocks anew for the new ranges, or select pods by labels.",
    explanation:
      "An ipBlock names addresses. Where the ranges of pods change (`--target-pod-cidr`), pods may come to lie in a block that meant something else. A Kubernetes policy of the input is kept as it is, so such pods are let in from then on.",
  },
  "CMP-R009": {
    severity: "warning",
    effect: "narrows",
    message: "this kept NetworkPolicy may allow less than it did: {what}",
    hint: "Select pods by labels where they are meant.",
    explanation:
      "An ipBlock names addresses, and whether it lets in pods depends on where they lie and on the engine. A Kubernetes policy of the input is kept as it is.",
  },
  "CMP-R010": {
    severity: "warning",
    effect: "narrows",
    message:
      "the labels of namespace `{namespace}` are not known, so this rule may or may not be about its pods: it is left out there",
    hint: "Give the Namespace object in an inventory, or its labels by `--known-namespace {namespace}:key=value,..`.",
    explanation:
      "A condition on the labels of the selected pods' own namespace cannot be decided for a namespace whose labels nobody gave. An Allow is then left out, which can only deny more.",
  },
  "CMP-R011": {
    severity: "warning",
    effect: "narrows",
    message:
      "{what} is cut by {causes}, and no NetworkPolicy can say all that is left: {extent} is left out",
    hint: "{advice}",
    explanation:
      "With `--actions compile` a rule is cut exactly where labels, addresses and ports can say the remainder. Service accounts whose pods no labels of an inventory tell from others, text conditions, the labels of a pod together with its address, and protocols other than TCP, UDP and SCTP beside certain ports have no form in a NetworkPolicy. The nearest narrower form is taken.",
  },
  "CMP-R012": {
    severity: "error",
    effect: "widens",
    message:
      "this kept NetworkPolicy allows more than it did: to the engine of the source it says less than its words, and the target goes by the words",
    hint: "Narrow or remove the policy by hand before the switch; `--actions compile`, without `--keep-kubernetes`, writes a narrower one in its place.",
    explanation:
      "To Cilium an ipBlock matches neither pods nor nodes, some labels do not exist, and a port name stands for one port. The native policy engine goes by the words of the policy: a block lets in every pod that has an address in it. With `--actions skip` a Kubernetes policy of the input is kept as it is.",
  },
  "CMP-R013": {
    severity: "warning",
    effect: "narrows",
    message: "{why}: {extent} is left out",
    hint: "Select by one label what the rules that cut it select by several; labels that no pod has both of may be named by `--disjoint`.",
    explanation:
      "What is left of a rule that others cut may take exponentially many selectors to say. So work and output are bounded, by counts that are the same on every machine: steps of one question, of one rule and of a namespace, selectors of one rule, objects and text of a namespace. Past a limit the rules that follow are given up; their pods stay isolated. Rules that nothing cuts are written whatever the limits. With `--inexact widen` a rule that is given up is written as it was before the cuts.",
  },
  "CMP-R014": {
    severity: "info",
    effect: "none",
    message: "{labels} is written for {account}: the inventory tells these pods from others so",
    hint: "See that no other pods have these labels, nor get them later.",
    explanation:
      "A pod may run as any service account, and no NetworkPolicy asks which. Where some labels are true of exactly those pods of the inventory that run as an account, they are written in its place, or taken out for a Deny, under the assumption `account-labels`.",
  },
  "CMP-P001": {
    severity: "warning",
    effect: "narrows",
    message:
      "pods that this policy's Deny rules select lose the rest of what was allowed to them by default",
    hint: "Convert with `--actions compile`, which writes what is left of it; or allow what those pods need by rules of their own.",
    explanation:
      "A Deny that isolates nobody takes something away, and everything else stays allowed: in Calico in a tier whose default action is Pass, in Cilium where default deny is off. Kubernetes isolates a pod wholly or not at all. With `--actions skip` the remainder is not computed, so the pods are isolated and get only what other rules allow.",
  },
  "CMP-P002": {
    severity: "error",
    effect: "unknown",
    message:
      "no namespace is known that this policy could apply to, so nothing can be written for it",
    hint: "Give an inventory (`--inventory`, made by `kubectl get ns,sa,pods,svc,endpointslices,nodes -A -o yaml > inventory.yaml`) or name the namespaces (`--known-namespace NAME`).",
    explanation:
      "A cluster-wide policy becomes one NetworkPolicy in each namespace that it can select, so the namespaces have to be known.",
  },
  "CMP-P003": {
    severity: "warning",
    effect: "narrows",
    message:
      "the labels of namespace `{namespace}` are not known, so it may or may not be selected: its pods are isolated, and the rules are left out there",
    hint: "Give the Namespace object in an inventory, or its labels by `--known-namespace {namespace}:key=value,..`.",
    explanation:
      "A selector over namespace labels cannot be decided for a namespace whose labels nobody gave. Isolating its pods is the safe side, and so is leaving the Allow rules out.",
  },
  "CMP-P004": {
    severity: "warning",
    effect: "widens",
    message:
      "the labels of namespace `{namespace}` are not known, so it may or may not be selected: as `--inexact widen` asks, it is taken not to be",
    hint: "Give the Namespace object in an inventory, or its labels by `--known-namespace {namespace}:key=value,..`.",
    explanation:
      "A selector over namespace labels cannot be decided for a namespace whose labels nobody gave. With `--inexact widen` the policy isolates no pod there.",
  },
  "CMP-P010": {
    severity: "warning",
    effect: "unknown",
    message: "the policy comes out {outcome}",
    explanation:
      "Stands in lists of findings alone (SARIF, annotations, code quality) for a policy that comes out worse than any of its findings tells, so that no list is without it. The flow that is shown with it, if there is one, says what changes.",
  },
  "CMP-P005": {
    severity: "warning",
    effect: "none",
    message: "this NetworkPolicy is replaced by one of the same name that allows less: {why}",
    hint: "Review the difference; `--keep-kubernetes` keeps the policy as it is, and says what then is wider.",
    explanation:
      "Calico asks earlier tiers, and policies of the default tier with an order below 1000, before it asks Kubernetes policies; in Cilium any Deny comes before them, a block of theirs matches no pod, some labels do not exist, and a port name stands for one port. The native policy engine knows nothing of that. So with `--actions compile` what is cut off is taken out of the policy itself, which then has the same name and allows less. One that selects no pod today becomes one that selects none: without it the cluster's own would stay in force.",
  },
  "CMP-P006": {
    severity: "info",
    effect: "none",
    message:
      "it says more of the same pods than one object may hold ({size} KiB), so it is written in {count} objects, which together say the same",
    hint: "Apply and remove them together.",
    explanation:
      "What several NetworkPolicies allow the same pods is allowed by any of them, so a list of peers may be parted over several objects without a loss. `kubectl apply` keeps each object, as JSON, in one of its annotations, and all annotations of an object may take 256 KiB; etcd takes 1.5 MiB.",
  },
  "CMP-S001": {
    severity: "error",
    effect: "unknown",
    message: "no podSelector can select the pods of this policy: {what}",
    hint: "Choose by `--unsayable-subjects isolate` (isolates more pods, in objects of their own) or `leave-open` (leaves its pods open), or give those pods a label of their own.",
    explanation:
      "A podSelector knows In, NotIn, Exists and DoesNotExist over pod labels. Service accounts and text conditions such as `starts with` cannot be said. Values of an inventory would fail open for pods that come later, so they are used only with `--assume values`.",
  },
  "CMP-S002": {
    severity: "warning",
    effect: "narrows",
    message: "isolates more pods than the source, as `--unsayable-subjects isolate` asks: {what}",
    hint: "Give the policy's pods a label of their own and select that: then no other pod is isolated.",
    explanation:
      "The object selects an over-approximation of the policy's pods and allows nothing. It lies in a file of its own and is annotated `over-isolates`.",
  },
  "CMP-S003": {
    severity: "warning",
    effect: "widens",
    message: "its pods are left open, as `--unsayable-subjects leave-open` asks: {what}",
    hint: "Give those pods a label of their own and select that: then the policy is written for them.",
    explanation:
      "Nothing is written for pods that no podSelector can select, so they lose the isolation of this policy.",
  },
  "CMP-S004": {
    severity: "info",
    effect: "none",
    message: "it selects no pod of a namespace that is known, so nothing is written for it",
    hint: "Nothing to do if that is meant; otherwise check its selector, and give the namespaces that are missing (`--inventory`, `--known-namespace NAME`).",
    explanation:
      "The selector is empty, or none of the covered namespaces fits it. The result rests on the covered namespaces being all there are.",
  },
  "CMP-S005": {
    severity: "warning",
    effect: "widens",
    message: "some pods that this policy may isolate are left open, as `--inexact widen` asks",
    hint: "Review the flow shown, or convert with `--inexact narrow`.",
    explanation:
      "Whether a pod is isolated may depend on something that is not known, such as a condition of a Deny that NetworkPolicies do not have. With `--inexact widen` such a pod is isolated only if another policy does it.",
  },
  "CMP-X001": {
    severity: "warning",
    effect: "narrows",
    message: "cutting the rules of namespace `{namespace}` came to a limit: {answer}",
    hint: "See what is said of its rules (CMP-R013, CMP-R005). Use fewer label keys in the rules that cut them.",
    explanation:
      "Subtraction can grow exponentially, so the work for one question, one rule and one namespace is bounded, and so is what is written of it. Past a limit the safe answer is taken, and said: an Allow is not written, and pods stay isolated. With `--inexact widen` an Allow is written as it was before the cuts, and reported as widened.",
  },
});
