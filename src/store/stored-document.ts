import { exactJsonText } from "../base/exact-json.ts";
import type { CaseFile } from "./case-file.ts";
import { eventValues } from "./decoded-values.ts";
import { listFields, type StoredField } from "./fields.ts";

/**
 * Events whose originals a redacted case withholds, put together from what its columns and side tables hold: dotted
 * names, no field that is withheld, none that only originals have.
 */
export class StoredDocuments {
  readonly #file: CaseFile;
  #fields: readonly StoredField[] | null = null;

  constructor(file: CaseFile) {
    this.#file = file;
  }

  /** Compact JSON. */
  json(event: number): string {
    this.#fields ??= listFields(this.#file).filter(({ column, side }) => column || side);
    const paths = this.#fields.map(({ path }) => path);
    const values = eventValues(this.#file, [event], ["@timestamp", ...paths]).get(event) ?? {};
    const types = new Map(this.#fields.map(({ path, type, family }) => [path, family === null ? type : "keyword"]));
    const members = Object.entries(values).flatMap(([path, texts]) => {
      const typed = texts.map((text) => valueJson(text, types.get(path)));
      if (typed.length === 0) return [];
      return [`${JSON.stringify(path)}:${typed.length === 1 ? (typed[0] ?? "") : `[${typed.join(",")}]`}`];
    });
    return `{${members.join(",")}}`;
  }
}

function valueJson(text: string, type: string | undefined): string {
  const isBare = type === "long" || type === "boolean" || (type === "double" && Number.isFinite(Number(text)));
  return isBare ? text : exactJsonText(text);
}
