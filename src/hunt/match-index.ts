import { compileCondition } from "../eql/evaluate.ts";
import { readStoredValues } from "../store/stored-values.ts";
import type { EngineContext } from "./engine-context.ts";
import { indexCondition } from "./index-patterns.ts";
import { fieldsOfQuery } from "./prepare-query.ts";
import { documentOf } from "./residual.ts";
import type { RuleMatch } from "./rule-task.ts";

/** Marks the matches of which no event is of an index that the rule was written for. */
export function markOutside(
  engine: EngineContext,
  patterns: readonly string[],
  matches: readonly RuleMatch[],
): readonly RuleMatch[] {
  const condition = matches.length === 0 ? null : indexCondition(patterns, engine.evidence);
  if (condition === null) return matches;
  const isInside = compileCondition(condition);
  const places = [...fieldsOfQuery(condition)].flatMap((path) => {
    const storage = engine.evidence.storageOf(path);
    return storage.kind === "stored" ? [storage] : [];
  });
  const events = new Set(matches.flatMap((match) => match.events.filter((event) => event !== null)));
  const inside = new Set<number>();
  // Few combinations of datasets and modules occur: each is decided once.
  const decided = new Map<string, boolean>();
  for (const { event, values } of readStoredValues(engine.file, [...events], places)) {
    const origin = values.map((stored) => stored.join()).join("|");
    const known = decided.get(origin) ?? isInside(documentOf(engine, event));
    decided.set(origin, known);
    if (known) inside.add(event);
  }
  return matches.map((match) =>
    match.events.some((event) => event !== null && inside.has(event)) ? match : { ...match, outsideIndex: true },
  );
}
