import { gzipSync } from "node:zlib";
import { seededRandom } from "../../bench/generate-random.ts";
import type { Document, Value } from "./documents.ts";
import type { Nanoseconds } from "./time.ts";
import { uuid } from "./world.ts";

export const FILES = [
  "01-shop-node-1.ndjson",
  "02-shop-node-2.ndjson.gz",
  "03-cloud-defend.ndjson",
  "04-build-1-elasticdump.ndjson",
  "05-forwarded-dotted.ndjson",
] as const;
export type FileName = (typeof FILES)[number];

export const TOOL = "Suspicious network tool launched inside a container";
export const EGRESS = "Egress connection from an entrypoint in a container";
export type RuleName = typeof TOOL | typeof EGRESS;

/** An event that will be a line of a file. */
export interface Recorded {
  readonly file: FileName;
  readonly time: Nanoseconds | null;
  readonly document: Document;
  /** Where it stands in its file, as a time: that of the event unless it was written late or early. */
  readonly writtenAt: Nanoseconds;
  /** 1-based, once the dump is written. */
  line: number;
}

export interface RecordOptions {
  readonly writtenAt?: Nanoseconds;
}

/** What a rule must say about some events, and why. */
export interface Case {
  readonly rule: RuleName;
  readonly finding: boolean;
  readonly events: readonly Recorded[];
  readonly what: string;
  readonly why: string;
}

/** Collects events and what must be found among them, and writes the files. */
export class Dump {
  readonly recorded: Recorded[] = [];
  readonly cases: Case[] = [];

  record(file: FileName, time: Nanoseconds | null, document: Document, options: RecordOptions = {}): Recorded {
    const writtenAt = options.writtenAt ?? time;
    if (writtenAt === null) throw new Error("an event without a time needs a place in its file");
    const recorded = { file, time, document, writtenAt, line: 0 };
    this.recorded.push(recorded);
    return recorded;
  }

  finding(rule: RuleName, events: readonly Recorded[], what: string, why: string): void {
    this.cases.push({ rule, finding: true, events, what, why });
  }

  nearMiss(rule: RuleName, events: readonly Recorded[], what: string, why: string): void {
    this.cases.push({ rule, finding: false, events, what, why });
  }

  /** Numbers the events, gives each its line, and returns the files' contents. */
  write(): ReadonlyMap<FileName, Buffer> {
    number(this.recorded);
    return new Map(
      FILES.map((file) => {
        const events = this.recorded.filter((event) => event.file === file);
        const ordered = file.includes("elasticdump") ? shuffled(events) : byPlace(events);
        const lines = ordered.map((event, index) => {
          event.line = index + 1;
          return lineOf(file, event);
        });
        const text = Buffer.from(`${lines.join("\n")}\n`, "utf8");
        return [file, file.endsWith(".gz") ? gzipSync(text, { level: 9 }) : text];
      }),
    );
  }
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function byPlace(events: readonly Recorded[]): Recorded[] {
  return [...events].sort((a, b) => compare(a.writtenAt, b.writtenAt));
}

/** elasticdump reads shard by shard: its lines are in no order of time. */
function shuffled(events: readonly Recorded[]): Recorded[] {
  const random = seededRandom(2025);
  return byPlace(events)
    .map((event) => ({ event, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ event }) => event);
}

/** Gives events their id, and those of Elastic Defend the sequence number of their agent on its machine. */
function number(recorded: readonly Recorded[]): void {
  const sequences = new Map<string, number>();
  const ordered = [...recorded].sort((a, b) => compare(a.time ?? a.writtenAt, b.time ?? b.writtenAt));
  for (const [index, { document }] of ordered.entries()) {
    const event = document["event"] as Document;
    const machine = (document["host"] as Document)["name"] as string;
    if (event["module"] !== "endpoint") {
      event["id"] ??= uuid(`event ${index}`);
      continue;
    }
    const sequence = (sequences.get(machine) ?? 71_000) + 1 + (index % 3);
    sequences.set(machine, sequence);
    event["id"] ??=
      `${Buffer.from(uuid(machine).replaceAll("-", "").slice(0, 24), "hex").toString("base64")}+++${sequence.toString(36).padStart(5, "0")}`;
    if (event["sequence"] === undefined) event["sequence"] = sequence;
    else if (event["sequence"] === null) delete event["sequence"];
  }
}

function lineOf(file: FileName, { document }: Recorded): string {
  if (file.includes("dotted")) return JSON.stringify(dotted(document));
  if (!file.includes("elasticdump")) return JSON.stringify(document);
  const { dataset } = document["data_stream"] as { dataset: string };
  const event = document["event"] as { id: string };
  const _id = Buffer.from(uuid(`document ${event.id}`).replaceAll("-", "").slice(0, 30), "hex").toString("base64url");
  return JSON.stringify({ _index: `.ds-logs-${dataset}-default-2025.03.10-000004`, _id, _score: 1, _source: document });
}

/** Every path a key of its own, as some forwarders write; objects in lists stay. */
function dotted(document: Document, prefix = ""): Document {
  const flat: Document = {};
  for (const [key, value] of Object.entries(document)) {
    if (isObject(value)) Object.assign(flat, dotted(value, `${prefix}${key}.`));
    else flat[`${prefix}${key}`] = value;
  }
  return flat;
}

function isObject(value: Value): value is Document {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
