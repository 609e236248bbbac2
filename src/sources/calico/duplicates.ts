import { append } from "../../base/append.ts";
import { compareText } from "../../base/compare.ts";
import type { Report } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import type { AddressGroup, CalicoInput, CalicoPolicy, CalicoTier } from "./model.ts";

/** Documents that were read but do not count, by the place of the object. */
export interface Duplicates {
  /** Copies: another document of the same content counts. */
  readonly repeated: readonly SourcePlace[];
  /** Documents of which only one can be in force, and nothing tells which: none of them counts, and all are errors. */
  readonly conflicting: readonly SourcePlace[];
}

interface Candidate {
  readonly kind: string;
  readonly name: string;
  readonly place: SourcePlace;
  readonly stored: boolean;
  readonly value: CalicoPolicy | CalicoTier | AddressGroup;
}

/**
 * Takes out of `input` what was read twice: dumps hold objects in the API's form and in that of its storage, under
 * different UIDs, and folders hold copies. To be called once, when everything has been read, so that the answer does not
 * depend on the order of the documents.
 */
export function dropDuplicates(input: CalicoInput, report: Report): Duplicates {
  const repeated: Candidate[] = [];
  const conflicting: Candidate[] = [];
  for (const same of groupsOf(input)) {
    const [kept, ...others] = same;
    if (kept === undefined) continue;
    const content = fingerprint(kept.value);
    const differing = others.filter((other) => fingerprint(other.value) !== content);
    if (differing.length > 0) append(conflicting, same);
    else append(repeated, others);
    const code = differing.length > 0 ? "CAL-P014" : "CAL-P013";
    const wrong = differing.length > 0 ? same : others;
    for (const { kind, name, place } of wrong) {
      const other = place === kept.place ? (differing[0] ?? kept) : kept;
      const related = [{ message: "the other one", at: other.place }];
      report(calicoDiagnostics.create(code, { at: place, related, kind, name }));
    }
  }
  const gone = new Set([...repeated, ...conflicting].map(({ value }) => value));
  if (gone.size > 0) {
    keep(input.policies, gone);
    keep(input.tiers, gone);
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

/** Candidates that name the same object, two at least, the one to keep first. */
function groupsOf(input: CalicoInput): readonly (readonly Candidate[])[] {
  const byIdentity = new Map<string, Candidate[]>();
  const add = (identity: readonly (string | undefined)[], candidate: Candidate): void => {
    // No name holds a space.
    const key = identity.join(" ");
    const same = byIdentity.get(key);
    if (same === undefined) byIdentity.set(key, [candidate]);
    else same.push(candidate);
  };
  for (const value of input.policies) {
    const { kind, name, namespace, tier, apiVersion, place } = value.origin;
    // Older releases give the v3 form of a policy of the default tier the prefix of the stored one.
    const plain = tier === "default" && name.startsWith("default.") ? name.slice(8) : name;
    const stored = apiVersion.startsWith("crd.");
    add(["policy", kind, namespace, tier, plain], { kind, name, place, stored, value });
  }
  for (const value of input.tiers) {
    const { name, place } = value;
    if (place !== undefined)
      add(["tier", name], { kind: "Tier", name, place, stored: false, value });
  }
  for (const value of input.groups) {
    const { kind, name, namespace, place } = value;
    add(["group", kind, namespace, name], { kind, name, place, stored: false, value });
  }
  const groups: (readonly Candidate[])[] = [];
  for (const same of byIdentity.values()) {
    if (same.length < 2) continue;
    // Two policies of one form whose names as written differ are two objects.
    const oneForm = same.every(({ stored }) => stored === same[0]?.stored);
    const names = new Set(same.map(({ name }) => name));
    const objects =
      oneForm && names.size > 1
        ? [...names].map((name) => same.filter((candidate) => candidate.name === name))
        : [same];
    for (const object of objects) if (object.length > 1) groups.push(object.sort(inOrder));
  }
  return groups;
}

function inOrder(a: Candidate, b: Candidate): number {
  const one = a.place.document;
  const other = b.place.document;
  return (
    Number(a.stored) - Number(b.stored) ||
    compareText(one.file.name, other.file.name) ||
    one.index - other.index
  );
}

/** What an object says, as text: everything but where it stands, how it was written and its labels' order. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (key === "place" || key === "origin") return undefined;
    if (key === "selector" || key.endsWith("Selector"))
      return typeof part === "object" && part !== null && "text" in part ? part.text : part;
    if (key === "labels" && typeof part === "object" && part !== null)
      return Object.entries(part).sort(([a], [b]) => compareText(a, b));
    if (typeof part === "number" && !Number.isFinite(part)) return String(part);
    if (typeof part === "bigint") return part.toString();
    return part;
  });
}
