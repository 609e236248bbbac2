import type { Witness } from "../ir/outcome.ts";

/** A flow as people say it. Which side allows it says whether it is gained or lost. */
export function witnessText({ from, to, protocol, port, source }: Witness): string {
  const traffic = port === undefined ? protocol : `${protocol} ${String(port)}`;
  const before = source.verdict === "allow" ? "from now on denied" : "from now on allowed";
  return `${before}: ${from} -> ${to}, ${traffic}`;
}
