import { MAX_DOCUMENT_BYTES, type SplitDocument, type Splitter } from "../format.ts";

/** The columns of a CSV file: the context of each of its rows. */
export interface CsvHeader {
  readonly columns: readonly string[];
  readonly delimiter: string;
}

/** A longer header is no header. */
const HEADER_BYTES = 1024 * 1024;
const QUOTE = 0x22;
const NEWLINE = 0x0a;
const BOM = [0xef, 0xbb, 0xbf];

interface State {
  offset: number;
  line: number;
  start: number;
  startLine: number;
  /** In a quoted cell; after a quote in one (which ends it, or is the first of two); at the first byte of a cell. */
  cell: "plain" | "quoted" | "quote" | "fresh";
  /** A byte of the record other than a carriage return was seen. */
  content: boolean;
  /** Latin-1 text of the header's bytes until it is complete. */
  head: string;
  header: CsvHeader | null;
}

/**
 * Cuts records of CSV: cells may be quoted, and hold line ends then. The first record names the columns and is no
 * document. The delimiter (comma, semicolon or tab) is the one that the header has most of.
 */
export function csvSplitter(state?: unknown): Splitter {
  return new CsvSplitter(state);
}

class CsvSplitter implements Splitter {
  #s: State;

  constructor(state: unknown) {
    this.#s =
      state === undefined
        ? { offset: 0, line: 1, start: 0, startLine: 1, cell: "fresh", content: false, head: "", header: null }
        : structuredClone(state as State);
  }

  push(chunk: Uint8Array): SplitDocument[] {
    const s = this.#s;
    const out: SplitDocument[] = [];
    const base = s.offset;
    let at = 0;
    while (base + at < BOM.length && at < chunk.length && chunk[at] === BOM[base + at]) at += 1;
    let headFrom = at;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === NEWLINE) s.line += 1;
      if (byte === QUOTE) {
        if (s.cell === "fresh" || s.cell === "quote") s.cell = "quoted";
        else if (s.cell === "quoted") s.cell = "quote";
        s.content = true;
      } else if (s.cell === "quoted") {
        continue;
      } else if (byte === NEWLINE) {
        if (s.header === null) s.head += latin1(chunk, headFrom, at);
        this.#record(base + at + 1, out);
        headFrom = at + 1;
      } else {
        if (byte !== 0x0d) s.content = true;
        s.cell = byte === 0x2c || byte === 0x3b || byte === 0x09 ? this.#afterDelimiter(byte) : "plain";
      }
    }
    if (s.header === null && s.head.length < HEADER_BYTES) s.head += latin1(chunk, headFrom, chunk.length);
    s.offset = base + chunk.length;
    return out;
  }

  end(): SplitDocument[] {
    const s = this.#s;
    const out: SplitDocument[] = [];
    if (s.start === s.offset) return out;
    if (s.cell === "quoted" && s.header !== null) {
      const rejected = { code: "truncated", reason: "the input ends within a quoted cell of this record" };
      out.push({ start: s.start, end: s.offset, line: s.startLine, rejected });
    } else {
      this.#record(s.offset, out);
    }
    return out;
  }

  holdFrom(): number {
    const s = this.#s;
    return s.offset - s.start > MAX_DOCUMENT_BYTES ? s.offset : s.start;
  }

  state(): unknown {
    return structuredClone(this.#s);
  }

  #afterDelimiter(byte: number): State["cell"] {
    const { header } = this.#s;
    return header === null || header.delimiter.charCodeAt(0) === byte ? "fresh" : "plain";
  }

  #record(end: number, out: SplitDocument[]): void {
    const s = this.#s;
    const place = { start: s.start, end, line: s.startLine };
    if (!s.content) out.push({ ...place, blank: true });
    else if (s.header === null) s.header = parseCsvHeader(Buffer.from(s.head, "latin1").toString("utf8"));
    else if (end - s.start > MAX_DOCUMENT_BYTES) {
      const reason = `longer than ${String(MAX_DOCUMENT_BYTES)} bytes`;
      out.push({ ...place, rejected: { code: "document-too-long", reason } });
    } else out.push({ ...place, context: s.header });
    s.head = "";
    s.start = end;
    s.startLine = s.line;
    s.cell = "fresh";
    s.content = false;
  }
}

function latin1(chunk: Uint8Array, from: number, to: number): string {
  return Buffer.from(chunk.buffer, chunk.byteOffset + from, to - from).toString("latin1");
}

/** Names of the columns of a header line, and the delimiter it uses. */
export function parseCsvHeader(text: string): CsvHeader {
  const unquoted = text.replace(/"(?:[^"]|"")*"/g, "");
  const counts = [",", ";", "\t"].map((delimiter) => ({ delimiter, count: unquoted.split(delimiter).length }));
  const { delimiter } = counts.reduce((best, next) => (next.count > best.count ? next : best));
  return { columns: parseCsvRecord(text, delimiter) ?? [], delimiter };
}

/** The cells of one record, quotes removed; null when a quoted cell is not closed, or is followed by more text. */
export function parseCsvRecord(text: string, delimiter: string): string[] | null {
  const cells: string[] = [];
  const end = text.endsWith("\r\n") ? text.length - 2 : /[\r\n]$/.test(text) ? text.length - 1 : text.length;
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      let cell = "";
      for (;;) {
        const quote = text.indexOf('"', at + 1);
        if (quote < 0) return null;
        cell += text.slice(at + 1, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        cell += '"';
      }
      cells.push(cell);
      if (at < end && text[at] !== delimiter) return null;
    } else {
      const next = text.indexOf(delimiter, at);
      const stop = next < 0 || next > end ? end : next;
      cells.push(text.slice(at, stop));
      at = stop;
    }
    if (at >= end) return cells;
    at += 1;
    if (at === end) {
      cells.push("");
      return cells;
    }
  }
}
