import path from "node:path";
import { describe, expect, it } from "vitest";
import { compareOriginals } from "../../src/triage/compare-threads.ts";
import { smallCase } from "../store/small-case.ts";
import { tempFolder } from "../temp-folder.ts";

describe("comparing events with their originals", () => {
  it("finds the same in several threads as in one", async () => {
    const events = Array.from({ length: 2_500 }, (_, at) => ({ "process.pid": at, "process.name": `p${at % 7}` }));
    const file = await smallCase(path.join(tempFolder(), "a.case"), events);
    const pid = file.db.prepare("SELECT id FROM field WHERE path = 'process.pid'").pluck().get() as number;
    file.db.exec(`UPDATE event SET f${pid} = -1 WHERE id IN (1, 1000, 1001, 2500)`);
    const shares: number[] = [];
    const inThreads = await compareOriginals(file, (share) => shares.push(share), 0);
    const inOne = await compareOriginals(file, () => undefined);
    file.close();
    expect([...inThreads].sort(([a], [b]) => a - b)).toEqual([
      [1, 'process.pid is ["-1"], but its original says ["0"]'],
      [1000, 'process.pid is ["-1"], but its original says ["999"]'],
      [1001, 'process.pid is ["-1"], but its original says ["1000"]'],
      [2500, 'process.pid is ["-1"], but its original says ["2499"]'],
    ]);
    expect([...inOne]).toEqual([...inThreads].sort(([a], [b]) => a - b));
    expect(shares).toEqual([1 / 3, 2 / 3, 1]);
  });
});
