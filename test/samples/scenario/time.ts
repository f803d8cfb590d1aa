/** Nanoseconds since 1970 UTC. */
export type Nanoseconds = bigint;

export const MS = 1_000_000n;
export const SECOND = 1_000_000_000n;
export const MINUTE = 60n * SECOND;

/** A time of the day of the story, 14 March 2025 UTC, from `09:12:33` with up to nine fraction digits. */
export function at(clock: string): Nanoseconds {
  const [whole = "", fraction = ""] = clock.split(".");
  return BigInt(Date.parse(`2025-03-14T${whole}Z`)) * MS + BigInt(fraction.padEnd(9, "0"));
}

/** ISO 8601 with `least` fraction digits or more, where the time needs them; `offsetMinutes` east of UTC. */
export function isoTime(time: Nanoseconds, least: number, offsetMinutes = 0): string {
  const local = new Date(Number(time / MS) + offsetMinutes * 60_000).toISOString().slice(0, 19);
  const nine = (time % SECOND).toString().padStart(9, "0");
  const digits = nine.replace(/0+$/, "").length;
  const fraction = nine.slice(0, digits <= least ? least : digits <= 7 ? 7 : 9);
  return `${local}${fraction === "" ? "" : `.${fraction}`}${zone(offsetMinutes)}`;
}

function zone(offsetMinutes: number): string {
  if (offsetMinutes === 0) return "Z";
  const size = Math.abs(offsetMinutes);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${offsetMinutes > 0 ? "+" : "-"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
