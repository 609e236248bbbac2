import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SelectorNode } from "../../../../src/sources/calico/selector/ast.ts";
import {
  evaluateSelector,
  UNKNOWN_LABEL,
} from "../../../../src/sources/calico/selector/evaluate.ts";
import { isSelectorError, parseSelector } from "../../../../src/sources/calico/selector/parser.ts";
import { mayTakeHosts, podPredicate } from "../../../../src/sources/calico/selector/predicate.ts";
import {
  accountSelectorOf,
  peerPlaceSelector,
} from "../../../../src/sources/calico/selector/scope.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME, type LabelKey } from "../../../../src/sets/cube.ts";
import {
  predicateContains,
  predicateText,
  type LabelPredicate,
} from "../../../../src/sets/label-predicate.ts";

function node(text: string): SelectorNode {
  const result = parseSelector(text);
  if (isSelectorError(result)) throw new Error(`${text} ${result.message}`);
  return result.root;
}

function predicate(of: SelectorNode): LabelPredicate {
  const found = podPredicate(of);
  if (found === undefined) throw new Error("too many alternatives");
  return found;
}

const text = (selector: string): string => predicateText(predicate(node(selector)));

describe("a selector over pods as a set of label conditions", () => {
  it.each([
    ["a == 'x' && a == 'y'", "!all()"],
    ["has(a) && !has(a)", "!all()"],
    ["a != 'x' || a != 'y'", "all()"],
    ["a in {}", "!all()"],
    ["a not in {}", "all()"],
    ["a not in {'x','y'}", "a != 'x' && a != 'y'"],
    ["a in {'x','y'} && a != 'x'", "a == 'y'"],
    ["!a == 'x'", "a != 'x'"],
    ["!(a == 'x' && b == 'y')", "a != 'x' || b != 'y'"],
    ["a contains ''", "has(a)"],
    ["a starts with ''", "has(a)"],
    ["!(a starts with 'x')", "!has(a) || has(a) && !(a starts with 'x')"],
    ["global()", "all()"],
    ["projectcalico.org/orchestrator == 'k8s'", "all()"],
    ["projectcalico.org/orchestrator != 'k8s'", "!all()"],
    ["has(projectcalico.org/namespace)", "all()"],
    ["!has(projectcalico.org/serviceaccount)", "!all()"],
    ["pcns.projectcalico.org/name == 'p'", "projectcalico.org/namespace == 'p'"],
    ["pcns.kubernetes.io/metadata.name == 'p'", "projectcalico.org/namespace == 'p'"],
    ["pcsa.projectcalico.org/name == 'ci'", "projectcalico.org/serviceaccount == 'ci'"],
    [
      `projectcalico.org/serviceaccount in {'ci', '${"a".repeat(63)}'}`,
      "pcsa.projectcalico.org/name == 'ci'",
    ],
    [`projectcalico.org/serviceaccount != '${"a".repeat(63)}'`, "all()"],
    ["a == 'no such value!'", "!all()"],
    ["a != 'no such value!'", "all()"],
    [`a == '${"x".repeat(64)}'`, "!all()"],
    ["a contains ' '", "!all()"],
    ["a in {'x', '-bad-'}", "a == 'x'"],
    ["bad/key/name == 'x'", "!all()"],
    ["bad/key/name != 'x'", "all()"],
    ["has(-bad)", "!all()"],
    ["projectcalico.org/namespace == 'Not-A-Name'", "!all()"],
  ])("%s means the same as %s", (left, right) => {
    expect(text(left)).toBe(text(right));
  });

  it("keeps a missing label apart from an empty one", () => {
    expect(text("a == ''")).not.toBe(text("!has(a)"));
    expect(predicateContains(predicate(node("a == ''")), () => undefined)).toBe(false);
  });

  it.each([
    ["projectcalico.org/namespace == 'p'", NAMESPACE_NAME, "p"],
    ["pcns.env == 'dev'", "namespace:env", "dev"],
    ["projectcalico.org/serviceaccount == 'build.robot'", ACCOUNT_NAME, "build.robot"],
    ["pcsa.team == 'x'", "account:team", "x"],
    ["projectcalico.org/name == 'x'", "pod:projectcalico.org/name", "x"],
    ["app.kubernetes.io/name == 'x'", "pod:app.kubernetes.io/name", "x"],
  ])("%s asks for %s", (selector, key, value) => {
    const found = predicate(node(selector));
    expect(predicateContains(found, (asked) => (asked === key ? value : undefined))).toBe(true);
    expect(predicateContains(found, (asked) => (asked === key ? "other" : undefined))).toBe(false);
  });

  it("reads a namespaceSelector's projectcalico.org/name as the namespace's name", () => {
    expect(predicateText(predicate(peerPlaceSelector(node("projectcalico.org/name == 'p'"))))).toBe(
      text("projectcalico.org/namespace == 'p'"),
    );
  });

  it("reads global() in a rule's namespaceSelector as no pod at all", () => {
    expect(predicate(peerPlaceSelector(node("global()")))).toEqual([]);
    expect(predicateText(predicate(peerPlaceSelector(node("all()"))))).toBe(text("all()"));
  });

  it("reads a service account selector over the account's labels", () => {
    expect(predicateText(predicate(accountSelectorOf(node("t == 'x'"))))).toBe(
      text("pcsa.t == 'x'"),
    );
  });

  it("merges ten thousand terms on one key in no time", () => {
    const terms = Array.from({ length: 10_000 }, (_, i) => i);
    const either = predicate(node(terms.map((i) => `a == 'v${String(i)}'`).join(" || ")));
    expect(either).toHaveLength(1);
    const neither = predicate(node(terms.map((i) => `a != 'v${String(i)}'`).join(" && ")));
    expect(neither).toHaveLength(1);
  });

  it("gives up past the limit of alternatives instead of growing without bound", () => {
    const terms = Array.from({ length: 10_000 }, (_, i) => `a${String(i)} == 'x'`);
    expect(podPredicate(node(terms.join(" || ")))).toBeUndefined();
    const pairs = Array.from(
      { length: 20 },
      (_, i) => `(a${String(i)} == 'x' || b${String(i)} == 'y')`,
    );
    expect(podPredicate(node(pairs.join(" && ")))).toBeUndefined();
  });

  it("does not give up where another part decides anyway", () => {
    const terms = Array.from({ length: 10_000 }, (_, i) => `a${String(i)} == 'x'`).join(" || ");
    expect(podPredicate(node(`(${terms}) && c == 'x' && c == 'y'`))).toEqual([]);
    expect(podPredicate(node(`${terms} || all()`))).toHaveLength(1);
  });
});

