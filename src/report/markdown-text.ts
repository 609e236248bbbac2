import { visible } from "./screen.ts";

/* Other people's text in GitHub's and GitLab's Markdown. Nothing of it makes markup, links, mentions or HTML. */

/** Longer texts are cut: a report is for people. */
const LONGEST = 600;

const clipped = (text: string): string =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST).replace(/\p{Surrogate}$/u, "")}...`;

/** A sentence of ours with users' words in backticks: those become code, everything else is plain text. */
export function inline(text: string): string {
  const parts = clipped(visible(text)).split("`");
  // Without its partner a backtick is but a character.
  const isPaired = parts.length % 2 === 1;
  return parts
    .map((part, at) => {
      const isCode = at % 2 === 1 && (isPaired || at < parts.length - 1);
      if (isCode) return code(part);
      return at === parts.length - 1 && !isPaired ? `\\\`${plain(part)}` : plain(part);
    })
    .join("");
}

/** A name or a flow as code. */
export function code(text: string): string {
  const shown = clipped(visible(text));
  if (shown.trim() === "") return "";
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  const gap = /^`|`$/.test(shown) ? " " : "";
  return `${fence}${gap}${shown}${gap}${fence}`;
}

/** Code in a cell of a table, where a bar would end the cell even within code. */
export const cellCode = (text: string): string => code(text).replaceAll("|", "\\|");

/** Code within a line of HTML, such as a summary of details. */
export const htmlCode = (text: string): string =>
  `<code>${escapeHtml(clipped(visible(text)))}</code>`;

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function plain(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replace(/[\\*_~|[\]()!$]/g, "\\$&")
      // A comment between the characters keeps hosts from making mentions, references and links of them.
      .replace(/[@#]/g, "$&<!-- -->")
      .replace(/:\/\//g, ":<!-- -->//")
      .replace(/\bwww\./gi, "$&<!-- -->")
  );
}
