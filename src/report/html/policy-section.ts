import type { Outcome } from "../../ir/outcome.ts";
import { plural } from "../plural.ts";
import { relatedText } from "../related.ts";
import type { ReportDiagnostic, ReportPolicy, ReportRule, RunReport } from "../report.ts";
import { linesAbove } from "../source-text.ts";
import { codeBlock, ruleLines } from "./code-block.ts";
import type { LineMark } from "./code-block.ts";
import { html, later } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";
import { badge, heading, prose, ruleFate, sourceName, witness } from "./words.ts";

/** One policy: its source beside what was written for it, and what is said of each of its rules. */
export function policySection(
  policy: ReportPolicy,
  position: number,
  diagnostics: RunReport["diagnostics"],
): Markup {
  const { source, outcome, emitted } = policy;
  const id = `p${String(position)}`;
  const objects = emitted.map(({ text }) => ruleLines(text ?? ""));
  const name = sourceName(source);
  const codes = [...new Set(policy.diagnostics.map((index) => diagnostics[index]?.code ?? ""))];
  const about = [
    ...(source.tier === null ? [] : [`tier ${source.tier}`]),
    `${source.file}:${String(source.line)}`,
    emitted.length === 1 ? `→ ${emitted[0]?.file ?? ""}` : `→ ${plural(emitted.length, "object")}`,
    ...(policy.diagnostics.length === 0 ? [] : [plural(policy.diagnostics.length, "finding")]),
  ];
  const namespaces = new Set([
    ...(source.namespace === null ? [] : [source.namespace]),
    ...emitted.map(({ namespace }) => namespace),
  ]);
  return html`<details
    class="policy"
    id="${id}"
    data-o="${shownOutcome(policy)}"
    data-n="${[...namespaces].join(" ")}"
    data-c="${codes.join(" ")}"
  >
    <summary>
      ${badge(outcome, outcomeWord(policy))}<span class="name"
        ><small>${source.kind}</small> ${name}</span
      ><span class="about">${about.join(" · ")}</span>
    </summary>
    ${later(
      html`<div class="body">
        ${said(policy, id, diagnostics, objects)}
        <div class="pair">${sourceFigure(policy, id)}${outputFigure(policy, id, objects)}</div>
      </div>`,
    )}
  </details> `;
}

/** The filter counts as the summary does: what is exact without a proof stands apart. */
export function shownOutcome({ outcome, verification }: ReportPolicy): Outcome | "unproved" {
  return outcome === "exact" && verification.status !== "proved" ? "unproved" : outcome;
}

const outcomeWord = (policy: ReportPolicy): string =>
  shownOutcome(policy) === "unproved" ? "exact (unproved)" : policy.outcome;

/** The lines of the rules in each object of a policy. */
type RuleLines = readonly ReadonlyMap<string, number>[];

function said(
  policy: ReportPolicy,
  id: string,
  diagnostics: RunReport["diagnostics"],
  objects: RuleLines,
): Markup {
  const ofRules = new Set(policy.rules.flatMap((rule) => rule.diagnostics));
  const whole = policy.diagnostics.filter((index) => !ofRules.has(index));
  const witnesses = policy.rules.some((rule) => rule.witness !== null)
    ? []
    : policy.verification.witnesses;
  const rules = policy.rules.map((rule, index) =>
    ruleItem(policy, rule, { number: index + 1, id, objects }, diagnostics),
  );
  const proof = verificationText(policy);
  return html`<p class="facts">
      ${isolationText(policy)}
      ${proof}${
        policy.assumptions.length === 0
          ? ""
          : html` Rests on
            ${listOf(policy.assumptions.map((code) => html`<a href="#${code}">${code}</a>`))}.`
      }
    </p>
    ${whole.map((index) => finding(diagnostics[index]))}${witnesses.map(witness)}${
      rules.length === 0
        ? ""
        : html`<ol class="rules">
            ${rules}
          </ol>`
    }`;
}

const listOf = (items: readonly Markup[]): Content =>
  items.map((item, at) => (at === 0 ? item : [", ", item]));

const ISOLATED: Readonly<Record<string, string>> = {
  same: "the same pods as before",
  more: "more pods than before",
  less: "fewer pods than before",
};

function isolationText({ isolation: { ingress, egress }, disposition }: ReportPolicy): string {
  if (disposition === "skipped") return "Nothing is written for it.";
  const [first, second] = [ISOLATED[ingress], ISOLATED[egress]];
  if (first === undefined && second === undefined) return "Isolates no pod.";
  if (first === second) return `Isolates ${first ?? ""}, for ingress and egress.`;
  const parts = [
    ...(first === undefined ? [] : [`${first} for ingress`]),
    ...(second === undefined ? [] : [`${second} for egress`]),
  ];
  return `Isolates ${parts.join(", and ")}.`;
}

function verificationText({ verification: { status } }: ReportPolicy): string {
  switch (status) {
    case "proved":
      return "Proved.";
    case "refuted":
      return "Its output is not equal: see the flow.";
    case "unknown":
      return "Not confirmed: the proof gave up.";
    case "off":
      return "Claimed, not proved.";
  }
}

