import type { Kind, Node, NodeOfKind } from "./ast.ts";

/** Where each node keeps its children, in written order. A new kind without a row here is a compile error. */
export const CHILD_KEYS: { readonly [K in Kind]: readonly (keyof NodeOfKind[K])[] } = {
  query: ["base", "pipes"],
  eventQuery: ["condition"],
  sequence: ["by", "stages", "until"],
  sample: ["by", "stages"],
  stage: ["query", "keys"],
  until: ["query", "keys"],
  pipe: [],
  literal: [],
  field: [],
  stageField: [],
  call: ["arguments"],
  unary: ["operand"],
  arithmetic: ["left", "right"],
  comparison: ["left", "right"],
  in: ["operand", "items"],
  pattern: ["operand", "patterns"],
  not: ["operand"],
  and: ["operands"],
  or: ["operands"],
  descendantOf: ["query"],
};

function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    typeof value.kind === "string" &&
    Object.hasOwn(CHILD_KEYS, value.kind)
  );
}

/** The direct children of a node, in written order. */
export function childrenOf(node: Node): readonly Node[] {
  return CHILD_KEYS[node.kind].flatMap((key): readonly Node[] => {
    const value: unknown = Reflect.get(node, key);
    if (Array.isArray(value)) return value.filter(isNode);
    return isNode(value) ? [value] : [];
  });
}

/** Visits `root` and everything below it, parents first, in written order. `visit` returns false to skip what is below. */
export function walk(root: Node, visit: (node: Node) => boolean | undefined | void): void {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (visit(node) === false) continue;
    const children = childrenOf(node);
    for (let index = children.length - 1; index >= 0; index -= 1) {
      const child = children[index];
      if (child !== undefined) waiting.push(child);
    }
  }
}

/** Whether any node at or below `root` is of that kind. */
export function contains(root: Node, kind: Kind): boolean {
  let found = false;
  walk(root, (node) => {
    found ||= node.kind === kind;
    return !found;
  });
  return found;
}
