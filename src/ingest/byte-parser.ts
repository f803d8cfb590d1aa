import { readNumber } from "../base/exact-json.ts";
import { PRIME_HIGH, PRIME_LOW, SEED_HIGH, SEED_LOW } from "../store/byte-hash.ts";
import { type FieldNode, type FieldTree, HIT, type KeyEntry } from "./field-tree.ts";
import { combineHit } from "./hit-hash.ts";
import type { RowBuilder } from "./row-builder.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const MINUS = 0x2d;
const DOT = 0x2e;
const TRUE = 0x65757274;
const ALSE = 0x65736c61;
const NULL = 0x6c6c756e;
const FAILED = -1;
/** The exact reader takes what is nested deeper. */
const MAX_DEPTH = 64;

/**
 * The fast reader: JSON bytes to values of a `RowBuilder`, without making strings. Keys are compared with the key that
 * followed last time, four bytes a step; strings are scanned and hashed in one pass. It reads a strict subset of JSON
 * and answers false for everything else (and for what is broken), which the exact reader then decides. The bytes must be
 * well-formed UTF-8, followed by `PADDING` zero bytes.
 */
export class ByteParser {
  readonly #builder: RowBuilder;
  readonly #tree: FieldTree;
  #data: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #hits = 0;
  #plainKeys = 0;
  #wrapped = false;
  #scratch = Buffer.alloc(1 << 12);
  #scratchView = new DataView(this.#scratch.buffer, this.#scratch.byteOffset, this.#scratch.length);
  #scratchLength = 0;
  #hitIndexLow = 0;
  #hitIndexHigh = 0;
  #hitIdLow = 0;
  #hitIdHigh = 0;

  constructor(builder: RowBuilder) {
    this.#builder = builder;
    this.#tree = builder.tree;
  }

  /** The bytes that `parse` reads from. */
  setData(data: Buffer, view: DataView): void {
    this.#data = data;
    this.#view = view;
  }

  /** Whether the document was the `_source` of a hit. */
  get wrapped(): boolean {
    return this.#wrapped;
  }

