/**
 * Generates a realistic audit.log of a busy Linux host: executions, files, connections, log-ins; plain or ENRICHED, with
 * records of neighbouring events interleaved as the kernel does.
 *
 *     node test/bench/generate-audit.ts --megabytes 1000 --seed 1 [--enriched] [--sysmon | --journald] --output FILE
 *
 * `--sysmon` writes Sysmon for Linux as XML in syslog, `--journald` the journal as JSON, for the same sanity check.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Random, seededRandom, weighted } from "./generate-random.ts";

const PROGRAMS = [
  "bash",
  "sh",
  "curl",
  "python3",
  "sshd",
  "cron",
  "nginx",
  "php-fpm8.2",
  "systemctl",
  "ls",
  "grep",
  "awk",
];
const FOLDERS = [
  "/etc",
  "/var/www/html",
  "/tmp",
  "/usr/lib/x86_64-linux-gnu",
  "/home/alice/.cache",
  "/var/log",
  "/proc/self",
];
const USERS = [
  ["0", "root"],
  ["33", "www-data"],
  ["1000", "alice"],
] as const;

const hex = (text: string): string => Buffer.from(text).toString("hex").toUpperCase();

interface Moment {
  /** Seconds with milliseconds, and the serial. */
  readonly stamp: string;
  readonly iso: string;
}

/** Writes events of one format. */
interface Scribe {
  event(at: Moment, random: Random): string[];
}

function auditScribe(random: Random, enriched: boolean): Scribe {
  const [uid, gids] = [
    (): (typeof USERS)[number] => random.pick(USERS),
    "gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33",
  ];
  const kind = weighted(random, [
    ["openat", 40],
    ["execve", 25],
    ["connect", 15],
    ["unlink", 5],
    ["rename", 3],
    ["user", 12],
  ] as const);
  const syscall = (
    at: Moment,
    number: number,
    name: string,
    items: number,
    exit: string,
  ): { line: string; program: string } => {
    const program = random.pick(PROGRAMS);
    const [id, user] = uid();
    const names = enriched
      ? `\x1dARCH=x86_64 SYSCALL=${name} AUID="alice" UID="${user}" GID="www-data" EUID="${user}" SUID="${user}" FSUID="${user}" EGID="www-data" SGID="www-data" FSGID="www-data"`
      : "";
    const line =
      `type=SYSCALL msg=audit(${at.stamp}): arch=c000003e syscall=${String(number)} success=yes exit=${exit} a0=7f${random.hex(12)} ` +
      `a1=${random.hex(8)} a2=80000 a3=0 items=${String(items)} ppid=${String(400 + random.below(50))} pid=${String(1000 + random.below(30_000))} ` +
      `auid=1000 uid=${id} ${gids} tty=pts0 ses=${String(1 + random.below(40))} comm="${program}" exe="/usr/bin/${program}" subj=unconfined key="k-${name}"${names}`;
    return { line, program };
  };
  const cwd = (at: Moment): string => `type=CWD msg=audit(${at.stamp}): cwd="${random.pick(FOLDERS)}"`;
  const path = (at: Moment, item: number, name: string, type: string): string =>
    `type=PATH msg=audit(${at.stamp}): item=${String(item)} name="${name}" inode=${String(random.below(9_000_000))} dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=${type} cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0${enriched ? '\x1dOUID="root" OGID="root"' : ""}`;
  const file = (): string => `${random.pick(FOLDERS)}/${random.pick(PROGRAMS)}-${random.hex(4)}.log`;
  return {
    event(at) {
      const what = kind();
      if (what === "user") {
        const [type, op] = random.pick([
          ["USER_AUTH", "PAM:authentication"],
          ["USER_ACCT", "PAM:accounting"],
          ["CRED_ACQ", "PAM:setcred"],
          ["USER_START", "PAM:session_open"],
          ["USER_END", "PAM:session_close"],
        ] as const);
        return [
          `type=${type} msg=audit(${at.stamp}): pid=${String(1000 + random.below(30_000))} uid=0 auid=1000 ses=${String(random.below(40))} subj=unconfined msg='op=${op} grantors=pam_permit acct="${random.pick(USERS)[1]}" exe="/usr/sbin/cron" hostname=? addr=? terminal=cron res=success'${enriched ? '\x1dUID="root" AUID="alice"' : ""}`,
        ];
      }
      if (what === "execve") {
        const { line, program } = syscall(at, 59, what, 2, "0");
        const argument = `--config=${file()}`;
        return [
          line,
          `type=EXECVE msg=audit(${at.stamp}): argc=3 a0="${program}" a1="-v" a2="${argument}"`,
          cwd(at),
          path(at, 0, `/usr/bin/${program}`, "NORMAL"),
          path(at, 1, "/lib64/ld-linux-x86-64.so.2", "NORMAL"),
          `type=PROCTITLE msg=audit(${at.stamp}): proctitle=${hex(`${program}\0-v\0${argument}`)}`,
        ];
      }
      if (what === "connect") {
        const { line, program } = syscall(at, 42, what, 0, "0");
        const address = `0200${random.hex(4).toUpperCase()}C633${random.hex(4).toUpperCase()}0000000000000000`;
        const title = `type=PROCTITLE msg=audit(${at.stamp}): proctitle=${hex(`${program}\0http://example.org/`)}`;
        return [line, `type=SOCKADDR msg=audit(${at.stamp}): saddr=${address}`, title];
      }
      const number = { openat: 257, unlink: 87, rename: 82 }[what];
      const { line, program } = syscall(at, number, what, what === "rename" ? 2 : 1, what === "openat" ? "3" : "0");
      return [
        line,
        cwd(at),
        path(at, 0, file(), { openat: "NORMAL", unlink: "DELETE", rename: "DELETE" }[what]),
        ...(what === "rename" ? [path(at, 1, file(), "CREATE")] : []),
        `type=PROCTITLE msg=audit(${at.stamp}): proctitle="${program}"`,
      ];
    },
  };
}

