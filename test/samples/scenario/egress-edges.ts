import { addresses, cast } from "./cast.ts";
import { endpointNetwork, endpointProcess, type Value } from "./documents.ts";
import { EGRESS, type Dump, type Recorded } from "./dump.ts";
import { patched, type Patch } from "./patch.ts";
import { at, MS, SECOND, type Nanoseconds } from "./time.ts";
import { container, spawn, type Process } from "./world.ts";

const FILE = "04-build-1-elasticdump.ndjson";

/** An entrypoint of a test container and the connection of its probe. */
interface Trial {
  readonly what: string;
  readonly why: string;
  readonly finding: boolean;
  /** Of the connection; undefined leaves the address out. */
  readonly to?: Value | undefined;
  readonly afterMs?: number;
  readonly script?: Patch;
  readonly connection?: Patch;
}

const inRange = (to: string, range: string): Trial => ({ what: `to ${to}`, why: `in ${range}`, finding: false, to });
const outOfRange = (to: string, why: string): Trial => ({ what: `to ${to}`, why, finding: true, to });

/** Where the test suite connects to: each range of the rule from within, and some from just outside. */
const DESTINATIONS: readonly Trial[] = [
  inRange("10.255.255.254", "10.0.0.0/8"),
  outOfRange("11.0.0.1", "one beyond 10.0.0.0/8"),
  inRange("100.64.0.9", "100.64.0.0/10"),
  outOfRange("100.128.0.1", "one beyond 100.64.0.0/10"),
  inRange("127.0.0.53", "127.0.0.0/8"),
  inRange("169.254.169.254", "169.254.0.0/16"),
  outOfRange("172.15.255.254", "one before 172.16.0.0/12"),
  inRange("172.31.255.254", "172.16.0.0/12"),
  outOfRange("172.32.0.1", "one beyond 172.16.0.0/12"),
  inRange("192.0.0.170", "192.0.0.0/24"),
  outOfRange("192.0.1.1", "one beyond 192.0.0.0/24"),
  inRange("192.0.2.10", "192.0.2.0/24"),
  inRange("192.31.196.7", "192.31.196.0/24"),
  inRange("192.52.193.7", "192.52.193.0/24"),
  inRange("192.88.99.1", "192.88.99.0/24"),
  inRange("192.168.7.7", "192.168.0.0/16"),
  inRange("192.175.48.6", "192.175.48.0/24"),
  inRange("198.19.255.254", "198.18.0.0/15"),
  inRange("198.51.100.7", "198.51.100.0/24"),
  inRange("203.0.113.9", "203.0.113.0/24"),
  outOfRange("203.0.114.9", "one beyond 203.0.113.0/24"),
  outOfRange("223.255.255.254", "one before 224.0.0.0/4"),
  inRange("224.0.0.251", "224.0.0.0/4: multicast"),
  inRange("255.255.255.255", "240.0.0.0/4: broadcast"),
  { what: "to 0.0.0.0", why: "named in the rule", finding: false, to: "0.0.0.0" },
  outOfRange("0.0.0.1", "only 0.0.0.0 itself is named"),
  outOfRange("2001:db8:71::19", "IPv6, in no range of the rule"),
  inRange("::1", "`::1`"),
  outOfRange("::", "the rule names 0.0.0.0, not its IPv6 brother"),
  inRange("fe80::42", "FE80::/10: link-local"),
  inRange("FEBF::42", "FE80::/10, in capitals"),
  outOfRange("fec0::42", "one beyond FE80::/10"),
  outOfRange("fd00::5", "private in IPv6, but in no range of the rule"),
  inRange("ff02::fb", "FF00::/8: multicast"),
  { what: "to no address", why: "`destination.ip` is missing", finding: false, to: undefined },
  { what: "to an address that is null", why: "null is missing", finding: false, to: null },
  { what: "to an empty array of addresses", why: "an empty array is missing", finding: false, to: [] },
  {
    what: "to `unknown`",
    why: "no address: kept, counted as malformed, missing to a query",
    finding: false,
    to: "unknown",
  },
  {
    what: "to an array of two public addresses",
    why: "no element is in a range",
    finding: true,
    to: [addresses.stage, addresses.control],
  },
  {
    what: "to an array of a public and a private address",
    why: "one element in a range is enough",
    finding: false,
    to: [addresses.stage, "10.0.0.5"],
  },
  {
    what: "to an array of a public address and 0.0.0.0",
    why: "one element is enough",
    finding: false,
    to: ["0.0.0.0", addresses.stage],
  },
];

