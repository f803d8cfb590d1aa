import type { Graph, GraphNode } from "./graph.ts";
import { htmlText } from "./html-text.ts";

const MAX_DEPTH = 60;

/** The processes of a graph as nested lists: who started whom, what connected where, which findings name it. */
export function treeHtml(graph: Graph): string {
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  const started = new Set(graph.edges.filter(({ label }) => label === "starts").map(({ to }) => to));
  const roots = graph.nodes.filter(({ kind, key }) => kind === "process" && !started.has(key));
  const seen = new Set<string>();
  const draw = (node: GraphNode, depth: number): string => {
    if (seen.has(node.key)) return "";
    if (depth > MAX_DEPTH) return "<li>…</li>";
    seen.add(node.key);
    const findings = graph.edges
      .filter(({ to, label }) => to === node.key && label === "")
      .map(({ from }) => `<b class="badge">${htmlText(nodes.get(from)?.label ?? "")}</b>`);
    const connections = graph.edges
      .filter(({ from, label }) => from === node.key && label === "connects")
      .map(({ to }) => `<li>connects to <code>${htmlText(nodes.get(to)?.label ?? "")}</code></li>`);
    const children = graph.edges
      .filter(({ from, label }) => from === node.key && label === "starts")
      .map(({ to }) => nodes.get(to))
      .map((child) => (child === undefined ? "" : draw(child, depth + 1)));
    const below = [...connections, ...children].join("");
    const label = node.label === "?" ? "process outside the findings" : node.label;
    return `<li><code>${htmlText(label.slice(0, 400))}</code> ${findings.join(" ")}${below === "" ? "" : `<ul>${below}</ul>`}</li>\n`;
  };
  return roots.length === 0 ? "" : `<ul class="tree">${roots.map((root) => draw(root, 0)).join("")}</ul>\n`;
}
