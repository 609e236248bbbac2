/** Adds the items to the list. Unlike `push(...items)` it takes any number: arguments of a call lie on the stack. */
export function append<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item);
}
