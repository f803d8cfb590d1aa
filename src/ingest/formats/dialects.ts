import type { Format } from "../format.ts";
import type { CsvDialect } from "./csv-format.ts";
import type { Dialect } from "./dialect.ts";
import { kibanaCsv } from "./kibana-csv.ts";

/** A format of text that is neither JSON nor CSV. `matches`: whether a file that begins so is one. */
export interface TextFormat {
  readonly format: Format;
  matches(head: string): boolean;
}

/** JSON that is not ECS, in the order in which it is tried. */
export const JSON_DIALECTS: readonly Dialect[] = [];

export const CSV_DIALECTS: readonly CsvDialect[] = [kibanaCsv];

export const TEXT_FORMATS: readonly TextFormat[] = [];
