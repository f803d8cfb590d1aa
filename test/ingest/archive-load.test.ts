import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";
import { EventReader } from "../../src/store/events.ts";
import { checkMembers, memberBytes } from "../../src/store/members.ts";
import { listMembers } from "../../src/store/sources.ts";
import { KEPT_BYTES } from "../../src/ingest/unread-entry.ts";
import { sha256Hex } from "../../src/base/sha256.ts";
import { tar, tarEntry, zip } from "./archive-build.ts";

let folder = "";
let file: CaseFile;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-archive-"));
  file = await openCase(path.join(folder, "x.case"), "create");
});

afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

const EXEC =
  "type=SYSCALL msg=audit(1604994496.100:10): arch=c000003e syscall=59 success=yes exit=0 ppid=400 pid=500 uid=33 " +
  'comm="bash" exe="/usr/bin/bash"\ntype=EXECVE msg=audit(1604994496.100:10): argc=1 a0="bash"\n';
const DOCUMENT = '{"@timestamp":"2022-01-01T00:00:00Z","event":{"kind":"event"}}\n';

async function load(name: string, bytes: Buffer) {
  const given = path.join(folder, name);
  writeFileSync(given, bytes);
  const { sources } = await loadEvidence(file, [given], { ...DEFAULT_LOAD_OPTIONS, workers: 1 });
  return sources[0];
}

function members(): string[] {
  return listMembers(file).map(({ path: name, format, note }) => `${name} [${format}] ${note ?? ""}`.trimEnd());
}

