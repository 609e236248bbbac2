import { UsageError } from "../usage-error.ts";

/** May be given several times, with one value each, so that a path may follow. */
export const repeated = { type: "string", array: true, nargs: 1, requiresArg: true } as const;

/** Takes one value and may be given once: of two values one would have to be dropped in silence. */
export function single(name: string) {
  return { type: "string", nargs: 1, requiresArg: true, coerce: onlyOnce(name) } as const;
}

export function choice<const Choices extends readonly string[]>(
  name: string,
  choices: Choices,
  preset: Choices[number],
) {
  return { choices, default: preset, requiresArg: true, coerce: onlyOnce(name) } as const;
}

function onlyOnce(name: string) {
  return <Value>(value: Value): Value => {
    if (Array.isArray(value)) {
      throw new UsageError(`--${name} is given more than once`, { hint: "Give it once." });
    }
    if (value === "") {
      throw new UsageError(`--${name} has an empty value`, {
        hint: "Give it one; a variable of the shell may be unset.",
      });
    }
    return value;
  };
}
