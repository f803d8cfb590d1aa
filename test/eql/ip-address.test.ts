import { describe, expect, it } from "vitest";
import { cidrMatcher, cidrRanges, compareIp, formatIp, parseIp } from "../../src/eql/ip-address.ts";

function inBlock(address: string, ...blocks: string[]): boolean {
  const bytes = parseIp(address);
  if (bytes === null) throw new Error(`no address: ${address}`);
  return cidrMatcher(blocks)(bytes);
}

describe("addresses", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["FE80::0:1", "fe80::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::", "::"],
  ])("%s is written %s", (text, canonical) => {
    const bytes = parseIp(text);
    expect(bytes).toHaveLength(16);
    expect(bytes && formatIp(bytes)).toBe(canonical);
  });

  it.each([
    "",
    "10.1",
    "010.0.0.1",
    "256.0.0.1",
    "0x7f.1",
    "10.0.0.1 ",
    "fe80::1%eth0",
    ":::",
    "12345::",
    "example.org",
    "1",
  ])("%j is none", (text) => {
    expect(parseIp(text)).toBeNull();
  });
});

describe("blocks", () => {
  it.each<[string, string, boolean]>([
    ["10.6.48.157", "10.6.48.157/8", true],
    ["10.255.255.255", "10.0.0.0/8", true],
    ["11.0.0.0", "10.0.0.0/8", false],
    ["192.168.1.1", "192.168.1.1", true],
    ["192.168.1.1", "192.168.1.1/32", true],
    ["1.2.3.4", "0.0.0.0/0", true],
    ["fe80::1", "fe80::/10", true],
    ["fec0::1", "fe80::/10", false],
    ["::1", "::1", true],
    ["::1", "0.0.0.0/0", false],
    ["1.2.3.4", "::/0", false],
    ["2001:db8::1", "::/0", true],
    ["::fffe:ffff:ffff", "::/0", true],
    ["::1:0:0:0", "::/0", true],
    ["10.1.1.1", "::ffff:10.0.0.0/104", true],
  ])("%s in %s is %s", (address, block, expected) => {
    expect(inBlock(address, block)).toBe(expected);
  });

  it("are one range each, two where IPv4 is cut out", () => {
    expect(cidrRanges("10.0.0.0/8")?.map(({ first, last }) => [formatIp(first), formatIp(last)])).toEqual([
      ["10.0.0.0", "10.255.255.255"],
    ]);
    expect(cidrRanges("::/0")?.map(({ first, last }) => [formatIp(first), formatIp(last)])).toEqual([
      ["::", "::fffe:ffff:ffff"],
      ["::1:0:0:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ]);
    expect(cidrRanges("::/0")?.every(({ first, last }) => compareIp(first, last) < 0)).toBe(true);
  });

  it.each(["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0/8", "/8", "a/8", "10.0.0.0/8/8"])("%j is none", (text) => {
    expect(cidrRanges(text)).toBeNull();
  });

  it("of a list: any", () => {
    expect(inBlock("172.16.5.4", "10.0.0.0/8", "172.16.0.0/12")).toBe(true);
    expect(inBlock("172.32.5.4", "10.0.0.0/8", "172.16.0.0/12")).toBe(false);
  });
});
