/** Text that is HTML already. Made by `html` alone, so that whatever else is put into a page is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Content = Markup | string | number | undefined | readonly Content[];

/**
 * A piece of HTML. Values are escaped unless they are pieces themselves, for text and for attributes in double quotes, so
 * that names and texts of other people are never read as tags. Line breaks of the template itself count as spaces.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const fixed = tightStrings(strings);
  let text = fixed[0] ?? "";
  for (const [index, value] of values.entries()) {
    text += markupText(value) + (fixed[index + 1] ?? "");
  }
  return new Markup(text);
}

const tightOf = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Templates are laid out for those who read the code; the page does without their line breaks and indentation. */
function tightStrings(strings: TemplateStringsArray): readonly string[] {
  let tight = tightOf.get(strings);
  if (tight === undefined) {
    tight = strings.map((part) => part.replace(/\s*\n\s*/g, " ").replace(/ (?=\/?>)/g, ""));
    tightOf.set(strings, tight);
  }
  return tight;
}

/** Trusted text of ours, such as a stylesheet. */
export const verbatim = (text: string): Markup => new Markup(text);

function markupText(value: Content): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "string") return escaped(value);
  if (typeof value === "number") return String(value);
  return value.map(markupText).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that a reader cannot see, or that turn the direction of what follows, are named instead. */
const UNSEEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? "")
    .replace(
      UNSEEN,
      (char) => `⟨U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
    );
}

/** A value as JSON inside of a script element: no text of it can end the element or begin a comment. */
export function jsonMarkup(value: unknown): Markup {
  const text = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return new Markup(text);
}
