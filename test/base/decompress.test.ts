import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { compressionOf, Decompression } from "../../src/base/decompress.ts";
import { BZIP2, BZIP2_LONG, PLAIN, XZ, XZ_LARGE, XZ_SHA256 } from "./compressed.ts";

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  const piece = Buffer.alloc(size);
  // Each piece is valid until the next: one buffer serves all.
  for (let at = 0; at < bytes.length; at += size) {
    const count = bytes.copy(piece, 0, at);
    yield piece.subarray(0, count);
  }
}

async function decompress(bytes: Buffer, size = 7): Promise<{ text: string; problem: string | null }> {
  const compression = compressionOf(bytes);
  if (compression === null) throw new Error("not compressed");
  const decompression = new Decompression(inPieces(bytes, size), compression);
  const parts: Buffer[] = [];
  for await (const part of decompression.bytes()) parts.push(Buffer.from(part));
  const { problem } = decompression;
  return {
    text: Buffer.concat(parts).toString(),
    problem: problem === null ? null : `${problem.code}: ${problem.reason}`,
  };
}

const ALL = [
  ["gzip", gzipSync(PLAIN)],
  ["zstd", zstdCompressSync(PLAIN)],
  ["bzip2", BZIP2],
  ["xz", XZ],
] as const;

describe.each(ALL)("%s", (name, bytes) => {
  test("is told by its first bytes", () => {
    expect(compressionOf(bytes)).toBe(name);
    expect(compressionOf(Buffer.from(PLAIN))).toBeNull();
  });

  test("is decompressed, in whatever pieces it comes, and also when several follow each other", async () => {
    expect(await decompress(bytes, 1)).toEqual({ text: PLAIN, problem: null });
    expect(await decompress(bytes, 4096)).toEqual({ text: PLAIN, problem: null });
    expect(await decompress(Buffer.concat([bytes, bytes]), 64)).toEqual({ text: PLAIN + PLAIN, problem: null });
  });

  test("that is cut off ends with a problem, and so does damage that a checksum shows", async () => {
    const cut = await decompress(bytes.subarray(0, bytes.length - 6));
    expect(cut.problem).toBe("compressed-truncated: the compressed data is cut off; what precedes was read");
    if (name === "zstd") return;
    const damaged = Buffer.from(bytes);
    for (let at = 12; at < damaged.length; at += 1) damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    expect((await decompress(damaged)).problem).toMatch(/^compressed-(?:damaged|truncated): /);
  });
});

test("a stream of many blocks", async () => {
  const { text, problem } = await decompress(BZIP2_LONG);
  expect([text.length, new Set(text).size, problem]).toEqual([3_000_000, 1, null]);
});

test("words at the beginning of a text are no compression", () => {
  expect(compressionOf(Buffer.from("BZh9 is the name of a block size"))).toBeNull();
});

test("xz that wants much memory, or a check that is not known, is refused in words", async () => {
  expect((await decompress(XZ_LARGE)).problem).toBe(
    "compressed-damaged: the compressed data is damaged (it wants too much memory); what precedes was read",
  );
  expect((await decompress(XZ_SHA256)).problem).toContain(
    "it uses an option, such as a SHA-256 check, that is not read",
  );
});

test("an xz stream within another is refused; afterwards, or once the outer one was given up, others are read", async () => {
  const outer = new Decompression(inPieces(XZ, 4096), "xz").bytes();
  await outer.next();
  expect(await decompress(XZ)).toEqual({
    text: "",
    problem: "compressed-nested: xz data within xz data is not read; unpack the outer one first",
  });
  await outer.return(undefined);
  expect(await decompress(XZ)).toEqual({ text: PLAIN, problem: null });
});
