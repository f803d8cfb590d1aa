import { networkDocument, processDocument } from "./generate-documents.ts";
import type { Life } from "./generate-life.ts";
import type { Random } from "./generate-random.ts";
import { createProcess, type Host, type Process } from "./generate-world.ts";

/** A sequence whose stages match every candidate and nothing else; `maxspan` such as `30s`. */
export function candidateQuery(maxspan: string): string {
  return `sequence by host.id, process.entity_id with maxspan=${maxspan} [process where event.action == "exec" and process.name == "stage-one"] [network where event.action == "connection_attempted" and process.name == "stage-one"]`;
}

/** The spans for which the number of sequences is worked out. */
const SPANS = { "1s": 1e9, "30s": 30e9, "1m": 60e9, "1h": 3600e9, "1d": 86_400e9 };

/** Processes of a host that candidates belong to; each starts and connects again and again. */
const POOL = 400;

interface Candidate {
  readonly t: number;
  readonly order: number;
  readonly key: string;
  readonly first: boolean;
}

/** Deals out the categories so that exactly the wanted candidates occur, and counts the sequences among them. */
export class CandidateCount {
  readonly #left: { first: number; second: number };
  readonly #seen: Candidate[] = [];
  readonly pool = new Map<Host, Process[]>();

  constructor([first, second]: readonly [number, number]) {
    this.#left = { first, second };
  }

  /** The category of the next of `remaining` events. */
  next(random: Random, remaining: number): "process" | "network" | "file" | "dns" {
    const way = random.below(remaining);
    if (way < this.#left.first) {
      this.#left.first--;
      return "process";
    }
    if (way < this.#left.first + this.#left.second) {
      this.#left.second--;
      return "network";
    }
    return random.below(12) === 0 ? "dns" : "file";
  }

  add(candidate: Omit<Candidate, "order">): void {
    this.#seen.push({ ...candidate, order: this.#seen.length });
  }

  /** Number of sequences by maxspan: latest start wins, each start is used once (also by a connection too late). */
  sequences(): Record<string, number> {
    const ordered = [...this.#seen].sort((a, b) => a.t - b.t || a.order - b.order);
    const counts: Record<string, number> = {};
    for (const [span, ns] of Object.entries(SPANS)) {
      const started = new Map<string, number>();
      counts[span] = 0;
      for (const { t, key, first } of ordered) {
        if (first) started.set(key, t);
        else {
          const start = started.get(key);
          if (start !== undefined && t - start <= ns) counts[span]++;
          started.delete(key);
        }
      }
    }
    return counts;
  }
}

/** A candidate of the first (`process`) or of the second stage. */
export function candidatePair(
  life: Life,
  host: Host,
  random: Random,
  t: number,
  category: "process" | "network",
  count: CandidateCount,
): string {
  const pool = count.pool.get(host) ?? [];
  count.pool.set(host, pool);
  const known = pool[random.below(POOL)];
  const process =
    known ??
    createProcess(
      host.agentId,
      random,
      {
        executable: "/opt/bench/stage-one",
        args: ["stage-one"],
        user: "root",
        parent: random.pick(host.daemons),
        container: null,
      },
      t,
    );
  if (known === undefined) pool.push(process);
  count.add({ t, key: `${life.hosts.indexOf(host)} ${process.entityId}`, first: category === "process" });
  if (category === "process") return processDocument(host, random, process, t, "endpoint.events.process");
  const destination = `"10.244.${random.below(64)}.${1 + random.below(250)}"`;
  return networkDocument(host, random, process, t, { destination, port: 443 });
}
