import type { Condition, Plan } from "../plan/plan.ts";
import type { Rule } from "../rules/rule.ts";
import { KIND_FIELDS, type SourceKinds } from "../store/source-kinds.ts";
import { missingNeeds } from "./blind.ts";
import type { Evidence } from "./evidence.ts";
import { groupFields, prepareRule } from "./prepare-rule.ts";
import { type RuleTask, toTask } from "./rule-task.ts";

/**
 * Families of rules by what they look at: values of `event.category`, as EQL names them before `where`. A field stands
 * for the family where events of another category hold it (Elastic Defend's lookups of names are of the category network).
 */
const FAMILIES: readonly {
  readonly family: string;
  readonly categories: readonly string[];
  readonly field?: string;
}[] = [
  { family: "process", categories: ["process"] },
  { family: "network", categories: ["network"] },
  { family: "dns", categories: ["dns"], field: "dns.question.name" },
  { family: "file", categories: ["file"] },
  { family: "registry", categories: ["registry"] },
  { family: "library", categories: ["library"] },
  { family: "driver", categories: ["driver"] },
  { family: "authentication", categories: ["authentication"] },
  { family: "session", categories: ["session"] },
  { family: "iam", categories: ["iam"] },
  { family: "configuration", categories: ["configuration"] },
  { family: "api", categories: ["api"] },
  { family: "web", categories: ["web"] },
];

/** Values of `event.kind` that mark an alert of another tool. */
const ALERTS = ["alert", "signal"];

/** What a source holds for a family of rules. */
export interface FamilyOfSource {
  /** `process`, `network`, ...; `alert` for alerts of other tools; a category of the evidence that has no family of its own. */
  readonly family: string;
  readonly events: number;
  /** Rules of the pack that look at the family, and those of them that this source alone lets look. */
  readonly rules: number;
  readonly able: number;
}

/** Which rules a source can feed. */
export interface FamiliesOfSource {
  readonly source: number;
  readonly families: readonly FamilyOfSource[];
  /** Rules of the pack that can be run, and those of them that this source alone lets look: none of what they need is missing. */
  readonly rules: number;
  readonly able: number;
}

/**
 * Tells per source which families of rules it can feed. A rule that needs several sources together (a sequence over two
 * logs) can look into none of them alone.
 * @param rules the pack to be asked; those that cannot be run are not counted
 */
export function familiesOfSources(
  sources: readonly SourceKinds[],
  rules: readonly Rule[],
  evidence: Evidence,
): FamiliesOfSource[] {
  const asked = rules.flatMap((rule) => {
    const task = toTask(rule);
    const prepared = prepareRule(task, evidence, false);
    if (!prepared.ok) return [];
    return [{ task, plan: prepared.plan, families: familiesOf(prepared.plan, task, evidence) }];
  });
  return sources.map((source) => {
    const able = asked.filter(({ task, plan }) => canLookInto(source, task, plan, evidence));
    const count = (list: typeof asked, family: string): number =>
      list.filter(({ families }) => families.has(family)).length;
    const families = eventsByFamily(source).map(([family, events]): FamilyOfSource => ({
      ...{ family, events },
      ...{ rules: count(asked, family), able: count(able, family) },
    }));
    return { source: source.source, families, rules: asked.length, able: able.length };
  });
}

/** Every family, then alerts, then categories of the source that belong to none. */
function eventsByFamily({ values, fields }: SourceKinds): [family: string, events: number][] {
  const categories = values["event.category"];
  const sum = (map: ReadonlyMap<string, number>, keys: readonly string[]): number =>
    keys.reduce((total, key) => total + (map.get(key) ?? 0), 0);
  const known = new Set(FAMILIES.flatMap((family) => family.categories));
  return [
    ...FAMILIES.map(({ family, categories: own, field }): [string, number] => [
      family,
      Math.max(sum(categories, own), field === undefined ? 0 : (fields.get(field) ?? 0)),
    ]),
    ["alert", sum(values["event.kind"], ALERTS)],
    ...[...categories].filter(([category]) => !known.has(category)).sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
}

function canLookInto(source: SourceKinds, task: RuleTask, plan: Plan, evidence: Evidence): boolean {
  const hasField = (path: string): boolean => path === "@timestamp" || source.fields.has(path);
  const categoryField = task.eventCategoryOverride ?? evidence.categoryField;
  const needs = missingNeeds(plan, {
    hasField,
    kindFields: new Set([categoryField, "event.dataset", "data_stream.dataset", "host.os.type"]),
    hasAnyValue(path, values) {
      const kind = KIND_FIELDS.find((field) => field === path);
      return kind === undefined || values.some((value) => source.values[kind].has(value));
    },
  });
  return source.events > 0 && needs.length === 0 && groupFields(task).every(hasField);
}

/** The families whose category a rule asks for. */
function familiesOf(plan: Plan, task: RuleTask, evidence: Evidence): Set<string> {
  const field = task.eventCategoryOverride ?? evidence.categoryField;
  const conditions =
    plan.kind === "event"
      ? [plan.stage.condition]
      : plan.kind === "sequence"
        ? plan.stages.map((stage) => stage.plan.condition)
        : plan.stages.map((stage) => stage.condition);
  const found = new Set<string>();
  for (const condition of conditions) {
    for (const category of valuesAsked(condition, field)) {
      const family = FAMILIES.find(({ categories }) => categories.includes(category));
      found.add(family?.family ?? category);
    }
    if (valuesAsked(condition, "event.kind").some((kind) => ALERTS.includes(kind))) found.add("alert");
  }
  return found;
}

/** Values that a condition asks of a keyword field, other than below a `not`. */
function valuesAsked(condition: Condition, path: string): readonly string[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.operands.flatMap((operand) => valuesAsked(operand, path));
    case "text":
      return condition.field.path === path && condition.test.op === "equals" ? condition.test.values : [];
    default:
      return [];
  }
}
