/** What the Kubernetes API server takes for names, label keys and label values. Nothing else can be on a pod. */

const VALUE_LIMIT = 63;
const NAME_LIMIT = 253;
const VALUE_CHARACTERS = /^[A-Za-z0-9._-]*$/;
const ALPHANUMERIC = /^[A-Za-z0-9]$/;
const LOWER_ALPHANUMERIC = /^[a-z0-9]$/;
const LOWER_LABEL_CHARACTERS = /^[a-z0-9-]+$/;

function hasEnds(text: string, end: RegExp): boolean {
  return end.test(text.charAt(0)) && end.test(text.charAt(text.length - 1));
}

export function isLabelValue(text: string): boolean {
  return (
    text === "" ||
    (text.length <= VALUE_LIMIT && VALUE_CHARACTERS.test(text) && hasEnds(text, ALPHANUMERIC))
  );
}

function isLowerLabel(text: string): boolean {
  return LOWER_LABEL_CHARACTERS.test(text) && hasEnds(text, LOWER_ALPHANUMERIC);
}

export function isNamespaceName(text: string): boolean {
  return text.length <= VALUE_LIMIT && isLowerLabel(text);
}

/** Names of service accounts, prefixes of label keys. */
export function isSubdomain(text: string): boolean {
  return text !== "" && text.length <= NAME_LIMIT && text.split(".").every(isLowerLabel);
}

export function isLabelKey(text: string): boolean {
  const slash = text.indexOf("/");
  const name = text.slice(slash + 1);
  return name !== "" && isLabelValue(name) && (slash < 0 || isSubdomain(text.slice(0, slash)));
}

/** Whether any label value, or with a limit of 253 any name, could hold this text as a part. */
export function isPartOfValue(text: string, limit: number = VALUE_LIMIT): boolean {
  return text.length <= limit && VALUE_CHARACTERS.test(text);
}
