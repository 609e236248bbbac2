import type { AccountsKnown } from "../inventory/account-labels.ts";
import { withAccountLabels } from "../inventory/account-labels.ts";
import { ruleName } from "../ir/origin.ts";
import type { PolicyOrigin, RuleOrigin } from "../ir/origin.ts";
import type { Cube } from "../sets/cube.ts";
import type { Facts } from "./facts.ts";
import { policyName } from "./results.ts";
import type { Cause } from "./term.ts";

export const hasAccount = (of: Cube): boolean =>
  of.constraints.some(({ key }) => key.startsWith("account:"));
export const hasText = (of: Cube): boolean =>
  of.constraints.some(({ set }) => set.atoms.length > 0);

/** A cause as people name it. */
export function causeText(policy: PolicyOrigin, rule: RuleOrigin | undefined): string {
  return rule === undefined
    ? `the end of the tier of ${policyName(policy)}`
    : `${policyName(policy)} ${ruleName(rule)}`;
}

/** The pods that a cause speaks of, on either side, in words of their labels where these tell an account. */
function podsOf({ policy, rule }: Cause, accounts: AccountsKnown): readonly Cube[] {
  if (rule === undefined) return policy.subjects;
  const peers = rule.rule.peer.flatMap((peer) =>
    peer.kind === "pod" ? (withAccountLabels(peer.labels, accounts) ?? []) : [],
  );
  return [...rule.subjects.map(({ labels }) => labels), ...peers];
}

/** What to do where a rule is cut and the remainder cannot be said: it hangs on what the cutters say that the target cannot. */
export function adviceOn(cutters: readonly Cause[], { accounts }: Facts): string {
  const first = (fits: (cause: Cause) => boolean): string | undefined => {
    const found = cutters.find(fits);
    return found && causeText(found.policy.policy.origin, found.rule?.rule.origin);
  };
  const byAccount = first((cause) => podsOf(cause, accounts).some(hasAccount));
  if (byAccount !== undefined) {
    return `Give the pods that ${byAccount} selects by their service account a label of their own, and select that.`;
  }
  const byText = first((cause) => podsOf(cause, accounts).some(hasText));
  if (byText !== undefined) {
    return `Let ${byText} select by whole label values instead of a part of them.`;
  }
  const opaque = first(({ rule }) => rule !== undefined && rule.rule.opaque.length > 0);
  if (opaque !== undefined) {
    return `Nobody can say what ${opaque} matches, so all that it may match is cut out: see what is said of it.`;
  }
  const named = first(({ rule }) => rule !== undefined && rule.rule.traffic.named.length > 0);
  if (named !== undefined) return `Let ${named} name its ports by number.`;
  return "Allow what you need by a rule of its own: pods by their labels, addresses outside by their CIDRs; `--pod-cidr` says where pods lie.";
}
