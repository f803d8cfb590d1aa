import { describe, expect, it } from "vitest";
import { VERSION } from "../../src/base/version.ts";
import { runCli } from "../../src/cli/program.ts";
import { memoryIo } from "./memory-io.ts";

describe("runCli", () => {
  it("prints the version on stdout", async () => {
    const io = memoryIo();
    expect(await runCli(["--version"], io)).toBe(0);
    expect(io.out()).toBe(`${VERSION}\n`);
    expect(io.err()).toBe("");
  });

  it("calls an unknown option wrong usage, on stderr", async () => {
    const io = memoryIo();
    expect(await runCli(["--nonsense"], io)).toBe(2);
    expect(io.out()).toBe("");
    expect(io.err()).toBe("error: unknown option '--nonsense'\n");
  });
});
