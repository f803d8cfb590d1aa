import type { CaseFile } from "./case-file.ts";
import { sideIndexes } from "./side-rows.ts";

/**
 * Columns through which most of a hunt goes. They are indexed where they are present; others when a pack asks for them.
 */
const INDEXED = [
  "process.name",
  "process.args",
  "process.parent.name",
  "file.path",
  "process.entity_id",
  "process.parent.entity_id",
];

interface IndexPlan {
  readonly name: string;
  readonly sql: string;
}

function indexPlans(file: CaseFile): IndexPlan[] {
  const columns = file.db
    .prepare<[], { id: number; path: string }>("SELECT id, path FROM field WHERE has_column = 1")
    .all()
    .filter(({ path }) => INDEXED.includes(path))
    .map(({ id }) => ({ name: `event_f${id}`, sql: `ON event (f${id}) WHERE f${id} IS NOT NULL` }));
  const sides = file.db
    .prepare<[], number>("SELECT id FROM field WHERE has_side = 1 ORDER BY id")
    .pluck()
    .all()
    .flatMap(sideIndexes);
  return [
    { name: "value_folded", sql: "ON value (family, folded, text) WHERE folded IS NOT NULL" },
    { name: "value_ip", sql: "ON value (ip) WHERE ip IS NOT NULL" },
    { name: "value_odd", sql: "ON value (family) WHERE odd IS NOT NULL" },
    { name: "value_item_item", sql: "ON value_item (item, list)" },
    { name: "event_time", sql: "ON event (time)" },
    ...columns,
    ...sides,
  ];
}

/** Through which another load finds the events that its documents may repeat. Made when it begins. */
const IDENTITY_INDEXES: readonly IndexPlan[] = [
  { name: "event_identity", sql: "ON event (identity)" },
  { name: "event_hit", sql: "ON event (hit) WHERE hit IS NOT NULL" },
];

/** Builds the indexes of side tables that were filled. Temporary tables of the connection stay. */
export function buildSideIndexes(file: CaseFile, fields: readonly number[]): void {
  for (const plan of fields.flatMap(sideIndexes)) create(file, plan);
}

/** Whether the last load was completed, and left its indexes. */
export function hasIndexes(file: CaseFile): boolean {
  const names = new Set(
    file.db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'index'").pluck().all(),
  );
  return indexPlans(file).every(({ name }) => names.has(name));
}

/** Builds the indexes on the identities of events where they are missing. */
export function ensureIdentityIndexes(file: CaseFile): void {
  withSorting(file, () => {
    for (const plan of IDENTITY_INDEXES) create(file, plan);
  });
}

/** Builds what indexes are missing after a load, and gathers statistics. `onStep` gets the share that is done. */
export function buildIndexes(file: CaseFile, onStep: (done: number) => void = () => undefined): void {
  for (const done of indexSteps(file)) onStep(done);
}

/** As `buildIndexes`, one step at a time: tells the share that is done before each. It may be left in between. */
export function* indexSteps(file: CaseFile): Generator<number, void> {
  const plans = indexPlans(file);
  for (const [index, plan] of plans.entries()) {
    yield index / (plans.length + 1);
    withSorting(file, () => create(file, plan));
  }
  yield plans.length / (plans.length + 1);
  withSorting(file, () => {
    file.db.pragma("analysis_limit = 1000");
    file.db.exec("ANALYZE");
  });
}

function create(file: CaseFile, { name, sql }: IndexPlan): void {
  file.db.exec(`CREATE INDEX IF NOT EXISTS ${name} ${sql}`);
}

/**
 * Sorting in pieces of the cache's size, on disk and by helper threads: faster than all at once in memory, and bounded.
 * Temporary tables of the connection are lost.
 */
function withSorting(file: CaseFile, work: () => void): void {
  file.db.pragma("temp_store = FILE");
  file.db.pragma("cache_size = -8192");
  file.db.pragma("threads = 2");
  try {
    work();
  } finally {
    file.db.pragma("temp_store = MEMORY");
    file.db.pragma("cache_size = -65536");
  }
}

/** Drops the indexes that slow a large load down; `buildIndexes` makes them anew. */
export function dropIndexes(file: CaseFile): void {
  for (const { name } of [...indexPlans(file), ...IDENTITY_INDEXES]) file.db.exec(`DROP INDEX IF EXISTS ${name}`);
}