/** What else must hold for the start of the entrypoint and for the connection. */
const CONDITIONS: readonly Trial[] = [
  {
    what: "`Entrypoint.sh`",
    why: "`==` tells upper from lower case",
    finding: false,
    script: { "process.name": "Entrypoint.sh" },
  },
  {
    what: "`docker-entrypoint.sh`",
    why: "another name",
    finding: false,
    script: { "process.name": "docker-entrypoint.sh" },
  },
  {
    what: "`entrypoint.sh` with a NUL after it",
    why: "compared as a whole, beyond the NUL",
    finding: false,
    script: { "process.name": "entrypoint.sh\u0000" },
  },
  {
    what: "an entrypoint run from a login",
    why: "its entry leader is `sshd`",
    finding: false,
    script: { "process.entry_leader.entry_meta.type": "sshd" },
  },
  {
    what: "an entrypoint whose entry is not known",
    why: "`entry_meta.type` is missing",
    finding: false,
    script: { "process.entry_leader.entry_meta": undefined },
  },
  {
    what: "`host.os.type` is `Linux`",
    why: "`==` tells upper from lower case",
    finding: false,
    script: { "host.os.type": "Linux" },
  },
  { what: "a fork", why: "`event.action` is not `exec`", finding: false, script: { "event.action": "fork" } },
  {
    what: "the end of the entrypoint",
    why: "`event.type` is `end`",
    finding: false,
    script: { "event.type": ["end"] },
  },
  {
    what: "fork, exec and end in one event",
    why: "the arrays contain `exec` and `start`",
    finding: true,
    script: { "event.action": ["fork", "exec", "end"], "event.type": ["start", "end"] },
  },
  {
    what: "an accepted connection",
    why: "`event.action` is another",
    finding: false,
    connection: { "event.action": "connection_accepted" },
  },
  {
    what: "the end of a connection",
    why: "`event.type` is `end`",
    finding: false,
    connection: { "event.type": ["end"] },
  },
  {
    what: "a connection without `host.id`",
    why: "an event without a join key is in no sequence",
    finding: false,
    connection: { "host.id": undefined },
  },
  {
    what: "a connection whose parent is not known",
    why: "an event without a join key is in no sequence",
    finding: false,
    connection: { "process.parent": undefined },
  },
  {
    what: "an entrypoint without `@timestamp`",
    why: "an event without a time is in no sequence",
    finding: false,
    script: { "@timestamp": undefined },
  },
  {
    what: "a connection one millisecond before its entrypoint",
    why: "stages follow each other in time",
    finding: false,
    afterMs: -1,
  },
];

/** Everything about the rule on entrypoints that is not in the story: a test suite on the build server. */
export function recordEgressEdges(dump: Dump): void {
  let n = 0;
  let start: Nanoseconds = at("09:20:00.2");
  const next = (): { readonly script: Process; readonly probe: Process; readonly start: Nanoseconds } => {
    n++;
    start += 8n * SECOND;
    const inside = container(
      `case-${n}`,
      "registry.lindenshop.example/ci/netpol",
      "5",
      `netpol-${n}`,
      "172.17.0.9",
      "Job",
      "ci",
    );
    const options = { container: inside, entry: "container", user: "root" } as const;
    const script = spawn(cast.dockerd, "/case/entrypoint.sh", ["/bin/sh", "/case/entrypoint.sh"], start, options);
    return { script, probe: spawn(script, "/case/probe", ["/case/probe", `--case=${n}`], start + 100n * MS), start };
  };
  const judge = (finding: boolean, events: readonly Recorded[], what: string, why: string): void => {
    if (finding) dump.finding(EGRESS, events, what, why);
    else dump.nearMiss(EGRESS, events, what, why);
  };

  for (const trial of [...DESTINATIONS, ...CONDITIONS]) {
    const { script, probe, start: begin } = next();
    const to = "to" in trial ? trial.to : addresses.stage;
    const t = begin + BigInt(trial.afterMs ?? 800) * MS;
    const untimed = trial.script !== undefined && "@timestamp" in trial.script;
    const document = patched(endpointProcess(script, untimed ? null : begin), untimed ? {} : (trial.script ?? {}));
    const started = dump.record(FILE, untimed ? null : begin, document, { writtenAt: begin });
    const connected = dump.record(FILE, t, patched(endpointNetwork(probe, t, to, 443), trial.connection ?? {}));
    judge(trial.finding, [started, connected], trial.what, trial.why);
  }
  recordTies(dump, next);
  recordKeys(dump, next);
}

