/** GitHub takes 65,536 characters for a comment; what holds for bytes holds for them. */
export const MOST_BYTES = 64 * 1024 - 1;

/** Text that does not outgrow its room. */
export class Page {
  readonly #parts: string[] = [];
  #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  grow(bytes: number): void {
    this.#room += bytes;
  }

  fits(text: string): boolean {
    return Buffer.byteLength(text) <= this.#room;
  }

  /** False, and nothing added, if there is no room for it. */
  add(text: string): boolean {
    if (!this.fits(text)) return false;
    this.#room -= Buffer.byteLength(text);
    this.#parts.push(text);
    return true;
  }

  /** A few words that must not be missing: the end's room is held back for them. */
  note(text: string): void {
    this.#room -= Buffer.byteLength(text);
    this.#parts.push(text);
  }

  toString(): string {
    return this.#parts.join("");
  }
}
