import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { sha256Hex } from "../../src/base/sha256.ts";
import { openCase } from "../../src/store/case-file.ts";
import { SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { tempFolder } from "../temp-folder.ts";
import { sampleCase } from "../triage/sample-case.ts";

let folder: string;
let casePath: string;
beforeEach(async () => {
  folder = tempFolder();
  casePath = path.join(folder, "web.case");
  const file = await sampleCase(casePath);
  file.close();
});

const at = (name: string): string => path.join(folder, name);

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = memoryIo();
  const code = await runCli(args, io);
  return { code, out: io.out(), err: io.err() };
}

const bundle = (...args: string[]) =>
  run("bundle", "--case", casePath, "--analyst", "ann", "--output", at("handover"), ...args);

/** Two pairs of keys as PEM files. */
function keys(): { ours: string; ourPublic: string; otherPublic: string } {
  const names = { ours: at("ours.pem"), ourPublic: at("ours.pub.pem"), otherPublic: at("other.pub.pem") };
  const ours = generateKeyPairSync("ed25519");
  writeFileSync(names.ours, ours.privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(names.ourPublic, ours.publicKey.export({ type: "spki", format: "pem" }));
  const other = generateKeyPairSync("ed25519");
  writeFileSync(names.otherPublic, other.publicKey.export({ type: "spki", format: "pem" }));
  return names;
}

describe("a bundle", () => {
  it("is a folder with the case and a manifest of its hashes", async () => {
    const { code, err } = await bundle();
    expect(code).toBe(0);
    expect(readdirSync(at("handover")).sort()).toEqual(["manifest.json", "web.case"]);
    const text = readFileSync(at("handover/manifest.json"), "utf8");
    const bytes = readFileSync(at("handover/web.case"));
    const manifest = JSON.parse(text) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      format: "eqlite-bundle",
      version: 1,
      analyst: "ann",
      case: { file: "web.case", sha256: sha256Hex(bytes), bytes: bytes.length, schema: SCHEMA_VERSION },
      signed_by: null,
      redaction: null,
      events: 4,
      hunts: 1,
      findings: { total: 3, undetermined: 3, true_positive: 0, false_positive: 0, benign_positive: 0, duplicate: 0 },
      sources: [{ path: "dump.ndjson", status: "complete", events: 4, members: [{ path: "", withheld_blocks: 0 }] }],
      rules: [{ path: "pack/tool.toml" }, { path: "pack/egress.toml" }],
    });
    expect(err).toContain(`manifest sha256 ${sha256Hex(text)}\n`);
  });

  it("is noted in the journal of the case, not of the copy", async () => {
    await bundle();
    const last = async (file: string) => {
      const opened = await openCase(file, "read");
      const row = opened.db.prepare("SELECT action FROM journal ORDER BY id DESC LIMIT 1").pluck().get();
      opened.close();
      return row;
    };
    expect([await last(casePath), await last(at("handover/web.case"))]).toEqual(["bundle", "hunt.finish"]);
    const before = readFileSync(casePath);
    await run("bundle", "--case", casePath, "--output", at("again"), "--readonly");
    expect(readFileSync(casePath).equals(before)).toBe(true);
  });

  it("is a new folder, and leaves nothing behind where it fails", async () => {
    expect((await bundle("--redact", "usr.name")).err).toContain(
      'the evidence has no field "usr.name": nothing would be withheld',
    );
    expect((await bundle("--redact", "@timestamp")).err).toContain("@timestamp cannot be withheld");
    expect((await bundle("--keep", "root")).err).toContain("--keep says what --redact may leave");
    expect((await bundle("--sign", casePath)).err).toContain("is no private key in PEM");
    expect(readdirSync(folder)).toEqual(["web.case"]);
    await bundle();
    expect(await bundle()).toMatchObject({
      code: 2,
      err: expect.stringContaining("exists; a bundle is a new folder") as string,
    });
  });
});

describe("a bundle that was killed while it was written", () => {
  it("is replaced by the next one, unless something else lies in its folder", async () => {
    mkdirSync(at("handover.partial"));
    for (const name of ["web.case", "web.case-journal", "work.case", "manifest.json"]) {
      writeFileSync(at(`handover.partial/${name}`), "half of it");
    }
    writeFileSync(at("handover.partial/mine.txt"), "mine");
    expect(await run("bundle", "--case", at("web.case"), "--output", at("handover"))).toEqual({
      code: 1,
      out: "",
      err:
        `eqlite: the folder ${at("handover.partial")} cannot be made: there is one with other things in it\n` +
        "  name another folder for the bundle, or move that one away\n",
    });
    expect(readdirSync(at("handover.partial")).length).toBe(5);
    rmSync(at("handover.partial/mine.txt"));
    await bundle();
    expect(existsSync(at("handover.partial"))).toBe(false);
    expect((await run("verify", at("handover"))).out).toContain("ok   manifest    8 checked\n");
  });

  it("needs a folder to stand in", async () => {
    expect(await run("bundle", "--case", at("web.case"), "--output", at("no/handover"))).toMatchObject({
      code: 1,
      err:
        `eqlite: the folder ${at("no/handover.partial")} cannot be made: the folder it is to stand in does not exist\n` +
        "  make that folder first\n",
    });
  });
});

