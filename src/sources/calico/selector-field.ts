import { append } from "../../base/append.ts";
import { clip } from "../schema-check.ts";
import type { PathStep } from "../../manifest/manifest-object.ts";
import { pathText, type SourcePlace } from "../../diagnostics/source-range.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import type { DocumentReading } from "./reading.ts";
import type { Selector, SelectorNode } from "./selector/ast.ts";
import { isSelectorError, parseSelector } from "./selector/parser.ts";

/**
 * What a selector belongs to: a policy's `selector`; what narrows it further; a rule's `selector`; its `notSelector` and
 * the selector of its service accounts; its `namespaceSelector`. Calico's agent drops a broken `namespaceSelector` or `serviceAccountSelector` of a stored
 * policy from its subject, and ignores a stored policy with any other broken selector (calico:
 * felix/calc/validation_filter.go, libcalico-go/lib/backend/syncersv1/updateprocessors/selectors.go).
 */
export type SelectorRole =
  "subject" | "subject-scope" | "entity" | "entity-other" | "entity-namespaces";

const LENGTH_LIMIT = 1024;

/** Reads the selector in `field`. Undefined when there is none (null or empty: everything in scope) and when it is broken. */
export function readSelector(
  reading: DocumentReading,
  text: string | null | undefined,
  role: SelectorRole,
  owner: readonly PathStep[],
  field: string,
): Selector | undefined {
  if (text === null || text === undefined || text === "") return undefined;
  if (/^[ \t]+$/.test(text) && isJoinedAsText(role, owner)) {
    const path = [...owner, field];
    reading.add(
      calicoDiagnostics.create("CAL-S006", { at: reading.place(path), field: pathText(path) }),
    );
    return undefined;
  }
  const result = parseSelector(text);
  if (!isSelectorError(result) && text.length <= LENGTH_LIMIT && !text.includes("global"))
    return result;
  const path = [...owner, field];
  if (isSelectorError(result)) {
    const code = !reading.stored ? "CAL-S001" : role === "subject-scope" ? "CAL-S003" : "CAL-S004";
    reading.add(
      calicoDiagnostics.create(code, {
        at: placeInText(reading.place(path), text, result.offset),
        selector: clip(text),
        problem: result.message,
        advice: result.hint ?? "Correct the selector, or remove the policy if it is not needed.",
      }),
    );
    return undefined;
  }
  if (text.length > LENGTH_LIMIT) {
    reading.add(
      calicoDiagnostics.create("CAL-S005", {
        at: reading.place(path),
        field: pathText(path),
        length: text.length,
      }),
    );
  }
  if (text.includes("global") && misplacesGlobal(result, role)) {
    reading.add(
      calicoDiagnostics.create("CAL-S002", {
        at: reading.place(path),
        selector: clip(text),
        where: role === "entity-namespaces" ? "alone" : "in the namespaceSelector of a rule",
      }),
    );
    return undefined;
  }
  return result;
}

/**
 * Whether Calico puts the text as it is, in parentheses, beside those of other selectors. Those of namespaces and service
 * accounts are parsed and written anew before. (calico: libcalico-go/lib/backend/syncersv1/updateprocessors)
 */
function isJoinedAsText(role: SelectorRole, owner: readonly PathStep[]): boolean {
  if (role === "subject" || role === "entity") return true;
  return role === "entity-other" && owner.at(-1) !== "serviceAccounts";
}

// What Calico refuses, to the letter: the text `global()` in the selectors of a subject and of a rule; in a rule's
// namespaceSelector `global()` beside anything else. Everywhere else it is taken, and stands for `all()`.
// (calico: libcalico-go/lib/validator/v3/validator.go)
function misplacesGlobal({ text, root }: Selector, role: SelectorRole): boolean {
  if (role === "entity-other") return false;
  if (role !== "entity-namespaces") return text.includes("global()");
  if (root.kind === "global") return !/^[ \t]*global\(/.test(text);
  const waiting: SelectorNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === "global") return true;
    if (node.kind === "not") waiting.push(node.operand);
    else if (node.kind === "and" || node.kind === "or") append(waiting, node.operands);
  }
  return false;
}

/**
 * The place of a character inside of a scalar's text. What is written in the file is the text itself in plain and
 * quoted scalars of one line; where it is not (blocks, escapes), the value as a whole is the place.
 */
function placeInText(value: SourcePlace, text: string, offset: number): SourcePlace {
  const file = value.document.file.text;
  const quoted = file[value.offset] === '"' || file[value.offset] === "'";
  const start = value.offset + (quoted ? 1 : 0);
  return file.startsWith(text.slice(0, offset), start)
    ? { ...value, offset: start + offset }
    : value;
}
