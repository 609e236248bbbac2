import { compareText } from "../base/compare.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { DocumentRef, SourcePlace } from "../diagnostics/source-range.ts";
import { lineAndColumn } from "../diagnostics/source-range.ts";
import type { AllowPolicy } from "../ir/allow-policy.ts";
import { ASSUMPTIONS } from "../ir/assumption.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { PolicyResult, RuleResult } from "../ir/outcome.ts";
import type { Direction } from "../ir/policy.ts";
import type { ReportCut, ReportPlace, ReportPolicy, ReportRule } from "./report.ts";
import { sourceText } from "./source-text.ts";
import type { TouchedRules } from "./touched-rules.ts";

/** One written object, as the report calls it. */
export interface WrittenObject {
  readonly namespace: string;
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** What it was made from. */
  readonly object: AllowPolicy | { readonly source: PolicyOrigin };
}

export function placeOf(place: SourcePlace): ReportPlace {
  const { file } = place.document;
  return { file: file.name, ...lineAndColumn(file, place.offset) };
}

/** Which findings belong to a policy, and to a rule of it: by document and field path. */
export class FindingIndex {
  readonly #byDocument = new Map<
    DocumentRef,
    { readonly index: number; readonly path: string }[]
  >();
  /** For documents that somebody asked about: what lies at a path or below. */
  readonly #below = new Map<DocumentRef, ReadonlyMap<string, readonly number[]>>();

  constructor(diagnostics: readonly Diagnostic[]) {
    diagnostics.forEach(({ at }, index) => {
      if (at === undefined) return;
      const list = this.#byDocument.get(at.document);
      if (list === undefined) this.#byDocument.set(at.document, [{ index, path: at.path }]);
      else list.push({ index, path: at.path });
    });
  }

  /** The documents that there are findings about. */
  get documents(): Iterable<DocumentRef> {
    return this.#byDocument.keys();
  }

  below(place: SourcePlace): readonly number[] {
    const found = this.#byDocument.get(place.document);
    if (found === undefined) return [];
    if (place.path === "") return found.map(({ index }) => index);
    let below = this.#below.get(place.document);
    if (below === undefined) {
      const lists = new Map<string, number[]>();
      for (const { index, path } of found) {
        for (const ancestor of ancestorsOf(path)) {
          const list = lists.get(ancestor);
          if (list === undefined) lists.set(ancestor, [index]);
          else list.push(index);
        }
      }
      this.#below.set(place.document, (below = lists));
    }
    return below.get(place.path) ?? [];
  }
}

/** The path and those that it lies below: `spec.ingress[1].source` lies below `spec.ingress[1]`, not `spec.ingress[10]`. */
export function* ancestorsOf(path: string): Generator<string> {
  for (let at = 1; at < path.length; at++) {
    const next = path[at];
    if (next === "." || next === "[") yield path.slice(0, at);
  }
  yield path;
}

/** Which objects came from a policy. */
export class ObjectIndex {
  readonly #byPolicy = new Map<PolicyOrigin, WrittenObject[]>();

  constructor(written: readonly WrittenObject[]) {
    for (const one of written) {
      const list = this.#byPolicy.get(one.object.source);
      if (list === undefined) this.#byPolicy.set(one.object.source, [one]);
      else list.push(one);
    }
  }

  of(policy: PolicyOrigin): readonly WrittenObject[] {
    return this.#byPolicy.get(policy) ?? [];
  }
}

const rulePath = (direction: Direction, index: number): string =>
  `/spec/${direction}/${String(index)}`;

/** Which policy it is, and where it stands. */
export function identityOf(origin: PolicyOrigin): Omit<ReportPolicy["source"], "text"> {
  return {
    engine: origin.engine,
    apiVersion: origin.apiVersion,
    kind: origin.kind,
    namespace: origin.namespace ?? null,
    name: origin.name,
    tier: origin.tier ?? null,
    ...placeOf(origin.place),
  };
}

/**
 * What the report says of one policy.
 * @param withTexts whether it holds the policy and its objects as they are written
 */
export function reportPolicy(
  result: PolicyResult,
  objects: ObjectIndex,
  findings: FindingIndex,
  touched: TouchedRules,
  withTexts: boolean,
): ReportPolicy {
  const { policy } = result;
  const written = objects.of(policy);
  return {
    source: {
      ...identityOf(policy),
      ...(withTexts ? { text: sourceText(policy.place.document) } : {}),
    },
    disposition: result.disposition,
    outcome: result.outcome,
    isolation: result.isolation,
    emitted: written.map(({ namespace, name, file, text }) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      namespace,
      name,
      file,
      ...(withTexts ? { text } : {}),
    })),
    rules: result.rules.map((rule) => reportRule(rule, objects, written, findings, touched)),
    assumptions: result.assumptions.map((name) => ASSUMPTIONS[name].code).sort(compareText),
    diagnostics: findings.below({ ...policy.place, path: "" }),
    verification: { status: result.verification ?? "off", witnesses: result.witnesses },
  };
}

/** Where a rule stands among the objects of its policy. */
function emittedAs(rule: RuleResult, written: readonly WrittenObject[]): ReportRule["emittedAs"] {
  const [first] = written;
  // A Kubernetes policy that is kept as it is has its rules where they were.
  const kept =
    first !== undefined && !("podSelector" in first.object) && rule.disposition === "emitted";
  if (kept) return [{ object: 0, path: rulePath(rule.rule.direction, rule.rule.index) }];
  return rule.emittedAs.flatMap(({ object, direction, index }) => {
    const at = written.findIndex((one) => one.object === object);
    return at < 0 ? [] : [{ object: at, path: rulePath(direction, index) }];
  });
}

const nameOf = ({ namespace, name }: PolicyOrigin): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** The rules that are what they are because of a Deny or Pass. */
function cutsOf(cause: RuleResult, objects: ObjectIndex, touched: TouchedRules): ReportCut[] {
  return touched.by(cause.rule).map(({ policy, rule }) => {
    const written = objects.of(policy);
    return {
      policy: nameOf(policy),
      path: rule.rule.place.path,
      action: rule.action,
      ...placeOf(rule.rule.place),
      disposition: rule.disposition,
      emittedAs: emittedAs(rule, written).flatMap(({ object, path }) => {
        const one = written[object];
        return one === undefined ? [] : [{ namespace: one.namespace, name: one.name, path }];
      }),
    };
  });
}

function reportRule(
  rule: RuleResult,
  objects: ObjectIndex,
  written: readonly WrittenObject[],
  findings: FindingIndex,
  touched: TouchedRules,
): ReportRule {
  const { direction, index, place } = rule.rule;
  const { line, column } = placeOf(place);
  const decides = rule.action === "deny" || rule.action === "pass";
  const cutInto = decides ? cutsOf(rule, objects, touched) : [];
  return {
    direction,
    index,
    action: rule.action,
    disposition: rule.disposition,
    outcome: rule.outcome,
    path: place.path,
    line,
    column,
    emittedAs: emittedAs(rule, written),
    ...(cutInto.length === 0 ? {} : { cutInto }),
    because: rule.because.map(({ policy, rule: cause }) => ({
      policy: nameOf(policy),
      path: cause?.place.path ?? null,
      ...placeOf(cause?.place ?? policy.place),
    })),
    diagnostics: findings.below(place),
    witness: rule.witness ?? null,
  };
}
