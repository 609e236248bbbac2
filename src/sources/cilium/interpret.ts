import { fitted } from "../../base/fitted.ts";
import { compareBy } from "../../base/compare.ts";
import type { Report } from "../../diagnostics/diagnostic.ts";
import type { Snapshot } from "../../inventory/snapshot.ts";
import type { DirectionRules, Policy, PolicySet, Rule, Subject } from "../../ir/policy.ts";
import { DIRECTIONS } from "../../ir/policy.ts";
import { ANY_CUBE } from "../../sets/cube.ts";
import { ifEnforced } from "../if-enforced.ts";
import { AddressFacts } from "./addresses.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import { CidrInterpreter } from "./interpret-cidr.ts";
import { ConflictFinder } from "./interpret-conflicts.ts";
import { ciliumMeaningDiagnostics, unseenLabel } from "./interpret-diagnostics.ts";
import { asCiliumReads, passedOver } from "./interpret-kubernetes.ts";
import {
  asksFor,
  isReplaced,
  LabelReader,
  NAMESPACE_LABEL,
  subjectTerms,
} from "./interpret-labels.ts";
import { allowedTogether, interpretElement, type RuleContext } from "./interpret-rule.ts";
import { holdMerged } from "./interpret-merged.ts";
import { NodeFinder } from "./interpret-nodes.ts";
import { ServiceInterpreter } from "./interpret-service.ts";
import { LabelFilter } from "./label-filter.ts";
import type { CiliumInput, CiliumPolicy, CiliumRule, CiliumSettings } from "./model.ts";
import { PortNames } from "./port-names.ts";
import { isolatesAll, Settings } from "./settings.ts";

/**
 * What a cluster with these Cilium policies and Kubernetes policies allows and denies. To Cilium all of them are one union:
 * a Deny of any of them wins over every Allow, so the Denies stand first; what decides nothing is denied to pods for which
 * some rule has default deny on. (cilium: pkg/policy/repository.go, mapstate.go)
 */
export function interpretCilium(
  input: CiliumInput,
  snapshot: Snapshot,
  kubernetesPolicies: readonly Policy[],
  report: Report,
): PolicySet {
  const settings = new Settings(input.settings);
  settings.report(report);
  const filter = new LabelFilter(settings.labelPrefixes);
  for (const value of filter.unreadable) {
    const what = "it is a regular expression that is not understood here, so it is left out";
    const at = input.settings?.place;
    report(ciliumDiagnostics.create("CIL-X010", { at, setting: "labels", value, what }));
  }
  const labels = new LabelReader(filter, settings.clusterName);
  const addresses = new AddressFacts(snapshot, settings.families, report);
  const context: RuleContext = {
    settings,
    labels,
    addresses,
    cidrs: new CidrInterpreter(input.groups, addresses, settings.cidrsMatchNodes),
    services: new ServiceInterpreter(snapshot, labels, addresses),
    nodes: new NodeFinder(snapshot, addresses.apiServer, settings.clusterName),
    names: new PortNames(snapshot.pods),
    conflicts: new ConflictFinder(report),
    snapshot,
    report,
  };
  const denying: Policy[] = [];
  const allowing: Policy[] = [];
  const inOrder = compareBy<CiliumPolicy>(
    ({ origin }) => origin.namespace ?? "",
    ({ origin }) => origin.name,
    ({ kind }) => kind,
  );
  for (const policy of [...input.policies].sort(inOrder)) {
    if (policy.rules.length === 0) allowing.push(withoutRules(policy));
    const isInForce = settings.enforces(policy.kind);
    for (const rule of policy.rules) {
      if (isInForce) interpretRule(policy, rule, context, denying, allowing);
      else allowing.push(ofNobody(policy, rule));
    }
  }
  if (input.settings !== undefined && isolatesAll(input.settings)) {
    allowing.push(isolationOfAll(input.settings));
  }
  const areEnforced = settings.enforces("NetworkPolicy");
  const kubernetes = kubernetesPolicies.map((one) =>
    areEnforced ? asCiliumReads(one, { ...context, filter }) : passedOver(one),
  );
  const merged = holdMerged([...denying, ...allowing, ...kubernetes]);
  const policies = settings.isAudit ? merged.map(ifEnforced) : merged;
  return { tiers: [{ name: "cilium", order: 0, defaultAction: "deny", policies }] };
}

/** A document that has `specs: []` alone. */
const withoutRules = ({ origin }: CiliumPolicy): Policy => ({
  origin,
  order: 0,
  subject: { pods: [], hosts: false },
  inert: [],
});

