import { CATALOGUE } from "../../catalogue.ts";
import type { DiagnosticDefinition } from "../../diagnostics/define.ts";
import type { Finding, FindingGroup, Level } from "../findings.ts";
import { plural } from "../plural.ts";
import { relatedText } from "../related.ts";
import { templateText } from "../template-text.ts";
import { html, later } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";
import { badge, heading, place, prose, witness } from "./words.ts";

const DEFINITIONS: ReadonlyMap<string, DiagnosticDefinition> = new Map(
  CATALOGUE.flatMap(({ definitions }) => Object.entries(definitions)),
);

/** Groups of so many findings or fewer are open from the beginning, unless they are of no weight. */
const FEW = 8;
const OPEN: ReadonlySet<Level> = new Set([
  "invalid",
  "stop",
  "isolates",
  "widened",
  "unknown",
  "narrowed",
]);

/** What was skipped or is different, one group a code, worst first, each with what to do about it. */
export function findingsSection(groups: readonly FindingGroup[]): Markup {
  const body =
    groups.length === 0
      ? html`<p>Nothing was skipped, and there is nothing to say about the input.</p>`
      : html`<div id="findings-list">${anchored(groups)}</div>
          <p class="no-match" hidden>No finding matches the filter.</p>`;
  return html`<section id="findings">
    <h2>What was skipped, and what to do</h2>
    ${body}
  </section>`;
}

/** A code may have findings of several levels; links lead to the first. */
function anchored(groups: readonly FindingGroup[]): Content {
  const seen = new Set<string>();
  return groups.map((group) => {
    const isFirst = !seen.has(group.code);
    seen.add(group.code);
    return groupMarkup(group, isFirst);
  });
}

function groupMarkup({ level, code, findings }: FindingGroup, isFirst: boolean): Markup {
  const messages = new Set(findings.map(({ diagnostic }) => diagnostic.message));
  const hints = new Set(findings.map(({ diagnostic }) => diagnostic.hint));
  const [hint] = hints;
  const definition = DEFINITIONS.get(code);
  const title =
    messages.size === 1 ? [...messages][0] : definition && withHoles(definition.message);
  const isFew = findings.length <= FEW;
  const shared = { message: messages.size === 1, hint: hints.size === 1 };
  const list = html`<ul>
    ${findings.map((one) => item(one, shared))}
  </ul>`;
  return html`<details
    class="group"
    ${isFirst ? html` id="${code}"` : ""}${isFew && OPEN.has(level) ? html` open` : ""}
    data-c="${code}"
    data-p="${findings.map(({ subject }) => subject?.policy ?? "").join(",")}"
  >
    <summary>
      ${badge(level)}<span class="name">${heading(title ?? "")}</span
      ><span class="about"
        ><span class="code">${code}</span> ·
        <span class="count">${plural(findings.length, "finding")}</span></span
      >
    </summary>
    <div class="body">
      ${
        shared.hint && typeof hint === "string"
          ? html`<p class="do"><b>Do:</b> ${prose(hint)}</p>`
          : ""
      }${definition === undefined ? "" : html`<p class="why">${prose(definition.explanation)}</p>`}
      ${isFew ? list : later(list)}
    </div>
  </details> `;
}

/** The message of all findings of a code, without what differs between them. */
const withHoles = (message: string): string =>
  templateText(message, () => "…").replaceAll(/`?…`?(?: `?…`?)*/g, "…");

function item(
  { diagnostic, subject, level }: Finding,
  shared: { readonly message: boolean; readonly hint: boolean },
): Markup {
  const { file, line, path, message, hint, related } = diagnostic;
  const others = relatedText(related);
  const where = place(file, line);
  const about =
    subject === undefined ? "" : html`<a href="#p${subject.policy}">${subject.name}</a> `;
  const flow = subject?.witness !== undefined && OPEN.has(level) ? witness(subject.witness) : "";
  return html`<li>
    ${about}${path === null ? "" : html`<code>${path}</code> `}<small>${where === "" ? "the run as a whole" : where}</small>${
      shared.message ? "" : html`<p>${heading(message)}</p>`
    }${flow}${others === undefined ? "" : html`<p><small>${others}</small></p>`}${shared.hint || hint === null ? "" : html`<p class="do"><b>Do:</b> ${prose(hint)}</p>`}
  </li>`;
}
