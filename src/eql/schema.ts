import { suggest } from "./suggest.ts";
import type { FieldType } from "./types.ts";

/** A known field that may have been meant. */
export interface FieldSuggestion {
  readonly name: string;
  /** How many events carry it; null when that is not known. */
  readonly events: number | null;
}

/** What the checker must know of the fields: from a catalogue, a mapping, the evidence. */
export interface Schema {
  /**
   * The type of a field; null for one that is known but whose type only the data tells (then nothing is refused on its
   * account); undefined for an unknown one.
   */
  readonly typeOf: (field: string) => FieldType | null | undefined;
  /** Known fields whose name is near that of an unknown one, best first, a few. */
  readonly suggestions: (field: string) => readonly FieldSuggestion[];
  /** Known event categories; empty when any is as good as another. */
  readonly categories: readonly string[];
}

/** A schema of exactly these fields. */
export function fieldSchema(types: ReadonlyMap<string, FieldType | null>, categories: readonly string[] = []): Schema {
  return {
    typeOf: (field) => types.get(field),
    suggestions: (field) => suggest(field, types.keys()).map((name) => ({ name, events: null })),
    categories,
  };
}

/** A schema in which every field is known and of a type that only the data tells. */
export const OPEN_SCHEMA: Schema = { typeOf: () => null, suggestions: () => [], categories: [] };
