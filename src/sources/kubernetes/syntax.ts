// The spellings that the API server accepts for names and labels (apimachinery: util/validation).

const LABEL_PART = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const DNS_PART = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

export function isLabelValue(text: string): boolean {
  return text === "" || LABEL_PART.test(text);
}

/** A lower-case DNS name, as objects and the prefixes of label keys are called. */
export function isDnsName(text: string): boolean {
  return text.length <= 253 && text.split(".").every((part) => DNS_PART.test(part));
}

/** One part of a DNS name, as namespaces are called. */
export function isNamespaceName(text: string): boolean {
  return text.length <= 63 && DNS_PART.test(text);
}

export function isLabelKey(text: string): boolean {
  const parts = text.split("/");
  if (parts.length === 1) return LABEL_PART.test(text);
  const [prefix = "", name = ""] = parts;
  return parts.length === 2 && isDnsName(prefix) && LABEL_PART.test(name);
}

/** The name of a container port: an IANA service name. */
export function isPortName(text: string): boolean {
  return text.length <= 15 && DNS_PART.test(text) && /[a-z]/.test(text) && !text.includes("--");
}
