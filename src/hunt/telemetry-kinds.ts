import type { Expression } from "../eql/ast.ts";
import type { NeedContext } from "./blind.ts";
import type { EngineContext } from "./engine-context.ts";

/** Fields whose values name a kind of telemetry. */
const DATASET_FIELDS = ["event.dataset", "data_stream.dataset"] as const;

const known = new WeakMap<EngineContext, Map<string, boolean>>();

/**
 * Which categories and datasets the evidence of an engine has; each asked once. A rule may name another category field.
 */
export function kindContext(engine: EngineContext, categoryOverride: string | null = null): NeedContext {
  const answers = known.get(engine) ?? new Map<string, boolean>();
  known.set(engine, answers);
  return {
    hasField: (path) => engine.evidence.hasField(path),
    kindFields: new Set([categoryOverride ?? engine.evidence.categoryField, ...DATASET_FIELDS]),
    hasAnyValue: (path, values) => {
      // Without a table nothing is known yet.
      if (engine.evidence.withoutStorage([path]).length > 0) return true;
      const key = JSON.stringify([path, values]);
      let answer = answers.get(key);
      if (answer === undefined) {
        answer = engine.any(inValues(path, values));
        answers.set(key, answer);
      }
      return answer;
    },
  };
}

/** `path in (values)`. */
function inValues(name: string, values: readonly string[]): Expression {
  const span = { start: 0, end: 0 };
  return {
    kind: "in",
    negated: false,
    caseInsensitive: false,
    operand: { kind: "field", name, optional: false, span },
    items: values.map((value) => ({ kind: "literal", value, span })),
    span,
  };
}
