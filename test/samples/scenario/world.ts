import { createHash } from "node:crypto";
import { at, type Nanoseconds } from "./time.ts";

/** A machine with Elastic Defend on it, and Defend for Containers where it belongs to the cluster. */
export interface Machine {
  readonly name: string;
  readonly id: string;
  readonly agentId: string;
  readonly cloudAgentId: string;
  readonly address: string;
  readonly bridge: string;
  /** Next process id. */
  pid: number;
}

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly tag: string;
  readonly namespace: string;
  readonly pod: string;
  readonly ip: string;
  readonly owner: "ReplicaSet" | "DaemonSet" | "StatefulSet" | "Job";
}

export type EntryType = "init" | "sshd" | "container";

export const USERS = { root: 0, "www-data": 33, postgres: 999, ops: 1000, ci: 1001, app: 10_001 } as const;
export type User = keyof typeof USERS;

export interface Process {
  readonly machine: Machine;
  readonly pid: number;
  readonly start: Nanoseconds;
  /** As Elastic Defend names it, and as Defend for Containers does. */
  readonly entityId: string;
  readonly cloudEntityId: string;
  readonly name: string;
  readonly executable: string;
  readonly args: readonly string[];
  readonly user: User;
  readonly folder: string;
  readonly parent: Process | null;
  readonly container: Container | null;
  readonly entryType: EntryType;
  /** The process through which it came in; null when that is itself. */
  readonly entry: Process | null;
}

/** Hexadecimal digits that depend on a text alone. */
export function digest(text: string, digits = 64): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}

export function uuid(text: string): string {
  const hex = digest(text, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function machine(name: string, agent: string, address: string, bridge: string, pid: number): Machine {
  const ids = {
    id: digest(`machine ${name}`, 32),
    agentId: uuid(`agent ${agent}`),
    cloudAgentId: uuid(`cloud ${name}`),
  };
  return { name, ...ids, address, bridge, pid };
}

/** Two nodes of a cluster, the second cloned from the first together with its agent's id, and a build server. */
export const node1 = machine("shop-node-1", "shop-node", "10.20.0.11", "10.244.1.1", 21_400);
export const node2 = machine("shop-node-2", "shop-node", "10.20.0.12", "10.244.2.1", 21_400);
export const build = machine("build-1", "build", "10.20.0.40", "172.17.0.1", 48_000);

export function container(
  name: string,
  image: string,
  tag: string,
  pod: string,
  ip: string,
  owner: Container["owner"] = "ReplicaSet",
  namespace = "shop",
): Container {
  return { id: digest(`container ${pod} ${name}`), name, image, tag, namespace, pod, ip, owner };
}

export interface SpawnOptions {
  readonly name?: string;
  readonly user?: User;
  readonly container?: Container;
  readonly entry?: EntryType;
  readonly folder?: string;
  readonly entityId?: string;
}

/** A process that starts at `start`. What is not said it has from its parent. */
export function spawn(
  parent: Process | Machine,
  executable: string,
  args: readonly string[],
  start: Nanoseconds,
  options: SpawnOptions = {},
): Process {
  const above = "machine" in parent ? parent : null;
  const machine = "machine" in parent ? parent.machine : parent;
  const pid = above === null ? 1 : (machine.pid += 3);
  const seconds = `${start / 1_000_000_000n}`;
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  return {
    machine,
    pid,
    start,
    entityId: options.entityId ?? base64(`${machine.agentId}-${pid}-${seconds}.${start % 1_000_000_000n}`),
    cloudEntityId: base64(`${machine.cloudAgentId}-${pid}-${seconds}`),
    name: options.name ?? executable.slice(executable.lastIndexOf("/") + 1),
    executable,
    args,
    user: options.user ?? above?.user ?? "root",
    folder: options.folder ?? above?.folder ?? "/",
    parent: above,
    container: options.container ?? above?.container ?? null,
    entryType: options.entry ?? above?.entryType ?? "init",
    entry: above === null || options.entry !== undefined ? null : (above.entry ?? above),
  };
}

const BOOT = at("06:01:12");

/** The first process of a machine. */
export function initOf(machine: Machine): Process {
  return spawn(machine, "/usr/lib/systemd/systemd", ["/sbin/init"], BOOT);
}

/** A process that has run since the machine was started. */
export function daemon(
  init: Process,
  executable: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Process {
  return spawn(init, executable, args, BOOT + BigInt(init.machine.pid - 21_000) * 1_234_500n, options);
}

/** The main process of a container that has run for a while. */
export function resident(
  shim: Process,
  container: Container,
  executable: string,
  args: readonly string[],
  user: User = "app",
): Process {
  return spawn(shim, executable, args, BOOT + 900_000_000_000n + BigInt(shim.machine.pid) * 7_700n, {
    container,
    user,
    entry: "container",
    folder: "/srv",
  });
}
