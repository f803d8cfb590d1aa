import { expect, it } from "vitest";
import { readPack } from "../../src/rules/read-pack.ts";
import { describeShared, shared } from "../shared.ts";

describeShared("the public corpus", () => {
  it("is read whole: every file is a rule, and two guides refer to a query that their rule does not define", () => {
    const elastic = readPack([shared("corpus/detection-rules")]);
    const count = (type: string): number => elastic.rules.filter((rule) => rule.type === type).length;
    expect(elastic.rules.length).toBe(1392);
    expect(count("eql")).toBe(815);
    expect(elastic.problems.map((problem) => `${problem.severity} ${problem.message}`)).toEqual([
      "warning the guide refers to $osquery_6, which [transform] does not define",
      "warning the guide refers to $investigate_2, which [transform] does not define",
    ]);
    const protections = readPack([shared("corpus/protections-artifacts")]);
    expect(protections.problems).toEqual([]);
    expect(protections.rules.length).toBe(1025);
  });

  it("gives every guide steps of triage, but for one that has none in any form", () => {
    const { rules } = readPack([shared("corpus/detection-rules")]);
    const guided = rules.filter((rule) => rule.note !== null);
    expect(guided.length).toBe(1305);
    const without = guided.filter((rule) => rule.guide.triage.length === 0);
    expect(without.map((rule) => rule.name)).toEqual([
      "Kubernetes Container Created with Excessive Linux Capabilities",
    ]);
  });
});
