import type { MappingRow, MappingTable } from "./table.ts";

/** Cilium Tetragon: every event is about a process. Paths begin below the event's own key (`process_exec` ...). */
export const TETRAGON: MappingTable = {
  id: "tetragon/process",
  reference: "https://tetragon.io/docs/reference/grpc-api/",
  always: { "event.kind": "event", "event.module": "tetragon", "host.os.type": "linux" },
  rows: [
    ["process.exec_id", "process.entity_id"],
    ["process.pid", "process.pid", "integer"],
    ["process.tid", "process.thread.id", "integer"],
    ["process.binary", "process.executable"],
    ["process.binary", "process.name", "basename"],
    ["process.cwd", "process.working_directory"],
    ["process.start_time", "process.start"],
    ["process.uid", "user.id"],
    ["process.process_credentials.euid", "user.effective.id"],
    ["process.pod.container.id|process.docker", "container.id", "containerId"],
    ["process.pod.container.name", "container.name"],
    ["process.pod.container.image.name", "container.image.name"],
    ["process.pod.namespace", "orchestrator.namespace"],
    ["process.pod.name", "orchestrator.resource.name"],
    ["parent.exec_id|process.parent_exec_id", "process.parent.entity_id"],
    ["parent.pid", "process.parent.pid", "integer"],
    ["parent.binary", "process.parent.executable"],
    ["parent.binary", "process.parent.name", "basename"],
    ["parent.cwd", "process.parent.working_directory"],
    ["parent.start_time", "process.parent.start"],
    ["source_ip", "source.ip", "ip"],
    ["source_port", "source.port", "port"],
    ["destination_ip", "destination.ip", "ip"],
    ["destination_port", "destination.port", "port"],
    ["destination_names.0", "destination.domain"],
    ["protocol", "network.transport", "lower"],
    ["destination_ip", "network.type", "ipType"],
    ["status", "process.exit_code", "integer"],
  ],
};

/** What Tetragon's events mean; kernel probes by the function they watch. */
export const TETRAGON_KINDS: Readonly<Record<string, KindOfEvent>> = {
  process_exec: { action: ["exec"], category: ["process"], type: ["start"] },
  process_exit: { action: ["end"], category: ["process"], type: ["end"] },
  process_connect: { action: ["connection_attempted"], category: ["network"], type: ["start", "connection"] },
  process_accept: { action: ["connection_accepted"], category: ["network"], type: ["start", "connection"] },
  process_listen: { action: ["bound-socket"], category: ["network"], type: ["info"] },
  process_close: { action: ["disconnect_received"], category: ["network"], type: ["end", "connection"] },
  process_dns: { action: ["lookup_requested"], category: ["network"], type: ["info", "protocol"] },
  process_loader: { action: ["load"], category: ["library"], type: ["start"] },
  tcp_connect: { action: ["connection_attempted"], category: ["network"], type: ["start", "connection"] },
  security_socket_connect: { action: ["connection_attempted"], category: ["network"], type: ["start", "connection"] },
  inet_csk_accept: { action: ["connection_accepted"], category: ["network"], type: ["start", "connection"] },
  tcp_close: { action: ["disconnect_received"], category: ["network"], type: ["end", "connection"] },
  sys_openat: { action: ["open"], category: ["file"], type: ["access"] },
  fd_install: { action: ["open"], category: ["file"], type: ["access"] },
  security_file_open: { action: ["open"], category: ["file"], type: ["access"] },
  security_file_permission: { action: ["open"], category: ["file"], type: ["access"] },
  security_path_truncate: { action: ["modification"], category: ["file"], type: ["change"] },
  security_mmap_file: { action: ["open"], category: ["file"], type: ["access"] },
  sys_write: { action: ["modification"], category: ["file"], type: ["change"] },
  sys_unlinkat: { action: ["deletion"], category: ["file"], type: ["deletion"] },
  security_inode_unlink: { action: ["deletion"], category: ["file"], type: ["deletion"] },
  sys_ptrace: { action: ["ptrace"], category: ["process"], type: ["change"] },
  security_ptrace_access_check: { action: ["ptrace"], category: ["process"], type: ["change"] },
  do_init_module: { action: ["load_module"], category: ["driver"], type: ["start"] },
  security_kernel_module_request: { action: ["load_module"], category: ["driver"], type: ["start"] },
  commit_creds: { action: ["uid_change"], category: ["process"], type: ["change"] },
  sys_setuid: { action: ["uid_change"], category: ["process"], type: ["change"] },
};

