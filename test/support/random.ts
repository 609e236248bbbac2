/** A small seeded generator (mulberry32): the same flows on every run and every machine. */
export interface Random {
  /** An integer from 0 to `below - 1`. */
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const int = (below: number): number => Math.floor((next() / 0x1_0000_0000) * below);
  return {
    int,
    pick<T>(from: readonly T[]): T {
      const value = from[int(from.length)];
      if (from.length === 0) throw new Error("nothing to pick from");
      return value as T;
    },
  };
}
