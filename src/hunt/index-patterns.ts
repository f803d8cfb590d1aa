import type { Expression } from "../eql/ast.ts";
import { anyOf, exists, not, oneOf, pattern } from "../kql/condition.ts";
import type { Evidence } from "./evidence.ts";

/** Fields that say which index an event was in. */
const DATASETS = ["data_stream.dataset", "event.dataset"] as const;
const MODULE = "event.module";
const AGENT = "agent.type";

/** Elastic's older shippers: one index for all; their modules tell them where the agent's type is not kept. */
const SHIPPERS: Readonly<Record<string, readonly string[]>> = {
  auditbeat: ["auditd", "system", "file_integrity"],
  endgame: ["endgame"],
  filebeat: [],
  heartbeat: [],
  journalbeat: [],
  packetbeat: [],
  winlogbeat: ["sysmon", "security", "powershell"],
};

/**
 * The events that are of one of the indices, by Elastic's naming (`logs-<dataset>-<namespace>`, `winlogbeat-*`,
 * `.alerts-*`): a dump rarely says from which index its documents came. An event that says nothing of its origin is of
 * every index. null: no pattern, or one that takes everything.
 */
export function indexCondition(patterns: readonly string[], evidence: Evidence): Expression | null {
  if (patterns.length === 0 || patterns.some((each) => /^(?:logs-)?\*(?:-\*)?$/.test(each))) return null;
  const known = (field: string): boolean => evidence.field(field)?.complete === true;
  const fields = [...DATASETS, MODULE, AGENT].filter(known);
  const datasets = DATASETS.filter(known);
  const exact = new Set<string>();
  const wild = new Set<string>();
  const others: Expression[] = [];
  for (const each of patterns) {
    // A dataset has no `-`: what follows one is the namespace.
    const dataset = /^(?:\*:)?(?:logs|metrics|traces)-([^-]+)/.exec(each)?.[1];
    const shipper = /^(?:\*:)?([a-z]+)-/.exec(each)?.[1] ?? "";
    if (dataset !== undefined) (dataset.includes("*") ? wild : exact).add(dataset);
    else if (Object.hasOwn(SHIPPERS, shipper)) {
      if (known(AGENT)) others.push(oneOf(AGENT, [shipper], false));
      const modules = SHIPPERS[shipper] ?? [];
      if (known(MODULE) && modules.length > 0) others.push(oneOf(MODULE, modules, false));
    } else if (each.startsWith(".alerts-")) others.push(oneOf("event.kind", ["signal"], false));
  }
  return anyOf([
    ...datasets.flatMap((field) => (exact.size > 0 ? [oneOf(field, [...exact], false)] : [])),
    ...datasets.flatMap((field) => (wild.size > 0 ? [pattern(field, "like", [...wild])] : [])),
    ...others,
    not(anyOf(fields.map((field) => exists(field)))),
  ]);
}
