import ipaddr from "ipaddr.js";

/** 16 bytes, network order; IPv4 as ::ffff:a.b.c.d. So a mapped IPv6 address *is* its IPv4 address. */
export type IpBytes = Uint8Array;

/** An inclusive range of addresses; compare bytewise. */
export interface IpRange {
  readonly first: IpBytes;
  readonly last: IpBytes;
}

const IPV4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const IPV6 = /^[0-9a-fA-F:.]{2,45}$/;
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const MAPPED_BITS = 96;

/** Reads an address in the usual notation (four decimal parts without leading zeros, or IPv6 without a zone); else null. */
export function parseIp(text: string): IpBytes | null {
  if (IPV4.test(text)) return Uint8Array.from([...MAPPED_PREFIX, ...text.split(".").map(Number)]);
  if (!IPV6.test(text) || !text.includes(":") || !ipaddr.IPv6.isValid(text)) return null;
  return Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray());
}

/** The address as Elasticsearch writes it: dotted for IPv4, lower-case and compressed (RFC 5952) for IPv6. */
export function formatIp(bytes: IpBytes): string {
  if (isIpv4(bytes)) return bytes.slice(12).join(".");
  return new ipaddr.IPv6([...bytes]).toRFC5952String();
}

/** Whether the 16 bytes are an IPv4 address. */
export function isIpv4(bytes: IpBytes): boolean {
  return MAPPED_PREFIX.every((byte, index) => bytes[index] === byte);
}

/** Bytewise: negative, zero or positive. */
export function compareIp(a: IpBytes, b: IpBytes): number {
  for (let index = 0; index < 16; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The addresses of a block such as `10.0.0.0/8`, `fe80::/10` or a single address, as one or two ranges; null when it is
 * none. Bits beyond the prefix are ignored. IPv4 and IPv6 never match each other (semantics 9): `::/0` has no IPv4 in it.
 */
export function cidrRanges(block: string): readonly IpRange[] | null {
  const [, address = "", prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(block) ?? [];
  const bytes = parseIp(address);
  if (bytes === null) return null;
  const v4 = !address.includes(":");
  const bits = prefix === undefined ? 128 : Number(prefix) + (v4 ? MAPPED_BITS : 0);
  if (bits > 128) return null;
  const range = { first: withHostBits(bytes, bits, 0), last: withHostBits(bytes, bits, 0xff) };
  return v4 || bits >= MAPPED_BITS ? [range] : withoutIpv4(range);
}

function withHostBits(bytes: IpBytes, bits: number, fill: 0 | 0xff): IpBytes {
  return bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - index * 8));
    const mask = (0xff << (8 - kept)) & 0xff;
    return (byte & mask) | (fill & ~mask & 0xff);
  });
}

/** A range of IPv6 with the IPv4 addresses taken out of it. */
function withoutIpv4(range: IpRange): readonly IpRange[] {
  const before = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff]);
  const after = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  if (compareIp(range.first, before) > 0 || compareIp(range.last, after) < 0) return [range];
  return [
    { first: range.first, last: before },
    { first: after, last: range.last },
  ];
}

/** A test whether any of the blocks contains the address; a block that is none contains nothing. */
export function cidrMatcher(blocks: readonly string[]): (address: IpBytes) => boolean {
  const ranges = blocks.flatMap((block) => cidrRanges(block) ?? []);
  return (address) => ranges.some(({ first, last }) => compareIp(address, first) >= 0 && compareIp(address, last) <= 0);
}
