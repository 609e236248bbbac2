import type { Report } from "../../diagnostics/diagnostic.ts";
import type { Policy, DirectionRules } from "../../ir/policy.ts";
import { kubernetesDiagnostics } from "./diagnostics.ts";
import type { KubernetesPolicy } from "./network-policy.ts";

/** Text of what a policy means, without where it stands: equal for the same pods, directions and rules. */
function meaningText({ subject, ingress, egress }: Policy): string {
  const direction = (rules: DirectionRules | undefined) =>
    rules?.rules.map(({ action, peer, traffic, opaque }) => ({ action, peer, traffic, opaque }));
  return JSON.stringify(
    [subject, direction(ingress) ?? null, direction(egress) ?? null],
    (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value),
  );
}

/**
 * Collects the Kubernetes policies of the input. A cluster holds one of a name in a namespace: a second one that means
 * the same is left out, one that differs is an error.
 */
export class KubernetesPolicies {
  readonly #byName = new Map<string, KubernetesPolicy>();

  /** "duplicate": the same policy is there already; "conflict": another one of that name is. */
  add(policy: KubernetesPolicy, report: Report): "added" | "duplicate" | "conflict" {
    const { namespace, name } = policy.kept;
    const key = `${namespace}/${name}`;
    const first = this.#byName.get(key);
    if (first === undefined) {
      this.#byName.set(key, policy);
      return "added";
    }
    const same = meaningText(first.policy) === meaningText(policy.policy);
    report(
      kubernetesDiagnostics.create(same ? "K8S-P011" : "K8S-P012", {
        at: policy.policy.origin.place,
        related: [{ message: "the other one", at: first.policy.origin.place }],
        name: key,
      }),
    );
    if (!same) return "conflict";
    // Which of the two is kept must not depend on the order of the files.
    if (preference(policy) < preference(first)) this.#byName.set(key, policy);
    return "duplicate";
  }

  get all(): readonly KubernetesPolicy[] {
    return [...this.#byName.values()];
  }
}

/** A person's own text before one that was printed again; among equals the lesser text. */
function preference({ kept }: KubernetesPolicy): string {
  return (kept.verbatim ? "0" : "1") + kept.text;
}
