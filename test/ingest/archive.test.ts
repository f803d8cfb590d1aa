import { readFileSync } from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { archiveKind, readArchive } from "../../src/ingest/archive.ts";
import { describeShared, shared } from "../shared.ts";
import { tar, tarEntry, zip } from "./archive-build.ts";
import { read } from "./formats/read.ts";

/** A line for each entry: `path = contents`, `path ! code`, or both where it was read in part. */
async function list(bytes: Buffer, { piece = 700, random = true } = {}): Promise<string[]> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += piece) {
      await Promise.resolve();
      yield bytes.subarray(at, at + piece);
    }
  }
  const kind = archiveKind(bytes.subarray(0, 512));
  if (kind === null) return ["no archive"];
  const access = {
    size: bytes.length,
    read: (offset: number, length: number) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
  const lines: string[] = [];
  for await (const entry of readArchive(kind, { stream: stream(), random: random ? access : null })) {
    if (entry.kind === "refused") {
      lines.push(`${entry.path} ! ${entry.code}`);
      continue;
    }
    const parts: Buffer[] = [];
    for await (const part of entry.bytes) parts.push(Buffer.from(part));
    const problem = entry.problem();
    lines.push(`${entry.path} = ${Buffer.concat(parts).toString()}${problem === null ? "" : ` ! ${problem.code}`}`);
  }
  return lines;
}

describe("tar", () => {
  test("files, long names of GNU and pax, and folders passed over", async () => {
    const long = `${"d/".repeat(80)}file.log`;
    const record = `path=${long}\n`;
    const pax = `${String(record.length + 4)} ${record}`;
    const bytes = tar(
      tarEntry("./var/log/auth.log", "one"),
      tarEntry("var/log/", "", { type: "5" }),
      tarEntry("x", pax, { type: "x" }),
      tarEntry("short", "two"),
      tarEntry("././@LongLink", `${long}2\0`, { type: "L" }),
      tarEntry("short", "x".repeat(1500)),
    );
    for (const piece of [1, 511, 512, 4096]) {
      expect(await list(bytes, { piece })).toEqual([
        "var/log/auth.log = one",
        `${long} = two`,
        `${long}2 = ${"x".repeat(1500)}`,
      ]);
    }
  });

  test("what is no file, or leaves the archive, is refused one by one", async () => {
    const bytes = tar(
      tarEntry("a", "1"),
      tarEntry("link", "", { type: "2" }),
      tarEntry("hard", "", { type: "1" }),
      tarEntry("dev", "", { type: "3" }),
      tarEntry("/etc/passwd", "2"),
      tarEntry("x/../../y", "3"),
      tarEntry("C:\\x", "4"),
      tarEntry("a", "5"),
      tarEntry("b", "6"),
    );
    expect(await list(bytes)).toEqual([
      "a = 1",
      "link ! archive-link",
      "hard ! archive-link",
      "dev ! archive-type",
      "/etc/passwd ! archive-absolute",
      "x/../../y ! archive-outside",
      "C:\\x ! archive-absolute",
      "a ! archive-duplicate",
      "b = 6",
    ]);
  });

  test("an archive that is cut off or damaged says so, after what precedes", async () => {
    const bytes = tar(tarEntry("a", "1"), tarEntry("b", "x".repeat(2000)));
    expect(await list(bytes.subarray(0, 2000))).toEqual(["a = 1", `b = ${"x".repeat(464)} ! archive-truncated`]);
    const broken = Buffer.from(bytes);
    broken[1024 + 10] = 7;
    expect(await list(broken)).toEqual(["a = 1", " ! archive-damaged"]);
  });

  test("compressed entries are opened, archives in it one level deep", async () => {
    const inner = tar(tarEntry("auth.log", "deep"));
    const bytes = tar(
      tarEntry("a.gz", gzipSync("one")),
      tarEntry("b.zst", zstdCompressSync("two")),
      tarEntry("c.gz", gzipSync("three").subarray(0, 15)),
      tarEntry("logs.tar.gz", gzipSync(inner)),
      tarEntry("x.zip", zip({ name: "y.log", contents: "zip" })),
      tarEntry("deeper.tar", tar(tarEntry("again.tar", inner))),
      tarEntry("last", "end"),
    );
    expect(await list(bytes)).toEqual([
      "a.gz = one",
      "b.zst = two",
      "c.gz = thre ! compressed-truncated",
      "logs.tar.gz/auth.log = deep",
      "x.zip/y.log = zip",
      "deeper.tar/again.tar ! archive-nested",
      "last = end",
    ]);
  });
});

describe("zip", () => {
  test("stored and deflated files, with their time", async () => {
    const bytes = zip(
      { name: "a/b.log", contents: "one" },
      { name: "a/", contents: "" },
      { name: "c", contents: "two", method: 0 },
    );
    expect(await list(bytes)).toEqual(["a/b.log = one", "c = two"]);
  });

  test("what cannot or must not be read is refused one by one", async () => {
    const bytes = zip(
      { name: "a", contents: "1" },
      { name: "secret", contents: "2", flags: 1 },
      { name: "link", contents: "/etc/passwd", mode: 0o120777 },
      { name: "odd", contents: "3", method: 12 },
      { name: "../up", contents: "4" },
      { name: "a", contents: "5" },
      { name: "wrong", contents: "6", crc: 1 },
    );
    expect(await list(bytes)).toEqual([
      "a = 1",
      "secret ! archive-encrypted",
      "link ! archive-link",
      "odd ! archive-method",
      "../up ! archive-outside",
      "a ! archive-duplicate",
      "wrong = 6 ! archive-checksum",
    ]);
  });

  test("entries that share their data are a bomb", async () => {
    const bytes = zip({ name: "a", contents: "1" }, { name: "b", contents: "1", offset: 0 });
    expect(await list(bytes)).toEqual(["a = 1", "b ! archive-overlap"]);
  });

  test("from a stream, or without its directory, it is refused", async () => {
    const bytes = zip({ name: "a", contents: "1" });
    expect(await list(bytes, { random: false })).toEqual([" ! zip-stream"]);
    expect(await list(bytes.subarray(0, 30))).toEqual([" ! archive-damaged"]);
  });
});

test("an archive damaged anywhere never throws", async () => {
  const bytes = zip({ name: "a.log", contents: "x".repeat(300) }, { name: "b.log", contents: "y", method: 0 });
  const taped = tar(tarEntry("a.log", "x".repeat(300)), tarEntry("b.gz", gzipSync("y".repeat(300))));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(bytes, taped), fc.nat(2000), fc.nat(255), async (whole, at, byte) => {
      const damaged = Buffer.from(whole);
      damaged[at % damaged.length] = byte;
      await list(damaged);
      await list(whole.subarray(0, at));
    }),
  );
});

describeShared("a real zip", () => {
  test("23: holds NDJSON of Windows events", async () => {
    const [entry = ""] = await list(readFileSync(shared("data", "export-shapes", "23-zip-with-ndjson.zip")));
    const [name, contents = ""] = entry.split(" = ");
    expect(name).toBe("raccine_samples_2020-10-18T05002422.json");
    const { format, events } = read(contents);
    expect(format).toBe("windows-flat");
    expect(events).toHaveLength(6);
    expect(events[0]?.["host.name"]).toBe("WORKSTATION5");
  });
});
