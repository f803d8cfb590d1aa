import type { Detection, Format } from "../format.ts";
import type { UserMap } from "../mappings/user-map.ts";
import { CONTAINERS, ecsFormat } from "./containers.ts";
import { parseCsvHeader } from "./csv.ts";
import { type CsvDialect, csvFormat, csvOf } from "./csv-format.ts";
import { outlineJson } from "./detect-json.ts";
import { type Dialect, jsonFormat } from "./dialect.ts";
import { CSV_DIALECTS, JSON_DIALECTS, TEXT_FORMATS } from "./dialects.ts";
import { userDialect } from "./user-format.ts";
import { refuseBySignature, refuseJson, refuseText } from "./refused.ts";

/** The number of first bytes that `detectFormat` wants to see, where the member has as many. */
export const HEAD_BYTES = 64 * 1024;

/**
 * Tells what a member is from its first bytes (decompressed, `HEAD_BYTES` of them or all). The name of the file is not
 * asked: attackers and habits rename files.
 * @param map a user's mapping, which is asked first
 */
export function detectFormat(head: Uint8Array, map?: UserMap): Detection {
  if (head.length === 0) return refuse({ code: "empty", reason: "The file is empty." });
  const signature = refuseBySignature(head);
  if (signature !== null) return refuse(signature);
  const text = Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString("utf8")
    .replace(/^\ufeff/, "");
  if (text.trim() === "") return refuse({ code: "blank", reason: "The file holds only white space." });
  const textFormat = TEXT_FORMATS.find((format) => format.matches(text));
  if (textFormat !== undefined) return { kind: "format", format: textFormat.format };
  const own = map === undefined ? [] : [userDialect(map)];
  const outline = outlineJson(text);
  if (outline !== null) {
    const refused = outline.documents[0] === undefined ? null : refuseJson(outline.documents[0]);
    if (refused !== null) return refuse(refused);
    const dialect = dialectOf(outline.documents, [...own, ...JSON_DIALECTS]);
    const format = dialect === null ? ecsFormat(outline.container) : jsonFormat(outline.container, dialect);
    return { kind: "format", format };
  }
  if (/^\s*\{/.test(text)) return { kind: "format", format: ecsFormat(CONTAINERS.ndjson) };
  const header = parseCsvHeader(firstRecord(text));
  const csv =
    header.columns.length < 2
      ? undefined
      : [...own.map(toCsv), ...CSV_DIALECTS].find((dialect) => dialect.matches(header));
  if (csv !== undefined) return { kind: "format", format: csvFormat(csv) };
  if (header.columns.length > 4 && header.columns.every((column) => /^[\w@. \-/[\]()]*$/.test(column))) {
    const names = header.columns.slice(0, 6).join(", ");
    return refuse({ code: "csv-unknown", reason: `This is CSV of no known export; its columns begin: ${names}` });
  }
  return refuse(refuseText(text));
}

/** The format of an id, as `--format` names it and a source records it; null when there is none. `map`: a user's mapping. */
export function formatById(id: string, map?: UserMap): Format | null {
  return allFormats().get(id) ?? (map === undefined ? null : userFormat(id, userDialect(map)));
}

function userFormat(id: string, dialect: Dialect): Format | null {
  if (id === toCsv(dialect).id) return csvFormat(toCsv(dialect));
  for (const container of Object.values(CONTAINERS)) {
    const format = jsonFormat(container, dialect);
    if (format.id === id) return format;
  }
  return null;
}

function toCsv(dialect: Dialect): CsvDialect {
  return csvOf(`${dialect.id}-csv`, dialect);
}

let formats: ReadonlyMap<string, Format> | undefined;

/** Every format by its id: those for ECS first, then those that are converted, then dialects in other containers. */
export function allFormats(): ReadonlyMap<string, Format> {
  if (formats !== undefined) return formats;
  const containers = Object.values(CONTAINERS);
  const list = [
    ...containers.map(ecsFormat),
    ...CSV_DIALECTS.map(csvFormat),
    ...TEXT_FORMATS.map(({ format }) => format),
    ...containers.flatMap((container) => JSON_DIALECTS.map((dialect) => jsonFormat(container, dialect))),
  ];
  formats = new Map(list.map((format) => [format.id, format]));
  return formats;
}

function refuse(why: { code: string; reason: string }): Detection {
  return { kind: "refused", ...why };
}

/** The dialect that at least half of the first documents are of; null for ECS. */
function dialectOf(documents: readonly Record<string, unknown>[], dialects: readonly Dialect[]): Dialect | null {
  let best: Dialect | null = null;
  let most = 0;
  for (const dialect of dialects) {
    const count = documents.filter((document) => dialect.matches(document)).length;
    if (count > most && count * 2 >= documents.length) [best, most] = [dialect, count];
  }
  return best;
}

/** The first record of CSV: a line, unless a quoted cell holds a line end. */
function firstRecord(text: string): string {
  const record = /^(?:[^"\n]|"(?:[^"]|"")*")*/.exec(text);
  return record?.[0].replace(/\r$/, "") ?? "";
}
