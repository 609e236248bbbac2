import { defineDiagnostics } from "../diagnostics/define.ts";

/** What a user should know about the objects written, besides what they allow. */
export const emitterDiagnostics = defineDiagnostics({
  "EMT-X001": {
    severity: "info",
    effect: "none",
    message:
      "The name `{name}` is longer than 57 characters, so what is written is called `{given}`",
    hint: "Give the policy a shorter name if you want to choose it yourself.",
    explanation:
      "The Amazon VPC CNI network policy controller derives the names of its own objects from the policy's name and fails beyond 57 characters. A longer name is cut and ends in five characters of a hash of the whole name, so that it stays the same from run to run and two long names do not become one.",
  },
  "EMT-X002": {
    severity: "info",
    effect: "none",
    message:
      "The name `{name}` is already that of another policy in namespace `{namespace}`, so what is written is called `{given}`",
    hint: "Rename one of the two if you want to choose the names yourself.",
    explanation:
      "Calico keeps its own policies, its global policies and Kubernetes policies apart by kind, while the output is of one kind. Kubernetes policies of the input keep their names, then come the namespaced policies, then the cluster-wide ones; a policy whose name is taken gets five characters of a hash of its kind and name. The order of the input does not matter.",
  },
  "EMT-X003": {
    severity: "info",
    effect: "none",
    message:
      "The name `{name}` cannot be that of a Kubernetes object, so what is written is called `{given}`",
    hint: "Rename the policy if you want to choose the name yourself.",
    explanation:
      "Object names are lower-case DNS names. Characters that cannot stand in one become hyphens, and five characters of a hash of the original name keep two such names apart.",
  },
  "EMT-X004": {
    severity: "info",
    effect: "none",
    message: "The labels {labels} are not carried over to what is written",
    hint: "Let the tool that manages your manifests set them again on the new objects, if it should manage those too.",
    explanation:
      "Helm, Argo CD, Flux and Calico recognise the objects that belong to them by such labels. A new object that carries them would be taken for theirs and be deleted or reverted at their next run.",
  },
  "EMT-X005": {
    severity: "warning",
    effect: "none",
    message: "The labels {labels} are not valid on a Kubernetes object and are not carried over",
    hint: "Correct them on the policy, if the new object should have them.",
    explanation:
      "A label key is an optional DNS name and a slash, then at most 63 letters, digits, hyphens, underscores and dots; a value is at most 63 of the same characters. The API server would refuse the whole object over one label that is not.",
  },
});
