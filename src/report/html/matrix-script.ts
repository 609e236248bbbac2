/** The part of the page's script that is about the matrix; script.ts puts it behind the rest. */
export const MATRIX_SCRIPT = String.raw`// The matrix.
const stored = one("reach-data");
if (stored) {
const data = JSON.parse(stored.textContent);
const table = document.querySelector(".matrix");
const detail = one("reach-detail");
let current = table.querySelector('button[tabindex="0"]');
const end = (title, answer) => {
  const part = make("div");
  part.append(make("h4", title));
  if (answer === null) {
    part.append(make("p", "no pod: nobody judges at this end", "hint"));
    return part;
  }
  const rows = make("table");
  const head = rows.createTHead().insertRow();
  for (const text of ["Traffic", "Before", "After"]) {
    const cell = make("th", text);
    cell.scope = "col";
    head.append(cell);
  }
  const body = rows.createTBody();
  for (const [traffic, before, beforeBy, after, afterBy] of data.answers[answer]) {
    const row = body.insertRow();
    if (before !== after) row.className = "changed";
    row.append(make("td", traffic), verdict(before, beforeBy), verdict(after, afterBy));
  }
  part.append(rows);
  return part;
};
const verdict = (said, by) => {
  const cell = make("td");
  cell.append(make("b", said, said));
  for (const index of by) {
    const [text, policy] = data.deciders[index];
    cell.append(" ");
    if (policy === null) cell.append(make("span", text));
    else {
      const link = make("a", text);
      link.href = "#p" + policy;
      cell.append(link);
    }
  }
  return cell;
};
const tell = (button) => {
  const [from, to, before, after, lost, gained, egress, ingress, depends] = data.cells[button.dataset.i];
  const facts = make("dl", undefined, "facts");
  const fact = (name, text) => {
    if (text === null) return;
    const pair = make("div");
    pair.append(make("dt", name), make("dd", text));
    facts.append(pair);
  };
  fact("Before", before);
  fact("After", after);
  fact("No more", lost);
  fact("From now on", gained);
  const ends = make("div", undefined, "ends");
  ends.append(end("Leaving " + data.names[from] + " (egress)", egress), end("Arriving at " + data.names[to] + " (ingress)", ingress));
  detail.replaceChildren(make("h3", data.names[from] + " → " + data.names[to]), facts, ends);
  if (depends) detail.append(make("p", "Some of it depends on conditions that nobody can check from the policies alone.", "hint"));
  table.querySelector(".cell[aria-current]")?.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
};
table.addEventListener("click", (event) => {
  const button = event.target.closest(".cell");
  if (!button) return;
  settle(button);
  tell(button);
});
const isSeen = (button) => button.offsetParent !== null;
const keepCurrent = () => {
  if (isSeen(current)) return;
  current.tabIndex = -1;
  current = buttons.find(isSeen) ?? current;
  current.tabIndex = 0;
};
const settle = (button) => {
  current.tabIndex = -1;
  button.tabIndex = 0;
  current = button;
  button.focus();
};
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -Infinity], End: [0, Infinity] };
table.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const place = event.target.closest("td");
  if (!step || !place) return;
  event.preventDefault();
  const rows = all("tbody tr", table);
  const cells = (row) => all("td", row);
  let y = rows.indexOf(place.parentElement);
  let x = cells(rows[y]).indexOf(place);
  const usable = (row, column) => {
    const button = cells(rows[row])[column]?.querySelector("button");
    return button && isSeen(button) ? button : null;
  };
  if (!Number.isFinite(step[1])) {
    const columns = cells(rows[y]).keys();
    const found = [...columns].filter((column) => usable(y, column));
    settle(usable(y, step[1] < 0 ? found[0] : found.at(-1)));
    return;
  }
  for (;;) {
    y += step[0];
    x += step[1];
    if (!rows[y] || !cells(rows[y])[x]) return;
    const button = usable(y, x);
    if (button) return settle(button);
  }
});
const only = one("only-changed");
only.hidden = !table.querySelector("[data-same]") || !table.querySelector(".lost, .gained");
only.addEventListener("click", () => {
  const isOn = only.getAttribute("aria-pressed") !== "true";
  only.setAttribute("aria-pressed", String(isOn));
  table.classList.toggle("only-changed", isOn);
  keepCurrent();
});
// Of a namespace there are the pairs of which one end lies in it. Rows and columns without any traffic with it are left out.
const frame = table.parentElement;
const buttons = all(".cell", table.tBodies[0]);
const count = one("reach-count");
const whole = count.textContent;
const wordsOf = all("[data-ends]");
showNamespace = (namespace) => {
  const isIn = (at) => namespace === "" || data.namespaces[at] === namespace;
  const seen = new Set([...data.namespaces.keys()].filter(isIn));
  let pairs = 0;
  let changed = 0;
  for (const button of buttons) {
    const [from, to, , , lost, gained] = data.cells[button.dataset.i];
    const isPart = isIn(from) || isIn(to);
    hide(button, !isPart);
    if (!isPart) continue;
    pairs += 1;
    const isChanged = lost !== null || gained !== null;
    if (isChanged) changed += 1;
    if (isChanged || button.querySelector(".dot:not(.none)")) seen.add(from).add(to);
  }
  all("tr", table).forEach((row, y) => {
    hide(row, y > 0 && !seen.has(y - 1));
    [...row.cells].forEach((cell, x) => hide(cell, x > 0 && !seen.has(x - 1)));
  });
  for (const item of wordsOf) hide(item, !item.dataset.ends.split(" ").some((at) => isIn(Number(at))));
  put(count, namespace === "" ? whole : changed + " of " + pairs + (pairs === 1 ? " pair" : " pairs") + " with " + namespace + (changed === 1 ? " changes." : " change."));
  hide(frame, seen.size === 0);
  hide(one("reach").querySelector(".no-match"), seen.size > 0);
  keepCurrent();
};
}
`;
