import process from "node:process";

/** `npm run test:thorough`: before a release, and after a change to the model or to what judges it. */
const isThorough = process.env["NETPOL_MIGRATE_TESTS"] === "thorough";

/**
 * How many flows of a world that is too large to be gone through whole are tried. Every `npm test` tries as many as
 * tell a mistake in most draws; the thorough run has what time allows.
 */
export function flowLimit(thorough: number): number {
  return isThorough ? thorough : Math.ceil(thorough / 4);
}

/** How many draws of a property that judges whole worlds. */
export function draws(thorough: number): number {
  return isThorough ? thorough : Math.ceil(thorough / 3);
}

/** Every one of what is tried when time allows; of those, every `step`th in each `npm test`. */
export function someOf<T>(thorough: readonly T[], step: number): readonly T[] {
  return isThorough ? thorough : thorough.filter((_, index) => index % step === 0);
}
