import { ACCOUNT_NAME, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube, LabelConstraint, LabelKey } from "../sets/cube.ts";
import type { TextAtom } from "../sets/label-set.ts";

/*
 * Sets of pods as people say them: `pods with app=web in shop where role is absent or not frontend`. What a pod must be
 * called stands first, then where it lies, then what else is asked of it.
 */

/** More values than this are counted, not listed. */
const LISTED = 6;

/** Which pods, and in which namespaces. `home`: the namespace in which they are known to lie. */
export function podsWords(labels: Cube, home?: string): string {
  const pod = wordsOf(labels, "pod:");
  const account = wordsOf(labels, "account:");
  const further = [...account.plain, ...pod.further, ...account.further];
  const isAny = pod.plain.length + further.length === 0;
  const withLabels = pod.plain.length === 0 ? "" : ` with ${pod.plain.join(", ")}`;
  const where = further.length === 0 ? "" : ` where ${further.join(" and ")}`;
  const lies = namespaceWords(labels, isAny, home);
  // The comma keeps apart what is asked of the pod and what of its namespace.
  const gap = lies === "" ? "" : where === "" ? " " : ", ";
  return `${isAny ? "any pod" : "pods"}${withLabels}${where}${gap}${lies}`;
}

/** Empty for every namespace, where nobody would ask for more. */
function namespaceWords(labels: Cube, isAnyPod: boolean, home: string | undefined): string {
  const name = labels.constraints.find(({ key }) => key === NAMESPACE_NAME)?.set;
  const { plain, further } = wordsOf(labels, "namespace:");
  const named = home ?? (name?.complement === false ? either(name.values) : undefined);
  if (named !== undefined) {
    const asked = [...plain, ...further].join(" and ");
    return `in ${named}${asked === "" ? "" : `, if among its labels ${asked}`}`;
  }
  const called = (name?.atoms ?? []).map(atomWords).join(" and ");
  const asks = [
    ...(plain.length === 0 ? [] : [`with ${plain.join(", ")}`]),
    ...(further.length === 0 ? [] : [`where ${further.join(" and ")}`]),
    ...(called === "" ? [] : [`whose name ${called}`]),
  ].join(" and ");
  const others = name === undefined || name.values.length === 0 ? "" : either(name.values);
  if (asks !== "") return `in namespaces ${asks}${others === "" ? "" : `, other than ${others}`}`;
  if (others !== "") return `in any namespace but ${others}`;
  return isAnyPod ? "" : "in any namespace";
}

interface Words {
  /** `app=web` */
  readonly plain: readonly string[];
  /** `role is absent or not frontend` */
  readonly further: readonly string[];
}

/** The conditions on labels of one owner, its name apart. */
function wordsOf({ constraints }: Cube, owner: "pod:" | "namespace:" | "account:"): Words {
  const plain: string[] = [];
  const further: string[] = [];
  for (const constraint of constraints) {
    const { key } = constraint;
    if (!key.startsWith(owner) || key === NAMESPACE_NAME) continue;
    const value = onlyValue(constraint);
    if (value !== undefined && owner !== "account:")
      plain.push(`${key.slice(owner.length)}=${value}`);
    else further.push(conditionWords(constraint));
  }
  return { plain, further };
}

function onlyValue({ set }: LabelConstraint): string | undefined {
  const isOne = !set.complement && !set.absent && set.values.length === 1;
  return isOne && set.values[0] !== "" ? set.values[0] : undefined;
}

function nameOf(key: LabelKey): string {
  if (key === ACCOUNT_NAME) return "the service account";
  const name = key.slice(key.indexOf(":") + 1);
  return key.startsWith("account:") ? `label ${name} of the service account` : name;
}

/** `role is absent or not frontend`, `role in (a, b)`, `role is set`. */
function conditionWords({ key, set }: LabelConstraint): string {
  const name = nameOf(key);
  const { absent, complement, values, atoms } = set;
  const texts = atoms.map(atomWords);
  if (!complement) {
    if (values.length === 0) return `${name} is absent`;
    if (!absent)
      return values.length === 1 ? `${name} is ${quoted(values[0])}` : `${name} in ${list(values)}`;
    return `${name} is absent or ${values.length === 1 ? quoted(values[0]) : `in ${list(values)}`}`;
  }
  const not =
    values.length === 0
      ? []
      : [values.length === 1 ? `not ${quoted(values[0])}` : `not in ${list(values)}`];
  const asked = [...texts, ...not].join(" and ");
  if (absent) return `${name} is absent or ${asked}`;
  if (texts.length > 0) return `${name} ${asked}`;
  return asked === "" ? `${name} is set` : `${name} is set and ${asked}`;
}

const ATOMS: Readonly<Record<TextAtom["operator"], readonly [string, string]>> = {
  contains: ["contains", "does not contain"],
  startsWith: ["starts with", "does not start with"],
  endsWith: ["ends with", "does not end with"],
};

function atomWords({ operator, operand, negated }: TextAtom): string {
  return `${ATOMS[operator][negated ? 1 : 0]} "${operand}"`;
}

const quoted = (value: string | undefined): string =>
  value === undefined || value === "" ? '""' : value;

function list(values: readonly string[]): string {
  return `(${clipped(values).join(", ")})`;
}

/** `a, b or c`. */
export function either(values: readonly string[]): string {
  const shown = clipped(values);
  const last = shown.at(-1) ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} or ${last}`;
}

function clipped(values: readonly string[]): readonly string[] {
  const shown = values.slice(0, LISTED).map(quoted);
  return values.length > LISTED ? [...shown, `${String(values.length - LISTED)} more`] : shown;
}
