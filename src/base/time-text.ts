/** Nanoseconds since 1970 UTC as ISO 8601 in UTC: three digits of a second, or nine where there is more to say. */
export function isoTime(ns: bigint): string {
  let ms = ns / 1_000_000n;
  let rest = ns % 1_000_000n;
  if (rest < 0n) {
    ms -= 1n;
    rest += 1_000_000n;
  }
  const date = new Date(Number(ms));
  // int64 nanoseconds reach from 1677 to 2262: always a valid date of four digits.
  const text = date.toISOString();
  return rest === 0n ? text : `${text.slice(0, -1)}${rest.toString().padStart(6, "0")}Z`;
}

const UNITS: readonly (readonly [string, bigint])[] = [
  ["d", 86_400_000_000_000n],
  ["h", 3_600_000_000_000n],
  ["m", 60_000_000_000n],
  ["s", 1_000_000_000n],
  ["ms", 1_000_000n],
  ["us", 1_000n],
  ["ns", 1n],
];

/** A length of time in its two largest units: `1h 12m`, `2.9s` as `2s 900ms`, `0s`. */
export function spanText(ns: bigint): string {
  let rest = ns < 0n ? -ns : ns;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = rest / size;
    rest %= size;
    if (count > 0n) parts.push(`${count.toString()}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  if (parts.length === 0) return "0s";
  return (ns < 0n ? "-" : "") + parts.join(" ");
}
