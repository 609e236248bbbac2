/**
 * The same list without room to grow. A list that was put together item by item has space for some sixteen more: where
 * each of 100,000 policies keeps a dozen lists of one item, that is a third of all memory.
 */
export function fitted<T>(list: readonly T[]): readonly T[] {
  return list.slice();
}
