import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/source-range.ts";
import { manifestDiagnostics } from "./diagnostics.ts";

export type DecodedText = { readonly file: SourceFile } | { readonly problem: Diagnostic };

function utf16(bytes: Uint8Array): "UTF-16" | "UTF-32" | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? "UTF-32" : "UTF-16";
  if (a === 0xfe && b === 0xff) return "UTF-16";
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return "UTF-32";
  // Without a mark it is known by its first two characters, of which each has a byte that is 0.
  const zeros = [a, b, c, d].map((byte) => (byte === 0 ? "0" : "x")).join("");
  if (bytes.length >= 4 && (zeros === "x0x0" || zeros === "0x0x")) return "UTF-16";
  return undefined;
}

/** The text of an input file, which must be UTF-8. A byte order mark at its beginning is no part of the text. */
export function decodeText(name: string, bytes: Uint8Array): DecodedText {
  const encoding = utf16(bytes);
  if (encoding !== undefined) {
    const file = { name, text: "" };
    const at = { document: { file, index: 0, offset: 0 }, offset: 0, path: "" };
    return { problem: manifestDiagnostics.create("YML-X022", { at, encoding }) };
  }
  try {
    return { file: { name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) } };
  } catch {
    return { problem: notUtf8(name, bytes) };
  }
}

function notUtf8(name: string, bytes: Uint8Array): Diagnostic {
  // The longest good beginning, found by halving: decoding stops being possible at one byte and stays so. A cut inside
  // of a character is good as long as more bytes may follow, hence `stream`.
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  // What was decoded ends before a character that was begun and not finished: its first byte is the one to name.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const marked = decoder.decode(bytes.subarray(0, good), { stream: true });
  const byte = bytes[new TextEncoder().encode(marked).length] ?? 0;
  const text = marked.replace(/^\ufeff/, "");
  const file = { name, text };
  const at = { document: { file, index: 0, offset: 0 }, offset: text.length, path: "" };
  return manifestDiagnostics.create("YML-X021", {
    at,
    byte: `0x${byte.toString(16).padStart(2, "0")}`,
  });
}
