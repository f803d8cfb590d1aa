import { cast, containers } from "./cast.ts";
import { cloudFile, cloudProcess, endpointNetwork, endpointProcess } from "./documents.ts";
import { TOOL, type Dump } from "./dump.ts";
import { patched, type Patch } from "./patch.ts";
import { at, MS, SECOND } from "./time.ts";
import { container, spawn } from "./world.ts";

const CLOUD = "03-cloud-defend.ndjson";
const FORWARDED = "05-forwarded-dotted.ndjson";
const BUILD = "04-build-1-elasticdump.ndjson";

interface Trial {
  readonly what: string;
  readonly why: string;
  readonly finding: boolean;
  readonly name: string;
  readonly args: readonly string[];
  readonly patch?: Patch;
}

/** One process of the training container each, in turn. */
const TRIALS: readonly Trial[] = [
  ...["ncat", "nslookup", "tcpdump", "tshark", "ngrep", "telnet", "mitmproxy", "zmap", "masscan", "zgrab"].map(
    (name) => ({
      what: `a lesson: \`${name} --version\``,
      why: "`process.name` is a tool",
      finding: true,
      name,
      args: [name, "--version"],
    }),
  ),
  {
    what: "a plain text instead of an array in `process.args`",
    why: "a single value is an array of one",
    finding: true,
    name: "busybox",
    args: [],
    patch: { "process.args": "TelNet" },
  },
  {
    what: "`event.type` as plain text",
    why: "a single value is an array of one",
    finding: true,
    name: "nc",
    args: ["nc", "-h"],
    patch: { "event.type": "start" },
  },
  {
    what: "start and end in one event",
    why: "`event.type` contains `start`",
    finding: true,
    name: "dig",
    args: ["dig", "-v"],
    patch: { "event.type": ["start", "end"], "event.action": ["exec", "end"] },
  },
  {
    what: "two categories",
    why: "`event.category` contains `process`",
    finding: true,
    name: "nmap",
    args: ["nmap", "-V"],
    patch: { "event.category": ["session", "process"] },
  },
  {
    what: "a NUL in another argument",
    why: "the name is a tool all the same",
    finding: true,
    name: "nc",
    args: ["nc", "-c", "sh\u0000-i", "10.244.2.1", "9"],
  },
  {
    what: "an empty `container.id`",
    why: "the empty text is a value, so the field exists",
    finding: true,
    name: "socat",
    args: ["socat", "-V"],
    patch: { "container.id": "" },
  },
  {
    what: "no `container.id`",
    why: '`: "*"` asks for a value',
    finding: false,
    name: "socat",
    args: ["socat", "-V"],
    patch: { "container.id": undefined },
  },
  {
    what: "`container.id` is null",
    why: "null is no value",
    finding: false,
    name: "socat",
    args: ["socat", "-V"],
    patch: { "container.id": null },
  },
  {
    what: "`container.id` is an empty array",
    why: "an empty array is no value",
    finding: false,
    name: "socat",
    args: ["socat", "-V"],
    patch: { "container.id": [] },
  },
  {
    what: "`event.type` is `Start`",
    why: "`==` tells upper from lower case",
    finding: false,
    name: "nc",
    args: ["nc", "-h"],
    patch: { "event.type": ["Start"] },
  },
  {
    what: "`event.type` is `info`",
    why: "no start",
    finding: false,
    name: "nc",
    args: ["nc", "-h"],
    patch: { "event.type": ["info"], "event.action": "already_running" },
  },
  {
    what: "`event.category` is `Process`",
    why: "categories are compared exactly",
    finding: false,
    name: "nc",
    args: ["nc", "-h"],
    patch: { "event.category": ["Process"] },
  },
  { what: "`ncdu`", why: "only begins like a tool", finding: false, name: "ncdu", args: ["ncdu", "/srv"] },
  {
    what: "`nc.openbsd`",
    why: "only begins like a tool",
    finding: false,
    name: "nc.openbsd",
    args: ["nc.openbsd", "-h"],
  },
  {
    what: "`ls -l /usr/bin/nmap`",
    why: "a path is not the name",
    finding: false,
    name: "ls",
    args: ["ls", "-l", "/usr/bin/nmap"],
  },
  {
    what: "a tool in `process.executable` alone",
    why: "the rule does not look there",
    finding: false,
    name: "probe",
    args: ["probe"],
    patch: { "process.executable": "/usr/bin/nmap" },
  },
  {
    what: "`nc` with a NUL after it",
    why: "`nc\\u0000` has three characters",
    finding: false,
    name: "nc\u0000",
    args: ["nc\u0000", "-l"],
  },
  {
    what: "`nmap` with a NUL and more after it, as argument",
    why: "compared as a whole, beyond the NUL",
    finding: false,
    name: "sh",
    args: ["sh", "-c", "nmap\u0000 -sn 10.0.0.0/8"],
  },
  {
    what: "`nc` with a zero-width space",
    why: "an invisible character is a character",
    finding: false,
    name: "nc\u200b",
    args: ["nc\u200b"],
  },
  { what: "`nc` with a blank after it", why: "nothing is trimmed", finding: false, name: "nc ", args: ["nc "] },
  {
    what: "`nsloo\u212Aup`, with the sign of the Kelvin",
    why: "only the letters A to Z are folded",
    finding: false,
    name: "nsloo\u212aup",
    args: ["nsloo\u212aup"],
  },
  {
    what: "`\u017Focat`, with a long s",
    why: "only the letters A to Z are folded",
    finding: false,
    name: "\u017focat",
    args: ["\u017focat"],
  },
];

