/**
 * What a table says of a finding, for those who read the table: without the parts that only some findings have, which follow
 * a word or a sentence without a space, and with `show` in place of the others.
 */
export function templateText(text: string, show: (name: string) => string): string {
  return text
    .replace(/(?<=[a-z])\{\w+\}|(?<=\.)\{\w+\}$/g, "")
    .replace(/\{(\w+)\}/g, (_, name: string) => show(name));
}

/** The hint of a table as a text; undefined if each finding has one of its own. */
export function templateHint(hint: string, show: (name: string) => string): string | undefined {
  return /^\{\w+\}$/.test(hint) ? undefined : templateText(hint, show);
}
