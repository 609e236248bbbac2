import process from "node:process";
import pc from "picocolors";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Snapshot } from "../../inventory/snapshot.ts";
import type { Direction, PolicySet } from "../../ir/policy.ts";
import { readSets } from "../../pipeline-read.ts";
import { reportDiagnostic } from "../../report/build.ts";
import { walkthroughJson } from "../../report/walkthrough-json.ts";
import type { Explanation, SetExplanation } from "../../report/walkthrough-text.ts";
import { walkthroughText } from "../../report/walkthrough-text.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME } from "../../sets/cube.ts";
import type { LabelKey } from "../../sets/cube.ts";
import type { FlowAnswer } from "../../verify/flow-answer.ts";
import { answerFlow } from "../../verify/flow-answer.ts";
import { EXIT } from "../exit-code.ts";
import { writeOut } from "../io.ts";
import { terminalWidth, useColor } from "../terminal-settings.ts";
import { wrapLines } from "../../report/screen.ts";
import { toolVersion } from "../version.ts";
import type { AskedPod } from "./explain-endpoint.ts";
import { readEnd } from "./explain-endpoint.ts";
import type { Question } from "./explain-flow.ts";
import { askedFlow, directionsOf, trafficNotes, trafficTextOf } from "./explain-flow.ts";
import { readTraffic } from "./explain-traffic.ts";
import type { ExplainArguments } from "./explain.ts";
import { readFactOptions } from "./fact-options.ts";
import { warnOfIncomplete } from "./incomplete.ts";
import { readPair } from "./pair-input.ts";

/** One set of policies and how to call it. */
export interface NamedSet {
  readonly name: string;
  readonly set: PolicySet;
  /** Where its pods have addresses, if that is known. */
  readonly ranges: Snapshot["podRanges"];
}

/** Judges one flow and tells why. */
export async function explain(
  args: ExplainArguments & { readonly from: string; readonly to: string },
): Promise<number> {
  const traffic = readTraffic(args.port);
  const options = readFactOptions(args, args.engine);
  const pair = await readPair(args);
  const diagnostics: Diagnostic[] = [...pair.unreadable];
  const { snapshot, sets } = readSets(pair.sets, pair.inventory, options, (diagnostic) => {
    diagnostics.push(diagnostic);
  });
  const from = readEnd("from", args.from, snapshot);
  const to = readEnd("to", args.to, snapshot);
  const directions = directionsOf(args.direction, from, to);
  const question: Question = { from, to, traffic, directions };

  const named = sets.map(({ set }, at): NamedSet => ({
    name: at === 0 ? "source" : pair.targetName,
    set,
    ranges: at === 0 ? snapshot.podRanges : snapshot.targetPodRanges,
  }));
  const explained = named.map((one) => explainSet(one, question));
  const agreement = agreementOf(explained);
  const notes = notesOf(question, named, explained);
  const isIncomplete = diagnostics.some(({ severity }) => severity === "error");
  if (args.quiet !== true) warnOfIncomplete(diagnostics.map(reportDiagnostic), "the answer");
  const explanation: Explanation = {
    from: from.text,
    to: to.text,
    traffic: trafficTextOf(traffic, to),
    sets: explained,
    ...(agreement === undefined ? {} : { agreement }),
    notes: isIncomplete
      ? ["not all policies could be read, so the answer may be wrong", ...notes]
      : notes,
  };
  const colors = pc.createColors(
    useColor(args.color ?? (process.stdout.isTTY ? undefined : false)),
  );
  await writeOut(
    args.output === "json"
      ? walkthroughJson(explanation, { name: "netpol-migrate", version: toolVersion() })
      : wrapLines(
          walkthroughText(explanation, { colors, verbose: args.verbose === true }),
          terminalWidth(process.stdout),
        ),
  );
  if (isIncomplete && !args["allow-incomplete"]) return EXIT.usage;
  return agreement === undefined || agreement === "agree" ? EXIT.done : EXIT.findings;
}

export function explainSet({ name, set, ranges }: NamedSet, question: Question): SetExplanation {
  const ends = question.directions.map((direction) => ({
    direction,
    pod: podOf(question, direction),
    answer: answerFlow(set, askedFlow(question, direction, ranges)),
  }));
  return { name, verdict: together(ends.map(({ answer }) => answer.verdict)), ends };
}

