import type { MappingRow, MappingTable } from "./table.ts";

const REFERENCE = "https://learn.microsoft.com/sysinternals/downloads/sysmon";

/** Fields that most events of Sysmon have. */
export const SYSMON_COMMON: MappingTable = {
  id: "sysmon/common",
  reference: REFERENCE,
  always: { "event.kind": "event", "event.module": "sysmon" },
  rows: [
    ["UtcTime", "@timestamp", "utc"],
    ["ProcessGuid", "process.entity_id", "guid"],
    ["ProcessId", "process.pid", "integer"],
    ["Image", "process.executable"],
    ["Image", "process.name", "basename"],
    ["User", "user.name", "userName"],
    ["User", "user.domain", "userDomain"],
    ["RuleName", "rule.name"],
  ],
};

const FILE_ROWS: readonly MappingRow[] = [
  ["TargetFilename", "file.path"],
  ["TargetFilename", "file.name", "basename"],
  ["TargetFilename", "file.directory", "dirname"],
  ["TargetFilename", "file.extension", "extension"],
];

const FILE_HASH_ROWS: readonly MappingRow[] = [
  ["Hash|Hashes", "file.hash.md5", "md5"],
  ["Hash|Hashes", "file.hash.sha1", "sha1"],
  ["Hash|Hashes", "file.hash.sha256", "sha256"],
];

const REGISTRY_ROWS: readonly MappingRow[] = [
  ["TargetObject", "registry.path"],
  ["TargetObject", "registry.hive", "registryHive"],
  ["TargetObject", "registry.key", "registryKey"],
  ["TargetObject", "registry.value", "registryValue"],
];

const SIGNATURE_ROWS: readonly MappingRow[] = [
  ["Signature", "dll.code_signature.subject_name"],
  ["Signed", "dll.code_signature.exists", "boolean"],
  ["SignatureStatus", "dll.code_signature.status", "lower"],
];

const SOURCE_PROCESS_ROWS: readonly MappingRow[] = [
  ["SourceProcessGUID|SourceProcessGuid", "process.entity_id", "guid"],
  ["SourceProcessId", "process.pid", "integer"],
  ["SourceThreadId", "process.thread.id", "integer"],
  ["SourceImage", "process.executable"],
  ["SourceImage", "process.name", "basename"],
  ["SourceUser", "user.name", "userName"],
  ["SourceUser", "user.domain", "userDomain"],
  ["TargetProcessGUID|TargetProcessGuid", "Target.process.entity_id", "guid"],
  ["TargetProcessId", "Target.process.pid", "integer"],
  ["TargetImage", "Target.process.executable"],
  ["TargetImage", "Target.process.name", "basename"],
];

/** What an event id of Sysmon means. */
export interface SysmonKind {
  /** Actions as Elastic Defend names them, on Windows and on Linux; absent where Defend has none. */
  readonly action?: string | { readonly windows: string; readonly linux: string };
  /** The name Winlogbeat gives the event: the second `event.action`. */
  readonly task: string;
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly rows: readonly MappingRow[];
}