  /** Hash of `_index` and `_id` of the hit that was read; null where it was none. */
  get hit(): { low: number; high: number } | null {
    if (!this.#wrapped || (this.#hits & (HIT.index | HIT.id)) !== (HIT.index | HIT.id)) return null;
    return combineHit(this.#hitIndexLow, this.#hitIndexHigh, this.#hitIdLow, this.#hitIdHigh);
  }

  /** Reads the one object of `[start, end)`; false when it is not of the simple kind. */
  parse(start: number, end: number): boolean {
    this.#hits = 0;
    this.#plainKeys = 0;
    this.#wrapped = false;
    let at = this.#blank(start);
    if (this.#data[at] !== OPEN_OBJECT) return false;
    at = this.#object(this.#tree.root, at, 0);
    if (at === FAILED || at > end) return false;
    return this.#blank(at) >= end && this.#checkHit();
  }

  /** Whether what stands at the top is a document, or a simple hit. */
  #checkHit(): boolean {
    const hits = this.#hits;
    if (hits === 0) return true;
    if ((hits & (HIT.type | HIT.value)) === (HIT.type | HIT.value) || (hits & HIT.unusual) !== 0) return false;
    const meta = hits & (HIT.index | HIT.id | HIT.scalar);
    if (!this.#wrapped) return meta === 0 && (hits & HIT.source) === 0;
    if (this.#plainKeys > 0 || (hits & (HIT.type | HIT.value)) !== 0) return false;
    return true;
  }

  #blank(from: number): number {
    const data = this.#data;
    let at = from;
    for (;;) {
      const byte = data[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
      at += 1;
    }
  }

  #object(node: FieldNode, from: number, depth: number): number {
    if (depth > MAX_DEPTH) return FAILED;
    const data = this.#data;
    const view = this.#view;
    let at = from + 1;
    if (data[at] !== QUOTE) {
      at = this.#blank(at);
      if (data[at] === CLOSE_OBJECT) return at + 1;
      if (data[at] !== QUOTE) return FAILED;
    }
    let expected = node.firstKey;
    let previous: KeyEntry | null = null;
    for (;;) {
      at += 1;
      let entry: KeyEntry | null = null;
      if (expected !== null) {
        if (
          ((view.getInt32(at, true) ^ expected.first) & expected.firstMask) === 0 &&
          ((view.getInt32(at + 4, true) ^ expected.second) & expected.secondMask) === 0 &&
          (expected.length <= 8 || sameWords(view, at + 8, expected))
        ) {
          entry = expected;
          at += expected.length;
        }
      }
      if (entry === null) {
        entry = this.#findKey(node, at);
        if (entry === null) return FAILED;
        if (previous !== null) previous.next = entry;
        else node.firstKey = entry;
        at += entry.length - 2;
        if (data[at + 1] === COLON) at += 2;
        else {
          at = this.#blank(at + 1);
          if (data[at] !== COLON) return FAILED;
          at += 1;
        }
      }
      previous = entry;
      expected = entry.next;
      const first = data[at] as number;
      if (first <= 0x20) at = this.#blank(at);
      if (depth === 0) at = this.#topValue(entry, at);
      else at = this.#value(entry.node, at, depth);
      if (at === FAILED) return FAILED;
      let byte = data[at] as number;
      if (byte <= 0x20) {
        at = this.#blank(at);
        byte = data[at] as number;
      }
      if (byte === CLOSE_OBJECT) return at + 1;
      if (byte !== COMMA) return FAILED;
      at += 1;
      if (data[at] !== QUOTE) {
        at = this.#blank(at);
        if (data[at] !== QUOTE) return FAILED;
      }
    }
  }

  /** A value at the top of a document, which may be a part of a hit's wrapper. */
  #topValue(entry: KeyEntry, at: number): number {
    const hit = entry.hit;
    if (hit === HIT.none) {
      this.#plainKeys += 1;
      return this.#value(entry.node, at, 0);
    }
    if ((this.#hits & hit) !== 0 && hit !== HIT.scalar) return FAILED;
    this.#hits |= hit;
    if (hit === HIT.type || hit === HIT.value) {
      this.#plainKeys += 1;
      return this.#value(entry.node, at, 0);
    }
    if (hit === HIT.source) {
      if (this.#data[at] !== OPEN_OBJECT) return FAILED;
      this.#wrapped = true;
      return this.#object(this.#tree.root, at, 1);
    }
    if (hit === HIT.scalar) {
      const byte = this.#data[at];
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return FAILED;
      return this.#value(this.#tree.skipped, at, 0);
    }
    if (hit === HIT.unusual || this.#data[at] !== QUOTE) return FAILED;
    const end = this.#scan(at + 1);
    if (end === FAILED || end === at + 1) return FAILED;
    const { low, high } = this.#builder.hash;
    if (hit === HIT.index) {
      this.#hitIndexLow = low;
      this.#hitIndexHigh = high;
    } else {
      this.#hitIdLow = low;
      this.#hitIdHigh = high;
    }
    return end + 1;
  }

  /** The entry of the key that starts at `at`; null when it has an escape, or is no string. */
  #findKey(node: FieldNode, at: number): KeyEntry | null {
    const end = this.#scan(at);
    if (end === FAILED) return null;
    const { low } = this.#builder.hash;
    const length = end - at;
    const known = node.keys.get(low);
    if (known !== undefined) {
      for (const entry of known) {
        if (entry.length === length + 2 && this.#sameKey(entry, at)) return entry;
      }
    }
    const name = this.#data.toString("utf8", at, end);
    const target = this.#tree.child(node, name);
    const entry = keyEntry(name, target, node === this.#tree.root ? this.#tree.hitKey(name) : HIT.none);
    if (target !== this.#tree.ignored) {
      if (known === undefined) node.keys.set(low, [entry]);
      else known.push(entry);
    }
    return entry;
  }

  #sameKey(entry: KeyEntry, at: number): boolean {
    const bytes = entry.bytes;
    for (let index = 0; index < bytes.length; index++) if (bytes[index] !== this.#data[at + index]) return false;
    return true;
  }

  #value(node: FieldNode, at: number, depth: number): number {
    const byte = this.#data[at] as number;
    if (byte === QUOTE) return this.#string(node, at + 1);
    if (byte === OPEN_OBJECT) return this.#object(node, at, depth + 1);
    if (byte === OPEN_ARRAY) return this.#array(node, at, depth + 1);
    if (byte === MINUS || (byte >= 0x30 && byte <= 0x39)) return this.#number(node, at);
    const word = this.#view.getInt32(at, true);
    if (word === TRUE) {
      this.#builder.addBoolean(node, true);
      return at + 4;
    }
    if (word === NULL) return at + 4;
    if (byte === 0x66 && this.#view.getInt32(at + 1, true) === ALSE) {
      this.#builder.addBoolean(node, false);
      return at + 5;
    }
    return FAILED;
  }

  #array(node: FieldNode, from: number, depth: number): number {
    if (depth > MAX_DEPTH) return FAILED;
    const data = this.#data;
    let at = from + 1;
    if ((data[at] as number) <= 0x20) at = this.#blank(at);
    if (data[at] === CLOSE_ARRAY) return at + 1;
    for (;;) {
      at = this.#value(node, at, depth);
      if (at === FAILED) return FAILED;
      let byte = data[at] as number;
      if (byte <= 0x20) {
        at = this.#blank(at);
        byte = data[at] as number;
      }
      if (byte === CLOSE_ARRAY) return at + 1;
      if (byte !== COMMA) return FAILED;
      at += 1;
      if ((data[at] as number) <= 0x20) at = this.#blank(at);
    }
  }

  #string(node: FieldNode, start: number): number {
    const end = node.hashed ? this.#scan(start) : this.#skim(start);
    if (end !== FAILED) {
      this.#builder.addBytes(node, this.#data, this.#view, start, end);
      return end + 1;
    }
    return this.#escaped(node, start);
  }

  /** Position of the quote that ends a string without escapes; hashes it on the way. */
  #scan(start: number): number {
    const view = this.#view;
    let a = SEED_LOW;
    let b = SEED_HIGH;
    let at = start;
    let word = view.getInt32(at, true);
    for (;;) {
      const quote = word ^ 0x22222222;
      const slash = word ^ 0x5c5c5c5c;
      const special = ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash) | ((word - 0x20202020) & ~word);
      if ((special & 0x80808080) !== 0) break;
      a = Math.imul(a ^ word, PRIME_LOW);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(((b << 5) | (b >>> 27)) ^ word, PRIME_HIGH);
      at += 4;
      word = view.getInt32(at, true);
    }
    let rest = 0;
    for (;;) {
      const byte = (word >>> (8 * rest)) & 0xff;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH || byte < 0x20) return FAILED;
      rest += 1;
    }
    const tail = rest === 0 ? 0 : word & ((1 << (8 * rest)) - 1);
    this.#builder.hash.finish(a, b, tail, at + rest - start);
    return at + rest;
  }

  /** As `#scan`, without the hash. */
  #skim(start: number): number {
    const view = this.#view;
    let at = start;
    let word = view.getInt32(at, true);
    for (;;) {
      const quote = word ^ 0x22222222;
      const slash = word ^ 0x5c5c5c5c;
      const special = ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash) | ((word - 0x20202020) & ~word);
      if ((special & 0x80808080) !== 0) break;
      at += 4;
      word = view.getInt32(at, true);
    }
    for (; ; at++) {
      const byte = this.#data[at] as number;
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH || byte < 0x20) return FAILED;
    }
  }

  /** A string with escapes, made plain in the scratch. */
  #escaped(node: FieldNode, start: number): number {
    const end = this.#unescape(start);
    if (end === FAILED) return FAILED;
    const length = this.#scratchLength;
    if (node.hashed) this.#builder.hash.hash(this.#scratchView, 0, length);
    this.#builder.addBytes(node, this.#scratch, this.#scratchView, 0, length);
    return end + 1;
  }

  #unescape(start: number): number {
    const data = this.#data;
    let at = start;
    let out = 0;
    for (;;) {
      if (out + 16 > this.#scratch.length) this.#growScratch();
      const byte = data[at] as number;
      if (byte === QUOTE) break;
      if (byte < 0x20) return FAILED;
      if (byte !== BACKSLASH) {
        this.#scratch[out++] = byte;
        at += 1;
        continue;
      }
      const mark = data[at + 1] as number;
      if (mark === 0x75) {
        const code = this.#hex(at + 2);
        // Surrogates and NUL are for the exact reader.
        if (code <= 0 || (code >= 0xd800 && code <= 0xdfff)) return FAILED;
        out = this.#writeCode(code, out);
        at += 6;
        continue;
      }
      const plain = ESCAPES[mark] ?? 0;
      if (plain === 0) return FAILED;
      this.#scratch[out++] = plain;
      at += 2;
    }
    this.#scratchLength = out;
    return at;
  }

  #growScratch(): void {
    const grown = Buffer.alloc(this.#scratch.length * 2);
    this.#scratch.copy(grown);
    this.#scratch = grown;
    this.#scratchView = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }

  #hex(at: number): number {
    let code = 0;
    for (let index = at; index < at + 4; index++) {
      const byte = this.#data[index] as number;
      let digit = byte - 0x30;
      if (digit < 0 || digit > 9) {
        digit = (byte | 0x20) - 0x61 + 10;
        if (digit < 10 || digit > 15) return FAILED;
      }
      code = code * 16 + digit;
    }
    return code;
  }

  #writeCode(code: number, out: number): number {
    const scratch = this.#scratch;
    if (code < 0x80) {
      scratch[out] = code;
      return out + 1;
    }
    if (code < 0x800) {
      scratch[out] = 0xc0 | (code >> 6);
      scratch[out + 1] = 0x80 | (code & 0x3f);
      return out + 2;
    }
    scratch[out] = 0xe0 | (code >> 12);
    scratch[out + 1] = 0x80 | ((code >> 6) & 0x3f);
    scratch[out + 2] = 0x80 | (code & 0x3f);
    return out + 3;
  }

  #number(node: FieldNode, start: number): number {
    const data = this.#data;
    let at = data[start] === MINUS ? start + 1 : start;
    const first = at;
    let value = 0;
    let byte = data[at] as number;
    while (byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + byte - 0x30;
      byte = data[++at] as number;
    }
    const digits = at - first;
    if (digits === 0 || (digits > 1 && data[first] === 0x30)) return FAILED;
    if (byte !== DOT && (byte | 0x20) !== 0x65) {
      if (digits <= 15 && (value !== 0 || first === start)) {
        this.#builder.addInteger(node, first === start ? value : -value, this.#view, start, at);
      } else this.#builder.addLeaf(node, readNumber(data.toString("latin1", start, at), false));
      return at;
    }
    if (byte === DOT) {
      const from = ++at;
      while ((byte = data[at] as number) >= 0x30 && byte <= 0x39) at += 1;
      if (at === from) return FAILED;
    }
    if ((byte | 0x20) === 0x65) {
      byte = data[++at] as number;
      if (byte === 0x2b || byte === MINUS) at += 1;
      const from = at;
      while ((byte = data[at] as number) >= 0x30 && byte <= 0x39) at += 1;
      if (at === from) return FAILED;
    }
    this.#builder.addLeaf(node, readNumber(data.toString("latin1", start, at), true));
    return at;
  }
}

