import type { PolicyOrigin } from "./origin.ts";

/** A Kubernetes policy of the input that is written as it is: its name is nobody else's to take. */
export interface KeptObject {
  readonly source: PolicyOrigin;
  readonly namespace: string;
  readonly name: string;
  /** One YAML document without its `---` lines; ends in a newline. */
  readonly text: string;
  /** True if `text` is the input's own, byte for byte; false if its namespace was put in or it was printed again. */
  readonly verbatim: boolean;
  /** False for one that isolates and allows nothing: such objects are written last. */
  readonly hasRules: boolean;
}
