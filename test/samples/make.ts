/** Writes samples/ anew: `node test/samples/make.ts`. The committed files are what this writes; a test compares them. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { renderSamples, SAMPLES } from "./render.ts";

const { scenario, files } = await renderSamples();
mkdirSync(path.join(SAMPLES, "container-breach"), { recursive: true });
for (const [name, content] of files) writeFileSync(path.join(SAMPLES, name), content);
const findings = Object.entries(scenario.expected).map(([rule, list]) => `${list.length} of "${rule}"`);
process.stdout.write(`${scenario.events.length} events; findings: ${findings.join(", ")}\n`);
