import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeShared, shared } from "../../shared.ts";
import { pick, read } from "./read.ts";

const shape = (name: string) => read(readFileSync(shared("data", "export-shapes", name)), name);

describe("Windows events, whatever wrote them", () => {
  const data = {
    UtcTime: "2024-05-01 10:00:00.123",
    ProcessGuid: "{11111111-2222-3333-4444-555555555555}",
    ProcessId: "4242",
    Image: "C:\\Windows\\System32\\wmiprvse.exe",
    CommandLine: '"C:\\Windows\\System32\\cmd.exe" /c "whoami /all"',
    User: "CORP\\alice",
    Hashes: "SHA256=AB12,MD5=352B525E9C26CB92693899528FE007C2",
    ParentProcessGuid: "{11111111-2222-3333-4444-666666666666}",
    ParentProcessId: "0x10",
    ParentImage: "C:\\Windows\\System32\\svchost.exe",
  };
  const expected = {
    "@timestamp": "2024-05-01 10:00:00.123Z",
    "event.action": ["start", "Process Create (rule: ProcessCreate)"],
    "event.category": "process",
    "event.type": "start",
    "event.code": "1",
    "event.module": "sysmon",
    "process.entity_id": "{11111111-2222-3333-4444-555555555555}",
    "process.pid": 4242,
    "process.name": "wmiprvse.exe",
    "process.args": ["C:\\Windows\\System32\\cmd.exe", "/c", "whoami /all"],
    "process.hash.md5": "352b525e9c26cb92693899528fe007c2",
    "process.hash.sha256": "ab12",
    "process.parent.entity_id": "{11111111-2222-3333-4444-666666666666}",
    "process.parent.pid": 16,
    "process.parent.name": "svchost.exe",
    "user.name": "alice",
    "user.domain": "CORP",
    "host.name": "web.corp.local",
    "host.hostname": "web",
    "host.os.type": "windows",
    "winlog.channel": "Microsoft-Windows-Sysmon/Operational",
    "winlog.event_data.CommandLine": data.CommandLine,
  };
  const channel = "Microsoft-Windows-Sysmon/Operational";
  const provider = "Microsoft-Windows-Sysmon";
  const computer = "web.corp.local";

  test.each<[string, string, unknown, Record<string, unknown>]>([
    [
      "NXLog",
      "windows-flat",
      { EventID: 1, Channel: channel, SourceName: provider, Hostname: computer, ...data },
      { CommandLine: data.CommandLine },
    ],
    [
      "Winlogbeat 6",
      "winlogbeat6",
      {
        event_id: 1,
        log_name: channel,
        source_name: provider,
        computer_name: computer,
        event_data: data,
        host: { name: "collector" },
      },
      { "event_data.CommandLine": data.CommandLine },
    ],
    [
      "Winlogbeat 8 without a pipeline",
      "winlogbeat",
      { winlog: { event_id: "1", channel, provider_name: provider, computer_name: computer, event_data: data } },
      {},
    ],
    [
      "evtx_dump",
      "evtx-dump",
      {
        Event: {
          System: {
            EventID: { "#attributes": { Qualifiers: 1 }, "#text": 1 },
            Channel: channel,
            Computer: computer,
            Provider: { "#attributes": { Name: provider } },
          },
          EventData: data,
        },
      },
      { "Event.EventData.CommandLine": data.CommandLine },
    ],
  ])("%s", (_name, format, document, original) => {
    const result = read(JSON.stringify(document));
    expect(result.format).toBe(format);
    expect(pick(result.events[0], ...Object.keys(expected))).toEqual(expected);
    expect(pick(result.events[0], ...Object.keys(original))).toEqual(original);
    expect(result.events[0]?.["eqlite.derived"]).toBe("host.id");
  });

  test.each<[number, Record<string, unknown>, Record<string, unknown>]>([
    [
      4624,
      { TargetUserName: "bob", TargetDomainName: "CORP", IpAddress: "::ffff:10.0.0.9", IpPort: "0", LogonType: "10" },
      {
        "event.action": "logged-in",
        "event.outcome": "success",
        "user.name": "bob",
        "source.ip": "10.0.0.9",
        "winlog.logon.type": "RemoteInteractive",
      },
    ],
    [
      4625,
      { TargetUserName: "bob", IpAddress: "-" },
      { "event.action": "logon-failed", "event.outcome": "failure", "event.category": "authentication" },
    ],
    [
      4688,
      { NewProcessName: "C:\\a\\b.exe", NewProcessId: "0x1a74", ProcessId: "0x10", SubjectUserName: "bob" },
      {
        "event.action": ["start", "created-process"],
        "process.pid": 6772,
        "process.parent.pid": 16,
        "process.name": "b.exe",
        "user.name": "bob",
      },
    ],
    [
      4697,
      { ServiceName: "psexesvc", SubjectUserName: "bob" },
      { "event.action": "service-installed", "service.name": "psexesvc" },
    ],
    [
      5140,
      { IpAddress: "10.0.0.9", ShareName: "\\\\*\\ADMIN$" },
      {
        "event.action": "network-share-object-accessed",
        "source.ip": "10.0.0.9",
        "winlog.event_data.ShareName": "\\\\*\\ADMIN$",
      },
    ],
    [1102, { SubjectUserName: "bob" }, { "event.action": "audit-log-cleared", "event.category": "iam" }],
    [9999, {}, { "event.code": "9999" }],
  ])("Security %i", (EventID, fields, wanted) => {
    const document = {
      EventID,
      Channel: "Security",
      SourceName: "Microsoft-Windows-Security-Auditing",
      Hostname: computer,
      ...fields,
    };
    expect(pick(read(JSON.stringify(document)).events[0], ...Object.keys(wanted))).toEqual(wanted);
  });

  test("what an event of Winlogbeat says itself is not changed", () => {
    const winlog = {
      event_id: "4624",
      channel: "Security",
      computer_name: "a.b",
      event_data: { TargetUserName: "bob" },
    };
    const document = {
      "@timestamp": "2024-05-01T10:00:00Z",
      host: { id: "h1", name: "own" },
      event: { action: "mine" },
      winlog,
    };
    const event = read(JSON.stringify(document)).events[0];
    expect(
      pick(event, "event.action", "host.name", "host.id", "user.name", "event.category", "eqlite.derived"),
    ).toEqual({
      "event.action": "mine",
      "host.name": "own",
      "host.id": "h1",
      "user.name": "bob",
      "event.category": "authentication",
    });
  });

  test("detections of Hayabusa are alerts", () => {
    const { format, events } = read(
      '{"Timestamp":"2020-05-02 02:55:23.551 +00:00","RuleTitle":"Suspicious WMI","Level":"high","Computer":"ws5","Channel":"Sysmon","EventID":1,"RecordID":7,' +
        '"Details":{"Cmdline":"cmd.exe /c whoami","Proc":"C:\\\\Windows\\\\cmd.exe","PID":42,"User":"CORP\\\\bob"}}',
    );
    expect(format).toBe("hayabusa");
    expect(
      pick(
        events[0],
        "event.kind",
        "rule.name",
        "process.name",
        "process.pid",
        "user.name",
        "event.category",
        "RuleTitle",
      ),
    ).toEqual({
      "event.kind": "alert",
      "rule.name": "Suspicious WMI",
      "process.name": "cmd.exe",
      "process.pid": 42,
      "user.name": "bob",
      "event.category": "process",
      RuleTitle: "Suspicious WMI",
    });
  });

  test("PowerShell and new services", () => {
    const script = {
      EventID: 4104,
      Channel: "Microsoft-Windows-PowerShell/Operational",
      ScriptBlockText: "iex $x",
      MessageNumber: "1",
      MessageTotal: 2,
    };
    expect(
      pick(
        read(JSON.stringify(script)).events[0],
        "powershell.file.script_block_text",
        "powershell.total",
        "event.category",
      ),
    ).toEqual({
      "powershell.file.script_block_text": "iex $x",
      "powershell.total": 2,
      "event.category": "process",
    });
    const service = { EventID: 7045, Channel: "System", ServiceName: "x", ImagePath: "%COMSPEC% /c calc" };
    expect(read(JSON.stringify(service)).events[0]?.["event.action"]).toBe("service-installed");
  });

  test("a field of both the original and ECS is the one of ECS; all others stay", () => {
    const event = read(
      '{"EventID":3,"Channel":"Microsoft-Windows-Sysmon/Operational","host":"wec","Hostname":"a.b","__proto__":{"x":1},"event.code":"no"}',
    ).events[0];
    expect(pick(event, "host", "host.name", "event.code", "__proto__.x")).toEqual({
      host: "wec",
      "host.name": "a.b",
      "event.code": "3",
      "__proto__.x": 1,
    });
  });

  test("registry values and their types", () => {
    const event = (Details: string, TargetObject = "HKLM\\Software\\Run\\x") =>
      read(JSON.stringify({ EventID: 13, Channel: channel, SourceName: provider, TargetObject, Details })).events[0];
    expect(
      pick(
        event("DWORD (0x0000000a)"),
        "registry.path",
        "registry.hive",
        "registry.key",
        "registry.value",
        "registry.data.type",
        "registry.data.strings",
      ),
    ).toEqual({
      "registry.path": "HKLM\\Software\\Run\\x",
      "registry.hive": "HKLM",
      "registry.key": "Software\\Run",
      "registry.value": "x",
      "registry.data.type": "REG_DWORD",
      "registry.data.strings": "10",
    });
    expect(event("QWORD (0x00000001-0x00000002)")?.["registry.data.strings"]).toBe("4294967298");
    expect(event("C:\\evil.exe")?.["registry.data.strings"]).toBe("C:\\evil.exe");
  });
});

