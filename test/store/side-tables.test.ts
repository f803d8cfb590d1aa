import { hostname } from "node:os";
import path from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { fieldByPath } from "../../src/store/fields.ts";
import { ensureSideTables } from "../../src/store/side-tables.ts";
import { tempFolder } from "../temp-folder.ts";
import { smallCase } from "./small-case.ts";

it("a side table is not filled while another process loads, whose values would get the same ids", async () => {
  const file = await smallCase(path.join(tempFolder(), "a.case"), [{ "labels.ticket": "T1" }]);
  const owner = `${process.ppid}@${hostname()}`;
  file.db.prepare("UPDATE source SET status = 'loading', owner = ?").run(owner);
  expect(() => ensureSideTables(file, ["labels.ticket"])).toThrow(
    `another process (${owner}) is loading evidence into ${file.path}`,
  );
  file.db.exec("UPDATE source SET status = 'complete', owner = NULL");
  ensureSideTables(file, ["labels.ticket"]);
  expect(fieldByPath(file, "labels.ticket")).toMatchObject({ side: true, complete: true, sideUntil: 1 });
  // What a load wrote since is not in it, also where that load has not ended yet.
  file.db.exec(
    `INSERT INTO event (id, time, member, line, block, offset, bytes, identity)
     SELECT 2, time, member, line, block, offset, bytes, identity FROM event`,
  );
  expect(fieldByPath(file, "labels.ticket")).toMatchObject({ side: true, complete: false, sideUntil: 1 });
  file.close();
});
