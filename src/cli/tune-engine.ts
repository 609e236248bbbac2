import process from "node:process";
import { setFlagsFromString } from "node:v8";

const release = Number(process.versions.v8.split(".")[0]);

/**
 * Sets V8 up for a run that goes over its input once and ends: it is made for servers, which repay in hours what
 * optimising costs them in seconds. Each setting changes when the engine works, never what it computes, and is left out on
 * releases on which it was not tried (docs/adr/0012-engine-settings.md). To be called first of all.
 */
export function tuneEngine(): void {
  // Node 20: a function is optimised when it has run four times as long as usual. In a run of a second, optimising took half
  // of it. Later releases have a quick compiler between the two, and another name for the setting.
  if (release === 11) setFlagsFromString("--interrupt-budget=270000");
  // Node 20, 22, 24: how much of the functions that a function calls is compiled into it. Compiling large functions took a
  // fifth of the processor's time, and what they save by it would need a longer run to show.
  if (release >= 11 && release <= 13) {
    setFlagsFromString("--max-inlined-bytecode-size-cumulative=50");
  }
  growHeapBy(50);
}

/** From here on nearly all that is made lives to the end: looking for what is dead would only cost time. */
export function letHeapGrow(): void {
  growHeapBy(0);
}

/**
 * Node 20 and 22: by how much the heap may grow before what is dead in it is looked for; 0 is up to the engine, which lets it
 * grow to several times its size. Reading makes much that dies at once: half of 100 MB of text would be held without need.
 */
function growHeapBy(percent: number): void {
  if (release === 11 || release === 12) {
    setFlagsFromString(`--heap-growing-percent=${String(percent)}`);
  }
}
