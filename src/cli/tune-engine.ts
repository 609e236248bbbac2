import process from "node:process";
import { setFlagsFromString } from "node:v8";

/**
 * Sets V8 up for a run that goes over its input once and ends: it is made for servers, which repay in hours what
 * optimising costs them in seconds. Each setting changes when the engine works, never what it computes, and is left out on
 * releases on which it was not tried (docs/adr/0012-engine-settings.md). To be called first of all.
 */
export function tuneEngine(): void {
  const release = Number(process.versions.v8.split(".")[0]);
  // Node 20: a function is optimised when it has run four times as long as usual. In a run of a second, optimising took half
  // of it. Later releases have a quick compiler between the two, and another name for the setting.
  if (release === 11) setFlagsFromString("--interrupt-budget=270000");
  // Node 20 and 22: the heap grows by a quarter, not to twice its size, before what is dead in it is looked for. A large run
  // is mostly values that live to its end, and machines that run checks have little memory.
  if (release === 11 || release === 12) setFlagsFromString("--heap-growing-percent=25");
}
