/** A seeded source of randomness: the same seed gives the same dump on every machine. */
export interface Random {
  /** A 32-bit unsigned integer. */
  readonly next: () => number;
  /** An integer in [0, bound). */
  readonly below: (bound: number) => number;
  /** True with the given probability. */
  readonly chance: (probability: number) => boolean;
  /** An element of a list that is not empty. */
  readonly pick: <T>(list: readonly T[]) => T;
  /** `digits` hexadecimal digits, a multiple of four. */
  readonly hex: (digits: number) => string;
}

const HEX4 = Array.from({ length: 65_536 }, (_, n) => n.toString(16).padStart(4, "0"));

/** Marsaglia's xorshift with 128 bits of state: a few nanoseconds a number. */
export function seededRandom(seed: number): Random {
  let x = (seed ^ 0x9e3779b9) | 0;
  let y = Math.imul(seed + 1, 0x85ebca6b) | 0;
  let z = Math.imul(seed + 2, 0xc2b2ae35) | 0;
  let w = 0x27d4eb2f;
  const next = (): number => {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return w >>> 0;
  };
  for (let warm = 0; warm < 32; warm++) next();
  const below = (bound: number): number => Math.floor((next() / 4_294_967_296) * bound);
  return {
    next,
    below,
    chance: (probability) => next() < probability * 4_294_967_296,
    pick: (list) => {
      const item = list[below(list.length)];
      if (item === undefined) throw new Error("pick from an empty list");
      return item;
    },
    hex: (digits) => {
      let text = "";
      for (let done = 0; done < digits; done += 4) text += HEX4[next() & 0xffff] ?? "";
      return text;
    },
  };
}

/** Chooses items in proportion to their weights, by a table of 1,024 slots. */
export function weighted<T>(random: Random, items: readonly (readonly [item: T, weight: number])[]): () => T {
  const total = items.reduce((sum, [, weight]) => sum + weight, 0);
  const slots: T[] = [];
  let sum = 0;
  for (const [item, weight] of items) {
    sum += weight;
    while (slots.length < (sum / total) * 1024) slots.push(item);
  }
  return () => random.pick(slots);
}
