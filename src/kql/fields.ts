import type { Span } from "../eql/ast.ts";
import type { KqlDiagnosticCode, KqlDiagnosticParameters } from "./diagnostics.ts";

/** Types a field can have; null: not known, taken as keyword. */
export type KqlFieldType = "keyword" | "long" | "double" | "boolean" | "date" | "ip" | "version" | "text";

/** What the translation needs to know of the events' fields. */
export interface KqlFields {
  readonly typeOf: (field: string) => KqlFieldType | null;
  /** All known field names, for names with wildcards. */
  readonly names: () => Iterable<string>;
}

/** A translation in progress. */
export interface Translator {
  readonly fields: KqlFields;
  readonly tell: <C extends KqlDiagnosticCode>(code: C, span: Span, parameters: KqlDiagnosticParameters[C]) => void;
}
