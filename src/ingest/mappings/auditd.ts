import type { MappingRow } from "./table.ts";

/**
 * What audit records mean in ECS. Actions come in pairs: as Elastic Defend names them, then as Auditbeat and Elastic's
 * auditd integration do, so that rules for either match.
 */
export interface AuditKind {
  readonly action: readonly string[];
  readonly category: readonly string[];
  readonly type: readonly string[];
  /** What the PATH records name: the file acted upon. */
  readonly object?: "file" | "module";
}

/** The documentation that the tables follow. */
export const AUDITD_REFERENCE = "https://github.com/linux-audit/audit-documentation/wiki/SPEC-Audit-Field-Dictionary";

function file(type: string, ...action: string[]): AuditKind {
  return { action, category: ["file"], type: [type], object: "file" };
}
function process(type: string, ...action: string[]): AuditKind {
  return { action, category: ["process"], type: [type] };
}
function network(types: readonly string[], ...action: string[]): AuditKind {
  return { action, category: ["network"], type: types };
}

const EXEC = process("start", "exec", "executed");
const FORK = process("start", "fork");
const OPEN = file("access", "open", "opened-file");
const UNLINK = file("deletion", "deletion", "deleted");
const RENAME = file("change", "rename", "renamed");
const CHMOD = file("change", "modification", "changed-file-permissions-of");
const CHOWN = file("change", "modification", "changed-file-ownership-of");
const XATTR = file("change", "modification", "changed-file-attributes-of");
const SETUID = process("change", "uid_change", "changed-identity-of");
const SETGID = process("change", "gid_change", "changed-identity-of");
const MODULE: AuditKind = {
  action: ["load_module", "loaded-kernel-module"],
  category: ["driver"],
  type: ["start"],
  object: "module",
};
const SEND = network(["connection"], "sent-to");
const KILL = process("info", "kill", "killed-pid");

/** By system call. */
export const SYSCALLS: Readonly<Record<string, AuditKind>> = {
  execve: EXEC,
  execveat: EXEC,
  clone: FORK,
  clone3: FORK,
  fork: FORK,
  vfork: FORK,
  exit: process("end", "end"),
  exit_group: process("end", "end"),
  connect: network(["start", "connection"], "connection_attempted", "connected-to"),
  accept: network(["start", "connection"], "connection_accepted", "accepted-connection-from"),
  accept4: network(["start", "connection"], "connection_accepted", "accepted-connection-from"),
  bind: network(["info"], "bound-socket"),
  listen: network(["info"], "listen-for-connections"),
  // Elastic's rules ask for it as an event of the process.
  socket: { action: ["opened-socket"], category: ["process", "network"], type: ["info"] },
  sendto: SEND,
  sendmsg: SEND,
  sendmmsg: SEND,
  recvfrom: network(["connection"], "received-from"),
  recvmsg: network(["connection"], "received-from"),
  setsockopt: network(["info"], "setsockopt"),
  open: OPEN,
  openat: OPEN,
  openat2: OPEN,
  open_by_handle_at: OPEN,
  creat: file("creation", "creation", "opened-file"),
  truncate: file("change", "modification", "opened-file"),
  ftruncate: file("change", "modification", "opened-file"),
  unlink: UNLINK,
  unlinkat: UNLINK,
  rmdir: UNLINK,
  rename: RENAME,
  renameat: RENAME,
  renameat2: RENAME,
  link: file("creation", "creation", "linked"),
  linkat: file("creation", "creation", "linked"),
  symlink: file("creation", "creation", "symlinked"),
  symlinkat: file("creation", "creation", "symlinked"),
  mkdir: file("creation", "creation", "created-directory"),
  mkdirat: file("creation", "creation", "created-directory"),
  mknod: file("creation", "creation", "make-device"),
  mknodat: file("creation", "creation", "make-device"),
  chmod: CHMOD,
  fchmod: CHMOD,
  fchmodat: CHMOD,
  fchmodat2: CHMOD,
  chown: CHOWN,
  fchown: CHOWN,
  lchown: CHOWN,
  fchownat: CHOWN,
  setxattr: XATTR,
  lsetxattr: XATTR,
  fsetxattr: XATTR,
  removexattr: XATTR,
  lremovexattr: XATTR,
  fremovexattr: XATTR,
  chdir: process("info", "changed-directory"),
  chroot: process("change", "chroot"),
  pivot_root: process("change", "pivot_root"),
  mount: { action: ["mount", "mounted"], category: ["process"], type: ["change"], object: "file" },
  umount2: { action: ["umount", "unmounted"], category: ["process"], type: ["change"], object: "file" },
  init_module: MODULE,
  finit_module: MODULE,
  delete_module: { ...MODULE, action: ["unload_module", "unloaded-kernel-module"], type: ["end"] },
  kexec_load: process("change", "kexec_load"),
  kexec_file_load: process("change", "kexec_load"),
  ptrace: process("change", "ptrace", "traced-process"),
  process_vm_readv: process("access", "process_vm_readv"),
  process_vm_writev: process("change", "process_vm_writev"),
  memfd_create: process("change", "memfd_create"),
  bpf: process("change", "bpf"),
  kill: KILL,
  tkill: KILL,
  tgkill: KILL,
  setuid: SETUID,
  setreuid: SETUID,
  setresuid: SETUID,
  setfsuid: SETUID,
  setgid: SETGID,
  setregid: SETGID,
  setresgid: SETGID,
  setfsgid: SETGID,
  setgroups: SETGID,
  setsid: process("change", "session_id_change"),
  capset: process("change", "changed-capabilities"),
  unshare: process("change", "unshare"),
  setns: process("change", "setns"),
  prctl: process("change", "prctl"),
  personality: process("change", "personality"),
  sethostname: { action: ["changed-system-name"], category: ["configuration"], type: ["change"] },
  setdomainname: { action: ["changed-system-name"], category: ["configuration"], type: ["change"] },
  settimeofday: { action: ["changed-system-time"], category: ["configuration"], type: ["change"] },
  clock_settime: { action: ["changed-system-time"], category: ["configuration"], type: ["change"] },
  adjtimex: { action: ["changed-system-time"], category: ["configuration"], type: ["change"] },
  reboot: { action: ["reboot"], category: ["host"], type: ["end"] },
};

