import { catalogueField } from "../ecs/catalogue.ts";
import { familyOf } from "../ecs/family.ts";
import { type FieldType, inDictionary } from "../ecs/field-type.ts";
import { MAX_PATH_LENGTH } from "../ecs/normalise.ts";
import { COUNT, type LocalField } from "../store/row-batch.ts";
import type { NormaliseOptions } from "./protocol.ts";

/** What a field has been in a document: bits of `FieldNode.bits`. */
export const STRING = 1;
export const NUMBER = 2;
export const BOOLEAN = 4;

/** How values of a field are read. */
export const KIND = { text: 0, long: 1, double: 2, boolean: 3, date: 4, ip: 5, ignored: 6, skipped: 7 } as const;

/** What a field means to its event, besides being a field. */
export const ROLE = {
  none: 0,
  time: 1,
  tiebreaker: 2,
  eventId: 4,
  agentId: 8,
  /** Values count for `event.category` too. */
  category: 16,
} as const;

/** Part of the wrapper of a hit, where it stands at the top of a document. */
export const HIT = { none: 0, index: 1, id: 2, source: 4, scalar: 8, unusual: 16, type: 32, value: 64 } as const;

const HIT_KEYS: ReadonlyMap<string, number> = new Map([
  ["_index", HIT.index],
  ["_id", HIT.id],
  ["_source", HIT.source],
  ["_type", HIT.scalar],
  ["_version", HIT.scalar],
  ["_score", HIT.scalar],
  ["_seq_no", HIT.scalar],
  ["_primary_term", HIT.scalar],
  ["type", HIT.type],
  ["value", HIT.value],
  ...["_routing", "_ignored", "_shard", "_node", "_explanation", "_nested", "fields", "highlight"].map(
    (key): [string, number] => [key, HIT.unusual],
  ),
  ...["ignored_field_values", "inner_hits", "matched_queries", "sort"].map((key): [string, number] => [
    key,
    HIT.unusual,
  ]),
]);

/** More fields than this are not kept in the inventory; their values stay in the original. */
const MAX_FIELDS = 100_000;

/** A key as the fast reader meets it in an object: its bytes up to and with `":`, as words. */
export interface KeyEntry {
  readonly first: number;
  readonly firstMask: number;
  readonly second: number;
  readonly secondMask: number;
  /** The words after the second, the last one with its mask. */
  readonly words: Int32Array;
  readonly lastMask: number;
  readonly length: number;
  /** The key alone. */
  readonly bytes: Uint8Array;
  readonly node: FieldNode;
  readonly hit: number;
  /** The key that followed last time. */
  next: KeyEntry | null;
}

/** A path of the evidence: a field, an object, or both. */
export class FieldNode {
  readonly path: string;
  readonly family: number;
  readonly column: boolean;
  readonly local: LocalField | null;
  kind: number;
  role = 0;
  alias: FieldNode | null = null;
  /** Whether its strings must be hashed: they are interned, or part of an identity. */
  hashed = false;
  /** Local field id once it has been sent. */
  id = -1;

  // The values of the current document (row-builder.ts).
  stamp = 0;
  bits = 0;
  values = 0;
  bad = 0;
  cells = 0;
  cell = 0;
  low = 0;
  high = 0;
  readonly more: number[] = [];

  // Its last string in the dictionary.
  lastId = 0;
  lastLow = 0;
  lastEpoch = 0;

  // Counts of the current chunk.
  documents = 0;
  /** Documents in which it is one string, which fits; not in `documents` and `strings`. */
  plain = 0;
  strings = 0;
  numbers = 0;
  booleans = 0;
  lists = 0;
  malformed = 0;

  // The keys of its objects (byte-parser.ts).
  firstKey: KeyEntry | null = null;
  readonly keys = new Map<number, KeyEntry[]>();

  constructor(path: string, kind: number, family: number, local: LocalField | null) {
    this.path = path;
    this.kind = kind;
    this.family = family;
    this.local = local;
    this.column = local?.column ?? false;
    this.hashed = this.column && (kind === KIND.text || kind === KIND.ip);
  }

  /** Counts the current document. */
  count(): void {
    this.documents += 1;
    if ((this.bits & STRING) !== 0) this.strings += 1;
    if ((this.bits & NUMBER) !== 0) this.numbers += 1;
    if ((this.bits & BOOLEAN) !== 0) this.booleans += 1;
    if (this.values > 1) this.lists += 1;
    this.malformed += this.bad;
  }

