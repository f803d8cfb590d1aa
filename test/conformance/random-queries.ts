/** Random events and random queries over them, from a seed: for comparing the engine with the reference interpreter. */

export type Random = () => number;

/** A small seeded generator (mulberry32): uniform in [0, 1). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const TYPES = {
  "@timestamp": "date",
  address: "ip",
  size: "long",
  count: "long",
  flag: "boolean",
  name: "keyword",
  text: "keyword",
  key: "keyword",
  other: "keyword",
} as const;

const TEXTS = ["cmd.exe", "CMD.EXE", "a*b", "a?b", "ab", "", "C:\\Windows\\x.dll", "xyz", "x\ny", "ba", "Ab"];
const NAMES = ["a", "b", "A", "ab", "aB", "abc", ""];
const PATTERNS = ["*", "a*", "*b", "?", "a?", "*a*b*", "CMD*", "x?y", "a\\*b", "*.exe", "ab", "C:\\\\*"];
const ADDRESSES = ["10.0.0.1", "10.1.2.3", "192.168.0.7", "8.8.8.8", "::1", "fe80::1"];
const BLOCKS = ["10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0", "::/0", "fe80::/10", "8.8.8.8/32"];
const CATEGORIES = ["process", "network", "file"];

function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** Missing, null, one value, or a list of up to three, possibly empty or with nulls. */
function some(random: Random, make: () => unknown): unknown {
  const chance = random();
  if (chance < 0.15) return undefined;
  if (chance < 0.2) return null;
  if (chance < 0.75) return make();
  return Array.from({ length: Math.floor(random() * 4) }, () => (random() < 0.1 ? null : make()));
}

/** Events in loading order; many share a millisecond, some a tiebreaker. */
export function randomDocuments(random: Random): Record<string, unknown>[] {
  let ms = 1_600_000_000_000;
  return Array.from({ length: 4 + Math.floor(random() * 36) }, () => {
    ms += pick(random, [0, 0, 1, 2, 5, 700]);
    const document: Record<string, unknown> = {
      "@timestamp": ms,
      event: {
        category: random() < 0.1 ? CATEGORIES : pick(random, CATEGORIES),
        sequence: random() < 0.7 ? Math.floor(random() * 50) : null,
      },
      name: some(random, () => pick(random, NAMES)),
      text: some(random, () => pick(random, TEXTS)),
      key: some(random, () => pick(random, ["k1", "k2", "K1"])),
      other: some(random, () => pick(random, ["k1", "k2"])),
      size: some(random, () => Math.floor(random() * 7) - 2),
      count: some(random, () => Math.floor(random() * 4)),
      flag: some(random, () => random() < 0.5),
      address: some(random, () => pick(random, ADDRESSES)),
    };
    return document;
  });
}

const quote = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
const many = (random: Random, make: () => string): string =>
  `(${Array.from({ length: 1 + Math.floor(random() * 3) }, make).join(", ")})`;

