import { dnsDocument, fileDocument, networkDocument, processDocument } from "./generate-documents.ts";
import { weighted, type Random } from "./generate-random.ts";
import { DAEMONS, NAMES, PORTS, PROGRAMS, type Program } from "./generate-tables.ts";
import { createHost, createProcess, type Host, type Process } from "./generate-world.ts";

/** Writes one ordinary event of a host at a time. */
export interface Life {
  readonly hosts: readonly Host[];
  readonly process: (host: Host, t: number) => string;
  readonly network: (host: Host, t: number) => string;
  readonly file: (host: Host, t: number) => string;
  readonly dns: (host: Host, t: number) => string;
}

/** How many short-lived processes of a host are remembered, to cause more events and then to end. */
const RECENT = 48;

/** Texts that come back: half of what a template makes was seen before. */
interface Seen {
  readonly short: readonly string[];
  readonly long: readonly string[];
}

/** A text with `%d`, `%x`, `%X` (see generate-tables.ts), filled anew each time. */
function template(text: string, seen: Seen): (random: Random) => string {
  const parts = text.split(/(%[dxX])/);
  if (parts.length === 1) return () => text;
  return (random) => {
    let filled = "";
    for (const part of parts) {
      if (part === "%d") filled += random.below(random.chance(0.5) ? 64 : 40_000);
      else if (part === "%x") filled += random.chance(0.55) ? random.pick(seen.short) : random.hex(8);
      else if (part === "%X") filled += random.chance(0.55) ? random.pick(seen.long) : random.hex(64);
      else filled += part;
    }
    return filled;
  };
}

interface Recipe {
  readonly program: Program;
  readonly args: readonly ((random: Random) => string)[];
}

/** Starts the daemons of every host; from then on each call is one event. */
export function startLife(random: Random, hostCount: number): Life {
  const hosts = Array.from({ length: hostCount }, (_, n) => createHost(random, n));
  for (const host of hosts) startDaemons(host, random);
  const seen: Seen = {
    short: Array.from({ length: 600 }, () => random.hex(8)),
    long: Array.from({ length: 80 }, () => random.hex(64)),
  };
  const filling = (text: string): ((random: Random) => string) => template(text, seen);

  const recipe = weighted(
    random,
    PROGRAMS.map((program): readonly [Recipe, number] => [
      { program, args: program.args.map(filling) },
      program.weight,
    ]),
  );
  const index = DAEMONS.map((_, n) => n);
  const fileDaemon = weighted(
    random,
    index.map((n) => [n, DAEMONS[n]?.files ?? 0] as const),
  );
  const netDaemon = weighted(
    random,
    index.map((n) => [n, DAEMONS[n]?.connections ?? 0] as const),
  );
  const paths = DAEMONS.map((daemon) => daemon.paths.map(filling));
  const scratch = ["/tmp/tmp.%x", "/var/lib/dpkg/updates/%d", "/srv/data/%x.json", "/var/tmp/build.%x/o%d.o"].map(
    filling,
  );
  const names = NAMES.map(filling);
  const port = weighted(random, PORTS);
  const change = weighted(random, [
    [['"creation"', '["creation"]'] as const, 56],
    [['"modification"', '["change"]'] as const, 20],
    [['"rename"', '["change"]'] as const, 12],
    [['"deletion"', '["deletion"]'] as const, 12],
  ]);

  const daemonOf = (host: Host, n: number): Process => host.daemons[n] ?? host.init;
  const recentOf = (host: Host): Process => (host.recent.length === 0 ? host.init : random.pick(host.recent));

  const exec = (host: Host, t: number): Process => {
    const { program, args } = recipe();
    const parent = random.chance(0.45) ? recentOf(host) : random.pick(host.daemons);
    const shallow = parent.ancestry.length < 700 ? parent : host.init;
    const session = shallow === host.init && random.chance(0.2) ? ({ entryType: "sshd" } as const) : {};
    const started = createProcess(
      host.agentId,
      random,
      {
        executable: program.executable,
        args: args.map((fill) => fill(random)),
        user: shallow.daemon?.user ?? "root",
        parent: shallow,
        container: shallow.container,
        ...session,
      },
      t,
    );
    host.recent.push(started);
    if (host.recent.length > RECENT) host.recent.shift();
    return started;
  };

  return {
    hosts,
    process: (host, t) => {
      const way = random.below(100);
      const process = way < 46 || host.recent.length === 0 ? exec(host, t) : recentOf(host);
      const cloud = process.container !== null && random.chance(0.35);
      const deviation =
        way < 46 ? {} : way < 70 ? { action: '"fork"' } : ({ action: '"end"', type: '["end"]' } as const);
      const dataset = cloud ? "cloud_defend.process" : "endpoint.events.process";
      return processDocument(host, random, process, t, dataset, deviation);
    },
    network: (host, t) => {
      const process = random.chance(0.88) ? daemonOf(host, netDaemon()) : recentOf(host);
      const way = random.below(100);
      const outside = way < 12;
      const destination = outside
        ? `"29.${random.below(64)}.${random.below(40)}.${1 + random.below(250)}"`
        : way < 60
          ? `"10.244.${random.below(64)}.${1 + random.below(250)}"`
          : way < 90
            ? `"10.96.${random.below(4)}.${1 + random.below(60)}"`
            : '"127.0.0.1"';
      const flow =
        way % 5 < 2
          ? {}
          : way % 5 < 3
            ? { action: '"connection_accepted"' }
            : { action: '"disconnect_received"', type: '["end"]' };
      return networkDocument(host, random, process, t, { destination, port: port(), ...flow });
    },
    file: (host, t) => {
      const own = random.chance(0.82);
      const n = own ? fileDaemon() : -1;
      const path = random.pick(paths[n] ?? scratch)(random);
      return fileDocument(host, random, own ? daemonOf(host, n) : recentOf(host), t, path, change());
    },
    dns: (host, t) => {
      const process = random.chance(0.8) ? daemonOf(host, netDaemon()) : recentOf(host);
      return dnsDocument(host, random, process, t, random.pick(names)(random));
    },
  };
}

function startDaemons(host: Host, random: Random): void {
  for (const daemon of DAEMONS) {
    const images = [...new Set(DAEMONS.map((one) => one.image).filter((image) => image !== undefined))];
    const container = daemon.image === undefined ? null : (host.containers[images.indexOf(daemon.image)] ?? null);
    host.daemons.push(
      createProcess(
        host.agentId,
        random,
        {
          executable: daemon.executable,
          args: daemon.args,
          user: daemon.user,
          parent: host.init,
          container,
          entryType: container === null ? "init" : "container",
          daemon,
        },
        random.below(1_000_000) * 100,
      ),
    );
  }
}
