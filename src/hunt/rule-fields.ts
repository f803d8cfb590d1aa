import { parseQuery } from "../eql/parser.ts";
import type { Evidence } from "./evidence.ts";
import { fieldsOfQuery } from "./prepare-query.ts";
import type { RuleTask } from "./run-rule.ts";

/** Fields that a rule reads, as far as its text can be read; more than the evidence has. */
export function fieldsOfTask(task: RuleTask, evidence: Evidence): Set<string> {
  const fields = new Set([task.eventCategoryOverride ?? evidence.categoryField]);
  if (task.query === null || task.language !== "eql") return fields;
  const { query } = parseQuery(task.query);
  if (query !== null) for (const path of fieldsOfQuery(query)) fields.add(path);
  return fields;
}
