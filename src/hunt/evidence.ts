import { catalogueField } from "../ecs/catalogue.ts";
import type { FieldType } from "../ecs/field-type.ts";
import { parseTimestamp, toNanoseconds } from "../ecs/timestamp.ts";
import type { QueryContext } from "../plan/plan-query.ts";
import type { EventScope } from "../sql/compile-stage.ts";
import { ABSENT, type FieldStorage, TIME } from "../sql/storage.ts";
import type { CaseFile } from "../store/case-file.ts";
import { countEvents } from "../store/event-counts.ts";
import { type InventoryField, readInventory } from "../store/field-storage.ts";
import type { SeenEvidence } from "../store/seen-evidence.ts";

const TIME_FIELD = "@timestamp";

/** What the case holds, as the planner and the compiler see it: types, storage, totals. A snapshot. */
export class Evidence implements QueryContext {
  readonly categoryField: string;
  /** The events that are looked at. */
  readonly scope: EventScope;
  private readonly inventory: ReadonlyMap<string, InventoryField>;

  /** @param seen only that; null: all that the case holds */
  constructor(file: CaseFile, seen: SeenEvidence | null = null) {
    this.categoryField = "event.category";
    const inventory = readInventory(file);
    this.inventory = seen === null ? inventory : inventoryAt(inventory, seen);
    this.scope =
      seen === null ? { total: countEvents(file), last: null } : { total: seen.events, last: BigInt(seen.lastEvent) };
  }

  /** No evidence at all: fields have the types of the catalogue. */
  static blank(): Evidence {
    const scope: EventScope = { total: 0, last: null };
    const nothing = { categoryField: "event.category", scope, inventory: new Map<string, InventoryField>() };
    return Object.assign(Object.create(Evidence.prototype) as Evidence, nothing);
  }

  /** The same evidence, for a rule that names another category field. */
  static withCategoryField(evidence: Evidence, categoryField: string): Evidence {
    return Object.assign(Object.create(Evidence.prototype) as Evidence, evidence, { categoryField });
  }

  get totalEvents(): number {
    return this.scope.total;
  }

  field(path: string): InventoryField | undefined {
    return this.inventory.get(path);
  }

  /** Every field that some event has. */
  fields(): IterableIterator<InventoryField> {
    return this.inventory.values();
  }

  hasField(path: string): boolean {
    return path === TIME_FIELD || this.inventory.has(path);
  }

  typeOf(path: string): FieldType {
    if (path === TIME_FIELD) return "date";
    return this.inventory.get(path)?.type ?? catalogueField(path)?.type ?? "keyword";
  }

  storageOf(path: string): FieldStorage {
    if (path === TIME_FIELD) return TIME;
    const field = this.inventory.get(path);
    if (field === undefined) return ABSENT;
    const { id, column, side, values, familyId, lists, indexed } = field;
    return { kind: "stored", path, id, column, side, values, family: familyId, lists: lists > 0, indexed };
  }

  /** Fields that a query reads and that have no column yet: their side tables have to be filled first. */
  withoutStorage(paths: Iterable<string>): string[] {
    return [...new Set(paths)].filter((path) => this.inventory.get(path)?.complete === false);
  }

  parseDate(value: string | bigint | number): bigint | null {
    if (typeof value !== "string") return BigInt(Math.trunc(Number(value))) * 1_000_000n;
    const time = parseTimestamp(value);
    return time === null ? null : toNanoseconds(time);
  }
}

/** The inventory as it was: without the fields that came later, and with the types that the values made then. */
function inventoryAt(
  inventory: ReadonlyMap<string, InventoryField>,
  { lastEvent, lastField, types }: SeenEvidence,
): Map<string, InventoryField> {
  const then = new Map<string, InventoryField>();
  for (const [path, field] of inventory) {
    if (field.id > lastField) continue;
    const complete = field.column || (field.side && field.sideUntil >= lastEvent);
    const type = field.typedBy === "data" ? (types[path] ?? "keyword") : field.type;
    then.set(path, { ...field, complete, type });
  }
  return then;
}
