/**
 * The two built-in rules written out by hand over parsed documents: an oracle for samples and generated dumps that
 * shares no code with src/. Slow and plain on purpose.
 */
import { BlockList, isIP } from "node:net";

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Where a document is: the file as given and the 1-based line. */
export type Place = readonly [file: string, line: number];

/** A finding: the places of its events in the order of the stages. */
export type FindingPlaces = readonly Place[];

interface Event {
  readonly place: Place;
  readonly order: number;
  readonly document: JsonObject;
}

const TOOLS = new Set(
  "nc ncat nmap dig nslookup tcpdump tshark ngrep telnet mitmproxy socat zmap masscan zgrab".split(" "),
);

const NOT_PUBLIC = [
  ..."10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29 192.0.0.8/32".split(" "),
  ..."192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24".split(" "),
  ..."192.168.0.0/16 192.88.99.0/24 224.0.0.0/4 100.64.0.0/10 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24".split(" "),
  ..."203.0.113.0/24 240.0.0.0/4 ::1/128 fe80::/10 ff00::/8 172.31.0.0/16".split(" "),
];

const excluded = new BlockList();
for (const block of NOT_PUBLIC) {
  const [net = "", prefix] = block.split("/");
  excluded.addSubnet(net, Number(prefix), net.includes(":") ? "ipv6" : "ipv4");
}

/** All values at a path, through nested, dotted and mixed keys; null and objects are no values. */
export function valuesAt(node: Json | undefined, path: string): readonly (string | number | boolean)[] {
  if (node === undefined || node === null) return [];
  if (Array.isArray(node)) return node.flatMap((item: Json) => valuesAt(item, path));
  if (typeof node !== "object") return path === "" ? [node] : [];
  if (path === "") return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === path) return valuesAt(value, "");
    return path.startsWith(`${key}.`) ? valuesAt(value, path.slice(key.length + 1)) : [];
  });
}

/** Nanoseconds since 1970 of an ISO time or of epoch milliseconds; null for anything else. */
export function nanoseconds(value: unknown): bigint | null {
  if (typeof value === "number") return BigInt(value) * 1_000_000n;
  if (typeof value !== "string") return null;
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(value);
  if (parts === null) return null;
  const [, whole = "", fraction = "", zone = ""] = parts;
  return BigInt(Date.parse(`${whole}${zone}`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

const fold = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const isTool = (value: string | number | boolean): boolean => TOOLS.has(fold(String(value)));

function has(document: JsonObject, path: string, value: string): boolean {
  return valuesAt(document, path).includes(value);
}

/** Does the rule about network tools in containers match this document? */
export function launchesTool(document: JsonObject): boolean {
  return (
    has(document, "event.category", "process") &&
    valuesAt(document, "container.id").length > 0 &&
    has(document, "event.type", "start") &&
    (valuesAt(document, "process.name").some(isTool) || valuesAt(document, "process.args").some(isTool))
  );
}

function startsEntrypoint(document: JsonObject): boolean {
  return (
    has(document, "event.category", "process") &&
    has(document, "host.os.type", "linux") &&
    has(document, "event.type", "start") &&
    has(document, "event.action", "exec") &&
    has(document, "process.entry_leader.entry_meta.type", "container") &&
    has(document, "process.name", "entrypoint.sh")
  );
}

function connectsOut(document: JsonObject): boolean {
  const addresses = valuesAt(document, "destination.ip").filter((ip) => isIP(String(ip)) !== 0);
  return (
    has(document, "event.category", "network") &&
    has(document, "event.type", "start") &&
    has(document, "event.action", "connection_attempted") &&
    addresses.length > 0 &&
    !addresses.some((ip) => ip === "0.0.0.0" || excluded.check(String(ip), isIP(String(ip)) === 6 ? "ipv6" : "ipv4"))
  );
}

const MAXSPAN_NS = 3_000_000_000n;

function* keys(document: JsonObject, path: string): Generator<string> {
  for (const host of new Set(valuesAt(document, "host.id")))
    for (const id of new Set(valuesAt(document, path))) yield JSON.stringify([host, id]);
}

interface Timed extends Event {
  readonly time: bigint;
  readonly tiebreaker: number | null;
}

function inOrder(a: Timed, b: Timed): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  if (a.tiebreaker === b.tiebreaker) return a.order - b.order;
  if (a.tiebreaker === null) return 1;
  return b.tiebreaker === null ? -1 : a.tiebreaker - b.tiebreaker;
}

function egress(events: readonly Event[]): FindingPlaces[] {
  const timed = events
    .flatMap((event): Timed[] => {
      const time = nanoseconds(valuesAt(event.document, "@timestamp")[0]);
      const tiebreaker = valuesAt(event.document, "event.sequence")[0];
      return time === null ? [] : [{ ...event, time, tiebreaker: typeof tiebreaker === "number" ? tiebreaker : null }];
    })
    .sort(inOrder);
  const waiting = new Map<string, Timed>();
  const found: FindingPlaces[] = [];
  for (const event of timed) {
    if (connectsOut(event.document)) {
      for (const key of keys(event.document, "process.parent.entity_id")) {
        const first = waiting.get(key);
        waiting.delete(key);
        if (first !== undefined && event.time - first.time <= MAXSPAN_NS) found.push([first.place, event.place]);
      }
    }
    if (startsEntrypoint(event.document))
      for (const key of keys(event.document, "process.entity_id")) waiting.set(key, event);
  }
  return found;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const object = value as JsonObject;
  return Object.fromEntries(
    Object.keys(object)
      .toSorted()
      .map((key) => [key, sorted(object[key] ?? null)]),
  );
}

/** Runs both rules over the lines of files, in order. A document that was there before is not looked at again. */
export function applyTwoRules(files: readonly (readonly [file: string, text: string])[]): {
  readonly events: number;
  readonly duplicates: number;
  readonly tool: readonly FindingPlaces[];
  readonly egress: readonly FindingPlaces[];
} {
  const events: Event[] = [];
  const known = new Set<string>();
  let duplicates = 0;
  for (const [file, text] of files) {
    const lines = text.split("\n");
    for (const [index, line] of lines.entries()) {
      if (line === "") continue;
      const parsed = JSON.parse(line) as JsonObject;
      const document = (parsed["_source"] ?? parsed) as JsonObject;
      const identity = JSON.stringify(sorted(document));
      if (valuesAt(document, "event.id").length > 0 && known.has(identity)) {
        duplicates++;
        continue;
      }
      known.add(identity);
      events.push({ place: [file, index + 1], order: events.length, document });
    }
  }
  const tool = events.filter((event) => launchesTool(event.document)).map((event): FindingPlaces => [event.place]);
  return { events: events.length, duplicates, tool, egress: egress(events) };
}
