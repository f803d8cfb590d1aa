/** An original document as a JSON tree that folds. */
import { formatCount } from "../../base/counted.ts";
import type { Line, Span } from "../line.ts";
import { span } from "../line.ts";
import type { PaneBuilder } from "../pane-view.ts";
import type { JsonLine, JsonTree } from "../state/json-tree.ts";

/** The document of the event under the cursor. */
export const documentPane: PaneBuilder = (state) => {
  const { tree, event } = state.document;
  const lines = tree?.lines ?? [];
  return {
    title: "Document",
    note: event === null ? "" : `event ${String(event)}`,
    head: [],
    count: lines.length,
    uniform: true,
    block: (index) => {
      const line = lines[index];
      return line === undefined || tree === null ? [] : [jsonLine(line, tree)];
    },
    empty: event === null ? "no event is chosen" : "reading…",
    copy: (index) => lines[index]?.value ?? lines[index]?.text ?? null,
  };
};

function jsonLine(line: JsonLine, tree: JsonTree): Line {
  const folded = tree.folded.has(line.id);
  return [
    span("  ".repeat(Math.min(line.depth, 40))),
    ...(line.label === "" ? [] : [span(line.label, "field")]),
    span(line.text, line.kind === "leaf" ? "value" : "dim"),
    ...(folded ? [foldedNote(line)] : []),
  ];
}

function foldedNote(line: JsonLine): Span {
  return span(` ${formatCount(line.members)} … ${line.text === "[" ? "]" : "}"}`, "dim");
}
