import { type Continuation, MAX_DOCUMENT_BYTES, type SplitDocument, type Splitter } from "../format.ts";
import { syscallName } from "../mappings/auditd-syscalls.ts";
import { parseAuditHead } from "./auditd-record.ts";
import { type CutLine, LineCutter } from "./line-cutter.ts";

/** Enough of a record to see whose it is, and of a SYSCALL record which process did what. */
const HEAD_BYTES = 1024;
/** So many events stay open for records that come late. */
const OPEN_EVENTS = 256;
/** ... or for so long, by the times of the records. */
const OPEN_SECONDS = 5;
/** Records of one event, or of events that are interleaved, beyond this are cut apart. */
const MAX_GROUP_LINES = 4096;
const MAX_GROUP_BYTES = 4 * 1024 * 1024;
/** Processes remembered. */
const MAX_PROCESSES = 16_384;

/** When the process of an event and its parent began (`time:serial`), and the parent's program, as far as the log tells. */
export type Begun = readonly [own: string | null, parent: string | null, parentExecutable: string | null];

/** What is known of a process: when it began, and which program it last was seen to be. */
type Process = readonly [moment: string | null, executable: string | null];

/** What the log tells beside the records of a document: by `node time:serial`, for events of which anything is known. */
export interface AuditContext {
  readonly begun: readonly (readonly [key: string, ...Begun])[];
  /** Records of an event that lie at the beginning of the next file. */
  readonly more?: readonly (readonly [key: string, lines: readonly string[]])[];
  /** Events that began in the file before, which has these records, too. */
  readonly continued?: readonly string[];
}

/** What the splitter of one file hands to that of the next. */
interface HandOver {
  readonly processes: [string, Process][];
  /** Events of this file that took records of the next, and how many bytes of it were looked at. */
  readonly continued: readonly string[];
  readonly seen: number;
}

interface Group {
  start: number;
  end: number;
  line: number;
  time: number;
  /** Of its events, by `node time:serial`; none for a line that is no audit record. */
  keys: string[];
  blank: boolean;
}

interface State {
  readonly lines: unknown;
  readonly groups: Group[];
  readonly begun: [string, Begun][];
  readonly processes: [string, Process][];
}

/**
 * Cuts an audit log into events: all records of one serial. Records of several events may be interleaved, and come late
 * by up to 256 events or 5 seconds: the lines from the first to the last of them are then one document of several events.
 * It also remembers when each process was last executed or forked, for `process.entity_id`.
 */
export class AuditSplitter implements Splitter {
  readonly #lines: LineCutter;
  readonly #groups: Group[];
  /** The open group of each key. */
  readonly #of = new Map<string, Group>();
  readonly #begun: Map<string, Begun>;
  /** By `node pid`, least recently begun or met as a parent first. */
  readonly #processes: Map<string, Process>;
  /** How a record goes on after its type when it belongs to the same event as the last one; empty: unknown. */
  #sameEvent = "";
  #lastKey = "";

  /** Records at the beginning of the next file, by event. */
  readonly #next = new Map<string, string[]>();
  readonly #seenOfNext: number;
  /** Events of the file before that took their records out of the first bytes of this one. */
  readonly #taken: ReadonlySet<string>;
  readonly #takenBytes: number;
  readonly #continued: string[] = [];

