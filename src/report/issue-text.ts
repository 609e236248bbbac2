import type { Issue } from "./issues.ts";
import { relatedText } from "./related.ts";
import { visible } from "./screen.ts";
import { witnessText } from "./witness-text.ts";

/** What an issue says, as plain text of one paragraph: who, what, a flow that shows it, what to do. */
export function issueText(issue: Issue): string {
  const { witness, hint, related } = issue;
  const others = relatedText(related);
  const flow = witness === undefined ? "" : ` ${asSentence(witnessText(witness))}`;
  const todo = hint === null ? "" : ` Do: ${asSentence(hint)}`;
  const see = others === undefined ? "" : ` ${asSentence(others)}`;
  return visible(`${asSentence(headText(issue))}${flow}${see}${todo}`);
}

/** Who and what, without the flow and without a final stop. */
export function headText({ subject, path, message }: Issue): string {
  if (subject === undefined) return message;
  return `${subject}${path === null ? "" : ` ${path}`}: ${message}`;
}

/** The text with a capital at its start and a stop at its end. */
export function asSentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
