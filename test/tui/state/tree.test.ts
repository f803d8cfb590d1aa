import type { TreeNode } from "../../../src/triage/types.ts";
import { layTree } from "../../../src/tui/state/tree.ts";
import { describe, expect, it } from "vitest";

describe("the process tree", () => {
  const node = (entity: string, children: readonly TreeNode[] = []): TreeNode => ({
    entity,
    name: entity,
    executable: null,
    commandLine: null,
    user: null,
    pid: null,
    start: null,
    end: null,
    exitCode: null,
    startEvent: null,
    network: 0,
    files: 0,
    other: 0,
    findings: [],
    children,
    hiddenChildren: 0,
    focus: false,
  });

  it("is lines with rails, and folds", () => {
    const root = node("a", [node("b", [node("c")]), node("d")]);
    const tree = layTree({ entity: "a", root, missing: false, folded: new Set(), lines: [] });
    expect(tree.lines.map((line) => line.rails + line.node.entity)).toEqual(["a", "├─b", "│ └─c", "└─d"]);
    expect(layTree({ ...tree, folded: new Set(["b"]) }).lines.map((line) => line.node.entity)).toEqual(["a", "b", "d"]);
  });

  it("may be as deep as a fork bomb", () => {
    let deep = node("0");
    for (let at = 1; at < 20_000; at += 1) deep = node(String(at), [deep]);
    expect(layTree({ entity: "0", root: deep, missing: false, folded: new Set(), lines: [] }).lines).toHaveLength(
      20_000,
    );
  });
});
