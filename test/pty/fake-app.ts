/** The triage screen over a case that never was, as a program of its own: what the pty tests run. */
import process from "node:process";
import { runTriage } from "../../src/tui/run.ts";
import { fakeService } from "../tui/fake-service.ts";

const flags = process.argv.slice(2);
const service = fakeService({
  findings: 412,
  events: 1_000_000,
  readonly: flags.includes("readonly"),
  stuck: flags.includes("stuck"),
});
if (flags.includes("crash")) {
  // A bug anywhere: it must not leave the terminal behind in pieces.
  service.tree = () => {
    setImmediate(() => {
      throw new Error("planted bug");
    });
    return new Promise(() => undefined);
  };
}
try {
  const signal = await runTriage(service, {
    casePath: "/cases/web.case",
    stdin: process.stdin,
    stdout: process.stdout,
    env: process.env,
  });
  if (signal !== null) process.kill(process.pid, signal);
  process.stdout.write(`after: ${service.calls.join("; ")}\n`);
} catch (error) {
  process.stdout.write(`failed: ${String(error)}\n`);
  process.exitCode = 1;
}
