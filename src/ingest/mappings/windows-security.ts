import type { MappingRow } from "./table.ts";

/** What an event id of the Security channel (or another of Windows itself) means. */
export interface WindowsKind {
  /** As Winlogbeat's Security module names it; for processes also as Elastic Defend does. */
  readonly action: string | readonly string[];
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly outcome?: "success" | "failure";
  readonly rows: readonly MappingRow[];
}

/** The documentation that the tables follow: one page for each event id. */
export const SECURITY_REFERENCE = "https://learn.microsoft.com/windows/security/threat-protection/auditing/event-ID";

const SUBJECT: readonly MappingRow[] = [
  ["SubjectUserName", "user.name"],
  ["SubjectDomainName", "user.domain"],
  ["SubjectUserSid", "user.id"],
  ["SubjectLogonId", "winlog.logon.id"],
];

const TARGET: readonly MappingRow[] = [
  ["TargetUserName", "user.name"],
  ["TargetDomainName", "user.domain"],
  ["TargetUserSid|TargetSid", "user.id"],
  ["TargetLogonId", "winlog.logon.id"],
];

const SUBJECT_ON_TARGET: readonly MappingRow[] = [
  ...SUBJECT,
  ["TargetUserName", "user.target.name"],
  ["TargetDomainName", "user.target.domain"],
  ["TargetSid|TargetUserSid", "user.target.id"],
];

const SUBJECT_ON_GROUP: readonly MappingRow[] = [
  ...SUBJECT,
  ["TargetUserName", "group.name"],
  ["TargetDomainName", "group.domain"],
  ["TargetSid", "group.id"],
  ["MemberSid", "user.target.id"],
];

const PROCESS: readonly MappingRow[] = [
  ["ProcessName", "process.executable"],
  ["ProcessName", "process.name", "basename"],
  ["ProcessId|ProcessID", "process.pid", "integer"],
];

const CLIENT: readonly MappingRow[] = [
  ["IpAddress", "source.ip", "ip"],
  ["IpPort", "source.port", "port"],
  ["WorkstationName|Workstation", "source.domain"],
  ["LogonType", "winlog.logon.type", "logonType"],
];

const KERBEROS: readonly MappingRow[] = [
  ["IpAddress", "source.ip", "ip"],
  ["IpPort", "source.port", "port"],
  ["ServiceName", "service.name"],
  ["TargetUserName", "user.name"],
  ["TargetDomainName", "user.domain"],
  ["TargetSid", "user.id"],
];

const CONNECTION: readonly MappingRow[] = [
  ["Application", "process.executable"],
  ["Application", "process.name", "basename"],
  ["ProcessID|ProcessId", "process.pid", "integer"],
  ["SourceAddress", "source.ip", "ip"],
  ["SourcePort", "source.port", "port"],
  ["DestAddress", "destination.ip", "ip"],
  ["DestPort", "destination.port", "port"],
  ["Protocol", "network.transport", "ianaTransport"],
  ["SourceAddress", "network.type", "ipType"],
  ["Direction", "network.direction", "wfpDirection"],
];

const OBJECT: readonly MappingRow[] = [...SUBJECT, ...PROCESS, ["ObjectName", "file.path", "filePath"]];

function account(action: string, type: readonly string[]): WindowsKind {
  return { action, category: ["iam"], type: ["user", ...type], outcome: "success", rows: SUBJECT_ON_TARGET };
}

function group(action: string, type: readonly string[]): WindowsKind {
  return { action, category: ["iam"], type: ["group", ...type], outcome: "success", rows: SUBJECT_ON_GROUP };
}

function task(action: string, type: string): WindowsKind {
  return { action, category: ["iam", "configuration"], type: ["admin", type], rows: SUBJECT };
}

