import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { auditd } from "../../../src/ingest/formats/auditd.ts";
import { parseAuditRecord, parseSockaddr } from "../../../src/ingest/formats/auditd-record.ts";
import { describeShared, shared } from "../../shared.ts";
import { cutEveryWay } from "./cut.ts";
import { pick, read } from "./read.ts";

const splitter = (state?: unknown) => {
  if (auditd.format.documents === "lines") throw new Error("a splitter was expected");
  return auditd.format.documents.splitter({ name: "audit.log", modified: null }, state);
};

/** SYSCALL line of process `pid`, child of `ppid`, at second `at` with serial `serial`. */
function syscall(serial: number, call: number, pid: number, ppid: number, more = "", at = 1604994496): string {
  return (
    `type=SYSCALL msg=audit(${String(at)}.100:${String(serial)}): arch=c000003e syscall=${String(call)} success=yes exit=0 ` +
    `a0=1 a1=0 a2=0 a3=0 items=0 ppid=${String(ppid)} pid=${String(pid)} auid=1000 uid=33 gid=33 euid=33 tty=(none) ses=7 ${more}`
  );
}

const EXEC =
  `${syscall(10, 59, 500, 400, 'comm="bash" exe="/usr/bin/bash" key=(null)')}\n` +
  'type=EXECVE msg=audit(1604994496.100:10): argc=3 a0="bash" a1="-c" a2=62617368202D69203E26202F6465762F746370\n' +
  'type=CWD msg=audit(1604994496.100:10): cwd="/var/www"\n' +
  "type=PROCTITLE msg=audit(1604994496.100:10): proctitle=62617368002D63\n";
const CONNECT =
  `${syscall(11, 42, 500, 400, 'comm="bash" exe="/usr/bin/bash" key="net"')}\n` +
  "type=SOCKADDR msg=audit(1604994496.100:11): saddr=0200115CC6336401000000000000000000\n" +
  "type=PROCTITLE msg=audit(1604994496.100:11): proctitle=62617368002D63\n";