function authentication(type: string, ...action: string[]): AuditKind {
  return { action, category: ["authentication"], type: [type] };
}
function account(kind: "user" | "group", type: string, action: string): AuditKind {
  return { action: [action], category: ["iam"], type: [kind, type] };
}

/** By record type, where the event has no system call, or the record says more than the call. */
export const RECORDS: Readonly<Record<string, AuditKind>> = {
  USER_LOGIN: authentication("start", "user_login", "logged-in"),
  USER_LOGOUT: authentication("end", "logged-out"),
  USER_AUTH: authentication("info", "authenticated"),
  USER_ACCT: authentication("info", "was-authorized"),
  USER_ERR: authentication("info", "error"),
  USER_CHAUTHTOK: account("user", "change", "changed-password"),
  LOGIN: authentication("start", "changed-login-id-to"),
  CRED_ACQ: authentication("info", "acquired-credentials"),
  CRED_DISP: authentication("info", "disposed-credentials"),
  CRED_REFR: authentication("info", "refreshed-credentials"),
  USER_START: { action: ["started-session"], category: ["session"], type: ["start"] },
  USER_END: { action: ["ended-session"], category: ["session"], type: ["end"] },
  USER_CMD: process("start", "ran-command"),
  USER_TTY: process("info", "typed"),
  TTY: process("info", "typed"),
  USER_ROLE_CHANGE: authentication("info", "changed-role-to"),
  ROLE_ASSIGN: account("user", "change", "assigned-user-role-to"),
  ROLE_REMOVE: account("user", "change", "removed-user-role-from"),
  ADD_USER: account("user", "creation", "added-user-account"),
  DEL_USER: account("user", "deletion", "deleted-user-account"),
  ADD_GROUP: account("group", "creation", "added-group-account-to"),
  DEL_GROUP: account("group", "deletion", "deleted-group-account-from"),
  USER_MGMT: account("user", "change", "modified-user-account"),
  GRP_MGMT: account("group", "change", "modified-group-account"),
  ACCT_LOCK: account("user", "change", "locked-account"),
  ACCT_UNLOCK: account("user", "change", "unlocked-account"),
  SERVICE_START: process("start", "started-service"),
  SERVICE_STOP: process("end", "stopped-service"),
  SYSTEM_BOOT: { action: ["booted-system"], category: ["host"], type: ["start"] },
  SYSTEM_SHUTDOWN: { action: ["shutdown-system"], category: ["host"], type: ["end"] },
  SYSTEM_RUNLEVEL: { action: ["changed-to-runlevel"], category: ["host"], type: ["change"] },
  CONFIG_CHANGE: { action: ["changed-audit-configuration"], category: ["configuration"], type: ["change"] },
  DAEMON_START: { action: ["started-audit"], category: ["process"], type: ["start"] },
  DAEMON_END: { action: ["shutdown-audit"], category: ["process"], type: ["end"] },
  DAEMON_ABORT: { action: ["aborted-auditd-startup"], category: ["process"], type: ["end"] },
  DAEMON_CONFIG: { action: ["changed-auditd-configuration"], category: ["configuration"], type: ["change"] },
  AVC: { action: ["violated-selinux-policy"], category: ["file"], type: ["denied"], object: "file" },
  USER_AVC: { action: ["violated-selinux-policy"], category: ["process"], type: ["denied"] },
  APPARMOR_DENIED: { action: ["violated-apparmor-policy"], category: ["file"], type: ["denied"] },
  SECCOMP: { action: ["violated-seccomp-policy"], category: ["process"], type: ["denied"] },
  ANOM_ABEND: process("end", "crashed-program"),
  ANOM_PROMISCUOUS: network(["info"], "changed-promiscuous-mode-on-device"),
  NETFILTER_CFG: { action: ["loaded-firewall-rule-to"], category: ["configuration"], type: ["change"] },
  KERN_MODULE: MODULE,
  BPF: process("change", "bpf"),
  TIME_INJOFFSET: { action: ["changed-system-time"], category: ["configuration"], type: ["change"] },
};

