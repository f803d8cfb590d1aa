import { cidrRanges, compareIp, formatIp, type IpBytes, isIpv4, parseIp } from "../eql/ip-address.ts";

/**
 * The blocks that hold just the addresses of an entry of a value list: a block, an address, or `first-last`, both
 * included. Null when it is none of them, or the wrong way round.
 */
export function toBlocks(text: string): readonly string[] | null {
  const [first, last, ...more] = text.split("-").map((part) => part.trim());
  if (last === undefined || more.length > 0) return cidrRanges(text.trim()) === null ? null : [text.trim()];
  const from = parseIp(first ?? "");
  const to = parseIp(last);
  if (from === null || to === null || isIpv4(from) !== isIpv4(to) || compareIp(from, to) > 0) return null;
  return blocksBetween(toInteger(from), toInteger(to), isIpv4(from));
}

/** The fewest aligned blocks, in order. */
function blocksBetween(first: bigint, last: bigint, v4: boolean): string[] {
  const blocks: string[] = [];
  for (let at = first; at <= last;) {
    let bits = 0n;
    const most = v4 ? 32n : 128n;
    while (bits < most && (at & ((1n << (bits + 1n)) - 1n)) === 0n && at + (1n << (bits + 1n)) - 1n <= last) bits += 1n;
    blocks.push(`${formatIp(toBytes(at))}/${most - bits}`);
    at += 1n << bits;
  }
  return blocks;
}

function toInteger(bytes: IpBytes): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function toBytes(value: bigint): IpBytes {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(32, "0"), "hex"));
}
