import type { CaseFile } from "./case-file.ts";
import type { FindingSummary } from "./summary.ts";

/** Findings of one host and container belong together when no more than this lies between one and the next. */
const NEIGHBOUR_NS = 15n * 60n * 1_000_000_000n;

interface Member {
  readonly id: number;
  readonly time: bigint | null;
  readonly end: bigint | null;
  readonly summary: Pick<FindingSummary, "host" | "container" | "entities" | "parents">;
}

/**
 * Groups the findings into incidents and stores them: findings that share an event, whose processes are the same or
 * parent and child, or that follow each other within 15 minutes on one host and container. The number of an incident is
 * the smallest id of its findings, so it stays when the incident grows. Suppressed and gone findings are in none.
 */
export function groupIncidents(file: CaseFile): void {
  const incidentOf = incidents(file);
  const { db } = file;
  const current = new Map(
    db
      .prepare<[], { id: number; incident: number | null }>("SELECT id, incident FROM finding")
      .all()
      .map((row) => [row.id, row.incident]),
  );
  const update = db.prepare("UPDATE finding SET incident = ? WHERE id = ?");
  for (const [id, before] of current) {
    const incident = incidentOf(id);
    if (incident !== before) update.run(incident, id);
  }
}

/** The incident of each finding, counted anew; null: in none. */
export function incidents(file: CaseFile): (finding: number) => number | null {
  const members = readMembers(file);
  const union = new UnionFind(members.map((member) => member.id));
  joinByEvents(file, union);
  joinByEntity(members, union);
  joinByNeighbourhood(members, union);
  return (finding) => (union.has(finding) ? union.find(finding) : null);
}

function readMembers(file: CaseFile): Member[] {
  const rows = file.db
    .prepare<[], [id: bigint, time: bigint | null, end: bigint | null, summary: string]>(
      "SELECT id, time, end_time, summary FROM finding WHERE suppressed_by IS NULL AND state <> 'gone' ORDER BY time, id",
    )
    .raw()
    .safeIntegers()
    .iterate();
  const members: Member[] = [];
  for (const [id, time, end, text] of rows) {
    const { host, container, entities, parents } = JSON.parse(text) as FindingSummary;
    members.push({ id: Number(id), time, end, summary: { host, container, entities, parents } });
  }
  return members;
}

function joinByEvents(file: CaseFile, union: UnionFind): void {
  const rows = file.db
    .prepare<[], { finding: number; event: number }>(
      "SELECT finding, event FROM finding_event WHERE event IS NOT NULL ORDER BY event",
    )
    .iterate();
  let event = -1;
  let owner = -1;
  for (const row of rows) {
    if (!union.has(row.finding)) continue;
    if (row.event === event) union.join(owner, row.finding);
    event = row.event;
    owner = row.finding;
  }
}

function joinByEntity(members: readonly Member[], union: UnionFind): void {
  const owners = new Map<string, number>();
  const key = (member: Member, entity: string): string => `${member.summary.host ?? ""}\n${entity}`;
  for (const member of members) {
    for (const entity of member.summary.entities) {
      const owner = owners.get(key(member, entity));
      if (owner === undefined) owners.set(key(member, entity), member.id);
      else union.join(owner, member.id);
    }
  }
  for (const member of members) {
    for (const parent of member.summary.parents) {
      const owner = owners.get(key(member, parent));
      if (owner !== undefined) union.join(owner, member.id);
    }
  }
}

function joinByNeighbourhood(members: readonly Member[], union: UnionFind): void {
  const last = new Map<string, { id: number; end: bigint }>();
  for (const { id, time, end, summary } of members) {
    if (time === null || summary.host === null) continue;
    const place = `${summary.host}\n${summary.container ?? ""}`;
    const before = last.get(place);
    if (before !== undefined && time - before.end <= NEIGHBOUR_NS) union.join(before.id, id);
    const reach = end ?? time;
    last.set(place, { id, end: before !== undefined && before.end > reach ? before.end : reach });
  }
}

/** Disjoint sets of ids; a set is named by its smallest id. */
class UnionFind {
  readonly #parent: Map<number, number>;

  constructor(ids: readonly number[]) {
    this.#parent = new Map(ids.map((id) => [id, id]));
  }

  has(id: number): boolean {
    return this.#parent.has(id);
  }

  find(id: number): number {
    let root = id;
    for (let next = this.#parent.get(root); next !== undefined && next !== root; next = this.#parent.get(root)) {
      root = next;
    }
    this.#parent.set(id, root);
    return root;
  }

  join(a: number, b: number): void {
    const rootA = this.find(a);
    const rootB = this.find(b);
    this.#parent.set(Math.max(rootA, rootB), Math.min(rootA, rootB));
  }
}