/** Fields of the record that leads an event (SYSCALL, or the only one). Names of an ENRICHED log are in upper case. */
export const AUDIT_FIELDS: readonly MappingRow[] = [
  ["pid|opid", "process.pid", "integer"],
  ["ppid", "process.parent.pid", "integer"],
  ["exe", "process.executable"],
  ["cwd", "process.working_directory"],
  ["uid", "user.id"],
  ["UID", "user.name"],
  ["euid", "user.effective.id"],
  ["EUID", "user.effective.name"],
  ["suid", "user.saved.id"],
  ["SUID", "user.saved.name"],
  ["fsuid", "user.filesystem.id"],
  ["FSUID", "user.filesystem.name"],
  ["auid", "user.audit.id", "loginId"],
  ["AUID", "user.audit.name", "loginName"],
  ["gid", "user.group.id"],
  ["GID", "user.group.name"],
  ["gid", "group.id"],
  ["GID", "group.name"],
  ["egid", "user.effective.group.id"],
  ["EGID", "user.effective.group.name"],
  ["ses", "auditd.session", "loginId"],
  ["success|res|result", "event.outcome", "outcome"],
  ["success|res|result", "auditd.result", "auditResult"],
];

/** Fields of records about accounts, which come before `AUDIT_FIELDS`: the account acted upon. */
export const AUDIT_ACCOUNT_FIELDS: readonly MappingRow[] = [
  ["acct|grp", "user.target.name"],
  ["id", "user.target.id"],
];

/** Fields of records about log-ins, sessions and commands, which come before `AUDIT_FIELDS`: the account is the user. */
export const AUDIT_USER_FIELDS: readonly MappingRow[] = [
  ["acct", "user.name"],
  ["id", "user.target.id"],
  ["addr", "source.ip", "ip"],
  ["hostname", "source.domain"],
  ["cmd", "process.command_line"],
  ["cmd", "process.args", "args"],
  ["unit", "service.name"],
];
