/** An element of a small XML text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const NAME = "[A-Za-z_][-A-Za-z0-9_.]*";
const TOKEN = new RegExp(
  `<(?<open>${NAME})(?<attributes>(?:\\s+${NAME}="[^"<]*")*)\\s*(?<empty>/?)>|</(?<close>${NAME})>|(?<text>[^<]+)`,
  "y",
);
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(text))
    throw new Error("a character that XML forbids");
  if (text.includes("]]>")) throw new Error("]]> in text");
  return text.replace(/&(\w*);?/g, (whole, name: string) => {
    const value = ENTITIES[name];
    if (value === undefined || !whole.endsWith(";")) throw new Error(`the entity ${whole}`);
    return value;
  });
}

/** Reads XML strictly: whatever is not well-formed, or beyond elements, attributes and text, throws. */
export function readXml(source: string): XmlElement {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!source.startsWith(head)) throw new Error("no XML declaration");
  const root = { name: "", attributes: {}, children: [] as XmlElement[], text: "" };
  const open = [root];
  TOKEN.lastIndex = head.length;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(source)?.groups;
    const top = open.at(-1);
    if (groups === undefined || top === undefined) {
      throw new Error(`not well-formed at ${source.slice(at, at + 60)}`);
    }
    if (groups["text"] !== undefined) top.text += plain(groups["text"]);
    else if (groups["open"] !== undefined) {
      const attributes: Record<string, string> = {};
      for (const [, name = "", value = ""] of (groups["attributes"] ?? "").matchAll(
        new RegExp(`(${NAME})="([^"]*)"`, "g"),
      )) {
        if (name in attributes) throw new Error(`${name} twice`);
        attributes[name] = plain(value);
      }
      const element = { name: groups["open"], attributes, children: [], text: "" };
      top.children.push(element);
      if (groups["empty"] === "") open.push(element);
    } else {
      if (top.name !== groups["close"]) throw new Error(`</${groups["close"] ?? ""}> out of place`);
      open.pop();
    }
  }
  const [only, ...more] = root.children;
  if (open.length !== 1 || only === undefined || more.length > 0)
    throw new Error("not one element");
  return only;
}
