import type { PathStep } from "../../manifest/manifest-object.ts";
import { parseCidr, type ParsedCidr } from "../../sets/address-set.ts";
import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import type { DocumentReading } from "./reading.ts";

const NONE: readonly ParsedCidr[] = [];

/**
 * Reads a list of nets. The nets of a rule are to be masked and to have a prefix length (`strict`); Calico's agent does
 * without both, so what lacks them is warned of. The nets of a set may be written either way.
 */
export function readNets(
  reading: DocumentReading,
  texts: readonly string[] | null | undefined,
  path: readonly PathStep[],
  strict: boolean,
): readonly ParsedCidr[] {
  if (texts === null || texts === undefined || texts.length === 0) return NONE;
  const nets: ParsedCidr[] = [];
  for (const [index, text] of texts.entries()) {
    const net = parseCidr(text);
    if (net === undefined) {
      const at = reading.place([...path, index]);
      reading.add(calicoDiagnostics.create("CAL-N001", { at, net: clip(text) }));
      continue;
    }
    nets.push(net);
    if (strict && (net.hostBits || net.bare)) {
      reading.add(
        calicoDiagnostics.create(net.bare ? "CAL-N003" : "CAL-N002", {
          at: reading.place([...path, index]),
          net: clip(text),
          canonical: net.text,
        }),
      );
    }
  }
  return nets;
}
