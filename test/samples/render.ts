import { readFileSync } from "node:fs";
import path from "node:path";
import { format, resolveConfig } from "prettier";
import { makeScenario, type Scenario } from "./scenario/scenario.ts";
import { readmeTables, withTables } from "./scenario/tables.ts";

/** Folder of the samples in the project. */
export const SAMPLES = path.resolve(import.meta.dirname, "../../samples");

/** Every file below samples/ with the content it must have; the prose of the README is taken from the README itself. */
export async function renderSamples(): Promise<{ scenario: Scenario; files: ReadonlyMap<string, Buffer> }> {
  const scenario = makeScenario();
  const readme = path.join(SAMPLES, "README.md");
  const config = await resolveConfig(readme);
  const pretty = async (text: string, parser: string): Promise<Buffer> =>
    Buffer.from(await format(text, { ...config, parser }), "utf8");
  const files = new Map<string, Buffer>();
  for (const [file, content] of scenario.files) files.set(path.join("container-breach", file), content);
  files.set("expected.json", await pretty(JSON.stringify(scenario.expected), "json"));
  const text = withTables(readFileSync(readme, "utf8"), readmeTables(scenario.cases));
  files.set("README.md", await pretty(text, "markdown"));
  return { scenario, files };
}
