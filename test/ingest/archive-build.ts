import { crc32, deflateRawSync } from "node:zlib";

/** A header and contents of a tar entry, as `tar --format=ustar` writes them. */
export function tarEntry(
  name: string,
  contents: string | Buffer,
  { type = "0", size }: { type?: string; size?: number } = {},
): Buffer {
  const data = Buffer.from(contents);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write("0000644\0", 100);
  header.write(`${(size ?? data.length).toString(8).padStart(11, "0")}\0`, 124);
  header.write(`${(1_700_000_000).toString(8).padStart(11, "0")}\0`, 136);
  header.write(type, 156);
  header.write("ustar\x0000", 257);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

export function tar(...entries: Buffer[]): Buffer {
  return Buffer.concat([...entries, Buffer.alloc(1024)]);
}

export interface ZipPart {
  readonly name: string;
  readonly contents: string | Buffer;
  readonly flags?: number;
  readonly method?: number;
  readonly mode?: number;
  readonly crc?: number;
  /** Where the directory says that the entry lies, instead of where it does. */
  readonly offset?: number;
}

/** A zip as most tools write it. */
export function zip(...parts: ZipPart[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, contents, flags = 0, method = 8, mode = 0o100644, crc, offset: claimed } of parts) {
    const data = Buffer.from(contents);
    const packed = method === 8 ? deflateRawSync(data) : data;
    const title = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt16LE(0x4000, 6);
    common.writeUInt16LE(0x5842, 8);
    common.writeUInt32LE(crc ?? crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(title.length, 22);
    const head = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, title]);
    const tail = Buffer.alloc(14);
    tail.writeUInt16LE(0, 0);
    tail.writeUInt32LE(mode * 0x10000, 6);
    tail.writeUInt32LE(claimed ?? offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x03", "latin1"), common, tail, title]));
    local.push(head, packed);
    offset += head.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
