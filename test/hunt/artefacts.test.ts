import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { runRule } from "../../src/hunt/run-rule.ts";
import { toTask } from "../../src/hunt/rule-task.ts";
import { EventReader } from "../../src/store/events.ts";
import { tempFolder } from "../temp-folder.ts";
import { loadCase, openWholeCase } from "./load-case.ts";
import { someRule } from "./some-rules.ts";

const EVERYTHING = { from: null, to: null, respectIndex: false, maxFindings: 0 };

/** The physical lines of the events of each match of an EQL rule over one file. */
async function linesFound(name: string, content: string, query: string): Promise<number[][]> {
  const file = path.join(tempFolder(), name);
  writeFileSync(file, content);
  const engine = await openWholeCase(await loadCase([file]));
  try {
    const { matches } = runRule(engine, toTask(someRule("rule", query, { type: "eql", language: "eql" })), EVERYTHING);
    const places = new EventReader(engine.file);
    return matches.map(({ events }) => events.map((id) => (id === null ? 0 : (places.position(id)?.line ?? 0))));
  } finally {
    engine.close();
  }
}

/** A shell that is executed and calls out, as Elastic's rules for Elastic Defend say it. */
const REVERSE_SHELL = `sequence by host.id, process.entity_id with maxspan=5s
  [process where host.os.type == "linux" and event.type == "start" and event.action in ("exec", "exec_event", "start") and
   process.name == "bash" and process.args : "-i"]
  [network where host.os.type == "linux" and event.type == "start" and event.action in ("connection_attempted") and
   not cidrmatch(destination.ip, "10.0.0.0/8", "127.0.0.0/8")]`;

test("a reverse shell in an audit log", async () => {
  const call = (serial: number, number: number, pid: number): string =>
    `type=SYSCALL msg=audit(1714557600.${String(serial)}:${String(serial)}): arch=c000003e syscall=${String(number)} ` +
    `success=yes exit=0 ppid=400 pid=${String(pid)} auid=1000 uid=33 comm="bash" exe="/usr/bin/bash" key="x"\n`;
  const execve = (serial: number, argument: string): string =>
    `type=EXECVE msg=audit(1714557600.${String(serial)}:${String(serial)}): argc=2 a0="bash" a1="${argument}"\n`;
  const sockaddr = (serial: number, address: string): string =>
    `type=SOCKADDR msg=audit(1714557600.${String(serial)}:${String(serial)}): saddr=${address}0000000000000000\n`;
  const log =
    call(101, 59, 500) +
    execve(101, "-i") + // line 1
    call(102, 59, 600) +
    execve(102, "-c") + // 3: another shell
    call(103, 42, 600) +
    sockaddr(103, "0200115CC6336407") + // 5: its own connection
    call(104, 42, 500) +
    sockaddr(104, "0200115C0A000001") + // 7: inside
    call(105, 42, 500) +
    sockaddr(105, "0200115CC6336407"); // 9: the one to find
  expect(await linesFound("audit.log", log, REVERSE_SHELL)).toEqual([[1, 9]]);
});

test("a reverse shell in Sysmon for Linux", async () => {
  const event = (id: number, second: number, data: Record<string, string>): string =>
    `May  1 10:00:0${String(second)} web sysmon: <Event><System><Provider Name="Linux-Sysmon"/><EventID>${String(id)}</EventID>` +
    `<TimeCreated SystemTime="2024-05-01T10:00:0${String(second)}.000000000Z"/><Computer>web</Computer></System><EventData>` +
    `${Object.entries(data)
      .map(([name, value]) => `<Data Name="${name}">${value}</Data>`)
      .join("")}</EventData></Event>\n`;
  const shell = { ProcessGuid: "{a}", ProcessId: "500", Image: "/usr/bin/bash" };
  const log =
    event(1, 0, { ...shell, CommandLine: "bash -i" }) +
    event(3, 1, { ...shell, ProcessGuid: "{b}", Initiated: "true", DestinationIp: "198.51.100.7" }) +
    event(3, 2, { ...shell, Initiated: "false", DestinationIp: "198.51.100.7" }) +
    event(3, 3, { ...shell, Initiated: "true", DestinationIp: "198.51.100.7" });
  expect(await linesFound("syslog", log, REVERSE_SHELL)).toEqual([[1, 4]]);
});

test("a reverse shell in Tetragon", async () => {
  const process = { exec_id: "QQ==", pid: 500, binary: "/usr/bin/bash", arguments: "-i", flags: "execve clone" };
  const event = (second: number, body: object): string =>
    `${JSON.stringify({ ...body, node_name: "n", time: `2024-05-01T10:00:0${String(second)}Z` })}\n`;
  const connect = (to: string): object => ({
    process_kprobe: { process, function_name: "tcp_connect", args: [{ sock_arg: { daddr: to, dport: 443 } }] },
  });
  const log =
    event(0, { process_exec: { process } }) + event(1, connect("10.1.1.1")) + event(2, connect("198.51.100.7"));
  expect(await linesFound("tetragon.json", log, REVERSE_SHELL)).toEqual([[1, 3]]);
});

test("lateral movement by WMI in Sysmon of Windows", async () => {
  const event = (EventID: number, second: number, data: object): string =>
    `${JSON.stringify({
      EventID,
      Channel: "Microsoft-Windows-Sysmon/Operational",
      SourceName: "Microsoft-Windows-Sysmon",
      Hostname: "ws5.corp",
      UtcTime: `2024-05-01 10:00:0${String(second)}.000`,
      ...data,
    })}\n`;
  const svchost = { Image: "C:\\Windows\\System32\\svchost.exe", ProcessGuid: "{s}", ProcessId: "4" };
  const log =
    event(3, 0, { ...svchost, Initiated: "false", SourceIp: "10.0.0.9", SourcePort: "51000", DestinationPort: "135" }) +
    event(1, 1, {
      Image: "C:\\Windows\\System32\\cmd.exe",
      ProcessGuid: "{x}",
      ParentImage: "C:\\Windows\\explorer.exe",
    }) +
    event(1, 2, {
      Image: "C:\\Windows\\System32\\cmd.exe",
      ProcessGuid: "{c}",
      ParentImage: "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
    });
  const rule = `sequence by host.id with maxspan=20s
    [network where host.os.type == "windows" and process.name : "svchost.exe" and network.direction : ("incoming", "ingress") and
     source.port >= 49152 and source.ip != "127.0.0.1" and source.ip != "::1"]
    [process where host.os.type == "windows" and event.type == "start" and process.parent.name : "WmiPrvSE.exe"]`;
  expect(await linesFound("sysmon.json", log, rule)).toEqual([[1, 3]]);
});
