import { type Random, seededRandom } from "./generate-random.ts";

/**
 * Dumps of unusual shape: what a loader meets beside ordinary events. Documents are written one a line.
 */
export const SHAPES = {
  /** 100,000 events, each with 60 of 5,000 field names. */
  wide: (random: Random, write: (line: string) => void) => {
    for (let event = 0; event < 100_000; event++) write(withFields(random, event, someNames(random, 60)));
  },
  /** 2,000 events, each with all of 5,000 field names. */
  dense: (random: Random, write: (line: string) => void) => {
    for (let event = 0; event < 2_000; event++) write(withFields(random, event, ALL_NAMES));
  },
  /** 500 documents of some 2 MB: a long text, a list of objects, a list of texts, or lists in lists of numbers. */
  large: (random: Random, write: (line: string) => void) => {
    for (let event = 0; event < 500; event++) write(largeDocument(random, event));
  },
} as const satisfies Readonly<Record<string, (random: Random, write: (line: string) => void) => void>>;

export type Shape = keyof typeof SHAPES;

export function isShape(name: string): name is Shape {
  return Object.hasOwn(SHAPES, name);
}

const NAMES = 5_000;
const LARGE = 2_000_000;

/** Writes a dump of that shape in chunks of text, the same for the same seed. */
export function generateShape(shape: Shape, seed: number, write: (chunk: string) => void): void {
  let chunk = "";
  SHAPES[shape](seededRandom(seed), (line) => {
    chunk += `${line}\n`;
    if (chunk.length < 1 << 20) return;
    write(chunk);
    chunk = "";
  });
  write(chunk);
}

function head(event: number): string {
  const time = new Date(Date.UTC(2026, 0, 1) + event * 1000).toISOString();
  return `{"@timestamp":"${time}","event":{"id":"w${event}","sequence":${event}},"host":{"name":"h${event % 20}"}`;
}

/** A quarter of the names lie two objects deep; a tenth holds numbers, the others texts of which some are rare. */
function withFields(random: Random, event: number, names: Iterable<number>): string {
  const flat: string[] = [];
  const nested: string[] = [];
  for (const name of names) {
    const text = `"v${random.below(name % 3 === 0 ? 1e9 : 200)}"`;
    const value = name % 10 === 0 ? String(random.below(1_000_000)) : text;
    (name % 4 === 0 ? nested : flat).push(`"field${name}":${value}`);
  }
  return `${head(event)},${flat.join(",")},"winlog":{"event_data":{${nested.join(",")}}}}`;
}

function someNames(random: Random, count: number): Set<number> {
  const names = new Set<number>();
  while (names.size < count) names.add(random.below(NAMES));
  return names;
}

const ALL_NAMES = Array.from({ length: NAMES }, (_, name) => name);

function largeDocument(random: Random, event: number): string {
  switch (event % 4) {
    case 0:
      return `${head(event)},"process":{"command_line":"${random.hex(16).repeat(LARGE / 16)}"}}`;
    case 1:
      return `${head(event)},"modules":${list(LARGE / 100, () => `{"name":"m${random.below(5000)}.so","hash":{"sha256":"${random.hex(64)}"}}`)}}`;
    case 2:
      return `${head(event)},"process":{"args":${list(LARGE / 20, () => `"${random.hex(16)}"`)}}}`;
    default:
      return `${head(event)},"process":{"exit_code":${list(LARGE / 250, () => list(20, () => String(random.below(1e9))))}}}`;
  }
}

function list(length: number, item: () => string): string {
  return `[${Array.from({ length: Math.floor(length) }, item).join(",")}]`;
}
