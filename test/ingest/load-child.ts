// A process of its own that loads argv[3] into the case argv[2] and kills itself after the first batch was written.
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { openCase } from "../../src/store/case-file.ts";

const [casePath = "", dump = ""] = process.argv.slice(2);
const file = await openCase(casePath, "create");
const options = { ...DEFAULT_LOAD_OPTIONS, workers: 2, batchBytes: 1 };
const blocks = file.db.prepare<[], number>("SELECT count(*) FROM block").pluck();
await loadEvidence(file, [dump], options, {
  onProgress: () => {
    if ((blocks.get() ?? 0) > 0) process.kill(process.pid, "SIGKILL");
  },
});
