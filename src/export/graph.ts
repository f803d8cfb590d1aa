/** The processes, destinations and findings of an incident as a graph. */
import type { ExportedEvent, ExportedFinding } from "./exported-finding.ts";

export type GraphNodeKind = "process" | "destination" | "finding";

export interface GraphNode {
  readonly key: string;
  readonly kind: GraphNodeKind;
  /** Null: a process of which only the entity id is known. */
  readonly label: string | null;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Empty: of a finding to a process that it names. */
  readonly label: "" | "starts" | "connects";
}

export interface GraphPart {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface Graph extends GraphPart {
  /** The findings that are in it, in order. */
  readonly findings: readonly ExportedFinding[];
}

/** Parent -> process, process -> destination, finding -> process; nodes and edges may repeat. */
export function graphPart({ row, events }: ExportedFinding): GraphPart {
  const finding: GraphNode = {
    key: `finding ${row.id}`,
    kind: "finding",
    label: `#${row.id} ${row.ruleName} (${row.severity}, ${row.verdict})`,
  };
  const parts = events.map((event) => eventPart(finding.key, event));
  return {
    nodes: [finding, ...parts.flatMap(({ nodes }) => nodes)],
    edges: parts.flatMap(({ edges }) => edges),
  };
}

function eventPart(finding: string, { event }: ExportedEvent): GraphPart {
  const values = event?.values;
  const value = (path: string): string | null => values?.get(path)?.[0] ?? null;
  const entity = value("process.entity_id");
  if (entity === null) return { nodes: [], edges: [] };
  const host = value("host.id") ?? value("host.name") ?? "";
  const commandLine = value("process.command_line") ?? values?.get("process.args")?.join(" ");
  const key = `process ${host} ${entity}`;
  const nodes: GraphNode[] = [{ key, kind: "process", label: commandLine ?? value("process.name") }];
  const edges: GraphEdge[] = [{ from: finding, to: key, label: "" }];
  const parent = value("process.parent.entity_id");
  if (parent !== null) {
    const from = `process ${host} ${parent}`;
    const label = value("process.parent.command_line") ?? value("process.parent.name");
    nodes.push({ key: from, kind: "process", label });
    edges.push({ from, to: key, label: "starts" });
  }
  const destination = value("destination.ip") ?? value("destination.domain") ?? value("dns.question.name");
  if (destination !== null) {
    const port = value("destination.port");
    const label = port === null ? destination : `${destination} port ${port}`;
    nodes.push({ key: `destination ${label}`, kind: "destination", label });
    edges.push({ from: key, to: `destination ${label}`, label: "connects" });
  }
  return { nodes, edges };
}

/** The graph of the first findings, until it has `maxNodes`; no more are read. */
export function toGraph(findings: Iterable<ExportedFinding>, maxNodes: number): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const drawn: ExportedFinding[] = [];
  for (const finding of findings) {
    if (nodes.size >= maxNodes) break;
    drawn.push(finding);
    const part = graphPart(finding);
    for (const node of part.nodes) if (node.label !== null || !nodes.has(node.key)) addNode(nodes, node);
    for (const edge of part.edges) edges.set(`${edge.from}\n${edge.to}\n${edge.label}`, edge);
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], findings: drawn };
}

/** The first label that is known stays. */
function addNode(nodes: Map<string, GraphNode>, node: GraphNode): void {
  const known = nodes.get(node.key);
  if (known === undefined || known.label === null) nodes.set(node.key, node);
}
