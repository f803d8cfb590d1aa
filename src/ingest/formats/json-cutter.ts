import { MAX_DOCUMENT_BYTES, type SplitDocument, type Splitter } from "../format.ts";

/** Where in a stream of JSON values the documents are. */
export type JsonShape =
  /** Every top-level object; of a top-level list every object in it. */
  | "documents"
  /** The hits of Elasticsearch answers: `hits.hits[]`, `hits.events[]`, `hits.sequences[].events[]`, also of `responses[]`. */
  | "hits";

/** Deeper documents are rejected (`nested-too-deep`): Elasticsearch's own limit for a document it parses. */
export const MAX_NESTING = 1000;

/** What the cursor is in, outside of a document. */
type Place = "root" | "response" | "responses" | "hits" | "documents" | "sequences" | "sequence" | "other";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

const BOM = [0xef, 0xbb, 0xbf];

/** Keys longer than any that matters are cut. */
const KEY_BYTES = 32;

/** Keys with which an answer of Elasticsearch begins, beside its hits. */
export const ANSWER_KEYS: readonly string[] = [
  "took",
  "_shards",
  "timed_out",
  "_scroll_id",
  "is_partial",
  "pit_id",
  "is_running",
];

/** The places that open below a place: `key{` and `key[`, the key being empty in a list and at the top. */
const OPENS: Readonly<
  Record<JsonShape, Readonly<Partial<Record<Place, Readonly<Record<string, Place | "document">>>>>>
> = {
  documents: { root: { "{": "document", "[": "documents" }, documents: { "{": "document" } },
  hits: {
    root: { "{": "response", "[": "responses" },
    responses: { "{": "response" },
    response: {
      "hits{": "hits",
      "responses[": "responses",
      "response{": "response",
      "rawResponse{": "response",
    },
    hits: { "hits[": "documents", "events[": "documents", "sequences[": "sequences" },
    sequences: { "{": "sequence" },
    sequence: { "events[": "documents" },
    documents: { "{": "document" },
  },
};

interface Frame {
  readonly place: Place;
  readonly list: boolean;
}

interface State {
  offset: number;
  line: number;
  /** Offset of the first byte of the current line. */
  lineStart: number;
  /** Offset of its first byte that is no white space; -1 before one was seen. */
  lineText: number;
  /** Places from the top down to where the cursor is; `root` is always the first. */
  frames: Frame[];
  inString: boolean;
  escaped: boolean;
  /** The last string outside of a document, as a possible key. */
  key: string;
  /** The last byte that was no white space, outside of strings (a string counts as its closing quote). */
  previous: number;
  /** Offset of the open document, or of the rubbish being skipped; -1 when none is open. */
  start: number;
  startLine: number;
  /** Bytes from the line's start to the document's: where the next one may be found again after an error. */
  column: number;
  /** Offset and line of a `{` at the start of a line that may begin another answer, where one was not closed; else -1. */
  probe: number;
  probeLine: number;
  /** Why the open bytes are rejected: skipping to the next document. */
  bad: { code: string; reason: string } | null;
}

interface Saved extends State {
  /** Containers open in the document, outermost first: `{` or `[`. */
  readonly nesting: string;
}

/**
 * Cuts documents out of a stream of JSON, whatever its white space: pretty-printed, concatenated, in a list, in the
 * answers of a search. It checks brackets and strings only; the loader parses what was cut. After an error it goes on at
 * the next line on which a `{` stands where, or left of where, the broken document stood; what was skipped is rejected.
 */
export function jsonCutter(shape: JsonShape, state?: unknown): Splitter {
  return new JsonCutter(shape, state);
}