describe("records of one serial make one event", () => {
  test("an execution, with hexadecimal arguments", () => {
    const { format, events, rejected } = read(EXEC);
    expect({ format, rejected, count: events.length }).toEqual({ format: "auditd", rejected: [], count: 1 });
    expect(
      pick(
        events[0],
        "@timestamp",
        "event.action",
        "event.category",
        "event.type",
        "event.outcome",
        "process.name",
        "process.executable",
        "process.args",
        "process.command_line",
        "process.working_directory",
        "process.pid",
        "process.parent.pid",
        "user.id",
        "user.audit.id",
        "auditd.data.syscall",
        "auditd.data.arch",
        "host.os.type",
      ),
    ).toEqual({
      "@timestamp": "1604994496.100",
      "event.action": ["exec", "executed"],
      "event.category": "process",
      "event.type": "start",
      "event.outcome": "success",
      "process.name": "bash",
      "process.executable": "/usr/bin/bash",
      "process.args": ["bash", "-c", "bash -i >& /dev/tcp"],
      "process.command_line": "bash -c bash -i >& /dev/tcp",
      "process.working_directory": "/var/www",
      "process.pid": 500,
      "process.parent.pid": 400,
      "user.id": "33",
      "user.audit.id": "1000",
      "auditd.data.syscall": "execve",
      "auditd.data.arch": "x86_64",
      "host.os.type": "linux",
    });
  });

  test("a connection is by the process that was executed before, and its child by it", () => {
    const child = syscall(12, 59, 600, 500, 'comm="nc" exe="/usr/bin/nc"');
    const { events } = read(`${EXEC}${CONNECT}${child}\n`);
    expect(
      pick(events[1], "event.action", "event.type", "destination.ip", "destination.port", "network.direction"),
    ).toEqual({
      "event.action": ["connection_attempted", "connected-to"],
      "event.type": ["start", "connection"],
      "destination.ip": "198.51.100.1",
      "destination.port": 4444,
      "network.direction": "egress",
    });
    const [exec, connect, nc] = events;
    expect(connect?.["process.entity_id"]).toBe(exec?.["process.entity_id"]);
    expect(nc?.["process.parent.entity_id"]).toBe(exec?.["process.entity_id"]);
    expect(nc?.["process.entity_id"]).not.toBe(exec?.["process.entity_id"]);
    expect(exec?.["eqlite.derived"]).toEqual(["host.id", "process.entity_id", "process.parent.entity_id"]);
  });

  test("the parent's program is told where a record of the parent shows it, and marked as derived", () => {
    const shell = syscall(8, 257, 400, 1, 'comm="my shell" exe=2F746D702F6D79207368656C6C');
    const { events } = read(`${shell}\n${EXEC}`);
    expect(events[0]?.["eqlite.derived"]).toEqual(["host.id", "process.entity_id", "process.parent.entity_id"]);
    expect(
      pick(events[1], "process.parent.name", "process.parent.executable", "process.parent.pid", "eqlite.derived"),
    ).toEqual({
      "process.parent.name": "my shell",
      "process.parent.executable": "/tmp/my shell",
      "process.parent.pid": 400,
      "eqlite.derived": [
        "host.id",
        "process.entity_id",
        "process.parent.entity_id",
        "process.parent.executable",
        "process.parent.name",
      ],
    });
  });

  test("a pid that is used again is another process", () => {
    const again = syscall(99, 59, 500, 400, 'comm="id" exe="/usr/bin/id"', 1604994999);
    const { events } = read(`${EXEC}${again}\n`);
    expect(events[1]?.["process.entity_id"]).not.toBe(events[0]?.["process.entity_id"]);
    expect(events[1]?.["process.parent.entity_id"]).toBe(events[0]?.["process.parent.entity_id"]);
  });

  test("records that are interleaved, or come late, still find their event", () => {
    const [a = "", ...as] = EXEC.trimEnd().split("\n");
    const [b = "", ...bs] = CONNECT.trimEnd().split("\n");
    const late = read([a, b, ...as, ...bs].join("\n"));
    const ordered = read(EXEC + CONNECT);
    const facts = (events: Record<string, unknown>[]) =>
      events.map((event) => pick(event, "process.args", "destination.ip", "event.action"));
    expect(facts(late.events)).toEqual(facts(ordered.events));
    expect(late.lines).toEqual([1, 2]);
    expect(late.events.map((event) => event["event.original"])).toEqual([EXEC.trimEnd(), CONNECT.trimEnd()]);
    expect(ordered.events.map((event) => event["event.original"])).toEqual([undefined, undefined]);
    const far = read([a, ...as.slice(0, 2), ...CONNECT.trimEnd().split("\n"), as[2]].join("\n"));
    expect(far.events.map((event) => event["process.title"])).toEqual(["bash -c", "bash -c"]);
  });

  test("lines that are no records are rejected, wherever they stand", () => {
    const lines = EXEC.trimEnd().split("\n");
    const { events, rejected } = read(
      [...lines.slice(0, 2), "garbage", ...lines.slice(2), "", "more garbage"].join("\n"),
    );
    expect(events).toHaveLength(1);
    expect(rejected).toEqual(["3: not-audit", "7: not-audit"]);
  });

  test("cuts are the same in pieces and after a resume", () => {
    const cuts = cutEveryWay(splitter, `${EXEC}\n${CONNECT}${EXEC.replaceAll(":10)", ":20)")}`);
    expect(cuts.map(({ line, text }) => [line, text.length])).toEqual([
      [1, EXEC.length - 1],
      [5, 0],
      [6, CONNECT.length - 1],
      [9, EXEC.length - 1],
    ]);
  });

  test("a failed execution starts nothing", () => {
    const failed = syscall(10, 59, 500, 400, 'comm="java" exe="/usr/bin/java"').replace(
      "success=yes exit=0",
      "success=no exit=-2",
    );
    expect(pick(read(failed).events[0], "event.action", "event.type", "event.outcome", "process.name")).toEqual({
      "event.action": "executed",
      "event.type": "info",
      "event.outcome": "failure",
      "process.name": "java",
    });
  });
});

