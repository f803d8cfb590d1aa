/** The processes, destinations and findings of an incident as a graph, for Mermaid and Graphviz. */
import { safeText } from "../base/safe-text.ts";
import type { ExportedFinding } from "./exported-finding.ts";

export type GraphNodeKind = "process" | "destination" | "finding";

export interface GraphNode {
  readonly key: string;
  readonly kind: GraphNodeKind;
  readonly label: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** Pairs of keys, with what the edge means. */
  readonly edges: readonly { readonly from: string; readonly to: string; readonly label: string }[];
}

/** Collects the graph: parent -> process, process -> destination, finding -> process. */
export function toGraph(findings: Iterable<ExportedFinding>): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, Graph["edges"][number]>();
  const add = (key: string, kind: GraphNodeKind, label: string | null): string => {
    const known = nodes.get(key);
    if (known === undefined || (label !== null && known.label === "?"))
      nodes.set(key, { key, kind, label: label ?? "?" });
    return key;
  };
  const connect = (from: string, to: string, label: string): void => {
    edges.set(`${from}\n${to}\n${label}`, { from, to, label });
  };
  for (const { row, events } of findings) {
    const finding = add(`finding ${row.id}`, "finding", `#${row.id} ${row.ruleName} (${row.severity}, ${row.verdict})`);
    for (const { event } of events) {
      const value = (path: string): string | null => event?.values.get(path)?.[0] ?? null;
      const host = value("host.id") ?? value("host.name") ?? "";
      const entity = value("process.entity_id");
      if (entity === null) continue;
      const commandLine =
        event?.values.get("process.command_line")?.[0] ?? event?.values.get("process.args")?.join(" ");
      const process = add(`process ${host} ${entity}`, "process", commandLine ?? value("process.name"));
      connect(finding, process, "");
      const parent = value("process.parent.entity_id");
      if (parent !== null) {
        const parentLabel = value("process.parent.command_line") ?? value("process.parent.name");
        connect(add(`process ${host} ${parent}`, "process", parentLabel), process, "starts");
      }
      const destination = value("destination.ip") ?? value("destination.domain") ?? value("dns.question.name");
      if (destination !== null) {
        const port = value("destination.port");
        const label = port === null ? destination : `${destination} port ${port}`;
        connect(process, add(`destination ${label}`, "destination", label), "connects");
      }
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

const MAX_LABEL = 120;

/** Letters, digits and plain punctuation as they are; all else as the number of its code point, in both languages. */
function escaped(label: string, entity: (code: number) => string): string {
  const safe = safeText(label.slice(0, 4 * MAX_LABEL));
  const short = [...safe].length > MAX_LABEL ? `${[...safe].slice(0, MAX_LABEL).join("")}…` : safe;
  return short.replace(/[^\p{L}\p{N} .,:/@_+=…-]/gu, (character) => entity(character.codePointAt(0) ?? 0));
}

const MERMAID_SHAPE: Readonly<Record<GraphNodeKind, readonly [string, string]>> = {
  process: ['["', '"]'],
  destination: ['(["', '"])'],
  finding: ['{{"', '"}}'],
};

/** Mermaid flowchart. Labels cannot become syntax: what is not plain is written as `#code;`. */
export function mermaidText(graph: Graph): string {
  const name = numbered(graph);
  const lines = graph.nodes.map(({ key, kind, label }) => {
    const [open, close] = MERMAID_SHAPE[kind];
    return `  ${name(key)}${open}${escaped(label, (code) => `#${code};`)}${close}`;
  });
  const edges = graph.edges.map(({ from, to, label }) =>
    label === "" ? `  ${name(from)} -.-> ${name(to)}` : `  ${name(from)} -->|${label}| ${name(to)}`,
  );
  return `${["flowchart LR", ...lines, ...edges].join("\n")}\n`;
}

const DOT_SHAPE: Readonly<Record<GraphNodeKind, string>> = {
  process: "box",
  destination: "ellipse",
  finding: "hexagon",
};

/** Graphviz. Labels cannot become syntax: what is not plain is written as `&#code;`. */
export function dotText(graph: Graph): string {
  const name = numbered(graph);
  const lines = graph.nodes.map(
    ({ key, kind, label }) =>
      `  ${name(key)} [shape=${DOT_SHAPE[kind]}, label="${escaped(label, (code) => `&#${code};`)}"];`,
  );
  const edges = graph.edges.map(({ from, to, label }) =>
    label === ""
      ? `  ${name(from)} -> ${name(to)} [style=dotted];`
      : `  ${name(from)} -> ${name(to)} [label="${label}"];`,
  );
  return `${["digraph incident {", "  rankdir=LR;", ...lines, ...edges, "}"].join("\n")}\n`;
}

function numbered(graph: Graph): (key: string) => string {
  const names = new Map(graph.nodes.map(({ key }, index) => [key, `n${index + 1}`]));
  return (key) => names.get(key) ?? "n0";
}
