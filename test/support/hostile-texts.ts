/** Names as no API server takes them, though they may stand in a file. */
export const HOSTILE = [
  "</script><img src=x onerror=alert(1)>",
  "a|b|c",
  "`code` `` and ``` fences",
  "[link](javascript:alert(1)) ![img](http://evil.example/x.png)",
  "@org/team closes #12, see https://evil.example and www.evil.example",
  "line\n::error file=x::injected\r\n# heading",
  "]]> & &amp; \u0000 \u001b[31m \ud800 \u202e",
  "{0} {{}} $x$ *bold* _it_ ~~no~~",
  "%0A::error::x",
  "</summary></details><details open>",
];

/** Code spans and code elements as a reader of Markdown finds them: the longest run of backticks opens first. */
export const withoutCode = (text: string): string =>
  text.replace(/(?<![\\`])(`+)(?!`)[^]*?(?<!`)\1(?!`)|<code>[^<]*<\/code>/g, "");

/** The tags that are left of it. */
export const tagsOf = (text: string): readonly string[] =>
  withoutCode(text).match(/<[^!][^>]*>/g) ?? [];
