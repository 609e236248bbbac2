import { setFlagsFromString } from "node:v8";

/**
 * Has the garbage collector look earlier. By default V8 lets the heap grow to four times of what was in use when it looked
 * last; half as much again is a third less memory for a few percent of time (docs/adr/0011-heap-growth.md).
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=50");
}