export interface KindOfEvent {
  readonly action: readonly string[];
  readonly category: readonly string[];
  readonly type: readonly string[];
}

/** Falco's alerts: fields of `output_fields`, whose names have dots. */
export const FALCO: MappingTable = {
  id: "falco/output_fields",
  reference: "https://falco.org/docs/reference/rules/supported-fields/",
  always: { "event.kind": "alert", "event.module": "falco", "host.os.type": "linux" },
  rows: [
    ["proc.name", "process.name"],
    ["proc.exepath|proc.exe", "process.executable"],
    ["proc.cmdline", "process.command_line"],
    ["proc.cmdline", "process.args", "args"],
    ["proc.pid", "process.pid", "integer"],
    ["proc.cwd", "process.working_directory"],
    ["proc.pname", "process.parent.name"],
    ["proc.pexepath", "process.parent.executable"],
    ["proc.pcmdline", "process.parent.command_line"],
    ["proc.ppid", "process.parent.pid", "integer"],
    ["user.name", "user.name"],
    ["user.uid", "user.id"],
    ["user.loginname", "user.audit.name"],
    ["user.loginuid", "user.audit.id", "loginId"],
    ["group.name", "group.name"],
    ["group.gid", "group.id"],
    ["container.id", "container.id", "containerId"],
    ["container.name", "container.name"],
    ["container.image.repository|container.image", "container.image.name"],
    ["container.image.tag", "container.image.tag"],
    ["container.privileged", "container.security_context.privileged", "boolean"],
    ["k8s.ns.name", "orchestrator.namespace"],
    ["k8s.pod.name", "orchestrator.resource.name"],
    ["fd.sip|fd.rip", "destination.ip", "ip"],
    ["fd.sport|fd.rport", "destination.port", "port"],
    ["fd.cip|fd.lip", "source.ip", "ip"],
    ["fd.cport|fd.lport", "source.port", "port"],
    ["fd.l4proto", "network.transport", "lower"],
    ["fd.name|evt.arg.path|evt.arg.pathname", "file.path", "linuxPath"],
    ["fd.name|evt.arg.path|evt.arg.pathname", "file.name", "linuxName"],
  ],
};

/** What the system calls in Falco's alerts mean. */
export const FALCO_KINDS: Readonly<Record<string, KindOfEvent>> = {
  execve: { action: ["exec", "execve"], category: ["process"], type: ["start"] },
  execveat: { action: ["exec", "execveat"], category: ["process"], type: ["start"] },
  clone: { action: ["fork", "clone"], category: ["process"], type: ["start"] },
  connect: { action: ["connection_attempted", "connect"], category: ["network"], type: ["start", "connection"] },
  sendto: { action: ["connection_attempted", "sendto"], category: ["network"], type: ["start", "connection"] },
  accept: { action: ["connection_accepted", "accept"], category: ["network"], type: ["start", "connection"] },
  accept4: { action: ["connection_accepted", "accept4"], category: ["network"], type: ["start", "connection"] },
  open: { action: ["open"], category: ["file"], type: ["access"] },
  openat: { action: ["open", "openat"], category: ["file"], type: ["access"] },
  openat2: { action: ["open", "openat2"], category: ["file"], type: ["access"] },
  creat: { action: ["creation", "creat"], category: ["file"], type: ["creation"] },
  unlink: { action: ["deletion", "unlink"], category: ["file"], type: ["deletion"] },
  unlinkat: { action: ["deletion", "unlinkat"], category: ["file"], type: ["deletion"] },
  rename: { action: ["rename"], category: ["file"], type: ["change"] },
  renameat: { action: ["rename", "renameat"], category: ["file"], type: ["change"] },
  symlink: { action: ["creation", "symlink"], category: ["file"], type: ["creation"] },
  symlinkat: { action: ["creation", "symlinkat"], category: ["file"], type: ["creation"] },
  chmod: { action: ["modification", "chmod"], category: ["file"], type: ["change"] },
  fchmodat: { action: ["modification", "fchmodat"], category: ["file"], type: ["change"] },
  ptrace: { action: ["ptrace"], category: ["process"], type: ["change"] },
  init_module: { action: ["load_module", "init_module"], category: ["driver"], type: ["start"] },
  finit_module: { action: ["load_module", "finit_module"], category: ["driver"], type: ["start"] },
  memfd_create: { action: ["memfd_create"], category: ["process"], type: ["change"] },
  setuid: { action: ["uid_change", "setuid"], category: ["process"], type: ["change"] },
};

