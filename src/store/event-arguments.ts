import { parseExactJson } from "../base/exact-json.ts";
import { toText } from "../ecs/field-value.ts";
import { forEachLeaf } from "../ecs/normalise.ts";
import type { CaseFile } from "./case-file.ts";
import { decodeValue } from "./decoded-values.ts";
import { EventReader } from "./events.ts";
import { fieldByPath } from "./fields.ts";

const PATH = "process.args";

/**
 * The arguments of an event as one line, for evidence without command lines. The dictionary keeps each element of a list
 * once, so that a list is read from the original. One reader for many events: it keeps blocks.
 */
export class ArgumentsReader {
  readonly #file: CaseFile;
  readonly #column: string | null;
  #originals: EventReader | null = null;

  constructor(file: CaseFile) {
    this.#file = file;
    const field = fieldByPath(file, PATH);
    this.#column = field?.column === true ? `f${field.id}` : null;
  }

  /** Null where the event has none. */
  lineOf(event: bigint): string | null {
    if (this.#column === null) return null;
    const [row] = this.#file.rows({ sql: `SELECT ${this.#column} FROM event WHERE id = ?`, parameters: [event] });
    const value = row?.[0];
    if (typeof value !== "bigint") return null;
    const texts = decodeValue(this.#file, value);
    return (texts.length < 2 ? texts : this.#inOrder(event)).join(" ");
  }

  #inOrder(event: bigint): string[] {
    this.#originals ??= new EventReader(this.#file);
    const parsed = parseExactJson(this.#originals.json(event));
    const texts: string[] = [];
    if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null) return texts;
    forEachLeaf(parsed.value as Record<string, unknown>, (path, value) => {
      if (path === PATH) texts.push(toText(value));
    });
    return texts;
  }
}