/** By event id of the channel Security. */
export const SECURITY: Readonly<Record<string, WindowsKind>> = {
  "1100": { action: "logging-service-shutdown", category: ["process"], type: ["end"], rows: [] },
  "1102": { action: "audit-log-cleared", category: ["iam"], type: ["admin", "change"], rows: SUBJECT },
  "4624": {
    action: "logged-in",
    category: ["authentication"],
    type: ["start"],
    outcome: "success",
    rows: [...TARGET, ...CLIENT, ...PROCESS],
  },
  "4625": {
    action: "logon-failed",
    category: ["authentication"],
    type: ["start"],
    outcome: "failure",
    rows: [...TARGET, ...CLIENT, ...PROCESS],
  },
  "4634": {
    action: "logged-out",
    category: ["authentication"],
    type: ["end"],
    outcome: "success",
    rows: [...TARGET, ["LogonType", "winlog.logon.type", "logonType"]],
  },
  "4647": { action: "logged-out", category: ["authentication"], type: ["end"], outcome: "success", rows: TARGET },
  "4648": {
    action: "logged-in-explicit",
    category: ["authentication"],
    type: ["start"],
    outcome: "success",
    rows: [...SUBJECT_ON_TARGET, ...CLIENT, ...PROCESS],
  },
  "4656": { action: "object-handle-requested", category: ["file"], type: ["access"], rows: OBJECT },
  "4657": {
    action: ["modification", "registry-value-modified"],
    category: ["configuration", "registry"],
    type: ["change"],
    rows: [
      ...SUBJECT,
      ...PROCESS,
      ["ObjectName", "registry.path"],
      ["ObjectValueName", "registry.value"],
      ["NewValue", "registry.data.strings"],
    ],
  },
  "4658": { action: "object-handle-closed", category: ["file"], type: ["access"], rows: OBJECT },
  "4660": { action: ["deletion", "object-deleted"], category: ["file"], type: ["deletion"], rows: OBJECT },
  "4662": { action: "object-operation-performed", category: ["iam"], type: ["admin", "info"], rows: SUBJECT },
  "4663": { action: "object-access-attempted", category: ["file"], type: ["access"], rows: OBJECT },
  "4670": {
    action: "permissions-changed",
    category: ["iam", "configuration"],
    type: ["admin", "change"],
    rows: OBJECT,
  },
  "4672": { action: "logged-in-special", category: ["iam"], type: ["admin"], outcome: "success", rows: SUBJECT },
  "4673": { action: "privileged-service-called", category: ["iam"], type: ["admin"], rows: [...SUBJECT, ...PROCESS] },
  "4674": { action: "privileged-operation", category: ["iam"], type: ["admin"], rows: [...SUBJECT, ...PROCESS] },
  "4688": {
    action: ["start", "created-process"],
    category: ["process"],
    type: ["start"],
    outcome: "success",
    rows: [
      ...SUBJECT,
      ["NewProcessName", "process.executable"],
      ["NewProcessName", "process.name", "basename"],
      ["NewProcessId", "process.pid", "integer"],
      ["CommandLine", "process.command_line"],
      ["CommandLine", "process.args", "args"],
      ["CommandLine", "process.args_count", "argsCount"],
      ["ProcessId", "process.parent.pid", "integer"],
      ["ParentProcessName", "process.parent.executable"],
      ["ParentProcessName", "process.parent.name", "basename"],
      ["MandatoryLabel", "process.Ext.token.integrity_level_name", "integrity"],
      ["SubjectLogonId", "process.Ext.authentication_id"],
      ["TargetUserName", "user.target.name"],
    ],
  },
  "4689": { action: ["end", "exited-process"], category: ["process"], type: ["end"], rows: [...SUBJECT, ...PROCESS] },
  "4697": {
    action: "service-installed",
    category: ["iam", "configuration"],
    type: ["admin", "change"],
    rows: [...SUBJECT, ["ServiceName", "service.name"]],
  },
  "4698": task("scheduled-task-created", "creation"),
  "4699": task("scheduled-task-deleted", "deletion"),
  "4700": task("scheduled-task-enabled", "change"),
  "4701": task("scheduled-task-disabled", "change"),
  "4702": task("scheduled-task-updated", "change"),
  "4703": { action: "token_right_adjusted", category: ["process"], type: ["change"], rows: [...SUBJECT, ...PROCESS] },
  "4719": {
    action: "changed-audit-config",
    category: ["iam", "configuration"],
    type: ["admin", "change"],
    rows: SUBJECT,
  },
  "4720": account("added-user-account", ["creation"]),
  "4722": account("enabled-user-account", ["change"]),
  "4723": account("changed-password", ["change"]),
  "4724": account("reset-password", ["change"]),
  "4725": account("disabled-user-account", ["deletion"]),
  "4726": account("deleted-user-account", ["deletion"]),
  "4727": group("added-group-account", ["creation"]),
  "4728": group("added-member-to-group", ["change"]),
  "4729": group("removed-member-from-group", ["change"]),
  "4730": group("deleted-group-account", ["deletion"]),
  "4731": group("added-group-account", ["creation"]),
  "4732": group("added-member-to-group", ["change"]),
  "4733": group("removed-member-from-group", ["change"]),
  "4734": group("deleted-group-account", ["deletion"]),
  "4735": group("modified-group-account", ["change"]),
  "4737": group("modified-group-account", ["change"]),
  "4738": account("modified-user-account", ["change"]),
  "4740": account("locked-out-user-account", ["change"]),
  "4741": account("added-computer-account", ["creation"]),
  "4742": account("changed-computer-account", ["change"]),
  "4743": account("deleted-computer-account", ["deletion"]),
  "4756": group("added-member-to-group", ["change"]),
  "4757": group("removed-member-from-group", ["change"]),
  "4767": account("unlocked-user-account", ["change"]),
  "4768": {
    action: "kerberos-authentication-ticket-requested",
    category: ["authentication"],
    type: ["start"],
    rows: KERBEROS,
  },
  "4769": {
    action: "kerberos-service-ticket-requested",
    category: ["authentication"],
    type: ["start"],
    rows: KERBEROS,
  },
  "4771": {
    action: "kerberos-preauth-failed",
    category: ["authentication"],
    type: ["start"],
    outcome: "failure",
    rows: KERBEROS,
  },
  "4776": {
    action: "credential-validated",
    category: ["authentication"],
    type: ["start"],
    rows: [...TARGET, ["Workstation", "source.domain"]],
  },
  "4778": {
    action: "session-reconnected",
    category: ["authentication", "session"],
    type: ["start"],
    rows: [
      ["AccountName", "user.name"],
      ["ClientAddress", "source.ip", "ip"],
      ["ClientName", "source.domain"],
    ],
  },
  "4779": {
    action: "session-disconnected",
    category: ["authentication", "session"],
    type: ["end"],
    rows: [
      ["AccountName", "user.name"],
      ["ClientAddress", "source.ip", "ip"],
      ["ClientName", "source.domain"],
    ],
  },
  "4781": account("renamed-user-account", ["change"]),
  "5136": { action: "directory-service-object-modified", category: ["iam"], type: ["admin", "change"], rows: SUBJECT },
  "5137": { action: "directory-service-object-created", category: ["iam"], type: ["admin", "creation"], rows: SUBJECT },
  "5140": {
    action: "network-share-object-accessed",
    category: ["network", "file"],
    type: ["info", "access"],
    rows: [...SUBJECT, ["IpAddress", "source.ip", "ip"], ["IpPort", "source.port", "port"]],
  },
  "5145": {
    action: "network-share-object-access-checked",
    category: ["network", "file"],
    type: ["info", "access"],
    rows: [
      ...SUBJECT,
      ["IpAddress", "source.ip", "ip"],
      ["IpPort", "source.port", "port"],
      ["RelativeTargetName", "file.name", "basename"],
    ],
  },
  "5154": { action: "windows-firewall-listen", category: ["network"], type: ["allowed", "info"], rows: CONNECTION },
  "5156": {
    action: "windows-firewall-connection",
    category: ["network"],
    type: ["start", "connection", "allowed"],
    rows: CONNECTION,
  },
  "5157": {
    action: "windows-firewall-packet-block",
    category: ["network"],
    type: ["connection", "denied"],
    rows: CONNECTION,
  },
  "5158": { action: "windows-firewall-bind", category: ["network"], type: ["allowed", "info"], rows: CONNECTION },
};

