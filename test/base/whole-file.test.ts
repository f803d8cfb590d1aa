import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { writeWholeFile } from "../../src/base/whole-file.ts";
import { tempFolder } from "../temp-folder.ts";

const folder = tempFolder();
const at = (name: string): string => path.join(folder, name);
const text = (name: string): string => readFileSync(at(name), "utf8");

it("a file appears under its name when it is complete, readable by its owner only", async () => {
  const result = await writeWholeFile(at("a"), { replace: true }, async (write) => {
    write(Buffer.from("first "));
    expect(existsSync(at("a"))).toBe(false);
    expect(text("a.partial")).toBe("first ");
    write(Buffer.from("second"));
    return 7;
  });
  expect(result).toBe(7);
  expect(text("a")).toBe("first second");
  expect(statSync(at("a")).mode & 0o777).toBe(0o600);
  expect(existsSync(at("a.partial"))).toBe(false);
});

it("what was there stays when the work fails", async () => {
  writeFileSync(at("b"), "before");
  const failing = writeWholeFile(at("b"), { replace: true }, async (write) => {
    write(Buffer.from("half"));
    throw new Error("stopped");
  });
  await expect(failing).rejects.toThrow("stopped");
  expect(text("b")).toBe("before");
  expect(existsSync(at("b.partial"))).toBe(false);
});

it("what a killed run left is replaced, and not written through when it is a link", async () => {
  writeFileSync(at("victim"), "precious");
  symlinkSync(at("victim"), at("c.partial"));
  await writeWholeFile(at("c"), { replace: true }, async (write) => write(Buffer.from("new")));
  expect(text("c")).toBe("new");
  expect(text("victim")).toBe("precious");
});

it("a link is followed to the file it names", async () => {
  writeFileSync(at("d-real"), "old");
  symlinkSync("d-real", at("d"));
  await writeWholeFile(at("d"), { replace: true }, async (write) => write(Buffer.from("new")));
  expect(lstatSync(at("d")).isSymbolicLink()).toBe(true);
  expect(text("d-real")).toBe("new");
});

it("an existing file is refused where it may not be replaced", async () => {
  writeFileSync(at("e"), "before");
  await expect(writeWholeFile(at("e"), { replace: false }, async () => undefined)).rejects.toMatchObject({
    code: "output-exists",
    message: `${at("e")} exists already`,
    exitCode: 2,
  });
  expect(text("e")).toBe("before");
});

it("a folder, and a folder that is missing, are refused", async () => {
  mkdirSync(at("f"));
  await expect(writeWholeFile(at("f"), { replace: true }, async () => undefined)).rejects.toMatchObject({
    code: "output-failed",
  });
  await expect(writeWholeFile(at("no/g"), { replace: true }, async () => undefined)).rejects.toMatchObject({
    code: "output-failed",
    hint: "check that its folder exists and may be written",
  });
});

it.skipIf(!existsSync("/dev/full"))(
  "a device is written to, and not replaced; a full one is said to be full",
  async () => {
    const work = writeWholeFile("/dev/full", { replace: true }, async (write) => write(Buffer.from("x")));
    await expect(work).rejects.toMatchObject({
      code: "output-failed",
      message: "/dev/full cannot be written: no space is left on the disk",
      hint: "make room, and repeat the command",
    });
    await writeWholeFile("/dev/null", { replace: true }, async (write) => write(Buffer.from("x")));
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  },
);
