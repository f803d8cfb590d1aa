import { isoTime, type Nanoseconds } from "./time.ts";
import { digest, USERS, uuid, type Container, type Machine, type Process } from "./world.ts";

export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
/** An event on its way into a file: nested, not yet frozen into a line. */
export type Document = { [key: string]: Value };

/** How the time of an event is written: fraction digits at least, minutes east of UTC, or epoch milliseconds. */
export interface TimeStyle {
  readonly offsetMinutes?: number;
  readonly epochMilliseconds?: boolean;
}

function timestamp(time: Nanoseconds | null, digits: number, style: TimeStyle): Document {
  if (time === null) return {};
  if (style.epochMilliseconds === true) return { "@timestamp": Number(time / 1_000_000n) };
  return { "@timestamp": isoTime(time, digits, style.offsetMinutes) };
}

function hostOf(machine: Machine): Document {
  const mac = (digest(`mac ${machine.name}`, 10).match(/../g) ?? []).join("-").toUpperCase();
  return {
    architecture: "x86_64",
    hostname: machine.name,
    id: machine.id,
    ip: ["127.0.0.1", "::1", machine.address, "fe80::50:56ff:fe9a:1c0d", machine.bridge],
    mac: [`02-${mac}`, "0A-58-0A-F4-01-01"],
    name: machine.name,
    os: {
      Ext: { variant: "Ubuntu" },
      family: "ubuntu",
      full: "Ubuntu 22.04.5",
      kernel: "5.15.0-134-generic #145-Ubuntu SMP Wed Feb 12 20:08:39 UTC 2025",
      name: "Linux",
      platform: "ubuntu",
      type: "linux",
      version: "22.04.5",
    },
  };
}

const named = (process: Process): Document => ({ id: USERS[process.user], name: process.user });

/** A process as the parent or a leader of another. */
function relative(process: Process, entityId: string): Document {
  return {
    args: [...process.args],
    args_count: process.args.length,
    entity_id: entityId,
    executable: process.executable,
    group: named(process),
    interactive: process.entryType === "sshd",
    name: process.name,
    pid: process.pid,
    real_user: named(process),
    same_as_process: false,
    start: isoTime(process.start, 7),
    user: named(process),
    working_directory: process.folder,
  };
}

function ancestry(process: Process): string[] {
  return process.parent === null ? [] : [process.parent.entityId, ...ancestry(process.parent)];
}

function endpointFrame(machine: Machine, dataset: string, time: Nanoseconds | null, style: TimeStyle): Document {
  return {
    ...timestamp(time, 7, style),
    agent: { id: machine.agentId, type: "endpoint", version: "8.17.3" },
    data_stream: { dataset, namespace: "default", type: "logs" },
    ecs: { version: "8.10.0" },
    elastic: { agent: { id: machine.agentId } },
    host: hostOf(machine),
  };
}

function endpointEvent(
  dataset: string,
  time: Nanoseconds | null,
  action: string,
  category: string,
  type: string[],
): Document {
  const when =
    time === null
      ? {}
      : { created: isoTime(time, 7), ingested: isoTime(time - (time % 1_000_000_000n) + 4_000_000_000n, 0) };
  return {
    action,
    agent_id_status: "verified",
    category: [category],
    ...when,
    dataset,
    kind: "event",
    module: "endpoint",
    outcome: "unknown",
    type,
  };
}

/** A process start, fork or end as Elastic Defend reports it. */
export function endpointProcess(
  process: Process,
  time: Nanoseconds | null,
  action: "exec" | "fork" | "end" = "exec",
  style: TimeStyle = {},
): Document {
  const parent = process.parent ?? process;
  const entry = process.entry ?? process;
  const dataset = "endpoint.events.process";
  const hash = {
    md5: digest(`md5 ${process.executable}`, 32),
    sha1: digest(`sha1 ${process.executable}`, 40),
    sha256: digest(process.executable),
  };
  return {
    ...endpointFrame(process.machine, dataset, time, style),
    event: endpointEvent(dataset, time, action, "process", [action === "end" ? "end" : "start"]),
    group: named(process),
    message: "Endpoint process event",
    process: {
      Ext: { ancestry: ancestry(process) },
      args: [...process.args],
      args_count: process.args.length,
      command_line: process.args.join(" "),
      entity_id: process.entityId,
      entry_leader: { ...relative(entry, entry.entityId), entry_meta: { type: process.entryType } },
      executable: process.executable,
      ...(action === "end" ? { exit_code: 0 } : { hash }),
      group_leader: relative(process, process.entityId),
      interactive: process.entryType === "sshd",
      name: process.name,
      parent: { ...relative(parent, parent.entityId), command_line: parent.args.join(" ") },
      pid: process.pid,
      session_leader: relative(entry, entry.entityId),
      start: isoTime(process.start, 7),
      working_directory: process.folder,
    },
    user: { Ext: { real: named(process) }, ...named(process) },
  };
}