const sysmonScribe: Scribe = {
  event({ iso }, random) {
    const program = random.pick(PROGRAMS);
    const pid = 1000 + random.below(30_000);
    const guid = `{94325212-${random.hex(4)}-627b-082b-${random.hex(12)}}`;
    const connects = random.chance(0.3);
    const data: Record<string, string> = connects
      ? {
          Protocol: "tcp",
          Initiated: "true",
          SourceIp: "10.0.0.5",
          SourcePort: String(random.below(65_536)),
          DestinationIp: `198.51.100.${String(random.below(256))}`,
          DestinationPort: "443",
        }
      : {
          CommandLine: `${program} -v --config=/etc/${random.hex(4)}.conf`,
          CurrentDirectory: "/",
          LogonId: "1000",
          ParentProcessGuid: guid,
          ParentProcessId: "400",
          ParentImage: "/usr/bin/bash",
          ParentCommandLine: "bash",
        };
    const all = {
      RuleName: "-",
      UtcTime: iso.replace("T", " ").replace("Z", ""),
      ProcessGuid: guid,
      ProcessId: String(pid),
      Image: `/usr/bin/${program}`,
      User: "alice",
      ...data,
    };
    const fields = Object.entries(all).map(([name, value]) => `<Data Name="${name}">${value}</Data>`);
    return [
      `${iso.replace("Z", "+00:00")} web sysmon: <Event><System><Provider Name="Linux-Sysmon" Guid="{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"/><EventID>${connects ? "3" : "1"}</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime="${iso}"/><EventRecordID>${String(random.below(9_000_000))}</EventRecordID><Correlation/><Execution ProcessID="700" ThreadID="700"/><Channel>Linux-Sysmon/Operational</Channel><Computer>web</Computer><Security UserId="0"/></System><EventData>${fields.join("")}</EventData></Event>`,
    ];
  },
};

const journaldScribe: Scribe = {
  event({ stamp }, random) {
    const [seconds = "", rest = ""] = stamp.split(".");
    const messages = [
      `Failed password for invalid user ${random.hex(4)} from 203.0.113.${String(random.below(256))} port ${String(random.below(65_536))} ssh2`,
      `pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)`,
      `Started session ${String(random.below(9000))} of user alice.`,
    ];
    return [
      JSON.stringify({
        __CURSOR: `s=${random.hex(32)};i=${random.hex(8)}`,
        __REALTIME_TIMESTAMP: `${seconds}${rest.slice(0, 3)}000`,
        _HOSTNAME: "web",
        _MACHINE_ID: "57d2b723c4a94d5cb08d3c0fcb09bbd0",
        _BOOT_ID: "0c4f6d5e0b0b4c7e8d1d0f9c2c9b8d01",
        SYSLOG_IDENTIFIER: "sshd",
        _PID: String(1000 + random.below(30_000)),
        _UID: "0",
        _COMM: "sshd",
        _EXE: "/usr/sbin/sshd",
        _CMDLINE: "sshd: [accepted]",
        PRIORITY: "6",
        _TRANSPORT: "syslog",
        MESSAGE: random.pick(messages),
      }),
    ];
  },
};

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    enriched: { type: "boolean", default: false },
    sysmon: { type: "boolean", default: false },
    journald: { type: "boolean", default: false },
    output: { type: "string" },
  },
});
const random = seededRandom(Number(values.seed));
const scribe = values.sysmon ? sysmonScribe : values.journald ? journaldScribe : auditScribe(random, values.enriched);
const most = Number(values.megabytes) * 1_000_000;
const output = values.output === undefined ? 1 : openSync(values.output, "w");
let [bytes, events, milliseconds] = [0, 0, Date.UTC(2024, 4, 1, 10)];
let waiting: string[] = [];
while (bytes < most) {
  const parts: string[] = [];
  while (parts.length < 4000) {
    milliseconds += random.below(60);
    events += 1;
    const stamp = `${String(Math.floor(milliseconds / 1000))}.${String(milliseconds % 1000).padStart(3, "0")}:${String(events)}`;
    const lines = scribe.event({ stamp, iso: new Date(milliseconds).toISOString() }, random);
    // The kernel writes records of another processor in between: the tail of an event follows the next one's head.
    const [first = "", ...rest] = lines;
    parts.push(first, ...waiting, ...rest.slice(0, 1));
    waiting = random.chance(0.05) ? rest.slice(1) : [];
    if (waiting.length === 0) parts.push(...rest.slice(1));
  }
  const text = Buffer.from(`${parts.join("\n")}\n`);
  for (let at = 0; at < text.length;) at += writeSync(output, text, at);
  bytes += text.length;
}
if (output !== 1) closeSync(output);
process.stderr.write(`${String(events)} events, ${String(bytes)} bytes (${String(Math.round(bytes / events))} each)\n`);
