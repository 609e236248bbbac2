/** The look of the page: one column of calm text, tables and code; light, dark and on paper. */
export const STYLES = `
:root {
  --paper: #fbfaf7; --card: #fff; --sunk: #f4f2ec; --ink: #1f2430; --soft: #565d6c; --line: #dcd8cd; --link: #1d5792; --focus: #1d6fd1;
  --exact: #17633a; --exact-t: #e0f2e6; --conditional: #0d587d; --conditional-t: #dff0f8; --narrowed: #7a4700; --narrowed-t: #fcefd3;
  --unknown: #5a3a94; --unknown-t: #efe8fb; --widened: #a01724; --widened-t: #fde3e3; --note: #4f5665; --note-t: #eceae4;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, "Apple SD Gothic Neo", "Malgun Gothic", sans-serif;
  --mono: ui-monospace, SFMono-Regular, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c; --card: #1b1f26; --sunk: #101318; --ink: #e4e6ea; --soft: #a3abb9; --line: #333a45; --link: #8fc1f5; --focus: #7ab3ff;
    --exact: #8cdcab; --exact-t: #15301f; --conditional: #8bcdf0; --conditional-t: #10303f; --narrowed: #f1c36d; --narrowed-t: #3a2b0d;
    --unknown: #cab4f8; --unknown-t: #2d2247; --widened: #ff9d9d; --widened-t: #461b1d; --note: #b3bac6; --note-t: #282d36;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 9rem; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 0 clamp(1rem, 4vw, 3rem) 4rem; max-width: 88rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 var(--sans); }
h1, h2, h3, h4 { line-height: 1.2; font-weight: 650; text-wrap: balance; }
h1 { margin: .2rem 0 .6rem; font-size: clamp(1.7rem, 1.2rem + 2vw, 2.6rem); letter-spacing: -.015em; }
h2 { margin: 3.2rem 0 .8rem; font-size: 1.45rem; letter-spacing: -.01em; }
h3 { margin: 1.8rem 0 .5rem; font-size: 1.05rem; }
h4 { margin: .8rem 0 .3rem; font-size: .95rem; }
p { margin: .5rem 0; max-width: 75ch; }
small { font-size: .85em; color: var(--soft); }
a { color: var(--link); text-underline-offset: .15em; }
code, .code { font-family: var(--mono); font-size: .875em; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -100vw; background: var(--card); padding: .5rem 1rem; z-index: 9; }
.skip:focus { left: 1rem; top: 1rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.eyebrow { margin: 0; color: var(--soft); font-size: .82rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase; }
.top { padding-top: clamp(1.5rem, 5vw, 3.5rem); }
.lead { font-size: 1.12rem; }
.stopped { color: var(--widened); font-weight: 600; }
.tool { margin: 1rem 0 0; }
.bar { display: block; width: 100%; height: .75rem; margin: 1.4rem 0 .9rem; }
.bar rect { rx: 2px; }
.bar .exact { fill: var(--exact); } .bar .conditional { fill: var(--conditional); } .bar .narrowed { fill: var(--narrowed); }
.bar .unknown { fill: var(--unknown); } .bar .widened { fill: var(--widened); }
.counts { display: flex; flex-wrap: wrap; gap: .7rem 2rem; margin: 0 0 1.2rem; }
.counts div { display: grid; gap: .15rem; }
.counts dd { margin: 0; color: var(--soft); font-size: .9rem; }
.counts dd b { color: var(--ink); font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.assumes { margin: .4rem 0; padding-left: 1.2rem; max-width: 75ch; }
.assumes .code, .about .code { white-space: nowrap; }
.badge { display: inline-flex; align-items: center; gap: .35em; padding: .08em .6em .1em .5em; border-radius: 1em; background: var(--note-t); color: var(--note); font-size: .82rem; font-weight: 600; white-space: nowrap; justify-self: start; }
.sign { font-family: var(--mono); font-weight: 700; }
.badge.exact { background: var(--exact-t); color: var(--exact); }
.badge.conditional { background: var(--conditional-t); color: var(--conditional); }
.badge.narrowed, .badge.warning { background: var(--narrowed-t); color: var(--narrowed); }
.badge.unknown { background: var(--unknown-t); color: var(--unknown); }
.badge:is(.widened, .invalid, .stop, .isolates) { background: var(--widened-t); color: var(--widened); }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin: 1.6rem 0 0; padding: .7rem 0; border-top: 1px solid var(--line); }
nav a { color: var(--ink); font-weight: 600; font-size: .95rem; }
.filter { position: sticky; top: 0; z-index: 3; display: flex; flex-wrap: wrap; align-items: end; gap: .5rem .9rem; margin: 0 -.8rem; padding: .7rem .8rem; background: var(--paper); border-bottom: 1px solid var(--line); }
.filter label { display: grid; gap: .1rem; font-size: .78rem; color: var(--soft); }
.filter input, .filter select, button { font: inherit; font-size: .92rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .32rem .6rem; max-width: 15rem; }
.filter input::placeholder { color: var(--soft); opacity: 1; }
button { cursor: pointer; }
button:hover { border-color: var(--soft); }
.chips { display: flex; flex-wrap: wrap; gap: .35rem; }
.chip { display: inline-flex; align-items: center; gap: .4rem; padding: .25rem .6rem .25rem .3rem; border-radius: 2rem; max-width: none; }
.chip[aria-pressed="true"], #only-changed[aria-pressed="true"] { border-color: var(--ink); box-shadow: inset 0 0 0 1px var(--ink); }
.chip[aria-pressed="true"]::after { content: "✓"; font-weight: 700; }
.shown { margin: 0 0 0 auto; display: flex; align-items: center; gap: .8rem; font-size: .92rem; font-variant-numeric: tabular-nums; }
.actions { display: flex; gap: .5rem; }
details.policy, details.group, details.words { border: 1px solid var(--line); border-radius: .5rem; background: var(--card); margin: .45rem 0; }
.policy { content-visibility: auto; contain-intrinsic-size: auto 2.9rem; }
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
.policy > summary, .group > summary { display: grid; grid-template-columns: 1rem 9.5rem minmax(0, 1fr) auto; align-items: baseline; gap: .3rem .7rem; padding: .6rem .9rem; }
summary::before { content: "▸"; color: var(--soft); }
details[open] > summary::before { content: "▾"; }
.words > summary, .object > summary { padding: .5rem .9rem; }
.words > summary::before, .object > summary::before { margin-right: .6rem; }
summary .name { font-weight: 600; overflow-wrap: anywhere; }
summary .name small { font-weight: 400; }
.about { color: var(--soft); font-size: .85rem; text-align: right; overflow-wrap: anywhere; }
.body { padding: .1rem .9rem 1rem; border-top: 1px solid var(--line); }
.group ul, .words ul { margin: .5rem 0; padding-left: 1.2rem; }
.words > ul { padding: 0 .9rem 0 2.1rem; }
.group li, .words li { margin: .5rem 0; overflow-wrap: anywhere; }
.why, .hint, .absent { color: var(--soft); }
.do { padding-left: .8rem; border-left: 3px solid var(--conditional); }
.witness { font-size: .95rem; overflow-wrap: anywhere; }
.rules { list-style: none; margin: .6rem 0 1rem; padding: 0; }
.rules > li { padding: .15rem .7rem; border-left: 4px solid var(--line); margin: .3rem 0; overflow-wrap: anywhere; scroll-margin-top: 9rem; }
.rules p { margin: .2rem 0; }
.finding code, .name code { font-weight: inherit; }
.finding { margin: .3rem 0 .3rem 2.1rem; }
.rules .witness { margin-left: 2.1rem; }
.fate { font-weight: 600; }
.rules > .exact, .lines.exact { border-color: var(--exact); }
.rules > .conditional, .lines.conditional { border-color: var(--conditional); }
.rules > .narrowed, .lines.narrowed { border-color: var(--narrowed); border-left-style: double; border-left-width: 6px; }
.rules > .unknown, .lines.unknown { border-color: var(--unknown); border-left-style: dotted; }
.rules > .widened, .lines.widened { border-color: var(--widened); border-left-style: dashed; }
.tag { display: inline-block; min-width: 1.5rem; padding: 0 .35rem; border: 1px solid currentcolor; border-radius: .3rem; text-align: center; font: 600 .78rem/1.35 var(--sans); text-decoration: none; user-select: none; background: var(--card); }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; align-items: start; }
figure { margin: 0; min-width: 0; }
figcaption, .object > summary { font-size: .88rem; color: var(--soft); overflow-wrap: anywhere; }
figcaption b, .object b { color: var(--ink); }
.code pre { margin: 0; }
div.code { display: flex; margin: .35rem 0 .6rem; background: var(--sunk); border: 1px solid var(--line); border-radius: .4rem; overflow: hidden; line-height: 1.5; font-size: .82rem; }
div.code code { font-size: inherit; display: inline-block; min-width: 100%; }
.numbers { padding: .6rem .5rem; text-align: right; color: var(--soft); border-right: 1px solid var(--line); user-select: none; font: inherit; }
.text { flex: 1; min-width: 0; padding: .6rem 0; overflow-x: auto; font: inherit; }
.text code { padding: 0 .7rem; }
.lines { position: relative; display: block; margin: 0 -.7rem; padding: 0 2.6rem 0 calc(.7rem - 4px); border-left: 4px solid var(--line); scroll-margin-top: 9rem; }
.lines.narrowed { padding-left: calc(.7rem - 6px); background: var(--narrowed-t); }
.lines.widened { background: var(--widened-t); } .lines.unknown { background: var(--unknown-t); }
.lines.redundant { opacity: .75; border-left-style: dotted; }
.lines .tag { position: sticky; right: .4rem; float: right; margin: 0 -2.1rem 0 .3rem; }
.lit { box-shadow: inset 0 0 0 1px var(--conditional); }
.lines.lit { background: var(--conditional-t); }
:target:is(.lines, .rules > li) { box-shadow: inset 0 0 0 2px var(--focus); }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { padding: .35rem .8rem .35rem 0; text-align: left; vertical-align: top; }
thead th { font-size: .82rem; color: var(--soft); font-weight: 600; }
tbody tr { border-top: 1px solid var(--line); }
.options { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .3rem 1.5rem; margin: 0; font-size: .9rem; }
.options div { display: flex; gap: .6rem; }
.options dt { color: var(--soft); } .options dd { margin: 0; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; margin: .6rem 0; padding: 0; list-style: none; font-size: .88rem; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: .4rem; }
.matrix-frame { flex: 0 1 auto; max-height: 80vh; overflow: auto; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.matrix { border-collapse: separate; border-spacing: 0; font-size: .82rem; }
.matrix th, .matrix td { padding: 0; border: 0 solid var(--line); border-bottom-width: 1px; }
.matrix thead > tr > * { position: sticky; top: 0; z-index: 1; background: var(--card); vertical-align: bottom; }
.matrix tbody th { position: sticky; left: 0; z-index: 1; background: var(--card); font-weight: 400; padding: .2rem .8rem; min-width: min(15rem, 38vw); max-width: 20rem; overflow-wrap: break-word; vertical-align: middle; border-right-width: 1px; }
.matrix .corner { left: 0; z-index: 2; padding: .4rem .8rem; color: var(--soft); border-right-width: 1px; }
.matrix thead th div { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 13rem; padding: .5rem .2rem; margin: auto; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font-weight: 400; color: var(--ink); line-height: 1.15; }
.matrix .ns { font-weight: 650; }
.matrix tr.edge > * { border-top: 2px solid var(--line); }
.matrix .edge:is(td, th) { border-left-width: 2px; }
.matrix.only-changed [data-same] { display: none; }
.cell { display: flex; align-items: center; justify-content: center; gap: 3px; min-width: 2.6rem; height: 1.9rem; padding: 0 .25rem; margin: 0 auto; border: 0; border-radius: 0; background: none; color: inherit; }
.matrix .cell { width: 100%; }
.cell b { font: 700 .9rem/1 var(--mono); }
.cell.lost { background: var(--narrowed-t); color: var(--narrowed); box-shadow: inset 0 0 0 1px var(--narrowed); }
.cell.gained { background: var(--widened-t); color: var(--widened); box-shadow: inset 0 0 0 2px var(--widened); }
button.cell:hover { background: var(--note-t); }
.cell:focus-visible { outline-offset: -2px; }
.cell[aria-current] { outline: 2px solid var(--ink); outline-offset: -2px; }
.dot { display: inline-block; flex: none; width: .72rem; height: .72rem; border: 1.5px solid currentcolor; border-radius: 50%; forced-color-adjust: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.dot.all { background: currentcolor; }
.dot.some { background: linear-gradient(90deg, currentcolor 50%, transparent 50%); }
.dot.none { width: .4rem; height: .4rem; opacity: .55; }
.reach { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1rem; }
#reach-detail { flex: 1 1 34rem; min-width: 0; padding: .2rem 1rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
#reach-detail h3 { margin-top: .8rem; overflow-wrap: anywhere; }
.facts > div { display: flex; gap: .8rem; } .facts dt { width: 6.5rem; color: var(--soft); } .facts dd { margin: 0; }
dl.facts { margin: .4rem 0; }
.ends { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 2rem; }
.ends table { width: 100%; font-size: .88rem; } .ends td { overflow-wrap: break-word; } .ends th:first-child { width: 22%; } .ends table { table-layout: fixed; }
.changed td { background: var(--narrowed-t); }
b.deny, b.depends { text-decoration: underline; text-decoration-style: dotted; text-underline-offset: .2em; }
@media (max-width: 60rem) {
  .pair { grid-template-columns: minmax(0, 1fr); }
  .policy > summary, .group > summary { grid-template-columns: 1rem minmax(0, 1fr); }
  .policy > summary > :not(.badge), .group > summary > :not(.badge) { grid-column: 2; text-align: left; }
}
@media (max-width: 40rem) {
  .filter { position: static; }
  html, .rules > li, .lines { scroll-padding-top: 1rem; scroll-margin-top: 1rem; }
  .shown { margin-left: 0; }
  .finding, .rules .witness { margin-left: 0; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  :root { --paper: #fff; --card: #fff; --sunk: #fff; --soft: #444; --line: #bbb; }
  html { font-size: 10pt; }
  body { padding: 0; max-width: none; }
  .skip, nav, .filter, .actions, #only-changed, #reach-detail .hint, #reach-detail:not(:has(h3)) { display: none !important; }
  h2 { break-after: avoid; margin-top: 1.6rem; }
  .policy { content-visibility: visible; }
  .policy > summary, .group > summary { break-after: avoid; padding: .3rem .6rem; }
  .policy > summary, .group > summary { grid-template-columns: .8rem 7rem minmax(0, 1fr) auto; }
  .policy > summary > :not(.badge), .group > summary > :not(.badge) { grid-column: auto; }
  .about { max-width: 18rem; }
  .pair { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .group li, .rules > li, .matrix tr { break-inside: avoid; }
  .text { overflow: visible; white-space: pre-wrap; overflow-wrap: anywhere; }
  .numbers { display: none; }
  div.code { overflow: visible; font-size: 8pt; }
  .matrix-frame { max-height: none; overflow: visible; border: 0; }
  .matrix { font-size: 7pt; } .matrix tbody th { min-width: 0; } .cell { min-width: 1.6rem; height: 1.3rem; }
  .matrix thead > tr > *, .matrix tbody th { position: static; }
  .badge, .lines, .cell, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  a { color: inherit; text-decoration: none; }
}
`;
