import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { tempFolder } from "../temp-folder.ts";
import { sampleCase } from "../triage/sample-case.ts";

let folder: string;
let publicKey: string;

async function run(...args: string[]): Promise<{ code: number; out: string }> {
  const io = memoryIo();
  const code = await runCli(args, io);
  return { code, out: io.out() + io.err() };
}

beforeAll(async () => {
  folder = tempFolder();
  const file = await sampleCase(path.join(folder, "web.case"));
  file.db.exec("DELETE FROM finding_event WHERE finding = 3; DELETE FROM finding WHERE id = 3");
  file.close();
  const keys = generateKeyPairSync("ed25519");
  publicKey = path.join(folder, "key.pub.pem");
  writeFileSync(publicKey, keys.publicKey.export({ type: "spki", format: "pem" }));
  writeFileSync(path.join(folder, "key.pem"), keys.privateKey.export({ type: "pkcs8", format: "pem" }));
  await run(
    ...["bundle", "--case", path.join(folder, "web.case"), "--analyst", "ann"],
    ...["--output", path.join(folder, "handover"), "--sign", path.join(folder, "key.pem")],
  );
});

/** What verify says of the bundle after a bit of a file of it was flipped: the first line that is not good. */
async function flipped(name: string, at: number, bit: number): Promise<string> {
  const copy = path.join(folder, "flipped");
  cpSync(path.join(folder, "handover"), copy, { recursive: true });
  const bytes = readFileSync(path.join(copy, name));
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  writeFileSync(path.join(copy, name), bytes);
  const { code, out } = await run("verify", copy, "--public-key", publicKey);
  expect([name, at, bit, code]).not.toEqual([name, at, bit, 0]);
  return out.split("\n").find((line) => /^BAD|^error/.test(line)) ?? out;
}

/** Places all over a file. */
function places(name: string, count: number): number[] {
  const { length } = readFileSync(path.join(folder, "handover", name));
  return Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * length) / count));
}

describe("a flipped bit of a bundle", () => {
  it("is found and named, wherever in the signature it is", async () => {
    for (const at of places("manifest.sig", 8)) {
      expect(await flipped("manifest.sig", at, at & 7)).toBe("BAD  signature   1 checked, 1 wrong");
    }
  });

  it("is found and named, wherever in the manifest it is", async () => {
    for (const at of places("manifest.json", 60)) {
      expect(await flipped("manifest.json", at, at % 7)).toMatch(
        /^BAD {2}signature {3}\d checked, 1 wrong$|manifest\.json is no |manifest\.json has version|has no /,
      );
    }
  });

  it("is found and named, wherever in the case it is", async () => {
    for (const at of places("web.case", 12)) {
      expect(await flipped("web.case", at, at & 7)).toMatch(/^BAD {2}manifest {4}\d+ checked/);
    }
  });
});
