import { PassThrough, Readable } from "node:stream";
import type { CliIo } from "../../src/cli/io.ts";
import { EXIT } from "../../src/base/errors.ts";

/** A world for in-process tests of commands: no terminal, a fixed clock, collected output. */
export interface MemoryIo extends CliIo {
  out(): string;
  err(): string;
}

export function memoryIo(options: { stdin?: string; env?: Record<string, string>; cwd?: string } = {}): MemoryIo {
  const stdout = new PassThrough({ highWaterMark: 1 << 28 });
  const stderr = new PassThrough({ highWaterMark: 1 << 28 });
  const text = (stream: PassThrough): (() => string) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    return () => {
      for (let chunk: unknown = stream.read(); Buffer.isBuffer(chunk); chunk = stream.read()) chunks.push(chunk);
      return Buffer.concat(chunks).toString("utf8");
    };
  };
  return {
    stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
    stdout,
    stderr,
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    isTTY: { stdin: false, stdout: false, stderr: false },
    columns: null,
    now: () => new Date("2026-02-03T04:05:06.789Z"),
    exitCode: EXIT.done,
    out: text(stdout),
    err: text(stderr),
  };
}
