import ipaddr from "ipaddr.js";

/**
 * How a value of the evidence becomes the value of an ECS field. Undefined: it has none (a dash, an address that is no
 * address). Values are text, numbers or booleans; anything else is left as it is by `keep` only.
 */
export const CONVERSIONS = {
  /** As it is. */
  keep: (value) => value,
  text: (value) => text(value),
  lower: (value) => text(value)?.toLowerCase(),
  /** Decimal, or hexadecimal after 0x. Text where a number cannot hold it exactly. */
  integer: (value) => toInteger(text(value)),
  /** Hexadecimal without 0x, as auditd writes addresses and socket data. */
  hex: (value) => toInteger(prefixed(text(value))),
  boolean: (value) => BOOLEANS[text(value)?.toLowerCase() ?? ""],
  /** A list of what is separated by commas, semicolons or bars. */
  list: (value) =>
    text(value)
      ?.split(/[,;|]\s*/)
      .filter((item) => item !== ""),
  one: (value) => [value],
  ip: (value) => toIp(text(value)),
  port: (value) => positive(toInteger(text(value))),
  /** The last part of a path, whichever slash it uses. */
  basename: (value) =>
    text(value)
      ?.replace(/[\\/]+$/, "")
      .replace(/^.*[\\/]/s, ""),
  dirname: (value) => /^(.+?|)[\\/][^\\/]*$/s.exec(text(value) ?? "")?.[1],
  extension: (value) => /[^\\/.][^\\/]*\.([^\\/.]+)$/.exec(text(value) ?? "")?.[1],
  /** `DOMAIN\name`, `name@domain` or `name`: the name. */
  userName: (value) => text(value)?.replace(/^.*\\/s, ""),
  userDomain: (value) => /^(.+)\\/s.exec(text(value) ?? "")?.[1],
  /** A time that is UTC and does not say so. */
  utc: (value) => text(value)?.replace(/^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?)$/, "$1Z"),
  /** A process GUID: in braces, as Sysmon itself writes it. */
  guid: (value) => text(value)?.replace(/^([0-9A-Fa-f]{8}-.{27})$/, "{$1}"),
  /** The arguments of a command line: split at spaces outside of quotes. */
  args: (value) => splitCommand(text(value)),
  argsCount: (value) => splitCommand(text(value))?.length,
  /** A digest out of `MD5=...,SHA256=...`, or a list that is one already. */
  md5: (value) => digest(text(value), "md5"),
  sha1: (value) => digest(text(value), "sha1"),
  sha256: (value) => digest(text(value), "sha256"),
  imphash: (value) => digest(text(value), "imphash"),
  /** Integrity levels as Elastic Defend writes them. */
  integrity: (value) => INTEGRITY[text(value)?.toLowerCase() ?? ""] ?? text(value)?.toLowerCase(),
  outcome: (value) => OUTCOMES[text(value)?.toLowerCase() ?? ""] ?? "unknown",
  auditResult: (value) => ({ success: "success", failure: "fail" })[OUTCOMES[text(value)?.toLowerCase() ?? ""] ?? ""],
  ianaTransport: (value) => TRANSPORTS[text(value) ?? ""] ?? text(value)?.toLowerCase(),
  registryHive: (value) => HIVES[/^\\?([^\\]+)/.exec(text(value) ?? "")?.[1]?.toUpperCase() ?? ""],
  registryKey: (value) => registryParts(text(value))?.key,
  registryValue: (value) => registryParts(text(value))?.value,
  /** The type that Sysmon's details begin with. */
  registryType: (value) => REGISTRY_TYPES.find(([start]) => text(value)?.startsWith(start) === true)?.[1],
  registryData: (value) => registryData(text(value)),
  /** Addresses in the answers of Sysmon's DNS event. */
  dnsAddresses: (value) => dnsAddresses(text(value)),
  /** Sysmon: whether this host began the connection. */
  connectionAction: (value) =>
    text(value)?.toLowerCase() === "false" ? "connection_accepted" : "connection_attempted",
  direction: (value) => (text(value)?.toLowerCase() === "false" ? "ingress" : "egress"),
  /** The Windows Filtering Platform writes message numbers. */
  wfpDirection: (value) => ({ "%%14592": "ingress", "%%14593": "egress" })[text(value) ?? ""],
  ipType: (value) => ipType(text(value)),
  registryAction: (value) => REGISTRY_ACTIONS[text(value) ?? ""],
  registryEventType: (value) => REGISTRY_EVENT_TYPES[text(value) ?? ""],
  logonType: (value) => LOGON_TYPES[text(value) ?? ""],
  /** Objects of Windows have many kinds of name: a file's has a drive or a device. */
  filePath: (value) => (/^(?:[A-Za-z]:|\\Device\\|\\\\)/.test(text(value) ?? "") ? text(value) : undefined),
  /** An audit id that is set: 4294967295 and -1 stand for none. */
  loginId: (value) => (/^(?:4294967295|-1|unset)$/.test(text(value) ?? "") ? undefined : text(value)),
  loginName: (value) => (text(value) === "unset" ? undefined : text(value)),
  /** Without the runtime's scheme; `host` and the empty id of a process outside of containers are none. */
  containerId: (value) => (text(value) === "host" ? undefined : text(value)?.replace(/^[a-z-]+:\/\//, "")),
  linuxPath: (value) => (text(value)?.startsWith("/") === true ? text(value) : undefined),
  linuxName: (value) => (text(value)?.startsWith("/") === true ? text(value)?.replace(/^.*\//s, "") : undefined),
  /** Syslog's severities. */
  syslogLevel: (value) => SYSLOG_LEVELS[Number(text(value) ?? -1)],
  dnsStatus: (value) => (text(value) === "0" ? "NOERROR" : text(value)),
} as const satisfies Record<string, (value: unknown) => unknown>;

export type Conversion = keyof typeof CONVERSIONS;

/** Text of a scalar; undefined for what the tools write where there is no value. */
export function text(value: unknown): string | undefined {
  const scalar = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  if (typeof scalar !== "string") return undefined;
  const trimmed = scalar.trim();
  return trimmed === "" || trimmed === "-" || trimmed === "(null)" || trimmed === "%%1793" ? undefined : trimmed;
}

function toInteger(value: string | undefined): number | string | undefined {
  if (value === undefined || !/^-?(?:\d+|0[xX][0-9a-fA-F]+)(?:\.0+)?$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value.replace(/\.0+$/, "")).toString();
}

function positive(value: number | string | undefined): number | string | undefined {
  return value === 0 ? undefined : value;
}

function prefixed(value: string | undefined): string | undefined {
  return value === undefined || !/^[0-9a-fA-F]{1,16}$/.test(value) ? undefined : `0x${value}`;
}

function toIp(value: string | undefined): string | undefined {
  const bare = value?.replace(/^\[|\]$|%.*$/g, "").replace(/^::ffff:(?=\d+\.)/i, "");
  return bare !== undefined && ipaddr.isValid(bare) && /[.:]/.test(bare) ? bare : undefined;
}

function digest(value: string | undefined, name: string): string | undefined {
  const named = new RegExp(`(?:^|[,\\s])${name}=([0-9a-f]+)`, "i").exec(value ?? "")?.[1];
  if (named !== undefined && !/^0+$/.test(named)) return named.toLowerCase();
  return value !== undefined && /^[0-9a-f]+$/i.test(value) && value.length === DIGEST_LENGTH[name]
    ? value.toLowerCase()
    : undefined;
}

const DIGEST_LENGTH: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64 };

/**
 * Splits a command line at white space outside of quotes; quotes are removed. What a shell or program made of it is
 * unknown, so backslashes stay.
 */
export function splitCommand(line: string | undefined): string[] | undefined {
  if (line === undefined) return undefined;
  const args: string[] = [];
  for (const [word] of line.matchAll(/(?:[^\s"']|"[^"]*"?|'[^']*'?)+/g)) {
    args.push(
      word.replace(/"([^"]*)"?|'([^']*)'?/g, (_all, double?: string, single?: string) => double ?? single ?? ""),
    );
  }
  return args;
}

function registryParts(path: string | undefined): { key: string; value: string } | undefined {
  const parts = /^\\?[^\\]+\\(.*?)(?:\\([^\\]*))?$/s.exec(path ?? "");
  return parts?.[1] === undefined ? undefined : { key: parts[1], value: parts[2] ?? "" };
}

function registryData(details: string | undefined): unknown {
  const number = /^[DQ]WORD \((?:0x[0-9a-f]+-)?(0x[0-9a-f]+)\)$/i.exec(details ?? "");
  const high = /^QWORD \((0x[0-9a-f]+)-/i.exec(details ?? "")?.[1];
  if (number?.[1] === undefined) return details;
  return (BigInt(high ?? 0) * 2n ** 32n + BigInt(number[1])).toString();
}

function dnsAddresses(results: string | undefined): unknown {
  const found = results?.split(";").flatMap((item) => toIp(item.trim()) ?? []);
  return found === undefined || found.length === 0 ? undefined : found;
}

function ipType(value: string | undefined): string | undefined {
  const ip = toIp(value);
  return ip === undefined ? undefined : ip.includes(":") ? "ipv6" : "ipv4";
}

const REGISTRY_ACTIONS: Readonly<Record<string, string>> = {
  CreateKey: "creation",
  DeleteKey: "deletion",
  DeleteValue: "deletion",
};

const REGISTRY_EVENT_TYPES: Readonly<Record<string, readonly string[]>> = {
  CreateKey: ["creation"],
  DeleteKey: ["deletion"],
  DeleteValue: ["deletion"],
};

const LOGON_TYPES: Readonly<Record<string, string>> = {
  "2": "Interactive",
  "3": "Network",
  "4": "Batch",
  "5": "Service",
  "7": "Unlock",
  "8": "NetworkCleartext",
  "9": "NewCredentials",
  "10": "RemoteInteractive",
  "11": "CachedInteractive",
};

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  yes: true,
  no: false,
  "1": true,
  "0": false,
};

const INTEGRITY: Readonly<Record<string, string>> = {
  "s-1-16-4096": "low",
  "s-1-16-8192": "medium",
  "s-1-16-12288": "high",
  "s-1-16-16384": "system",
};

const OUTCOMES: Readonly<Record<string, string>> = {
  success: "success",
  yes: "success",
  "1": "success",
  failed: "failure",
  failure: "failure",
  no: "failure",
  "0": "failure",
};

const TRANSPORTS: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "ipv6-icmp" };

const SYSLOG_LEVELS = ["emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"];

const HIVES: Readonly<Record<string, string>> = {
  HKLM: "HKLM",
  HKU: "HKU",
  HKCR: "HKCR",
  HKCU: "HKCU",
  HKEY_LOCAL_MACHINE: "HKLM",
  HKEY_USERS: "HKU",
  HKEY_CLASSES_ROOT: "HKCR",
  HKEY_CURRENT_USER: "HKCU",
};

const REGISTRY_TYPES = [
  ["DWORD (", "REG_DWORD"],
  ["QWORD (", "REG_QWORD"],
  ["Binary Data", "REG_BINARY"],
] as const;
