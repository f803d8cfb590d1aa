import type { CaseFile } from "./case-file.ts";
import { decodeValue } from "./decoded-values.ts";
import { fieldByPath, type StoredField } from "./fields.ts";

/** Times are divided into this many buckets to find where nothing happened; a stretch is told exactly. */
const BUCKETS = 2_000;
/** Shorter stretches without an event are never silent. */
const LEAST_SILENCE_NS = 60_000_000_000n;
/** A stretch is silent when it is so many times longer than events are apart on average. */
const SILENCE_FACTOR = 50n;
/** Stretches and holes that are told of each host and category, the longest. */
const TOLD = 5;
/** Columns of the small histogram. */
export const HISTOGRAM_BUCKETS = 48;

/** A time in which nothing was recorded. Nanoseconds since 1970 UTC. */
export interface Silence {
  /** The last event before it, and the first one after it. */
  readonly from: bigint;
  readonly to: bigint;
}

export interface Coverage {
  readonly events: number;
  /** Null when no event has a time. */
  readonly first: bigint | null;
  readonly last: bigint | null;
  /** The longest ones, in order of time. */
  readonly silences: readonly Silence[];
}

/** Numbers that are missing in the tiebreaker (`event.sequence`) of a host. */
export interface SequenceHoles {
  readonly first: bigint;
  readonly last: bigint;
  /** How many numbers between them no event has. */
  readonly missing: bigint;
  /** The largest holes: the numbers on both sides. */
  readonly holes: readonly { readonly after: bigint; readonly before: bigint }[];
}

export interface HostTelemetry extends Coverage {
  /** `host.name`, else `host.id`; null for events of no host. */
  readonly host: string | null;
  readonly categories: readonly (Coverage & { readonly category: string })[];
  /** Null when its events have no sequence. */
  readonly sequence: SequenceHoles | null;
  /** Events in equal parts of the time of the whole case, `HISTOGRAM_BUCKETS` of them. */
  readonly histogram: readonly number[];
}

export interface Telemetry {
  readonly first: bigint | null;
  readonly last: bigint | null;
  readonly hosts: readonly HostTelemetry[];
}

