/** A JSON document as lines that fold. */

export interface JsonLine {
  /** Index in the whole document: stable while lines are folded. */
  readonly id: number;
  readonly depth: number;
  /** `"name": ` or nothing. */
  readonly label: string;
  /** `{`, `]`, or the value as JSON. */
  readonly text: string;
  readonly kind: "open" | "close" | "leaf";
  /** Dotted ECS name of a leaf or of the object or array, without array positions. */
  readonly field: string;
  /** The value of a leaf as it is copied and asked for; null for objects, arrays, null. */
  readonly value: string | null;
  /** For `open`: the id of its `close`, and how many members it has. */
  readonly end: number;
  readonly members: number;
}

export interface JsonTree {
  readonly all: readonly JsonLine[];
  readonly folded: ReadonlySet<number>;
  /** Lines that are not hidden in a folded one. */
  readonly lines: readonly JsonLine[];
  /** The document as it was given: what `Y` copies. */
  readonly text: string;
}

/** A document as a tree, unfolded. Text that is no JSON becomes one line per line. */
export function parseJsonTree(text: string): JsonTree {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const all = text.split("\n").map((line, id): JsonLine => leaf(id, 0, "", line, "", line));
    return { all, folded: new Set(), lines: all, text };
  }
  const all: JsonLine[] = [];
  write(all, value, 0, "", "");
  return { all, folded: new Set(), lines: all, text };
}

function leaf(id: number, depth: number, label: string, text: string, field: string, value: string | null): JsonLine {
  return { id, depth, label, text, kind: "leaf", field, value, end: id, members: 0 };
}

interface Frame {
  readonly members: readonly (readonly [label: string, field: string, value: unknown])[];
  readonly open: number;
  readonly close: string;
  readonly depth: number;
  next: number;
}

/** Without recursion: a document may be nested deeper than the stack. */
function write(lines: JsonLine[], root: unknown, depth: number, label: string, field: string): void {
  const stack: Frame[] = [];
  const put = (value: unknown, at: number, name: string, path: string): void => {
    const id = lines.length;
    if (typeof value !== "object" || value === null) {
      const text = JSON.stringify(value) ?? "null";
      lines.push(leaf(id, at, name, text, path, typeof value === "string" ? value : value === null ? null : text));
      return;
    }
    const members = Array.isArray(value)
      ? value.map((item: unknown) => ["", path, item] as const)
      : Object.entries(value).map(
          ([key, item]) => [`${JSON.stringify(key)}: `, path === "" ? key : `${path}.${key}`, item] as const,
        );
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    if (members.length === 0) {
      lines.push(leaf(id, at, name, `${open}${close}`, path, null));
      return;
    }
    lines.push({
      id,
      depth: at,
      label: name,
      text: open,
      kind: "open",
      field: path,
      value: null,
      end: id,
      members: members.length,
    });
    stack.push({ members, open: id, close, depth: at, next: 0 });
  };
  put(root, depth, label, field);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const member = frame.members[frame.next];
    if (member !== undefined) {
      frame.next += 1;
      put(member[2], frame.depth + 1, member[0], member[1]);
      continue;
    }
    stack.pop();
    const id = lines.length;
    const opened = lines[frame.open];
    if (opened !== undefined) lines[frame.open] = { ...opened, end: id };
    lines.push({
      id,
      depth: frame.depth,
      label: "",
      text: frame.close,
      kind: "close",
      field: opened?.field ?? "",
      value: null,
      end: id,
      members: 0,
    });
  }
}

/** Folds or unfolds the object or array that a line opens or closes; other lines change nothing. */
export function toggleFold(tree: JsonTree, line: JsonLine): JsonTree {
  const open = line.kind === "close" ? tree.all.find((one) => one.kind === "open" && one.end === line.id) : line;
  if (open?.kind !== "open") return tree;
  const folded = new Set(tree.folded);
  if (!folded.delete(open.id)) folded.add(open.id);
  return { ...tree, folded, lines: visibleLines(tree.all, folded) };
}

function visibleLines(all: readonly JsonLine[], folded: ReadonlySet<number>): readonly JsonLine[] {
  const lines: JsonLine[] = [];
  for (let id = 0; id < all.length; id += 1) {
    const line = all[id];
    if (line === undefined) break;
    lines.push(line);
    if (folded.has(line.id)) id = line.end;
  }
  return lines;
}