/** The `process` object of network, DNS and file events of Elastic Defend. */
function acting(process: Process): Document {
  const entry = process.entry ?? process;
  return {
    Ext: { ancestry: ancestry(process) },
    command_line: process.args.join(" "),
    entity_id: process.entityId,
    entry_leader: { entity_id: entry.entityId, parent: { entity_id: (entry.parent ?? entry).entityId } },
    executable: process.executable,
    group_leader: { entity_id: process.entityId },
    name: process.name,
    parent: { entity_id: (process.parent ?? process).entityId },
    pid: process.pid,
    session_leader: { entity_id: entry.entityId },
    thread: { capabilities: { effective: ["CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETUID"] } },
  };
}

const localPort = (process: Process, time: Nanoseconds): number =>
  32_768 + Number((time / 1000n + BigInt(process.pid)) % 28_000n);

export type NetworkAction = "connection_attempted" | "connection_accepted" | "disconnect_received";

/** A network event of Elastic Defend. */
export function endpointNetwork(
  process: Process,
  time: Nanoseconds,
  destination: Value | undefined,
  port: number,
  action: NetworkAction = "connection_attempted",
  style: TimeStyle = {},
): Document {
  const dataset = "endpoint.events.network";
  const source = process.container?.ip ?? process.machine.address;
  const address = destination === undefined ? {} : { address: destination, ip: destination };
  const type = action === "disconnect_received" ? "end" : "start";
  return {
    ...endpointFrame(process.machine, dataset, time, style),
    destination: { ...address, port },
    event: endpointEvent(dataset, time, action, "network", [type]),
    group: named(process),
    message: "Endpoint network event",
    network: { transport: "tcp", type: JSON.stringify(destination ?? "").includes(":") ? "ipv6" : "ipv4" },
    process: acting(process),
    source: { address: source, ip: source, port: localPort(process, time) },
    user: { Ext: { real: named(process) }, ...named(process) },
  };
}

/** The answer to a DNS question as Elastic Defend reports it. */
export function endpointDns(process: Process, time: Nanoseconds, name: string, answers: readonly string[]): Document {
  const dataset = "endpoint.events.network";
  const source = process.container?.ip ?? process.machine.address;
  return {
    ...endpointFrame(process.machine, dataset, time, {}),
    destination: { address: "10.96.0.10", ip: "10.96.0.10", port: 53 },
    dns: { question: { name, type: "A" }, resolved_ip: [...answers] },
    event: endpointEvent(dataset, time, "lookup_result", "network", ["protocol", "info"]),
    group: named(process),
    message: "DNS lookup result",
    network: { protocol: "dns", transport: "udp", type: "ipv4" },
    process: acting(process),
    source: { address: source, ip: source, port: localPort(process, time) },
    user: { Ext: { real: named(process) }, ...named(process) },
  };
}

export type FileAction = "creation" | "modification" | "rename" | "deletion";

const FILE_TYPES: Readonly<Record<FileAction, string>> = {
  creation: "creation",
  modification: "change",
  rename: "change",
  deletion: "deletion",
};

/** `path` with what ECS says about it. */
function fileOf(path: string): Document {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return { ...(dot > 0 ? { extension: name.slice(dot + 1) } : {}), name, path };
}

/** A file event of Elastic Defend; `before` is the path before a rename. */
export function endpointFile(
  process: Process,
  time: Nanoseconds,
  action: FileAction,
  path: string,
  before?: string,
): Document {
  const dataset = "endpoint.events.file";
  const known = action === "deletion" ? {} : { size: 120 + (parseInt(digest(path, 6), 16) % 90_000) };
  const Ext: Document =
    before === undefined ? { header_bytes: digest(`head ${path}`, 32) } : { original: fileOf(before) };
  return {
    ...endpointFrame(process.machine, dataset, time, {}),
    event: endpointEvent(dataset, time, action, "file", [FILE_TYPES[action]]),
    file: { Ext, ...fileOf(path), ...known },
    group: named(process),
    message: "Endpoint file event",
    process: acting(process),
    user: { Ext: { real: named(process) }, ...named(process) },
  };
}

