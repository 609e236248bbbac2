import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import { ruleName } from "../ir/origin.ts";
import type { RuleResult } from "../ir/outcome.ts";
import type { Rule } from "../ir/policy.ts";
import { ANY_ADDRESS } from "../sets/address-set.ts";
import type { PeerBox } from "../sets/box.ts";
import type { Cube } from "../sets/cube.ts";
import { compileDiagnostics } from "./diagnostics.ts";
import type { Facts } from "./facts.ts";
import { containsAllPods } from "./facts.ts";
import type { Actions, LoweringOptions } from "./draft-rule.ts";
import type { LoweredPolicy } from "./lower-direction.ts";
import { policyName, restsOnNamespaces } from "./results.ts";
import type { JudgedPolicy, PolicyInNamespace } from "./results.ts";
import type { SourcePolicy } from "./source-policy.ts";
import { OTHER_TRAFFIC, intersectTraffic, trafficText } from "../sets/traffic-set.ts";

const hasAccount = (of: Cube): boolean =>
  of.constraints.some(({ key }) => key.startsWith("account:"));
const hasText = (of: Cube): boolean => of.constraints.some(({ set }) => set.atoms.length > 0);

interface Unsayable {
  readonly what: string;
  readonly hint: string;
}

/** What of a rule no NetworkPolicy can say: the first reason that applies. */
function unsayable(rule: Rule, facts: Facts): Unsayable | undefined {
  const pods = (boxes: readonly PeerBox[]) =>
    boxes.flatMap((box) => (box.kind === "pod" ? [box] : []));
  const peers = pods(rule.peer);
  const subjects = rule.subjectOnly ?? [];
  if ([...peers, ...subjects].some((box) => hasAccount(box.labels))) {
    return {
      what: "the service account that a pod runs as",
      hint: "Give the pods of that service account a label of their own, and select that.",
    };
  }
  if ([...peers, ...subjects].some((box) => hasText(box.labels))) {
    return {
      what: "a condition on the text of a label value",
      hint:
        facts.valuesSeen === undefined
          ? "Give an inventory: then the values seen there are listed."
          : "Select by whole label values.",
    };
  }
  const partly = (box: PeerBox): boolean =>
    box.addresses !== ANY_ADDRESS && !containsAllPods(box.addresses, facts.podRanges);
  if (subjects.some(partly)) {
    return {
      what: "the selected pod's own address",
      hint:
        facts.podRanges === undefined
          ? "Say where pod addresses lie (`--pod-cidr`), or drop the condition."
          : "Select those pods by a label, or drop the condition.",
    };
  }
  if (peers.some((box) => box.labels.constraints.length > 0 && partly(box))) {
    return {
      what: "a pod's labels and its address at once",
      hint:
        facts.podRanges === undefined
          ? "Say where pod addresses lie (`--pod-cidr`): then one of the two may turn out to say nothing."
          : "Select those pods by a label.",
    };
  }
  if (facts.targetDiffers && rule.peer.some((box) => box.kind === "address")) {
    return {
      what: "an address where pods will be after the switch, meant for something else before it,",
      hint: "Allow those pods by their labels, if they are meant.",
    };
  }
  const addressed = rule.peer.some((box) => box.kind === "address");
  if (facts.blocksMatchPods === "maybe" && addressed && peers.some(partly)) {
    return {
      what: "pods by their address (with `--enforcer generic` a block may or may not match pods)",
      hint: "Allow those pods by their labels as well.",
    };
  }
  if (peers.some(partly) && !addressed) {
    return {
      what: "pods at certain addresses without anything else that may lie there",
      hint:
        facts.podRanges === undefined
          ? "Say where pod addresses lie (`--pod-cidr`): then one of the two may turn out to say nothing."
          : "Select those pods by a label.",
    };
  }
  if (addressed) {
    return {
      what:
        peers.length === 0
          ? "a block of addresses that leaves out the pods in it"
          : "a block of addresses that leaves out some of the pods in it",
      hint:
        facts.podRanges === undefined
          ? "Say where pod addresses lie (`--pod-cidr`): then the addresses outside are written as blocks."
          : "Allow the addresses that you need by their CIDRs, in a rule of their own.",
    };
  }
  return undefined;
}