function leaf(random: Random): string {
  const field = pick(random, ["name", "text", "key"]);
  const number = (): string => String(Math.floor(random() * 7) - 2);
  const make = pick<() => string>(random, [
    () => `${field} ${pick(random, ["==", "!=", "<", ">="])} ${quote(pick(random, [...NAMES, ...TEXTS]))}`,
    () => `${field} : ${quote(pick(random, PATTERNS))}`,
    () => `${field} ${pick(random, ["like", "like~", ":"])} ${many(random, () => quote(pick(random, PATTERNS)))}`,
    () =>
      `${field} ${pick(random, ["in", "in~", "not in"])} ${many(random, () => quote(pick(random, [...NAMES, ...TEXTS])))}`,
    () =>
      `${field} ${pick(random, ["regex", "regex~"])} ${quote(pick(random, ["a.*", "[a-c]+", "x.y", "(ab|ba)", "a?b"]))}`,
    () => `${pick(random, ["name", "text", "size", "flag", "address"])} ${pick(random, ["==", "!="])} null`,
    () => `${pick(random, ["size", "count"])} ${pick(random, ["==", "!=", "<", "<=", ">", ">="])} ${number()}`,
    () => `${number()} ${pick(random, ["==", "<", ">="])} size`,
    () => `size ${pick(random, ["in", "not in"])} ${many(random, number)}`,
    () => `size ${pick(random, ["+", "-", "*"])} count ${pick(random, ["==", ">", "<="])} ${number()}`,
    () => `size ${pick(random, ["/", "%"])} 2 == ${number()}`,
    () => pick(random, ["flag", "flag == true", "flag == false", "flag != true"]),
    () => `cidrMatch(address, ${many(random, () => quote(pick(random, BLOCKS))).slice(1, -1)})`,
    () => `address ${pick(random, ["==", "!="])} ${quote(pick(random, ADDRESSES))}`,
    () =>
      `${pick(random, ["startsWith", "endsWith", "stringContains"])}${random() < 0.3 ? "~" : ""}(${field}, ${quote(pick(random, ["a", "b", "exe", "A", ""]))})`,
    () => `length(${field}) ${pick(random, ["==", "!=", ">", "<"])} ${Math.floor(random() * 4)}`,
    () => `length(${field}) ${pick(random, ["==", "!="])} null`,
    () => `concat(name, key) ${pick(random, ["==", "!="])} ${quote(pick(random, ["ak1", "abk2"]))}`,
    () => `substring(${field}, ${pick(random, ["0, 1", "-2", "1"])}) == ${quote(pick(random, ["a", "b", "xe"]))}`,
    () => `indexOf(${field}, "b") ${pick(random, ["== 1", "> 0", "== null"])}`,
    () => `startsWith(name, "a") == ${pick(random, ["true", "false"])}`,
    () => `string(size) == "${number()}"`,
  ]);
  return make();
}

/** A condition of a few leaves. */
export function randomCondition(random: Random, depth = 0): string {
  const chance = random();
  if (depth > 3 || chance < 0.35) return leaf(random);
  if (chance < 0.5) return `not ${random() < 0.5 ? leaf(random) : `(${randomCondition(random, depth + 1)})`}`;
  const operator = chance < 0.78 ? "and" : "or";
  return `(${Array.from({ length: 2 + Math.floor(random() * 2) }, () => randomCondition(random, depth + 1)).join(` ${operator} `)})`;
}

function eventQuery(random: Random): string {
  const category = random() < 0.3 ? "any" : pick(random, CATEGORIES);
  return `${category} where ${random() < 0.35 ? "true" : random() < 0.5 ? leaf(random) : randomCondition(random, 2)}`;
}

function keyOf(random: Random, optional: boolean): string {
  return `${optional && random() < 0.25 ? "?" : ""}${pick(random, ["key", "other", "key", "name"])}`;
}

/** An event query, a sequence with everything a sequence can have, or a sample. */
export function randomQuery(random: Random): string {
  const chance = random();
  if (chance < 0.5) {
    const pipe = random() < 0.1 ? ` | ${pick(random, ["head", "tail"])} ${Math.floor(random() * 5)}` : "";
    return `${random() < 0.5 ? "any" : pick(random, CATEGORIES)} where ${randomCondition(random)}${pipe}`;
  }
  if (chance < 0.95) return randomSequence(random);
  const stages = Array.from({ length: 2 + Math.floor(random() * 2) }, () => `[${eventQuery(random)}]`);
  return `sample by ${pick(random, ["key", "other"])} ${stages.join(" ")}`;
}

/** Optional keys do not meet missing events: there the reference never counts a null key (SEMANTICS 11.6 says IS NULL). */
function randomSequence(random: Random): string {
  const withMissing = random() < 0.25;
  const shared = random() < 0.5 ? ` by ${keyOf(random, !withMissing)}` : "";
  const own = random() < 0.4;
  const maxspan =
    withMissing || random() < 0.5 ? ` with maxspan=${pick(random, ["1ms", "3ms", "8ms", "1s", "1h"])}` : "";
  const stages = Array.from({ length: 2 + Math.floor(random() * 3) }, (_, index) => {
    const missing = withMissing && index !== 1 && random() < 0.5;
    const keys = own ? ` by ${keyOf(random, !withMissing)}` : "";
    const runs = random() < 0.1 ? ` with runs=${2 + Math.floor(random() * 2)}` : "";
    return `${missing ? "!" : ""}[${eventQuery(random)}]${keys}${runs}`;
  });
  const until =
    random() < 0.3 ? ` until [${eventQuery(random)}]${own ? ` by ${keyOf(random, !withMissing)}` : ""}` : "";
  return `sequence${shared}${maxspan} ${stages.join(" ")}${until}`;
}
