import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { loadEvidence } from "../../src/ingest/load.ts";
import { Rotations } from "../../src/ingest/rotation.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";
import { EventReader } from "../../src/store/events.ts";
import { memberBytes } from "../../src/store/members.ts";
import { listMembers, listSources } from "../../src/store/sources.ts";
import { tempFolder } from "../temp-folder.ts";

const at = (serial: number): string => `msg=audit(${String(1714557600 + serial)}.000:${String(serial)}):`;
const call = (serial: number, number: number, pid: number, ppid: number): string =>
  `type=SYSCALL ${at(serial)} arch=c000003e syscall=${String(number)} success=yes exit=0 items=0 ppid=${String(ppid)} pid=${String(pid)} uid=33 comm="bash" exe="/usr/bin/bash"\n`;

/** A shell is executed; the next execution is cut between two files; then the shell connects. */
const OLD = `${call(1, 59, 500, 400)}type=EXECVE ${at(1)} argc=1 a0="bash"\n${call(2, 59, 600, 500)}`;
const NEW =
  `type=EXECVE ${at(2)} argc=2 a0="nc" a1="-l"\ntype=CWD ${at(2)} cwd="/tmp"\n` +
  `${call(3, 42, 500, 400)}type=SOCKADDR ${at(3)} saddr=0200115CC63364070000000000000000\n`;

interface Loaded {
  /** Source, arguments and working directory of each event. */
  readonly events: unknown[];
  readonly entities: unknown[];
  readonly counts: Record<string, number[]>;
}

async function inCase(casePath: string, work: (file: CaseFile) => Promise<void> | void): Promise<void> {
  const file = await openCase(casePath, "create");
  try {
    await work(file);
  } finally {
    file.close();
  }
}

async function load(casePath: string, ...paths: string[]): Promise<void> {
  await inCase(casePath, async (file) => {
    await loadEvidence(file, paths, { ...DEFAULT_LOAD_OPTIONS, workers: 1 });
  });
}

async function loaded(casePath: string): Promise<Loaded> {
  const out: Loaded = { events: [], entities: [], counts: {} };
  await inCase(casePath, (file) => {
    const reader = new EventReader(file);
    const total = file.db.prepare<[], number>("SELECT count(*) FROM event").pluck().get() ?? 0;
    for (let id = 1; id <= total; id += 1) {
      const event = JSON.parse(reader.document(id).json) as Record<string, unknown>;
      out.events.push([
        path.basename(reader.position(id)?.path ?? ""),
        reader.position(id)?.line,
        event["process.args"] ?? null,
        event["process.working_directory"] ?? null,
      ]);
      out.entities.push(event["process.entity_id"]);
    }
    for (const { path: name, documents, events, blank, rejected } of listSources(file)) {
      out.counts[path.basename(name)] = [documents, events, blank, rejected];
    }
  });
  return out;
}

function write(folder: string, files: Record<string, string | Buffer>): string[] {
  return Object.entries(files).map(([name, content]) => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  });
}

const WHOLE = [
  ["audit.log.1", 1, ["bash"], null],
  ["audit.log.1", 3, ["nc", "-l"], "/tmp"],
  ["audit.log", 3, null, null],
];

test.each([
  ["a folder", (folder: string) => [folder]],
  ["paths, the newest first", (_folder: string, paths: string[]) => [...paths].reverse()],
])("an event that rotation cut is whole, its process one, with %s", async (_name, given) => {
  const folder = tempFolder();
  const casePath = path.join(tempFolder(), "a.case");
  const paths = write(folder, { "audit.log.1": OLD, "audit.log": NEW });
  await load(casePath, ...given(folder, paths));
  const { events, entities, counts } = await loaded(casePath);
  expect(events).toEqual(WHOLE);
  expect(entities[2]).toBe(entities[0]);
  expect(counts).toEqual({ "audit.log.1": [2, 2, 0, 0], "audit.log": [2, 1, 1, 0] });
});

test("compressed files of a log are ordered by their first records", async () => {
  const folder = tempFolder();
  const casePath = path.join(tempFolder(), "a.case");
  const [older, newer] = write(folder, { "audit.log-20240501.gz": gzipSync(OLD), "audit.log": NEW });
  const { files } = await Rotations.find(["x", newer ?? "", "-", older ?? ""]);
  expect(files).toEqual(["x", older, "-", newer]);
  await load(casePath, folder);
  const { events } = await loaded(casePath);
  expect(events.map((event) => (event as unknown[])[2])).toEqual([["bash"], ["nc", "-l"], null]);
});

test("every file can be reproduced, and the event names all of its records", async () => {
  const folder = tempFolder();
  const casePath = path.join(tempFolder(), "a.case");
  const paths = write(folder, { "audit.log.1": OLD, "audit.log": NEW });
  await load(casePath, folder);
  await inCase(casePath, (file) => {
    const members = listMembers(file).map(({ id }) => Buffer.concat([...memberBytes(file, id)]));
    expect(members).toEqual(paths.map((name) => readFileSync(name)));
    const event = JSON.parse(new EventReader(file).document(2).json) as Record<string, unknown>;
    expect(event["event.original"]).toBe([...OLD.split("\n").slice(2, 3), ...NEW.split("\n").slice(0, 2)].join("\n"));
  });
});

test("a file that is loaded later finds the processes of the ones before it, and makes an event of the records left", async () => {
  const folder = tempFolder();
  const casePath = path.join(tempFolder(), "a.case");
  write(folder, { "audit.log.1": OLD });
  await load(casePath, folder);
  write(folder, { "audit.log": NEW });
  await load(casePath, folder);
  const { events, entities } = await loaded(casePath);
  expect(events).toEqual([
    ["audit.log.1", 1, ["bash"], null],
    ["audit.log.1", 3, null, null],
    ["audit.log", 1, ["nc", "-l"], "/tmp"],
    ["audit.log", 3, null, null],
  ]);
  expect(entities[3]).toBe(entities[0]);
});

test("logs of other names stay apart: they may be of other hosts", async () => {
  const folder = tempFolder();
  const casePath = path.join(tempFolder(), "a.case");
  write(folder, { "web-audit.log": OLD, "db-audit.log": NEW });
  await load(casePath, folder);
  const { events } = await loaded(casePath);
  expect(events).toHaveLength(4);
});