function podOf({ from, to }: Question, direction: Direction): string {
  return (direction === "ingress" ? to : from).text;
}

/** A connection needs both ends. */
function together(verdicts: readonly FlowAnswer["verdict"][]): FlowAnswer["verdict"] {
  if (verdicts.includes("deny")) return "deny";
  return verdicts.includes("depends") ? "depends" : "allow";
}

function agreementOf([source, target]: readonly SetExplanation[]): Explanation["agreement"] {
  if (source === undefined || target === undefined) return undefined;
  const verdicts = [source.verdict, target.verdict];
  if (verdicts.includes("depends")) return "cannot tell";
  return source.verdict === target.verdict ? "agree" : "differ";
}

/** What was taken for granted, as far as some policy asks for it. */
function notesOf(
  question: Question,
  sets: readonly NamedSet[],
  explained: readonly SetExplanation[],
): readonly string[] {
  const { from, to } = question;
  const notes = new Set([...from.notes, ...to.notes]);
  const keys = new Set(sets.flatMap(({ set }) => [...labelKeys(set)]));
  for (const end of [from, to]) {
    if (end.kind === "pod") for (const note of podNotes(end, keys)) notes.add(note);
  }
  const answers = explained.flatMap(({ ends }) => ends.map(({ answer }) => answer));
  for (const { asked } of answers) for (const note of trafficNotes(asked.flow)) notes.add(note);
  const isNamed = question.traffic.kind === "name";
  if (to.kind === "pod" && to.ports === undefined && !isNamed && answers.some(asksForPortName)) {
    notes.add(
      `the container ports of ${to.text} are not known, so no port of it has a name (say it with the port: http=8080/TCP)`,
    );
  }
  if (explained.length === 2) {
    const [source, target] = explained;
    const differ = question.directions.filter(
      (_, at) => source?.ends[at]?.answer.verdict !== target?.ends[at]?.answer.verdict,
    );
    if (differ.length > 0 && source?.verdict === target?.verdict) {
      notes.add(
        `the two judge ${differ.join(" and ")} differently, though not the flow as a whole`,
      );
    }
  }
  return [...notes];
}

function podNotes(end: AskedPod, keys: ReadonlySet<LabelKey>): readonly string[] {
  const { pod, text } = end;
  const notes: string[] = [];
  const asksFor = (owner: string): boolean =>
    [...keys].some(
      (key) => key.startsWith(owner) && key !== NAMESPACE_NAME && key !== ACCOUNT_NAME,
    );
  if (!end.knowsNamespaceLabels && asksFor("namespace:")) {
    notes.push(
      `the labels of namespace ${pod.namespace} are not known: taken to have none but its name (--known-namespace ${pod.namespace}:key=value)`,
    );
  }
  if (!end.namesAccount && (keys.has(ACCOUNT_NAME) || asksFor("account:"))) {
    notes.push(`${text} runs as service account default (sa=NAME for another one)`);
  }
  return notes;
}

/** Every key that some policy of the set asks about. */
function* labelKeys({ tiers }: PolicySet): Generator<LabelKey> {
  for (const { policies } of tiers) {
    for (const { subject, ingress, egress } of policies) {
      for (const { constraints } of subject.pods) for (const { key } of constraints) yield key;
      for (const rule of [...(ingress?.rules ?? []), ...(egress?.rules ?? [])]) {
        for (const box of [...rule.peer, ...(rule.subjectOnly ?? [])]) {
          if (box.kind === "pod") for (const { key } of box.labels.constraints) yield key;
        }
      }
    }
  }
}

function asksForPortName({ cases }: FlowAnswer): boolean {
  return cases.some(({ walk }) =>
    walk.tiers.some(({ policies }) =>
      policies.some(
        (policy) =>
          policy.kind === "asked" &&
          policy.rules.some(
            ({ rule }) =>
              rule.traffic.named.length > 0 ||
              rule.opaque.some(({ kind }) => kind === "excluded-named-port"),
          ),
      ),
    ),
  );
}
