import type { Random } from "./generate-random.ts";
import { briefProcess, ingested, timestamp, type Host, type Process } from "./generate-world.ts";

/** Deviations of one event from the ordinary, for planted attacks: JSON texts. */
export interface Deviation {
  readonly action?: string;
  readonly type?: string;
  /** `"container":...,"orchestrator":...,`; `""` takes the container away. */
  readonly container?: string;
}

/** Which agent reports a process: Elastic Defend, or Defend for Containers. */
export type ProcessDataset = "endpoint.events.process" | "cloud_defend.process";

const SIX_BITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz./";

function eventId(host: Host): string {
  let n = host.sequence;
  let text = "";
  for (let i = 0; i < 5; i++) {
    text = (SIX_BITS[n & 63] ?? "") + text;
    n >>>= 6;
  }
  return `${host.eventIdPrefix}+++${text}`;
}

/** `"event":{...}`: takes the host's next sequence number. */
function eventObject(host: Host, t: number, dataset: string, action: string, category: string, type: string): string {
  host.sequence++;
  const module = dataset.startsWith("cloud") ? "cloud_defend" : "endpoint";
  const id = eventId(host);
  const arrived = ingested(t);
  return (
    `"event":{"agent_id_status":"verified","sequence":${host.sequence},"ingested":"${arrived}","created":"${timestamp(t)}",` +
    `"kind":"event","module":"${module}","action":${action},"id":"${id}","category":["${category}"],"type":${type},` +
    `"outcome":"unknown","dataset":"${dataset}"}`
  );
}

function frame(host: Host, t: number, agent: string, dataset: string, label: string): string {
  return (
    `"message":"${label}","@timestamp":"${timestamp(t)}",${host.host},` +
    `"data_stream":{"namespace":"default","type":"logs","dataset":"${dataset}"},${agent}`
  );
}

/** A process start, fork or end: the process with its parent and its leaders in full. */
export function processDocument(
  host: Host,
  random: Random,
  process: Process,
  t: number,
  dataset: ProcessDataset,
  deviation: Deviation = {},
): string {
  const parent = process.parent ?? host.init;
  const entry = process.entry ?? process;
  const action = deviation.action ?? '"exec"';
  const hash =
    action === '"exec"'
      ? `"hash":{"sha1":"${random.hex(40)}","sha256":"${random.hex(64)}","md5":"${random.hex(32)}"},`
      : "";
  return (
    `{${frame(host, t, dataset === "cloud_defend.process" ? host.cloudAgent : host.agent, dataset, dataset === "cloud_defend.process" ? "cloud-defend process event" : "Endpoint process event")},` +
    (deviation.container ?? process.container?.json ?? "") +
    `"process":{"Ext":{"ancestry":[${process.ancestry}]},"parent":{${parent.leader},"command_line":${JSON.stringify(parent.commandLine)}},` +
    `"group_leader":{${process.leader}},"session_leader":{${entry.leader}},` +
    `"entry_leader":{${entry.leader},"entry_meta":{"type":"${process.entryType}"}},` +
    `"previous":[{"args":["${parent.name}"],"args_count":1,"executable":"/usr/bin/${parent.name}"}],` +
    `${process.leader},${hash}"command_line":${JSON.stringify(process.commandLine)}},` +
    `${process.userJson},${eventObject(host, t, dataset, action, "process", deviation.type ?? '["start"]')}}`
  );
}

/** What a connection is: addresses are JSON text, or null where the field is absent. */
export interface Connection {
  readonly destination: string | null;
  readonly port: number;
  readonly action?: string;
  readonly type?: string;
}

/** A network event of Elastic Defend. */
export function networkDocument(
  host: Host,
  random: Random,
  process: Process,
  t: number,
  connection: Connection,
): string {
  const { destination, port } = connection;
  const family = destination?.includes(":") === true ? "ipv6" : "ipv4";
  const address = destination === null ? "" : `"address":${destination},"ip":${destination},`;
  const local = `10.20.${host.containers.length}.${1 + random.below(250)}`;
  return (
    `{${frame(host, t, host.agent, "endpoint.events.network", "Endpoint network event")},${briefProcess(process)},` +
    `"destination":{${address}"port":${port}},"source":{"address":"${local}","port":${32_768 + random.below(28_000)},"ip":"${local}"},` +
    `"network":{"transport":"tcp","type":"${family}"},${process.userJson},` +
    `${eventObject(host, t, "endpoint.events.network", connection.action ?? '"connection_attempted"', "network", connection.type ?? '["start"]')}}`
  );
}

/** The answer to a DNS question, as Elastic Defend reports it. */
export function dnsDocument(host: Host, random: Random, process: Process, t: number, name: string): string {
  const resolved = `"10.244.${random.below(250)}.${1 + random.below(250)}"`;
  const list = random.chance(0.3) ? `${resolved},"10.96.${random.below(250)}.10"` : resolved;
  const local = `10.20.${host.containers.length}.${1 + random.below(250)}`;
  return (
    `{${frame(host, t, host.agent, "endpoint.events.network", "DNS lookup result")},${briefProcess(process)},` +
    `"dns":{"question":{"name":"${name}","type":"A"},"resolved_ip":[${list}],"Ext":{"status":0}},` +
    `"destination":{"address":"10.96.0.10","port":53,"ip":"10.96.0.10"},"source":{"address":"${local}","port":${32_768 + random.below(28_000)},"ip":"${local}"},` +
    `"network":{"transport":"udp","protocol":"dns","type":"ipv4"},${process.userJson},` +
    `${eventObject(host, t, "endpoint.events.network", '"lookup_result"', "network", '["protocol","info"]')}}`
  );
}

/** A file that is created, changed, renamed or deleted. */
export function fileDocument(
  host: Host,
  random: Random,
  process: Process,
  t: number,
  path: string,
  change: readonly [action: string, type: string],
): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? `"extension":"${name.slice(dot + 1)}",` : "";
  const [action, type] = change;
  const before =
    action === '"rename"'
      ? `"original":{"path":"${path}.tmp","name":"${name}.tmp","extension":"tmp"},`
      : `"header_bytes":"${random.hex(32)}","entropy":${(random.below(800) / 100).toFixed(2)},`;
  const hash = action !== '"deletion"' && random.chance(0.25) ? `"hash":{"sha256":"${random.hex(64)}"},` : "";
  return (
    `{${frame(host, t, host.agent, "endpoint.events.file", "Endpoint file event")},${briefProcess(process)},` +
    `"file":{"Ext":{${before}"monotonic_id":${host.sequence}},"path":"${path}",${extension}${hash}"size":${random.below(90_000)},"name":"${name}","owner":"root","mode":"0644"},` +
    `${process.userJson},${eventObject(host, t, "endpoint.events.file", action, "file", type)}}`
  );
}
