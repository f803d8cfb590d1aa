import { execFileSync, spawnSync } from "node:child_process";
import { hasShared, shared } from "../shared.ts";

const DRIVER = `
import json, sys
sys.path.insert(0, sys.argv[1])
import eql_ref as E
for line in sys.stdin:
    case = json.loads(line)
    try: print(json.dumps(E.matches(E.parse_expression(case["condition"]), E.Doc(case["doc"], 0))))
    except Exception as problem: print(json.dumps("error: " + repr(problem)))
`;

/** Whether the Python interpreter of the semantics can be run here. */
export const hasReference: boolean = hasShared && spawnSync("python3", ["--version"]).status === 0;

export interface ReferenceCase {
  readonly condition: string;
  readonly doc: unknown;
}

/** What the reference says to each case: a boolean, or a text that begins with `error:`. */
export function referenceMatches(cases: readonly ReferenceCase[]): readonly unknown[] {
  const input = cases.map((one) => JSON.stringify(one)).join("\n");
  const output = execFileSync("python3", ["-c", DRIVER, shared("eql", "ref")], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return output
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}
