import { expect, it } from "vitest";
import { Engine } from "../../src/hunt/engine.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { tinyCase } from "./tiny-case.ts";

const events = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({
    "@timestamp": 1_700_000_000_000 + index,
    host: { id: "h" },
    user: { id: "u" },
    process: { name: `p${index}` },
  }));

const sequence = (stages: number): string =>
  `sequence by host.id, user.id with maxspan=1m ${Array.from({ length: stages }, (_, index) => `[any where process.name == "p${index}"]`).join(" ")}`;

it.each([
  [4, "window-chain"],
  [8, "window-chain"],
  [9, "state-machine"],
  [40, "state-machine"],
] as const)("a sequence of %i different stages runs, by %s where the chain is asked for", async (stages, method) => {
  const engine = await Engine.open(await tinyCase(events(stages)));
  const prepared = prepareQuery(sequence(stages), engine.evidence);
  if (!prepared.ok) throw new Error("the query is right");
  const result = engine.run(prepared.plan, { sequences: "window-chain" });
  expect(result.method).toBe(method);
  expect(result.matches).toEqual([
    { events: Array.from({ length: stages }, (_, index) => index + 1), keys: ["h", "u"] },
  ]);
  engine.close();
});
