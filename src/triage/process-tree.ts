import type { Engine } from "../hunt/engine.ts";
import { readFindings } from "../store/finding-rows.ts";
import type { FindingSummary } from "../store/summary.ts";
import { toEventRows } from "./event-columns.ts";
import type { EventRow, TreeNode } from "./types.ts";

const MAX_ANCESTORS = 40;
const MAX_DEPTH = 40;
const MAX_CHILDREN = 100;
const MAX_NODES = 1_000;

const NODE_COLUMNS = [
  "event.category",
  "event.type",
  "event.action",
  "process.name",
  "process.executable",
  "process.command_line",
  "process.args",
  "process.pid",
  "process.exit_code",
  "process.parent.name",
  "process.parent.executable",
  "process.parent.command_line",
  "process.parent.pid",
  "user.name",
] as const;

/**
 * The process tree around an entity: its ancestors as a line, itself, and its descendants, all on its host. Null where no
 * event names it. Bounded: what is left out is counted.
 */
export function processTree(engine: Engine, entity: string): TreeNode | null {
  const tree = TreeBuilder.of(engine, entity);
  return tree === null ? null : tree.build();
}

class TreeBuilder {
  private readonly engine: Engine;
  private readonly entity: bigint;
  private readonly entityColumn: string;
  private readonly parentColumn: string | null;
  private readonly hostColumn: string | null;
  private readonly host: bigint | null;
  private readonly findings: ReadonlyMap<string, readonly number[]>;
  private nodes = 0;

  private constructor(engine: Engine, entity: bigint, entityColumn: string) {
    this.engine = engine;
    this.entity = entity;
    this.entityColumn = entityColumn;
    this.parentColumn = columnOf(engine, "process.parent.entity_id");
    this.hostColumn = columnOf(engine, "host.id") ?? columnOf(engine, "host.name");
    this.host = this.hostOf(entity);
    this.findings = findingsByEntity(engine);
  }

  static of(engine: Engine, entity: string): TreeBuilder | null {
    const column = columnOf(engine, "process.entity_id");
    const family = engine.evidence.field("process.entity_id")?.familyId;
    if (column === null || family === null || family === undefined) return null;
    const [row] = engine.file.rows({
      sql: "SELECT id FROM value WHERE family = ? AND coalesce(text, folded) = ? AND odd IS NULL",
      parameters: [BigInt(family), entity],
    });
    return row === undefined ? null : new TreeBuilder(engine, row[0] as bigint, column);
  }

  build(): TreeNode | null {
    const focus = this.node(this.entity, true, this.children(this.entity, 0));
    if (focus === null) return null;
    let root = focus;
    const seen = new Set([this.entity]);
    let current = this.entity;
    for (let level = 0; level < MAX_ANCESTORS; level += 1) {
      const parent = this.parentOf(current);
      if (parent === null || seen.has(parent)) break;
      seen.add(parent);
      const siblings = this.childIds(parent).filter((id) => id !== current).length;
      const node =
        this.node(parent, false, { nodes: [root], hidden: siblings }) ?? this.unseenParent(parent, current, root);
      root = node;
      current = parent;
    }
    return root;
  }

  private children(entity: bigint, depth: number): { nodes: TreeNode[]; hidden: number } {
    const ids = this.childIds(entity).filter((id) => id !== entity);
    const nodes: TreeNode[] = [];
    for (const id of ids) {
      if (nodes.length >= MAX_CHILDREN || this.nodes >= MAX_NODES || depth >= MAX_DEPTH) break;
      const node = this.node(id, false, this.children(id, depth + 1));
      if (node !== null) nodes.push(node);
    }
    return { nodes, hidden: ids.length - nodes.length };
  }

  /** Entities started by one, by the time of their first event. */
  private childIds(entity: bigint): bigint[] {
    if (this.parentColumn === null) return [];
    return this.select(
      `SELECT ${this.entityColumn} FROM event WHERE ${this.parentColumn} = ? AND ${this.entityColumn} IS NOT NULL ${this.onHost()}
       GROUP BY 1 ORDER BY min(time), 1`,
      [entity, ...this.hostParameter()],
    ).map(([id]) => id as bigint);
  }

  private parentOf(entity: bigint): bigint | null {
    if (this.parentColumn === null) return null;
    const [row] = this.select(
      `SELECT ${this.parentColumn} FROM event WHERE ${this.entityColumn} = ? AND ${this.parentColumn} IS NOT NULL ${this.onHost()}
       ORDER BY time LIMIT 1`,
      [entity, ...this.hostParameter()],
    );
    return (row?.[0] as bigint | undefined) ?? null;
  }

