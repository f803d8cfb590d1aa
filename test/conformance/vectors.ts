import { readFileSync } from "node:fs";
import { shared } from "../shared.ts";

/** One case of a vector file; which members it has depends on its kind (README beside the vectors). */
export interface VectorCase {
  readonly name: string;
  readonly kind?: string;
  readonly query?: string;
  readonly expression?: string;
  readonly condition?: string;
  readonly literal?: string;
  readonly value?: string;
  readonly doc?: unknown;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly known_fields?: readonly string[];
  readonly expected?: unknown;
  readonly error?: boolean;
  readonly accept?: boolean;
  readonly grammar_only?: boolean;
  readonly stage?: string;
  readonly message?: string;
  readonly skip?: string;
  readonly es_actual?: unknown;
}

/** The cases of a vector file, e.g. `es-folding`. */
export function vectorCases(suite: string): readonly VectorCase[] {
  const parsed: unknown = JSON.parse(readFileSync(shared("eql", "vectors", `${suite}.json`), "utf8"));
  if (typeof parsed !== "object" || parsed === null || !("cases" in parsed) || !Array.isArray(parsed.cases)) {
    throw new Error(`${suite} has no cases`);
  }
  return parsed.cases as readonly VectorCase[];
}
