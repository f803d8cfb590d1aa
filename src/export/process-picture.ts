import type { Graph, GraphNode } from "./graph.ts";
import { mermaidText } from "./graph-text.ts";
import type { ProcessNode, ProcessPicture } from "./report-model.ts";

const MAX_DEPTH = 60;

/** The processes of a graph as trees, each process once; null where no process is known. @param left findings not in it */
export function processPicture(graph: Graph, left: number): ProcessPicture | null {
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  const startedBy = Map.groupBy(graph.edges, ({ from }) => from);
  const namedBy = Map.groupBy(
    graph.edges.filter(({ label }) => label === ""),
    ({ to }) => to,
  );
  const started = new Set(graph.edges.filter(({ label }) => label === "starts").map(({ to }) => to));
  const findings = new Map(graph.findings.map(({ row }) => [`finding ${row.id}`, { id: row.id, label: row.ruleName }]));
  const seen = new Set<string>();
  const draw = (node: GraphNode, depth: number): ProcessNode[] => {
    if (seen.has(node.key) || depth > MAX_DEPTH) return [];
    seen.add(node.key);
    const below = startedBy.get(node.key) ?? [];
    const targets = (label: string): GraphNode[] =>
      below.flatMap((edge) => (edge.label === label ? (nodes.get(edge.to) ?? []) : []));
    return [
      {
        kind: "process",
        label: node.label ?? "process outside the findings",
        findings: (namedBy.get(node.key) ?? []).flatMap(({ from }) => findings.get(from) ?? []),
        children: [
          ...targets("connects").map(({ label }): ProcessNode => {
            return { kind: "connection", label: label ?? "", findings: [], children: [] };
          }),
          ...targets("starts").flatMap((child) => draw(child, depth + 1)),
        ],
      },
    ];
  };
  const roots = graph.nodes
    .filter(({ kind, key }) => kind === "process" && !started.has(key))
    .flatMap((root) => draw(root, 0));
  return roots.length === 0 ? null : { roots, mermaid: mermaidText(graph, left), rows: countRows(roots) };
}

function countRows(nodes: readonly ProcessNode[]): number {
  return nodes.reduce((sum, { children }) => sum + 1 + countRows(children), 0);
}
