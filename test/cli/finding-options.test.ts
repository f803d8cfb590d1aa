import { describe, expect, it } from "vitest";
import { parseFindingWords } from "../../src/cli/finding-options.ts";

const none = {
  verdicts: [],
  rules: [],
  severities: [],
  hosts: [],
  containers: [],
  users: [],
  incidents: [],
  states: [],
  suppressed: false,
};

describe("filters in a line", () => {
  it("are those of the command line, and what is left is a path", () => {
    expect(parseFindingWords("")).toEqual({ filter: none, rest: "" });
    expect(parseFindingWords("/tmp/my report's.html")).toEqual({ filter: none, rest: "/tmp/my report's.html" });
    expect(
      parseFindingWords(
        `--severity high --severity=critical --rule "net tool" --host 'web 1' --marked --incident 3 --from 2026-01-01 --to 2026-01-02 --verdict true-positive --finding 1,4-6 --suppressed out.csv`,
      ),
    ).toEqual({
      filter: {
        ...none,
        ids: [1, 4, 5, 6],
        verdicts: ["true_positive"],
        rules: ["net tool"],
        severities: ["high", "critical"],
        hosts: ["web 1"],
        incidents: [3],
        marked: true,
        from: 1_767_225_600_000_000_000n,
        to: 1_767_312_000_000_000_000n,
        suppressed: true,
      },
      rest: "out.csv",
    });
  });

  it("are refused in one sentence", () => {
    expect(() => parseFindingWords("--colour red")).toThrow("unknown option '--colour'");
    expect(() => parseFindingWords("--rule")).toThrow("option '--rule <rule>' argument missing");
    expect(() => parseFindingWords("--verdict maybe")).toThrow('"maybe" is no verdict');
  });
});