function ruleItem(
  policy: ReportPolicy,
  rule: ReportRule,
  {
    number,
    id,
    objects,
  }: { readonly number: number; readonly id: string; readonly objects: RuleLines },
  diagnostics: RunReport["diagnostics"],
): Markup {
  const key = `${id}r${String(number)}`;
  const written = rule.emittedAs.flatMap(({ object, path }) => {
    const target = policy.emitted[object];
    if (target === undefined) return [];
    const where = `${target.namespace}/${target.name} ${path.slice("/spec/".length).replace("/", "[")}]`;
    return [
      objects[object]?.has(path) === true
        ? html`<a href="#${id}o${object}${path.replaceAll("/", "-")}">${where}</a>`
        : html`${where}`,
    ];
  });
  const shown = written.slice(0, 3);
  const more = written.length - shown.length;
  const because = rule.because.map(
    (cause) =>
      html`${cause.policy}${cause.path === null ? " (end of its tier)" : ` ${cause.path}`},
      ${cause.file}:${cause.line}`,
  );
  const state = stateOf(rule);
  return html`<li id="${key}" class="${state}" data-r="${number}">
    <p>
      ${policy.source.text === undefined ? html`<span class="tag">${number}</span>` : html`<a class="tag" href="#${key}s" aria-label="lines of rule ${number}">${number}</a>`}
      <code>${rule.path}</code> ${rule.action}
      <span class="fate"
        >${ruleFate(rule)}${rule.outcome === "exact" ? "" : html`, ${rule.outcome}`}</span
      >${
        shown.length === 0
          ? ""
          : html` → ${listOf(shown)}${more > 0 ? ` and ${String(more)} more` : ""}`
      }${because.length === 0 ? "" : html` <small>because of ${listOf(because)}</small>`}
    </p>
    ${rule.diagnostics.map((index) => finding(diagnostics[index]))}${
      rule.witness === null ? "" : witness(rule.witness)
    }
  </li>`;
}

/** A rule that is left out and costs nothing is no worry. */
const stateOf = ({ outcome, disposition }: ReportRule): string =>
  disposition === "redundant" ? "redundant" : outcome;

function finding(diagnostic: ReportDiagnostic | undefined): Markup | "" {
  if (diagnostic === undefined) return "";
  const { code, message, hint, severity, related } = diagnostic;
  const others = relatedText(related);
  return html`<div class="finding ${severity}">
    <p><a class="code" href="#${code}">${code}</a> ${heading(message)}</p>
    ${others === undefined ? "" : html`<p><small>${others}</small></p>`}
    ${hint === null ? "" : html`<p class="do"><b>Do:</b> ${prose(hint)}</p>`}
  </div>`;
}

const ABSENT =
  "is not in this report, which was stored without texts; make it anew from the policies to see it here.";

function sourceFigure({ source, rules }: ReportPolicy, id: string): Markup {
  const caption = html`<figcaption><b>Source</b> ${source.file}:${source.line}</figcaption>`;
  if (source.text === undefined) {
    return html`<figure>
      ${caption}
      <p class="absent">Its text ${ABSENT}</p>
    </figure>`;
  }
  const first = source.line - linesAbove(source.text);
  const marks = rules.map((rule, index): LineMark => {
    const number = index + 1;
    const key = `${id}r${String(number)}`;
    return {
      line: rule.line - first,
      id: `${key}s`,
      state: stateOf(rule),
      rules: [{ number, href: `#${key}` }],
    };
  });
  const label = `Source of ${sourceName(source)}`;
  return html`<figure>${caption}${codeBlock(source.text, first, label, marks)}</figure>`;
}

function outputFigure(policy: ReportPolicy, id: string, objects: RuleLines): Markup {
  const { emitted } = policy;
  if (emitted.length === 0) {
    return html`<figure>
      <figcaption><b>Output</b> none</figcaption>
      <p class="absent">No object is written for this policy.</p>
    </figure>`;
  }
  const marks = outputMarks(policy, id, objects);
  const [first, ...others] = emitted.map(({ text, namespace, name }, index) =>
    text === undefined
      ? html`<p class="absent">Its YAML ${ABSENT}</p>`
      : codeBlock(text, 1, `Output ${namespace}/${name}`, marks[index] ?? []),
  );
  return html`<figure>
    <figcaption><b>Output</b> ${emitted[0]?.file}</figcaption>
    ${first}${others.map(
      (one, index) =>
        html`<details class="object">
          <summary><b>Output</b> ${emitted[index + 1]?.file}</summary>
          ${one}
        </details>`,
    )}
  </figure>`;
}

type OutputMark = LineMark & { readonly rules: LineMark["rules"][number][] };

/** For each object the lines of its rules, with the rules of the source that they come from. */
function outputMarks(
  { rules, emitted }: ReportPolicy,
  id: string,
  objects: RuleLines,
): readonly (readonly LineMark[])[] {
  const marks = emitted.map(() => new Map<string, OutputMark>());
  for (const [at, rule] of rules.entries()) {
    const number = at + 1;
    const link = { number, href: `#${id}r${String(number)}` };
    for (const { object, path } of rule.emittedAs) {
      const line = objects[object]?.get(path);
      if (line === undefined) continue;
      const mark = marks[object]?.get(path);
      if (mark !== undefined) mark.rules.push(link);
      else {
        marks[object]?.set(path, {
          line,
          id: `${id}o${String(object)}${path.replaceAll("/", "-")}`,
          state: stateOf(rule),
          rules: [link],
        });
      }
    }
  }
  return marks.map((one) => [...one.values()]);
}
