import { formatDate } from "../eql/date-text.ts";
import type { KeyPlan, StagePlan } from "../plan/plan.ts";
import { chooseDriver } from "../sql/choose-driver.ts";
import type { CandidateKey, CandidateStage } from "../sql/compile-sequence.ts";
import type { FieldStorage } from "../sql/storage.ts";
import type { EngineContext } from "./engine-context.ts";
import type { JoinKey } from "./engine-result.ts";
import type { Candidate, KeyPart } from "./sequence-machine.ts";

/** The distinct stages of a plan, ready to be compiled, and how to read the keys of their rows. */
export interface Candidates {
  readonly stages: readonly CandidateStage[];
  /** Per stage whether nothing can be at it: its condition is false, or a mandatory key is missing everywhere. */
  readonly never: readonly boolean[];
  /** Rows (stage, id, seconds, nanos, key...) in event order, gathered by event. */
  gather(rows: Iterable<unknown[]>): IterableIterator<Candidate>;
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
  return {
    stages,
    never: stages.map(
      (stage) =>
        (stage.condition.kind === "constant" && !stage.condition.value) ||
        stage.keys.some((key) => !key.optional && key.storage.kind === "absent"),
    ),
    gather: (rows) => gather(rows, readers),
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

/** The values of one key position of a row; empty when a mandatory key is missing. */
type KeyReader = (raw: unknown) => readonly KeyPart[];

function keyReader(engine: EngineContext, key: KeyPlan, storage: FieldStorage | undefined, shared: boolean): KeyReader {
  const whenMissing: readonly KeyPart[] = key.optional ? [null] : [];
  if (storage?.kind === "stored" && storage.values === "dictionary") {
    if (shared && !storage.lists) return (raw) => (typeof raw === "number" ? [raw] : whenMissing);
    if (shared) {
      return (raw) => (typeof raw === "number" ? engine.values.items(BigInt(raw)).map(Number) : whenMissing);
    }
    return (raw) =>
      typeof raw === "number" ? engine.values.texts(BigInt(raw)).map((text) => `s${text}`) : whenMissing;
  }
  return (raw) => {
    if (typeof raw !== "string") return whenMissing;
    const texts = raw.startsWith("[") ? raw.slice(1, -1).split(",") : [raw];
    return [...new Set(texts)].map((text) => `n${text}`);
  };
}

function decodePart(engine: EngineContext, part: KeyPart, shared: boolean, date: boolean): JoinKey {
  if (part === null) return null;
  if (date && typeof part === "string") return formatDate(BigInt(part.slice(1)));
  if (shared && typeof part === "number") return engine.values.texts(BigInt(part))[0] ?? null;
  return String(part).slice(1);
}

function* gather(rows: Iterable<unknown[]>, readers: readonly (readonly KeyReader[])[]): IterableIterator<Candidate> {
  let id = -1;
  let seconds = 0;
  let nanos = 0;
  let stages: { stage: number; keys: (readonly KeyPart[])[] }[] = [];
  for (const row of rows) {
    const [stage, event] = row as [number, number];
    if (event !== id) {
      if (stages.length > 0) yield { id, seconds, nanos, stages };
      id = event;
      seconds = (row[2] as number | null) ?? 0;
      nanos = (row[3] as number | null) ?? 0;
      stages = [];
    }
    const keys = combine(readers[stage] ?? [], row);
    if (keys.length > 0) stages.push({ stage, keys });
  }
  if (stages.length > 0) yield { id, seconds, nanos, stages };
}

/** The cartesian product of the positions' values (SEMANTICS 11.3). */
function combine(readers: readonly KeyReader[], row: readonly unknown[]): (readonly KeyPart[])[] {
  let keys: (readonly KeyPart[])[] = [[]];
  for (const [position, read] of readers.entries()) {
    const values = read(row[4 + position]);
    const [only] = values;
    if (values.length === 1 && only !== undefined && keys.length === 1) keys = [[...(keys[0] ?? []), only]];
    else keys = keys.flatMap((key) => values.map((value) => [...key, value]));
  }
  return keys;
}