/** A rule that decides nothing for any pod. */
function ofNobody({ origin }: CiliumPolicy, { elements, subject }: CiliumRule): Policy {
  return {
    origin,
    order: 0,
    subject: { pods: [], hosts: subject.kind === "nodes" },
    inert: elements.map(({ origin: of, verdict }) => ({ origin: of, action: verdict })),
  };
}

/** What `enable-policy: always` adds to the policies. (cilium: pkg/policy/repository.go) */
function isolationOfAll({ origin }: CiliumSettings): Policy {
  const closed = { isolates: true, rules: [] };
  const subject = { pods: [ANY_CUBE], hosts: false };
  return { origin, order: 0, subject, ingress: closed, egress: closed, inert: [] };
}

function interpretRule(
  policy: CiliumPolicy,
  rule: CiliumRule,
  context: RuleContext,
  denying: Policy[],
  allowing: Policy[],
): void {
  const { origin } = policy;
  const { report } = context;
  if (rule.subject.kind === "nodes") {
    report(ciliumMeaningDiagnostics.create("CIL-P104", { at: rule.place }));
    allowing.push(ofNobody(policy, rule));
    return;
  }
  const subject = interpretSubject(policy, rule, context);
  const denied: Applied = {};
  const allowed: Applied = {};
  for (const direction of DIRECTIONS) {
    const elements = rule.elements.filter((one) => one.origin.direction === direction);
    const given = rule.defaultDeny[direction];
    if (elements.length === 0) {
      if (given === true) {
        report(ciliumMeaningDiagnostics.create("CIL-P102", { at: rule.place, direction }));
      }
      continue;
    }
    const isolates = !context.settings.nonDefaultDeny || (given ?? true);
    if (isolates && elements.every(({ verdict }) => verdict === "deny")) {
      report(ciliumMeaningDiagnostics.create("CIL-P101", { at: rule.place, direction }));
    }
    const together = allowedTogether(elements);
    const rules = elements.map((one) =>
      interpretElement(one, origin.namespace, { subject, isolates }, context, together(one)),
    );
    put(denied, allowed, direction, isolates, rules);
  }
  // Field by field: a copy with more fields is an object of a shape of its own, and slow wherever it is read.
  const policyOf = ({ ingress, egress }: Applied): Policy => {
    const made: Writable<Policy> = { origin, order: 0, subject, inert: NONE_INERT };
    if (ingress !== undefined) made.ingress = ingress;
    if (egress !== undefined) made.egress = egress;
    return made;
  };
  if ((denied.ingress ?? denied.egress) !== undefined) denying.push(policyOf(denied));
  const isAllowing = (allowed.ingress ?? allowed.egress) !== undefined;
  // A document without any rule has a result too.
  if (isAllowing || rule.elements.length === 0) allowing.push(policyOf(allowed));
}

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

const NONE_INERT: Policy["inert"] = [];

interface Applied {
  ingress?: DirectionRules;
  egress?: DirectionRules;
}

function put(
  denied: Applied,
  allowed: Applied,
  direction: "ingress" | "egress",
  isolates: boolean,
  rules: readonly { readonly denied: readonly Rule[]; readonly allowed: readonly Rule[] }[],
): void {
  const [only] = rules;
  const isAlone = rules.length === 1 && only !== undefined;
  const denies = isAlone ? only.denied : fitted(rules.flatMap((one) => one.denied));
  const allows = isAlone ? only.allowed : fitted(rules.flatMap((one) => one.allowed));
  if (allows.length > 0) allowed[direction] = { isolates, rules: allows };
  // One of the two isolates: that is enough.
  if (denies.length > 0) {
    denied[direction] = { isolates: isolates && allows.length === 0, rules: denies };
  }
}

function interpretSubject(
  { origin: { namespace }, kind }: CiliumPolicy,
  { subject, place }: CiliumRule,
  { labels, report }: RuleContext,
): Subject {
  const written = subject.terms;
  for (const key of labels.unseen(written)) {
    report(unseenLabel("CIL-S106", key, place));
  }
  const foreign = written.find(
    (term) => isReplaced(term) && namespace !== undefined && term.values[0] !== namespace,
  );
  if (foreign !== undefined && namespace !== undefined) {
    const asked = foreign.values[0] ?? "";
    report(ciliumMeaningDiagnostics.create("CIL-S103", { at: place, asked, namespace }));
  }
  const cluster = labels.openCluster(written);
  if (cluster !== undefined) {
    report(ciliumMeaningDiagnostics.create("CIL-S108", { at: place, cluster }));
  }
  const pods = labels.pods(subjectTerms(written, namespace));
  if (pods === undefined && kind === "CiliumNetworkPolicy" && asksFor(written, NAMESPACE_LABEL)) {
    report(ciliumMeaningDiagnostics.create("CIL-S102", { at: place }));
  }
  return { pods: pods === undefined ? [] : [pods], hosts: false };
}