class JsonCutter implements Splitter {
  readonly #shape: JsonShape;
  #s: State = {
    offset: 0,
    line: 1,
    lineStart: 0,
    lineText: -1,
    frames: [{ place: "root", list: true }],
    inString: false,
    escaped: false,
    key: "",
    previous: 0,
    start: -1,
    startLine: 0,
    column: 0,
    probe: -1,
    probeLine: 0,
    bad: null,
  };
  readonly #nesting = new Uint8Array(MAX_NESTING);
  #depth = 0;
  #out: SplitDocument[] = [];

  constructor(shape: JsonShape, state: unknown) {
    this.#shape = shape;
    if (state === undefined) return;
    const { nesting, ...rest } = structuredClone(state) as Saved;
    this.#s = rest;
    for (const sign of nesting) this.#nesting[this.#depth++] = sign.charCodeAt(0);
  }

  push(chunk: Uint8Array): SplitDocument[] {
    const s = this.#s;
    const base = s.offset;
    let at = 0;
    while (base + at < BOM.length && at < chunk.length && chunk[at] === BOM[base + at]) at += 1;
    while (at < chunk.length) {
      if (s.inString) at = this.#string(chunk, at, base);
      else at = this.#structure(chunk, at, base);
    }
    s.offset = base + chunk.length;
    return this.#take();
  }

  end(): SplitDocument[] {
    const s = this.#s;
    if (s.start >= 0) {
      s.bad ??= { code: "truncated", reason: "the input ends within this document" };
      this.#close(s.offset);
    } else if (s.frames.length > 1) {
      const rejected = { code: "truncated", reason: "the input ends before its list of documents does" };
      this.#out.push({ start: s.offset, end: s.offset, line: s.line, rejected });
    }
    s.frames.length = 1;
    return this.#take();
  }

  holdFrom(): number {
    const s = this.#s;
    return s.start < 0 || s.bad !== null || s.offset - s.start > MAX_DOCUMENT_BYTES ? s.offset : s.start;
  }

  state(): unknown {
    const nesting = String.fromCharCode(...this.#nesting.subarray(0, this.#depth));
    return { ...structuredClone(this.#s), nesting } satisfies Saved;
  }

  #take(): SplitDocument[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** Runs through a string; returns the position after it, or the end of the chunk. */
  #string(chunk: Uint8Array, from: number, base: number): number {
    const s = this.#s;
    let at = from;
    if (s.escaped) {
      s.escaped = false;
      if (chunk[at] !== NEWLINE) at += 1;
    }
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) {
        if (s.start < 0 || s.probe >= 0) this.#keepKey(chunk, from, at);
        s.inString = false;
        s.previous = QUOTE;
        if (s.probe >= 0) this.#endProbe();
        return at + 1;
      }
      if (byte === BACKSLASH) {
        if (at + 1 === chunk.length) s.escaped = true;
        else if (chunk[at + 1] !== NEWLINE) at += 1;
      } else if (byte === NEWLINE) {
        s.inString = false;
        return this.#error(base + at, "unbalanced", "a string is not closed on its line", at);
      }
    }
    if (s.start < 0 || s.probe >= 0) this.#keepKey(chunk, from, chunk.length);
    return chunk.length;
  }

  #keepKey(chunk: Uint8Array, from: number, to: number): void {
    if (this.#s.key.length >= KEY_BYTES) return;
    this.#s.key += Buffer.from(chunk.buffer, chunk.byteOffset + from, Math.min(to - from, KEY_BYTES)).toString(
      "latin1",
    );
  }

  /** Runs through what is no string; returns where it stopped. */
  #structure(chunk: Uint8Array, from: number, base: number): number {
    const s = this.#s;
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === NEWLINE) {
        s.line += 1;
        s.lineStart = base + at + 1;
        s.lineText = -1;
        if (s.bad?.code === "not-json") this.#close(base + at);
      } else if (byte === 0x20 || byte === 0x0d || byte === 0x09) {
        continue;
      } else if (s.lineText < 0) {
        s.lineText = base + at;
        at -= 1;
      } else if (s.bad !== null) {
        if (byte === OPEN_BRACE && this.#restarts(base + at)) {
          this.#close(base + at);
          at -= 1;
        }
      } else if (byte === QUOTE) {
        if (s.start < 0 && s.frames.length === 1) return this.#error(base + at, "not-json", "no JSON document", at);
        s.inString = true;
        s.key = "";
        return at + 1;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        s.probe = -1;
        if (!this.#open(byte, base + at)) return at;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        s.probe = -1;
        if (!this.#shut(byte, base + at)) return at;
      } else {
        s.probe = -1;
        if (s.start < 0 && s.frames.length === 1 && byte !== COMMA && byte !== 0x1e) {
          return this.#error(base + at, "not-json", "no JSON document", at);
        }
        s.previous = byte;
      }
    }
    return chunk.length;
  }

  /** A container opens. False: an error was noted, the byte is to be looked at again. */
  #open(byte: number, offset: number): boolean {
    const s = this.#s;
    const sign = byte === OPEN_BRACE ? "{" : "[";
    if (s.start >= 0) {
      const inside = this.#nesting[this.#depth - 1];
      const fits = inside === OPEN_BRACE ? s.previous === COLON : s.previous === OPEN_BRACKET || s.previous === COMMA;
      if (!fits) return this.#fail("unbalanced", "the document is not closed before the next begins");
      this.#probe(byte, offset);
      if (this.#depth === MAX_NESTING) {
        return this.#fail("nested-too-deep", `nested deeper than ${String(MAX_NESTING)} levels`);
      }
      this.#nesting[this.#depth++] = byte;
    } else {
      const frame = s.frames.at(-1);
      const place = frame?.place ?? "root";
      const opened = OPENS[this.#shape][place]?.[frame?.list === false ? s.key + sign : sign] ?? "other";
      if (opened !== "response") this.#probe(byte, offset);
      if (opened === "document") {
        s.start = offset;
        s.startLine = s.line;
        s.column = offset - s.lineStart;
        this.#nesting[0] = byte;
        this.#depth = 1;
      } else {
        if (s.frames.length > MAX_NESTING) {
          s.start = offset;
          s.startLine = s.line;
          return this.#fail("nested-too-deep", `nested deeper than ${String(MAX_NESTING)} levels`);
        }
        s.frames.push({ place: opened, list: byte === OPEN_BRACKET });
      }
    }
    s.previous = byte;
    return true;
  }

  /** A `{` that stands first on its line, unindented, where none is to be expected. */
  #probe(byte: number, offset: number): void {
    const s = this.#s;
    if (this.#shape !== "hits" || byte !== OPEN_BRACE || offset !== s.lineStart || s.line === 1) return;
    s.probe = offset;
    s.probeLine = s.line;
  }

  /** The first key of the probed object was read: where an answer begins with it, the one before is cut off. */
  #endProbe(): void {
    const s = this.#s;
    const { probe, probeLine: line, key } = s;
    const inList = s.start === probe;
    s.probe = -1;
    if (!ANSWER_KEYS.includes(key) && !(inList && key === "hits")) return;
    if (s.start >= 0 && !inList) {
      s.bad = { code: "truncated", reason: "the answer is cut off within this document" };
      this.#close(probe);
    } else {
      const rejected = { code: "truncated", reason: "the answer before this line is cut off" };
      this.#out.push({ start: probe, end: probe, line, rejected });
      s.start = -1;
      this.#depth = 0;
    }
    s.frames = [
      { place: "root", list: true },
      { place: "response", list: false },
    ];
    s.previous = QUOTE;
  }

  /** A container closes. False: an error was noted, the byte is to be looked at again. */
  #shut(byte: number, offset: number): boolean {
    const s = this.#s;
    const list = byte === CLOSE_BRACKET;
    if (s.start >= 0) {
      if ((this.#nesting[this.#depth - 1] === OPEN_BRACKET) !== list) {
        return this.#fail("unbalanced", "brackets do not match");
      }
      this.#depth -= 1;
      if (this.#depth === 0) {
        if (offset + 1 - s.start > MAX_DOCUMENT_BYTES) {
          s.bad = { code: "document-too-long", reason: `longer than ${String(MAX_DOCUMENT_BYTES)} bytes` };
        }
        this.#close(offset + 1);
      }
    } else if (s.frames.length > 1 && s.frames.at(-1)?.list === list) {
      s.frames.pop();
    } else {
      s.start = offset;
      s.startLine = s.line;
      s.column = 0;
      return this.#fail("unbalanced", "a bracket closes that was not opened");
    }
    s.previous = byte;
    return true;
  }

  #fail(code: string, reason: string): false {
    this.#s.bad = { code, reason };
    return false;
  }

  #error(offset: number, code: string, reason: string, at: number): number {
    const s = this.#s;
    if (s.start < 0) {
      s.start = offset;
      s.startLine = s.line;
      s.column = code === "not-json" ? Number.MAX_SAFE_INTEGER : offset - s.lineStart;
    }
    s.bad = { code, reason };
    return at;
  }

  /** Whether a `{` begins the next document: first on its line, where the broken one stood or further left. */
  #restarts(offset: number): boolean {
    const s = this.#s;
    const column = offset - s.lineStart;
    if (s.line === s.startLine || offset !== s.lineText || column > s.column) return false;
    if (this.#shape === "hits" && column === 0) s.frames.length = 1;
    return true;
  }

  #close(end: number): void {
    const s = this.#s;
    const cut = { start: s.start, end, line: s.startLine };
    this.#out.push(s.bad === null ? cut : { ...cut, rejected: s.bad });
    s.start = -1;
    this.#depth = 0;
    s.bad = null;
    s.previous = CLOSE_BRACE;
  }
}
