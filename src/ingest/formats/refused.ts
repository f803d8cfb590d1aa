/** Files that hold no events this tool reads, known by how they begin. */
interface Signature {
  readonly code: string;
  readonly bytes: readonly number[];
  readonly at?: number;
  readonly reason: string;
}

function ascii(text: string): number[] {
  return [...Buffer.from(text, "latin1")];
}

const SIGNATURES: readonly Signature[] = [
  { code: "elf", bytes: ascii("\x7fELF"), reason: "an ELF program or library, no event data" },
  { code: "pe", bytes: ascii("MZ"), reason: "a Windows program or library, no event data" },
  { code: "macho", bytes: [0xcf, 0xfa, 0xed, 0xfe], reason: "a macOS program or library, no event data" },
  {
    code: "sqlite",
    bytes: ascii("SQLite format 3\0"),
    reason: "a SQLite database (a case, or a browser's or phone's data), no event export",
  },
  { code: "pcap", bytes: [0xd4, 0xc3, 0xb2, 0xa1], reason: "a packet capture (pcap); read it with Zeek or Wireshark" },
  { code: "pcap", bytes: [0xa1, 0xb2, 0xc3, 0xd4], reason: "a packet capture (pcap); read it with Zeek or Wireshark" },
  { code: "pcap", bytes: [0x4d, 0x3c, 0xb2, 0xa1], reason: "a packet capture (pcap); read it with Zeek or Wireshark" },
  {
    code: "pcap",
    bytes: [0x0a, 0x0d, 0x0d, 0x0a],
    reason: "a packet capture (pcapng); read it with Zeek or Wireshark",
  },
  {
    code: "evtx",
    bytes: ascii("ElfFile\0"),
    reason: "a binary Windows event log; convert it with evtx_dump (-o jsonl) and load the result",
  },
  {
    code: "parquet",
    bytes: ascii("PAR1"),
    reason: "a Parquet file; convert it to NDJSON (DuckDB: COPY ... TO 'x.ndjson') and load the result",
  },
  { code: "avro", bytes: ascii("Obj\x01"), reason: "an Avro file; convert it to NDJSON and load the result" },
  {
    code: "journal",
    bytes: ascii("LPKSHHRH"),
    reason: "a binary systemd journal; export it with journalctl --file FILE -o json and load the result",
  },
  {
    code: "office",
    bytes: [0xd0, 0xcf, 0x11, 0xe0],
    reason: "an old Microsoft Office or OLE file, no event data",
  },
  { code: "pdf", bytes: ascii("%PDF-"), reason: "a PDF document, no event data" },
  { code: "image", bytes: [0x89, 0x50, 0x4e, 0x47], reason: "a PNG picture, no event data" },
  { code: "image", bytes: [0xff, 0xd8, 0xff], reason: "a JPEG picture, no event data" },
  { code: "image", bytes: ascii("GIF8"), reason: "a GIF picture, no event data" },
  { code: "java-class", bytes: [0xca, 0xfe, 0xba, 0xbe], reason: "a Java class or macOS program, no event data" },
  { code: "lime", bytes: ascii("EMiL"), reason: "a memory image (LiME); analyse it with Volatility" },
  { code: "minidump", bytes: ascii("MDMP"), reason: "a Windows memory dump; analyse it with a debugger" },
  { code: "registry", bytes: ascii("regf"), reason: "a Windows registry hive, no event log" },
  { code: "bzip2", bytes: ascii("BZh"), reason: "compressed with bzip2; unpack it (bunzip2) and load the result" },
  {
    code: "xz",
    bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    reason: "compressed with xz; unpack it (unxz) and load the result",
  },
  {
    code: "lz4",
    bytes: [0x04, 0x22, 0x4d, 0x18],
    reason: "compressed with lz4; unpack it (unlz4) and load the result",
  },
  { code: "7z", bytes: ascii("7z\xbc\xaf\x27\x1c"), reason: "a 7-Zip archive; unpack it and load the folder" },
  { code: "rar", bytes: ascii("Rar!\x1a\x07"), reason: "a RAR archive; unpack it and load the folder" },
  {
    code: "utf-16",
    bytes: [0xff, 0xfe],
    reason: "UTF-16 text; convert it to UTF-8 (iconv -f utf-16 -t utf-8) and load the result",
  },
  {
    code: "utf-16",
    bytes: [0xfe, 0xff],
    reason: "UTF-16 text; convert it to UTF-8 (iconv -f utf-16 -t utf-8) and load the result",
  },
];

/** Why a file with these first bytes is no event data, told by its signature; null when none is known. */
export function refuseBySignature(head: Uint8Array): { code: string; reason: string } | null {
  const found = SIGNATURES.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  return found === undefined ? null : { code: found.code, reason: `This is ${found.reason}.` };
}

/** Text that is markup, or nothing known. `head`: the first bytes as text. */
export function refuseText(head: string): { code: string; reason: string } {
  const text = head.trimStart();
  if (/^<!doctype html|^<html[\s>]/i.test(text)) {
    return { code: "html", reason: "This is an HTML page, no event data: perhaps a log-in page was saved instead." };
  }
  if (/^<(?:\?xml|\w+[\s>])/.test(text)) {
    const windows = /<Events?[\s>]/.test(text) ? " Windows events as XML: convert them to JSON first." : "";
    return { code: "xml", reason: `This is XML, which is not read as it is.${windows}` };
  }
  if (/[\0-\x08\x0e-\x1a\x7f]/.test(head)) {
    return { code: "binary", reason: "This is binary data of an unknown kind." };
  }
  const [line = ""] = text.split("\n", 1);
  return { code: "not-events", reason: `This is text of no known event format; it begins: ${quote(line.trim())}` };
}

/** JSON documents that are known to be something else than events; null when it may be an event. */
export function refuseJson(document: Record<string, unknown>): { code: string; reason: string } | null {
  const has = (...keys: string[]): boolean => keys.every((key) => Object.hasOwn(document, key));
  if (has("rule_id", "risk_score", "severity", "type") && !has("@timestamp")) {
    return { code: "rule", reason: "This is a file of detection rules, no event data: give it to hunt --rules." };
  }
  if (has("attributes", "references", "type") && !has("@timestamp")) {
    return { code: "saved-object", reason: "These are saved objects of Kibana (dashboards, rules), no event data." };
  }
  if (has("mappings") || (has("settings") && has("aliases"))) {
    return { code: "index-mapping", reason: "This is the mapping of an index, no event data: give it to --mapping." };
  }
  if (has("error", "status") && !has("@timestamp") && !has("hits")) {
    return { code: "error-answer", reason: "This is an error that Elasticsearch answered, no event data." };
  }
  return null;
}

/** A short printable form of a line of unknown content. */
function quote(line: string): string {
  const printable = line.replace(/[^\x20-\x7e]/g, "?");
  return JSON.stringify(printable.length > 60 ? `${printable.slice(0, 60)}...` : printable);
}
