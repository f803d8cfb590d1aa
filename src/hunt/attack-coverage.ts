import type { Rule } from "../rules/rule.ts";
import type { Engine } from "./engine.ts";
import { prepareRule } from "./prepare-rule.ts";
import { toTask } from "./rule-task.ts";
import { needsOf } from "./run-rule.ts";

/** Rules for a tactic or a technique of ATT&CK. */
export interface Coverage {
  readonly id: string;
  readonly name: string;
  readonly rules: number;
  /** Those of them that this evidence lets look: supported, and none of what they need is missing; null without a case. */
  readonly able: number | null;
}

export interface TacticCoverage extends Coverage {
  /** By id; subtechniques of their own. */
  readonly techniques: readonly Coverage[];
}

/** Whether a rule can look at all into this evidence. */
export function canLook(engine: Engine, rule: Rule): boolean {
  const task = toTask(rule);
  const prepared = prepareRule(task, engine.evidence, false);
  return prepared.ok && needsOf(engine, task, prepared.plan).length === 0;
}

/** The ATT&CK matrix of a pack, tactics and techniques by id. @param able null: not asked */
export function attackCoverage(rules: readonly Rule[], able: ((rule: Rule) => boolean) | null): TacticCoverage[] {
  const tactics = new Map<string, { all: Cell; techniques: Map<string, Cell> }>();
  for (const rule of rules) {
    const looks = able === null ? null : able(rule);
    for (const { tactic, techniques } of rule.threat) {
      const entry = tactics.get(tactic.id) ?? { all: newCell(tactic.name), techniques: new Map<string, Cell>() };
      tactics.set(tactic.id, entry);
      count(entry.all, looks);
      for (const { id, name } of techniques.flatMap((technique) => [technique, ...technique.subtechniques])) {
        const cell = entry.techniques.get(id) ?? newCell(name);
        entry.techniques.set(id, cell);
        count(cell, looks);
      }
    }
  }
  return byId(tactics).map(([id, { all, techniques }]) => ({
    ...toCoverage(id, all, able !== null),
    techniques: byId(techniques).map(([technique, cell]) => toCoverage(technique, cell, able !== null)),
  }));
}

interface Cell {
  readonly name: string;
  rules: number;
  able: number;
}

function newCell(name: string): Cell {
  return { name, rules: 0, able: 0 };
}

function count(cell: Cell, looks: boolean | null): void {
  cell.rules += 1;
  if (looks === true) cell.able += 1;
}

function toCoverage(id: string, { name, rules, able }: Cell, asked: boolean): Coverage {
  return { id, name, rules, able: asked ? able : null };
}

function byId<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
