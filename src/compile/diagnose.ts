import { unreachable } from "../base/invariant.ts";
import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import { withAccountLabels } from "../inventory/account-labels.ts";
import type { RuleResult } from "../ir/outcome.ts";
import type { Rule } from "../ir/policy.ts";
import { ANY_ADDRESS } from "../sets/address-set.ts";
import type { PeerBox, PodBox } from "../sets/box.ts";
import { PIECE_LIMIT } from "../sets/box-remainder.ts";
import { ANY_CUBE } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import { accountFindings } from "./account-finding.ts";
import { adviceOn, causeText, hasAccount, hasText } from "./cutter-advice.ts";
import { compileDiagnostics } from "./diagnostics.ts";
import type { Limit } from "./effort.ts";
import type { Facts } from "./facts.ts";
import { containsAllPods } from "./facts.ts";
import type { Actions, LoweringOptions } from "./draft-rule.ts";
import type { LoweredPolicy } from "./lower-direction.ts";
import { SELECTOR_LIMIT, takesTooMany } from "./say-selector.ts";
import { OBJECT_SIZE } from "./object-size.ts";
import { ROOM_LIMITS } from "./object-room.ts";
import { TERM_LIMIT } from "./reach.ts";
import { restsOnNamespaces } from "./results.ts";
import type { JudgedPolicy, PolicyInNamespace } from "./results.ts";
import type { SourcePolicy } from "./source-policy.ts";
import type { Cause } from "./term.ts";
import { OTHER_TRAFFIC, intersectTraffic, trafficText } from "../sets/traffic-set.ts";

interface Unsayable {
  readonly what: string;
  readonly hint: string;
}

const podsOf = (boxes: readonly PeerBox[]) =>
  boxes.flatMap((box) => (box.kind === "pod" ? [box] : []));

/** What of a rule no NetworkPolicy can say: the first reason that applies. */
function unsayable(rule: Rule, facts: Facts): Unsayable | undefined {
  return unsayableLabels(rule, facts) ?? unsayableAddresses(rule, facts);
}

