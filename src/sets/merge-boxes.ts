import type { Box } from "./box.ts";
import type { Part } from "./box-parts.ts";
import { labelsIn, partsThatDiffer, unionPart } from "./box-parts.ts";

/** Among more boxes than this no two are put together: it would take too long, and nobody would see it. */
const MOST = 64;

/**
 * Boxes of the same union, fewer of them: two that differ in one part alone become one. None is made that needs two
 * selectors ("absent or a") where there were none. Boxes with names of ports have the same ones.
 */
export function mergeBoxes(boxes: readonly Box[]): readonly Box[] {
  if (boxes.length < 2 || boxes.length > MOST) return boxes;
  const merged = [...boxes];
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 0; i < merged.length; i += 1) {
      for (let j = i + 1; j < merged.length; j += 1) {
        const both = join(merged[i], merged[j]);
        if (both === undefined) continue;
        merged[i] = both;
        merged.splice(j, 1);
        j -= 1;
        changed = true;
      }
    }
  }
  return merged;
}

function join(a: Box | undefined, b: Box | undefined): Box | undefined {
  if (a === undefined || b === undefined) return undefined;
  const parts = partsThatDiffer(a, b);
  if (parts === undefined) return undefined;
  const [part] = parts;
  if (part === undefined) return a;
  if (parts.length > 1) return undefined;
  const both = unionPart(a, b, part);
  if (both === undefined) return undefined;
  return needsTwo(both, part) && !needsTwo(a, part) && !needsTwo(b, part) ? undefined : both;
}

/** "Absent or a" takes two selectors. */
function needsTwo(box: Box, part: Part): boolean {
  if (part.of !== "subject" && part.of !== "peer") return false;
  const set = labelsIn(box, part.of, part.key);
  return set !== undefined && set.absent && !set.complement && set.values.length > 0;
}
