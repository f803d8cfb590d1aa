import { Dump, EGRESS, TOOL, type Case, type FileName, type Recorded } from "./dump.ts";
import { recordEgressEdges } from "./egress-edges.ts";
import { recordOrdinaryLife } from "./ordinary.ts";
import { recordStory } from "./story.ts";
import { recordToolEdges } from "./tool-edges.ts";

/** The findings to expect: by the name of the rule, each the places of its events in the order of its stages. */
export type ExpectedFindings = Readonly<
  Record<string, readonly (readonly (readonly [file: FileName, line: number])[])[]>
>;

export interface Scenario {
  readonly files: ReadonlyMap<FileName, Buffer>;
  readonly cases: readonly Case[];
  readonly expected: ExpectedFindings;
  readonly events: readonly Recorded[];
}

/** Writes the whole dump anew, the same every time. */
export function makeScenario(): Scenario {
  const dump = new Dump();
  recordOrdinaryLife(dump);
  recordStory(dump);
  recordToolEdges(dump);
  recordEgressEdges(dump);
  const files = dump.write();
  const of = (rule: string): ExpectedFindings[string] =>
    dump.cases
      .filter((one) => one.rule === rule && one.finding)
      .map(({ events }) => events.map(({ file, line }) => [file, line] as const));
  return { files, cases: dump.cases, expected: { [TOOL]: of(TOOL), [EGRESS]: of(EGRESS) }, events: dump.recorded };
}
