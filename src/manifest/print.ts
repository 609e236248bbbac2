import { invariant } from "../base/invariant.ts";

/**
 * Prints plain values as YAML that every reader takes for the same: YAML 1.1 (kubectl, PyYAML) and 1.2 alike. Block
 * style, two spaces, sequences at the column of their key as kubectl prints them, keys in the order in which they lie.
 */

/** Words that some reader takes for null, a boolean, a number or a merge, in the three ways in which they are written. */
const reservedWords = new Set(
  "null ~ true false yes no on off y n = << .inf .nan .NaN +.inf -.inf"
    .split(" ")
    .flatMap((word) => [
      word,
      word.toUpperCase(),
      word.replace(/[a-z]/, (letter) => letter.toUpperCase()),
    ]),
);

/** Text that begins with a letter and has nothing in it that could be syntax: by far the most. */
const simple = /^[A-Za-z_][A-Za-z0-9_]*(?:[./-]+[A-Za-z0-9_]+)*$/;

/** What any reader of YAML 1.1 or 1.2 might take for a number: of any base, with separators, sexagesimal, or a date. */
const numberLike =
  /^[-+]?(?:[0-9][0-9_,:.]*|\.[0-9_]+|0[oO][0-7_]*|0[xX][0-9a-fA-F_]*|0[bB][01_]*)(?:[eE][-+]?[0-9_]*)?$|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/;

/** An indicator, a blank or a document mark at the beginning; `:` may begin a plain scalar if something follows it. */
const syntaxAtStart = /^(?:[-?,[\]{}#&*!|>'"%@`\s]|:(?:\s|$)|\.\.\.)/;
const syntaxInside = /:(?:\s|$)|\s#|\s$/;

/** Everything that is not printable in both versions of YAML, or that one of them takes for a line break. */
const needsEscape =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const escapes = new RegExp(`${needsEscape.source}|["\\\\]`, "g");

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escapeChar(char: string): string {
  const short = shortEscapes[char];
  if (short !== undefined) return short;
  const code = char.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
}

function isPlain(text: string): boolean {
  if (text === "" || text.length > 100_000) return false;
  if (text.length <= 5 && reservedWords.has(text)) return false;
  if (simple.test(text)) return true;
  return !(
    syntaxAtStart.test(text) ||
    syntaxInside.test(text) ||
    numberLike.test(text) ||
    // kubectl's parser drops every underscore before it looks for a number: `0E_-0`, `0_x1F`.
    numberLike.test(text.replaceAll("_", "")) ||
    needsEscape.test(text)
  );
}

/** A text as a YAML scalar: in quotes exactly where a reader could take the bare text for something else. */
export function yamlScalar(text: string): string {
  if (isPlain(text)) return text;
  if (needsEscape.test(text)) return `"${text.replace(escapes, escapeChar)}"`;
  // Selectors are full of quotes: the style that needs fewer escapes reads better.
  if (/["\\]/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return `"${text}"`;
}

function numberText(value: number): string {
  invariant(Number.isFinite(value), "only finite numbers can be printed");
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  const exponent = text.indexOf("e");
  if (exponent < 0) return text;
  // YAML 1.1 wants a point in the mantissa and a sign in the exponent.
  const mantissa = text.slice(0, exponent);
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}${text.slice(exponent)}`;
}

function scalarText(value: unknown): string {
  if (typeof value === "string") return yamlScalar(value);
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  invariant(value === null, "only plain values can be printed");
  return "null";
}

/** A key longer than this is no simple key for YAML readers and needs the explicit form. */
const longestSimpleKey = 1000;

function keyText(key: string, indent: string): string {
  const text = yamlScalar(key);
  return text.length <= longestSimpleKey ? `${text}:` : `? ${text}\n${indent}:`;
}

/**
 * The block of a non-empty collection. `first` goes before its first line, `indent` before the others: what a sequence
 * in a sequence or a mapping in a sequence begins on the line of its dash.
 */
function block(value: object, first: string, indent: string): string {
  let text = "";
  let lead = first;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) {
      text += isFilled(item)
        ? block(item, `${lead}- `, `${indent}  `)
        : `${lead}- ${leafText(item)}\n`;
      lead = indent;
    }
    return text;
  }
  for (const [key, field] of Object.entries(value) as readonly [string, unknown][]) {
    if (field === undefined) continue;
    text += lead + keyText(key, indent);
    if (isFilled(field)) {
      const inner = Array.isArray(field) ? indent : `${indent}  `;
      text += `\n${block(field, inner, inner)}`;
    } else text += ` ${leafText(field)}\n`;
    lead = indent;
  }
  return text;
}

/** True for a collection that has something in it to print. */
function isFilled(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  for (const field of Object.values(value)) if (field !== undefined) return true;
  return false;
}

function leafText(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "[]" : "{}";
  return scalarText(value);
}

/** A value as one YAML document, without `---`, ending in a line break. Fields that are undefined are left out. */
export function printYaml(value: unknown): string {
  return isFilled(value) ? block(value, "", "") : `${leafText(value)}\n`;
}

/** The same below a comment. Whatever a line of the header holds, it stays a comment. */
export function printDocument(value: unknown, header: readonly string[]): string {
  let text = "";
  for (const line of header) {
    for (const part of line.split(/\r\n|[\r\n\u0085\u2028\u2029]/)) {
      const safe = part.replace(new RegExp(needsEscape, "g"), escapeChar);
      text += safe === "" ? "#\n" : `# ${safe}\n`;
    }
  }
  return text + printYaml(value);
}