describe("host endpoints", () => {
  it.each([
    ["all()", true],
    ["a == 'x'", true],
    ["has(projectcalico.org/namespace)", false],
    ["projectcalico.org/namespace == 'p'", false],
    ["projectcalico.org/namespace != 'p'", true],
    ["projectcalico.org/orchestrator == 'k8s'", false],
    ["pcns.env == 'dev'", false],
    ["pcns.env != 'dev'", true],
    ["has(pcsa.x)", false],
    ["a == 'x' && a == 'y'", false],
  ])("%s may take a host endpoint: %s", (selector, expected) => {
    expect(mayTakeHosts(node(selector))).toBe(expected);
  });
});

describe("labels that are not known", () => {
  const unknown = (selector: string): boolean | undefined =>
    evaluateSelector(node(selector), (label) => (label === "u" ? UNKNOWN_LABEL : undefined));

  it.each([
    ["u == 'x'", undefined],
    ["!has(u)", undefined],
    ["u == 'x' && has(b)", false],
    ["u == 'x' || !has(b)", true],
    ["u == 'x' || has(b)", undefined],
    ["!(u == 'x' && has(b))", true],
  ])("leave %s %s", (selector, expected) => {
    expect(unknown(selector)).toBe(expected);
  });
});

/** One pod with few labels of each origin, so that drawn selectors meet them often. */
interface DrawnPod {
  readonly namespace: string;
  readonly account: string;
  readonly own: Readonly<Record<string, string>>;
  readonly ofNamespace: Readonly<Record<string, string>>;
  readonly ofAccount: Readonly<Record<string, string>>;
}

