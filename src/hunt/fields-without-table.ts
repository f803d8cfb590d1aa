import type { SeenEvidence } from "../store/seen-evidence.ts";
import { Engine } from "./engine.ts";
import { prepareRule } from "./prepare-rule.ts";
import type { RuleTask } from "./rule-task.ts";
import { fieldsOfTask, needsOf } from "./run-rule.ts";

/**
 * Fields that rules read and of which a case keeps no values yet, sorted. Rules that are blind whatever these fields
 * hold are left out: filling a table takes a pass over the originals.
 */
export async function fieldsWithoutTable(
  casePath: string,
  tasks: readonly RuleTask[],
  seen: SeenEvidence | null,
): Promise<string[]> {
  const engine = await Engine.open(casePath, seen);
  try {
    const fields = tasks.flatMap((task) => {
      const prepared = prepareRule(task, engine.evidence, false);
      if (!prepared.ok) return [];
      const missing = engine.evidence.withoutStorage(fieldsOfTask(engine, task, prepared.fields));
      return missing.length === 0 || needsOf(engine, task, prepared.plan).length > 0 ? [] : missing;
    });
    return [...new Set(fields)].sort();
  } finally {
    engine.close();
  }
}
