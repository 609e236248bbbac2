import { plural } from "../plural.ts";
import type { ReportReachability, ReportReachCell, ReportReachGroup } from "../reachability.ts";
import { html, jsonMarkup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";
import { prose } from "./words.ts";

/** Changes that are told in words below the matrix, for those who cannot use it or have it on paper. */
const TOLD = 60;

/** Who reaches whom before and after: a matrix, what changes in words, and a place for what decides a cell. */
export function matrixSection(reachability: ReportReachability | undefined): Markup {
  const title = html`<h2>Who reaches whom, before and after</h2>`;
  if (reachability === undefined || reachability.cells.length === 0) {
    return html`<section id="reach">
      ${title}
      <p>
        Not shown: nothing was written, no policy is about a pod of a known namespace, or the report
        was made without it.
      </p>
    </section>`;
  }
  const { groups, cells } = reachability;
  const byFrom = new Map<number, Map<number, number>>();
  for (const [index, { from, to }] of cells.entries()) {
    const row = byFrom.get(from) ?? new Map<number, number>();
    byFrom.set(from, row.set(to, index));
  }
  const changed = cells.filter(isChanged);
  const busy = new Set(changed.flatMap(({ from, to }) => [from, to]));
  const columns = groups.map((group, at) => columnHead(groups, group, at, busy.has(at)));
  const rows = groups.map((group, at) => {
    const row = byFrom.get(at);
    return html`<tr class="${edge(groups, at)}" ${busy.has(at) ? "" : html` data-same`}>
      <th scope="row">${label(group)}</th>
      ${groups.map((_, to) => {
        const index = row?.get(to);
        const cell = index === undefined ? undefined : cells[index];
        return cellMarkup(groups, cell, index, to, busy);
      })}
    </tr> `;
  });
  return html`<section id="reach">
    ${title}
    <p>${introduction(reachability)}</p>
    ${cutText(reachability)}
    <p class="changes">
      <b id="reach-count"
        >${changed.length === 0 ? "No pair changes." : `${plural(changed.length, "pair")} of ${String(cells.length)} ${changed.length === 1 ? "changes" : "change"}.`}</b
      >
      <button type="button" id="only-changed" aria-pressed="false" hidden>Only what changes</button>
    </p>
    ${LEGEND}
    <p class="no-match" hidden>No pod of the matrix lies in that namespace.</p>
    <div class="reach">
      <div class="scroll matrix-frame" tabindex="0" role="region" aria-label="Reachability matrix">
        <table class="matrix">
          <caption class="unseen">
            Rows are where a connection begins, columns where it ends. Each cell says what passes
            before and after.
          </caption>
          <thead>
            <tr>
              <td class="corner"><span>from ↓ to →</span></td>
              ${columns}
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>
      <div id="reach-detail" aria-live="polite">
        <p class="hint">Choose a cell to see what decides it.</p>
      </div>
    </div>
    ${changesInWords(reachability, changed)}
    <script type="application/json" id="reach-data">
      ${jsonMarkup({
        names: groups.map(shortName),
        namespaces: groups.map(sectionOf),
        deciders: reachability.deciders.map(({ text, policy }) => [text, policy]),
        answers: reachability.answers.map((answer) =>
          answer.map(({ traffic, before, after }) => [
            traffic,
            before.verdict,
            before.by,
            after.verdict,
            after.by,
          ]),
        ),
        cells: cells.map((cell) => [
          cell.from,
          cell.to,
          cell.before.traffic,
          cell.after.traffic,
          cell.lost,
          cell.gained,
          cell.egress,
          cell.ingress,
          cell.depends ? 1 : 0,
        ]),
      })}
    </script>
  </section>`;
}

const isChanged = ({ lost, gained }: ReportReachCell): boolean => lost !== null || gained !== null;

function introduction({ basis }: ReportReachability): string {
  const what =
    "A cell is what the row's pods may send to the column's: judged at both ends, in the source and in the output.";
  switch (basis) {
    case "pods":
      return `${what} Pods of the inventory that no policy tells apart are one row.`;
    case "workloads":
      return `${what} The inventory has no pods, so the rows are the workloads that will make them.`;
    case "samples":
      return `${what} There is no inventory of pods, so each row is an example: a pod with the labels that a policy asks for and no others, so that what depends on other labels, on service accounts or on addresses of pods does not show. With --inventory the rows are the pods of the cluster.`;
  }
}

function cutText({ leftOut }: ReportReachability): Content {
  const parts = [
    ...(leftOut.groups > 0 ? [plural(leftOut.groups, "group of pods", "groups of pods")] : []),
    ...(leftOut.addresses > 0
      ? [plural(leftOut.addresses, "range of addresses", "ranges of addresses")]
      : []),
  ];
  if (parts.length === 0) return "";
  return html`<p class="cut">
    <b>Cut:</b> there was no room for ${parts.join(" and ")}; pods of policies that are not exact
    come first. <code>verify</code> compares all of them.
  </p>`;
}

const LEGEND = html`<ul class="legend" aria-label="Legend">
  <li><i class="dot all"></i> everything passes</li>
  <li><i class="dot some"></i> some traffic</li>
  <li><i class="dot none"></i> nothing</li>
  <li>
    <span class="cell lost"><i class="dot all"></i><i class="dot some"></i><b>−</b></span> less than
    before
  </li>
  <li>
    <span class="cell gained"><i class="dot none"></i><i class="dot some"></i><b>+</b></span> more
    than before
  </li>
  <li>
    <span class="cell"><i class="dot some"></i><b>?</b></span> depends on what cannot be checked
  </li>
</ul>`;

/** A line before each namespace. */
function edge(groups: readonly ReportReachGroup[], at: number): string {
  const [own, before] = [groups[at], groups[at - 1]];
  return before !== undefined && own !== undefined && sectionOf(own) !== sectionOf(before)
    ? "edge"
    : "";
}

const sectionOf = (group: ReportReachGroup): string =>
  group.kind === "addresses" ? "" : group.namespace;

function columnHead(
  groups: readonly ReportReachGroup[],
  group: ReportReachGroup,
  at: number,
  isBusy: boolean,
): Markup {
  return html`<th scope="col" class="${edge(groups, at)}" ${isBusy ? "" : html` data-same`}>
    <div title="${shortName(group)}">${label(group)}</div>
  </th>`;
}

function label(group: ReportReachGroup): Markup {
  if (group.kind === "addresses") {
    return html`<span class="ns">outside</span>
      ${group.rest ? "other addresses" : group.addresses}`;
  }
  const count = group.count > 1 ? html` <small>×${group.count}</small>` : "";
  return html`<span class="ns">${group.namespace}</span> ${podWords(group)}${count}`;
}

type Pods = Exclude<ReportReachGroup, { kind: "addresses" }>;

function podWords({ labels, names }: Pods): string {
  const words = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  if (words.length > 0) return words.join(", ");
  return names[0] ?? "other pods";
}

function shortName(group: ReportReachGroup): string {
  if (group.kind === "addresses") return group.rest ? "other addresses outside" : group.addresses;
  return `${group.namespace}/${podWords(group)}`;
}

function cellMarkup(
  groups: readonly ReportReachGroup[],
  cell: ReportReachCell | undefined,
  index: number | undefined,
  to: number,
  busy: ReadonlySet<number>,
): Markup {
  const side = html` class="${edge(groups, to)}"${busy.has(to) ? "" : html` data-same`}`;
  if (cell === undefined || index === undefined) return html`<td${side}></td>`;
  const { before, after, lost, gained, depends } = cell;
  const [from, target] = [groups[cell.from], groups[cell.to]];
  const names = `${from === undefined ? "" : shortName(from)} to ${target === undefined ? "" : shortName(target)}`;
  const isSame = !isChanged(cell);
  const states = isSame
    ? html`<i class="dot ${before.level}"></i>`
    : html`<i class="dot ${before.level}"></i><i class="dot ${after.level}"></i>`;
  const sign =
    gained !== null ? (lost === null ? "+" : "±") : lost !== null ? "−" : depends ? "?" : undefined;
  const kind = gained !== null ? "gained" : lost !== null ? "lost" : "";
  const what = isSame
    ? spoken(before.level)
    : `before ${spoken(before.level)}, after ${spoken(after.level)}: changed`;
  return html`<td${side}><button type="button" class="cell ${kind}" data-i="${index}" tabindex="${index === 0 ? 0 : -1}" aria-label="${names}: ${what}${depends ? ", depends" : ""}">${states}${sign === undefined ? "" : html`<b>${sign}</b>`}</button></td>`;
}

function spoken(level: ReportReachCell["before"]["level"]): string {
  return level === "all" ? "everything" : level === "some" ? "some traffic" : "nothing";
}

function changesInWords(
  { groups, answers, deciders }: ReportReachability,
  changed: readonly ReportReachCell[],
): Content {
  if (changed.length === 0) return "";
  const name = (at: number): string => {
    const group = groups[at];
    return group === undefined ? "" : shortName(group);
  };
  const why = ({ egress, ingress }: ReportReachCell): Content => {
    const changes = [egress, ingress].flatMap((answer) =>
      (answer === null ? [] : (answers[answer] ?? [])).filter(
        ({ before, after }) => before.verdict !== after.verdict,
      ),
    );
    return changes.slice(0, 2).map(({ before, after }) => {
      const by = (all: readonly number[]): string =>
        all.map((at) => deciders[at]?.text ?? "").join("; or ");
      return html`<br /><small
          >before: ${before.verdict}, ${prose(by(before.by))}; after: ${after.verdict},
          ${prose(by(after.by))}</small
        >`;
    });
  };
  const shown = changed.slice(0, TOLD);
  return html`<details class="words">
    <summary>The changes in words</summary>
    <ul>
      ${shown.map(
        (cell) =>
          html`<li data-ends="${cell.from} ${cell.to}">
            ${name(cell.from)} → ${name(cell.to)}:
            ${cell.lost === null ? "" : html`<b>no more</b> ${cell.lost}`}${cell.lost !== null && cell.gained !== null ? "; " : ""}${cell.gained === null ? "" : html`<b>from now on</b> ${cell.gained}`}${why(cell)}
          </li>`,
      )}
    </ul>
    ${changed.length > shown.length ? html`<p>… and ${changed.length - shown.length} more.</p>` : ""}
  </details>`;
}
