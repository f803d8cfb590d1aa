import ipaddr from "ipaddr.js";
import type { IpRange } from "./plan.ts";

/**
 * The address range of an IPv4 or IPv6 address or CIDR block (host bits are ignored), or null when the text is neither.
 * IPv4 addresses stand in their mapped form ::ffff:a.b.c.d; an IPv4-mapped address is IPv4, as in Elasticsearch.
 */
export function toIpRange(text: string): IpRange | null {
  const [address = "", prefixText, ...rest] = text.split("/");
  if (rest.length > 0 || !isAddress(address)) return null;
  const parsed = ipaddr.process(address);
  const size = parsed.kind() === "ipv4" ? 32 : 128;
  let prefix = size;
  if (prefixText !== undefined) {
    if (!/^\d{1,3}$/.test(prefixText)) return null;
    prefix = Number(prefixText);
    if (parsed.kind() === "ipv4" && ipaddr.IPv6.isValid(address)) prefix -= 96;
    if (prefix > size || prefix < 0) return null;
  }
  const first = to16Bytes(parsed);
  const last = Uint8Array.from(first);
  const fixed = 128 - size + prefix;
  for (let index = 0; index < 16; index++) {
    const keep = Math.min(8, Math.max(0, fixed - index * 8));
    const mask = (0xff00 >> keep) & 0xff;
    first[index] = (first[index] ?? 0) & mask;
    last[index] = (last[index] ?? 0) | (0xff & ~mask);
  }
  return { first, last, v6: size === 128 };
}

function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (!text.includes("%") && ipaddr.IPv6.isValid(text));
}

function to16Bytes(address: ipaddr.IPv4 | ipaddr.IPv6): Uint8Array {
  const bytes = address.toByteArray();
  if (bytes.length === 16) return Uint8Array.from(bytes);
  return Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes]);
}