/** By event id. */
export const SYSMON: Readonly<Record<string, SysmonKind>> = {
  "1": {
    action: { windows: "start", linux: "exec" },
    task: "Process Create (rule: ProcessCreate)",
    category: ["process"],
    type: ["start"],
    rows: [
      ["CommandLine", "process.command_line"],
      ["CommandLine", "process.args", "args"],
      ["CommandLine", "process.args_count", "argsCount"],
      ["CurrentDirectory", "process.working_directory"],
      ["Hashes|Hash", "process.hash.md5", "md5"],
      ["Hashes|Hash", "process.hash.sha1", "sha1"],
      ["Hashes|Hash", "process.hash.sha256", "sha256"],
      ["Hashes|Hash", "process.pe.imphash", "imphash"],
      ["OriginalFileName", "process.pe.original_file_name"],
      ["Company", "process.pe.company"],
      ["Description", "process.pe.description"],
      ["FileVersion", "process.pe.file_version"],
      ["Product", "process.pe.product"],
      ["IntegrityLevel", "process.Ext.token.integrity_level_name", "integrity"],
      ["LogonId", "process.Ext.authentication_id"],
      ["ParentProcessGuid", "process.parent.entity_id", "guid"],
      ["ParentProcessId", "process.parent.pid", "integer"],
      ["ParentImage", "process.parent.executable"],
      ["ParentImage", "process.parent.name", "basename"],
      ["ParentCommandLine", "process.parent.command_line"],
      ["ParentCommandLine", "process.parent.args", "args"],
      ["ParentCommandLine", "process.parent.args_count", "argsCount"],
    ],
  },
  "2": {
    action: "modification",
    task: "File creation time changed (rule: FileCreateTime)",
    category: ["file"],
    type: ["change"],
    rows: [...FILE_ROWS, ["CreationUtcTime", "file.created", "utc"]],
  },
  "3": {
    task: "Network connection detected (rule: NetworkConnect)",
    category: ["network"],
    type: ["start", "connection", "protocol"],
    rows: [
      ["Initiated", "event.action", "connectionAction"],
      ["Initiated", "network.direction", "direction"],
      ["Protocol", "network.transport", "lower"],
      ["SourceIp", "network.type", "ipType"],
      ["SourceIp", "source.ip", "ip"],
      ["SourceIp", "source.address"],
      ["SourcePort", "source.port", "port"],
      ["SourceHostname", "source.domain"],
      ["DestinationIp", "destination.ip", "ip"],
      ["DestinationIp", "destination.address"],
      ["DestinationPort", "destination.port", "port"],
      ["DestinationHostname", "destination.domain"],
      ["DestinationPortName", "network.protocol"],
    ],
  },
  "4": {
    task: "Sysmon service state changed",
    category: ["process"],
    type: ["change"],
    rows: [],
  },
  "5": {
    action: "end",
    task: "Process terminated (rule: ProcessTerminate)",
    category: ["process"],
    type: ["end"],
    rows: [],
  },
  "6": {
    action: "load",
    task: "Driver loaded (rule: DriverLoad)",
    category: ["driver"],
    type: ["start"],
    rows: [
      ["ImageLoaded", "dll.path"],
      ["ImageLoaded", "dll.name", "basename"],
      ["Hashes", "dll.hash.md5", "md5"],
      ["Hashes", "dll.hash.sha1", "sha1"],
      ["Hashes", "dll.hash.sha256", "sha256"],
      ...SIGNATURE_ROWS,
    ],
  },
  "7": {
    action: "load",
    task: "Image loaded (rule: ImageLoad)",
    category: ["library"],
    type: ["start"],
    rows: [
      ["ImageLoaded", "dll.path"],
      ["ImageLoaded", "dll.name", "basename"],
      ["Hashes", "dll.hash.md5", "md5"],
      ["Hashes", "dll.hash.sha1", "sha1"],
      ["Hashes", "dll.hash.sha256", "sha256"],
      ["Hashes", "dll.pe.imphash", "imphash"],
      ["OriginalFileName", "dll.pe.original_file_name"],
      ["Company", "dll.pe.company"],
      ["Description", "dll.pe.description"],
      ["FileVersion", "dll.pe.file_version"],
      ["Product", "dll.pe.product"],
      ...SIGNATURE_ROWS,
    ],
  },
  "8": {
    task: "CreateRemoteThread detected (rule: CreateRemoteThread)",
    category: ["process"],
    type: ["change"],
    rows: SOURCE_PROCESS_ROWS,
  },
  "9": {
    task: "RawAccessRead detected (rule: RawAccessRead)",
    category: ["process"],
    type: ["access"],
    rows: [],
  },
  "10": {
    task: "Process accessed (rule: ProcessAccess)",
    category: ["process"],
    type: ["access"],
    rows: SOURCE_PROCESS_ROWS,
  },
  "11": {
    action: "creation",
    task: "File created (rule: FileCreate)",
    category: ["file"],
    type: ["creation"],
    rows: [...FILE_ROWS, ["CreationUtcTime", "file.created", "utc"]],
  },
  "12": {
    task: "Registry object added or deleted (rule: RegistryEvent)",
    category: ["configuration", "registry"],
    type: ["change"],
    rows: [
      ["EventType", "event.action", "registryAction"],
      ["EventType", "event.type", "registryEventType"],
      ...REGISTRY_ROWS,
    ],
  },
  "13": {
    action: "modification",
    task: "Registry value set (rule: RegistryEvent)",
    category: ["configuration", "registry"],
    type: ["change"],
    rows: [
      ...REGISTRY_ROWS,
      ["Details", "registry.data.type", "registryType"],
      ["Details", "registry.data.strings", "registryData"],
    ],
  },
  "14": {
    action: "rename",
    task: "Registry object renamed (rule: RegistryEvent)",
    category: ["configuration", "registry"],
    type: ["change"],
    rows: REGISTRY_ROWS,
  },
  "15": {
    action: "creation",
    task: "File stream created (rule: FileCreateStreamHash)",
    category: ["file"],
    type: ["access"],
    rows: [...FILE_ROWS, ...FILE_HASH_ROWS, ["CreationUtcTime", "file.created", "utc"]],
  },
  "16": {
    task: "Sysmon config state changed",
    category: ["configuration"],
    type: ["change"],
    rows: [],
  },
  "17": {
    task: "Pipe Created (rule: PipeEvent)",
    category: ["file"],
    type: ["creation"],
    rows: [["PipeName", "file.name"]],
  },
  "18": {
    task: "Pipe Connected (rule: PipeEvent)",
    category: ["file"],
    type: ["access"],
    rows: [["PipeName", "file.name"]],
  },
  "19": {
    task: "WmiEventFilter activity detected (rule: WmiEvent)",
    category: ["configuration"],
    type: ["change"],
    rows: [],
  },
  "20": {
    task: "WmiEventConsumer activity detected (rule: WmiEvent)",
    category: ["configuration"],
    type: ["change"],
    rows: [],
  },
  "21": {
    task: "WmiEventConsumerToFilter activity detected (rule: WmiEvent)",
    category: ["configuration"],
    type: ["change"],
    rows: [],
  },
  "22": {
    action: "lookup_requested",
    task: "Dns query (rule: DnsQuery)",
    category: ["network"],
    type: ["connection", "protocol", "info"],
    rows: [
      ["QueryName", "dns.question.name"],
      ["QueryResults", "dns.resolved_ip", "dnsAddresses"],
      ["QueryStatus", "dns.response_code", "dnsStatus"],
    ],
  },
  "23": {
    action: "deletion",
    task: "File Delete archived (rule: FileDelete)",
    category: ["file"],
    type: ["deletion"],
    rows: [...FILE_ROWS, ...FILE_HASH_ROWS],
  },
  "24": { task: "Clipboard changed (rule: ClipboardChange)", category: ["process"], type: ["change"], rows: [] },
  "25": { task: "Process Tampering (rule: ProcessTampering)", category: ["process"], type: ["change"], rows: [] },
  "26": {
    action: "deletion",
    task: "File Delete logged (rule: FileDeleteDetected)",
    category: ["file"],
    type: ["deletion"],
    rows: [...FILE_ROWS, ...FILE_HASH_ROWS],
  },
  "27": {
    task: "File Block Executable (rule: FileBlockExecutable)",
    category: ["file"],
    type: ["creation"],
    rows: [...FILE_ROWS, ...FILE_HASH_ROWS],
  },
  "28": {
    task: "File Block Shredding (rule: FileBlockShredding)",
    category: ["file"],
    type: ["deletion"],
    rows: [...FILE_ROWS, ...FILE_HASH_ROWS],
  },
  "29": {
    action: "creation",
    task: "File Executable Detected (rule: FileExecutableDetected)",
    category: ["file"],
    type: ["creation"],
    rows: [...FILE_ROWS, ...FILE_HASH_ROWS],
  },
};
