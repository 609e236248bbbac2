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

/**
 * A piece that is made into elements when somebody wants to see it. Where scripts run, a browser reads what stands in
 * `noscript` as plain text, which costs next to nothing, and the page's script puts it in its place; where none run, it is
 * there from the beginning. So there is one text for both, and a page of 10,000 policies opens.
 */
export const later = (piece: Markup): Markup => html`<noscript>${piece}</noscript>`;

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
};

/** What has a meaning in HTML; and what a reader cannot see, or what turns the direction of the text: that is named. */
const SPECIAL =
  // eslint-disable-next-line no-control-regex
  /[&<>"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function escaped(text: string): string {
  return text.replace(
    SPECIAL,
    (char) =>
      ENTITIES[char] ?? `⟨U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
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
