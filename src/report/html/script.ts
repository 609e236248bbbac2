import { MATRIX_SCRIPT } from "./matrix-script.ts";

/**
 * What the page does: filter, make what is asked for, open what a link leads into, light up the lines that belong together,
 * and tell what decides a cell of the matrix. Everything that it puts into the page is text or a piece of the page itself
 * (markup.ts, `later`), never HTML that is made of data. It is text here since it runs in a browser; test/report/html runs
 * it there.
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
const hide = (element, isHidden) => {
  if (element.hidden !== isHidden) element.hidden = isHidden;
};
const put = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

// What is made when somebody wants to see it: it stands in noscript, which is text where scripts run.
const piecesOf = (holder) => {
  const template = make("template");
  template.innerHTML = holder.textContent;
  return template.content;
};
const makeBody = (details) => {
  const holder = details.querySelector("noscript");
  if (!holder) return;
  const body = piecesOf(holder);
  for (const tag of all(".text .tag", body)) {
    const rule = body.getElementById(tag.hash.slice(1));
    tag.title = "rule " + rule.querySelector("p").textContent.trim().replace(/\s+/g, " ");
  }
  for (const numbers of all(".numbers", body)) {
    const { first, count } = numbers.dataset;
    numbers.textContent = Array.from({ length: count }, (_, at) => Number(first) + at).join("\n");
  }
  holder.replaceWith(body);
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
// Findings of a group are elements from the moment on when it is opened, and so many at a time.
const STEP = 200;
const groups = all(".group").map((element) => ({
  element,
  code: element.dataset.c,
  count: element.querySelector(".count"),
  policies: element.dataset.p.split(",").map((at) => policies[at]),
  list: element.querySelector("ul"),
  items: undefined,
  fitting: undefined,
  shown: STEP,
}));
const chips = all(".chip");
const fill = (group) => {
  if (!group.items) {
    const holder = group.element.querySelector("noscript");
    if (!group.list) {
      group.list = piecesOf(holder).querySelector("ul");
      holder.replaceWith(group.list);
    }
    group.items = [...group.list.children];
    group.more = make("button", undefined, "more");
    group.more.type = "button";
    group.more.addEventListener("click", () => {
      const first = group.items[group.fitting[group.shown]];
      group.shown += STEP;
      fill(group);
      const link = first.querySelector("a");
      if (link) link.focus();
    });
    group.list.after(group.more);
  }
  const shown = group.fitting.slice(0, group.shown);
  group.list.replaceChildren(...shown.map((at) => group.items[at]));
  const left = group.fitting.length - shown.length;
  hide(group.more, left === 0);
  put(group.more, "Show " + Math.min(left, STEP) + " more of " + left);
};
let showNamespace = () => {};
const apply = () => {
  const words = one("f-text").value.toLowerCase().split(/\s+/).filter(Boolean);
  const namespace = one("f-namespace").value;
  const code = one("f-code").value;
  const outcomes = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.o);
  let shown = 0;
  for (const policy of policies) {
    policy.fits =
      (outcomes.length === 0 || outcomes.includes(policy.outcome)) &&
      (namespace === "" || policy.namespaces.includes(namespace)) &&
      (code === "" || policy.codes.includes(code)) &&
      words.every((word) => policy.text.includes(word));
    hide(policy.element, !policy.fits);
    if (policy.fits) shown += 1;
  }
  const isOpen = words.length === 0 && namespace === "" && outcomes.length === 0;
  let left = 0;
  for (const group of groups) {
    const fitting = [];
    if (code === "" || code === group.code) {
      group.policies.forEach((policy, at) => {
        if (policy === undefined ? isOpen : policy.fits) fitting.push(at);
      });
    }
    group.fitting = fitting;
    if (group.element.open) fill(group);
    hide(group.element, fitting.length === 0);
    put(group.count, fitting.length + (fitting.length === 1 ? " finding" : " findings"));
    left += fitting.length;
  }
  showNamespace(namespace);
  one("f-shown").value = shown + " of " + policies.length + " policies";
  for (const [id, isEmpty] of [["findings", left === 0], ["policies", shown === 0]]) {
    const none = one(id).querySelector(".no-match");
    if (none) hide(none, !isEmpty);
  }
};
for (const group of groups) {
  group.fitting = [...group.policies.keys()];
  group.element.addEventListener("toggle", () => {
    if (group.element.open) fill(group);
  });
}
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

// Open and close. A click, also one by a key, comes before what it opens is shown.
const open = (details) => {
  makeBody(details);
  details.open = true;
};
one("policies").addEventListener("click", (event) => {
  const summary = event.target.closest("summary");
  if (summary) makeBody(summary.parentElement);
});
one("policies").addEventListener("toggle", (event) => {
  if (event.target.open) makeBody(event.target);
}, true);
const actions = document.querySelector(".actions");
actions.hidden = policies.length === 0;
// Many are opened a few at a time, so that the page goes on answering.
const AT_ONCE = 50;
let opening = 0;
one("open-all").addEventListener("click", () => {
  const closed = policies.filter(({ element }) => !element.hidden && !element.open);
  const some = () => {
    for (const { element } of closed.splice(0, AT_ONCE)) open(element);
    if (closed.length > 0) opening = requestAnimationFrame(some);
  };
  cancelAnimationFrame(opening);
  some();
});
one("close-all").addEventListener("click", () => {
  cancelAnimationFrame(opening);
  for (const { element } of policies) element.open = false;
});

// A link may lead into something closed, filtered out or not made yet.
const reveal = () => {
  const id = decodeURIComponent(location.hash.slice(1));
  const policy = policies[/^p(\d+)/.exec(id)?.[1]];
  if (policy) makeBody(policy.element);
  const target = one(id);
  if (!target) return;
  const around = target.closest(".policy, .group");
  if (around && around.hidden) {
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
  for (const group of groups) fill(group);
  for (const element of opened) open(element);
});
addEventListener("afterprint", () => {
  for (const element of opened) element.open = false;
});
${MATRIX_SCRIPT}
})();
`;
