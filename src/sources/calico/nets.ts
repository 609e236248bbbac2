import type { PathStep } from "../../manifest/manifest-object.ts";
import { parseCidr, type ParsedCidr } from "../../sets/address-set.ts";
import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import { Interned } from "../intern.ts";
import type { DocumentReading } from "./reading.ts";

const NONE: readonly ParsedCidr[] = [];
const parsed = new Interned((text: string): ParsedCidr | null => parseCidr(text) ?? null);

/**
 * Reads the list `field` of nets. The nets of a rule are to be masked and to have a prefix length (`strict`); Calico's
 * agent does without both, so what lacks them is warned of. The nets of a set may be written either way.
 */
export function readNets(
  reading: DocumentReading,
  texts: readonly string[] | null | undefined,
  owner: readonly PathStep[],
  field: string,
  strict: boolean,
): readonly ParsedCidr[] {
  if (texts === null || texts === undefined || texts.length === 0) return NONE;
  const nets: ParsedCidr[] = [];
  texts.forEach((text, index) => {
    const net = parsed.get(text);
    if (net === null) {
      const at = reading.place([...owner, field, index]);
      reading.add(calicoDiagnostics.create("CAL-N001", { at, net: clip(text) }));
      return;
    }
    nets.push(net);
    if (!strict || !(net.hostBits || net.bare)) return;
    reading.add(
      calicoDiagnostics.create(net.bare ? "CAL-N003" : "CAL-N002", {
        at: reading.place([...owner, field, index]),
        net: clip(text),
        canonical: net.text,
      }),
    );
  });
  return nets;
}
