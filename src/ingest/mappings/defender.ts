import type { KindOfEvent } from "./linux-json.ts";
import type { MappingTable } from "./table.ts";

/** Process events as Microsoft Defender for Endpoint stores them: a process that was created, and the one that did it. */
export const DEFENDER_RAW: MappingTable = {
  id: "defender/raw",
  reference: "https://learn.microsoft.com/defender-endpoint/raw-data-export",
  always: {
    "event.kind": "event",
    "event.module": "microsoft_defender_endpoint",
    "event.category": ["process"],
    "event.type": ["start"],
  },
  rows: [
    ["CreatedProcessCreationTime|ReportTime", "@timestamp"],
    ["CreatedProcessCreationTime", "process.start"],
    ["ReportTime", "event.created"],
    ["ReportArrivalTimeUtc", "event.ingested"],
    ["ReportGuid", "event.id"],
    ["MachineId|SenseMachineGuid", "host.id"],
    ["ComputerDnsName", "host.name"],
    ["OsVersion", "host.os.version"],
    ["ContainerId", "container.id", "containerId"],
    ["CreatedProcessId", "process.pid", "integer"],
    ["CreatedProcessFilePath", "process.executable"],
    ["CreatedProcessName", "process.name"],
    ["CreatedProcessCommandLine", "process.command_line"],
    ["CreatedProcessCommandLine", "process.args", "args"],
    ["CreatedProcessCommandLine", "process.args_count", "argsCount"],
    ["CreatedProcessFileMd5", "process.hash.md5", "md5"],
    ["CreatedProcessFileSha1", "process.hash.sha1", "sha1"],
    ["CreatedProcessFileSha256", "process.hash.sha256", "sha256"],
    ["CreatedProcessIntegrityLevel", "process.Ext.token.integrity_level_name", "integrity"],
    ["CreatedProcessVersionInfoCompanyName", "process.pe.company"],
    ["CreatedProcessVersionInfoProductName", "process.pe.product"],
    ["CreatedProcessVersionInfoProductVersion", "process.pe.file_version"],
    ["CreatedProcessVersionInfoOriginalFileName", "process.pe.original_file_name"],
    ["CreatedProcessVersionInfoFileDescription", "process.pe.description"],
    ["CreatedProcessSignatureStatus", "process.code_signature.status", "lower"],
    ["CreatedProcessAccountName", "user.name"],
    ["CreatedProcessAccountDomainName", "user.domain"],
    ["CreatedProcessAccountSid", "user.id"],
    ["InitiatingProcessId", "process.parent.pid", "integer"],
    ["InitiatingProcessCreationTime", "process.parent.start"],
    ["InitiatingProcessName", "process.parent.name", "basename"],
    ["Process_CommandLine|InitiatingProcessCommandLine", "process.parent.command_line"],
    ["Process_CommandLine|InitiatingProcessCommandLine", "process.parent.args", "args"],
    ["InitiatingProcessImageMd5", "process.parent.hash.md5", "md5"],
    ["InitiatingProcessImageSha1", "process.parent.hash.sha1", "sha1"],
    ["InitiatingProcessImageSha256", "process.parent.hash.sha256", "sha256"],
    ["InitiatingProcessAccountName", "process.parent.user.name"],
    ["InitiatingProcessAccountSid", "process.parent.user.id"],
    ["InitiatingProcessCurrentWorkingDirectory", "process.working_directory"],
  ],
};

const HUNTING = "https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables";

/** Fields of the process that acts, and of the host, in every table of advanced hunting. */
export const DEFENDER_COMMON: MappingTable = {
  id: "defender/hunting",
  reference: HUNTING,
  always: { "event.kind": "event", "event.module": "microsoft_defender_endpoint" },
  rows: [
    ["Timestamp|TimeGenerated|TimeGenerated [UTC]", "@timestamp"],
    ["DeviceId", "host.id"],
    ["DeviceName", "host.name"],
    ["ReportId", "event.sequence", "integer"],
    ["InitiatingProcessId", "process.pid", "integer"],
    ["InitiatingProcessFileName", "process.name"],
    ["InitiatingProcessFolderPath", "process.executable"],
    ["InitiatingProcessCommandLine", "process.command_line"],
    ["InitiatingProcessCommandLine", "process.args", "args"],
    ["InitiatingProcessCreationTime", "process.start"],
    ["InitiatingProcessMD5", "process.hash.md5", "md5"],
    ["InitiatingProcessSHA1", "process.hash.sha1", "sha1"],
    ["InitiatingProcessSHA256", "process.hash.sha256", "sha256"],
    ["InitiatingProcessParentId", "process.parent.pid", "integer"],
    ["InitiatingProcessParentFileName", "process.parent.name"],
    ["InitiatingProcessParentCreationTime", "process.parent.start"],
    ["InitiatingProcessAccountName", "user.name"],
    ["InitiatingProcessAccountDomain", "user.domain"],
    ["InitiatingProcessAccountSid", "user.id"],
    ["InitiatingProcessIntegrityLevel", "process.Ext.token.integrity_level_name", "integrity"],
  ],
};

