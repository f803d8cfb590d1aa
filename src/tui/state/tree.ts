/** The process tree as lines. */
import type { TreeNode } from "../../triage/types.ts";
import type { TreeLine, TreeState } from "./state.ts";

/** The state with `lines` made anew. */
export function layTree(tree: TreeState): TreeState {
  return { ...tree, lines: tree.root === null ? [] : flatten(tree.root, tree.folded) };
}

/** Without recursion: a tree made by a fork bomb is deep. */
function flatten(root: TreeNode, folded: ReadonlySet<string>): readonly TreeLine[] {
  const lines: TreeLine[] = [];
  const stack: { readonly node: TreeNode; readonly lead: string; readonly rails: string }[] = [
    { node: root, lead: "", rails: "" },
  ];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, lead, rails } = next;
    const isFolded = folded.has(node.entity) && node.children.length > 0;
    lines.push({ node, rails: lead, folded: isFolded });
    if (isFolded) continue;
    node.children.toReversed().forEach((child, at) => {
      const last = at === 0;
      stack.push({ node: child, lead: `${rails}${last ? "└─" : "├─"}`, rails: `${rails}${last ? "  " : "│ "}` });
    });
  }
  return lines;
}

/** Index of the line of the entity that was asked for, else 0. */
export function focusIndex(tree: TreeState): number {
  return Math.max(
    0,
    tree.lines.findIndex((line) => line.node.focus),
  );
}
