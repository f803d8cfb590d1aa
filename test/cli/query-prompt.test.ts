import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { beforeAll, describe, expect, it } from "vitest";
import { queryPrompt, type QueryRunner } from "../../src/cli/query-prompt.ts";
import { loadDocuments } from "../hunt/load-case.ts";
import { tempFolder } from "../temp-folder.ts";
import { memoryIo, type MemoryIo } from "./memory-io.ts";

let casePath: string;
beforeAll(async () => {
  casePath = await loadDocuments([
    { "@timestamp": "2025-01-01T00:00:00Z", event: { category: "process" }, process: { name: "curl" } },
  ]);
});

const CTRL_C = "\u0003";

interface Prompt {
  readonly io: MemoryIo;
  readonly state: string;
  readonly ran: (readonly string[])[];
  type(text: string): void;
  /** Resolves when the output holds the text. */
  shows(text: string): Promise<void>;
  readonly ended: Promise<void>;
}

function open(run: QueryRunner = () => Promise.resolve()): Prompt {
  const stdin = new PassThrough();
  const state = tempFolder();
  const ran: (readonly string[])[] = [];
  const base = memoryIo({ env: { XDG_STATE_HOME: state } });
  const io: MemoryIo = { ...base, stdin, isTTY: { stdin: true, stdout: true, stderr: true } };
  let shown = "";
  const ended = queryPrompt(io, casePath, (args, signal) => {
    ran.push(args);
    return run(args, signal);
  });
  return {
    io,
    state,
    ran,
    ended,
    type: (text) => void stdin.write(text),
    shows: async (text) => {
      while (!shown.includes(text)) {
        shown += io.out() + io.err();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

describe("the query prompt", () => {
  it("runs queries of one and several lines, again with .why, within a limit, and keeps them", async () => {
    const prompt = open();
    prompt.type("any where true\r");
    prompt.type(".limit 5\r");
    prompt.type("any where\rfalse\r");
    prompt.type(".why\r");
    prompt.type("quit\r");
    await prompt.ended;
    const common = ["--case", casePath];
    expect(prompt.ran).toEqual([
      [...common, "--", "any where true"],
      [...common, "--limit", "5", "--", "any where\nfalse"],
      [...common, "--why", "--limit", "5", "--", "any where\nfalse"],
    ]);
    const history = path.join(prompt.state, "eqlite", "query-history");
    expect(readFileSync(history, "utf8")).toBe("any where true\nany where false\n");
    expect(statSync(history).mode & 0o777).toBe(0o600);
  });

  it("ends at the end of its input", async () => {
    const prompt = open();
    prompt.type("\u0004");
    await prompt.ended;
    expect(prompt.ran).toEqual([]);
  });

  it("Ctrl-C drops what was typed", async () => {
    const prompt = open();
    prompt.type("any where (\r");
    await prompt.shows("...> ");
    prompt.type(`true${CTRL_C}`);
    prompt.type("any where true\rquit\r");
    await prompt.ended;
    expect(prompt.ran).toEqual([["--case", casePath, "--", "any where true"]]);
  });

  it("Ctrl-C ends the running query, not the prompt", async () => {
    const running: AbortSignal[] = [];
    const prompt = open(
      (_, signal) =>
        new Promise((resolve) => {
          running.push(signal);
          signal.addEventListener("abort", () => resolve());
          prompt.type(CTRL_C);
        }),
    );
    prompt.type("any where true\r");
    await prompt.shows("the query was ended");
    prompt.type("quit\r");
    await prompt.ended;
    expect(running.map((signal) => signal.aborted)).toEqual([true]);
  });

  it("completes fields and values of the case", async () => {
    const prompt = open();
    prompt.type("any where process.na\t");
    await prompt.shows("any where process.name");
    prompt.type(' : "cu\t');
    await prompt.shows('any where process.name : "curl"');
    prompt.type("\rquit\r");
    await prompt.ended;
    expect(prompt.ran).toEqual([["--case", casePath, "--", 'any where process.name : "curl"']]);
  });

  it("wants a query where there is no terminal", async () => {
    await expect(queryPrompt(memoryIo(), casePath)).rejects.toMatchObject({ code: "no-query" });
  });
});
