import { fstatSync } from "node:fs";
import process from "node:process";
import { codeOf } from "./failure-reason.ts";

/** Text is handed on in pieces of about this many characters: one call a piece, and never one huge text. */
const PIECE = 1 << 20;

/** Puts small texts together to pieces that are worth a call. */
export function* inPieces(texts: Iterable<string>): Generator<string> {
  let parts: string[] = [];
  let length = 0;
  for (const text of texts) {
    parts.push(text);
    length += text.length;
    if (length >= PIECE) {
      yield parts.join("");
      parts = [];
      length = 0;
    }
  }
  if (length > 0) yield parts.join("");
}

/**
 * Writes to standard output and waits until it is out. A reader that went away (`| head`) has what it wanted: no fault
 * of ours, and no reason to go on writing.
 */
export async function writeOut(texts: Iterable<string>): Promise<void> {
  const { stdout } = process;
  // The same failure comes as an event, too; unheard it would end the process.
  const ignore = (): void => undefined;
  stdout.on("error", ignore);
  try {
    for (const piece of inPieces(texts)) {
      const error = await new Promise<Error | null | undefined>((done) => {
        stdout.write(piece, done);
      });
      if (codeOf(error) === "EPIPE") return;
      if (error !== null && error !== undefined) throw error;
    }
  } finally {
    stdout.off("error", ignore);
  }
}

/** Writes text to standard error. */
export function writeError(text: string): void {
  process.stderr.write(text);
}

/** All of standard input. */
export async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** True if somebody gave a standard input: a pipe or a file, not the keyboard and not /dev/null. */
export function hasPipedStdin(): boolean {
  try {
    const found = fstatSync(0);
    return found.isFIFO() || found.isFile() || found.isSocket();
  } catch {
    return false;
  }
}
