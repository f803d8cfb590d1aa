import type { Random } from "./generate-random.ts";
import { CAPABILITIES, DAEMONS, USERS, type Daemon, type UserName } from "./generate-tables.ts";

/** 2025-03-10T00:00:00Z, where every dump begins. Times in this folder are integer nanoseconds since then. */
const START_S = Date.UTC(2025, 2, 10) / 1000;

const NS = 1_000_000_000;

/** A machine that sends events, with the parts of its documents that never change as JSON text. */
export interface Host {
  readonly id: string;
  readonly agentId: string;
  /** `"agent":{...}` of Elastic Defend, and of Defend for Containers. */
  readonly agent: string;
  readonly cloudAgent: string;
  /** `"ecs":...,"elastic":...,"host":{...}`. */
  readonly host: string;
  readonly eventIdPrefix: string;
  readonly containers: readonly Container[];
  readonly init: Process;
  readonly daemons: Process[];
  /** Short-lived processes, newest last; bounded. */
  readonly recent: Process[];
  sequence: number;
}

/** A container, as the JSON text of its fields. */
export interface Container {
  readonly id: string;
  /** `"container":{...},"orchestrator":{...},`. */
  readonly json: string;
}

/** A process and its JSON text as it occurs in events, and as parent or leader of others. */
export interface Process {
  readonly name: string;
  readonly pid: number;
  readonly entityId: string;
  /** Elements of `process.Ext.ancestry`, oldest last; empty for the first process. */
  readonly ancestry: string;
  /** The members of an object that describes it: a parent, a leader. */
  readonly leader: string;
  readonly container: Container | null;
  readonly daemon: Daemon | null;
  /** The process through which it came in; null when that is itself. */
  readonly entry: Process | null;
  readonly entryType: "container" | "init" | "sshd";
  readonly parent: Process | null;
  readonly userJson: string;
  readonly commandLine: string;
  /** The `process` object of file, network and DNS events. */
  brief: string | null;
}

/** What a new process is. Texts are plain; they become JSON here. */
export interface ProcessSpec {
  readonly executable: string;
  readonly name?: string;
  readonly args: readonly string[];
  readonly user: UserName;
  readonly parent: Process | null;
  readonly container: Container | null;
  readonly entryType?: "container" | "init" | "sshd";
  readonly daemon?: Daemon;
  readonly entityId?: string;
}

const pad2 = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

let second = -1;
let secondText = "";

/** `2025-03-10T09:12:33.1234567Z`: seven digits as Elastic Defend writes them, nine where they are needed. */
export function timestamp(t: number): string {
  const whole = Math.floor(t / NS);
  const fraction = t - whole * NS;
  if (whole !== second) {
    const date = new Date((START_S + whole) * 1000);
    second = whole;
    secondText = `${date.getUTCFullYear()}-${pad2(date.getUTCMonth() + 1)}-${pad2(date.getUTCDate())}T${pad2(date.getUTCHours())}:${pad2(date.getUTCMinutes())}:${pad2(date.getUTCSeconds())}.`;
  }
  const digits = fraction % 100 === 0 ? `${fraction / 100 + 10_000_000}` : `${fraction + NS}`;
  return `${secondText}${digits.slice(1)}Z`;
}

/** The second after next, as `event.ingested` has it. */
export function ingested(t: number): string {
  timestamp(t + 2 * NS);
  return `${secondText.slice(0, -1)}Z`;
}

/** An entity id of Elastic Defend: base64 of agent, pid and start. */
export function entityIdOf(agentId: string, pid: number, t: number): string {
  return Buffer.from(`${agentId}-${pid}-${Math.floor(t / NS) + START_S}.${t % NS}`, "latin1").toString("base64");
}

export function createProcess(agentId: string, random: Random, spec: ProcessSpec, t: number): Process {
  const pid = 300 + random.below(4_000_000);
  const name = spec.name ?? spec.executable.slice(spec.executable.lastIndexOf("/") + 1);
  const entityId = spec.entityId ?? entityIdOf(agentId, pid, t);
  const { parent, user } = spec;
  const commandLine = spec.args.join(" ");
  const userJson = `"user":{"name":"${user}","id":${USERS[user]}},"group":{"name":"${user}","id":${USERS[user]}}`;
  const interactive = spec.entryType === "sshd";
  const leader =
    `"interactive":${interactive},"start":"${timestamp(t)}","pid":${pid},"working_directory":"/",` +
    `"entity_id":${JSON.stringify(entityId)},"executable":${JSON.stringify(spec.executable)},"args":${JSON.stringify(spec.args)},` +
    `"name":${JSON.stringify(name)},"args_count":${spec.args.length},"same_as_process":false,${userJson},` +
    `"real_user":{"name":"${user}","id":${USERS[user]}}`;
  return {
    name,
    pid,
    entityId,
    ancestry:
      parent === null ? "" : `${JSON.stringify(parent.entityId)}${parent.ancestry === "" ? "" : `,${parent.ancestry}`}`,
    leader,
    container: spec.container,
    daemon: spec.daemon ?? null,
    entry: parent === null || spec.entryType !== undefined ? null : (parent.entry ?? parent),
    entryType: spec.entryType ?? parent?.entryType ?? "init",
    parent,
    userJson,
    commandLine,
    brief: null,
  };
}

