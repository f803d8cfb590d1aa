import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { applyTwoRules, valuesAt, type FindingPlaces, type JsonObject } from "../two-rules.ts";
import { renderSamples, SAMPLES } from "./render.ts";
import { EGRESS, FILES, TOOL } from "./scenario/dump.ts";

type Rendered = Awaited<ReturnType<typeof renderSamples>>;

/** The text of a sample, decompressed. */
function textOf(file: string, content: Buffer): string {
  return (file.endsWith(".gz") ? gunzipSync(content) : content).toString("utf8");
}

const committed = (name: string): Buffer => readFileSync(path.join(SAMPLES, name));

const dump = FILES.map((file) => [file, textOf(file, committed(path.join("container-breach", file)))] as const);

function documents(): JsonObject[] {
  return dump.flatMap(([, text]) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => {
        const parsed = JSON.parse(line) as JsonObject;
        return (parsed["_source"] ?? parsed) as JsonObject;
      }),
  );
}

/** Findings in one order, to be compared as sets. */
const inOneOrder = (findings: readonly FindingPlaces[]): string[] =>
  findings.map((one) => JSON.stringify(one)).toSorted();

describe("the samples", () => {
  let rendered: Rendered;
  beforeAll(async () => {
    rendered = await renderSamples();
  });

  it("are what test/samples/make.ts writes", () => {
    for (const [name, content] of rendered.files) {
      expect(textOf(name, committed(name)) === textOf(name, content), `${name}: run node test/samples/make.ts`).toBe(
        true,
      );
    }
  });

  it("hold exactly the findings of expected.json, by rules applied by hand", () => {
    const expected = JSON.parse(committed("expected.json").toString("utf8")) as Record<string, FindingPlaces[]>;
    const found = applyTwoRules(dump);
    expect(Object.keys(expected)).toEqual([TOOL, EGRESS]);
    expect(inOneOrder(found.tool)).toEqual(inOneOrder(expected[TOOL] ?? []));
    expect(inOneOrder(found.egress)).toEqual(inOneOrder(expected[EGRESS] ?? []));
    expect([found.tool.length, found.egress.length]).toEqual([28, 33]);
    expect([found.events, found.duplicates]).toEqual([717, 1]);
  });

  it("find no near miss", () => {
    const found = applyTwoRules(dump);
    const nearMisses = rendered.scenario.cases.filter(({ finding }) => !finding);
    expect(nearMisses).toHaveLength(80);
    const places = nearMisses.map(({ events }) => JSON.stringify(events.map(({ file, line }) => [file, line])));
    const findings = new Set(inOneOrder([...found.tool, ...found.egress]));
    expect(places.filter((place) => findings.has(place))).toEqual([]);
  });

  it("consist of whole documents of two kilobytes and more, most of them ordinary", () => {
    const bytes = dump.reduce((sum, [, text]) => sum + text.length, 0);
    expect(Math.round(bytes / 718)).toBeGreaterThan(2000);
    const involved = new Set(rendered.scenario.cases.flatMap(({ events }) => events));
    expect(involved.size).toBeLessThan(718 / 2);
  });

  it("come from both agents and from every stream of Elastic Defend", () => {
    const datasets = new Set(documents().flatMap((document) => valuesAt(document, "data_stream.dataset")));
    expect([...datasets].toSorted()).toEqual([
      "cloud_defend.file",
      "cloud_defend.process",
      "endpoint.events.file",
      "endpoint.events.network",
      "endpoint.events.process",
    ]);
    const questions = documents().filter((document) => valuesAt(document, "dns.question.name").length > 0);
    expect(questions.length).toBeGreaterThan(20);
  });

  it("have two events without a time, and one pair with the same id and other content", () => {
    const all = documents();
    expect(all.filter((document) => valuesAt(document, "@timestamp").length === 0)).toHaveLength(2);
    const twins = all.filter((document) =>
      valuesAt(document, "event.id").includes("5d1f7c52-6a0b-4c1e-9a55-0c7c4d2b9e10"),
    );
    expect(twins.map((document) => valuesAt(document, "process.args"))).toEqual([
      ["sleep", "60"],
      ["sleep", "61"],
    ]);
  });
});
