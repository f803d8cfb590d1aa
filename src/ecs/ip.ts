import { isIPv4, isIPv6 } from "node:net";

/** The 16 bytes of an address, IPv4 as `::ffff:a.b.c.d`; null when the text is none. No zone, no port, no prefix. */
export function parseIp(text: string): Uint8Array | null {
  if (isIPv4(text)) {
    const bytes = new Uint8Array(16);
    bytes[10] = 0xff;
    bytes[11] = 0xff;
    bytes.set(text.split(".").map(Number), 12);
    return bytes;
  }
  if (!isIPv6(text) || text.includes("%")) return null;
  const [head = "", tail] = text.split("::");
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  const groups = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The canonical text (RFC 5952) of 16 bytes; an IPv4-mapped address is written as IPv4. */
export function formatIp(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  if (view.getUint32(0) === 0 && view.getUint32(4) === 0 && view.getUint32(8) === 0xffff) {
    return bytes.subarray(12).join(".");
  }
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2));
  const zeros = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(":");
  return `${hex.slice(0, zeros.start).join(":")}::${hex.slice(zeros.start + zeros.length).join(":")}`;
}

function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}