function ruleFinding(
  rule: Rule,
  result: RuleResult,
  isOwnFault: boolean,
  unknownNamespace: string | undefined,
  facts: Facts,
  actions: Actions,
  kept: "verbatim" | "read otherwise" | undefined,
): Diagnostic | undefined {
  const at = rule.origin.place;
  const causes = [
    ...new Set(
      result.because.map(({ policy: origin, rule: own }) =>
        own === undefined
          ? `the end of the tier of ${policyName(origin)}`
          : `${policyName(origin)} ${ruleName(own)}`,
      ),
    ),
  ].join(", ");
  if (kept !== undefined) return keptFinding(result, causes, at, facts, kept);
  if (result.outcome === "widened") {
    const isRead = rule.opaque.length === 0 && rule.unsaid === undefined;
    const reason =
      unknownNamespace !== undefined
        ? `: the labels of namespace \`${unknownNamespace}\` are not known`
        : isOwnFault && isRead && causes === ""
          ? unsaidWords(unsayable(rule, facts))
          : "";
    return compileDiagnostics.create("CMP-R005", { at, reason });
  }
  if (actions === "compile" && result.outcome === "narrowed" && result.losesOnlyOther) {
    return compileDiagnostics.create("CMP-R003", { at, lost: otherText(rule) });
  }
  if (rule.action === "deny" || rule.action === "pass") {
    if (result.outcome === "narrowed" && actions === "compile") {
      const extent = "a part of what the end of the tiers allows";
      return compileDiagnostics.create("CMP-R011", {
        at,
        causes: causes === "" ? "other rules" : causes,
        extent,
      });
    }
    if (result.outcome === "narrowed") {
      if (rule.action === "deny") return compileDiagnostics.create("CMP-P001", { at });
      const reason = causes === "" ? unsayable(rule, facts) : undefined;
      if (reason !== undefined) {
        return compileDiagnostics.create("CMP-R004", { at, ...reason, extent: "what it allows" });
      }
      const because = causes === "" ? "" : `: ${causes} may decide part of it`;
      return compileDiagnostics.create("CMP-R007", { at, because });
    }
    if (result.disposition !== "skipped") return undefined;
    const action = rule.action === "deny" ? "Deny" : "Pass";
    return compileDiagnostics.create("CMP-R002", {
      at,
      action,
    });
  }
  if (result.outcome !== "narrowed") return undefined;
  // Reading has said what an opaque condition is and what it does; without any Deny the rule would be left out all the same.
  if (rule.opaque.length > 0) return undefined;
  if (causes !== "" && actions === "compile") {
    const extent = result.disposition === "skipped" ? "the rule" : "a part of the rule";
    return compileDiagnostics.create("CMP-R011", { at, causes, extent });
  }
  if (causes !== "") {
    // It may have come out whole elsewhere, where those policies select nobody.
    const where = result.disposition === "skipped" ? "" : " in some namespaces";
    const advice =
      facts.podRanges === undefined
        ? " Where one of the two speaks of addresses and the other of pods, say where pod addresses lie: `--pod-cidr`."
        : "";
    return compileDiagnostics.create("CMP-R001", { at, causes, where, advice });
  }
  if (result.losesOnlyOther) {
    return compileDiagnostics.create("CMP-R003", { at, lost: trafficText(rule.traffic.numbers) });
  }
  // And what it has left out of the rule.
  if (rule.unsaid !== undefined) return undefined;
  if (unknownNamespace !== undefined) {
    return compileDiagnostics.create("CMP-R010", { at, namespace: unknownNamespace });
  }
  const reason = unsayable(rule, facts);
  if (reason === undefined || !isOwnFault) return undefined;
  const extent = result.disposition === "skipped" ? "the rule" : "that part of the rule";
  return compileDiagnostics.create("CMP-R004", { at, ...reason, extent });
}

const unsaidWords = (reason: Unsayable | undefined): string =>
  reason === undefined ? "" : `: ${reason.what} cannot be said by a NetworkPolicy`;

/** The protocols other than TCP, UDP and SCTP that a rule is about. */
const otherText = ({ traffic: { numbers } }: Rule): string =>
  trafficText(intersectTraffic(numbers, OTHER_TRAFFIC));

/** A rule of a policy that is kept as it is. */
function keptFinding(
  { outcome }: RuleResult,
  causes: string,
  at: SourcePlace,
  { targetDiffers }: Facts,
  kept: "verbatim" | "read otherwise",
): Diagnostic | undefined {
  const what = targetDiffers
    ? "pods have other addresses after the switch, and its blocks stay where they are"
    : "its blocks may or may not match pods with `--enforcer generic`";
  if (outcome === "narrowed") return compileDiagnostics.create("CMP-R009", { at, what });
  if (outcome !== "widened") return undefined;
  if (causes === "" && targetDiffers) return compileDiagnostics.create("CMP-R008", { at, what });
  return causes === "" && kept === "read otherwise"
    ? compileDiagnostics.create("CMP-R012", { at })
    : compileDiagnostics.create("CMP-R006", {
        at,
        causes: causes === "" ? "earlier tiers or Denies" : causes,
      });
}

