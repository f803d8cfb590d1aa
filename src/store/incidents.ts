import type { CaseFile } from "./case-file.ts";
import type { FindingSummary } from "./summary.ts";

/** Findings of one host and container belong together when no more than this lies between one and the next. */
const NEIGHBOUR_NS = 15n * 60n * 1_000_000_000n;

/**
 * Groups the findings into incidents and stores them: findings that share an event, whose processes are the same or
 * parent and child, or that follow each other within 15 minutes on one host and container. The number of an incident is
 * the smallest id of its findings, so it stays when the incident grows. Suppressed and gone findings are in none.
 */
export function groupIncidents(file: CaseFile): void {
  const incidentOf = incidents(file);
  const { db } = file;
  const next = db.prepare<[number], { id: number; incident: number | null }>(
    `SELECT id, incident FROM finding WHERE id > ? ORDER BY id LIMIT ${CHUNK}`,
  );
  const update = db.prepare("UPDATE finding SET incident = ? WHERE id = ?");
  for (let after = 0; ;) {
    const rows = next.all(after);
    if (rows.length === 0) return;
    for (const { id, incident: before } of rows) {
      const incident = incidentOf(id);
      if (incident !== before) update.run(incident, id);
      after = id;
    }
  }
}

/** Findings that are read at a time. */
const CHUNK = 5_000;

/**
 * The incident of each finding, counted anew; null: in none. Of each finding a few numbers are kept, and of processes
 * their names: there may be millions.
 */
export function incidents(file: CaseFile): (finding: number) => number | null {
  const last = file.db.prepare<[], number>("SELECT ifnull(max(id), 0) FROM finding").pluck().get() ?? 0;
  const union = new UnionFind(last);
  const members = new Members(last);
  const owners = new Owners();
  for (const { id, time, end, host, container, entities } of readMembers(file, "entities")) {
    union.add(id);
    members.set(id, host === null ? null : `${host}\n${container ?? ""}`, time, end ?? time);
    for (const entity of entities) {
      const owner = owners.claim(host, entity, id);
      if (owner !== id) union.join(owner, id);
    }
  }
  for (const { id, host, entities } of readMembers(file, "parents")) {
    for (const parent of entities) {
      const owner = owners.get(host, parent);
      if (owner !== undefined) union.join(owner, id);
    }
  }
  joinByEvents(file, union);
  joinByNeighbourhood(file, members, union);
  return (finding) => (union.has(finding) ? union.find(finding) : null);
}

const IN_INCIDENTS = "suppressed_by IS NULL AND state <> 'gone'";

interface Member extends Pick<FindingSummary, "host" | "container"> {
  readonly id: number;
  readonly time: bigint | null;
  readonly end: bigint | null;
  /** Those of its processes, or of their parents. */
  readonly entities: readonly string[];
}

/** The findings that are in incidents, in no order. */
function* readMembers(file: CaseFile, which: "entities" | "parents"): Generator<Member> {
  const rows = file.db
    .prepare<[], [id: bigint, time: bigint | null, end: bigint | null, summary: string]>(
      `SELECT id, time, end_time, summary FROM finding NOT INDEXED WHERE ${IN_INCIDENTS}`,
    )
    .raw()
    .safeIntegers()
    .iterate();
  for (const [id, time, end, text] of rows) {
    const { host, container, [which]: entities } = JSON.parse(text) as FindingSummary;
    yield { id: Number(id), time, end, host, container, entities };
  }
}

/** Of each finding where it happened, and from when to when. */
class Members {
  readonly #place: Int32Array;
  readonly #time: BigInt64Array;
  readonly #end: BigInt64Array;
  readonly #places = new Map<string, number>();

  constructor(last: number) {
    this.#place = new Int32Array(last + 1);
    this.#time = new BigInt64Array(last + 1);
    this.#end = new BigInt64Array(last + 1);
  }

  /** Findings without a place or a time have no neighbours. */
  set(id: number, place: string | null, time: bigint | null, end: bigint | null): void {
    if (place === null || time === null || end === null) return;
    let number = this.#places.get(place);
    if (number === undefined) {
      number = this.#places.size + 1;
      this.#places.set(place, number);
    }
    this.#place[id] = number;
    this.#time[id] = time;
    this.#end[id] = end;
  }

  /** 0: no neighbours. */
  place(id: number): number {
    return this.#place[id] ?? 0;
  }

  time(id: number): bigint {
    return this.#time[id] ?? 0n;
  }

  end(id: number): bigint {
    return this.#end[id] ?? 0n;
  }
}

/** The first finding of each process of a host. */
class Owners {
  readonly #hosts = new Map<string | null, Map<string, number>>();

  /** The finding that has it already, or this one. */
  claim(host: string | null, entity: string, id: number): number {
    let entities = this.#hosts.get(host);
    if (entities === undefined) {
      entities = new Map();
      this.#hosts.set(host, entities);
    }
    const owner = entities.get(entity);
    if (owner !== undefined) return owner;
    entities.set(entity, id);
    return id;
  }

  get(host: string | null, entity: string): number | undefined {
    return this.#hosts.get(host)?.get(entity);
  }
}

function joinByEvents(file: CaseFile, union: UnionFind): void {
  const rows = file.db
    .prepare<[], [finding: number, event: number]>(
      "SELECT finding, event FROM finding_event WHERE event IS NOT NULL ORDER BY event",
    )
    .raw()
    .iterate();
  let before = -1;
  let owner = -1;
  for (const [finding, event] of rows) {
    if (!union.has(finding)) continue;
    if (event === before) union.join(owner, finding);
    before = event;
    owner = finding;
  }
}

function joinByNeighbourhood(file: CaseFile, members: Members, union: UnionFind): void {
  const inTime = file.db
    .prepare<[], number>(`SELECT id FROM finding WHERE ${IN_INCIDENTS} AND time IS NOT NULL ORDER BY time, id`)
    .pluck();
  const last = new Map<number, { id: number; end: bigint }>();
  for (const id of inTime.iterate()) {
    const place = members.place(id);
    if (place === 0) continue;
    const end = members.end(id);
    const before = last.get(place);
    if (before === undefined) {
      last.set(place, { id, end });
      continue;
    }
    if (members.time(id) - before.end <= NEIGHBOUR_NS) union.join(before.id, id);
    before.id = id;
    if (end > before.end) before.end = end;
  }
}

/** Disjoint sets of ids; a set is named by its smallest id. */
class UnionFind {
  /** 0: not added. */
  readonly #parent: Int32Array;

  constructor(last: number) {
    this.#parent = new Int32Array(last + 1);
  }

  add(id: number): void {
    this.#parent[id] = id;
  }

  has(id: number): boolean {
    return (this.#parent[id] ?? 0) > 0;
  }

  find(id: number): number {
    let root = id;
    for (let next = this.#at(root); next !== root; next = this.#at(root)) root = next;
    // What was on the way is led to the root at once.
    for (let at = id; at !== root;) {
      const next = this.#at(at);
      this.#parent[at] = root;
      at = next;
    }
    return root;
  }

  join(a: number, b: number): void {
    const rootA = this.find(a);
    const rootB = this.find(b);
    this.#parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  #at(id: number): number {
    return this.#parent[id] ?? id;
  }
}
