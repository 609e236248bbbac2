// The spellings that the API server accepts for names and labels (apimachinery: util/validation). An inventory is taken
// at its word only where it could have come from a cluster.

const LABEL_PART = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const DNS_PART = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

export function isNamespaceName(text: string): boolean {
  return text.length <= 63 && DNS_PART.test(text);
}

export function isObjectName(text: string): boolean {
  return text.length <= 253 && text.split(".").every((part) => DNS_PART.test(part));
}

export function isLabelKey(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash < 0) return LABEL_PART.test(text);
  return isObjectName(text.slice(0, slash)) && LABEL_PART.test(text.slice(slash + 1));
}

export function isLabelValue(text: string): boolean {
  return text === "" || LABEL_PART.test(text);
}