/** What is wrong with a subject, in a few words. */
function subjectWords(cubes: readonly Cube[]): string {
  if (cubes.some(hasAccount)) return "they are selected by their service account";
  return "they are selected by the text of a label value (`contains`, `starts with`, `ends with`)";
}

const loweredParts = ({
  ingress,
  egress,
}: PolicyInNamespace["lowered"]): readonly LoweredPolicy[] => [...ingress, ...egress];

/** Findings about one source policy. Those that stop the run are returned, too. */
export function diagnosePolicy(
  { origin, parts }: SourcePolicy,
  { result, ofRule }: JudgedPolicy,
  inNamespaces: readonly PolicyInNamespace[],
  covered: readonly string[],
  facts: Facts,
  { actions, inexact, unsayableSubjects: mode }: LoweringOptions,
  report: Report,
): readonly Diagnostic[] {
  const stops: Diagnostic[] = [];
  const at = origin.place;
  const applies = parts.some(({ ingress, egress }) => (ingress ?? egress) !== undefined);
  if (applies && covered.length === 0 && parts.some(restsOnNamespaces)) {
    stops.push(compileDiagnostics.create("CMP-P002", { at }));
  } else if (applies && inNamespaces.length === 0) {
    report(compileDiagnostics.create("CMP-S004", { at }));
  }
  const isKept = inNamespaces.some((one) => one.kept);
  const isOtherwise = parts.some(({ asWritten }) => asWritten !== undefined);
  const kept = isKept ? (isOtherwise ? "read otherwise" : "verbatim") : undefined;
  const isFelt = result.outcome !== "exact" && result.outcome !== "conditional";
  for (const { namespace, lowered } of inNamespaces) {
    if (isFelt && loweredParts(lowered).some(({ local }) => !local.certain)) {
      const code = inexact === "narrow" ? "CMP-P003" : "CMP-P004";
      report(compileDiagnostics.create(code, { at, namespace }));
    }
  }
  const isolations = inNamespaces.flatMap(({ lowered }) =>
    loweredParts(lowered).map(({ isolation }) => isolation),
  );
  const over = isolations.flatMap((one) => (one.over.length > 0 ? one.source : []));
  const open = isolations.flatMap((one) => one.open);
  if (over.length > 0) {
    const what = subjectWords(over);
    if (mode === "stop") stops.push(compileDiagnostics.create("CMP-S001", { at, what }));
    else report(compileDiagnostics.create("CMP-S002", { at, what }));
  }
  // Of a policy that is kept, reading has said why it selects others.
  if (open.length > 0 && kept === undefined)
    report(compileDiagnostics.create("CMP-S003", { at, what: subjectWords(open) }));
  if (isolations.some((one) => one.unsure.length > 0)) {
    report(compileDiagnostics.create("CMP-S005", { at }));
  }

  // Where the subject is not known or cannot be said, that is the reason, and it has been given.
  const isOwnFault =
    over.length + open.length === 0 &&
    inNamespaces.every(({ lowered }) => loweredParts(lowered).every(({ local }) => local.certain));
  const unknownAt = new Map<Rule, string>();
  for (const { namespace, lowered } of inNamespaces) {
    for (const { local } of loweredParts(lowered).flatMap(({ rules }) => rules)) {
      if (local.certain || !local.policy.certain || local.rule.opaque.length > 0) continue;
      unknownAt.set(local.rule, unknownAt.get(local.rule) ?? namespace);
    }
  }
  if (origin.engine === "kubernetes" && !isKept && inNamespaces.length > 0) {
    const isCut = [...ofRule.values()].some(({ because }) => because.length > 0);
    const why = isCut
      ? "earlier tiers or Denies decide part of what it says"
      : "the source's engine takes its words for less than they say";
    report(compileDiagnostics.create("CMP-P005", { at, why }));
  }
  const said = new Set<string>();
  for (const [rule, of] of ofRule) {
    const finding = ruleFinding(rule, of, isOwnFault, unknownAt.get(rule), facts, actions, kept);
    if (finding === undefined) continue;
    // Parts of one rule may have the same to say.
    const text = `${finding.code} ${rule.origin.place.path} ${finding.message}`;
    if (!said.has(text)) report(finding);
    said.add(text);
  }
  for (const stop of stops) report(stop);
  return stops;
}
