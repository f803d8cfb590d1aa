import type { FieldType } from "../ecs/field-type.ts";
import { compileCondition } from "../eql/evaluate.ts";
import type { DocumentValues, Value } from "../eql/values.ts";
import type { StagePlan } from "../plan/plan.ts";
import { readFieldValues } from "../store/event-values.ts";
import type { EngineContext } from "./engine-context.ts";
import { toEqlValue } from "./leaf-evaluator.ts";
import type { SequenceShape } from "./sequence-machine.ts";

/**
 * The test of conditions that read fields of earlier stages (`alias.name`), on the events themselves; null where no
 * stage has one.
 */
export function residualTest(engine: EngineContext, positive: readonly StagePlan[]): SequenceShape["accepts"] {
  if (positive.every((stage) => stage.residual === null)) return null;
  const conditions = positive.map((stage) => (stage.residual === null ? null : compileCondition(stage.residual)));
  return (position, event, earlier) => {
    const condition = conditions[position];
    if (condition === null || condition === undefined) return true;
    const stages = earlier.map((id) => documentOf(engine, id));
    return condition(documentOf(engine, event), { stages });
  };
}

/** The values of an event, decoded as they are asked for. */
export function documentOf(engine: EngineContext, event: number): DocumentValues {
  const known = new Map<string, readonly Value[]>();
  return {
    values: (path) => {
      let values = known.get(path);
      if (values === undefined) {
        values = readValues(engine, event, path, engine.evidence.typeOf(path));
        known.set(path, values);
      }
      return values;
    },
  };
}

function readValues(engine: EngineContext, event: number, path: string, type: FieldType): Value[] {
  const storage = engine.evidence.storageOf(path);
  if (storage.kind === "absent") return [];
  const stored = readFieldValues(engine.file, BigInt(event), storage.kind === "time" ? "time" : storage);
  const isText = storage.kind === "stored" && storage.values === "dictionary";
  const raw = isText ? stored.flatMap((id) => (typeof id === "bigint" ? engine.values.texts(id) : [])) : stored;
  return raw.flatMap((value) => toEqlValue(type, value) ?? []);
}
