const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** A line without its line end. */
export interface CutLine {
  readonly start: number;
  /** After the last byte that is no part of the line end. */
  readonly end: number;
  /** After the line end. */
  readonly next: number;
  /** 1-based. */
  readonly line: number;
  /** Its first bytes, as many as the cutter keeps, as Latin-1 text; without a BOM. */
  readonly head: string;
}

interface State {
  offset: number;
  line: number;
  start: number;
  /** Latin-1 text of the first bytes of the line that is not complete. */
  head: string;
  /** The last byte fed was a carriage return. */
  returned: boolean;
}

/** Cuts lines for splitters that must look at them; keeps the first `keep` bytes of each, however long it is. */
export class LineCutter {
  readonly #keep: number;
  readonly #s: State;

  constructor(keep: number, state?: unknown) {
    this.#keep = keep;
    this.#s =
      state === undefined ? { offset: 0, line: 1, start: 0, head: "", returned: false } : { ...(state as State) };
  }

  push(chunk: Uint8Array): CutLine[] {
    const s = this.#s;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const lines: CutLine[] = [];
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      this.#extend(bytes, from, at);
      const end = s.offset + at - (s.returned ? 1 : 0);
      lines.push(this.#line(end, s.offset + at + 1));
      from = at + 1;
    }
    this.#extend(bytes, from, bytes.length);
    s.offset += bytes.length;
    return lines;
  }

  /** The last line, where no line end follows it. */
  end(): CutLine[] {
    const s = this.#s;
    if (s.start === s.offset) return [];
    return [this.#line(s.offset - (s.returned ? 1 : 0), s.offset)];
  }

  /** Where the line that is not complete begins. */
  get openStart(): number {
    return this.#s.start;
  }

  get offset(): number {
    return this.#s.offset;
  }

  state(): unknown {
    return { ...this.#s };
  }

  #extend(bytes: Buffer, from: number, to: number): void {
    const s = this.#s;
    if (to === from) return;
    const room = this.#keep - s.head.length;
    if (room > 0) s.head += bytes.toString("latin1", from, Math.min(to, from + room));
    s.returned = bytes[to - 1] === RETURN;
  }

  #line(end: number, next: number): CutLine {
    const s = this.#s;
    let head = s.head.length > end - s.start ? s.head.slice(0, end - s.start) : s.head;
    if (s.start === 0 && head.startsWith("\u00ef\u00bb\u00bf")) head = head.slice(3);
    const line = { start: s.start, end, next, line: s.line, head };
    s.line += 1;
    s.start = next;
    s.head = "";
    s.returned = false;
    return line;
  }
}
