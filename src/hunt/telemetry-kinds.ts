import { distinctValues } from "../store/distinct-values.ts";
import type { NeedContext } from "./blind.ts";
import type { EngineContext } from "./engine-context.ts";

/** Fields whose values name a kind of telemetry. */
const DATASET_FIELDS = ["event.dataset", "data_stream.dataset"] as const;

const known = new WeakMap<EngineContext, Map<string, ReadonlySet<string>>>();

/** Which categories and datasets the evidence of an engine has; read once. */
export function kindContext(engine: EngineContext): NeedContext {
  const kinds = known.get(engine) ?? new Map<string, ReadonlySet<string>>();
  known.set(engine, kinds);
  return {
    hasField: (path) => engine.evidence.hasField(path),
    kindFields: new Set([engine.evidence.categoryField, ...DATASET_FIELDS]),
    hasAnyValue: (path, values) => {
      let present = kinds.get(path);
      if (present === undefined) {
        present = readKinds(engine, path);
        kinds.set(path, present);
      }
      return values.some((value) => present.has(value));
    },
  };
}

function readKinds(engine: EngineContext, path: string): ReadonlySet<string> {
  const storage = engine.evidence.storageOf(path);
  if (storage.kind !== "stored" || storage.values !== "dictionary") return new Set();
  const ids = distinctValues(engine.file, storage.column ? "column" : "side", storage.id);
  return new Set(ids.flatMap((id) => engine.values.texts(id)));
}
