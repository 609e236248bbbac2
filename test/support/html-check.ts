/** Elements that have no end tag. */
const VOID = new Set(["meta", "link", "br", "input", "hr"]);
/** Elements whose text is not markup. */
const RAW = new Set(["script", "style"]);

export interface CheckedHtml {
  /** What is wrong: tags that do not match, ids that are there twice, links that lead nowhere. */
  readonly problems: readonly string[];
  /** How often each element is there. */
  readonly elements: ReadonlyMap<string, number>;
  readonly ids: ReadonlySet<string>;
}

/** Reads a page strictly, as no browser does: each tag that is opened is closed in its turn. */
export function checkHtml(page: string): CheckedHtml {
  const problems: string[] = [];
  const elements = new Map<string, number>();
  const ids = new Set<string>();
  const targets = new Set<string>();
  const open: string[] = [];
  const text = page.replace(/^<!doctype html>/, "");
  const tags = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*\/?>|</g;
  for (let tag = tags.exec(text); tag !== null; tag = tags.exec(text)) {
    const [whole, slash, name = "", attributes = ""] = tag;
    if (whole === "<") {
      problems.push(`a stray < at ${text.slice(tag.index, tag.index + 40)}`);
    } else if (slash === "/") {
      const last = open.pop();
      if (last !== name) problems.push(`</${name}> closes ${last ?? "nothing"}`);
    } else {
      elements.set(name, (elements.get(name) ?? 0) + 1);
      for (const [, key, value = ""] of attributes.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)) {
        if (key === "id") {
          if (ids.has(value)) problems.push(`the id ${value} is there twice`);
          ids.add(value);
        }
        if (key === "href" && value.startsWith("#")) targets.add(value.slice(1));
        if (key?.startsWith("on") === true || key === "style") problems.push(`${name} has ${key}`);
      }
      if (!VOID.has(name)) open.push(name);
      if (RAW.has(name)) tags.lastIndex = text.indexOf(`</${name}>`, tags.lastIndex);
    }
  }
  for (const name of open) problems.push(`${name} is not closed`);
  for (const target of targets) if (!ids.has(target)) problems.push(`#${target} leads nowhere`);
  return { problems, elements, ids };
}
