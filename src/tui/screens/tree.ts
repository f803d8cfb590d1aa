/** The process tree of an entity: ancestors above, descendants below, findings marked. */
import { wrapText } from "../../base/safe-text.ts";
import type { TreeNode } from "../../triage/types.ts";
import { formatClock, formatDuration, formatTime } from "../format.ts";
import type { Line, Span } from "../line.ts";
import { span } from "../line.ts";
import { blocksPane, type PaneBuilder } from "../pane-view.ts";
import { cursorOf } from "../state/state.ts";

/** One line per process: rails, name, command line, what it did. */
export const treePane: PaneBuilder = (state, width) => {
  const { lines, entity, missing } = state.tree;
  return {
    title: "Process tree",
    note: entity ?? "",
    head: [],
    count: lines.length,
    uniform: true,
    block: (index) => {
      const line = lines[index];
      if (line === undefined) return [[]];
      const { node } = line;
      return [
        [
          ...(width >= 70 ? [span(`${formatClock(node.start).slice(0, 8).padEnd(8)} `, "dim")] : []),
          span(line.rails.length > width / 2 ? `…${line.rails.slice(-Math.floor(width / 2))}` : line.rails, "dim"),
          span(line.folded ? "▸ " : "", "accent"),
          ...findingsSpan(node),
          span(node.name ?? "(not in the evidence)", node.focus ? "title" : node.name === null ? "dim" : "strong"),
          ...activity(node),
          span(node.user === null ? "" : ` ${node.user}`, "accent"),
          span(node.commandLine === null ? "" : ` ${node.commandLine}`, "dim"),
          ...(node.hiddenChildren > 0 ? [span(` … ${String(node.hiddenChildren)} more`, "warn")] : []),
        ],
      ];
    },
    empty: emptyText(entity, missing),
    copy: (index) => lines[index]?.node.commandLine ?? lines[index]?.node.entity ?? null,
  };
};

function emptyText(entity: string | null, missing: boolean): string {
  if (missing) return "The evidence knows no process with this entity id.";
  return entity === null ? "p on a finding, an event or a process shows its tree" : "reading…";
}

function findingsSpan(node: TreeNode): readonly Span[] {
  return node.findings.length === 0
    ? []
    : [span(`⚑${node.findings.length === 1 ? "" : String(node.findings.length)} `, "bad")];
}

function activity(node: TreeNode): readonly Span[] {
  const parts = [
    ...(node.network > 0 ? [`net ${String(node.network)}`] : []),
    ...(node.files > 0 ? [`file ${String(node.files)}`] : []),
    ...(node.other > 0 ? [`other ${String(node.other)}`] : []),
  ];
  return parts.length === 0 ? [] : [span(` (${parts.join(", ")})`, "warn")];
}

/** The process under the cursor in full. */
export const branchPane: PaneBuilder = (state, width) => {
  const node = state.tree.lines[cursorOf(state, "tree").index]?.node;
  if (node === undefined) return blocksPane("Process", [], { empty: "no process under the cursor" });
  const facts: readonly (readonly [name: string, value: string | null])[] = [
    ["name", node.name],
    ["executable", node.executable],
    ["command", node.commandLine],
    ["user", node.user],
    ["pid", node.pid],
    ["entity", node.entity],
    ["started", node.start === null ? null : formatTime(node.start)],
    [
      "ended",
      node.end === null
        ? null
        : `${formatTime(node.end)}${node.start === null ? "" : `, after ${formatDuration(node.end - node.start)}`}`,
    ],
    ["exit code", node.exitCode],
    ["network", String(node.network)],
    ["files", String(node.files)],
    ["other", String(node.other)],
    ["findings", node.findings.length === 0 ? null : node.findings.map(String).join(", ")],
    ["children", String(node.children.length + node.hiddenChildren)],
  ];
  const blocks = facts.flatMap(([name, value]) =>
    value === null
      ? []
      : [
          {
            lines: wrapText(value, Math.max(8, width - 11)).map((text, at): Line => [
              span((at === 0 ? name : "").padEnd(11), "dim"),
              span(text),
            ]),
            copy: value,
          },
        ],
  );
  return blocksPane("Process", blocks, { note: "Enter asks its events" });
};
