/** Values kept. A run over hostile input must not keep them all. */
const LIMIT = 20_000;

/**
 * One object for equal keys. A run reads the same names, paths and nets a hundred thousand times, and what is kept of a
 * policy lives as long as the run.
 */
export class Interned<Key, Value> {
  readonly #make: (key: Key) => Value;
  readonly #known = new Map<Key, Value>();

  constructor(make: (key: Key) => Value) {
    this.#make = make;
  }

  get(key: Key): Value {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const value = this.#make(key);
    if (this.#known.size >= LIMIT) this.#known.clear();
    this.#known.set(key, value);
    return value;
  }
}

const texts = new Interned<string, string>((text) => text);

/** The same text, as an object that is shared with others. */
export function internText(text: string): string {
  return texts.get(text);
}
