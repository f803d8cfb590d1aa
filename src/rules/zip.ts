import { crc32, inflateRawSync } from "node:zlib";
import { ARCHIVE_LIMITS, ArchiveError } from "./archive.ts";
import type { ArchiveEntry } from "./archive.ts";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;

/** True when the bytes begin like a zip file. */
export function isZip(bytes: Buffer): boolean {
  return bytes.length >= 22 && (bytes.readUInt32LE(0) === LOCAL_ENTRY || bytes.readUInt32LE(0) === END_OF_DIRECTORY);
}

/**
 * The files of a zip archive, by its central directory; contents are inflated when asked for, within
 * `ARCHIVE_LIMITS`, and checked against their CRC. Throws an `ArchiveError` on anything that is not sound.
 */
export function* readZip(bytes: Buffer): Generator<ArchiveEntry> {
  const end = findEndOfDirectory(bytes);
  const count = bytes.readUInt16LE(end + 10);
  let position = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || position === 0xffffffff) throw new ArchiveError("zip64 archives are not read");
  for (let i = 0; i < count; i++) {
    if (position + 46 > bytes.length || bytes.readUInt32LE(position) !== DIRECTORY_ENTRY) {
      throw new ArchiveError("the directory of the zip file is damaged");
    }
    const header: EntryHeader = {
      flags: bytes.readUInt16LE(position + 8),
      method: bytes.readUInt16LE(position + 10),
      crc: bytes.readUInt32LE(position + 16),
      packed: bytes.readUInt32LE(position + 20),
      size: bytes.readUInt32LE(position + 24),
      offset: bytes.readUInt32LE(position + 42),
    };
    const nameLength = bytes.readUInt16LE(position + 28);
    const name = bytes.toString("utf8", position + 46, position + 46 + nameLength);
    position += 46 + nameLength + bytes.readUInt16LE(position + 30) + bytes.readUInt16LE(position + 32);
    if (!name.endsWith("/")) yield { name, size: header.size, read: () => readContent(bytes, header) };
  }
}

interface EntryHeader {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** The end record has a comment of up to 65,535 bytes behind it. */
function findEndOfDirectory(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - 22 - 0xffff);
  for (let i = bytes.length - 22; i >= first; i--) {
    if (bytes.readUInt32LE(i) === END_OF_DIRECTORY) return i;
  }
  throw new ArchiveError("the zip file is cut off: it has no directory");
}

function readContent(bytes: Buffer, header: EntryHeader): Buffer {
  if ((header.flags & 1) !== 0) throw new ArchiveError("it is encrypted");
  if (header.size > ARCHIVE_LIMITS.entryBytes) throw new ArchiveError(`it has ${header.size} bytes`);
  if (header.offset + 30 > bytes.length || bytes.readUInt32LE(header.offset) !== LOCAL_ENTRY) {
    throw new ArchiveError("its place in the zip file is wrong");
  }
  const start = header.offset + 30 + bytes.readUInt16LE(header.offset + 26) + bytes.readUInt16LE(header.offset + 28);
  const packed = bytes.subarray(start, start + header.packed);
  const content = unpack(packed, header);
  if (content.length !== header.size || crc32(content) !== header.crc) {
    throw new ArchiveError("its content does not fit its checksum");
  }
  return content;
}

function unpack(packed: Buffer, header: EntryHeader): Buffer {
  if (header.method === 0) return packed;
  if (header.method !== 8) throw new ArchiveError(`its compression method ${header.method} is not known`);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, header.size) });
  } catch (cause) {
    throw new ArchiveError("its compressed content is damaged", { cause });
  }
}