/** It holds whatever is said of the pods that the policy selects. */
function unsayableLabels(rule: Rule, facts: Facts): Unsayable | undefined {
  const peers = podsOf(rule.peer);
  const subjects = rule.subjectOnly ?? [];
  const isAccountUnsaid = ({ labels }: PodBox): boolean =>
    hasAccount(withAccountLabels(labels, facts.accounts) ?? ANY_CUBE);
  const isOfPeer = peers.some(isAccountUnsaid);
  if (isOfPeer || subjects.some(({ labels }) => hasAccount(labels))) {
    const hint = "Give the pods of that service account a label of their own, and select that";
    return {
      what: "the service account that a pod runs as",
      hint:
        isOfPeer && facts.valuesSeen === undefined
          ? `${hint}. Or give an inventory (\`kubectl get ns,sa,pods,svc,endpointslices,nodes -A -o yaml\`): labels that all pods of the account have there, and no others, are selected in its place.`
          : `${hint}.`,
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
  if ([...peers, ...subjects].some((box) => takesTooMany(box.labels))) {
    return {
      what: `what takes more than ${String(SELECTOR_LIMIT)} selectors (each label that may be absent or have a certain value doubles them)`,
      hint: "Give those pods a label of their own, and select that.",
    };
  }
  return undefined;
}

function unsayableAddresses(rule: Rule, facts: Facts): Unsayable | undefined {
  const peers = podsOf(rule.peer);
  const subjects = rule.subjectOnly ?? [];
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
  cutters: readonly Cause[],
  isOwnFault: boolean,
  unknownNamespace: string | undefined,
  facts: Facts,
  actions: Actions,
  kept: "verbatim" | "read otherwise" | undefined,
  limit: Limit | undefined,
): Diagnostic | undefined {
  const at = rule.origin.place;
  const causes = [
    ...new Set(result.because.map(({ policy, rule: own }) => causeText(policy, own))),
  ].join(", ");
  if (kept !== undefined) return keptFinding(result, causes, at, facts, kept);
  if (result.outcome === "widened") {
    const isRead = rule.opaque.length === 0 && rule.unsaid === undefined;
    const reason =
      unknownNamespace !== undefined
        ? `: the labels of namespace \`${unknownNamespace}\` are not known`
        : limit !== undefined
          ? `: ${limitWords(limit, causes)}`
          : isOwnFault && isRead && causes === ""
            ? unsaidWords(unsayable(rule, facts))
            : "";
    return compileDiagnostics.create("CMP-R005", { at, reason });
  }
  if (result.outcome === "narrowed" && limit !== undefined) {
    const extent = rule.action === "allow" ? extentOf(result) : TAIL_PART;
    return compileDiagnostics.create("CMP-R013", { at, why: limitWords(limit, causes), extent });
  }
  if (actions === "compile" && result.outcome === "narrowed" && result.losesOnlyOther) {
    return compileDiagnostics.create("CMP-R003", { at, lost: otherText(rule) });
  }
  if (rule.action === "deny" || rule.action === "pass") {
    if (result.outcome === "narrowed" && actions === "compile") {
      const isAlone = causes === "" && rule.action === "pass";
      const reason = isAlone ? unsayable(rule, facts) : undefined;
      if (reason !== undefined)
        return compileDiagnostics.create("CMP-R004", { at, ...reason, extent: TAIL_PART });
      if (isAlone && !isOwnFault) return undefined;
      const own = rule.action === "deny" ? ["this Deny"] : [];
      return compileDiagnostics.create("CMP-R011", {
        at,
        what: "what is allowed where no rule decides",
        causes: [...own, ...(causes === "" ? [] : [causes])].join(", ") || "other rules",
        extent: "a part of it",
        advice: adviceOn(cutters, facts),
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
  // Reading has already said what an opaque condition is and what it does: nothing of the rule can be written, cut or not.
  if (rule.opaque.length > 0) return undefined;
  if (causes !== "" && actions === "compile") {
    const advice = adviceOn(cutters, facts);
    const extent = extentOf(result);
    return compileDiagnostics.create("CMP-R011", { at, what: "this rule", causes, extent, advice });
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
  // The same goes for a part that is not in the model, unless the rule loses something of the rest as well.
  if (rule.unsaid !== undefined && result.witness === undefined) return undefined;
  if (unknownNamespace !== undefined) {
    return compileDiagnostics.create("CMP-R010", { at, namespace: unknownNamespace });
  }
  const reason = isOwnFault ? unsayable(rule, facts) : unsayableLabels(rule, facts);
  if (reason === undefined) return undefined;
  const extent = result.disposition === "skipped" ? "the rule" : "that part of the rule";
  return compileDiagnostics.create("CMP-R004", { at, ...reason, extent });
}

const TAIL_PART = "a part of what is allowed where no rule decides";

const extentOf = ({ disposition }: RuleResult): string =>
  disposition === "skipped" ? "the rule" : "a part of the rule";

/** Why something of a rule was given up. */
function limitWords(limit: Limit, causes: string): string {
  const others = causes === "" ? "other rules" : causes;
  switch (limit) {
    case "steps":
      return `what ${others} leave of it takes more steps to find than are taken`;
    case "ways":
      return `flows come to it in more than ${String(TERM_LIMIT)} ways through the Passes of earlier tiers`;
    case "pieces":
      return `what ${others} leave of it takes more than ${String(PIECE_LIMIT)} selectors`;
    case "object":
      return `what ${others} leave of it is more than one object can hold`;
    case "objects":
      return `what other rules leave of the rules of this namespace takes too many objects`;
    case "text":
      return `what other rules leave of the rules of this namespace takes more than ${String(ROOM_LIMITS.text / 1024 / 1024)} MiB`;
    default:
      return unreachable(limit, "limit");
  }
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
        causes: causes === "" ? "other policies" : causes,
      });
}

/** What is wrong with a subject, in a few words. */
function subjectWords(cubes: readonly Cube[]): string {
  if (cubes.some(hasAccount)) return "they are selected by their service account";
  if (!cubes.some(hasText)) {
    return `it takes more than ${String(SELECTOR_LIMIT)} selectors to say which (each label that may be absent or have a certain value doubles them)`;
  }
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

  const count = Math.max(1, ...inNamespaces.map(({ assembled }) => assembled.parts));
  if (count > 1) {
    const size = OBJECT_SIZE / 1024;
    report(compileDiagnostics.create("CMP-P006", { at, count, size }));
  }

  // Where the subject is not known or cannot be said, that is the reason, and it has been given.
  const isOwnFault =
    over.length + open.length === 0 &&
    inNamespaces.every(({ lowered }) => loweredParts(lowered).every(({ local }) => local.certain));
  const unknownAt = new Map<Rule, string>();
  const cuttersOf = new Map<Rule, readonly Cause[]>();
  for (const { namespace, lowered } of inNamespaces) {
    for (const { local, because } of loweredParts(lowered).flatMap(({ rules }) => rules)) {
      if (because.length > 0)
        cuttersOf.set(local.rule, [...(cuttersOf.get(local.rule) ?? []), ...because]);
      if (local.certain || !local.policy.certain || local.rule.opaque.length > 0) continue;
      unknownAt.set(local.rule, unknownAt.get(local.rule) ?? namespace);
    }
  }
  if (origin.engine === "kubernetes" && !isKept && inNamespaces.length > 0) {
    const isCut = [...ofRule.values()].some(({ because }) => because.length > 0);
    const why = isCut
      ? "other policies decide part of what it says"
      : parts.every(({ subject }) => subject.pods.length === 0)
        ? "to the source's engine it selects no pod, and nor does the new one"
        : "the source's engine takes its words for less than they say";
    report(compileDiagnostics.create("CMP-P005", { at, why }));
  }
  const limits = new Map<Rule, Limit>();
  for (const { lowered } of inNamespaces) {
    for (const { local, limit } of loweredParts(lowered).flatMap(({ rules }) => rules)) {
      if (limit !== undefined && !limits.has(local.rule)) limits.set(local.rule, limit);
    }
  }
  const said = new Set<string>();
  for (const [rule, of] of ofRule) {
    const finding = ruleFinding(
      rule,
      of,
      cuttersOf.get(rule) ?? [],
      isOwnFault,
      unknownAt.get(rule),
      facts,
      actions,
      kept,
      limits.get(rule),
    );
    for (const one of [
      ...(finding === undefined ? [] : [finding]),
      ...accountFindings(rule, of, facts),
    ]) {
      // Parts of one rule may have the same to say.
      const text = `${one.code} ${rule.origin.place.path} ${one.message}`;
      if (!said.has(text)) report(one);
      said.add(text);
    }
  }
  for (const stop of stops) report(stop);
  return stops;
}
