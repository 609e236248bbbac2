import type { Diagnostic, Effect, Related, Severity } from "./diagnostic.ts";
import type { SourcePlace } from "./source-range.ts";

/** One row of a table of diagnostics. `{name}` in message and hint is a parameter that every use must give. */
export interface DiagnosticDefinition {
  readonly severity: Severity;
  readonly effect: Effect;
  readonly message: string;
  readonly hint?: string;
  /** A paragraph for docs/DIAGNOSTICS.md: what is behind it and why we do what we do. */
  readonly explanation: string;
  /** A code that is no longer given stays in its table, so that it is never used for something else. */
  readonly retired?: true;
}

type ParameterNames<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterNames<Rest>
  : never;

type ParametersOf<Definition extends DiagnosticDefinition> =
  | ParameterNames<Definition["message"]>
  | (Definition["hint"] extends string ? ParameterNames<Definition["hint"]> : never);

type Values<Names extends string> = Readonly<Record<Names, string | number>>;

interface Placement {
  readonly at?: SourcePlace | undefined;
  readonly related?: readonly Related[];
}

type Arguments<Names extends string> = [Names] extends [never]
  ? [placement?: Placement]
  : [placement: Placement & Values<Names>];

export interface DiagnosticTable<
  Definitions extends Readonly<Record<string, DiagnosticDefinition>>,
> {
  readonly definitions: Definitions;
  /** Makes a finding. An unknown code or a missing parameter does not compile. */
  create<Code extends keyof Definitions & string>(
    code: Code,
    ...rest: Arguments<ParametersOf<Definitions[Code]>>
  ): Diagnostic;
}

function fill(text: string, values: Readonly<Record<string, unknown>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

/** A typed table of diagnostics. Tables lie beside the code that reports from them. */
export function defineDiagnostics<
  const Definitions extends Readonly<Record<string, DiagnosticDefinition>>,
>(definitions: Definitions): DiagnosticTable<Definitions> {
  return {
    definitions,
    create(code, ...rest) {
      const definition: DiagnosticDefinition | undefined = definitions[code];
      if (definition === undefined) throw new Error(`unknown diagnostic ${code}`);
      const values = (rest[0] ?? {}) as Placement & Readonly<Record<string, unknown>>;
      return {
        code,
        severity: definition.severity,
        effect: definition.effect,
        message: fill(definition.message, values),
        ...(definition.hint === undefined ? {} : { hint: fill(definition.hint, values) }),
        ...(values.at === undefined ? {} : { at: values.at }),
        ...(values.related === undefined ? {} : { related: values.related }),
      };
    },
  };
}