const SCRIPT: WindowsKind = {
  action: "Execute a Remote Command",
  category: ["process"],
  type: ["info"],
  rows: [
    ["ScriptBlockText", "powershell.file.script_block_text"],
    ["ScriptBlockId", "powershell.file.script_block_id"],
    ["MessageNumber", "powershell.sequence", "integer"],
    ["MessageTotal", "powershell.total", "integer"],
    ["Path", "file.path"],
    ["Path", "file.name", "basename"],
  ],
};

/** Other channels: `channel in lower case/event id`. */
export const CHANNELS: Readonly<Record<string, WindowsKind>> = {
  "microsoft-windows-powershell/operational/4104": SCRIPT,
  "powershellcore/operational/4104": SCRIPT,
  "microsoft-windows-powershell/operational/4103": {
    action: "Executing Pipeline",
    category: ["process"],
    type: ["info"],
    rows: [["UserId", "user.id"]],
  },
  "windows powershell/400": { action: "Engine Lifecycle", category: ["process"], type: ["start"], rows: [] },
  "windows powershell/403": { action: "Engine Lifecycle", category: ["process"], type: ["end"], rows: [] },
  "windows powershell/600": { action: "Provider Lifecycle", category: ["process"], type: ["info"], rows: [] },
  "windows powershell/800": { action: "Pipeline Execution Details", category: ["process"], type: ["info"], rows: [] },
  "system/104": { action: "audit-log-cleared", category: ["iam"], type: ["admin", "change"], rows: SUBJECT },
  "system/7045": {
    action: "service-installed",
    category: ["configuration"],
    type: ["creation"],
    rows: [
      ["ServiceName", "service.name"],
      ["ImagePath", "process.command_line"],
    ],
  },
  "security/1102": { action: "audit-log-cleared", category: ["iam"], type: ["admin", "change"], rows: SUBJECT },
};

/** Fields of the envelope that every Windows event has, as the dialects hand it over. */
export const WINDOWS_SYSTEM: readonly MappingRow[] = [
  ["time", "@timestamp"],
  ["id", "event.code"],
  ["provider", "event.provider"],
  ["computer", "host.name"],
  ["message", "message"],
  ["level", "log.level", "lower"],
  ["channel", "winlog.channel"],
  ["id", "winlog.event_id"],
  ["provider", "winlog.provider_name"],
  ["providerGuid", "winlog.provider_guid"],
  ["computer", "winlog.computer_name"],
  ["record", "winlog.record_id", "integer"],
  ["task", "winlog.task"],
  ["opcode", "winlog.opcode"],
  ["pid", "winlog.process.pid", "integer"],
  ["thread", "winlog.process.thread.id", "integer"],
  ["userSid", "winlog.user.identifier"],
  ["userName", "winlog.user.name"],
  ["userDomain", "winlog.user.domain"],
];
