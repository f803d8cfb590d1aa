import { FieldReader } from "./field-reader.ts";
import type { FieldReport } from "./field-reader.ts";
import type { AttackItem, Technique, Threat } from "./rule.ts";

type MutableTechnique = AttackItem & { readonly subtechniques: AttackItem[] };
interface MutableThreat {
  readonly framework: string;
  readonly tactic: AttackItem;
  readonly techniques: MutableTechnique[];
}

/**
 * ATT&CK mapping of a rule, normalised: each tactic once, each technique once per tactic, a sub-technique below its
 * technique even where the file lists it beside it. Order is that of first mention.
 */
export function toThreats(
  records: readonly Readonly<Record<string, unknown>>[],
  report: FieldReport,
): readonly Threat[] {
  const threats = new Map<string, MutableThreat>();
  for (const record of records) {
    const reader = new FieldReader(record, report);
    const framework = reader.text("framework") ?? "MITRE ATT&CK";
    const tacticRecord = reader.record("tactic");
    const tactic = tacticRecord === null ? null : toAttackItem(tacticRecord, report);
    if (tactic === null) {
      report("threat", "an entry of `threat` has no tactic");
      continue;
    }
    const key = `${framework} ${tactic.id}`;
    const threat = threats.get(key) ?? { framework, tactic, techniques: [] };
    threats.set(key, threat);
    for (const technique of reader.records("technique")) addTechnique(threat.techniques, technique, report);
  }
  return [...threats.values()];
}

function addTechnique(
  techniques: MutableTechnique[],
  record: Readonly<Record<string, unknown>>,
  report: FieldReport,
): void {
  const item = toAttackItem(record, report);
  if (item === null) return;
  const dot = item.id.indexOf(".");
  const technique = techniqueOf(techniques, dot < 0 ? item : { id: item.id.slice(0, dot), name: "", reference: null });
  if (dot >= 0) addOnce(technique.subtechniques, item);
  for (const sub of new FieldReader(record, report).records("subtechnique")) {
    const subItem = toAttackItem(sub, report);
    if (subItem !== null) addOnce(technique.subtechniques, subItem);
  }
}

function techniqueOf(techniques: MutableTechnique[], item: AttackItem): MutableTechnique {
  const index = techniques.findIndex((technique) => technique.id === item.id);
  const known = techniques[index];
  if (known === undefined) {
    const added = { ...item, subtechniques: [] };
    techniques.push(added);
    return added;
  }
  if (known.name !== "" || item.name === "") return known;
  const named = { ...item, subtechniques: known.subtechniques };
  techniques[index] = named;
  return named;
}

function addOnce(items: AttackItem[], item: AttackItem): void {
  if (!items.some((known) => known.id === item.id)) items.push(item);
}

function toAttackItem(record: Readonly<Record<string, unknown>>, report: FieldReport): AttackItem | null {
  const reader = new FieldReader(record, report);
  const id = reader.text("id");
  if (id === null) {
    report("threat", "a tactic or technique has no id");
    return null;
  }
  return { id, name: reader.text("name") ?? "", reference: reader.text("reference") };
}

/** Every ATT&CK id of the mapping: tactics, techniques and sub-techniques, in order, each once. */
export function attackIds(threats: readonly Threat[]): readonly string[] {
  const ids = new Set<string>();
  const addTechniqueIds = (technique: Technique): void => {
    ids.add(technique.id);
    for (const sub of technique.subtechniques) ids.add(sub.id);
  };
  for (const threat of threats) {
    ids.add(threat.tactic.id);
    threat.techniques.forEach(addTechniqueIds);
  }
  return [...ids];
}
