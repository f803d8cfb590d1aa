/** Bytes that are nearly right: real files, cut, flipped, doubled and spiced. */
import fc from "fast-check";

/** Pieces that parsers trip over. */
const SPICE: readonly Buffer[] = [
  ...["{", "}", "[", "]", '"', "\\", ",", ":", "\n", "\r\n", "\t", "null", "1e999", "-0", "[rule]", "[[", '"""', "'''"],
  ...["=", "__proto__", "constructor", "\u001b[2J", "\u202e", "\ufeff", "9".repeat(400), "{".repeat(600), "..", "/"],
].map((text) => Buffer.from(text));
const RAW = [
  Buffer.of(0),
  Buffer.of(0xff),
  Buffer.of(0xed, 0xa0, 0x80),
  Buffer.of(0x1f, 0x8b),
  Buffer.from("PK\u0003\u0004"),
];

type Change = readonly ["flip" | "cut" | "double" | "insert" | "truncate", number, number, Buffer];

const change: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom<Change[0][]>("flip", "cut", "double", "insert", "truncate"),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.nat(300),
  fc.constantFrom(...SPICE, ...RAW),
);

/** A seed with one to six changes; sometimes no seed at all. */
export function mutated(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const changed = fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([seed, changes]) => changes.reduce(apply, seed));
  return fc.oneof(
    { weight: 9, arbitrary: changed },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  );
}

function apply(bytes: Buffer, [kind, where, length, spice]: Change): Buffer {
  const at = Math.floor(where * bytes.length);
  const end = Math.min(bytes.length, at + length);
  switch (kind) {
    case "flip": {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << (length % 8));
      return copy;
    }
    case "cut":
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case "double":
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case "insert":
      return Buffer.concat([bytes.subarray(0, at), spice, bytes.subarray(at)]);
    case "truncate":
      return bytes.subarray(0, at);
  }
}