describe("verify of a bundle", () => {
  it("finds nothing wrong with one that was not touched", async () => {
    await bundle();
    const { out } = await run("verify", at("handover"));
    expect(out).toContain("ok   signature   0 checked (the manifest is not signed)\n");
    expect(out).toContain("ok   manifest    8 checked\n");
  });

  it("names a manifest that lies, and a case that was changed", async () => {
    await bundle();
    const name = at("handover/manifest.json");
    const text = readFileSync(name, "utf8");
    writeFileSync(name, text.replace('"events": 4,\n  "findings"', '"events": 5,\n  "findings"'));
    expect(await run("verify", at("handover"))).toMatchObject({
      code: 1,
      out: expect.stringContaining("the manifest does not tell the truth of events: the case has 4\n") as string,
    });
    writeFileSync(name, text);
    const bytes = readFileSync(at("handover/web.case"));
    // Of the schema's version, of a page in the middle.
    for (const place of [63, bytes.length >> 1]) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ 1;
      writeFileSync(at("handover/web.case"), changed);
      const { code, out } = await run("verify", at("handover"));
      expect(code).toBe(1);
      expect(out).toMatch(
        /web\.case has the sha256 [0-9a-f]{64}, the manifest says [0-9a-f]{64}: the case was changed\n/,
      );
    }
  });

  it("checks the signature, and names a wrong key, a changed manifest, a missing and an unwanted signature", async () => {
    const { ours, ourPublic, otherPublic } = keys();
    await bundle("--sign", ours);
    const verify = async (...args: string[]) =>
      (await run("verify", at("handover"), ...args)).out.split("\n").slice(0, 2).join("\n");
    expect(await verify("--public-key", ourPublic)).toMatch(/^ok {3}signature {3}1 checked\n/);
    expect(await verify()).toMatch(
      /^ok {3}signature {3}0 checked \(signed with the key [0-9a-f]{64}; give --public-key/,
    );
    expect(await verify("--public-key", otherPublic)).toMatch(
      /signed with another key: [0-9a-f]{64}, not [0-9a-f]{64}$/,
    );
    const name = at("handover/manifest.json");
    const text = readFileSync(name, "utf8");
    writeFileSync(name, text.replace('"analyst": "ann"', '"analyst": "bob"'));
    expect(await verify("--public-key", ourPublic)).toContain(
      "the signature does not fit: the manifest or its signature was changed after it was signed",
    );
    writeFileSync(name, text.replace(/"signed_by": \{[^}]*\}/, '"signed_by": null'));
    expect(await verify("--public-key", ourPublic)).toContain("the manifest is not signed");
  });

  it.skipIf(!hasOpenssl())("has a signature that openssl checks, with keys that openssl makes", async () => {
    const options = { cwd: folder, encoding: "utf8" as const };
    execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", "-out", "key.pem"], options);
    execFileSync("openssl", ["pkey", "-in", "key.pem", "-pubout", "-out", "key.pub.pem"], options);
    await bundle("--sign", at("key.pem"));
    const said = execFileSync(
      "openssl",
      [
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "key.pub.pem",
        "-rawin",
        "-in",
        "handover/manifest.json",
        "-sigfile",
        "handover/manifest.sig",
      ],
      options,
    );
    expect(said).toContain("Signature Verified Successfully");
    expect((await run("verify", at("handover"), "--public-key", at("key.pub.pem"))).out).toContain(
      "ok   signature   1 checked\n",
    );
  });

  it("says of a redacted case what is withheld, and ends with exit code 3", async () => {
    const { err } = await bundle("--redact", "user.name", "--redact", "process.command_line");
    expect(err).toContain(
      "values are withheld from this copy of the case: 6 of process.command_line, user.name; 4 events",
    );
    const { code, out } = await run("verify", at("handover"));
    expect(
      out
        .split("\n")
        .filter((line) => line.startsWith("part"))
        .map((line) => line.slice(5, 16).trim()),
    ).toEqual(["redaction", "evidence", "events", "findings"]);
    expect(out).toContain("What this copy of the case has is sound; what it withholds cannot be checked.\n");
    expect(code).toBe(3);
    for (const format of ["html", "markdown", "json"]) {
      const said = await run("export", "--case", at("handover/web.case"), "--readonly", "--format", format);
      expect(said.out).toContain("values are withheld from this copy of the case");
      expect(said.err).toContain("values are withheld from this copy of the case");
    }
  });

  it("does not name the analyst where that is a withheld value", async () => {
    await run(
      "bundle",
      "--case",
      casePath,
      "--analyst",
      "www-data",
      "--output",
      at("handover"),
      "--redact",
      "user.name",
    );
    expect(readFileSync(at("handover/manifest.json"), "utf8")).toContain('"analyst": "[withheld]"');
    expect(readFileSync(at("handover/web.case")).includes("www-data")).toBe(false);
  });
});

function hasOpenssl(): boolean {
  return ["/usr/bin/openssl", "/usr/local/bin/openssl"].some((name) => existsSync(name));
}
