import { append } from "../../base/append.ts";
import { compareText } from "../../base/compare.ts";
import type { Report } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import type { CidrGroup, CiliumInput, CiliumPolicy } from "./model.ts";

/** Documents that were read but do not count, by the place of the object. */
export interface Duplicates {
  /** Copies: another document of the same content counts. */
  readonly repeated: readonly SourcePlace[];
  /** Documents of which only one can be in force, and nothing tells which: none of them counts. */
  readonly conflicting: readonly SourcePlace[];
}

interface Candidate {
  readonly kind: string;
  readonly name: string;
  readonly place: SourcePlace;
  readonly value: CiliumPolicy | CidrGroup;
}

/**
 * Takes out of `input` what was read twice. To be called once, when everything has been read, so that the answer does not
 * depend on the order of the documents.
 */
export function dropDuplicates(input: CiliumInput, report: Report): Duplicates {
  const byIdentity = new Map<string, Candidate[]>();
  const add = (candidate: Candidate): void => {
    const key = `${candidate.kind} ${candidate.name}`;
    const same = byIdentity.get(key);
    if (same === undefined) byIdentity.set(key, [candidate]);
    else same.push(candidate);
  };
  for (const value of input.policies) {
    const { kind, namespace, name, place } = value.origin;
    add({ kind, name: namespace === undefined ? name : `${namespace}/${name}`, place, value });
  }
  for (const value of input.groups) {
    add({ kind: "CiliumCIDRGroup", name: value.name, place: value.place, value });
  }
  const repeated: Candidate[] = [];
  const conflicting: Candidate[] = [];
  for (const found of byIdentity.values()) {
    if (found.length === 1) continue;
    const [kept, ...others] = [...found].sort(inOrder);
    if (kept === undefined) continue;
    const content = fingerprint(kept.value);
    const differing = others.filter(({ value }) => fingerprint(value) !== content);
    const wrong = differing.length > 0 ? [kept, ...others] : others;
    append(differing.length > 0 ? conflicting : repeated, wrong);
    for (const { kind, name, place } of wrong) {
      const other = place === kept.place ? (differing[0] ?? kept) : kept;
      const related = [{ message: "the other one", at: other.place }];
      const code = differing.length > 0 ? "CIL-P009" : "CIL-P008";
      report(ciliumDiagnostics.create(code, { at: place, related, kind, name }));
    }
  }
  const gone = new Set([...repeated, ...conflicting].map(({ value }) => value));
  if (gone.size > 0) {
    keep(input.policies, gone);
    keep(input.groups, gone);
  }
  return {
    repeated: repeated.map(({ place }) => place),
    conflicting: conflicting.map(({ place }) => place),
  };
}

function keep(list: unknown[], gone: ReadonlySet<unknown>): void {
  const left = list.filter((value) => !gone.has(value));
  list.length = 0;
  for (const value of left) list.push(value);
}

function inOrder({ place: a }: Candidate, { place: b }: Candidate): number {
  return (
    compareText(a.document.file.name, b.document.file.name) || a.document.index - b.document.index
  );
}

const SAYS_NOTHING = new Set(["place", "origin", "needs", "uid", "parent"]);

/** What an object says, as text: everything but where it stands and its labels' order. */
function fingerprint(value: CiliumPolicy | CidrGroup): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (SAYS_NOTHING.has(key)) return undefined;
    if (key === "labels" && typeof part === "object" && part !== null)
      return Object.entries(part).sort(([a], [b]) => compareText(a, b));
    return typeof part === "bigint" ? part.toString() : part;
  });
}
