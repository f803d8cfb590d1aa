/** Graphs as Mermaid and Graphviz text. Labels cannot become syntax: what is not plain is written as its number. */
import { safeText } from "../base/safe-text.ts";
import { sha256Hex } from "../base/sha256.ts";
import { citationLines } from "./citation.ts";
import { type ExportHeader, scopeText } from "./export-header.ts";
import type { ExportedFinding } from "./exported-finding.ts";
import { type Graph, type GraphEdge, type GraphNode, type GraphNodeKind, graphPart, toGraph } from "./graph.ts";

const MAX_LABEL = 120;
const UNKNOWN = "?";

/** Letters, digits and plain punctuation as they are; all else as the number of its code point. */
function plain(text: string, entity: (code: number) => string): string {
  return safeText(text).replace(/[^\p{L}\p{N} .,:/@_+=…-]/gu, (character) => entity(character.codePointAt(0) ?? 0));
}

function clipped(label: string | null): string {
  const safe = [...safeText((label ?? UNKNOWN).slice(0, 4 * MAX_LABEL))];
  return safe.length > MAX_LABEL ? `${safe.slice(0, MAX_LABEL).join("")}…` : safe.join("");
}

const mermaidEntity = (code: number): string => `#${code};`;
const dotEntity = (code: number): string => `&#${code};`;

const MERMAID_SHAPE: Readonly<Record<GraphNodeKind, readonly [string, string]>> = {
  process: ['["', '"]'],
  destination: ['(["', '"])'],
  finding: ['{{"', '"}}'],
};

/** What Mermaid draws at most, as it is set up by default: 500 edges, 50,000 characters without comments. */
const MERMAID_EDGES = 480;
const MERMAID_TEXT = 48_000;
const MERMAID_NODES = 320;

/**
 * A Mermaid flowchart of as many findings as Mermaid draws, and what it does not draw said in it. Comments cite rule and
 * evidence of each finding.
 * @param findings gives them from the first on, each time it is called
 */
export function mermaidExport(header: ExportHeader, findings: () => Iterable<ExportedFinding>): string {
  for (let most = MERMAID_NODES; ; most = Math.floor(most / 2)) {
    const graph = toGraph(findings(), most);
    const text = mermaidText(graph, header.findings - graph.findings.length);
    if (most > 1 && (graph.edges.length > MERMAID_EDGES || text.length > MERMAID_TEXT)) continue;
    const citations = [aboutText(header), ...graph.findings.flatMap(citationLines)];
    return text + citations.map((line) => `%% ${plain(line, mermaidEntity)}\n`).join("");
  }
}

/** The graph, without citations. @param left findings that are not in it */
export function mermaidText(graph: Graph, left: number): string {
  const name = numbered(graph);
  const lines = graph.nodes.map(({ key, kind, label }) => {
    const [open, close] = MERMAID_SHAPE[kind];
    return `  ${name(key)}${open}${plain(clipped(label), mermaidEntity)}${close}`;
  });
  const edges = graph.edges.map(({ from, to, label }) =>
    label === "" ? `  ${name(from)} -.-> ${name(to)}` : `  ${name(from)} -->|${label}| ${name(to)}`,
  );
  const rest = left === 0 ? [] : [`  left["${leftText(left)}"]`];
  return `${["flowchart LR", ...lines, ...edges, ...rest].join("\n")}\n`;
}

function aboutText(header: ExportHeader): string {
  return `eqlite ${header.tool_version}, journal ${header.journal_head}: ${scopeText(header)}`;
}

/** What a picture says of the findings that are not in it. */
function leftText(left: number): string {
  return `${left} more ${left === 1 ? "finding is" : "findings are"} not drawn: choose with --incident, or export as dot`;
}

function numbered(graph: Graph): (key: string) => string {
  const names = new Map(graph.nodes.map(({ key }, index) => [key, `n${index + 1}`]));
  return (key) => names.get(key) ?? "n0";
}

const DOT_SHAPE: Readonly<Record<GraphNodeKind, string>> = {
  process: "box",
  destination: "ellipse",
  finding: "hexagon",
};

/** Nodes and edges of which it is remembered that they stand in the text; what stands twice is one in a strict graph. */
const REMEMBERED = 20_000;

/** A Graphviz graph of all findings, finding by finding; each cites its rule and its evidence in its comment. */
export function* dotExport(header: ExportHeader, findings: Iterable<ExportedFinding>): Generator<string> {
  const about = plain(aboutText(header), dotEntity);
  yield `strict digraph incident {\n  comment="${about}";\n  rankdir=LR;\n  node [label="${plain(UNKNOWN, dotEntity)}"];\n`;
  const written = new Set<string>();
  const isNew = (name: string): boolean => {
    if (written.has(name)) return false;
    if (written.size >= REMEMBERED) written.clear();
    written.add(name);
    return true;
  };
  for (const finding of findings) {
    const { nodes, edges } = graphPart(finding);
    // The first label of a process stays: those of other events of it may say less.
    const newNodes = nodes.filter(({ key, label }) => isNew(label === null ? `${key} without label` : key));
    const newEdges = edges.filter(({ from, to, label }) => isNew(`${from}\n${to}\n${label}`));
    const cited = citationLines(finding)
      .map((line) => plain(line, dotEntity))
      .join("&#10;");
    yield [
      ...newNodes.map((node) => dotNode(node, node.kind === "finding" ? cited : null)),
      ...newEdges.map(dotEdge),
    ].join("");
  }
  yield "}\n";
}

/** A node that has no label here keeps the one it has elsewhere. */
function dotNode({ key, kind, label }: GraphNode, comment: string | null): string {
  const attributes = [
    `shape=${DOT_SHAPE[kind]}`,
    ...(label === null ? [] : [`label="${plain(clipped(label), dotEntity)}"`]),
    ...(comment === null ? [] : [`comment="${comment}"`]),
  ];
  return `  ${dotName(key)} [${attributes.join(", ")}];\n`;
}

function dotEdge({ from, to, label }: GraphEdge): string {
  return `  ${dotName(from)} -> ${dotName(to)} [${label === "" ? "style=dotted" : `label="${label}"`}];\n`;
}

/** The same key has the same name wherever it stands, without a list of all of them. */
function dotName(key: string): string {
  return key.startsWith("finding ") ? key.replace("finding ", "finding_") : `n${sha256Hex(key).slice(0, 16)}`;
}
