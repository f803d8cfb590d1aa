import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface, type Interface } from "node:readline";
import { errorMessage, EXIT, UserError } from "../base/errors.ts";
import { openCase } from "../store/case-file.ts";
import { SearchClient } from "../triage/search-client.ts";
import type { CliIo } from "./io.ts";
import { PromptHistory } from "./prompt-history.ts";
import { readPromptInput, toCompletions, toOneLine } from "./prompt-input.ts";

/** Runs `eqlite query` with these arguments to its end; the signal ends it. */
export type QueryRunner = (args: readonly string[], signal: AbortSignal) => Promise<void>;

const HELP = `An EQL query runs when its brackets are closed and nothing has to follow; a sequence or sample, and
anything else, with an empty line or a \`;\` at its end. Tab completes fields, functions and values.
  .why       why the last query matched, or why not
  .explain   how the last query ran: SQL, leaves, query plan
  .limit N   show at most N answers
  help, quit; Ctrl-C drops the line or ends the running query
`;

/**
 * The prompt for EQL. Not on a pipe: there a query has to be given. Each query runs in a process of its own, which
 * Ctrl-C ends without leaving the prompt.
 */
export async function queryPrompt(io: CliIo, casePath: string, run: QueryRunner = runProgram): Promise<void> {
  if (!io.isTTY.stdin || !io.isTTY.stdout) {
    throw new UserError("no-query", "no query was given", {
      hint: "eqlite query EQL --case FILE",
      exitCode: EXIT.usage,
    });
  }
  (await openCase(casePath, "read")).close();
  const client = new SearchClient(casePath, "waited");
  const session = new PromptSession(io, casePath, client, run);
  try {
    await session.run();
  } finally {
    await client.close();
  }
}

/** This program again, on the same terminal but for its input. */
async function runProgram(args: readonly string[], signal: AbortSignal): Promise<void> {
  const program = process.argv[1] ?? "";
  const child = spawn(process.execPath, [...process.execArgv, program, "query", ...args], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const stop = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", stop);
  await once(child, "exit");
  signal.removeEventListener("abort", stop);
}

class PromptSession {
  readonly #io: CliIo;
  readonly #casePath: string;
  readonly #client: SearchClient;
  readonly #run: QueryRunner;
  readonly #history: PromptHistory;
  readonly #terminal: Interface;
  #entered = "";
  #last: string | null = null;
  #limit: number | null = null;
  #running: AbortController | null = null;

  constructor(io: CliIo, casePath: string, client: SearchClient, run: QueryRunner) {
    this.#io = io;
    this.#casePath = casePath;
    this.#client = client;
    this.#run = run;
    this.#history = new PromptHistory(io.env);
    this.#terminal = createInterface({
      input: io.stdin,
      output: io.stdout,
      terminal: true,
      history: this.#formerQueries(),
      historySize: 500,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) => {
        void this.#complete(line).then((result) => done(null, result));
      },
    });
  }

  async run(): Promise<void> {
    const terminal = this.#terminal;
    terminal.on("SIGINT", () => this.#interrupt());
    this.#io.stderr.write("help tells what can be typed; Ctrl-D ends\n");
    this.#ask();
    for await (const line of terminal) {
      this.#entered = this.#entered === "" ? line : `${this.#entered}\n${line}`;
      if (!(await this.#take())) break;
      this.#ask();
    }
    terminal.close();
  }

  #ask(): void {
    this.#terminal.setPrompt(this.#entered === "" ? "eql> " : "...> ");
    this.#terminal.prompt();
  }

  /** False when the prompt is left. */
  async #take(): Promise<boolean> {
    const input = readPromptInput(this.#entered);
    if (input.kind === "more") return true;
    this.#entered = "";
    switch (input.kind) {
      case "nothing":
        return true;
      case "quit":
        return false;
      case "help":
        this.#io.stdout.write(HELP);
        return true;
      case "limit":
        this.#limit = input.limit;
        return true;
      case "unknown":
        this.#io.stderr.write("there is no such command; help names them\n");
        return true;
      case "again":
        if (this.#last === null) this.#io.stderr.write("there was no query yet\n");
        else await this.#query(this.#last, [input.flag]);
        return true;
      case "query":
        this.#last = input.text;
        this.#remember(input.text);
        await this.#query(input.text, []);
        return true;
    }
  }

  async #query(text: string, flags: readonly string[]): Promise<void> {
    const limit = this.#limit === null ? [] : ["--limit", String(this.#limit)];
    this.#running = new AbortController();
    try {
      await this.#run(["--case", this.#casePath, ...flags, ...limit, "--", text], this.#running.signal);
    } finally {
      this.#running = null;
    }
  }

  #interrupt(): void {
    if (this.#running !== null) {
      this.#running.abort();
      this.#io.stderr.write("\nthe query was ended\n");
      return;
    }
    this.#entered = "";
    this.#terminal.write(null, { ctrl: true, name: "e" });
    this.#terminal.write(null, { ctrl: true, name: "u" });
    this.#io.stdout.write("\n");
    this.#ask();
  }

  async #complete(line: string): Promise<[string[], string]> {
    const before = this.#entered === "" ? line : `${this.#entered}\n${line}`;
    try {
      const words = await this.#client.ask("complete", { text: before, caret: before.length });
      return toCompletions(line, words);
    } catch (error) {
      this.#io.stderr.write(`\nno completion: ${errorMessage(error)}\n`);
      return [[], line];
    }
  }

  #formerQueries(): string[] {
    try {
      return this.#history.read();
    } catch (error) {
      this.#io.stderr.write(`the history of queries cannot be read: ${errorMessage(error)}\n`);
      return [];
    }
  }

  #remember(query: string): void {
    try {
      this.#history.add(toOneLine(query));
    } catch (error) {
      this.#io.stderr.write(`the history of queries cannot be written: ${errorMessage(error)}\n`);
    }
  }
}
