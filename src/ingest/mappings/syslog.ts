/**
 * What programs of a Linux host write to auth.log, secure and syslog. A pattern's named groups are ECS fields, with an
 * underscore for each dot; the first pattern that fits a message of the program is taken.
 */
export interface SyslogPattern {
  readonly program: RegExp;
  readonly message: RegExp;
  readonly always: Readonly<Record<string, unknown>>;
}

/** The sources that the patterns follow. */
export const SYSLOG_REFERENCE = "https://www.rfc-editor.org/rfc/rfc3164";

const FROM = String.raw`from (?<source_ip>[0-9A-Fa-f.:%]+)(?: port (?<source_port>\d+))?`;
const SSH = /^(?:sshd|sshd-session|dropbear)$/;
const SU = /^(?:su|su-l|runuser)$/;
const ACCOUNTS =
  /^(?:useradd|adduser|usermod|userdel|groupadd|groupdel|groupmod|gpasswd|passwd|chage|chpasswd|shadow)$/;

function authentication(type: string, outcome: "success" | "failure", ...action: string[]): Record<string, unknown> {
  return {
    "event.category": ["authentication"],
    "event.type": [type],
    "event.outcome": outcome,
    "event.action": action,
  };
}
function session(type: "start" | "end", action: string): Record<string, unknown> {
  return { "event.category": ["session"], "event.type": [type], "event.outcome": "success", "event.action": [action] };
}
function account(kind: "user" | "group", type: string, action: string): Record<string, unknown> {
  return {
    "event.category": ["iam"],
    "event.type": [kind, type],
    "event.outcome": "success",
    "event.action": [action],
  };
}

export const SYSLOG_PATTERNS: readonly SyslogPattern[] = [
  {
    program: SSH,
    message: new RegExp(String.raw`^Accepted (?<auth_method>\S+) for (?<user_name>.*?) ${FROM}`),
    always: authentication("start", "success", "ssh_login", "logged-in"),
  },
  {
    program: SSH,
    message: new RegExp(
      String.raw`^Failed (?<auth_method>\S+) for (?:invalid user |illegal user )?(?<user_name>.*?) ${FROM}`,
    ),
    always: authentication("start", "failure", "ssh_login", "logon-failed"),
  },
  {
    program: SSH,
    message: new RegExp(String.raw`^(?:Invalid|Illegal) user (?<user_name>.*?) ${FROM}`),
    always: authentication("info", "failure", "invalid-user"),
  },
  {
    program: SSH,
    message: new RegExp(
      String.raw`^(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting)(?: (?:authenticating|invalid))?(?: user (?<user_name>\S+))? (?<source_ip>[0-9A-Fa-f.:%]+) port (?<source_port>\d+)`,
    ),
    always: {
      "event.category": ["network"],
      "event.type": ["end", "connection"],
      "event.action": ["disconnect_received"],
    },
  },
  {
    program: SSH,
    message: new RegExp(String.raw`^Received disconnect ${FROM}`),
    always: {
      "event.category": ["network"],
      "event.type": ["end", "connection"],
      "event.action": ["disconnect_received"],
    },
  },
  {
    program: /^sudo$/,
    message:
      /^\s*(?<user_name>\S+) : (?:.*? ; )?TTY=\S+ ; PWD=(?<process_working__directory>.*?) ; USER=(?<user_effective_name>\S+) ; (?:GROUP=\S+ ; )?(?:ENV=.*? ; )?COMMAND=(?<process_command__line>.*)$/s,
    always: { "event.category": ["process"], "event.type": ["start"], "event.action": ["ran-command"] },
  },
  {
    program: /^CRON$|^crond?$/i,
    message: /^\((?<user_name>[^)]+)\) CMD \(\s*(?<process_command__line>.*)\)$/s,
    always: { "event.category": ["process"], "event.type": ["start"], "event.action": ["ran-command"] },
  },
  {
    program: SU,
    message: /^(?:Successful su for|\(to) (?<user_effective_name>[^\s)]+)\)?(?: by)? (?<user_name>\S+)/,
    always: authentication("start", "success", "switched-user"),
  },
  {
    program: SU,
    message: /^FAILED (?:su for|SU \(to) (?<user_effective_name>[^\s)]+)\)?(?: by)? (?<user_name>\S+)/i,
    always: authentication("start", "failure", "switched-user"),
  },
  {
    program: /./,
    message: /^pam_unix\([^)]*\): session opened for user (?<user_name>[^\s(]+)(?:\(uid=(?<user_id>\d+)\))?/,
    always: session("start", "started-session"),
  },
  {
    program: /./,
    message: /^pam_unix\([^)]*\): session closed for user (?<user_name>\S+)/,
    always: session("end", "ended-session"),
  },
  {
    program: /./,
    message:
      /^(?:pam_unix\([^)]*\): )?authentication failure;.*?(?:rhost=(?<source_ip>[0-9A-Fa-f.:]*)\s*)?(?: user=(?<user_name>\S+))?$/,
    always: authentication("info", "failure", "authentication-failed"),
  },
  {
    program: ACCOUNTS,
    message: /^new user: name=(?<user_target_name>[^,]+), UID=(?<user_target_id>\d+)/,
    always: account("user", "creation", "added-user-account"),
  },
  {
    program: ACCOUNTS,
    message: /^new group: name=(?<group_name>[^,]+), GID=(?<group_id>\d+)/,
    always: account("group", "creation", "added-group-account"),
  },
  {
    program: ACCOUNTS,
    message: /^delete user '(?<user_target_name>[^']+)'/,
    always: account("user", "deletion", "deleted-user-account"),
  },
  {
    program: ACCOUNTS,
    message: /^add '(?<user_target_name>[^']+)' to (?:shadow )?group '(?<group_name>[^']+)'/,
    always: account("group", "change", "added-member-to-group"),
  },
  {
    program: ACCOUNTS,
    message: /^(?:pam_unix\([^)]*\): )?password changed for (?<user_target_name>\S+)/,
    always: account("user", "change", "changed-password"),
  },
  {
    program: ACCOUNTS,
    message: /^change user '(?<user_target_name>[^']+)'/,
    always: account("user", "change", "modified-user-account"),
  },
  {
    program: /^systemd-logind$/,
    message: /^New session \S+ of user (?<user_name>\S+?)\.$/,
    always: session("start", "started-session"),
  },
];