/** Columns that mean the same in every osquery table. */
const OSQUERY_COMMON: readonly MappingRow[] = [
  ["pid", "process.pid", "integer"],
  ["parent|ppid", "process.parent.pid", "integer"],
  ["uid|auid", "user.id"],
  ["username|user", "user.name"],
  ["euid", "user.effective.id"],
  ["gid", "group.id"],
  ["groupname", "group.name"],
  ["md5", "file.hash.md5", "md5"],
  ["sha1", "file.hash.sha1", "sha1"],
  ["sha256", "file.hash.sha256", "sha256"],
];

const OSQUERY_PROCESS: readonly MappingRow[] = [
  ["name", "process.name"],
  ["path", "process.executable"],
  ["path", "process.name", "basename"],
  ["cmdline", "process.command_line"],
  ["cmdline", "process.args", "args"],
  ["cwd", "process.working_directory"],
  ["start_time", "process.start"],
  ["pcmdline", "process.parent.command_line"],
  ...OSQUERY_COMMON,
];

const OSQUERY_FILE: readonly MappingRow[] = [
  ["target_path|path", "file.path"],
  ["target_path|path", "file.name", "basename"],
  ["size", "file.size", "integer"],
  ["mode", "file.mode"],
  ["inode", "file.inode"],
  ["mtime", "file.mtime"],
  ...OSQUERY_COMMON,
];

const OSQUERY_SOCKET: readonly MappingRow[] = [
  ["remote_address", "destination.ip", "ip"],
  ["remote_port", "destination.port", "port"],
  ["local_address|address", "source.ip", "ip"],
  ["local_port|port", "source.port", "port"],
  ["path", "process.executable"],
  ["path|name", "process.name", "basename"],
  ["cmdline", "process.command_line"],
  ["protocol", "network.transport", "ianaTransport"],
  ...OSQUERY_COMMON,
];

const OSQUERY_USER: readonly MappingRow[] = [
  ["host", "source.ip", "ip"],
  ["host", "source.domain"],
  ["command|cmdline", "process.command_line"],
  ["shell", "process.executable"],
  ...OSQUERY_COMMON,
];

/** What osquery's rows are about, told by their columns, first that fits. */
export interface OsqueryKind extends KindOfEvent {
  /** Columns of which all must be there. */
  readonly columns: readonly string[];
  readonly rows: readonly MappingRow[];
}

export const OSQUERY_REFERENCE = "https://osquery.io/schema/";

export const OSQUERY: readonly OsqueryKind[] = [
  {
    columns: ["cmdline", "pid", "auid", "time"],
    action: ["exec"],
    category: ["process"],
    type: ["start"],
    rows: OSQUERY_PROCESS,
  },
  {
    columns: ["cmdline", "pid", "syscall"],
    action: ["exec"],
    category: ["process"],
    type: ["start"],
    rows: OSQUERY_PROCESS,
  },
  {
    columns: ["remote_address", "remote_port", "action"],
    action: ["connection_attempted"],
    category: ["network"],
    type: ["start", "connection"],
    rows: OSQUERY_SOCKET,
  },
  {
    columns: ["remote_address", "remote_port"],
    action: [],
    category: ["network"],
    type: ["info"],
    rows: OSQUERY_SOCKET,
  },
  { columns: ["address", "port"], action: [], category: ["network"], type: ["info"], rows: OSQUERY_SOCKET },
  { columns: ["target_path"], action: [], category: ["file"], type: ["change"], rows: OSQUERY_FILE },
  { columns: ["command", "history_file"], action: [], category: ["process"], type: ["info"], rows: OSQUERY_USER },
  { columns: ["user", "tty"], action: [], category: ["session"], type: ["info"], rows: OSQUERY_USER },
  { columns: ["pid", "name"], action: [], category: ["process"], type: ["info"], rows: OSQUERY_PROCESS },
  { columns: ["pid", "cmdline"], action: [], category: ["process"], type: ["info"], rows: OSQUERY_PROCESS },
  { columns: ["username", "uid"], action: [], category: ["iam"], type: ["user", "info"], rows: OSQUERY_USER },
  { columns: ["path"], action: [], category: ["file"], type: ["info"], rows: OSQUERY_FILE },
];