  /** @param around the files before and after, of the same log */
  constructor(state: unknown, around?: Continuation) {
    const saved = state as State | undefined;
    const before = (around?.before ?? null) as HandOver | null;
    const shared = around?.alone === true ? null : before;
    this.#taken = new Set(shared?.continued);
    this.#takenBytes = shared?.seen ?? 0;
    this.#seenOfNext = this.#look(around?.next ?? null);
    this.#lines = new LineCutter(HEAD_BYTES, saved?.lines);
    this.#groups = saved === undefined ? [] : structuredClone(saved.groups);
    this.#begun = new Map(saved?.begun);
    this.#processes = new Map(saved?.processes ?? before?.processes);
    for (const group of this.#groups) for (const key of group.keys) this.#of.set(key, group);
  }

  push(chunk: Uint8Array): SplitDocument[] {
    const out: SplitDocument[] = [];
    for (const line of this.#lines.push(chunk)) this.#add(line, out);
    return out;
  }

  end(): SplitDocument[] {
    const out: SplitDocument[] = [];
    for (const line of this.#lines.end()) this.#add(line, out);
    for (const { keys } of this.#groups) {
      this.#continued.push(...keys.filter((key) => this.#next.has(key) && !this.#taken.has(key)));
    }
    while (this.#groups.length > 0) this.#close(out);
    return out;
  }

  holdFrom(): number {
    const [first] = this.#groups;
    if (first !== undefined) return first.start;
    const { openStart, offset } = this.#lines;
    return offset - openStart > MAX_DOCUMENT_BYTES ? offset : openStart;
  }

  state(): unknown {
    return {
      lines: this.#lines.state(),
      groups: structuredClone(this.#groups),
      begun: [...this.#begun],
      processes: [...this.#processes],
    } satisfies State;
  }

  handOver(): unknown {
    const { size } = this.#next;
    return {
      processes: [...this.#processes],
      continued: size === 0 ? [] : this.#continued,
      seen: this.#seenOfNext,
    } satisfies HandOver;
  }

  /** Takes the whole lines at the beginning of the next file. Returns how many bytes they are. */
  #look(next: Uint8Array | null): number {
    if (next === null) return 0;
    const text = Buffer.from(next).toString("latin1");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    for (const line of whole.split("\n")) {
      const record = parseAuditHead(line.slice(0, HEAD_BYTES));
      if (record === null) continue;
      const key = `${record.node ?? ""} ${record.time}:${record.serial}`;
      const lines = this.#next.get(key) ?? [];
      lines.push(Buffer.from(line.replace(/\r$/, ""), "latin1").toString("utf8"));
      this.#next.set(key, lines);
    }
    return whole.length;
  }

  #add({ start, end, line, head: text }: CutLine, out: SplitDocument[]): void {
    if (this.#adds(text, line, end)) return;
    const record = parseAuditHead(text);
    const time = record === null ? (this.#groups.at(-1)?.time ?? 0) : Number(record.time);
    const key = record === null ? "" : `${record.node ?? ""} ${record.time}:${record.serial}`;
    if (record?.type === "SYSCALL") this.#follow(text, record.node ?? "", `${record.time}:${record.serial}`, key);
    else if (record !== null && !PARTS.has(record.type) && !this.#begun.has(key)) {
      this.#follow(text, record.node ?? "", null, key);
    }
    const plain = record !== null && record.node === null;
    this.#sameEvent = plain ? ` msg=audit(${record.time}:${record.serial}):` : "";
    this.#lastKey = key;
    const known = key === "" ? undefined : this.#of.get(key);
    if (known !== undefined && this.#mayJoin(known, key, line, end)) {
      this.#join(known, end);
    } else {
      const group: Group = { start, end, line, time, keys: key === "" ? [] : [key], blank: end === start };
      this.#groups.push(group);
      if (key !== "") this.#of.set(key, group);
    }
    while (this.#groups.length > OPEN_EVENTS || time - (this.#groups[0]?.time ?? time) > OPEN_SECONDS) this.#close(out);
  }

  /** Most records only add to the event of the one before: they are told without taking the line apart. */
  #adds(text: string, line: number, end: number): boolean {
    if (this.#sameEvent === "" || !text.startsWith("type=")) return false;
    const space = text.indexOf(" ");
    if (!text.startsWith(this.#sameEvent, space) || !PARTS.has(text.slice(5, space))) return false;
    const group = this.#of.get(this.#lastKey);
    if (group === undefined || !this.#mayJoin(group, this.#lastKey, line, end)) return false;
    this.#join(group, end);
    return true;
  }

  /**
   * Whether a record may still join: what is larger is cut apart, and what the file before has taken ends where it looked.
   */
  #mayJoin(group: Group, key: string, line: number, end: number): boolean {
    if (line - group.line >= MAX_GROUP_LINES || end - group.start > MAX_GROUP_BYTES) return false;
    return end < this.#takenBytes || group.start >= this.#takenBytes || !this.#taken.has(key);
  }

  /** A record joins an event that is open: every group from there on becomes one. */
  #join(group: Group, end: number): void {
    group.end = end;
    if (group === this.#groups.at(-1)) return;
    const at = this.#groups.indexOf(group);
    for (const other of this.#groups.splice(at + 1)) {
      group.keys.push(...other.keys);
      for (const key of other.keys) this.#of.set(key, group);
    }
  }

  #close(out: SplitDocument[]): void {
    const group = this.#groups.shift();
    if (group === undefined) return;
    if (group.blank) {
      out.push({ start: group.start, end: group.end, line: group.line, blank: true });
      return;
    }
    const begun: (readonly [string, ...Begun])[] = [];
    for (const key of group.keys) {
      if (this.#of.get(key) === group) this.#of.delete(key);
      const known = this.#begun.get(key);
      if (known === undefined) continue;
      if (known.some((value) => value !== null)) begun.push([key, ...known]);
      this.#begun.delete(key);
    }
    const { start, end, line } = group;
    const more = this.#continued.flatMap((key) =>
      group.keys.includes(key) ? [[key, this.#next.get(key) ?? []] as const] : [],
    );
    const continued = start < this.#takenBytes ? group.keys.filter((key) => this.#taken.has(key)) : [];
    const nothing = begun.length + more.length + continued.length === 0;
    const context: AuditContext = {
      begun,
      ...(more.length === 0 ? {} : { more }),
      ...(continued.length === 0 ? {} : { continued }),
    };
    out.push(nothing ? { start, end, line } : { start, end, line, context });
  }

  /** Notes when the process of a record, and its parent, began; an execution or fork begins a process. */
  #follow(text: string, node: string, moment: string | null, key: string): void {
    const pid = digits(fieldIn(text, "pid"));
    if (pid === undefined) return;
    const process = `${node} ${pid}`;
    const call =
      moment === null
        ? undefined
        : syscallName(fieldIn(text, "arch"), fieldIn(text, "SYSCALL") ?? fieldIn(text, "syscall") ?? "");
    const succeeded = fieldIn(text, "success") !== "no";
    const executable = moment === null ? null : toExecutable(fieldIn(text, "exe"));
    let own = this.#processes.get(process) ?? null;
    if (moment !== null && succeeded && (call === "execve" || call === "execveat")) {
      own = this.#begin(process, [moment, executable]);
    } else if (executable !== null && own?.[1] !== executable)
      own = this.#begin(process, [own?.[0] ?? null, executable]);
    const ppid = digits(fieldIn(text, "ppid"));
    const parent = ppid === undefined ? null : (this.#processes.get(`${node} ${ppid}`) ?? null);
    if (parent !== null) this.#begin(`${node} ${String(ppid)}`, parent);
    this.#begun.set(key, [own?.[0] ?? null, parent?.[0] ?? null, parent?.[1] ?? null]);
    if (call === "exit_group") this.#processes.delete(process);
    if (moment === null || !succeeded || call === undefined || !FORKS.has(call)) return;
    const child = fieldIn(text, "exit");
    if (child !== undefined && /^[1-9]\d*$/.test(child)) this.#begin(`${node} ${child}`, [moment, executable]);
  }

  /** The process is the most recent one; the one that is longest unheard of is forgotten when there are too many. */
  #begin(name: string, process: Process): Process {
    this.#processes.delete(name);
    this.#processes.set(name, process);
    if (this.#processes.size > MAX_PROCESSES) {
      const [oldest] = this.#processes.keys();
      if (oldest !== undefined) this.#processes.delete(oldest);
    }
    return process;
  }
}

/** The path in quotes, or as hexadecimal digits where it has unusual characters. */
function toExecutable(written: string | undefined): string | null {
  if (written?.startsWith('"') === true) return written.slice(1, written.indexOf('"', 1)) || null;
  return written !== undefined && /^(?:[0-9A-F]{2})+$/.test(written)
    ? Buffer.from(written, "hex").toString("utf8")
    : null;
}

/** A bare value in the text of a record, the first of that name, after a space or the separator of ENRICHED logs. */
function fieldIn(
  text: string,
  name: "pid" | "ppid" | "arch" | "SYSCALL" | "syscall" | "success" | "exit" | "exe",
): string | undefined {
  for (let at = text.indexOf(`${name}=`); at >= 0; at = text.indexOf(`${name}=`, at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before !== 0x20 && before !== 0x1d) continue;
    const start = at + name.length + 1;
    const end = text.indexOf(" ", start);
    return text.slice(start, end < 0 ? text.length : end);
  }
  return undefined;
}

function digits(value: string | undefined): string | undefined {
  return value !== undefined && /^\d+$/.test(value) ? value : undefined;
}

/** Records that never name a process, and hold text of its choice. */
const PARTS = new Set(["EXECVE", "PATH", "CWD", "PROCTITLE", "SOCKADDR", "EOE"]);
const FORKS = new Set(["clone", "clone3", "fork", "vfork"]);