const CAPABILITY_JSON = JSON.stringify(CAPABILITIES);

/** The `process` object of file, network and DNS events: who did it, without the leaders in full. */
export function briefProcess(process: Process): string {
  if (process.brief !== null) return process.brief;
  const parent = process.parent ?? process;
  const entry = process.entry ?? process;
  const capabilities =
    process.entryType === "container" ? "" : `,"thread":{"capabilities":{"effective":${CAPABILITY_JSON}}}`;
  process.brief =
    `"process":{"Ext":{"ancestry":[${process.ancestry}]},"parent":{"entity_id":${JSON.stringify(parent.entityId)},"pid":${parent.pid}},` +
    `"entry_leader":{"entity_id":${JSON.stringify(entry.entityId)},"parent":{"entity_id":"${(entry.parent ?? entry).entityId}"}},` +
    `"session_leader":{"entity_id":${JSON.stringify(entry.entityId)}},"group_leader":{"entity_id":${JSON.stringify(process.entityId)}},` +
    `"pid":${process.pid},${process.leader.slice(process.leader.indexOf('"entity_id"'), process.leader.indexOf(',"args"'))},` +
    `"name":${JSON.stringify(process.name)},"command_line":${JSON.stringify(process.commandLine)}${capabilities}}`;
  return process.brief;
}

function createContainer(random: Random, image: string, n: number): Container {
  const id = random.hex(64);
  const app = image.slice(image.lastIndexOf("/") + 1);
  return {
    id,
    json:
      `"container":{"id":"${id}","name":"${app}","image":{"name":"${image}","tag":["2.${n % 7}.${n % 11}"],` +
      `"hash":{"all":["${image}@sha256:${random.hex(64)}"]}},"security_context":{"privileged":false}},` +
      `"orchestrator":{"cluster":{"id":"${random.hex(8)}-5e1f","name":"shop-prod","version":"v1.31.4"},"namespace":"shop",` +
      `"resource":{"name":"${app}-${random.hex(8)}-${random.hex(4)}","type":"pod","ip":["10.244.${n % 250}.${1 + random.below(250)}"],` +
      `"parent":{"type":"ReplicaSet"},"label":["app:${app}","tier:web"]}},`,
  };
}

/** A host with its daemons running, some of them in containers. */
export function createHost(random: Random, n: number): Host {
  const name = `node-${String(n + 1).padStart(3, "0")}`;
  const id = random.hex(32);
  const agentId = `${random.hex(8)}-${random.hex(4)}-4${random.hex(4).slice(1)}-a${random.hex(4).slice(1)}-${random.hex(12)}`;
  const mac = random
    .hex(12)
    .replace(/(..)(?!$)/g, "$1-")
    .toUpperCase();
  const images = [...new Set(DAEMONS.map((daemon) => daemon.image).filter((image) => image !== undefined))];
  return {
    id,
    agentId,
    agent: `"agent":{"id":"${agentId}","type":"endpoint","version":"8.17.3"}`,
    cloudAgent: `"agent":{"id":"${agentId}","type":"cloud-defend","version":"8.17.3"}`,
    host:
      `"ecs":{"version":"8.10.0"},"elastic":{"agent":{"id":"${agentId}"}},` +
      `"host":{"hostname":"${name}","os":{"Ext":{"variant":"Ubuntu"},"kernel":"5.15.0-134-generic #145-Ubuntu SMP Wed Feb 12 20:08:39 UTC 2025",` +
      `"name":"Linux","family":"ubuntu","type":"linux","version":"22.04","platform":"ubuntu","full":"Ubuntu 22.04"},` +
      `"ip":["127.0.0.1","::1","10.20.${n >> 8}.${n & 255}","fe80::${random.hex(4)}:${random.hex(4)}:${random.hex(4)}:${random.hex(4)}","10.244.${n & 255}.1"],` +
      `"name":"${name}","id":"${id}","mac":["${mac}","0A-58-0A-F4-00-01"],"architecture":"x86_64"}`,
    eventIdPrefix: Buffer.from(random.hex(24), "hex").toString("base64"),
    containers: images.map((image, i) => createContainer(random, image, n * 16 + i)),
    init: createProcess(
      agentId,
      random,
      { executable: "/usr/lib/systemd/systemd", args: ["/sbin/init"], user: "root", parent: null, container: null },
      0,
    ),
    daemons: [],
    recent: [],
    sequence: 1000 + random.below(1_000_000),
  };
}