/** Everything about the rule on tools that is not in the story. */
export function recordToolEdges(dump: Dump): void {
  let t = at("09:20:00.4");
  const record = (trial: Trial): void => {
    t += 7n * SECOND;
    const process = spawn(cast.toolbox, `/usr/bin/${trial.name}`, trial.args, t, { name: trial.name });
    const event = dump.record(CLOUD, t, patched(cloudProcess(process, t), trial.patch ?? {}));
    if (trial.finding) dump.finding(TOOL, [event], trial.what, trial.why);
    else dump.nearMiss(TOOL, [event], trial.what, trial.why);
  };
  TRIALS.forEach(record);
  recordOddDocuments(dump);
}

function recordOddDocuments(dump: Dump): void {
  const launch = (name: string, args: readonly string[], clock: string) =>
    spawn(cast.toolbox, `/usr/bin/${name}`, args, at(clock));

  const mixed = launch("zmap", ["zmap", "-p", "443"], "09:25:03.1");
  const mixedDocument = patched(cloudProcess(mixed, mixed.start), { "event.category": undefined });
  mixedDocument["event.category"] = ["process"];
  const mixedEvent = dump.record(CLOUD, mixed.start, mixedDocument);
  dump.finding(
    TOOL,
    [mixedEvent],
    '`"event":{...}` beside `"event.category":[...]` in one document',
    "nested and dotted keys name the same fields",
  );

  const untimed = launch("nmap", ["nmap", "--iflist"], "09:25:20.2");
  const untimedEvent = dump.record(CLOUD, null, cloudProcess(untimed, null), { writtenAt: untimed.start });
  dump.finding(TOOL, [untimedEvent], "a document without `@timestamp`", "a single event needs no time");

  const again = launch("ncat", ["ncat", "--listen", "9000"], "09:25:41.75");
  const document = cloudProcess(again, again.start);
  const original = dump.record(CLOUD, again.start, document);
  const repeated = dump.record(CLOUD, again.start, document, { writtenAt: again.start + 90n * SECOND });
  dump.finding(TOOL, [original], "an event that was shipped twice", "the first copy");
  dump.nearMiss(TOOL, [repeated], "its second copy", "same `event.id`, `agent.id` and content: a duplicate");

  const dotted = launch("mitmproxy", ["mitmproxy", "--mode", "transparent"], "09:26:12.3");
  const dottedEvent = dump.record(FORWARDED, dotted.start, cloudProcess(dotted, dotted.start));
  dump.finding(TOOL, [dottedEvent], "all keys dotted", "nested and dotted keys name the same fields");

  const written = launch("ncat", ["ncat", "--recv-only", "9001"], "09:26:30.9");
  const file = dump.record(CLOUD, written.start, cloudFile(written, written.start, "creation", "/tmp/nc"));
  dump.nearMiss(TOOL, [file], "`ncat` writes a file", "the category is `file`");

  const job = container(
    "netpol",
    "registry.lindenshop.example/ci/netpol",
    "5",
    "netpol-job",
    "172.17.0.9",
    "Job",
    "ci",
  );
  const nc = spawn(cast.runner, "/usr/bin/nc", ["nc", "-zv", "172.17.0.9", "8080"], at("09:19:40.5"), {
    container: job,
    entry: "container",
  });
  const inside = { id: job.id, name: job.name, image: { name: job.image, tag: [job.tag] } };
  const started = dump.record(BUILD, nc.start, patched(endpointProcess(nc, nc.start), { container: inside }));
  dump.finding(
    TOOL,
    [started],
    "Elastic Defend reports `nc`, with a `container.id`",
    "outside of the rule's index `logs-cloud_defend*`: found unless `--respect-index` is given",
  );
  const t = nc.start + 5n * MS;
  const connected = dump.record(BUILD, t, patched(endpointNetwork(nc, t, "172.17.0.9", 8080), { container: inside }));
  dump.nearMiss(TOOL, [connected], "the connection of this `nc`", "the category is `network`");

  const known = spawn(cast.toolbox, "/usr/bin/sleep", ["sleep", "60"], at("09:26:50.1"));
  const twin = cloudProcess(known, known.start);
  const other = cloudProcess(
    spawn(cast.toolbox, "/usr/bin/sleep", ["sleep", "61"], at("09:26:50.2")),
    at("09:26:50.2"),
  );
  for (const one of [twin, other]) patched(one, { "event.id": "5d1f7c52-6a0b-4c1e-9a55-0c7c4d2b9e10" });
  dump.record(CLOUD, known.start, twin);
  dump.record(CLOUD, at("09:26:50.2"), other);
  const { toolbox } = containers;
  dump.record(
    CLOUD,
    at("09:27:10"),
    cloudProcess(
      spawn(cast.toolbox, "/usr/bin/bash", ["bash", "-c", `echo done > /tmp/${toolbox.name}`], at("09:27:10")),
      at("09:27:10"),
    ),
  );
}
