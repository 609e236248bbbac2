/**
 * What a YAML scalar means to kubectl: its reader (sigs.k8s.io/yaml, which decodes with go.yaml.in/yaml v2) takes YAML 1.1
 * with exceptions of its own: no sexagesimal numbers, dates stay text, `08` is eight and `1e400` is text.
 * testdata/vectors/yaml/cases.json holds what that reader was seen to do.
 */
export type ScalarValue = string | number | boolean | null;

const words = new Map<string, ScalarValue>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map(
    (word) => [word, true] as const,
  ),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map(
    (word) => [word, false] as const,
  ),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Infinity] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, -Infinity] as const),
]);

const maybeWord = 1;
const maybeNumber = 2;
/** By first character: a scalar that begins with any other is text. */
const hints = new Uint8Array(128);
for (const char of "yYnNtTfFoO~") hints[char.charCodeAt(0)] = maybeWord;
for (const char of "0123456789+-.") hints[char.charCodeAt(0)] = maybeNumber;

const shortDecimal = /^[-+]?(?:0|[1-9][0-9]{0,14})$/;
const integer = /^[-+]?(?:0|[1-9][0-9]*|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0[bB][01]+)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const pointFloat = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;

const smallestInteger = -(2n ** 63n);
const largestInteger = 2n ** 64n - 1n;

/** The exact value of an integer of any base, or undefined where the text is none that fits 64 bits. */
function exactInteger(text: string): bigint | undefined {
  if (!integer.test(text)) return undefined;
  const negative = text.startsWith("-");
  const digits = negative || text.startsWith("+") ? text.slice(1) : text;
  // A leading zero alone means base 8 here, but decimal to BigInt.
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const signed = negative ? -value : value;
  if (signed < smallestInteger || signed > largestInteger) return undefined;
  // Only the unsigned reading goes past 2^63-1, and that one takes no sign.
  return value >= 2n ** 63n && text.startsWith("+") ? undefined : signed;
}

function resolveNumber(text: string): number | undefined {
  if (shortDecimal.test(text)) return Number(text) + 0;
  if (text.startsWith(".")) {
    const value = pointFloat.test(text) ? Number(text) : NaN;
    return Number.isFinite(value) ? value : undefined;
  }
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  const exact = exactInteger(plain);
  if (exact !== undefined) return Number(exact);
  const value = float.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** The value of a scalar without quotes and without a tag. */
export function resolvePlain(text: string): ScalarValue {
  if (text === "") return null;
  const hint = hints[text.charCodeAt(0)];
  if (hint === undefined || hint === 0) return text;
  if (text.length <= 5) {
    const word = words.get(text);
    if (word !== undefined) return word;
  }
  if (hint === maybeWord) return text;
  return resolveNumber(text) ?? text;
}

/** A float as a key: the shortest decimal that is the same 32-bit float, as Go's `FormatFloat(x, 'g', -1, 32)` writes it. */
function float32Text(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(single)) return ".nan";
  if (!Number.isFinite(single)) return single > 0 ? ".inf" : "-.inf";
  if (single === 0) return Object.is(single, -0) ? "-0" : "0";
  let text = "";
  for (let digits = 1; digits <= 9; digits++) {
    text = single.toExponential(digits - 1);
    if (Math.fround(Number(text)) === single) break;
  }
  const [mantissa = "", exponentText = "0"] = text.split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 6) {
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return Number(text).toFixed(Math.max(0, mantissa.replace(/[-.]/g, "").length - 1 - exponent));
}

/** The key that an untagged, unquoted scalar becomes; undefined where kubectl takes no such key. */
export function plainKey(text: string): string | undefined {
  const value = resolvePlain(text);
  if (typeof value === "string") return value;
  if (value === null) return undefined;
  if (typeof value === "boolean") return String(value);
  const exact = exactInteger(text.replaceAll("_", ""));
  if (exact === undefined) return float32Text(value);
  return exact < 2n ** 63n ? String(exact) : undefined;
}

const timestamp =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?)?$/;

const base64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

function decodeBinary(text: string): string | undefined {
  const packed = text.replace(/\s/g, "");
  if (!base64.test(text) || packed.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** The value of a scalar under one of YAML's own tags (`int` for `!!int`), or undefined where it has none. */
export function resolveTagged(tag: string, text: string): ScalarValue | undefined {
  switch (tag) {
    case "int": {
      const value = resolvePlain(text);
      const isInteger =
        typeof value === "number" && exactInteger(text.replaceAll("_", "")) !== undefined;
      return isInteger ? value : undefined;
    }
    case "float": {
      const value = resolvePlain(text);
      return typeof value === "number" ? value : undefined;
    }
    case "bool": {
      const value = resolvePlain(text);
      return typeof value === "boolean" ? value : undefined;
    }
    case "null":
      return resolvePlain(text) === null ? null : undefined;
    case "timestamp":
      return timestamp.test(text) ? text : undefined;
    case "binary":
      return decodeBinary(text);
    default:
      return text;
  }
}
