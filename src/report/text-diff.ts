import { structuredPatch } from "diff";
import { append } from "../base/append.ts";
import { compareText } from "../base/compare.ts";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import { placeOf } from "./policy-part.ts";
import type { ReportPlace } from "./report.ts";

/** What of a policy's text the comparison needs; asked only where it is needed. */
export interface PolicyWithText {
  readonly origin: PolicyOrigin;
  readonly own: string | undefined;
  readonly printed: () => string;
  readonly nameless: () => string;
}

export interface TextChange {
  readonly change: "added" | "removed" | "renamed" | "changed";
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly old: PolicyPlace | null;
  readonly new: PolicyPlace | null;
  /** Lines that came and went. */
  readonly linesAdded: number;
  readonly linesRemoved: number;
  readonly hunks: readonly Hunk[];
}

export interface PolicyPlace extends ReportPlace {
  readonly name: string;
}

export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Each begins with " ", "+" or "-". */
  readonly lines: readonly string[];
}

export interface TextDiff {
  /** False where the two sets share no kind of policy: then their texts have nothing to do with each other. */
  readonly comparable: boolean;
  /** Sorted by namespace and name; policies whose text is the same are left out. */
  readonly changes: readonly TextChange[];
  readonly same: number;
}

/** Lines around a change, as `diff -u` shows them. */
const CONTEXT = 3;
/** Texts that differ in more lines are shown as one that went and one that came. */
const MOST_EDITS = 4000;

/** Compares the texts of policies, those of one kind and name with each other. */
export function textDiff(old: readonly PolicyWithText[], now: readonly PolicyWithText[]): TextDiff {
  const kinds = new Set(old.map(({ origin }) => origin.kind + origin.engine));
  const comparable =
    old.length === 0 ||
    now.length === 0 ||
    now.some(({ origin }) => kinds.has(origin.kind + origin.engine));
  if (!comparable) return { comparable, changes: [], same: 0 };
  const left = byKey(old);
  const changes: TextChange[] = [];
  const added: PolicyWithText[] = [];
  let same = 0;
  for (const [key, policies] of byKey(now)) {
    const before = left.get(key) ?? [];
    for (const policy of policies) {
      const other = before.shift();
      if (other === undefined) added.push(policy);
      else {
        const change = changeOf("changed", other, policy);
        if (change === undefined) same += 1;
        else changes.push(change);
      }
    }
  }
  const removed = [...left.values()].flat();
  append(changes, renamedOrNot(removed, added));
  changes.sort(
    (a, b) =>
      compareText(a.namespace ?? "", b.namespace ?? "") ||
      compareText(a.name, b.name) ||
      compareText(a.kind, b.kind) ||
      compareText(a.change, b.change),
  );
  return { comparable, changes, same };
}

function byKey(policies: readonly PolicyWithText[]): Map<string, PolicyWithText[]> {
  const found = new Map<string, PolicyWithText[]>();
  for (const policy of policies) {
    const { engine, kind, namespace, name } = policy.origin;
    const key = JSON.stringify([engine, kind, namespace ?? null, name]);
    const list = found.get(key);
    if (list === undefined) found.set(key, [policy]);
    else list.push(policy);
  }
  return found;
}

/** A policy that is gone and one that came, equal but for the name, are one that was renamed. */
function renamedOrNot(
  removed: readonly PolicyWithText[],
  added: readonly PolicyWithText[],
): readonly TextChange[] {
  const waiting = new Map<string, PolicyWithText[]>();
  const bodyOf = ({ origin, nameless }: PolicyWithText): string =>
    JSON.stringify([origin.engine, origin.kind, nameless()]);
  const bothSides = removed.length > 0 && added.length > 0;
  for (const policy of removed) {
    const body = bothSides ? bodyOf(policy) : "";
    const list = waiting.get(body);
    if (list === undefined) waiting.set(body, [policy]);
    else list.push(policy);
  }
  const changes: TextChange[] = [];
  for (const policy of added) {
    const old = bothSides ? waiting.get(bodyOf(policy))?.shift() : undefined;
    if (old === undefined) changes.push(wholeChange("added", policy));
    else {
      const renamed = changeOf("renamed", old, policy);
      if (renamed !== undefined) changes.push(renamed);
    }
  }
  for (const policy of [...waiting.values()].flat()) changes.push(wholeChange("removed", policy));
  return changes;
}

/** Undefined if the texts are the same. */
function changeOf(
  change: "changed" | "renamed",
  old: PolicyWithText,
  now: PolicyWithText,
): TextChange | undefined {
  const isOwn = old.own !== undefined && now.own !== undefined;
  const before = isOwn ? old.own : old.printed();
  const after = isOwn ? now.own : now.printed();
  if (before === after) return undefined;
  const patch = structuredPatch("", "", before, after, "", "", {
    context: CONTEXT,
    maxEditLength: MOST_EDITS,
  });
  const hunks = patch?.hunks ?? [...wholeHunk("-", before), ...wholeHunk("+", after)];
  return { change, ...namesOf(now), ...placesOf(old, now), ...counted(hunks) };
}

function wholeChange(change: "added" | "removed", policy: PolicyWithText): TextChange {
  const hunks = wholeHunk(change === "added" ? "+" : "-", policy.own ?? policy.printed());
  const places = change === "added" ? placesOf(undefined, policy) : placesOf(policy, undefined);
  return { change, ...namesOf(policy), ...places, ...counted(hunks) };
}

function wholeHunk(sign: "+" | "-", text: string): readonly Hunk[] {
  const lines = text.replace(/\n$/, "").split("\n");
  const [removed, added] = sign === "-" ? [lines.length, 0] : [0, lines.length];
  return [
    {
      oldStart: removed === 0 ? 0 : 1,
      oldLines: removed,
      newStart: added === 0 ? 0 : 1,
      newLines: added,
      lines: lines.map((line) => `${sign}${line}`),
    },
  ];
}

function namesOf({ origin }: PolicyWithText): Pick<TextChange, "kind" | "namespace" | "name"> {
  return { kind: origin.kind, namespace: origin.namespace ?? null, name: origin.name };
}

function placesOf(
  old: PolicyWithText | undefined,
  now: PolicyWithText | undefined,
): Pick<TextChange, "old" | "new"> {
  return { old: policyPlace(old), new: policyPlace(now) };
}

function policyPlace(policy: PolicyWithText | undefined): PolicyPlace | null {
  if (policy === undefined) return null;
  const { name, place }: { name: string; place: SourcePlace } = policy.origin;
  return { name, ...placeOf(place) };
}

function counted(
  hunks: readonly Hunk[],
): Pick<TextChange, "linesAdded" | "linesRemoved" | "hunks"> {
  const count = (sign: string): number =>
    hunks.reduce((sum, { lines }) => sum + lines.filter((line) => line.startsWith(sign)).length, 0);
  return {
    linesAdded: count("+"),
    linesRemoved: count("-"),
    hunks: hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => ({
      oldStart,
      oldLines,
      newStart,
      newLines,
      lines,
    })),
  };
}