describe("families of system calls", () => {
  const path = (serial: number, item: number, name: string, nametype: string): string =>
    `type=PATH msg=audit(1604994496.100:${String(serial)}): item=${String(item)} name="${name}" inode=5 mode=0100644 ouid=0 ogid=0 nametype=${nametype}`;
  const cwd = 'type=CWD msg=audit(1604994496.100:10): cwd="/root"';

  test.each<[string, string[], Record<string, unknown>]>([
    [
      "openat that creates",
      [syscall(10, 257, 1, 2), cwd, path(10, 0, "/tmp", "PARENT"), path(10, 1, "/tmp/x.sh", "CREATE")],
      {
        "event.action": ["creation", "opened-file"],
        "event.type": "creation",
        "file.path": "/tmp/x.sh",
        "file.extension": "sh",
      },
    ],
    [
      "openat for writing",
      [syscall(10, 257, 1, 2).replace("a2=0", "a2=241"), cwd, path(10, 0, "a/../b", "NORMAL")],
      { "event.action": ["modification", "opened-file"], "event.type": "change", "file.path": "/root/b" },
    ],
    [
      "open for reading",
      [syscall(10, 2, 1, 2), cwd, path(10, 0, "/etc/shadow", "NORMAL")],
      {
        "event.action": ["open", "opened-file"],
        "event.type": "access",
        "file.path": "/etc/shadow",
        "file.name": "shadow",
      },
    ],
    [
      "unlinkat",
      [syscall(10, 263, 1, 2), cwd, path(10, 0, "/tmp", "PARENT"), path(10, 1, "/tmp/x", "DELETE")],
      { "event.action": ["deletion", "deleted"], "event.category": "file", "file.path": "/tmp/x" },
    ],
    [
      "rename",
      [syscall(10, 82, 1, 2), cwd, path(10, 2, "/tmp/a", "DELETE"), path(10, 3, "/tmp/b", "CREATE")],
      { "event.action": ["rename", "renamed"], "file.path": "/tmp/b", "file.Ext.original.path": "/tmp/a" },
    ],
    ["ptrace", [syscall(10, 101, 1, 2)], { "event.action": ["ptrace", "traced-process"], "event.category": "process" }],
    [
      "finit_module",
      [syscall(10, 313, 1, 2), 'type=KERN_MODULE msg=audit(1604994496.100:10): name="diamorphine"'],
      {
        "event.action": ["load_module", "loaded-kernel-module"],
        "event.category": "driver",
        "file.name": "diamorphine",
      },
    ],
    ["setresuid", [syscall(10, 117, 1, 2)], { "event.action": ["uid_change", "changed-identity-of"] }],
    ["a call without a table", [syscall(10, 21, 1, 2)], { "event.action": "access", "event.type": "info" }],
    ["a call without a name", [syscall(10, 999, 1, 2)], { "event.action": "999", "auditd.data.syscall": "999" }],
    [
      "a unix socket",
      [syscall(10, 42, 1, 2), "type=SOCKADDR msg=audit(1604994496.100:10): saddr=01002F72756E2F6C6F6700"],
      { "event.action": "connected-to", "auditd.data.socket.family": "unix", "auditd.data.socket.path": "/run/log" },
    ],
  ])("%s", (_name, lines, expected) => {
    const { events } = read(lines.join("\n"));
    expect(events).toHaveLength(1);
    expect(pick(events[0], ...Object.keys(expected))).toEqual(expected);
  });
});

