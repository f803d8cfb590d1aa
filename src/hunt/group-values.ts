import { isoTime } from "../base/time-text.ts";
import type { FieldType } from "../ecs/field-type.ts";
import type { ValuePlace } from "../store/event-values.ts";
import { readStoredValues, type StoredValues } from "../store/stored-values.ts";
import type { EngineContext } from "./engine-context.ts";

/** An event and, per field, its values as text, each once. */
export interface EventTexts {
  readonly event: number;
  readonly texts: readonly (readonly string[])[];
}

/** The values of fields of many events, in the order of the events. A field that no event has is empty in all. */
export function* readTexts(
  engine: EngineContext,
  events: readonly number[],
  paths: readonly string[],
): Generator<EventTexts> {
  const fields = paths.map((path) => ({
    storage: engine.evidence.storageOf(path),
    type: engine.evidence.typeOf(path),
  }));
  const present = fields.filter(({ storage }) => storage.kind !== "absent");
  const places = present.flatMap(({ storage }): (ValuePlace | "time")[] => {
    if (storage.kind === "time") return ["time"];
    return storage.kind === "stored" ? [storage] : [];
  });
  for (const { event, values } of readStoredValues(engine.file, events, places)) {
    const texts = fields.map((field) => {
      const stored = values[present.indexOf(field)] ?? [];
      const { storage, type } = field;
      const inDictionary = storage.kind === "stored" && storage.values === "dictionary";
      return inDictionary ? dictionaryTexts(engine, stored) : [...new Set(stored.map((value) => toText(type, value)))];
    });
    yield { event, texts };
  }
}

function dictionaryTexts(engine: EngineContext, stored: StoredValues): readonly string[] {
  const [only] = stored;
  if (stored.length === 1 && typeof only === "bigint") return engine.values.texts(only);
  return stored.flatMap((id) => (typeof id === "bigint" ? engine.values.texts(id) : []));
}

function toText(type: FieldType, value: bigint | number): string {
  if (type === "boolean") return Number(value) === 1 ? "true" : "false";
  return type === "date" ? isoTime(BigInt(value)) : String(value);
}

/** Every way to take one value per field; none where a field is missing. */
export function combinations(texts: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return texts.reduce<readonly (readonly string[])[]>(
    (all, values) => all.flatMap((head) => values.map((value) => [...head, value])),
    [[]],
  );
}