describe("an archive is one source, its entries are members", () => {
  test("a tar of a Linux host's artefacts: what is readable is loaded, the rest is listed", async () => {
    const report = await load(
      "uac-web01.tar.gz",
      gzipSync(
        tar(
          tarEntry("[root]/var/log/audit/audit.log", EXEC),
          tarEntry(
            "[root]/var/log/auth.log.1.gz",
            gzipSync("Nov 14 10:00:00 web sshd[1]: Invalid user x from 203.0.113.5\n"),
          ),
          tarEntry("[root]/bin/ls", "\x7fELF\x02\x01"),
          tarEntry("[root]/etc/mtab", "", { type: "2" }),
          tarEntry("../../etc/cron.d/x", "evil"),
          tarEntry("live_response/ps.txt", "PID TTY\n1 ?\n"),
        ),
      ),
    );
    expect(report).toMatchObject({
      format: "tar",
      status: "complete",
      members: 7,
      documents: 3,
      events: 2,
      rejected: 1,
    });
    expect(report?.warnings.at(-1)).toBe(
      "4 entries of the archive hold no events, or could not be read to the end: eqlite evidence list says why",
    );
    expect(members()).toEqual(
      [
        "[tar] an archive: its entries are members of their own",
        "[root]/var/log/audit/audit.log [auditd]",
        "[root]/var/log/auth.log.1.gz [syslog]",
        "[root]/bin/ls [raw] This is an ELF program or library, no event data.",
        "[root]/etc/mtab [] a symbolic link: links are not followed",
        "../../etc/cron.d/x [] its name leads out of the archive",
        'live_response/ps.txt [raw] This is text of no known event format; it begins: "PID TTY"',
      ].map((line) => (line.startsWith("[tar]") ? ` ${line}` : line)),
    );
    const reader = new EventReader(file);
    expect(JSON.parse(reader.document(1).json)).toMatchObject({
      "process.name": "bash",
      "event.action": ["exec", "executed"],
    });
    expect(JSON.parse(reader.document(2).json)).toMatchObject({
      "@timestamp": "2023-11-14T10:00:00",
      "user.name": "x",
    });
    expect(reader.position(2)).toMatchObject({ memberPath: "[root]/var/log/auth.log.1.gz", line: 1 });
  });

  test.each([
    [false, ["big.bin  1048577 listed", "small.txt raw 5 kept"]],
    [true, ["big.bin raw 1048577 kept", "small.txt raw 5 kept"]],
  ])(
    "entries without events have size and hash; small ones are kept, all with --keep-unread (%s)",
    async (keepUnread, expected) => {
      const [big, small] = [Buffer.alloc(KEPT_BYTES + 1, "\x7fELF\x02"), Buffer.from("hello")];
      const given = path.join(folder, "a.tar");
      writeFileSync(given, tar(tarEntry("big.bin", big), tarEntry("small.txt", small)));
      await loadEvidence(file, [given], { ...DEFAULT_LOAD_OPTIONS, workers: 1, keepUnread });
      const [archive, ...entries] = listMembers(file);
      expect(archive).toMatchObject({ sha256: null, bytes: 0 });
      expect(entries.map(({ sha256 }) => sha256)).toEqual([sha256Hex(big), sha256Hex(small)]);
      const bytes = entries.map(({ id }) => Buffer.concat([...memberBytes(file, id)]));
      expect(
        entries.map(({ path: name, format, bytes: size }, index) => {
          const kept = (bytes[index]?.length ?? 0) > 0;
          return `${name} ${format} ${String(size)} ${kept ? "kept" : "listed"}`;
        }),
      ).toEqual(expected);
      expect(entries[0]?.note).toMatch(
        keepUnread ? /library, no event data\.$/ : /not in the case \(--keep-unread\)\.$/,
      );
      expect(bytes[1]).toEqual(small);
      expect(checkMembers(file).map(({ problem }) => problem)).toEqual(keepUnread ? [null, null] : [null]);
    },
  );

  test("a zip, with an encrypted entry; loading it again adds nothing", async () => {
    const bytes = zip({ name: "a.json", contents: DOCUMENT }, { name: "b.json", contents: DOCUMENT, flags: 1 });
    const report = await load("dump.zip", bytes);
    expect(report).toMatchObject({ format: "zip", events: 1, rejected: 1, status: "complete", bytes: bytes.length });
    expect(report?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await load("again.zip", bytes)).toMatchObject({ status: "already-loaded" });
    expect(listMembers(file)).toHaveLength(3);
  });

  test("an archive whose load was interrupted is completed, and its events are there once", async () => {
    const given = path.join(folder, "dump.tar");
    const lines = (from: number, count: number): string =>
      Array.from(
        { length: count },
        (_, n) => `{"@timestamp":${String(1_700_000_000 + from + n)},"n":${String(from + n)}}\n`,
      ).join("");
    writeFileSync(
      given,
      tar(tarEntry("a.json", lines(0, 3)), tarEntry("b.json", lines(10, 40_000)), tarEntry("c.json", lines(90_000, 2))),
    );
    const interrupt = new AbortController();
    const options = { ...DEFAULT_LOAD_OPTIONS, workers: 1 };
    const hooks = { signal: interrupt.signal, onProgress: () => interrupt.abort() };
    await expect(loadEvidence(file, [given], options, hooks)).rejects.toThrow("interrupted");
    const { sources } = await loadEvidence(file, [given], options);
    expect(sources[0]).toMatchObject({
      status: "resumed",
      documents: 40_005,
      events: 40_005,
      duplicates: 0,
      members: 4,
    });
    expect(members()).toEqual([
      " [tar] an archive: its entries are members of their own",
      "a.json [ndjson]",
      "b.json [ndjson]",
      "c.json [ndjson]",
    ]);
  });

  test("a tar that is cut off gives what precedes, and counts as incomplete", async () => {
    const whole = tar(tarEntry("a.json", DOCUMENT), tarEntry("b.json", DOCUMENT.repeat(40)));
    const report = await load("cut.tar", whole.subarray(0, 1600));
    expect(report?.events).toBeGreaterThan(0);
    expect(report?.rejected).toBeGreaterThan(0);
    expect(listMembers(file).at(-1)?.note).toBe("the archive is cut off within this entry");
  });
});