describe("fields of records", () => {
  test.each([
    ['type=A msg=audit(1.0:1): comm="a b" key=(null) tty=(none) exe=2F62696E2F6120', { comm: "a b", exe: "/bin/a " }],
    ['type=A msg=audit(1.0:1): grantors=pam_env,pam_unix acct="root"', { grantors: "pam_env,pam_unix", acct: "root" }],
    [
      "type=A msg=audit(1.0:1): pid=1 msg='op=PAM:auth acct=\"x\" res=failed'",
      { pid: "1", op: "PAM:auth", acct: "x", res: "failed" },
    ],
    ["node=web type=A msg=audit(1.0:1): a0=1", { a0: "1" }],
    ["Nov  3 10:00:00 web audispd: type=A msg=audit(1.0:1): a0=1", { a0: "1" }],
  ])("%s", (line, fields) => {
    expect(Object.fromEntries(parseAuditRecord(line)?.fields ?? [])).toEqual(fields);
  });

  test("addresses", () => {
    expect(parseSockaddr("0A00115C0000000020010DB800000000000000000000000100000000")).toEqual({
      family: "ipv6",
      port: 4444,
      ip: "2001:db8::1",
    });
    expect(parseSockaddr("0A00115C0000000000000000000000000000FFFFC633640100000000")).toEqual({
      family: "ipv4",
      port: 4444,
      ip: "198.51.100.1",
    });
    expect(parseSockaddr("100000000000000000000000")).toEqual({ family: "netlink" });
    expect(parseSockaddr("01000061")).toEqual({ family: "unix", path: "@a" });
    expect(parseSockaddr("0")).toBeUndefined();
  });

  test("logs of one host share an id, wherever its folder lies", () => {
    const id = (name: string): unknown => read(EXEC, name).events[0]?.["host.id"];
    expect(id("case/web01/var/log/audit/audit.log")).toBe(id("/evidence/web01/var/log/audit/audit.log.1"));
    expect(id("case/web01/var/log/audit/audit.log")).not.toBe(id("case/web02/var/log/audit/audit.log"));
    expect(id("uac-web01.tar.gz/[root]/var/log/audit/audit.log")).not.toBe(id("audit.log"));
  });
});

describeShared("real logs", () => {
  test("30: executions, plain", () => {
    const { format, events, rejected } = read(readFileSync(shared("data/export-shapes/30-auditd.log")));
    expect({ format, rejected }).toEqual({ format: "auditd", rejected: [] });
    expect(events.map((event) => pick(event, "process.name", "process.args", "process.pid", "event.sequence"))).toEqual(
      [
        { "process.name": "arp", "process.args": ["arp", "-a"], "process.pid": 1631, "event.sequence": 92733 },
        { "process.name": "grep", "process.args": ["grep", "-v", "^?"], "process.pid": 1632, "event.sequence": 92734 },
      ],
    );
  });

  test("31: accounts and log-ins, ENRICHED", () => {
    const { events } = read(readFileSync(shared("data/export-shapes/31-auditd-enriched.log")));
    const facts = events.map((event) =>
      pick(event, "event.action", "event.outcome", "user.name", "user.target.name", "source.ip"),
    );
    expect(facts).toEqual([
      {
        "event.action": "deleted-user-account",
        "event.outcome": "failure",
        "user.name": "root",
        "user.target.name": "specimenuser",
      },
      {
        "event.action": "added-user-account",
        "event.outcome": "success",
        "user.name": "root",
        "user.target.name": "specimenuser",
      },
      { "event.action": "ran-command", "event.outcome": "success", "user.name": "root" },
      { "event.action": "authenticated", "event.outcome": "failure", "user.name": "root", "source.ip": "172.23.112.1" },
      {
        "event.action": "was-authorized",
        "event.outcome": "success",
        "user.name": "root",
        "source.ip": "172.23.112.1",
      },
      {
        "event.action": "acquired-credentials",
        "event.outcome": "success",
        "user.name": "root",
        "source.ip": "172.23.112.1",
      },
      { "event.action": "changed-login-id-to", "event.outcome": "success", "user.name": "root" },
      {
        "event.action": "changed-role-to",
        "event.outcome": "success",
        "user.name": "root",
        "source.ip": "172.23.112.1",
      },
    ]);
  });
});