const ESCAPES = new Uint8Array(256);
for (const [mark, plain] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"].map((pair) => [
  pair.charCodeAt(0),
  pair.charCodeAt(1),
])) {
  ESCAPES[mark ?? 0] = plain ?? 0;
}

function sameWords(view: DataView, at: number, { words, lastMask }: KeyEntry): boolean {
  const last = words.length - 1;
  for (let index = 0; index < last; index++) if (view.getInt32(at + 4 * index, true) !== words[index]) return false;
  return ((view.getInt32(at + 4 * last, true) ^ (words[last] as number)) & lastMask) === 0;
}

function keyEntry(name: string, node: FieldNode, hit: number): KeyEntry {
  const bytes = Buffer.from(`${name}":`);
  const padded = Buffer.alloc(Math.max(8, (bytes.length + 3) & ~3));
  bytes.copy(padded);
  const words = Int32Array.from({ length: padded.length / 4 }, (_, index) => padded.readInt32LE(index * 4));
  const mask = (from: number): number => {
    const count = Math.min(4, Math.max(0, bytes.length - from));
    return count === 4 ? -1 : (1 << (8 * count)) - 1;
  };
  return {
    first: words[0] as number,
    firstMask: mask(0),
    second: words[1] as number,
    secondMask: mask(4),
    words: words.slice(2),
    lastMask: mask(padded.length - 4),
    length: bytes.length,
    bytes: bytes.subarray(0, -2),
    node,
    hit,
    next: null,
  };
}
