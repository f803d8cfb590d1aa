import type { Converted, MemberFacts } from "../format.ts";
import { deriveHostId } from "../mappings/host.ts";
import { derive, put } from "../mappings/table.ts";
import type { Document, TextFormat } from "./dialect.ts";
import { messageToEcs } from "./syslog-message.ts";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `Nov  3 10:00:00 host program[123]: message`: no year, no zone. */
const OLD = /^(?:<\d{1,3}>)?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d(?:\.\d+)?) (\S+) (.*)$/s;
/** `2024-11-03T10:00:00.123456+01:00 host program[123]: message` */
const ISO = /^(?:<\d{1,3}>)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?) (\S+) (.*)$/s;
/** RFC 5424: `<34>1 2024-11-03T10:00:00Z host program 123 id [data] message` */
const NEW = /^<\d{1,3}>1 (\S+) (\S+) (\S+) (\S+) \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(.*)$/s;

interface SyslogLine {
  /** As written, or without its year. */
  readonly time: string | { readonly month: number; readonly day: number; readonly clock: string };
  readonly host: string;
  readonly program: string;
  readonly pid: number | null;
  readonly message: string;
}

/** Takes a syslog line of any of the three forms apart; null when it is none. */
export function parseSyslogLine(line: string): SyslogLine | null {
  const recent = NEW.exec(line);
  if (recent !== null) {
    const [, time = "", host = "", program = "", pid = "", message = ""] = recent;
    return {
      time,
      host,
      program,
      pid: /^\d+$/.test(pid) ? Number(pid) : null,
      message: message.replace(/^\ufeff/, ""),
    };
  }
  const iso = ISO.exec(line);
  const old = iso === null ? OLD.exec(line) : null;
  const month = old === null ? 0 : MONTHS.indexOf(old[1] ?? "") + 1;
  if (iso === null && (old === null || month === 0)) return null;
  const time = iso?.[1] ?? { month, day: Number(old?.[2]), clock: old?.[3] ?? "" };
  const host = iso?.[2] ?? old?.[4] ?? "";
  const rest = iso?.[3] ?? old?.[5] ?? "";
  const tag = /^([^\s:[\]]+(?: \([^)]*\))?)(?:\[(\d+)\])?: ?(.*)$/s.exec(rest);
  if (tag === null) return { time, host, program: "", pid: null, message: rest };
  return {
    time,
    host,
    program: tag[1] ?? "",
    pid: tag[2] === undefined ? null : Number(tag[2]),
    message: tag[3] ?? "",
  };
}

/** Text logs of a Linux host. */
export const syslog: TextFormat = {
  format: {
    id: "syslog",
    title:
      "Text logs of a Linux host (auth.log, secure, syslog, messages): sshd, sudo, su, cron, accounts, Sysmon for Linux.",
    documents: "lines",
    convert: (text, _context, member) => [convertLine(text.replace(/\r$/, ""), member)],
  },
  matches(head) {
    const lines = head
      .split(/\r?\n/)
      .slice(0, 21)
      .filter((line) => line !== "");
    const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
    return whole.length > 0 && whole.filter((line) => parseSyslogLine(line) !== null).length * 2 > whole.length;
  },
};

function convertLine(line: string, member: MemberFacts): Converted {
  const parsed = parseSyslogLine(line);
  if (parsed === null) return { kind: "rejected", code: "not-syslog", reason: "no line of a system log" };
  const { time, host, program, pid, message } = parsed;
  const known = messageToEcs({ program, message }, member);
  const out: Document = known ?? { "event.kind": "event" };
  if (typeof time === "string") put(out, "@timestamp", time);
  else if (out["@timestamp"] === undefined) putYear(out, time, member);
  if (out["host.name"] === undefined) {
    out["host.name"] = host;
    delete out["host.id"];
  }
  put(out, "host.os.type", "linux");
  put(out, "process.name", program === "" ? undefined : program.replace(/^.*\//, ""));
  put(out, "process.pid", pid ?? undefined);
  put(out, "message", message);
  put(out, "event.original", line);
  deriveHostId(out, member);
  return { kind: "event", document: out };
}

/**
 * A time without a year happened in the last one before the file was changed. Where that is unknown, too, the event has
 * no time.
 */
function putYear(out: Document, time: { month: number; day: number; clock: string }, member: MemberFacts): void {
  if (member.modified === null) return;
  const modified = new Date(member.modified);
  const limit = (modified.getUTCMonth() + 1) * 100 + modified.getUTCDate() + 1;
  let year = modified.getUTCFullYear() - (time.month * 100 + time.day > limit ? 1 : 0);
  if (time.month === 2 && time.day === 29) while (new Date(Date.UTC(year, 1, 29)).getUTCMonth() !== 1) year -= 1;
  const two = (part: number): string => String(part).padStart(2, "0");
  derive(out, { "@timestamp": `${String(year)}-${two(time.month)}-${two(time.day)}T${time.clock}` });
}