interface Bucket {
  readonly host: bigint | null;
  readonly category: bigint | null;
  readonly bucket: bigint;
  readonly events: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** What was recorded when, per host and category, so that "no findings" is not mistaken for "nothing happened". */
export function readTelemetry(file: CaseFile): Telemetry {
  const [[first, last] = [null, null]] = file.rows({
    sql: "SELECT min(time), max(time) FROM event",
    parameters: [],
  }) as [[bigint | null, bigint | null]];
  const host = column(fieldByPath(file, "host.name") ?? fieldByPath(file, "host.id"));
  const category = column(fieldByPath(file, "event.category"));
  const start = first ?? 0n;
  const width = ((last ?? 0n) - start) / BigInt(BUCKETS) + 1n;
  const buckets = file
    .rows({
      sql: `SELECT ${host}, ${category}, (time - ?) / ?, count(*), min(time), max(time) FROM event WHERE time IS NOT NULL
            GROUP BY 1, 2, 3 ORDER BY 1, 3`,
      parameters: [start, width],
    })
    .map((row): Bucket => {
      const [hostId, categoryId, bucket, events, from, to] = row as [
        bigint | null,
        bigint | null,
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      return { host: hostId, category: categoryId, bucket, events: Number(events), first: from, last: to };
    });
  const untimed = file.rows({
    sql: `SELECT ${host}, count(*) FROM event WHERE time IS NULL GROUP BY 1`,
    parameters: [],
  }) as [bigint | null, bigint][];
  const sequences = readSequences(file, host);
  const hosts = group(buckets, (bucket) => bucket.host);
  for (const [id] of untimed) if (!hosts.has(id)) hosts.set(id, []);
  return {
    first,
    last,
    hosts: [...hosts].map(([id, own]) => {
      const without = Number(untimed.find(([other]) => other === id)?.[1] ?? 0n);
      const coverage = coverageOf(own);
      return {
        host: id === null ? null : decodeValue(file, id).join(", "),
        ...coverage,
        events: coverage.events + without,
        categories: [...group(own, (bucket) => bucket.category)].map(([value, part]) => ({
          category: value === null ? "none" : decodeValue(file, value).join(", "),
          ...coverageOf(part),
        })),
        sequence: sequences.get(id) ?? null,
        histogram: histogramOf(own),
      };
    }),
  };
}

function column(field: StoredField | undefined): string {
  return field?.column === true ? `f${field.id}` : "NULL";
}

function group<K>(buckets: readonly Bucket[], keyOf: (bucket: Bucket) => K): Map<K, Bucket[]> {
  const groups = new Map<K, Bucket[]>();
  for (const bucket of buckets) {
    const known = groups.get(keyOf(bucket));
    if (known === undefined) groups.set(keyOf(bucket), [bucket]);
    else known.push(bucket);
  }
  return groups;
}

/** Buckets of several categories lie over each other; those of one host are in order of time. */
function coverageOf(buckets: readonly Bucket[]): Coverage {
  const events = buckets.reduce((sum, bucket) => sum + bucket.events, 0);
  const [head] = buckets;
  if (head === undefined) return { events, first: null, last: null, silences: [] };
  const sorted = [...buckets].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const first = sorted[0]?.first ?? head.first;
  let last = first;
  const gaps: Silence[] = [];
  for (const bucket of sorted) {
    if (bucket.first > last) gaps.push({ from: last, to: bucket.first });
    if (bucket.last > last) last = bucket.last;
  }
  const average = (last - first) / BigInt(Math.max(1, events));
  const least = average * SILENCE_FACTOR > LEAST_SILENCE_NS ? average * SILENCE_FACTOR : LEAST_SILENCE_NS;
  const silences = gaps
    .filter(({ from, to }) => to - from >= least)
    .sort((a, b) => (b.to - b.from > a.to - a.from ? 1 : -1))
    .slice(0, TOLD)
    .sort((a, b) => (a.from < b.from ? -1 : 1));
  return { events, first, last, silences };
}

/** The holes of every host, in one pass over the events: a row for each end of a run of numbers without a hole. */
function readSequences(file: CaseFile, host: string): Map<bigint | null, SequenceHoles> {
  const sequences = new Map<bigint | null, SequenceHoles>();
  const ends = file.iterate({
    sql: `SELECT host, number, next FROM (
            SELECT ${host} AS host, tiebreaker AS number,
                   lag(tiebreaker) OVER own AS previous, lead(tiebreaker) OVER own AS next
              FROM event WHERE tiebreaker IS NOT NULL WINDOW own AS (PARTITION BY ${host} ORDER BY tiebreaker)
          ) WHERE previous IS NULL OR next IS NULL OR next - number > 1`,
    parameters: [],
  });
  for (const row of ends) {
    const [id, number, next] = row as [bigint | null, bigint, bigint | null];
    const known = sequences.get(id) ?? { first: number, last: number, missing: 0n, holes: [] };
    const missing = next === null ? 0n : next - number - 1n;
    sequences.set(id, {
      first: known.first,
      last: number,
      missing: known.missing + missing,
      holes: next === null || missing < 1n ? known.holes : largest(known.holes, { after: number, before: next }),
    });
  }
  return sequences;
}

type Hole = SequenceHoles["holes"][number];

/** `holes`, in order of number, with one that comes after them; of more than are told, the smallest, latest one goes. */
function largest(holes: readonly Hole[], hole: Hole): readonly Hole[] {
  const all = [...holes, hole];
  if (all.length <= TOLD) return all;
  const sizes = all.map(({ after, before }) => before - after);
  const smallest = sizes.reduce((least, size, at) => (size <= (sizes[least] ?? size) ? at : least), 0);
  return all.filter((_, at) => at !== smallest);
}

function histogramOf(buckets: readonly Bucket[]): number[] {
  const counts = new Array<number>(HISTOGRAM_BUCKETS).fill(0);
  for (const { bucket, events } of buckets) {
    const at = Math.min(HISTOGRAM_BUCKETS - 1, Math.floor((Number(bucket) * HISTOGRAM_BUCKETS) / BUCKETS));
    counts[at] = (counts[at] ?? 0) + events;
  }
  return counts;
}
