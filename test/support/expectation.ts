import { expect } from "vitest";
import { normalObject } from "./objects-text.ts";
import type { ObjectText } from "./objects-text.ts";

/*
 * expect.json: what must come out of a golden case, written from the specification before the tool ran. The files in
 * expected/ say what does come out, byte for byte; this says what may.
 */
export interface Expectation {
  /** The sentence that the case shows. */
  readonly title: string;
  /** 0 unless given; a list where the specification leaves it open. */
  readonly exitCode?: number | readonly number[];
  /** Of the whole set. */
  readonly outcome?: string;
  /**
   * For each policy, such as `NP p/web`, `GNP web`, `KNP p/web` (Kubernetes): `outcome; in: dispositions; out:
   * dispositions`, one disposition a rule; `a|b` means either, `*` any.
   */
  readonly policies?: Readonly<Record<string, string>>;
  /** Every object written; `{p,q}/x` stands for several, `p/x*` for a name that is given by us, `?p/x` for one that may be missing. */
  readonly objects?: readonly ExpectedObject[];
  /** Assumptions that must be named. */
  readonly assumptions?: readonly string[];
  /** Words that must occur in the findings. */
  readonly says?: readonly string[];
  readonly invalid?: number;
  readonly context?: number;
  /** The narrowing is of traffic other than TCP, UDP and SCTP alone. */
  readonly losesOnlyOther?: boolean;
  /** `NP p/b ingress 0` is what it is because of `p/a spec.ingress[0]`. */
  readonly because?: Readonly<Record<string, string>>;
  /** What must come out of `--actions compile`. */
  readonly compile?: Omit<Expectation, "title">;
}

export interface ExpectedObject extends ObjectText {
  readonly labels?: Readonly<Record<string, string>>;
}

/** What of a run is held to an expectation. */
export interface Actual {
  readonly exitCode: number;
  readonly outcome: string;
  readonly invalid: number;
  readonly context: number;
  /** How many policies lose nothing but other protocols. */
  readonly losingOnlyOther: number;
  readonly policies: readonly ActualPolicy[];
  readonly objects: readonly ExpectedObject[];
  readonly assumptions: readonly string[];
  /** Messages and hints. */
  readonly findings: readonly string[];
}

export interface ActualPolicy {
  /** `NP p/web`. */
  readonly name: string;
  readonly outcome: string;
  readonly rules: readonly {
    readonly direction: string;
    readonly index: number;
    readonly disposition: string;
    readonly because: readonly { readonly policy: string; readonly path: string | null }[];
  }[];
}

export function checkExpectation(expected: Omit<Expectation, "title">, actual: Actual): void {
  const exitCodes = [expected.exitCode ?? 0].flat();
  expect(exitCodes, `exit code, findings: ${actual.findings.join("\n")}`).toContain(
    actual.exitCode,
  );
  if (expected.outcome !== undefined) expect(actual.outcome).toBe(expected.outcome);
  if (expected.invalid !== undefined)
    expect(actual.invalid, "invalid documents").toBe(expected.invalid);
  if (expected.context !== undefined)
    expect(actual.context, "context documents").toBe(expected.context);
  for (const [name, text] of Object.entries(expected.policies ?? {}))
    checkPolicy(name, text, actual);
  if (expected.objects !== undefined) checkObjects(expected.objects, actual.objects);
  if (expected.losesOnlyOther === true) {
    expect(actual.losingOnlyOther, "policies that lose only other protocols").toBeGreaterThan(0);
  }
  for (const [rule, cause] of Object.entries(expected.because ?? {})) {
    expect(causesOf(rule, actual), `why ${rule} is what it is`).toContain(cause);
  }
  for (const code of expected.assumptions ?? []) {
    expect(actual.assumptions, "assumptions").toContain(code);
  }
  for (const words of expected.says ?? []) {
    expect(actual.findings.join("\n").toLowerCase(), "findings").toContain(words.toLowerCase());
  }
}

/** Of `NP p/b ingress 0`. */
function causesOf(rule: string, actual: Actual): readonly string[] {
  const [, name, direction, index] = /^(.*) (ingress|egress) (\d+)$/.exec(rule) ?? [];
  return actual.policies
    .filter((policy) => policy.name === name)
    .flatMap((policy) => policy.rules)
    .filter((one) => one.direction === direction && one.index === Number(index))
    .flatMap((one) =>
      one.because.map(({ policy, path }) => `${policy} ${path ?? "(end of tier)"}`),
    );
}

function checkPolicy(name: string, text: string, actual: Actual): void {
  const policy = actual.policies.find((one) => one.name === name);
  expect(actual.policies.map((one) => one.name)).toContain(name);
  if (policy === undefined) return;
  const [outcome = "", ...parts] = text.split("; ");
  if (outcome !== "*") {
    expect(outcome.split("|"), `outcome of ${name}`).toContain(policy.outcome);
  }
  for (const part of parts) {
    const [short, list = ""] = part.split(": ");
    const direction = short === "in" ? "ingress" : "egress";
    const dispositions = policy.rules
      .filter((rule) => rule.direction === direction)
      .sort((a, b) => a.index - b.index)
      .map((rule) => rule.disposition);
    const wanted = list.split(" ");
    const fits =
      wanted.length === dispositions.length &&
      wanted.every(
        (want, index) => want === "*" || want.split("|").includes(dispositions[index] ?? ""),
      );
    if (!fits) expect(dispositions, `rules of ${name}, ${direction}`).toEqual(wanted);
  }
}

function checkObjects(
  expected: readonly ExpectedObject[],
  actual: readonly ExpectedObject[],
): void {
  const wanted = expected.flatMap(expandNames).map((one) => ({
    optional: one.at.startsWith("?"),
    object: { ...one, ...normalObject({ ...one, at: one.at.replace(/^\?/, "") }) },
  }));
  if (matches(wanted, [...actual])) return;
  expect(actual).toEqual(wanted.map(({ object }) => object));
}

/** Every object is wanted, and each that must be there is. Names that are patterns may fit several. */
function matches(
  wanted: readonly { readonly optional: boolean; readonly object: ExpectedObject }[],
  left: readonly ExpectedObject[],
): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return left.length === 0;
  for (const [index, object] of left.entries()) {
    if (
      fits(first.object, object) &&
      matches(
        rest,
        left.filter((_, at) => at !== index),
      )
    )
      return true;
  }
  return first.optional && matches(rest, left);
}

function fits(wanted: ExpectedObject, actual: ExpectedObject): boolean {
  const [start = "", end] = wanted.at.split("*");
  const named =
    end === undefined
      ? actual.at === wanted.at
      : actual.at.startsWith(start) && actual.at.endsWith(end);
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  return (
    named &&
    actual.pods === wanted.pods &&
    same(actual.ingress, wanted.ingress) &&
    same(actual.egress, wanted.egress) &&
    (wanted.labels === undefined || same(actual.labels ?? {}, wanted.labels))
  );
}

function expandNames(object: ExpectedObject): readonly ExpectedObject[] {
  const braces = /^(\??)\{([^}]*)\}(.*)$/.exec(object.at);
  if (braces === null) return [object];
  const [, optional = "", names = "", rest = ""] = braces;
  return names.split(",").map((name) => ({ ...object, at: `${optional}${name}${rest}` }));
}