type Next = () => { readonly script: Process; readonly probe: Process; readonly start: Nanoseconds };

/** Start and connection at the very same time: `event.sequence` decides, and without it the order of the lines. */
function recordTies(dump: Dump, next: Next): void {
  const pair = (): { start: (patch?: Patch) => Recorded; connect: (patch?: Patch) => Recorded } => {
    const { script, probe, start: t } = next();
    return {
      start: (patch = {}) => dump.record(FILE, t, patched(endpointProcess(script, t), patch)),
      connect: (patch = {}) => dump.record(FILE, t, patched(endpointNetwork(probe, t, addresses.stage, 443), patch)),
    };
  };
  const first = pair();
  dump.finding(
    EGRESS,
    [first.start(), first.connect()],
    "equal times, the start has the lower `event.sequence`",
    "a lower sequence comes first",
  );
  const second = pair();
  const early = second.connect();
  dump.nearMiss(
    EGRESS,
    [second.start(), early],
    "equal times, the connection has the lower `event.sequence`",
    "it comes before its entrypoint",
  );
  const third = pair();
  dump.finding(
    EGRESS,
    [third.start(), third.connect({ "event.sequence": null })],
    "equal times, the connection has no `event.sequence`",
    "a missing sequence comes last",
  );
  const fourth = pair();
  dump.nearMiss(
    EGRESS,
    [fourth.start({ "event.sequence": null }), fourth.connect()],
    "equal times, the start has no `event.sequence`",
    "a missing sequence comes last",
  );
}

/** Keys that look the same and are not, and one that is an array. */
function recordKeys(dump: Dump, next: Next): void {
  const hidden = next();
  const started = dump.record(FILE, hidden.start, endpointProcess(hidden.script, hidden.start));
  const t = hidden.start + 700n * MS;
  const padded = patched(endpointNetwork(hidden.probe, t, addresses.stage, 443), {
    "process.parent.entity_id": `${hidden.script.entityId}\u0000`,
  });
  dump.nearMiss(
    EGRESS,
    [started, dump.record(FILE, t, padded)],
    "a parent id with a NUL after it",
    "keys are compared as a whole, beyond the NUL",
  );

  const own = next();
  const ownStart = dump.record(FILE, own.start, endpointProcess(own.script, own.start));
  const ownTime = own.start + 700n * MS;
  dump.nearMiss(
    EGRESS,
    [ownStart, dump.record(FILE, ownTime, endpointNetwork(own.script, ownTime, addresses.stage, 443))],
    "the entrypoint itself connects",
    "the rule asks for a child: `process.parent.entity_id`",
  );

  const deep = next();
  const deepStart = dump.record(FILE, deep.start, endpointProcess(deep.script, deep.start));
  const deepTime = deep.start + 700n * MS;
  const grandchild = spawn(deep.probe, "/usr/bin/curl", ["curl", "https://29.71.4.19/"], deepTime);
  dump.nearMiss(
    EGRESS,
    [deepStart, dump.record(FILE, deepTime, endpointNetwork(grandchild, deepTime, addresses.stage, 443))],
    "a grandchild of the entrypoint connects",
    "its parent is the probe",
  );

  const left = next();
  const right = next();
  const leftStart = dump.record(FILE, right.start, endpointProcess(left.script, right.start));
  const rightTime = right.start + 400n * MS;
  const rightStart = dump.record(FILE, rightTime, endpointProcess(right.script, rightTime));
  const both = right.start + 900n * MS;
  const parents = [left.script.entityId, right.script.entityId];
  const connected = dump.record(
    FILE,
    both,
    patched(endpointNetwork(right.probe, both, addresses.stage, 443), { "process.parent.entity_id": parents }),
  );
  dump.finding(
    EGRESS,
    [leftStart, connected],
    "a connection with two parents, in an array: the first",
    "each value of a key has its own sequence",
  );
  dump.finding(
    EGRESS,
    [rightStart, connected],
    "a connection with two parents: the second",
    "each value of a key has its own sequence",
  );
}
