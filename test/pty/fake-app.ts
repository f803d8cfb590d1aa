/** The triage screen over a case that never was, as a program of its own: what the pty tests, pictures and the benchmark run. */
import process from "node:process";
import { runTriage } from "../../src/tui/run.tsx";
import { fakeService } from "../tui/fake-service.ts";

const [findings = "412", flag] = process.argv.slice(2);
await runTriage(fakeService({ findings: Number(findings), readonly: flag === "readonly", events: 1_000_000 }), {
  casePath: "/cases/web.case",
  stdin: process.stdin,
  stdout: process.stdout,
  env: process.env,
});
