const ISO =
  /^([+-]?\d{4,6})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const EPOCH_MILLIS = /^-?\d{5,16}$/;
const NS_PER_MS = 1_000_000n;

/**
 * Nanoseconds since 1970 UTC of an ISO 8601 date (missing parts are the first moment, a missing zone is UTC) or of epoch
 * milliseconds as text; null when it is neither.
 */
export function parseDate(text: string): bigint | null {
  if (EPOCH_MILLIS.test(text)) return BigInt(text) * NS_PER_MS;
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, year = "", month = "01", day = "01", hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] =
    match;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number);
  if (
    y === undefined ||
    mo === undefined ||
    d === undefined ||
    h === undefined ||
    mi === undefined ||
    s === undefined
  ) {
    return null;
  }
  if (mo < 1 || mo > 12 || d < 1 || h > 23 || mi > 59 || s > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d) return null;
  date.setUTCHours(h, mi, s);
  const offset = zoneMinutes(zone);
  if (offset === null || Number.isNaN(date.getTime())) return null;
  return BigInt(date.getTime() - offset * 60_000) * NS_PER_MS + BigInt(fraction.padEnd(9, "0"));
}

/** Minutes east of UTC. */
function zoneMinutes(zone: string): number | null {
  if (zone === "Z" || zone === "z") return 0;
  const [, sign, hours = "", minutes = "0"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  if (Number(hours) > 18 || Number(minutes) > 59) return null;
  return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
}

/** ISO 8601 in UTC with milliseconds; with nanoseconds where the instant has any beyond. */
export function formatDate(ns: bigint): string {
  const remainder = ((ns % NS_PER_MS) + NS_PER_MS) % NS_PER_MS;
  const milliseconds = (ns - remainder) / NS_PER_MS;
  const date = new Date(Number(milliseconds));
  if (Number.isNaN(date.getTime())) return String(milliseconds);
  const text = date.toISOString();
  return remainder === 0n ? text : `${text.slice(0, -1)}${String(remainder).padStart(6, "0")}Z`;
}
