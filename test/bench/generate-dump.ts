import { startLife, type Life } from "./generate-life.ts";
import { plant, PLANT_KINDS, type PlantedEvent } from "./generate-attacks.ts";
import { CandidateCount, candidateQuery, candidatePair } from "./generate-candidates.ts";
import { seededRandom, type Random } from "./generate-random.ts";

/** What to generate. */
export interface DumpOptions {
  /** Lines of the dump, planted events included. */
  readonly events: number;
  readonly seed: number;
  /** Days over which the events are spread: at most 90. */
  readonly days: number;
  readonly hosts: number;
  /** Planted attacks and near misses; their kinds take turns. */
  readonly plants: number;
  /** Candidates of the first and of the second stage of `CANDIDATE_QUERY`; null for the ordinary mix. */
  readonly candidates: readonly [first: number, second: number] | null;
}

/** Defaults: a day of an estate of twenty hosts; one plant in 4,000 events, but each kind at least once. */
export function dumpOptions(events: number, options: Partial<DumpOptions> = {}): DumpOptions {
  const plants = Math.max(PLANT_KINDS, Math.floor(events / 4000));
  return { events, seed: 1, days: 1, hosts: 20, plants, candidates: null, ...options };
}

/** What a hunt must find, by 1-based line: the events of a finding in the order of its stages. */
export interface Expected {
  readonly options: DumpOptions;
  readonly lines: number;
  readonly bytes: number;
  readonly categories: Readonly<Record<"process" | "network" | "file" | "dns", number>>;
  /** By the name of the rule, in the order of the lines of their last events. */
  readonly findings: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** All that was planted, near misses (no findings) included, with the lines of its events. */
  readonly plants: readonly {
    readonly rule: string;
    readonly kind: string;
    readonly lines: readonly number[];
    readonly findings: number;
  }[];
  /** Where candidates were asked for: the query over them and how many sequences it gives, by maxspan. */
  readonly candidates: { readonly query: string; readonly sequences: Readonly<Record<string, number>> } | null;
}

interface Pending extends PlantedEvent {
  readonly emitAt: number;
  readonly plant: PlantRecord;
  readonly place: number;
}

interface PlantRecord {
  readonly rule: string;
  readonly kind: string;
  readonly lines: number[];
  readonly findings: readonly (readonly number[])[];
}

const CHUNK = 1 << 20;

type Category = "process" | "network" | "file" | "dns";

/** 15 % process, 25 % network, 55 % file, 5 % dns. */
function ordinaryCategory(random: Random): Category {
  const way = random.below(100);
  return way < 15 ? "process" : way < 40 ? "network" : way < 95 ? "file" : "dns";
}

/** Writes a dump line by line, in chunks of about a megabyte of ASCII text, and says what must be found in it. */
export function generateDump(options: DumpOptions, write: (chunk: string) => void): Expected {
  const random = seededRandom(options.seed);
  const life = startLife(random, options.hosts);
  const categories = { process: 0, network: 0, file: 0, dns: 0 };
  const records: PlantRecord[] = [];
  const pending: Pending[] = [];
  const count = options.candidates === null ? null : new CandidateCount(options.candidates);
  let chunk = "";
  let lines = 0;
  let bytes = 0;
  const emit = (document: string): void => {
    chunk += document;
    chunk += "\n";
    lines++;
    if (chunk.length >= CHUNK) {
      bytes += chunk.length;
      write(chunk);
      chunk = "";
    }
  };
  const emitPlanted = (event: Pending): void => {
    const document = event.render();
    categories[document.includes('"category":["network"]') ? "network" : "process"]++;
    emit(document);
    event.plant.lines[event.place] = lines;
  };

  const step = (options.days * 86_400 * 1e9) / options.events;
  const every = options.plants === 0 ? Infinity : Math.max(1, Math.floor((options.events * 0.96) / options.plants));
  let clock = 0;
  let planted = 0;
  let ordinal = 0;
  while (lines + pending.length < options.events) {
    clock += Math.floor((step * (random.below(1900) + 50)) / 100_000) * 100;
    if (planted < options.plants && ordinal === (planted + 1) * every) {
      pending.push(...schedule(planted, clock, random, life, records));
      pending.sort((a, b) => a.emitAt - b.emitAt);
      planted++;
      ordinal++;
      continue;
    }
    ordinal++;
    for (let next = pending[0]; next !== undefined && next.emitAt <= clock; next = pending[0]) {
      emitPlanted(next);
      pending.shift();
    }
    if (lines + pending.length >= options.events) break;
    const late = random.chance(0.02) ? random.below(15_000_000) * 100 : 0;
    const t = Math.max(0, clock - late);
    const host = random.pick(life.hosts);
    const category = count === null ? ordinaryCategory(random) : count.next(random, options.events - lines);
    categories[category]++;
    emit(
      count === null || category === "file" || category === "dns"
        ? life[category](host, t)
        : candidatePair(life, host, random, t, category, count),
    );
  }
  for (const event of pending) emitPlanted(event);
  bytes += chunk.length;
  write(chunk);

  const findings: Record<string, number[][]> = {};
  for (const record of records) {
    const list = (findings[record.rule] ??= []);
    for (const places of record.findings) list.push(places.map((place) => record.lines[place] ?? 0));
  }
  for (const list of Object.values(findings)) list.sort((a, b) => (a.at(-1) ?? 0) - (b.at(-1) ?? 0));
  return {
    options,
    lines,
    bytes,
    categories,
    findings,
    plants: records.map((record) => ({ ...record, findings: record.findings.length })),
    candidates: count === null ? null : { query: candidateQuery("MAXSPAN"), sequences: count.sequences() },
  };
}

/** The events of the next plant, each to be written no earlier than those before it. */
function schedule(n: number, t: number, random: Random, life: Life, records: PlantRecord[]): Pending[] {
  const host = random.pick(life.hosts);
  const other = life.hosts[(life.hosts.indexOf(host) + 1) % life.hosts.length] ?? host;
  const { rule, kind, events, findings } = plant(n, { random, host, other, t });
  const record: PlantRecord = { rule, kind, lines: [], findings };
  records.push(record);
  let emitAt = t;
  return events.map((event, place) => {
    emitAt = Math.max(emitAt, event.t);
    return { ...event, emitAt, plant: record, place };
  });
}
