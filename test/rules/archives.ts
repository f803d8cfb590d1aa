import { crc32, deflateRawSync } from "node:zlib";

/** A file to be packed. */
export interface TestFile {
  readonly name: string;
  readonly content: string;
}

/** A zip archive of `files`, deflated. */
export function zipOf(files: readonly TestFile[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const content = Buffer.from(file.content);
    const packed = deflateRawSync(content);
    const name = Buffer.from(file.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, name, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.from([20, 0]), common, place, name]));
    locals.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

/** A ustar archive of `files`; names of more than 100 bytes get a pax header. */
export function tarOf(files: readonly TestFile[]): Buffer {
  const blocks = files.flatMap((file) => {
    const long = file.name.length > 100;
    const record = ` path=${file.name}\n`;
    const pax = `${record.length + 3}${record}`;
    return [...(long ? tarEntry("pax", pax, "x") : []), ...tarEntry(file.name.slice(0, 100), file.content, "0")];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** One entry of a tar archive, with its header and padding. */
export function tarEntry(name: string, text: string, type: string): readonly Buffer[] {
  const content = Buffer.from(text);
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\u00000000000\u00000000000\u0000", 100);
  header.write(content.length.toString(8).padStart(11, "0"), 124);
  header.write("00000000000\u0000        ", 136);
  header.write(type, 156);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148);
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
