import { formatDate } from "../eql/date-text.ts";
import type { KeyPlan, StagePlan } from "../plan/plan.ts";
import { chooseDriver } from "../sql/choose-driver.ts";
import type { CandidateKey, CandidateStage } from "../sql/compile-sequence.ts";
import type { CompiledStatement } from "../sql/fragments.ts";
import type { FieldStorage } from "../sql/storage.ts";
import { CandidateTable } from "./candidate-table.ts";
import type { EngineContext } from "./engine-context.ts";
import type { JoinKey } from "./engine-result.ts";
import { type KeyPart, KeyTable } from "./key-table.ts";

/** The distinct stages of a plan, ready to be compiled, and how to read the keys of their rows. */
export interface Candidates {
  readonly stages: readonly CandidateStage[];
  /** Per stage whether nothing can be at it: its condition is false, or a mandatory key is missing everywhere. */
  readonly never: readonly boolean[];
  /** The join keys that the rows read so far have. */
  readonly keys: KeyTable;
  /** Runs the statement that `compileCandidates` made. */
  read(statement: CompiledStatement): CandidateTable;
  /** A key as the evidence has it. */
  decode(key: readonly KeyPart[]): JoinKey[];
  /** Whether SQL can compare the keys: every key has one value only, kept the same way in every stage. */
  readonly comparableKeys: boolean;
}

/**
 * @param plans distinct stages, all with the same number of keys
 * @param required those without which there is no match
 */
export function prepareCandidates(
  engine: EngineContext,
  plans: readonly StagePlan[],
  required: ReadonlySet<StagePlan> = new Set(plans),
): Candidates {
  const storages = plans.map((plan) => plan.keys.map((key) => engine.evidence.storageOf(key.field.path)));
  const positions = plans[0]?.keys.length ?? 0;
  const shared = Array.from({ length: positions }, (_, position) => isShared(storages.map((row) => row[position])));
  const stages = plans.map((plan, index): CandidateStage => {
    const condition = engine.resolve(plan);
    const estimate = chooseDriver(condition)?.events ?? engine.evidence.totalEvents;
    const keys = plan.keys.map((key, position): CandidateKey => ({
      storage: storages[index]?.[position] ?? { kind: "absent" },
      optional: key.optional,
      shared: shared[position] === true,
    }));
    return { condition, keys, estimate, required: required.has(plan) };
  });
  const dates = Array.from({ length: positions }, (_, position) => plans[0]?.keys[position]?.field.type === "date");
  const readers = plans.map((plan, index) =>
    plan.keys.map((key, position) => keyReader(engine, key, storages[index]?.[position], shared[position] === true)),
  );
  const keys = new KeyTable(positions);
  return {
    stages,
    never: stages.map(
      (stage) =>
        (stage.condition.kind === "constant" && !stage.condition.value) ||
        stage.keys.some((key) => !key.optional && key.storage.kind === "absent"),
    ),
    keys,
    read: (statement) => readTable(engine, statement, readers, keys),
    decode: (key) =>
      key.map((part, position) => decodePart(engine, part, shared[position] === true, dates[position] === true)),
    comparableKeys:
      shared.every(Boolean) && storages.flat().every((storage) => storage.kind !== "stored" || !storage.lists),
  };
}

/** All stages keep the key as ids of one family, so that ids can be compared. */
function isShared(storages: readonly (FieldStorage | undefined)[]): boolean {
  const families = storages.flatMap((storage) => {
    if (storage === undefined || storage.kind === "absent") return [];
    return storage.kind === "stored" && storage.values === "dictionary" ? [storage.family] : [null];
  });
  return families.length > 0 && families.every((family) => family !== null && family === families[0]);
}

/** The values of one key position of a row: one, several, or undefined when a mandatory key is missing. */
type KeyReader = (raw: unknown) => KeyPart | readonly KeyPart[] | undefined;

function keyReader(engine: EngineContext, key: KeyPlan, storage: FieldStorage | undefined, shared: boolean): KeyReader {
  const whenMissing = key.optional ? null : undefined;
  if (storage?.kind === "stored" && storage.values === "dictionary") {
    if (shared && !storage.lists) return (raw) => (typeof raw === "number" ? raw : whenMissing);
    if (shared) {
      return (raw) => (typeof raw === "number" ? engine.values.items(BigInt(raw)).map(Number) : whenMissing);
    }
    return (raw) =>
      typeof raw === "number" ? engine.values.texts(BigInt(raw)).map((text) => `s${text}`) : whenMissing;
  }
  return (raw) => {
    if (typeof raw !== "string") return whenMissing;
    return raw.startsWith("[") ? [...new Set(raw.slice(1, -1).split(","))].map((text) => `n${text}`) : `n${raw}`;
  };
}

function decodePart(engine: EngineContext, part: KeyPart, shared: boolean, date: boolean): JoinKey {
  if (part === null) return null;
  if (date && typeof part === "string") return formatDate(BigInt(part.slice(1)));
  if (shared && typeof part === "number") return engine.values.texts(BigInt(part))[0] ?? null;
  return String(part).slice(1);
}

/** Column of the first key in a row of candidates. */
const FIRST_KEY = 5;

function readTable(
  engine: EngineContext,
  statement: CompiledStatement,
  readers: readonly (readonly KeyReader[])[],
  keys: KeyTable,
): CandidateTable {
  const table = new CandidateTable();
  const parts: KeyPart[] = [];
  engine.file.feed(statement, (row) => {
    const [stage, id, seconds, nanos, tiebreaker] = row as CandidateRow;
    const found = keysOfRow(row, readers[stage] ?? [], keys, parts);
    if (found !== null) table.add(stage, id, seconds, nanos, tiebreaker, found);
  });
  table.sort();
  return table;
}

/** As `sql/compile-sequence.ts` has them; key columns follow. */
type CandidateRow = readonly [
  stage: number,
  id: number,
  seconds: number | null,
  nanos: number | null,
  tiebreaker: number | string | null,
];

/** The key of a row; of several values the keys, the cartesian product of the positions (SEMANTICS 11.3); null: none. */
function keysOfRow(
  row: readonly unknown[],
  readers: readonly KeyReader[],
  keys: KeyTable,
  parts: KeyPart[],
): number | readonly number[] | null {
  let several: (readonly KeyPart[])[] | null = null;
  for (let position = 0; position < readers.length; position++) {
    const values = readers[position]?.(row[FIRST_KEY + position]);
    if (values === undefined) return null;
    if (values === null || typeof values !== "object") parts[position] = values;
    else {
      if (values.length === 0) return null;
      several ??= readers.map(() => []);
      several[position] = values;
    }
  }
  if (several === null) return keys.intern(parts);
  const lists = several.map((values, position) => (values.length > 0 ? values : [parts[position] ?? null]));
  return product(lists).map((each) => keys.intern(each));
}

function product(lists: readonly (readonly KeyPart[])[]): (readonly KeyPart[])[] {
  return lists.reduce<(readonly KeyPart[])[]>(
    (keys, values) => keys.flatMap((key) => values.map((value) => [...key, value])),
    [[]],
  );
}