/** Journal entries: fields beginning with an underscore are the journal's own, the others the program's. */
export const JOURNALD: MappingTable = {
  id: "journald/entry",
  reference: "https://www.freedesktop.org/software/systemd/man/systemd.journal-fields.html",
  always: { "event.kind": "event", "event.module": "journald", "host.os.type": "linux" },
  rows: [
    ["_SOURCE_REALTIME_TIMESTAMP|__REALTIME_TIMESTAMP", "@timestamp"],
    ["_HOSTNAME", "host.name"],
    ["_MACHINE_ID", "host.id"],
    ["_BOOT_ID", "host.boot.id"],
    ["_PID|SYSLOG_PID", "process.pid", "integer"],
    ["_COMM|SYSLOG_IDENTIFIER", "process.name"],
    ["_EXE", "process.executable"],
    ["_CMDLINE", "process.command_line"],
    ["_CMDLINE", "process.args", "args"],
    ["_UID", "user.id"],
    ["_GID", "group.id"],
    ["_SYSTEMD_UNIT", "service.name"],
    ["PRIORITY", "log.level", "syslogLevel"],
  ],
};

/** Endgame's sensor, as in the data of the Python EQL library. */
export const ENDGAME: MappingTable = {
  id: "endgame/event",
  reference: "https://eql.readthedocs.io/en/latest/query-guide/index.html",
  always: { "event.kind": "event", "host.os.type": "windows" },
  rows: [
    ["timestamp", "@timestamp", "keep"],
    ["unique_pid", "process.entity_id"],
    ["pid", "process.pid", "integer"],
    ["process_path", "process.executable"],
    ["process_name", "process.name"],
    ["command_line", "process.command_line"],
    ["command_line", "process.args", "args"],
    ["unique_ppid", "process.parent.entity_id"],
    ["ppid", "process.parent.pid", "integer"],
    ["parent_process_path", "process.parent.executable"],
    ["parent_process_name", "process.parent.name"],
    ["user_name", "user.name"],
    ["user_domain", "user.domain"],
    ["image_path", "dll.path"],
    ["image_name", "dll.name"],
    ["file_path", "file.path"],
    ["file_name", "file.name"],
    ["registry_path", "registry.path"],
    ["registry_key", "registry.key"],
    ["registry_value", "registry.value"],
    ["registry_data|bytes_written_string", "registry.data.strings"],
    ["destination_address", "destination.ip", "ip"],
    ["destination_port", "destination.port", "port"],
    ["source_address", "source.ip", "ip"],
    ["source_port", "source.port", "port"],
    ["protocol", "network.transport", "lower"],
    ["query_name", "dns.question.name"],
  ],
};

/** Endgame's event types: `type/subtype`, or the type alone. */
export const ENDGAME_KINDS: Readonly<Record<string, KindOfEvent>> = {
  "process/create": { action: ["start", "create"], category: ["process"], type: ["start"] },
  "process/fork": { action: ["fork"], category: ["process"], type: ["start"] },
  "process/terminate": { action: ["end", "terminate"], category: ["process"], type: ["end"] },
  process: { action: ["start"], category: ["process"], type: ["start"] },
  image_load: { action: ["load", "image_load"], category: ["library"], type: ["start"] },
  "file/create": { action: ["creation", "create"], category: ["file"], type: ["creation"] },
  "file/delete": { action: ["deletion", "delete"], category: ["file"], type: ["deletion"] },
  "file/rename": { action: ["rename"], category: ["file"], type: ["change"] },
  file: { action: ["modification"], category: ["file"], type: ["change"] },
  registry: { action: ["modification"], category: ["registry"], type: ["change"] },
  "network/incoming": {
    action: ["connection_accepted", "incoming"],
    category: ["network"],
    type: ["start", "connection"],
  },
  network: { action: ["connection_attempted"], category: ["network"], type: ["start", "connection"] },
  dns: { action: ["lookup_requested"], category: ["network", "dns"], type: ["info"] },
};