/** DeviceProcessEvents: the process that was created; it comes before the common fields, which name its parent. */
export const DEFENDER_PROCESS: MappingTable = {
  id: "defender/process",
  reference: HUNTING,
  always: {},
  rows: [
    ["ProcessId", "process.pid", "integer"],
    ["FileName", "process.name"],
    ["FolderPath", "process.executable"],
    ["ProcessCommandLine", "process.command_line"],
    ["ProcessCommandLine", "process.args", "args"],
    ["ProcessCreationTime", "process.start"],
    ["MD5", "process.hash.md5", "md5"],
    ["SHA1", "process.hash.sha1", "sha1"],
    ["SHA256", "process.hash.sha256", "sha256"],
    ["ProcessIntegrityLevel", "process.Ext.token.integrity_level_name", "integrity"],
    ["AccountName", "user.name"],
    ["AccountDomain", "user.domain"],
    ["AccountSid", "user.id"],
    ["InitiatingProcessId", "process.parent.pid", "integer"],
    ["InitiatingProcessFileName", "process.parent.name"],
    ["InitiatingProcessFolderPath", "process.parent.executable"],
    ["InitiatingProcessCommandLine", "process.parent.command_line"],
    ["InitiatingProcessCommandLine", "process.parent.args", "args"],
    ["InitiatingProcessCreationTime", "process.parent.start"],
  ],
};

/** Tables of advanced hunting other than processes: what was acted upon. */
export const DEFENDER_OBJECT: MappingTable = {
  id: "defender/object",
  reference: HUNTING,
  always: {},
  rows: [
    ["RemoteIP", "destination.ip", "ip"],
    ["RemotePort", "destination.port", "port"],
    ["RemoteUrl", "destination.domain"],
    ["LocalIP", "source.ip", "ip"],
    ["LocalPort", "source.port", "port"],
    ["Protocol", "network.transport", "lower"],
    ["RegistryKey", "registry.path"],
    ["RegistryKey", "registry.hive", "registryHive"],
    ["RegistryValueName", "registry.value"],
    ["RegistryValueData", "registry.data.strings"],
    ["RegistryValueType", "registry.data.type"],
  ],
};

/** DeviceFileEvents. */
export const DEFENDER_FILE: MappingTable = {
  id: "defender/file",
  reference: HUNTING,
  always: {},
  rows: [
    ["FolderPath", "file.path"],
    ["FileName", "file.name"],
    ["FileName", "file.extension", "extension"],
    ["FileSize", "file.size", "integer"],
    ["PreviousFolderPath", "file.Ext.original.path"],
    ["MD5", "file.hash.md5", "md5"],
    ["SHA1", "file.hash.sha1", "sha1"],
    ["SHA256", "file.hash.sha256", "sha256"],
  ],
};

/** DeviceImageLoadEvents. */
export const DEFENDER_IMAGE: MappingTable = {
  id: "defender/image",
  reference: HUNTING,
  always: {},
  rows: [
    ["FolderPath", "dll.path"],
    ["FileName", "dll.name"],
    ["MD5", "dll.hash.md5", "md5"],
    ["SHA1", "dll.hash.sha1", "sha1"],
    ["SHA256", "dll.hash.sha256", "sha256"],
  ],
};

/** By action type. */
export const DEFENDER_ACTIONS: Readonly<Record<string, KindOfEvent & { readonly table?: MappingTable }>> = {
  ProcessCreated: { action: ["start"], category: ["process"], type: ["start"], table: DEFENDER_PROCESS },
  FileCreated: { action: ["creation"], category: ["file"], type: ["creation"], table: DEFENDER_FILE },
  FileModified: { action: ["modification"], category: ["file"], type: ["change"], table: DEFENDER_FILE },
  FileRenamed: { action: ["rename"], category: ["file"], type: ["change"], table: DEFENDER_FILE },
  FileDeleted: { action: ["deletion"], category: ["file"], type: ["deletion"], table: DEFENDER_FILE },
  ImageLoaded: { action: ["load"], category: ["library"], type: ["start"], table: DEFENDER_IMAGE },
  RegistryValueSet: { action: ["modification"], category: ["registry"], type: ["change"] },
  RegistryKeyCreated: { action: ["creation"], category: ["registry"], type: ["creation"] },
  RegistryKeyDeleted: { action: ["deletion"], category: ["registry"], type: ["deletion"] },
  RegistryValueDeleted: { action: ["deletion"], category: ["registry"], type: ["deletion"] },
  ConnectionSuccess: { action: ["connection_attempted"], category: ["network"], type: ["start", "connection"] },
  ConnectionAttempt: { action: ["connection_attempted"], category: ["network"], type: ["start", "connection"] },
  ConnectionFailed: { action: ["connection_attempted"], category: ["network"], type: ["start", "connection"] },
  ConnectionRequest: { action: ["connection_attempted"], category: ["network"], type: ["start", "connection"] },
  InboundConnectionAccepted: { action: ["connection_accepted"], category: ["network"], type: ["start", "connection"] },
  LogonSuccess: { action: ["logged-in"], category: ["authentication"], type: ["start"] },
  LogonFailed: { action: ["logon-failed"], category: ["authentication"], type: ["start"] },
};