const idText = (process: Process): Document => ({ id: String(USERS[process.user]), name: process.user });

function cloudRelative(process: Process): Document {
  return {
    args: [...process.args],
    entity_id: process.cloudEntityId,
    executable: process.executable,
    group: idText(process),
    interactive: false,
    name: process.name,
    pid: process.pid,
    same_as_process: false,
    start: isoTime(process.start, 3),
    user: idText(process),
    working_directory: process.folder,
  };
}

function orchestratorOf(inside: Container): Document {
  return {
    cluster: { id: uuid("cluster"), name: "shop-prod" },
    namespace: inside.namespace,
    "resource.name": inside.pod,
    "resource.type": "pod",
    resource: { ip: [inside.ip], parent: { type: inside.owner } },
  };
}

function cloudFrame(
  process: Process,
  time: Nanoseconds | null,
  dataset: string,
  action: string,
  category: string,
  type: string[],
  selector: string,
  style: TimeStyle,
): Document {
  const { machine } = process;
  const when =
    time === null
      ? {}
      : { created: isoTime(time, 3), ingested: isoTime(time - (time % 1_000_000_000n) + 6_000_000_000n, 0) };
  const inside = process.container;
  return {
    ...timestamp(time, 3, style),
    agent: { id: machine.cloudAgentId, type: "cloud-defend", version: "8.17.3" },
    cloud: { availability_zone: "zone-b", project: { name: "shop" }, provider: "private", region: "north" },
    cloud_defend: { matched_selectors: [selector], package_policy_id: uuid("policy"), package_policy_version: 4 },
    ...(inside === null
      ? {}
      : {
          container: { id: inside.id, name: inside.name, "image.name": inside.image, "image.tag": [inside.tag] },
          orchestrator: orchestratorOf(inside),
        }),
    data_stream: { dataset, namespace: "default", type: "logs" },
    ecs: { version: "8.7.0" },
    "elastic.agent.id": machine.cloudAgentId,
    event: { action, agent_id_status: "verified", category: [category], ...when, dataset, kind: "event", type },
    group: idText(process),
    host: { ...hostOf(machine), boot: { id: uuid(`boot ${machine.name}`) }, pid_ns_ino: 4_026_531_836 },
    user: idText(process),
  };
}

/** A process event of Defend for Containers. */
export function cloudProcess(
  process: Process,
  time: Nanoseconds | null,
  action: "exec" | "fork" | "end" = "exec",
  style: TimeStyle = {},
): Document {
  const entry = process.entry ?? process;
  const type = [action === "end" ? "end" : "start"];
  return {
    ...cloudFrame(process, time, "cloud_defend.process", action, "process", type, "allProcesses", style),
    message: "cloud-defend process event",
    process: {
      args: [...process.args],
      args_count: process.args.length,
      command_line: process.args.join(" "),
      entity_id: process.cloudEntityId,
      entry_leader: { ...cloudRelative(entry), entry_meta: { type: process.entryType } },
      executable: process.executable,
      group_leader: { ...cloudRelative(process), same_as_process: true },
      interactive: false,
      name: process.name,
      parent: cloudRelative(process.parent ?? process),
      pid: process.pid,
      session_leader: { ...cloudRelative(entry), entry_meta: { type: process.entryType } },
      start: isoTime(process.start, 3),
      working_directory: process.folder,
    },
  };
}

/** A file event of Defend for Containers. */
export function cloudFile(process: Process, time: Nanoseconds, action: FileAction, path: string): Document {
  const entry = process.entry ?? process;
  return {
    ...cloudFrame(process, time, "cloud_defend.file", action, "file", [FILE_TYPES[action]], "binModifications", {}),
    file: fileOf(path),
    message: "cloud-defend file event",
    process: {
      entity_id: process.cloudEntityId,
      entry_leader: { entity_id: entry.cloudEntityId },
      executable: process.executable,
      group_leader: { entity_id: process.cloudEntityId },
      interactive: false,
      name: process.name,
      parent: { entity_id: (process.parent ?? process).cloudEntityId },
      pid: process.pid,
      session_leader: { entity_id: entry.cloudEntityId },
      user: idText(process),
    },
  };
}