describeShared("real exports of Windows events", () => {
  test("23, out of its zip: no ECS of their own, but host, time and message", () => {
    const line =
      '{"Source":"Raccine","TimeCreated":"2020-10-18 03:38:05.959","Hostname":"WORKSTATION5","Channel":"Application","Message":"Raccine detected","EventID":2}';
    expect(pick(read(line).events[0], "@timestamp", "host.name", "event.provider", "event.code", "message")).toEqual({
      "@timestamp": "2020-10-18 03:38:05.959",
      "host.name": "WORKSTATION5",
      "event.provider": "Raccine",
      "event.code": "2",
      message: "Raccine detected",
    });
  });

  test("24: Security with CRLF", () => {
    const { format, events, rejected } = shape("24-crlf-evtx-flat.ndjson");
    expect({ format, rejected, count: events.length }).toEqual({ format: "windows-flat", rejected: [], count: 4 });
    expect(
      pick(events[0], "event.action", "destination.ip", "destination.port", "process.pid", "network.direction"),
    ).toEqual({
      "event.action": "windows-firewall-connection",
      "destination.ip": "168.63.129.16",
      "destination.port": 80,
      "process.pid": 3428,
      "network.direction": "egress",
    });
    expect(pick(events[2], "event.action", "process.pid", "process.name", "user.name")).toEqual({
      "event.action": ["end", "exited-process"],
      "process.pid": 6772,
      "process.name": "Outflank-Dumpert.exe",
      "user.name": "wardog",
    });
  });

  test("25: Sysmon by NXLog", () => {
    const { events } = shape("25-nxlog-flat.ndjson");
    expect(
      pick(events[0], "@timestamp", "event.action", "registry.value", "process.entity_id", "host.name", "host"),
    ).toEqual({
      "@timestamp": "2020-06-10 02:50:54.631Z",
      "event.action": ["modification", "Registry value set (rule: RegistryEvent)"],
      "registry.value": "LastConstraintIndexBuildCompleted",
      "process.entity_id": "{6a910b9d-498a-5ee0-c903-000000000400}",
      "host.name": "WORKSTATION6.mordor.local",
      host: "wec.internal.cloudapp.net",
    });
  });

  test("26: Winlogbeat 6: the host is the computer, not the collector", () => {
    const { format, events } = shape("26-winlogbeat6-nested-event_data.ndjson");
    expect(format).toBe("winlogbeat6");
    expect(pick(events[0], "host.name", "event.action", "destination.port", "user.name", "winlog.user.name")).toEqual({
      "host.name": "HFDC01.shire.com",
      "event.action": ["connection_attempted", "Network connection detected (rule: NetworkConnect)"],
      "destination.port": 5985,
      "user.name": "NETWORK SERVICE",
      "winlog.user.name": "SYSTEM",
    });
  });

  test("27: Winlogbeat 7 is ECS already", () => {
    const { format, events } = shape("27-winlogbeat7-ecs.ndjson");
    expect(format).toBe("ndjson");
    expect(pick(events[0], "event.code", "file.name", "process.pid")).toEqual({
      "event.code": "11",
      "file.name": "lastalive1.dat",
      "process.pid": 1336,
    });
  });

  test("34, 35: evtx_dump, and the JSONL of Hayabusa's tests", () => {
    const dump = shape("34-evtx_dump.json");
    expect(dump.format).toBe("evtx-dump+json-documents");
    expect(
      pick(dump.events[0], "process.name", "process.parent.name", "process.hash.sha256", "event.code", "host.name"),
    ).toEqual({
      "process.name": "cmd.exe",
      "process.parent.name": "node.exe",
      "process.hash.sha256": "1f1d918ec49e0b7c59b704ff412e1a6e224da81c08cda657e1cb482abaac146c",
      "event.code": "1",
      "host.name": "swachchhanda",
    });
    const { events } = shape("35-hayabusa.jsonl");
    expect(events.map((event) => event["event.code"])).toEqual(["10", "11"]);
    expect(pick(events[0], "process.name", "Target.process.pid", "winlog.event_data.GrantedAccess")).toEqual({
      "process.name": "svchost.exe",
      "Target.process.pid": 2092,
      "winlog.event_data.GrantedAccess": "0x1000",
    });
  });
});