  private node(entity: bigint, focus: boolean, below: { nodes: TreeNode[]; hidden: number }): TreeNode | null {
    const events = this.select(
      `SELECT id FROM event WHERE ${this.entityColumn} = ? ${this.onHost()} ORDER BY time IS NULL, +time, id LIMIT ${MAX_EVENTS}`,
      [entity, ...this.hostParameter()],
    ).map(([id]) => Number(id));
    if (events.length === 0) return null;
    this.nodes += 1;
    const rows = toEventRows(
      this.engine,
      events,
      NODE_COLUMNS.filter((path) => this.engine.evidence.hasField(path)),
    );
    const start =
      rows.find((row) => has(row, "event.type", "start")) ??
      rows.find((row) => has(row, "event.category", "process")) ??
      rows[0];
    const end = rows.find((row) => has(row, "event.category", "process") && has(row, "event.type", "end"));
    const value = (path: string): string | null => joined(start, path);
    const name = this.text(entity);
    return {
      entity: name,
      name: value("process.name"),
      executable: value("process.executable"),
      commandLine: value("process.command_line") ?? value("process.args"),
      user: value("user.name"),
      pid: value("process.pid"),
      start: start !== undefined && has(start, "event.type", "start") ? start.time : null,
      end: end?.time ?? null,
      exitCode: joined(end, "process.exit_code"),
      startEvent: start?.id ?? null,
      network: rows.filter((row) => has(row, "event.category", "network")).length,
      files: rows.filter((row) => has(row, "event.category", "file")).length,
      other: rows.filter((row) => !["network", "file"].some((category) => has(row, "event.category", category))).length,
      findings: this.findings.get(name) ?? [],
      children: below.nodes,
      hiddenChildren: below.hidden,
      focus,
    };
  }

  /** A parent that no event of its own tells of: what its child says of it. */
  private unseenParent(parent: bigint, child: bigint, below: TreeNode): TreeNode {
    const [event] = this.select(
      `SELECT id FROM event WHERE ${this.entityColumn} = ? ${this.onHost()} ORDER BY time LIMIT 1`,
      [child, ...this.hostParameter()],
    );
    const [row] = toEventRows(
      this.engine,
      [Number(event?.[0] ?? 0)],
      NODE_COLUMNS.filter((path) => this.engine.evidence.hasField(path)),
    );
    const value = (path: string): string | null => joined(row, `process.parent.${path}`);
    return {
      entity: this.text(parent),
      name: value("name"),
      executable: value("executable"),
      commandLine: value("command_line"),
      user: null,
      pid: value("pid"),
      start: null,
      end: null,
      exitCode: null,
      startEvent: null,
      network: 0,
      files: 0,
      other: 0,
      findings: this.findings.get(this.text(parent)) ?? [],
      children: [below],
      hiddenChildren: 0,
      focus: false,
    };
  }

  private hostOf(entity: bigint): bigint | null {
    if (this.hostColumn === null) return null;
    const [row] = this.select(
      `SELECT ${this.hostColumn} FROM event WHERE ${this.entityColumn} = ? AND ${this.hostColumn} IS NOT NULL LIMIT 1`,
      [entity],
    );
    return (row?.[0] as bigint | undefined) ?? null;
  }

  private onHost(): string {
    return this.host === null || this.hostColumn === null ? "" : `AND +${this.hostColumn} = ?`;
  }

  private hostParameter(): bigint[] {
    return this.host === null ? [] : [this.host];
  }

  private select(sql: string, parameters: readonly bigint[]): unknown[][] {
    return this.engine.file.rows({ sql, parameters });
  }

  private text(id: bigint): string {
    return this.engine.values.texts(id)[0] ?? "";
  }
}

const MAX_EVENTS = 2_000;

function columnOf(engine: Engine, path: string): string | null {
  const field = engine.evidence.field(path);
  return field?.column === true ? `f${field.id}` : null;
}

/** The values of a field on one line; null where there are none. */
function joined(row: EventRow | undefined, path: string): string | null {
  const values = row?.values[path] ?? [];
  return values.length === 0 ? null : values.join(" ");
}

function has(row: EventRow, path: string, value: string): boolean {
  return row.values[path]?.includes(value) === true;
}

function findingsByEntity(engine: Engine): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const finding of readFindings(engine.file)) {
    const summary = JSON.parse(finding.summary) as FindingSummary;
    for (const entity of summary.entities) {
      const list = found.get(entity);
      if (list === undefined) found.set(entity, [finding.id]);
      else list.push(finding.id);
    }
  }
  return found;
}
