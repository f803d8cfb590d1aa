/** One line of an audit log. */
export interface AuditRecord {
  readonly type: string;
  readonly node: string | null;
  /** Seconds since 1970 with milliseconds, as written. */
  readonly time: string;
  readonly serial: string;
  /** Raw: quotes removed, encoded values decoded, what means nothing (`?`, `(null)`) left out. */
  readonly fields: ReadonlyMap<string, string>;
  /** What an ENRICHED log adds after the group separator: names for numbers, under upper-case keys. */
  readonly enriched: ReadonlyMap<string, string>;
}

const HEAD = /(?:^|\s)(?:node=(\S+) )?type=([A-Z0-9_]+|UNKNOWN\[\d+\]) (?:msg=)?audit\((\d+\.\d+):(\d+)\)\s?: ?/;

/** Where a record's type, time and serial are; null for a line that is no audit record. */
export function parseAuditHead(
  line: string,
): { node: string | null; type: string; time: string; serial: string; length: number } | null {
  const match = HEAD.exec(line);
  if (match === null) return null;
  const [all, node, type = "", time = "", serial = ""] = match;
  return { node: node ?? null, type, time, serial, length: match.index + all.length };
}

/** Reads a line of `audit.log`, or of a syslog that audispd or auoms wrote to. Null when it is no audit record. */
export function parseAuditRecord(line: string): AuditRecord | null {
  const head = parseAuditHead(line);
  if (head === null) return null;
  const rest = line.slice(head.length);
  const separator = rest.indexOf("\x1d");
  const fields = new Map<string, string>();
  readFields(separator < 0 ? rest : rest.slice(0, separator), head.type, fields);
  const enriched = new Map<string, string>();
  if (separator >= 0) readFields(rest.slice(separator + 1), "", enriched);
  return { type: head.type, node: head.node, time: head.time, serial: head.serial, fields, enriched };
}

/** `key=value`, the value bare, in double quotes, or in single quotes with more fields within. */
function readFields(text: string, type: string, fields: Map<string, string>): void {
  for (let equals = text.indexOf("="), from = 0; equals >= 0; equals = text.indexOf("=", from)) {
    let start = equals;
    while (start > from && isKeyByte(text.charCodeAt(start - 1))) start -= 1;
    const at = equals + 1;
    if (start === equals) {
      from = at;
      continue;
    }
    const key = text.slice(start, equals);
    const opening = text[at];
    let value: string | undefined;
    const close = opening === '"' || opening === "'" ? text.indexOf(opening, at + 1) : -1;
    if (close < 0) {
      from = endOfBare(text, at);
      value = decodeBare(key, text.slice(at, from), type);
    } else {
      from = close + 1;
      value = text.slice(at + 1, close);
      if (opening === "'") {
        readFields(value, type, fields);
        continue;
      }
    }
    if (value !== undefined && value !== "" && value !== "?" && !fields.has(key)) fields.set(key, value);
  }
}

/** Letters, digits, and `_ . - [ ]`. */
function isKeyByte(code: number): boolean {
  if (code >= 0x61 ? code <= 0x7a : code >= 0x30 && code <= 0x39) return true;
  return (code >= 0x41 && code <= 0x5b) || code === 0x5d || code === 0x5f || code === 0x2d || code === 0x2e;
}

/** A bare value ends at white space; one in parentheses at the closing one. */
function endOfBare(text: string, start: number): number {
  const closes = text.charCodeAt(start) === 0x28;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) return at;
    if (closes && code === 0x29) return at + 1;
  }
  return text.length;
}

/** Fields that auditd writes as hexadecimal digits where they hold anything but printable ASCII without quotes. */
const ENCODED = new Set([
  "acct",
  "cmd",
  "comm",
  "cwd",
  "data",
  "dir",
  "exe",
  "file",
  "grp",
  "key",
  "name",
  "new-chardev",
  "new-disk",
  "new-fs",
  "new-rng",
  "ocomm",
  "old-disk",
  "path",
  "proctitle",
  "unit",
  "vm",
  "watch",
]);

const MISSING = new Set(["?", "(null)", "(none)", "(unset)"]);

function decodeBare(key: string, value: string, type: string): string | undefined {
  if (MISSING.has(value)) return undefined;
  const encoded = ENCODED.has(key) || (type === "EXECVE" && /^a\d+(?:\[\d+\])?$/.test(key));
  if (!encoded || value.length % 2 !== 0 || !/^[0-9A-Fa-f]+$/.test(value)) return value;
  const decoded = Buffer.from(value, "hex").toString("utf8");
  return key === "proctitle" ? decoded.replace(/\0+$/, "") : decoded;
}

/** The arguments of an execution: EXECVE records, long arguments in pieces `a1[0]`, `a1[1]` put together. */
export function argumentsOf(records: readonly AuditRecord[]): string[] | undefined {
  const parts = new Map<number, [number, string][]>();
  for (const { type, fields } of records) {
    if (type !== "EXECVE") continue;
    for (const [key, value] of fields) {
      const match = key.charCodeAt(0) === 0x61 ? /^a(\d+)(?:\[(\d+)\])?$/.exec(key) : null;
      if (match === null) continue;
      const pieces = parts.get(Number(match[1]));
      if (pieces === undefined) parts.set(Number(match[1]), [[Number(match[2] ?? 0), value]]);
      else pieces.push([Number(match[2] ?? 0), value]);
    }
  }
  if (parts.size === 0) return undefined;
  const join = (pieces: [number, string][]): string =>
    pieces
      .sort(([a], [b]) => a - b)
      .map(([, piece]) => piece)
      .join("");
  return [...parts].sort(([a], [b]) => a - b).map(([, pieces]) => join(pieces));
}

export interface SocketAddress {
  /** `ipv4`, `ipv6`, `unix`, `netlink`, or the number of another family. */
  readonly family: string;
  readonly ip?: string;
  readonly port?: number;
  readonly path?: string;
}

/** Decodes the bytes of a `struct sockaddr` (SOCKADDR's `saddr`), little-endian family, as on x86 and ARM. */
export function parseSockaddr(hex: string | undefined): SocketAddress | undefined {
  if (hex === undefined || !/^(?:[0-9A-Fa-f]{2}){2,}$/.test(hex)) return undefined;
  const bytes = Buffer.from(hex, "hex");
  const family = bytes.readUInt16LE(0);
  if (family === 1) {
    const end = bytes.indexOf(0, 3);
    const path = bytes.toString("utf8", bytes[2] === 0 ? 3 : 2, end < 0 ? bytes.length : end);
    return { family: "unix", path: bytes[2] === 0 && path !== "" ? `@${path}` : path };
  }
  if (family === 2 && bytes.length >= 8) {
    return { family: "ipv4", port: bytes.readUInt16BE(2), ip: [...bytes.subarray(4, 8)].join(".") };
  }
  if (family === 10 && bytes.length >= 24) {
    const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(8 + index * 2));
    const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
    const ip = mapped ? [...bytes.subarray(20, 24)].join(".") : compress(groups);
    return { family: mapped ? "ipv4" : "ipv6", port: bytes.readUInt16BE(2), ip };
  }
  return { family: family === 16 ? "netlink" : String(family) };
}

/** The text of an IPv6 address, its longest run of zeros shortened (RFC 5952). */
function compress(groups: readonly number[]): string {
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at += 1) {
    let length = 0;
    while (groups[at + length] === 0) length += 1;
    if (length > best.length) best = { at, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.at < 0) return hex.join(":");
  return `${hex.slice(0, best.at).join(":")}::${hex.slice(best.at + best.length).join(":")}`;
}