const VALUES = ["", "x", "xy", "yx", "bad value", "p"];
const value = fc.constantFrom(...VALUES);
const realValue = fc.constantFrom("", "x", "xy", "yx", "p");
const label = fc.constantFrom(
  "a",
  "b",
  "pcns.a",
  "pcns.b",
  "pcsa.a",
  "projectcalico.org/namespace",
  "projectcalico.org/serviceaccount",
  "projectcalico.org/orchestrator",
  "pcns.projectcalico.org/name",
  "pcns.kubernetes.io/metadata.name",
  "pcsa.projectcalico.org/name",
  "bad/key/b",
);
const test = fc.oneof(
  label.map((l) => `has(${l})`),
  fc
    .tuple(label, fc.constantFrom("==", "!=", "contains", "starts with", "ends with"), value)
    .map((p) => `${p[0]} ${p[1]} '${p[2]}'`),
  fc
    .tuple(label, fc.constantFrom("in", "not in"), fc.array(value, { maxLength: 3 }))
    .map(([l, operator, values]) => `${l} ${operator} {${values.map((v) => `'${v}'`).join(",")}}`),
  fc.constantFrom("all()", "global()"),
);
const { selector: drawnSelector } = fc.letrec<{ selector: string }>((tie) => ({
  selector: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    test,
    tie("selector").map((s) => `!(${s})`),
    fc.tuple(tie("selector"), tie("selector")).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie("selector"), tie("selector")).map(([a, b]) => `(${a} || ${b})`),
    fc.tuple(test, test, test).map((parts) => parts.join(" && ")),
  ),
}));
const labelsOn = (...keys: readonly string[]): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(fc.constantFrom(...keys), realValue, { maxKeys: keys.length });
const drawnPod: fc.Arbitrary<DrawnPod> = fc.record({
  namespace: fc.constantFrom("p", "x", "other"),
  account: fc.constantFrom("p", "x", "default"),
  own: labelsOn("a", "b", "pcns.a", "projectcalico.org/orchestrator"),
  ofNamespace: labelsOn("a", "b"),
  ofAccount: labelsOn("a"),
});

/** The labels that Calico puts on the pod's endpoint, written out. */
function calicoLabels(pod: DrawnPod): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const [key, text] of Object.entries(pod.ofNamespace)) labels.set(`pcns.${key}`, text);
  labels.set("pcns.kubernetes.io/metadata.name", pod.namespace);
  labels.set("pcns.projectcalico.org/name", pod.namespace);
  for (const [key, text] of Object.entries(pod.ofAccount)) labels.set(`pcsa.${key}`, text);
  labels.set("pcsa.projectcalico.org/name", pod.account);
  for (const [key, text] of Object.entries(pod.own)) {
    if (!key.startsWith("pcns.") && !key.startsWith("pcsa.")) labels.set(key, text);
  }
  labels.set("projectcalico.org/namespace", pod.namespace);
  labels.set("projectcalico.org/serviceaccount", pod.account);
  labels.set("projectcalico.org/orchestrator", "k8s");
  return labels;
}

/** The same pod as the sets see it. */
function setLabels(pod: DrawnPod): (key: LabelKey) => string | undefined {
  return (key) => {
    if (key === NAMESPACE_NAME) return pod.namespace;
    if (key === ACCOUNT_NAME) return pod.account;
    const colon = key.indexOf(":");
    const name = key.slice(colon + 1);
    const origin = key.slice(0, colon);
    const labels =
      origin === "pod" ? pod.own : origin === "namespace" ? pod.ofNamespace : pod.ofAccount;
    return Object.hasOwn(labels, name) ? labels[name] : undefined;
  };
}

describe("the predicate of a selector", () => {
  it("holds of exactly the pods that the selector, read word for word, selects", () => {
    fc.assert(
      fc.property(
        drawnSelector,
        fc.array(drawnPod, { minLength: 1, maxLength: 8 }),
        (selector, pods) => {
          const root = node(selector);
          const meaning = predicate(root);
          for (const pod of pods) {
            const labels = calicoLabels(pod);
            const expected = evaluateSelector(root, (asked) => labels.get(asked));
            expect(predicateContains(meaning, setLabels(pod))).toBe(expected);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});