  /** Writes the counts of the chunk, `COUNT.size` words from `at`, and begins anew. */
  takeCounts(counts: Int32Array, at: number): void {
    counts[at + COUNT.field] = this.id;
    counts[at + COUNT.documents] = this.documents + this.plain;
    counts[at + COUNT.strings] = this.strings + this.plain;
    counts[at + COUNT.numbers] = this.numbers;
    counts[at + COUNT.booleans] = this.booleans;
    counts[at + COUNT.lists] = this.lists;
    counts[at + COUNT.malformed] = this.malformed;
    this.documents = 0;
    this.plain = 0;
    this.strings = 0;
    this.numbers = 0;
    this.booleans = 0;
    this.lists = 0;
    this.malformed = 0;
  }
}

const KIND_OF: Readonly<Record<FieldType, number>> = {
  keyword: KIND.text,
  version: KIND.text,
  long: KIND.long,
  double: KIND.double,
  boolean: KIND.boolean,
  date: KIND.date,
  ip: KIND.ip,
};

/** All paths that a worker has met. */
export class FieldTree {
  readonly root = new FieldNode("", KIND.ignored, 0, null);
  /** Stands for every path that is not kept. */
  readonly ignored = new FieldNode("", KIND.ignored, 0, null);
  /** Takes values that are no field's: parts of a hit's wrapper. */
  readonly skipped = new FieldNode("", KIND.skipped, 0, null);
  readonly families: string[] = [];
  readonly #familyIds = new Map<string, number>();
  readonly #nodes = new Map<string, FieldNode>();
  readonly #options: NormaliseOptions;
  readonly #mapping: ReadonlyMap<string, FieldType>;

  constructor(options: NormaliseOptions) {
    this.#options = options;
    this.#mapping = new Map(Object.entries(options.mapping));
  }

  /** The node of a path; `ignored` when the path is not kept. */
  node(path: string): FieldNode {
    const known = this.#nodes.get(path);
    if (known !== undefined) return known;
    if (path.length > MAX_PATH_LENGTH || this.#nodes.size >= MAX_FIELDS) return this.ignored;
    const node = this.#create(path);
    this.#nodes.set(path, node);
    this.#giveRoles(node);
    return node;
  }

  /** The node of a key within an object. */
  child(parent: FieldNode, key: string): FieldNode {
    if (parent === this.root) return this.node(key);
    if (parent === this.ignored) return parent;
    return this.node(`${parent.path}.${key}`);
  }

  /** What a key at the top of a document means if the document is a hit. */
  hitKey(key: string): number {
    return HIT_KEYS.get(key) ?? HIT.none;
  }

  #create(path: string): FieldNode {
    const mapped = this.#mapping.get(path);
    const known = catalogueField(path);
    const type = mapped ?? known?.type ?? null;
    const typedBy = mapped !== undefined ? "mapping" : type === null ? "data" : "catalogue";
    const family = inDictionary(type) ? familyOf(path, type) : null;
    const column = known?.column === true && path !== "@timestamp";
    const local: LocalField = { path, type, typedBy, family, column };
    return new FieldNode(path, type === null ? KIND.text : KIND_OF[type], this.#familyId(family), local);
  }

  #familyId(name: string | null): number {
    if (name === null) return 0;
    let id = this.#familyIds.get(name);
    if (id === undefined) {
      id = this.families.length;
      this.families.push(name);
      this.#familyIds.set(name, id);
    }
    return id;
  }

  #giveRoles(node: FieldNode): void {
    if (node.path === this.#options.timestampField) node.role |= ROLE.time;
    if (node.path === this.#options.tiebreakerField) node.role |= ROLE.tiebreaker;
    if (node.path === "event.id") node.role |= ROLE.eventId;
    if (node.path === "agent.id") node.role |= ROLE.agentId;
    if (node.path === this.#options.categoryField && node.path !== "event.category") {
      node.role |= ROLE.category;
      node.alias = this.node("event.category");
    }
    if ((node.role & (ROLE.eventId | ROLE.agentId | ROLE.category)) !== 0) node.hashed = true;
  }
}
