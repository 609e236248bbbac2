/**
 * What the page does: filter, open what a link leads into, light up the lines that belong together, and tell what decides a
 * cell of the matrix. Everything that it puts into the page is text, never HTML. It is text here since it runs in a browser;
 * test/report/html runs it there.
 */
export const SCRIPT = String.raw`"use strict";
(() => {
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (id) => document.getElementById(id);
const make = (tag, text, name) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (name !== undefined) element.className = name;
  return element;
};

// Filter. What is looked through is collected once; a change then only sets "hidden" where it differs.
const form = document.querySelector(".filter");
const policies = all(".policy").map((element) => ({
  element,
  text: element.firstElementChild.textContent.toLowerCase(),
  outcome: element.dataset.o,
  namespaces: element.dataset.n.split(" "),
  codes: element.dataset.c.split(" "),
}));
const groups = all(".group").map((element) => ({
  element,
  code: element.dataset.c,
  count: element.querySelector(".count"),
  items: all("li", element).map((item) => ({ element: item, policy: policies[item.dataset.p] })),
}));
const chips = all(".chip");
const hide = (element, isHidden) => {
  if (element.hidden !== isHidden) element.hidden = isHidden;
};
const apply = () => {
  const words = one("f-text").value.toLowerCase().split(/\s+/).filter(Boolean);
  const namespace = one("f-namespace").value;
  const code = one("f-code").value;
  const outcomes = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.o);
  let shown = 0;
  for (const policy of policies) {
    const fits =
      (outcomes.length === 0 || outcomes.includes(policy.outcome)) &&
      (namespace === "" || policy.namespaces.includes(namespace)) &&
      (code === "" || policy.codes.includes(code)) &&
      words.every((word) => policy.text.includes(word));
    hide(policy.element, !fits);
    if (fits) shown += 1;
  }
  const isOpen = words.length === 0 && namespace === "" && outcomes.length === 0;
  let left = 0;
  for (const group of groups) {
    let count = 0;
    for (const item of group.items) {
      const fits = (code === "" || code === group.code) && (item.policy === undefined ? isOpen : !item.policy.element.hidden);
      hide(item.element, !fits);
      if (fits) count += 1;
    }
    hide(group.element, count === 0);
    const text = count + (count === 1 ? " finding" : " findings");
    if (group.count.textContent !== text) group.count.textContent = text;
    left += count;
  }
  one("f-shown").value = shown + " of " + policies.length + " policies";
  for (const [id, isEmpty] of [["findings", left === 0], ["policies", shown === 0]]) {
    const none = one(id).querySelector(".none");
    if (none) hide(none, !isEmpty);
  }
};
let waiting = 0;
const soon = () => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(apply);
};
form.hidden = policies.length < 2;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", soon);
form.addEventListener("reset", () => {
  for (const chip of chips) chip.setAttribute("aria-pressed", "false");
  soon();
});
for (const chip of chips) {
  chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    soon();
  });
}

// Open and close.
const actions = document.querySelector(".actions");
actions.hidden = policies.length === 0;
one("open-all").addEventListener("click", () => {
  for (const { element } of policies) if (!element.hidden) element.open = true;
});
one("close-all").addEventListener("click", () => {
  for (const { element } of policies) element.open = false;
});

// A link may lead into something closed or filtered out.
const reveal = () => {
  const target = one(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const policy = target.closest(".policy, .group");
  if (policy && policy.hidden) {
    form.reset();
    apply();
  }
  for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
  target.scrollIntoView({ block: "nearest" });
  if (target.matches("details")) target.firstElementChild.focus();
};
addEventListener("hashchange", reveal);
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) reveal();
});
if (location.hash) reveal();

// Lines and rules that belong together.
const light = (event, isOn) => {
  const part = event.target.closest?.("[data-r]");
  if (!part) return;
  const numbers = part.dataset.r.split(" ");
  for (const other of all("[data-r]", part.closest(".policy"))) {
    other.classList.toggle("lit", isOn && other.dataset.r.split(" ").some((number) => numbers.includes(number)));
  }
};
for (const [on, off] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  document.addEventListener(on, (event) => light(event, true));
  document.addEventListener(off, (event) => light(event, false));
}

// On paper, policies that are not exact are open; the others as they are on the screen.
let opened = [];
addEventListener("beforeprint", () => {
  const worth = policies.filter(({ element, outcome }) => !element.hidden && outcome !== "exact" && outcome !== "conditional");
  opened = [...worth.map(({ element }) => element), ...groups.map(({ element }) => element), ...all(".words")].filter((element) => !element.open);
  for (const element of opened) element.open = true;
});
addEventListener("afterprint", () => {
  for (const element of opened) element.open = false;
});

// The matrix.
const stored = one("reach-data");
if (!stored) return;
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
    const cell = cells(rows[row])[column];
    return cell && cell.offsetParent !== null ? cell.querySelector("button") : null;
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
  if (current.offsetParent === null) {
    current.tabIndex = -1;
    current = all("button", table).find((button) => button.offsetParent !== null) ?? current;
    current.tabIndex = 0;
  }
});
})();
`;
