/** The first pass of a redaction: what the fields to withhold hold, and where in the evidence. */
import { parseExactJson } from "../../base/exact-json.ts";
import { toIp, toText } from "../../ecs/field-value.ts";
import { forEachLeaf } from "../../ecs/normalise.ts";
import type { CaseFile } from "../case-file.ts";
import { EVENT_FLAG } from "../event-flags.ts";
import { type DocumentPlace, EventReader } from "../events.ts";
import { Originals } from "../originals.ts";
import type { FieldTest } from "./patterns.ts";
import { Secrets } from "./secrets.ts";

export interface Collected {
  readonly secrets: Secrets;
  /** Paths that the fields to withhold have in the evidence. */
  readonly paths: readonly string[];
}

/**
 * Walks every document, events and duplicates. The temporary table `secret_range (member, start, end, derived)` then has the
 * bytes of each that has such a value, of every duplicate that is no JSON, and of what was rejected: nobody knows what
 * those hold. Numbers and booleans are looked for only as whole values.
 * @param keep values that may stay
 * @param onProgress gets the share of the events that is done
 */
export function collectSecrets(
  file: CaseFile,
  isWithheld: FieldTest,
  keep: readonly string[],
  onProgress: (share: number) => void,
): Collected {
  const { db } = file;
  db.exec("CREATE TEMP TABLE secret_range (member INTEGER, start INTEGER, end INTEGER, derived INTEGER)");
  const collector = new Collector(isWithheld, keep);
  const insert = db.prepare("INSERT INTO secret_range VALUES (?, ?, ?, ?)");
  const reader = new EventReader(file);
  const last = db.prepare<[], number>("SELECT ifnull(max(id), 0) FROM event").pluck().get() ?? 0;
  const select = db.prepare<[number, number], EventPlace>(
    `SELECT e.id AS event, e.member, e.block, e.offset, b.offset + e.offset AS start, e.bytes, e.flags, d.block AS derived
     FROM event e JOIN block b ON b.id = e.block LEFT JOIN derived d ON d.event = e.id
     WHERE e.id > ? ORDER BY e.id LIMIT ?`,
  );
  let batch = select.all(0, BATCH);
  while (batch.length > 0) {
    for (const place of batch) {
      const { member, start, bytes, flags, derived } = place;
      const isHit = (flags & EVENT_FLAG.wrapped) !== 0;
      const text = isHit ? reader.bytesAt(place).toString("utf8") : reader.text(place).json;
      if (collector.collect(text) !== "nothing") insert.run(member, start, start + bytes, derived);
    }
    const done = batch.at(-1)?.event ?? last;
    onProgress(done / last);
    batch = select.all(done, BATCH);
  }
  const originals = new Originals(db);
  const duplicates = db.prepare<[], { block: number; offset: number; bytes: number; member: number; start: number }>(
    `SELECT d.block, d.offset, d.bytes, d.member, b.offset + d.offset AS start
     FROM duplicate d JOIN block b ON b.id = d.block ORDER BY d.id`,
  );
  for (const { block, offset, bytes, member, start } of duplicates.all()) {
    const text = originals.bytes(block, offset, bytes).toString("utf8");
    if (collector.collect(text) !== "nothing") insert.run(member, start, start + bytes, null);
  }
  db.exec("INSERT INTO secret_range SELECT member, offset, offset + max(bytes, 1), NULL FROM rejected");
  return { secrets: collector.secrets, paths: [...collector.paths].sort() };
}

const BATCH = 2_000;

interface EventPlace extends DocumentPlace {
  readonly member: number;
  /** In the member. */
  readonly start: number;
  /** Block of its derived document. */
  readonly derived: number | null;
}

/** What a search result wraps a document in. */
const WRAPPER = /^(?:_source|fields)\./;

/** What may be an address; the dictionary has it in its canonical form. */
const ADDRESS = /^[0-9a-f:.]+$/i;

class Collector {
  readonly secrets = new Secrets();
  readonly paths = new Set<string>();
  readonly #isWithheld: FieldTest;
  readonly #keep: ReadonlySet<string>;
  readonly #known = new Map<string, string | null>();

  constructor(isWithheld: FieldTest, keep: readonly string[]) {
    this.#isWithheld = isWithheld;
    this.#keep = new Set(keep);
  }

  /** Takes what a document has to be withheld; whether it has any, or is no JSON and nobody knows. */
  collect(json: string): "values" | "unknown" | "nothing" {
    const parsed = parseExactJson(json);
    if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null) return "unknown";
    let found = false;
    forEachLeaf({ ...parsed.value }, (path, value) => {
      const field = this.#fieldOf(path);
      const text = toText(value);
      if (field === null || this.#keep.has(text)) return;
      found = true;
      this.paths.add(field);
      if (typeof value !== "string") this.secrets.addWhole(text);
      else {
        this.secrets.add(text);
        const address = ADDRESS.test(text) ? toIp(text) : null;
        if (address !== null) this.secrets.add(address.text);
      }
    });
    return found ? "values" : "nothing";
  }

  /** The field that a path is, out of a wrapper, where it is one to withhold. */
  #fieldOf(path: string): string | null {
    let field = this.#known.get(path);
    if (field === undefined) {
      const inner = path.replace(WRAPPER, "");
      field = this.#isWithheld(path) ? path : this.#isWithheld(inner) ? inner : null;
      this.#known.set(path, field);
    }
    return field;
  }
}
