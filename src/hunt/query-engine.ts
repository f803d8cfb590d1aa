import { parseQuery } from "../eql/parser.ts";
import { openCase } from "../store/case-file.ts";
import { ensureSideTables } from "../store/side-tables.ts";
import { Engine } from "./engine.ts";
import { fieldsOfQuery, type PreparedQuery, prepareQuery } from "./prepare-query.ts";

/**
 * Opens a case for one query. Fields that have no column get their side tables first, which takes a pass over the
 * originals, once.
 * @param onProgress gets the share of that pass that is done
 */
export async function openQueryEngine(
  casePath: string,
  text: string,
  onProgress?: (done: number) => void,
): Promise<{ readonly engine: Engine; readonly prepared: PreparedQuery }> {
  const { query } = parseQuery(text);
  let engine = await Engine.open(casePath);
  if (query !== null) {
    const missing = engine.evidence.withoutStorage(fieldsOfQuery(query));
    if (missing.length > 0) {
      engine.close();
      await makeSideTables(casePath, missing, onProgress);
      engine = await Engine.open(casePath);
    }
  }
  return { engine, prepared: prepareQuery(text, engine.evidence) };
}

/** Fills the side tables of fields. @throws UserError `case-unwritable` on a read-only medium */
export async function makeSideTables(
  casePath: string,
  paths: readonly string[],
  onProgress?: (done: number) => void,
): Promise<void> {
  const file = await openCase(casePath, "write");
  try {
    ensureSideTables(file, paths, onProgress);
  } finally {
    file.close();
  }
}
